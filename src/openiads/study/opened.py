"""A results folder: the study as it was run, and what it found, worked out again from its blocks."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from openiads.errors import StudyError
from openiads.study.bench import Bench
from openiads.study.blocks import Stored, runs_per_block
from openiads.study.findings import Findings, run_study
from openiads.study.loading import Study, load_study_text
from openiads.study.model import Model
from openiads.study.order import FORMAT, MANIFEST, SCENARIO, Order, engine_of
from openiads.study.sizes import Sizes


@dataclass(frozen=True)
class Results:
    """A results folder."""

    folder: Path
    manifest: Mapping[str, Any]

    def study(self) -> Study:
        """The study as it was run; its scenario is the one that stood there, or the copy here when that is gone or another one."""
        place = Path(str(self.manifest["file"])) if self.manifest.get("file") else self.folder / "study.yaml"
        study = load_study_text(
            (self.folder / "study.yaml").read_text(encoding="utf-8"), place.name, path=place, scenario=False
        )
        copy = self.folder / SCENARIO
        if not copy.is_file() or (study.scenario_path.is_file() and study.scenario_path.read_bytes() == copy.read_bytes()):
            return study
        spec = study.spec.model_copy(update={"scenario": study.spec.scenario.model_copy(update={"file": SCENARIO})})
        return replace(study, spec=spec, path=self.folder / "study.yaml")

    def sizes(self) -> Sizes:
        """How large it was."""
        from openiads.study.looks import Looks  # noqa: PLC0415

        held = dict(self.manifest["identity"]["sizes"])
        looks, planned = held.pop("looks"), held.pop("looks_planned")
        factor = looks[1] // looks[0] if len(looks) > 1 else 2
        return Sizes(looks=Looks(looks[0], factor, len(looks), planned), **held)

    def order(self) -> Order:
        """The order that made it, without its lock."""
        return Order(self.study(), self.sizes(), int(self.manifest["identity"]["seed"]))

    def findings(self, model: Model | None = None) -> Findings:
        """What it found, worked out again from its blocks; nothing is run."""
        order = self.order()
        chosen = model or engine_of(order.study)
        bench = Bench(order.study.spec, chosen, order.sizes, order.seed)
        return run_study(bench, Stored(self.folder, runs_per_block(chosen)))


def open_results(folder: Path) -> Results:
    """A finished study.

    Raises
    ------
    StudyError
        When the folder holds none, or one that is not finished.
    """
    from openiads.results.files import read_json  # noqa: PLC0415

    path = Path(folder) / MANIFEST
    if not path.is_file():
        raise StudyError(f"{folder}: holds no study. Make one with `openiads study run FILE -o {folder}`")
    manifest = read_json(path)
    if manifest.get("openiads_study_results") != FORMAT:
        raise StudyError(f"{path}: was written by another version; use the program that wrote it")
    if manifest.get("status") != "complete":
        raise StudyError(f"{folder}: the study is not complete. Go on with `openiads study run ... --resume`")
    return Results(Path(folder), manifest)
