"""Looks of every radar at friendly objects while its node held a firm track of them: when, from which side, how strong.

Worked out from the lowered scenario (geometry, path losses, calendar), the draws of each replication (cross-section of the sortie,
reflectors) and the recorded tracks. The signal is that of one look at the median cross-section of the sortie, before the
fluctuation of the look itself. A look stands for one period of its radar around it, as long as the track is held: where the
calendar has no look (the radar is silent, the object out of sight or the sector turned away) no time counts.
"""

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.engine.sorties import Sorties, sorties
from openiads.engine.windows import Interval, union
from openiads.models.sensing.looks import fill_motions
from openiads.physics.link_budget import propagation_loss_db
from openiads.records.case import FRAME, FRIENDLY, LOOK, ROTATING, Case
from openiads.results.measures.tracks import NOTHING

if TYPE_CHECKING:
    from openiads.results.measures.data import RunData

Array = NDArray[Any]
ASPECTS: Final = ("front", "side", "rear")
"""Sectors by the code of the engine."""

SIGHTING: Final = np.dtype(
    [
        ("at_ns", "i8"),
        ("aspect", "i4"),  # FRONT, SIDE or REAR
        ("angle_rad", "f8"),  # from the object's course to the radar, clockwise, -pi to pi
        ("azimuth_rad", "f8"),  # at the radar
        ("snr_1m2_db", "f8"),  # of 1 m2
    ]
)


@dataclass(frozen=True)
class Seen:
    """Looks of one radar at one object in one replication while its node held a firm track of it, in time order.

    The time for which a look stands, as far as the track is held, is in pieces: start and end of each, and which look it is `of`.
    """

    line: int
    radar: int
    thing: int
    reflectors: bool
    looks: Array
    snr_db: NDArray[np.float64]
    first_ns: NDArray[np.int64]
    last_ns: NDArray[np.int64]
    of: NDArray[np.int64]

    @property
    def held_ns(self) -> NDArray[np.float64]:
        """Time for which each look stands. [ns]"""
        found = np.zeros(len(self.looks))
        np.add.at(found, self.of, self.last_ns - self.first_ns)
        return found


class Sightings:
    """All looks at the friendly objects of a run; geometry is worked out once, the rest replication by replication."""

    def __init__(self, data: "RunData") -> None:
        self.data = data
        self.lowered = data.lowered
        self.case: Case = self.lowered.case
        self.things = tuple(int(o) for o in np.flatnonzero(self.case.objects["side"] == FRIENDLY))

    @property
    def sensors(self) -> tuple[tuple[str, str], ...]:
        """Node and role of each radar."""
        return self.lowered.names.radars

    @cached_property
    def geometry(self) -> dict[tuple[int, int], Array]:
        """Every look of every radar at every friendly object, by radar and object."""
        found = {}
        for kind, table in ((LOOK, self.case.looks), (FRAME, self.case.candidates)):
            rows = self.case.calendar[self.case.calendar["kind"] == kind]
            radar, at_ns = np.repeat(rows["index"], rows["count"]), np.repeat(rows["at_ns"], rows["count"])
            thing = table["object"][: len(radar)]
            wanted = np.isin(thing, self.things)
            for r, o in sorted(set(zip(radar[wanted].tolist(), thing[wanted].tolist(), strict=True))):
                mine = wanted & (radar == r) & (thing == o)
                found[r, o] = _looks(self.case, table[: len(radar)][mine], at_ns[mine], r, o)
        return found

    @cached_property
    def tracked(self) -> dict[int, dict[tuple[str, int], list[Interval]]]:
        """When each node held a firm track of each object, by place of the replication."""
        index = {name: k for k, name in enumerate(self.lowered.names.objects)}
        ids = self.data.objects.ids
        found: dict[int, dict[tuple[str, int], list[Interval]]] = defaultdict(lambda: defaultdict(list))
        for hold in self.data.holds:
            if hold.thing != NOTHING:
                found[hold.line][hold.node, index[ids[hold.thing]]].append((hold.start_ns, hold.end_ns))
        return {line: {key: union(times) for key, times in one.items()} for line, one in found.items()}

    def seen(self) -> Iterator[Seen]:
        """Looks under a firm track, replication by replication, radar by radar, object by object."""
        turned = _turns(self.data, self.lowered)
        for line, replication in enumerate(self.data.replications):
            flown = sorties(self.case, seed=self.data.seed, replication=replication)
            for (r, o), looks in sorted(self.geometry.items()):
                held = self.tracked.get(line, {}).get((self.sensors[r][0], o))
                if held:
                    facing = self._facing(r, looks, turned.get((line, self.sensors[r][0]), []))
                    yield self._one(line, r, o, looks[facing], held, flown)

    def _one(self, line: int, r: int, o: int, looks: Array, held: list[Interval], flown: Sorties) -> Seen:
        first_ns, last_ns, of = _cut(*_spans(looks["at_ns"], int(self.case.radars[r]["period_ns"])), held)
        kept, of = np.unique(of, return_inverse=True)
        rows = looks[kept]
        snr_db = rows["snr_1m2_db"] + flown.rcs_db[o][rows["aspect"]]
        return Seen(line, r, o, bool(flown.reflectors[o]), rows, snr_db, first_ns, last_ns, of)

    def _facing(self, r: int, looks: Array, turns: list[tuple[int, float]]) -> NDArray[np.bool_]:
        """Which looks lie in the sector of a multifunction radar, where its antenna then pointed."""
        radar = self.case.radars[r]
        if radar["kind"] == ROTATING:
            return np.ones(len(looks), dtype=bool)
        pointed = _pointed(radar, turns if self.sensors[r][1] == "engagement" else [], looks["at_ns"])
        turn = np.abs((looks["azimuth_rad"] - pointed + np.pi) % (2.0 * np.pi) - np.pi)
        return np.asarray(turn <= radar["sector_half_rad"])


def _looks(case: Case, seen: Array, at_ns: Array, r: int, o: int) -> Array:
    """Looks of one radar at one object as rows of SIGHTING, (n,); a frame is taken at its middle."""
    radar, rotating = case.radars[r], case.radars[r]["kind"] == ROTATING
    found = np.zeros(len(seen), SIGHTING)
    found["at_ns"] = seen["at_ns"] if rotating else at_ns - int(radar["period_ns"]) // 2
    found["azimuth_rad"] = seen["azimuth_rad"]
    motions, aspects = np.zeros((len(seen), 6)), np.zeros(len(seen), np.int32)
    fill_motions(radar, case.objects, case.knots, o, np.ascontiguousarray(found["at_ns"]), motions, aspects)
    place, velocity = motions[:, :3], motions[:, 3:]
    toward = radar["site_m"] - place
    found["angle_rad"] = _angle(place, velocity, toward)
    if rotating:
        found["aspect"], found["snr_1m2_db"] = seen["aspect"], seen["snr_1m2_db"]
        return found
    found["aspect"] = aspects
    loss_db = propagation_loss_db(range_m=np.linalg.norm(toward, axis=1))
    found["snr_1m2_db"] = float(radar["gain_db"]) - loss_db + seen["path_db"]
    return found


def _angle(place: NDArray[np.float64], velocity: NDArray[np.float64], toward: NDArray[np.float64]) -> NDArray[np.float64]:
    """Angle in the horizontal plane from the course to the radar, clockwise seen from above, (n,). [rad] -pi to pi"""

    def dot(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(np.sum(a * b, axis=1))

    up = place / np.linalg.norm(place, axis=1)[:, None]
    course = velocity - dot(velocity, up)[:, None] * up
    line = toward - dot(toward, up)[:, None] * up
    return np.asarray(np.arctan2(-dot(up, np.cross(course, line)), dot(course, line)))


def _spans(at_ns: Array, period_ns: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The time for which each look stands: to halfway to its neighbours, or half a period where the next is missing."""
    middles = at_ns[:-1] + np.diff(at_ns) // 2
    near = np.diff(at_ns) <= 3 * period_ns // 2
    first = np.concatenate([at_ns[:1], np.where(near, middles, at_ns[1:])]) - np.concatenate([[True], ~near]) * (
        period_ns // 2
    )
    last = np.concatenate([np.where(near, middles, at_ns[:-1]), at_ns[-1:]]) + np.concatenate([~near, [True]]) * (
        period_ns // 2
    )
    return first, last


def _cut(
    first_ns: NDArray[np.int64], last_ns: NDArray[np.int64], held: list[Interval]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """What of each span lies in the held intervals: starts and ends of the pieces, by span and then by time, and which span."""
    firsts = [np.maximum(first_ns, a) for a, _ in held]
    lasts = [np.minimum(last_ns, b) for _, b in held]
    starts, stops = np.array(firsts).T, np.array(lasts).T
    of, part = np.nonzero(stops > starts)
    return starts[of, part], stops[of, part], of


def _turns(data: "RunData", lowered: Any) -> dict[tuple[int, str], list[tuple[int, float]]]:
    """When each fire unit told its antenna to turn, and where to, by place of the replication and node."""
    units = {lowered.names.nodes[row["node"]] for row in lowered.case.fire_units}
    found: dict[tuple[int, str], list[tuple[int, float]]] = defaultdict(list)
    read = data.table("events")
    slewed = read.filter([event == "slewed" for event in read.column("event").to_pylist()])
    for row in slewed.to_pylist():
        if row["node"] in units:
            found[row["replication"] - data.replications.start, row["node"]].append((row["at_ns"], row["value"]))
    return dict(found)


def _pointed(radar: Any, turns: list[tuple[int, float]], at_ns: Array) -> NDArray[np.float64]:
    """Boresight at times (n,): it turns at its rate toward where it was last told to. [rad]"""
    boresight, since, wanted = float(radar["boresight_rad"]), 0, float(radar["boresight_rad"])
    found = np.full(len(at_ns), boresight)
    for change_ns, to in [*sorted(turns), (None, 0.0)]:
        inside = (at_ns >= since) & (True if change_ns is None else at_ns < change_ns)
        found[inside] = _toward(radar, boresight, wanted, at_ns[inside] - since)
        if change_ns is not None:
            boresight, since, wanted = float(_toward(radar, boresight, wanted, change_ns - since)), change_ns, to
    return found


def _toward(radar: Any, boresight: float, wanted: float, elapsed_ns: ArrayLike) -> NDArray[np.float64]:
    reach = float(radar["slew_radps"]) * np.asarray(elapsed_ns, dtype=np.float64) * 1e-9
    turn = (wanted - boresight + math.pi) % (2.0 * math.pi) - math.pi
    return np.asarray(boresight + np.minimum(np.maximum(turn, -reach), reach))
