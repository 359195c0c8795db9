"""What a worker does with a block of replications: walk them, decode them, write them."""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from openiads.engine.decode import Columns, concatenate, decode
from openiads.engine.lowering import Lowered
from openiads.engine.simulation import Simulation
from openiads.records.tables import Level, tables_at


class Sink(Protocol):
    """Where blocks go, and what is wanted of each; `results.store.BlockWriter` is one. It must be picklable."""

    @property
    def record(self) -> Level:
        """Level at which every replication is recorded."""

    def full_in(self, block: range) -> list[int]:
        """Replications of a block to record in full."""

    def write_block(self, first_replication: int, tables: Mapping[str, Any]) -> None:
        """Keep the tables of a block."""


@dataclass
class BlockTask:
    """Run and write one block; sent once to each worker, which makes its simulation on the first block."""

    lowered: Lowered
    seed: int
    sink: Sink
    _simulation: Simulation | None = field(default=None, repr=False)

    def __call__(self, block: range) -> int:
        """Run the replications of `block`, hand their tables to the sink, and return how many there were."""
        if self._simulation is None:
            self._simulation = Simulation(self.lowered, self.seed)
        full = set(self.sink.full_in(block))
        parts = []
        for replication in block:
            level: Level = "full" if replication in full else self.sink.record
            parts.append(decode(self.lowered, self._simulation.run(replication, level), level))
        self.sink.write_block(block.start, merge(parts, self.sink.record))
        return len(block)


def merge(parts: list[dict[str, Columns]], record: Level, only: Container[str] | None = None) -> dict[str, Columns]:
    """Tables of a block: those of the record level from all replications, fuller ones from those that have them.

    `only` are the tables that were made, when not all were.
    """
    merged = {}
    usual = {t.name for t in tables_at(record) if only is None or t.name in only}
    for table in {name: None for part in parts for name in part}:
        having: list[Mapping[str, Columns]] = [{table: part[table]} for part in parts if table in part]
        assert table not in usual or len(having) == len(parts)  # noqa: S101 - a table lost on the way is our fault
        merged.update(concatenate(having))
    return merged
