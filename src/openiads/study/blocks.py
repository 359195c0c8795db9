"""Runs in blocks that are kept: one checksummed Parquet part per block, made by this process, by workers, or by a cluster.

A block holds a slice of one batch. Its file is whole or absent, so that a killed study loses at most the blocks in
flight, and carries
the hash of what was asked and of what came out, so that a resumed study takes nothing that is not its own.
"""

import hashlib
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from openiads.disk import put_whole
from openiads.errors import OpeniadsError, StudyError
from openiads.study.model import Batch, Model, Outcomes

Array = NDArray[np.float64]
BLOCKS: Final = "blocks"
RUNS_PER_BLOCK: Final = 64
"""Runs of the simulator in a block, about: seconds of work, against milliseconds of scheduling and writing."""


def runs_per_block(model: Model) -> int:
    """Runs in a block of a model: what it says itself, as a cheap one should, or that of the simulator."""
    return int(getattr(model, "runs_per_block", RUNS_PER_BLOCK))


@dataclass(frozen=True, eq=False)
class Block:
    """A slice of a batch, small enough to send; two are equal only when they are the same."""

    key: str
    number: int
    batch: Batch

    def __repr__(self) -> str:
        """Short, for messages."""
        return f"{self.number} of {self.key}"

    @property
    def name(self) -> str:
        """File name, from the key and the number."""
        return f"{hashlib.sha256(self.key.encode()).hexdigest()[:16]}-{self.number:06d}.parquet"

    def path(self, folder: Path) -> Path:
        """Where its part lies: by stage."""
        return folder / BLOCKS / self.key.split("/", 1)[0] / self.name


def split(key: str, batch: Batch, *, runs: int = RUNS_PER_BLOCK) -> list[Block]:
    """The blocks of a batch; how it is cut depends on the batch alone, never on the workers."""
    rows = max(1, runs // batch.count)
    starts = range(0, batch.rows, rows)
    return [Block(key, k, batch.slice(start, min(start + rows, batch.rows))) for k, start in enumerate(starts)]


def write_block(folder: Path, block: Block, outcomes: Outcomes, failed: int) -> None:
    """Write the part of a block.

    Raises
    ------
    StudyError
        The disk refuses; the block does not exist then.
    """
    import pyarrow as pa  # noqa: PLC0415 - slow to import
    import pyarrow.parquet as pq  # noqa: PLC0415

    columns = {}
    for name, values in sorted(outcomes.items()):
        flat = values.reshape(-1, 2)
        columns[f"{name}.top"], columns[f"{name}.bottom"] = pa.array(flat[:, 0]), pa.array(flat[:, 1])
    told = {
        "openiads_block": "1",
        "key": block.key,
        "asked": block.batch.sha256,
        "content": content_sha256(outcomes),
        "rows": str(block.batch.rows),
        "count": str(block.batch.count),
        "failed": str(failed),
    }
    table = pa.table(columns).replace_schema_metadata(told)
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", use_dictionary=False)
    _put(block.path(folder), sink.getvalue().to_pybytes())


def _put(path: Path, data: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        put_whole(path, data)
    except OSError as error:
        raise StudyError(
            f"{path}: cannot write {len(data)} bytes: {error.strerror or error}. Free space, then --resume"
        ) from error


def content_sha256(outcomes: Mapping[str, Array]) -> str:
    """Hash of the numbers of a block."""
    digest = hashlib.sha256()
    for name in sorted(outcomes):
        digest.update(name.encode() + b"\x00" + np.ascontiguousarray(outcomes[name], dtype="<f8").tobytes())
    return digest.hexdigest()


def read_block(folder: Path, block: Block) -> tuple[Outcomes, int] | None:
    """Outcomes of a block and how many runs failed, when its part is there and whole; None otherwise."""
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    path = block.path(folder)
    if not path.is_file():
        return None
    try:
        with pq.ParquetFile(pa.BufferReader(path.read_bytes()), pre_buffer=False) as file:
            table = file.read(use_threads=False)
    except (pa.ArrowException, OSError, ValueError):
        return None
    told = {k.decode(): v.decode() for k, v in (table.schema.metadata or {}).items()}
    if told.get("asked") != block.batch.sha256:
        return None
    shape = (block.batch.rows, block.batch.count)
    outcomes: Outcomes = {}
    for name in block.batch.measures:
        if f"{name}.top" not in table.column_names:
            return None
        parts = [table.column(f"{name}.{end}").to_numpy().reshape(shape) for end in ("top", "bottom")]
        outcomes[name] = np.stack(parts, axis=-1)
    return (outcomes, int(told.get("failed", "0"))) if content_sha256(outcomes) == told.get("content") else None


@dataclass
class BlockTask:
    """Run a block and write its part; sent once to each worker."""

    model: Model
    folder: Path

    def __call__(self, block: Block) -> int:
        """How many runs were made."""
        outcomes, failed = evaluated(self.model, block.batch)
        write_block(self.folder, block, outcomes, failed)
        return block.batch.runs


def evaluated(model: Model, batch: Batch) -> tuple[Outcomes, int]:
    """Outcomes of a batch. A world whose runs fail is run once more and then counts as missing: it is never dropped."""
    try:
        return model.evaluate(batch), 0
    except (OpeniadsError, ArithmeticError):
        pass
    found = {name: np.full((batch.rows, batch.count, 2), math.nan) for name in batch.measures}
    failed = 0
    for row in range(batch.rows):
        for attempt in (1, 2):
            try:
                here = model.evaluate(batch.slice(row, row + 1))
            except StudyError:
                raise
            except (OpeniadsError, ArithmeticError):
                failed += batch.count if attempt == 2 else 0
                continue
            for name, values in here.items():
                found[name][row] = values[0]
            break
    return found, failed


Submit = Callable[[BlockTask, Iterable[Block], Callable[[Block, int], None]], None]
"""Runs a task on blocks and calls back with each block done and its runs."""


@dataclass
class Kept:
    """Runs kept in a folder: blocks that are there already are not made again. Use as `Runs`."""

    model: Model
    folder: Path
    submit: Submit
    on_runs: Callable[[int], None] = lambda done: None
    made: int = 0
    found: int = 0
    failed: int = 0
    stages: dict[str, int] = field(default_factory=dict)

    def run(self, batches: Mapping[str, Batch]) -> dict[str, Outcomes]:
        """As `Runs.run`."""
        size = runs_per_block(self.model)
        blocks = {key: split(key, batch, runs=size) for key, batch in batches.items()}
        missing = [b for several in blocks.values() for b in several if read_block(self.folder, b) is None]
        self.found += sum(batch.runs for batch in batches.values()) - sum(b.batch.runs for b in missing)
        self.on_runs(self.found)
        if missing:
            self.submit(BlockTask(self.model, self.folder), missing, self._done)
        for key, batch in batches.items():
            stage = key.split("/", 1)[0]
            self.stages[stage] = self.stages.get(stage, 0) + batch.runs
        return {key: self._together(several) for key, several in blocks.items()}

    def _done(self, block: Block, runs: int) -> None:
        self.made += runs
        self.on_runs(runs)

    def _together(self, blocks: list[Block]) -> Outcomes:
        parts = []
        for block in blocks:
            got = read_block(self.folder, block)
            if got is None:
                raise StudyError(
                    f"{block.path(self.folder)}: the part is missing or damaged; run again with --resume to make it anew"
                )
            parts.append(got[0])
            self.failed += got[1]
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


@dataclass(frozen=True)
class Stored:
    """Runs that are in a folder and nowhere else: for a look at a finished study. A block that is not there is an error."""

    folder: Path
    block_runs: int = RUNS_PER_BLOCK

    def run(self, batches: Mapping[str, Batch]) -> dict[str, Outcomes]:
        """As `Runs.run`.

        Raises
        ------
        MissingRunsError
            Naming how many runs would have to be made.
        """
        found: dict[str, Outcomes] = {}
        absent = 0
        for key, batch in batches.items():
            parts = [read_block(self.folder, block) for block in split(key, batch, runs=self.block_runs)]
            if any(part is None for part in parts):
                absent += batch.runs
                continue
            whole = [part[0] for part in parts if part is not None]
            found[key] = {name: np.concatenate([part[name] for part in whole]) for name in whole[0]}
        if absent:
            raise MissingRunsError(absent, sum(b.runs for b in batches.values()))
        return found


class MissingRunsError(StudyError):
    """Runs that a question needs and a folder does not hold."""

    def __init__(self, absent: int, wanted: int) -> None:
        self.absent, self.wanted = absent, wanted
        super().__init__(f"{absent:,} of {wanted:,} runs must be made first")
