"""The Python face: load a scenario, run it, open a run. Composes the floors below and adds nothing of its own."""

import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openiads.errors import ResultsError
from openiads.records.tables import TABLES, Level

if TYPE_CHECKING:
    from openiads.results.digest import Digest
    from openiads.results.ledger import Ledger
    from openiads.results.measures import Measured
    from openiads.results.store import RunReader
    from openiads.scenario.loader import Scenario

LARGEST_BLOCK = 32
"""Replications in a block at most; fewer for small runs, so that two workers share them evenly."""
LEAST_BLOCKS = 8


def load_scenario(
    path: str | Path, *, variant: str | None = None, vignette: str | None = None, overrides: Mapping[str, Any] | None = None
) -> "Scenario":
    """Read a file, or a shipped scenario by name; `vignette` is short for an override. See `scenario.loader.load_scenario`."""
    from openiads.scenario.loader import load_scenario as load  # noqa: PLC0415 - slow to import
    from openiads.scenario.shipped import find  # noqa: PLC0415

    chosen = {} if vignette is None else {"vignette": vignette}
    return load(find(path), variant=variant, overrides={**chosen, **(overrides or {})})


class Run:
    """A run on disk, with its tables for pandas, Polars, DuckDB and Arrow."""

    def __init__(self, reader: "RunReader", temporary: Path | None = None) -> None:
        self._reader = reader
        if temporary is not None:
            weakref.finalize(self, shutil.rmtree, temporary, ignore_errors=True)

    @property
    def folder(self) -> Path:
        """Where the run is."""
        return self._reader.folder

    @property
    def reader(self) -> "RunReader":
        """The reader of the run folder."""
        return self._reader

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables that the run holds."""
        return self._reader.manifest.tables()

    def table(self, name: str, replication: int | None = None) -> Any:
        """A table as `pyarrow.Table`, sorted by its key; one replication or all.

        Raises
        ------
        ResultsError
            When the run has no such table.
        """
        return self._reader.table(name, replication)

    def to_pandas(self, name: str, replication: int | None = None) -> Any:
        """A table as `pandas.DataFrame` (needs the extra `query`)."""
        return self.table(name, replication).to_pandas(use_threads=False)  # threads of Arrow outlive the interpreter

    def to_polars(self, name: str, replication: int | None = None) -> Any:
        """A table as `polars.DataFrame` (needs the extra `query`)."""
        import polars as pl  # noqa: PLC0415 - an extra

        return pl.from_arrow(self.table(name, replication))

    def to_duckdb(self) -> Any:
        """A `duckdb` connection in which every table is a view of the same name (needs the extra `query`)."""
        import duckdb  # noqa: PLC0415 - an extra

        connection = duckdb.connect()
        for name in self.tables:
            connection.register(name, self.table(name))
        return connection

    def digest(self, replication: int | None = None) -> "Digest":
        """SHA-256 per table and in all; see `openiads.results.digest`."""
        from openiads.results.digest import digest  # noqa: PLC0415

        return digest(self._reader, replication)


def open_run(folder: str | Path) -> Run:
    """Open a finished run folder.

    Raises
    ------
    ResultsError
        When the folder is missing, foreign, incomplete or damaged.
    """
    from openiads.results.store import RunReader  # noqa: PLC0415

    return Run(RunReader.open(Path(folder)))


def run(
    scenario: "Scenario | str | Path",
    *,
    replications: int = 64,
    seed: int = 1,
    workers: int = 1,
    out: str | Path | None = None,
    record: Level = "events",
    full_replications: tuple[int, ...] = (0,),
    first_replication: int = 0,
    resume: bool = False,
    overwrite: bool = False,
    on_progress: Callable[[int], None] | None = None,
) -> Run:
    """Run a scenario and write its tables.

    Parameters
    ----------
    scenario : Scenario or path
        What to run.
    replications, first_replication : int
        How many, counted from which.
    seed : int
        Study seed, 0 to 2^64 - 1. The same scenario, seed and replication give the same bytes.
    workers : int
        Processes. Results do not depend on it.
    out : path, optional
        Run folder. Without it a temporary one, which goes when the `Run` goes.
    record : {"counts", "events", "full"}
        What is written of every replication.
    full_replications : tuple of int
        Replications recorded in full whatever `record` says.
    resume, overwrite : bool
        What to do with a run that is in `out` already: go on, or replace it.
    on_progress : callable, optional
        Called with the number of replications just done.

    Raises
    ------
    OpeniadsError
        For a scenario or a folder that cannot be used.
    """
    from openiads.engine.decode import object_table  # noqa: PLC0415 - compiles on import of its kernels
    from openiads.engine.lowering import lower  # noqa: PLC0415
    from openiads.engine.pool import run_blocks  # noqa: PLC0415
    from openiads.engine.simulation import Simulation  # noqa: PLC0415
    from openiads.engine.warmup import is_warm  # noqa: PLC0415
    from openiads.engine.work import BlockTask  # noqa: PLC0415
    from openiads.results.exposure import walk_record  # noqa: PLC0415
    from openiads.results.manifest import RunInfo  # noqa: PLC0415
    from openiads.results.store import RunReader, RunWriter  # noqa: PLC0415

    if not 0 <= seed < 2**64:
        raise ResultsError(f"seed = {seed} does not fit 64 bits. Use 0 to {2**64 - 1}.")
    if workers < 1:
        raise ResultsError(f"workers = {workers}; 1 is the least")
    if isinstance(scenario, str | Path):
        scenario = load_scenario(scenario)
    lowered = lower(scenario)
    temporary = Path(tempfile.mkdtemp(prefix="openiads-")) if out is None else None
    folder = temporary / "run" if temporary is not None else Path(str(out))
    info = RunInfo(
        scenario=scenario.to_yaml(),
        scenario_sha256=scenario.sha256,
        title=scenario.spec.scenario.title,
        variant=scenario.variant or "",
        overrides=dict(scenario.overrides),
        seed=seed,
        replications=replications,
        first_replication=first_replication,
        record=record,
        full_replications=full_replications,
        block_size=max(1, min(LARGEST_BLOCK, -(-replications // LEAST_BLOCKS))),
        workers=workers,
        placeholders={f.path: f.value for f in scenario.figures if f.placeholder},
        choices=scenario.choices,
        walk=walk_record(scenario.spec, lowered),
        figures={f.path: f.used_at for f in scenario.figures},
    )
    try:
        with RunWriter.create(folder, info, resume=resume, overwrite=overwrite) as writer:
            writer.write_common({"objects": object_table(lowered.names)})
            task = BlockTask(lowered=lowered, seed=seed, sink=writer.block_writer())
            pending = writer.pending()
            if workers > 1 and pending and not is_warm():
                Simulation(lowered, seed).run(
                    first_replication, "counts"
                )  # or every worker would compile the same kernels at the same time
            report = on_progress or (lambda done: None)
            report(replications - sum(len(block) for block in pending))
            run_blocks(task, pending, workers=min(workers, max(1, len(pending))), on_done=lambda block, done: report(done))
            writer.finish()
    except BaseException:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)
        raise
    return Run(RunReader.open(folder), temporary)


_run = run


def replay(run: Run, replication: int, out: str | Path | None = None) -> Run:
    """Run one replication of a finished run again, recorded in full.

    Raises
    ------
    ResultsError
        When the rows that the run holds of this replication do not come out the same.
    """
    from openiads.results.digest import digest  # noqa: PLC0415
    from openiads.scenario.loader import load_scenario_text  # noqa: PLC0415

    reader = run.reader
    reader.require_replication(replication)
    manifest = reader.manifest
    scenario = load_scenario_text(reader.scenario(), manifest.scenario_name)
    again = _run(
        scenario,
        replications=1,
        first_replication=replication,
        seed=manifest.seed,
        out=out,
        record="full",
        full_replications=(),
    )
    held = digest(reader, replication, level=manifest.record).total
    found = digest(again.reader, replication, level=manifest.record).total
    if held != found:
        raise ResultsError(
            f"{run.folder}: replication {replication} comes out as {found[:12]}, but the run holds {held[:12]}. The run was made "
            "by another version or on another platform (see its manifest.json), or its files were changed."
        )
    return again


def exposure_table(
    scenario: "Scenario", by: Sequence[str], *, on_progress: Callable[[int], None] | None = None, **settings: Any
) -> list[dict[str, Any]]:
    """Exposure of friendly aircraft by the values of options: rows as in `openiads.results.exposure.table`; settings of `run`."""
    from openiads.results.exposure import table  # noqa: PLC0415

    return table(
        scenario, by, lambda arm: run(arm, **{"replications": 16, "full_replications": (), **settings}), on_progress
    )


def measures(
    run: Run,
    names: "Iterable[str | tuple[str, Mapping[str, Any]]] | None" = None,
    *,
    on_progress: Callable[[int], None] = lambda done: None,
) -> "tuple[Measured, ...]":
    """Measures of a run by name, each with its estimate, its interval and what every replication said.

    Parameters
    ----------
    run : Run
        A finished run.
    names : names, optional
        As `"leakage"`, `"asset_survival:asset=ankara"` or `("asset_survival", {"asset": "ankara"})`; without it every measure
        that the tables of the run give and that is quick. `openiads.results.measures.registry` holds all.
    on_progress : callable, optional
        Called with replications just walked once more, for tables that the run did not keep.

    Raises
    ------
    ResultsError
        For a measure or an argument that does not exist.
    """
    from openiads.results.measures import RunData, available, measure  # noqa: PLC0415

    wanted = [m.name for m in available(run.tables)] if names is None else list(names)
    return measure(RunData.of(run.reader, on_progress=on_progress), wanted)


def ledger(run: Run, *, counterfactual: Any = None) -> "Ledger":
    """Why the leakers of a run got through, as Arrow tables; see `openiads.results.ledger.ledger`."""
    return import_module("openiads.results.ledger").ledger(run.reader, counterfactual)  # type: ignore[no-any-return]


def counterfactual(
    run: Run,
    *,
    objects: "Iterable[str] | None" = None,
    replications: "Iterable[int] | None" = None,
    limit: int | None = None,
    all_links: bool = False,
    on_progress: Callable[[int], None] | None = None,
) -> Any:
    """Which link of the chain, restored alone under the same draws, would have stopped each leak: a `pyarrow.Table`.

    See `openiads.results.counterfactual.counterfactual`; `ledger(run, counterfactual=...)` counts the answers.
    """
    from openiads.results import counterfactual as room  # noqa: PLC0415 - compiles

    chosen = room.chosen_leaks(run.reader, objects=objects, replications=replications, limit=limit)
    return room.counterfactual(run.reader, chosen, all_links=all_links, on_progress=on_progress or (lambda done: None))


TABLE_NAMES = tuple(TABLES)
"""Names of all tables that a run may hold."""
