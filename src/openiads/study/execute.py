"""Running a study into a folder, and opening what was run: blocks, look log, manifest, tables."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from openiads.errors import StudyError
from openiads.study.bench import Bench, Wish
from openiads.study.blocks import BLOCKS, Kept, Submit
from openiads.study.findings import Findings, run_study
from openiads.study.lock import LookLog
from openiads.study.manifest import manifest_of
from openiads.study.model import Batch, Model, Outcomes
from openiads.study.order import FORMAT, MANIFEST, SCENARIO, Order, engine_of
from openiads.study.rows import all_rows
from openiads.study.submit import local
from openiads.study.tables import FOLDER, write_tables

REGISTRATION: Final = "registration.json"
WRITTEN: Final = (
    "looks.jsonl", "study.yaml", SCENARIO, REGISTRATION, "credibility.md", "ro-crate-metadata.json",
    "overrides.jsonl", "one-page.html", "one-page.pdf", "report.html", "report.pdf",
)  # fmt: skip
"""Files of a study that another one in the same folder replaces; what else lies there stays."""


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

    write_whole(folder / MANIFEST, to_json(manifest_of(order, folder, kept, hashes, bench)))
