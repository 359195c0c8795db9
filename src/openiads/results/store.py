"""A run folder, written and read: Parquet parts with checksums, a manifest, a copy of the scenario.

`RunWriter` belongs to the process that leads the run and holds the folder's lock; `BlockWriter` is small, can be pickled and
writes blocks from any process. Every file is whole or absent, so a run may be killed at any moment and resumed.
"""

import fcntl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from openiads.disk import ASIDE
from openiads.errors import ResultsError
from openiads.records.tables import TABLES, Level, tables_at
from openiads.results.files import read_bytes, sha256_hex, to_json, write_whole
from openiads.results.manifest import MANIFEST, Manifest, RunInfo, new_manifest, now, read_manifest
from openiads.results.parts import BLOCKS, block_name, block_path, part_path, read_block, read_part, whole, write_parts
from openiads.results.schema import arrow_schema, replicated, to_table

LOCK = ".lock"
Columns = Mapping[str, np.ndarray[Any, Any]]


@dataclass(frozen=True)
class BlockWriter:
    """Writes the blocks of one run folder; can be sent to another process. Make it with `RunWriter.block_writer`."""

    folder: Path
    record: Level
    span: range
    block_size: int
    full_replications: tuple[int, ...]

    def block_at(self, first_replication: int) -> range:
        """The block that begins with `first_replication`; `ValueError` when none does."""
        if first_replication not in self.span[:: self.block_size]:
            raise ValueError(f"no block of {self.block_size} replications begins at {first_replication} in {self.span}")
        return range(first_replication, min(first_replication + self.block_size, self.span.stop))

    def block_of(self, replication: int) -> range:
        """The block that holds `replication`."""
        return self.block_at(replication - (replication - self.span.start) % self.block_size)

    def blocks(self) -> list[range]:
        """All blocks of the run, in order."""
        return [self.block_at(first) for first in self.span[:: self.block_size]]

    def full_in(self, block: range) -> list[int]:
        """Replications of `block` that are recorded in full."""
        return list(block) if self.record == "full" else [k for k in self.full_replications if k in block]

    def tables_of(self, block: range) -> list[str]:
        """Tables that `block` must have."""
        level: Level = "full" if self.full_in(block) else self.record
        return [t.name for t in tables_at(level) if replicated(t.name)]

    def write_block(self, first_replication: int, tables: Mapping[str, Columns]) -> None:
        """Write all tables of the block that begins with `first_replication`; see `schema.to_column` for the columns.

        Above the record level only the replications recorded in full may have rows.

        Raises
        ------
        ValueError
            A table too many or too few, or rows that do not belong here: the caller's fault.
        ResultsError
            The disk refuses.
        """
        block = self.block_at(first_replication)
        expected = self.tables_of(block)
        if set(tables) != set(expected):
            strange = sorted(set(tables) ^ set(expected))
            raise ValueError(f"block {block_name(block)}: tables missing or unexpected: {', '.join(strange)}")
        ready: dict[str, Any] = {}
        usual = {t.name for t in tables_at(self.record)}
        for name in expected:
            rows = to_table(name, tables[name])
            allowed = set(block) if name in usual else set(self.full_in(block))
            stray = set(pc.unique(rows.column("replication")).to_pylist()) - allowed
            if stray:
                raise ValueError(f"block {block_name(block)}: {name} has rows of replication {min(stray)}")
            ready[name] = rows
        write_parts(self.folder, block, ready)


class RunWriter:
    """The writing side of a run folder. Use it in a `with` statement, or call `close` to give up the folder's lock."""

    def __init__(self, folder: Path, manifest: Manifest, lock: IO[bytes] | None) -> None:
        self.folder = folder
        self.manifest = manifest
        self._lock = lock
        self._blocks = BlockWriter(folder, manifest.record, manifest.span(), manifest.block_size, manifest.full_replications)

    @classmethod
    def create(cls, folder: Path, info: RunInfo, *, resume: bool = False, overwrite: bool = False) -> Self:
        """Begin a run in `folder`, or go on with the one that is there.

        A resumed run keeps the block size of the folder (which changes no result), may have more replications than
        before, and keeps only blocks whose files match their checksums. `overwrite` removes a run, never anything else.

        Raises
        ------
        ResultsError
            The folder holds something else, a run that is not this one, a run and neither `resume` nor `overwrite` was
            asked for, or another process is writing to it.
        """
        if info.replications < 1 or info.block_size < 1 or info.first_replication < 0:
            raise ResultsError(
                f"replications is {info.replications} and block size {info.block_size}, both must be 1 or more; "
                f"the first replication is {info.first_replication}, it must be 0 or more"
            )
        folder = Path(folder)
        if folder.exists() and not folder.is_dir():
            raise ResultsError(f"{folder}: is a file; give a folder for the run")
        is_run = _holds_run(folder)
        if is_run and not (resume or overwrite):
            raise ResultsError(
                f"{folder}: holds a run already. Go on with --resume, replace it with --overwrite, or use -o."
            )
        lock = _take_lock(folder)
        try:
            if is_run and resume:
                manifest = _resumed(folder, info)
            else:
                if is_run:
                    _remove_run(folder)
                manifest = new_manifest(info)
            write_whole(folder / MANIFEST, to_json(manifest.to_dict()))
            if manifest.scenario_copy_sha256 == sha256_hex(info.scenario.encode()):
                write_whole(folder / manifest.scenario_name, info.scenario.encode())
            writer = cls(folder, manifest, lock)
            writer._drop_all_but_whole_blocks()
        except BaseException:
            _give_back(lock)
            raise
        return writer

    def block_writer(self) -> BlockWriter:
        """What a worker needs to write blocks; can be pickled."""
        return self._blocks

    def write_block(self, first_replication: int, tables: Mapping[str, Columns]) -> None:
        """As `BlockWriter.write_block`."""
        self._blocks.write_block(first_replication, tables)

    def write_common(self, tables: Mapping[str, Columns]) -> None:
        """Write the tables that are the same in every replication (`objects`)."""
        expected = [name for name in self.manifest.tables() if not replicated(name)]
        if set(tables) != set(expected):
            raise ValueError(f"tables without replications are {', '.join(expected)}; given: {', '.join(tables)}")
        write_parts(self.folder, None, {name: to_table(name, tables[name]) for name in expected})

    def pending(self) -> list[range]:
        """Blocks that do not exist yet, in order."""
        return [block for block in self._blocks.blocks() if not block_path(self.folder, block).is_file()]

    def finish(self) -> None:
        """Declare the run complete; `ValueError` when a block is missing."""
        missing = [block_name(b) for b in [None, *self._blocks.blocks()] if not block_path(self.folder, b).is_file()]
        if missing:
            raise ValueError(f"{self.folder}: blocks missing: {', '.join(missing)}")
        self.manifest = replace(self.manifest, status="complete", finished=now())
        write_whole(self.folder / MANIFEST, to_json(self.manifest.to_dict()))

    def close(self) -> None:
        """Give up the lock of the folder."""
        _give_back(self._lock)
        self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _drop_all_but_whole_blocks(self) -> None:
        keep = {self.folder / LOCK, self.folder / MANIFEST, self.folder / self.manifest.scenario_name}
        common = [name for name in self.manifest.tables() if not replicated(name)]
        for block, names in [(None, common), *((b, self._blocks.tables_of(b)) for b in self._blocks.blocks())]:
            if whole(self.folder, block, names):
                keep |= {block_path(self.folder, block), *(part_path(self.folder, name, block) for name in names)}
        for path in _run_files(self.folder):
            if path not in keep:
                path.unlink(missing_ok=True)


def _run_files(folder: Path) -> Iterator[Path]:
    """Files that a run may leave in `folder`: the block files first, so that no block outlives its parts. Nothing else."""
    yield from sorted((folder / BLOCKS).glob("*.json"))
    for name in TABLES:
        yield from sorted((folder / name).glob("part-*.parquet"))
    for place in (folder, folder / BLOCKS, *(folder / name for name in TABLES)):
        yield from sorted(place.glob(f"{ASIDE}*"))


def _remove_run(folder: Path) -> None:
    for path in _run_files(folder):
        path.unlink(missing_ok=True)


def _holds_run(folder: Path) -> bool:
    """Whether `folder` holds a run; False when it is empty or absent, an error when it holds anything else."""
    if not folder.exists():
        return False
    if (folder / MANIFEST).is_file():
        read_manifest(folder)  # another program's manifest, or another version: refuse
        return True
    strange = sorted(p.name for p in folder.iterdir() if p.name != LOCK and not p.name.startswith(ASIDE))
    if strange:
        raise ResultsError(f"{folder}: is not empty and not a run (it holds {strange[0]!r}). Choose an empty or new folder.")
    return False


def _resumed(folder: Path, info: RunInfo) -> Manifest:
    old = read_manifest(folder)
    was, wanted = old.identity(), info.identity()
    for name, value in wanted.items():
        if was[name] != value:
            raise ResultsError(
                f"{folder}: holds another run: {name} was {_short(was[name])}, now it is {_short(value)}. "
                "Use another folder, or replace the run with --overwrite."
            )
    if info.replications < old.replications:
        raise ResultsError(
            f"{folder}: holds a run of {old.replications} replications, {info.replications} were asked for. "
            f"Ask for {old.replications} or more, or replace the run with --overwrite."
        )
    return replace(
        old,
        replications=info.replications,
        workers=info.workers,
        status="running",
        finished=None,
        resumed=(*old.resumed, now()),
    )


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) < 200 else text[:197] + "..."


def _take_lock(folder: Path) -> IO[bytes]:
    """An exclusive lock on `folder`, which the system gives back when this process ends in whatever way."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / LOCK).open("ab")
    except OSError as error:
        raise ResultsError(f"{folder}: cannot write here: {error.strerror or error}. Choose another folder.") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise ResultsError(
            f"{folder}: another process is writing to this run. Wait for it, or use another folder."
        ) from None
    except OSError:
        pass  # a file system without locks: the files are whole or absent there too
    return lock


def _give_back(lock: IO[bytes] | None) -> None:
    if lock is not None:
        lock.close()


class RunReader:
    """The reading side of a run folder. Every part is checked against its checksum when it is read."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder = folder
        self.manifest = manifest
        self._layout = BlockWriter(folder, manifest.record, manifest.span(), manifest.block_size, manifest.full_replications)

    @classmethod
    def open(cls, folder: Path, *, incomplete: bool = False) -> Self:
        """The run in `folder`; with `incomplete` one that is not finished is accepted and gives the blocks that exist.

        Raises
        ------
        ResultsError
            The folder is missing, is not a run, the run is not complete, or a block of a complete run is missing.
        """
        folder = Path(folder)
        reader = cls(folder, read_manifest(folder))
        if incomplete:
            return reader
        if reader.manifest.status != "complete":
            done = sum(block_path(folder, b).is_file() for b in reader._layout.blocks())
            raise ResultsError(
                f"{folder}: the run is not complete ({done} of {len(reader._layout.blocks())} blocks). "
                "Go on with `openiads run ... --resume`."
            )
        for block in [None, *reader._layout.blocks()]:
            if not block_path(folder, block).is_file():
                raise ResultsError(f"{folder}: block {block_name(block)} is missing; run again with --resume to make it")
        return reader

    def scenario(self) -> str:
        """The scenario file as it was run."""
        path = self.folder / self.manifest.scenario_name
        data = read_bytes(path)
        if sha256_hex(data) != self.manifest.scenario_copy_sha256:
            raise ResultsError(f"{path}: was changed after the run; put the original back")
        return data.decode()

    def blocks(self) -> list[range]:
        """Blocks that exist, in order."""
        return [b for b in self._layout.blocks() if block_path(self.folder, b).is_file()]

    def parts(self, name: str) -> Iterator[tuple[range | None, Any]]:
        """The rows of table `name` block by block (`pyarrow.Table`, sorted by key); the block of `objects` is None."""
        self._require(name)
        blocks: list[range | None] = [None] if not replicated(name) else list(self.blocks())
        for block in blocks:
            if block is None or name in self._layout.tables_of(block):
                yield block, self._part(name, block)

    def table(self, name: str, replication: int | None = None) -> Any:
        """Table `name`, or its rows of one replication, as a `pyarrow.Table` sorted by key.

        Raises
        ------
        ResultsError
            The table or the replication is not in this run, or a part is missing or damaged.
        """
        self._require(name)
        if replication is None or not replicated(name):
            found = [rows for _, rows in self.parts(name)]
            return pa.concat_tables(found) if found else arrow_schema(TABLES[name]).empty_table()
        self.require_replication(replication)
        if replication not in self.manifest.recorded(name):
            raise ResultsError(
                f"{self.folder}: {name} of replication {replication} was not recorded (level {self.manifest.record}). "
                f"`openiads replay {self.folder} --replication {replication}` makes it."
            )
        return rows_of(self._part(name, self._layout.block_of(replication)), replication)

    def require_replication(self, replication: int) -> None:
        """`ResultsError` when `replication` is not one of this run."""
        span = self.manifest.span()
        if replication not in span:
            raise ResultsError(
                f"{self.folder}: replication {replication} is not in this run; it has {span.start} to {span.stop - 1}"
            )

    def _part(self, name: str, block: range | None) -> Any:
        stated = read_block(self.folder, block)
        if name not in stated:
            raise ResultsError(f"{block_path(self.folder, block)}: table {name} is missing; run again with --resume")
        return read_part(self.folder, name, block, stated[name])

    def _require(self, name: str) -> None:
        if name not in TABLES:
            raise ResultsError(f"no table is called {name!r}. Known: {', '.join(TABLES)}")
        if name not in self.manifest.tables():
            raise ResultsError(
                f"{self.folder}: table {name} needs --record {TABLES[name].level}; this run has {self.manifest.record}"
            )


def rows_of(rows: Any, replication: int) -> Any:
    """The rows of one replication out of rows that are sorted by replication."""
    numbers = rows.column("replication").to_numpy()
    low, high = np.searchsorted(numbers, [replication, replication + 1])
    return rows.slice(int(low), int(high - low))
