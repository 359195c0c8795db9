"""Replications walked in memory: for tables that a run did not keep, and for measures that ask what another raid would do."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from openiads.records.tables import LEVELS, TABLES, Level, tables_at

if TYPE_CHECKING:
    from openiads.engine.lowering import Lowered
    from openiads.engine.simulation import Simulation


def level_of(names: Iterable[str]) -> Level:
    """The least level that records all these tables."""
    return max((TABLES[name].level for name in names), key=LEVELS.index, default="counts")


def walk(
    lowered: "Lowered",
    seed: int,
    replications: range,
    names: Iterable[str],
    *,
    simulation: "Simulation | None" = None,
    on_progress: Callable[[int], None] = lambda done: None,
) -> dict[str, Any]:
    """Tables of some replications as Arrow, sorted by key: the rows that a run of the same scenario and seed keeps.

    Parameters
    ----------
    names : iterable of str
        Tables wanted; no others are made. `objects` is not of a replication and cannot be asked for here.
    simulation : Simulation, optional
        One of the same case, whose arrays are used again.
    """
    from openiads.engine.decode import decode  # noqa: PLC0415 - compiles on import of its kernels
    from openiads.engine.simulation import Simulation  # noqa: PLC0415
    from openiads.engine.work import merge  # noqa: PLC0415
    from openiads.results.schema import to_table  # noqa: PLC0415

    wanted = frozenset(names)
    level = level_of(wanted)
    walker = simulation or Simulation(lowered, seed)
    parts = []
    for number in replications:
        parts.append(decode(lowered, walker.run(number, level), level, only=wanted))
        on_progress(1)
    return {name: to_table(name, table) for name, table in merge(parts, level, only=wanted).items()}


@dataclass
class Again:
    """The tables of a run that were not kept, made when they are asked for: all of a level at once, the objects apart."""

    lowered: Callable[[], "Lowered"]
    seed: int
    replications: range
    on_progress: Callable[[int], None] = lambda done: None
    _held: dict[str, Any] = field(default_factory=dict, repr=False)

    def table(self, name: str) -> Any:
        """A table as Arrow."""
        if name not in self._held:
            level = TABLES[name].level
            names = [t.name for t in tables_at(level) if t.name != "objects" and t.name not in self._held]
            self._held.update(walk(self.lowered(), self.seed, self.replications, names, on_progress=self.on_progress))
        return self._held[name]


def objects_of(lowered: "Lowered") -> Any:
    """The table `objects` as Arrow."""
    from openiads.engine.decode import object_table  # noqa: PLC0415
    from openiads.results.schema import to_table  # noqa: PLC0415

    return to_table("objects", object_table(lowered.names))
