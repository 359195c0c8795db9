"""Running a study into a folder, and opening what was run: blocks, look log, manifest, tables."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from openiads.errors import StudyError
from openiads.study.bench import Bench, Wish
from openiads.study.blocks import BLOCKS, Kept, Stored, Submit, runs_per_block
from openiads.study.findings import Findings, run_study
from openiads.study.loading import Study, load_study_text
from openiads.study.lock import Lock, LookLog
from openiads.study.model import Batch, Model, Outcomes
from openiads.study.rows import all_rows
from openiads.study.sizes import Sizes, sizes_of
from openiads.study.submit import local
from openiads.study.tables import FOLDER, write_tables

MANIFEST: Final = "study.json"
SCENARIO: Final = "scenario.yaml"
REGISTRATION: Final = "registration.json"
WRITTEN: Final = (
    "looks.jsonl", "study.yaml", SCENARIO, REGISTRATION, "credibility.md", "ro-crate-metadata.json",
    "overrides.jsonl", "one-page.html", "one-page.pdf", "report.html", "report.pdf",
)  # fmt: skip
"""Files of a study that another one in the same folder replaces; what else lies there stays."""
FORMAT: Final = 1
RNG: Final = "philox4x32-10/own-inverse-cdf/1"


@dataclass(frozen=True)
class Order:
    """What is run: a study, how large, with which seed, and the lock when it is registered."""

    study: Study
    sizes: Sizes
    seed: int
    lock: Lock | None = None

    @property
    def draft(self) -> bool:
        """Whether nothing was registered: page one then says so."""
        return self.lock is None

    def identity(self) -> dict[str, Any]:
        """What makes two results folders the same study."""
        from openiads.results.manifest import PLATFORM, software_versions  # noqa: PLC0415

        software = software_versions()
        return {
            "study_sha256": self.study.sha256,
            "lock_sha256": None if self.lock is None else self.lock.sha256,
            "seed": self.seed,
            "sizes": _plain_sizes(self.sizes),
            "software": {name: software[name] for name in PLATFORM},
        }


def _plain_sizes(sizes: Sizes) -> dict[str, Any]:
    found = {k: v for k, v in vars(sizes).items() if k != "looks"}
    return {**found, "looks": list(sizes.looks.sizes), "looks_planned": sizes.looks.planned}


def order_of(
    study: Study, *, lock: Lock | None = None, draws: int | None = None, quick: bool = False, seed: int | None = None
) -> Order:
    """The order for a study as its file or its lock says.

    Raises
    ------
    StudyError
        When a party that committed has not revealed its value yet.
    """
    chosen = seed
    if lock is not None and (chosen := lock.seed) is None:
        open_parties = sorted(set(lock.data["commitments"]) - set(lock.data["revealed"]))
        raise StudyError(
            f"{lock.path}: {', '.join(open_parties)} committed to a value and has not revealed it, so there is no seed yet. "
            "Reveal: openiads study register LOCK --reveal PARTY=VALUE"
        )
    return Order(
        study,
        sizes_of(study.spec, draws=draws, quick=quick),
        study.spec.replications.seed if chosen is None else chosen,
        lock,
    )


def engine_of(study: Study) -> Model:
    """The simulator as the model of a study."""
    from openiads.study.engine_model import EngineModel  # noqa: PLC0415 - brings the engine along

    return EngineModel(study.spec, study.scenario)


def execute(
    order: Order,
    folder: Path,
    *,
    model: Model | None = None,
    submit: Submit | None = None,
    resume: bool = False,
    overwrite: bool = False,
    on_runs: Callable[[int], None] = lambda done: None,
    on_plan: Callable[[int], None] = lambda more: None,
) -> Findings:
    """Run a study, or go on with it, and write its tables.

    Parameters
    ----------
    submit : callable, optional
        Who makes the blocks; this process by default. The results do not depend on it.
    on_runs, on_plan : callable
        Called with runs just done, and with runs that a new wave adds.

    Raises
    ------
    StudyError, ResultsError
        The folder holds something else, or another study.
    """
    chosen = model or engine_of(order.study)
    bench = Bench(order.study.spec, chosen, order.sizes, order.seed)
    _require_budget(order, bench)
    begin(order, folder, chosen, resume=resume, overwrite=overwrite)
    kept = Kept(chosen, folder, submit or local(1), on_runs)
    log = LookLog(folder / "looks.jsonl")
    meter = _Meter(kept, log, on_plan)
    findings = run_study(bench, meter, on_wave=None)
    rows = all_rows(findings)
    rows["blocks"] = meter.rows
    hashes = write_tables(folder, rows)
    _finish(order, folder, kept, hashes, bench)
    return findings


@dataclass
class _Meter:
    """Runs that are logged wave by wave, with a row of sums for each batch and measure."""

    kept: Kept
    log: LookLog
    on_plan: Callable[[int], None]
    wave: int = 0

    def __post_init__(self) -> None:
        self.rows: list[dict[str, Any]] = []

    def run(self, batches: Mapping[str, Batch]) -> dict[str, Outcomes]:
        """As `Runs.run`."""
        stages = _stages(dict(batches))
        self.log.note(self.wave, {"stages": stages, "runs": sum(b.runs for b in batches.values())})
        self.on_plan(sum(b.runs for b in batches.values()))
        self.wave += 1
        outcomes = self.kept.run(batches)
        for key, batch in batches.items():
            self.rows += block_rows(key, batch, outcomes[key])
        return outcomes


def _stages(wish: Wish) -> dict[str, int]:
    found: dict[str, int] = {}
    for key, batch in wish.items():
        name = key.split("/", 1)[0] if not key.startswith("verdict/") else "/".join(key.split("/")[:3])
        found[name] = found.get(name, 0) + batch.runs
    return dict(sorted(found.items()))


def block_rows(key: str, batch: Batch, outcomes: Outcomes) -> Iterator[dict[str, Any]]:
    """Sums of each measure over a batch: what the table `blocks` holds."""
    for name, values in sorted(outcomes.items()):
        top, bottom = values[..., 0], values[..., 1]
        known = ~np.isnan(top)
        yield {
            "stage": key.split("/", 1)[0], "key": key, "vignette": batch.vignette or "", "cell": batch.cell.key, "measure": name,
            "rows": batch.rows, "count": batch.count, "missing": int((~known).sum()), "total": float(top[known].sum()),
            "total_squares": float(np.square(top[known]).sum()), "weight": float(bottom[known].sum()),
        }  # fmt: skip


def _require_budget(order: Order, bench: Bench) -> None:
    from openiads.study.plan import first_wave  # noqa: PLC0415 - it needs this module's neighbours

    most = order.study.spec.design.budget.max_runs
    wanted = sum(first_wave(bench).values())
    if most is not None and wanted > most:
        raise StudyError(
            f"{order.study.name}: the first wave alone takes {wanted:,} runs, but design.budget.max_runs is {most:,}. "
            "Use fewer draws (--draws, --quick), or raise the budget"
        )


def begin(order: Order, folder: Path, model: Model, *, resume: bool, overwrite: bool) -> None:
    """Make the folder ready: a new one, one to go on with, or one to replace."""
    from openiads.results.files import read_json, to_json, write_whole  # noqa: PLC0415

    path = folder / MANIFEST
    wanted = {**order.identity(), "model": model.name}
    if path.is_file() and overwrite:
        for name in (BLOCKS, FOLDER, "slurm"):
            shutil.rmtree(folder / name, ignore_errors=True)
        for name in (*WRITTEN, MANIFEST):
            (folder / name).unlink(missing_ok=True)
    elif path.is_file():
        held = read_json(path)
        if not resume:
            raise StudyError(f"{folder}: holds a study already. Go on with --resume, replace it with --overwrite, or use -o")
        for name, value in wanted.items():
            if held["identity"].get(name) != value:
                raise StudyError(f"{folder}: holds another study: {name} differs. Use another folder, or --overwrite")
    elif folder.exists() and any(folder.iterdir()):
        raise StudyError(f"{folder}: is not empty and holds no study. Choose an empty or new folder")
    started = {"openiads_study_results": FORMAT, "status": "running", "identity": wanted, "study": order.study.spec.study.id}
    write_whole(path, to_json(started))
    write_whole(folder / "study.yaml", _text_of(order).encode())
    if order.lock is not None:
        write_whole(folder / REGISTRATION, to_json(dict(order.lock.data)))
    if order.study.path is not None and order.study.scenario_path.is_file():
        write_whole(folder / SCENARIO, order.study.scenario_path.read_bytes())


def _text_of(order: Order) -> str:
    if order.lock is not None:
        registered = order.study.sha256 == order.lock.study_sha256
        return str(order.lock.data["text"] if registered else order.lock.data["amendments"][-1]["text"])
    return order.study.path.read_text(encoding="utf-8") if order.study.path is not None else ""


def _finish(order: Order, folder: Path, kept: Kept, hashes: Mapping[str, str], bench: Bench) -> None:
    from openiads.results.files import to_json, write_whole  # noqa: PLC0415
    from openiads.study.manifest import manifest_of  # noqa: PLC0415

    write_whole(folder / MANIFEST, to_json(manifest_of(order, folder, kept, hashes, bench)))


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
