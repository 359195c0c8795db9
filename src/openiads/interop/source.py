"""What is exported of a run: one replication, a span of time, its truth paths, its nodes and its tables row by row."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from openiads.constants import NANOSECONDS_PER_SECOND
from openiads.engine.objects import lower_objects
from openiads.engine.sites import Sites, node_spec
from openiads.errors import InteropError
from openiads.geo.ellipsoid import ecef_to_geodetic, enu_axes, geodetic_to_ecef
from openiads.physics.kinematics import hermite
from openiads.records.tables import TABLES
from openiads.results.store import RunReader
from openiads.results.stream import is_recorded, iter_rows
from openiads.scenario.loader import Scenario, load_scenario_text

Array = NDArray[np.float64]
Times = NDArray[np.int64]

MOST_CELLS = 50_000
"""Objects times instants that are worked out at once."""

_hermite: Callable[..., Any] = getattr(hermite, "py_func", hermite)  # the same formula on arrays


@dataclass(frozen=True)
class Thing:
    """An object in one replication: when it is there and how it ended."""

    object_id: str
    side: str
    kind: str
    system: str
    start_ns: int
    end_ns: int
    end_state: str


@dataclass(frozen=True)
class RadarSite:
    """A radar: node and role, antenna position, and what the scenario says of it."""

    node: str
    role: str
    latitude_rad: float
    longitude_rad: float
    height_m: float
    spec: Any

    @property
    def name(self) -> str:
        """Node and role in one word."""
        return f"{self.node}/{self.role}"

    @cached_property
    def position_m(self) -> Array:
        """ECEF position of the antenna, (3,)."""
        return geodetic_to_ecef(latitude_rad=self.latitude_rad, longitude_rad=self.longitude_rad, height_m=self.height_m)

    @cached_property
    def axes(self) -> Array:
        """East, north, up at the antenna as rows."""
        return enu_axes(latitude_rad=self.latitude_rad, longitude_rad=self.longitude_rad)


@dataclass(frozen=True)
class NodeSite:
    """A node: command post, sensor or fire unit, where it stands, and its radars."""

    name: str
    kind: str
    system: str
    latitude_rad: float
    longitude_rad: float
    height_m: float
    radars: tuple[RadarSite, ...]

    @cached_property
    def position_m(self) -> Array:
        """ECEF position of its ground, (3,)."""
        return geodetic_to_ecef(latitude_rad=self.latitude_rad, longitude_rad=self.longitude_rad, height_m=self.height_m)


class Paths:
    """Truth paths of the objects of one replication, as the engine moves them."""

    def __init__(self, objects: NDArray[Any], knots: NDArray[Any], end_ns: Times) -> None:
        self._objects = objects
        self._position = knots["position_m"] if knots.dtype.names else np.zeros((2, 3))
        self._velocity = knots["velocity_mps"] if knots.dtype.names else np.zeros((2, 3))
        self.start_ns: Times = objects["start_ns"]
        self.end_ns = end_ns

    def alive(self, at_ns: int) -> NDArray[np.bool_]:
        """Which objects are there at an instant, (objects,)."""
        found: NDArray[np.bool_] = (self.start_ns <= at_ns) & (at_ns <= self.end_ns)
        return found

    def at(self, index: Any, at_ns: Any) -> tuple[Array, Array]:
        """ECEF position [m] and velocity [m/s], each (..., 3), of objects `index` at `at_ns`, which broadcast."""
        index, at_ns = np.broadcast_arrays(np.asarray(index), np.asarray(at_ns, dtype=np.int64))
        o = self._objects[index]
        elapsed = np.clip(at_ns - o["start_ns"], 0, o["end_ns"] - o["start_ns"])
        step = o["knot_step_ns"]
        number = np.minimum(elapsed // step, o["knot_count"] - 2)
        first = (o["knot_first"] + number)[..., None] * 3 + np.arange(3)
        p, v = self._position.ravel(), self._velocity.ravel()
        share = ((elapsed - number * step) / step)[..., None]
        h = (step / NANOSECONDS_PER_SECOND)[..., None]
        position: Array
        velocity: Array
        position, velocity = _hermite(p[first], v[first], p[first + 3], v[first + 3], h, share)
        return position, velocity


def _nobody(at_ns: int) -> None:
    """Nobody wants to know."""


@dataclass(frozen=True)
class Source:
    """One replication of a run, between two instants, ready to be written in another format."""

    reader: RunReader
    scenario: Scenario
    replication: int
    from_ns: int
    until_ns: int
    epoch_ns: int
    things: tuple[Thing, ...]
    paths: Paths
    nodes: tuple[NodeSite, ...]
    on_time: Callable[[int], None] = _nobody

    @classmethod
    def open(
        cls,
        reader: RunReader,
        replication: int = 0,
        *,
        from_s: float | None = None,
        until_s: float | None = None,
        on_time: Callable[[int], None] | None = None,
    ) -> Self:
        """What to export of a run; `from_s` and `until_s` count from the start of the scenario. [s]

        `on_time` is told how far the export is, in nanoseconds of the scenario, not always forwards.

        Raises
        ------
        OpeniadsError
            The replication is not in the run, or the span is empty.
        """
        reader.require_replication(replication)
        scenario = load_scenario_text(reader.scenario(), reader.manifest.scenario_name)
        spec = scenario.spec
        from_ns = _nanoseconds(0.0 if from_s is None else from_s)
        until_ns = _nanoseconds(spec.clock.duration_s if until_s is None else until_s)
        if not 0 <= from_ns < until_ns:
            raise InteropError(
                f"from {from_ns / 1e9:g} s to {until_ns / 1e9:g} s is no span of this run; it lasts {spec.clock.duration_s:g} s"
            )
        start = datetime.strptime(spec.clock.start_utc, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        sites = Sites(spec)
        lowered = lower_objects(spec, sites)
        things = _things(reader, replication)
        ends = np.array([thing.end_ns for thing in things], dtype=np.int64)
        return cls(
            reader=reader,
            scenario=scenario,
            replication=replication,
            from_ns=from_ns,
            until_ns=until_ns,
            epoch_ns=int(start.timestamp()) * NANOSECONDS_PER_SECOND,
            things=things,
            paths=Paths(lowered.objects, lowered.knots, ends),
            nodes=_nodes(spec, sites),
            on_time=on_time or _nobody,
        )

    @property
    def title(self) -> str:
        """Title of the scenario."""
        return self.scenario.spec.scenario.title

    @property
    def provenance(self) -> str:
        """One line that says what the exported data are; it stands in every file that has room for it."""
        manifest = self.reader.manifest
        return (
            f"openiads, simulated from public figures, in this model only: {self.title}; seed {manifest.seed}, replication "
            f"{self.replication}, scenario {manifest.scenario_sha256[:12]}, {len(manifest.placeholders)} placeholder figures"
        )

    @property
    def start(self) -> datetime:
        """Start of the scenario, UTC."""
        return datetime.fromtimestamp(self.epoch_ns // NANOSECONDS_PER_SECOND, UTC)

    @cached_property
    def index(self) -> dict[str, int]:
        """Place of each object in `things` by its id."""
        return {thing.object_id: k for k, thing in enumerate(self.things)}

    @cached_property
    def node_index(self) -> dict[str, int]:
        """Place of each node in `nodes` by its name."""
        return {node.name: k for k, node in enumerate(self.nodes)}

    @cached_property
    def radars(self) -> dict[tuple[str, str], RadarSite]:
        """Radars by node and role."""
        return {(radar.node, radar.role): radar for node in self.nodes for radar in node.radars}

    def has(self, name: str) -> bool:
        """Whether table `name` of this replication was recorded."""
        return is_recorded(self.reader, name, self.replication)

    @property
    def missing(self) -> tuple[str, ...]:
        """Tables that were not recorded of this replication."""
        return tuple(name for name in TABLES if not self.has(name))

    def rows(self, name: str) -> Iterator[dict[str, Any]]:
        """Rows of a table within the span, in order, one at a time; none when it was not recorded."""
        if not self.has(name):
            return
        for row in iter_rows(self.reader, name, self.replication):
            at_ns = row.get("at_ns", self.from_ns)
            if at_ns > self.until_ns and TABLES[name].key[:2] == ("replication", "at_ns"):
                return
            if self.from_ns <= at_ns <= self.until_ns:
                self.on_time(at_ns)
                yield row

    def instants(self, step_ns: int) -> Iterator[tuple[int, NDArray[np.bool_], Array, Array]]:
        """Every `step_ns` from start to end: the time, which objects are there, their positions and velocities (n, 3)."""
        at_once = max(1, MOST_CELLS // max(1, len(self.things)))
        everything = np.arange(len(self.things))[:, None]
        first = self.from_ns
        while first <= self.until_ns and self.things:
            times = first + step_ns * np.arange(at_once, dtype=np.int64)
            times = times[times <= self.until_ns]
            position, velocity = self.paths.at(everything, times[None, :])
            for k, at_ns in enumerate(times.tolist()):
                self.on_time(at_ns)
                yield at_ns, self.paths.alive(at_ns), position[:, k], velocity[:, k]
            first += step_ns * at_once

    def span_of(self, thing: Thing) -> tuple[int, int] | None:
        """First and last instant of an object within the span, or None when it is not there."""
        first, last = max(thing.start_ns, self.from_ns), min(thing.end_ns, self.until_ns)
        return (first, last) if first <= last else None


def geodetic_degrees(position_ecef_m: Array) -> tuple[Array, Array, Array]:
    """Latitude and longitude in degrees and height in metres of ECEF positions."""
    latitude, longitude, height = ecef_to_geodetic(position_ecef_m)
    return np.degrees(latitude), np.degrees(longitude), height


def _nanoseconds(seconds: float) -> int:
    return round(seconds * NANOSECONDS_PER_SECOND)


def _things(reader: RunReader, replication: int) -> tuple[Thing, ...]:
    outcomes = {row["object_id"]: row for row in iter_rows(reader, "outcomes", replication)}
    found = []
    for row in reader.table("objects").to_pylist():
        end = outcomes.get(row["object_id"])
        if end is None:
            raise InteropError(f"{reader.folder}: replication {replication} has no outcome of object {row['object_id']!r}")
        named = {name: row[name] for name in ("object_id", "side", "kind", "system", "start_ns")}
        found.append(Thing(**named, end_ns=end["at_ns"], end_state=end["end_state"]))
    return tuple(sorted(found, key=lambda thing: thing.object_id))


def _nodes(spec: Any, sites: Sites) -> tuple[NodeSite, ...]:
    found = []
    sections = {"command_post": spec.command_posts, "sensor": spec.sensors, "fire_unit": spec.fire_units}
    for kind, members in sections.items():
        for name in members:
            owner = node_spec(spec, name)
            radars = []
            for role in ("search", "engagement"):
                radar = getattr(owner, f"{role}_radar", None)
                if radar is not None:
                    radars.append(RadarSite(name, role, *sites.antenna(name, radar), radar))
            latitude, longitude, ground_m = sites.locate(owner.place)
            found.append(NodeSite(name, kind, owner.system or "", latitude, longitude, ground_m, tuple(radars)))
    return tuple(sorted(found, key=lambda node: node.name))
