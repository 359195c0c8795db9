"""The rows of a run as arrays, one line per replication, for measures; each is read and worked out once."""

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from openiads.errors import ResultsError
from openiads.records.tables import END_STATES, TABLES
from openiads.results.measures import tracks

if TYPE_CHECKING:
    from openiads.engine.lowering import Lowered
    from openiads.engine.views import Views
    from openiads.results.measures.paths import Paths
    from openiads.results.measures.tracks import Hold, Identity
    from openiads.results.sightings import Sightings
    from openiads.results.store import RunReader
    from openiads.scenario.loader import Scenario

Array = NDArray[Any]
NEVER: Final = -1
"""Stands for the time of something that did not happen."""


@dataclass(frozen=True)
class Objects:
    """The objects of a run, sorted by id."""

    ids: tuple[str, ...]
    sides: Array
    kinds: Array
    systems: Array
    start_ns: Array
    sorties_per_month: Array
    """NaN where none is stated."""

    def index(self) -> dict[str, int]:
        """Place of each id."""
        return {name: k for k, name in enumerate(self.ids)}


@dataclass(frozen=True)
class Outcomes:
    """The outcomes as arrays (replications, objects); times that did not come are `NEVER`."""

    end_state: Array
    """Index into END_STATES."""
    end_ns: Array
    first_detection_ns: Array
    first_firm_ns: Array
    shots: Array

    def ended(self, state: str) -> Array:
        """Which objects ended so, (replications, objects)."""
        found: Array = self.end_state == END_STATES.index(state)
        return found


class RunData:
    """Tables of a run for measures.

    Parameters
    ----------
    table : callable
        `table(name)` gives a table as Arrow, sorted by its key; of a run folder, or made in memory.
    scenario : callable
        Gives the scenario, when a measure asks for positions or sites.
    replications : range
        Which replications the tables hold.
    seed : int, optional
        Seed of the run; measures that work the draws of a sortie out again, or walk more replications, need it.
    lowered : callable, optional
        Gives the lowered scenario where somebody has it already; else it is lowered when a measure asks.
    views : Views, optional
        Kept from one lowering to the next, for measures that lower further cases.
    """

    def __init__(
        self,
        table: Callable[[str], Any],
        scenario: Callable[[], "Scenario"],
        replications: range,
        *,
        seed: int | None = None,
        lowered: Callable[[], "Lowered"] | None = None,
        views: "Views | None" = None,
    ) -> None:
        self._read = table
        self._scenario = scenario
        self._seed = seed
        self._lowered = lowered
        self._views = views
        self._tables: dict[str, Any] = {}
        self._firm: dict[str | None, Array] = {}
        self.replications: Final = replications

    @classmethod
    def of(cls, reader: "RunReader", *, on_progress: Callable[[int], None] = lambda done: None) -> Self:
        """The data of a run folder. Tables that were not kept come from the same replications, walked once more."""
        from openiads.results.measures.again import Again  # noqa: PLC0415 - brings the engine along

        def scenario() -> "Scenario":
            from openiads.scenario.loader import load_scenario_text  # noqa: PLC0415 - slow, and only some measures need it

            return load_scenario_text(reader.scenario(), reader.manifest.scenario_name)

        again = Again(lambda: found.lowered, reader.manifest.seed, reader.manifest.span(), on_progress)

        def table(name: str) -> Any:
            kept = name not in TABLES or name == "objects" or reader.manifest.recorded(name) == reader.manifest.span()
            return reader.table(name) if kept else again.table(name)

        found = cls(table, scenario, reader.manifest.span(), seed=reader.manifest.seed)
        return found

    def table(self, name: str) -> Any:
        """A table as Arrow."""
        if name not in self._tables:
            self._tables[name] = self._read(name)
        return self._tables[name]

    def rows(self, name: str) -> list[dict[str, Any]]:
        """A table as a list of rows; for the short ones."""
        return self.table(name).to_pylist()  # type: ignore[no-any-return]

    def column(self, name: str, column: str) -> Array:
        """One column as an array; words as Python strings, missing times as `NEVER`."""
        found = self.table(name).column(column)
        if pa.types.is_integer(found.type):
            found = pc.fill_null(found, NEVER)
        return found.to_numpy(zero_copy_only=False) if isinstance(found, pa.Array) else found.to_numpy()  # type: ignore[no-any-return]

    @property
    def count(self) -> int:
        """How many replications there are."""
        return len(self.replications)

    @cached_property
    def scenario(self) -> "Scenario":
        """The scenario of the run."""
        return self._scenario()

    @property
    def seed(self) -> int:
        """The seed of the run.

        Raises
        ------
        ResultsError
            When nobody told it.
        """
        if self._seed is None:
            raise ResultsError("the tables come without the seed of their run, which this measure needs")
        return self._seed

    @cached_property
    def views(self) -> "Views":
        """What was seen from where in cases lowered before."""
        from openiads.engine.views import Views  # noqa: PLC0415 - compiles on import of its kernels

        return Views() if self._views is None else self._views

    @cached_property
    def lowered(self) -> "Lowered":
        """The lowered scenario: what no replication changes."""
        if self._lowered is not None:
            return self._lowered()
        from openiads.engine.lowering import lower  # noqa: PLC0415 - compiles on import of its kernels

        return lower(self.scenario)

    @cached_property
    def sightings(self) -> "Sightings":
        """Looks at friendly objects under a firm track."""
        from openiads.results.sightings import Sightings  # noqa: PLC0415 - compiles on import of its kernels

        return Sightings(self)

    @cached_property
    def objects(self) -> Objects:
        """The objects."""
        read = self.table("objects").to_pydict()
        return Objects(
            ids=tuple(read["object_id"]),
            sides=np.array(read["side"], dtype=object),
            kinds=np.array(read["kind"], dtype=object),
            systems=np.array(read["system"], dtype=object),
            start_ns=np.array(read["start_ns"], dtype=np.int64),
            sorties_per_month=np.array([np.nan if v is None else v for v in read["sorties_per_month"]], dtype=np.float64),
        )

    @cached_property
    def outcomes(self) -> Outcomes:
        """How each object ended in each replication.

        Raises
        ------
        ResultsError
            When a replication does not have one row per object.
        """
        ids, table = self.objects.ids, self.table("outcomes")
        if table.column("object_id").to_pylist() != list(ids) * self.count:
            raise ResultsError("outcomes: every replication must have one row per object of the objects table")

        def matrix(values: Array) -> Array:
            return values.reshape(self.count, len(ids))

        ends = pc.index_in(table.column("end_state"), pa.array(END_STATES)).to_numpy()
        return Outcomes(
            end_state=matrix(ends),
            end_ns=matrix(self.column("outcomes", "at_ns")),
            first_detection_ns=matrix(self.column("outcomes", "first_detection_ns")),
            first_firm_ns=matrix(self.column("outcomes", "first_firm_ns")),
            shots=matrix(self.column("outcomes", "shots")),
        )

    def side(self, side: str) -> Array:
        """Which objects are of a side, (objects,)."""
        found: Array = self.objects.sides == side
        return found

    def counts(self, name: str) -> Array:
        """A column of the table counts, (replications,)."""
        return self.column("counts", name).astype(np.float64)

    def lines(self, name: str) -> Array:
        """Place of the replication of each row of a table, from 0."""
        return self.column(name, "replication").astype(np.int64) - self.replications.start

    def total(self, name: str, which: Array, weights: Array | None = None) -> Array:
        """How many rows of a table are chosen in each replication (or the sum of their weights), (replications,)."""
        lines = self.lines(name)[which]
        return np.bincount(lines, None if weights is None else weights[which], minlength=self.count).astype(np.float64)

    def place_of(self, name: str | None) -> int:
        """Place of an object; without a name that of the only hostile one.

        Raises
        ------
        ResultsError
            When there is no such object, or not exactly one hostile object.
        """
        places = self.objects.index()
        if name is None:
            hostile = np.flatnonzero(self.side("hostile"))
            if len(hostile) != 1:
                raise ResultsError(
                    f"name an object, as object={self.objects.ids[0] if places else 'ID'}: {', '.join(places)}."
                )
            return int(hostile[0])
        if name not in places:
            raise ResultsError(f"no object is called {name!r}. Known: {', '.join(places)}.")
        return places[name]

    def spec_of(self, name: str | None) -> Any:
        """What the scenario says of an object, or of the group that it belongs to."""
        from openiads.engine.objects import members  # noqa: PLC0415 - compiles on import of its kernels

        wanted = self.objects.ids[self.place_of(name)]
        things = self.scenario.spec.objects
        return next(thing for key, thing in things.items() if wanted in {one for one, _, _ in members(key, thing)})

    def held_by(self, nodes: Container[str]) -> "list[Hold]":
        """Stretches of firm track of real objects at some nodes."""
        return [hold for hold in self.holds if hold.thing >= 0 and hold.node in nodes]

    @cached_property
    def holds(self) -> "tuple[Hold, ...]":
        """Every stretch of time for which a node held a firm track of one object or of nothing."""
        return tracks.holds(self)

    def firm_ns(self, node: str | None = None) -> Array:
        """Time for which an object had a firm track at any node (or at one), (replications, objects). Do not change it."""
        if node not in self._firm:
            self._firm[node] = tracks.firm_ns(self, node)
        return self._firm[node]

    @cached_property
    def identities(self) -> "Mapping[tuple[int, str, str], tuple[Identity, ...]]":
        """What each node held of the identity of each track, by replication, node and track."""
        return tracks.identities(self)

    @cached_property
    def owners(self) -> "Mapping[tuple[int, str, str], tuple[list[int], list[int]]]":
        """Times from which on each track followed an object, and which, by replication, node and track."""
        return tracks.owners(self)

    @cached_property
    def identified(self) -> "Mapping[tuple[int, str, int], tuple[list[int], list[str]]]":
        """When each node took an object for what, in time order, by replication, node and object."""
        return tracks.identified(self)

    @cached_property
    def paths(self) -> "Paths":
        """Where the objects fly and where the nodes stand."""
        from openiads.results.measures.paths import Paths  # noqa: PLC0415 - compiles on import of its kernels
        from openiads.scenario.standing import standing  # noqa: PLC0415 - slow, and only some measures need it

        return Paths(standing(self.scenario.spec))
