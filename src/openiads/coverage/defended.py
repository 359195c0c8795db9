"""Defended area: where an asset could stand so that an object coming at it can be met before it gets there.

A fire unit can meet an object at a point of its way when a missile's envelope holds the point, the engagement radar sees the
object there, and the time since one of the unit's own radars first saw it is enough: for a firm track, an answer to the
interrogation, a decision, the reaction and the flight of the missile. Magazines are full, channels are free, the object flies
straight and every missile that flies meets it: the area is what geometry and time allow, not what a raid would leave.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from openiads.checks import require_within
from openiads.constants import MEAN_EARTH_RADIUS_M, METRES_PER_KILOMETRE
from openiads.coverage.intruder import Intruder, intruder
from openiads.coverage.outline import Target, _conditions
from openiads.coverage.views import ENDS, RAISES_REACH, End, View, at_end, view_of
from openiads.errors import OutOfRangeError
from openiads.scenario.standing import standing

if TYPE_CHECKING:
    from openiads.models.engagement.spec import MissileSpec
    from openiads.scenario.loader import Scenario

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

RAISES_AREA: Final[Mapping[str, bool]] = {
    **RAISES_REACH,
    "max_range_ballistic_km": True,
    "mean_speed_mps": True,
    "max_target_speed_mps": True,
    "reaction_time_s": False,
    "cycle_s": False,
    "delay_s": False,
}
"""Figures with a public spread that move the area, and whether a greater figure makes it greater."""

LEAST_CELL_KM: Final = 0.93
"""Choice of the method: 30 arc-seconds of latitude: named systems have no finer raster."""
CELLS_ACROSS: Final = 25
"""Cells from the middle of a layout to the reach of its missiles, unless a cell is given."""
USUAL_PD: Final = 0.5
"""Detection in one look that counts as seen: as likely as not."""
EDGE: Final = 1.25
"""How far the map goes, in reaches of the missiles."""
AXES: Final = 16
"""Directions from which the object comes, all round; fixed, never searched."""
FARTHEST_KM: Final = 450.0
"""Choice of the method: where a level path begins, and to which any radar is asked."""
AZIMUTHS: Final = {True: 360, False: 72}
RANGE_STEPS: Final = {True: 2.0, False: 5.0}
"""Kilometres, and azimuths all round: tables of what a radar sees; a level path needs one, an arc one for each height."""
HEIGHT_STEPS: Final = (500.0, 2000.0, 5000.0)
"""Metres: steps of height between the tables of an arc below the last of these, and above it."""


@dataclass(frozen=True)
class Footprint:
    """The defended area against one class of object at one end of the figures.

    `all_round_km2` is the area in which the object can be met whatever axis it comes from, `mean_km2` the mean over the axes.
    `share` (rows, columns) is the share of axes by cell, rows from south to north; cells are `cell_km` apart about the middle.
    """

    target: str
    end: End
    units: tuple[str, ...]
    all_round_km2: float
    mean_km2: float
    cell_km: float
    axes: int
    share: Array


@dataclass(frozen=True)
class _Station:
    """One fire unit at one end of its figures, at its place in the plane about the middle of the layout. [m]"""

    east_m: float
    north_m: float
    ground_m: float
    guide: View
    views: tuple[View, ...]
    missiles: tuple["MissileSpec", ...]
    lead_s: float


def footprints(
    scenario: "Scenario",
    targets: Sequence[str] | None = None,
    *,
    ends: Iterable[End] = ENDS,
    axes: int = AXES,
    cell_km: float | None = None,
    p_detection: float = USUAL_PD,
    on_step: Callable[[], None] | None = None,
) -> tuple[Footprint, ...]:
    """Defended areas of the fire units that stand in a scenario, against classes of its hostile objects.

    Parameters
    ----------
    targets : sequence of str, optional
        Objects of the scenario whose height, speed and cross-section (front) make the class; every hostile one unless given.
    ends : iterable of {"low", "nominal", "high"}
        Ends of the system's public figures; those of the object stay nominal.
    axes : int
        Directions, evenly all round.
    cell_km : float, optional
        Side of a cell; a 25th of the reach unless given. [km] 0.93 or more
    p_detection : float
        Probability of detection of one look that counts as seen.
    on_step : callable, optional
        Called after each class and end.

    Returns
    -------
    tuple of Footprint
        By target, then by end. Areas are 0 where no fire unit stands.

    Raises
    ------
    OutOfRangeError
        For a cell finer than 30 arc-seconds, or fewer than one axis.

    Notes
    -----
    Validity: the plane about the layout is off by under 0.5 per cent to 400 km; terrain masks are those of the sites, and a path
    above ground runs at its height over the ground of the fire unit. Search is taken to come to an object half a
    rotation (or half a raster of an unloaded multifunction radar) after it comes into view, the track to be firm after the
    tracker's hits in a row, a decision to wait half a cycle: what happens on average, not at the worst. Limits on the crossing
    offset and on the angle of descent are not counted.
    """
    if axes < 1:
        raise OutOfRangeError(f"axes = {axes}: at least one direction is needed.")
    if cell_km is not None:
        require_within(LEAST_CELL_KM, cell_km, 100.0, name="cell_km", source="a raster of named systems (30 arc-seconds)")
    spec = scenario.spec
    stands = standing(spec)
    chosen = sorted(k for k, o in spec.objects.items() if o.side == "hostile") if targets is None else list(targets)
    found = []
    for key in chosen:
        for end in ends:
            stations = _stations(scenario, stands.fire_units, end)
            ground_m = float(np.mean([s.ground_m for s in stations])) if stations else 0.0
            coming = intruder(spec, key, ground_m=ground_m, farthest_m=_farthest_m(stations))
            found.append(_footprint(stations, tuple(stands.fire_units), coming, end, axes, cell_km, p_detection))
            if on_step is not None:
                on_step()
    return tuple(found)


def _stations(scenario: "Scenario", units: Iterable[str], end: End) -> list[_Station]:
    spec, found = scenario.spec, []
    for key in sorted(units):
        unit = spec.fire_units[key]
        guide = view_of(scenario, f"{key}/engagement", end=end)
        views = [guide]
        if unit.search_radar is not None:
            views.append(view_of(scenario, f"{key}/search", end=end))
        command = at_end(scenario, f"fire_units.{key}.command", unit.command, end, RAISES_AREA)
        ident = at_end(scenario, f"fire_units.{key}.identification", unit.identification, end, RAISES_AREA)
        missiles = [
            at_end(scenario, f"fire_units.{key}.missiles.{name}", missile, end, RAISES_AREA)
            for name, missile in sorted(unit.missiles.items())
            if missile.count > 0
        ]
        place = (guide.latitude_rad, guide.longitude_rad)
        lead_s = command.reaction_time_s + 0.5 * command.cycle_s + ident.delay_s
        found.append(_Station(*place, spec.places[unit.place].ground_m, guide, tuple(views), tuple(missiles), lead_s))
    if not found:
        return found
    middle = (float(np.mean([s.east_m for s in found])), float(np.mean([s.north_m for s in found])))
    return [_placed(s, middle) for s in found]


def _placed(station: _Station, middle: tuple[float, float]) -> _Station:
    """A station whose place so far is latitude and longitude, in the plane about a middle."""
    north = (station.east_m - middle[0]) * MEAN_EARTH_RADIUS_M
    east = (station.north_m - middle[1]) * MEAN_EARTH_RADIUS_M * math.cos(middle[0])
    rest = {name: getattr(station, name) for name in ("ground_m", "guide", "views", "missiles", "lead_s")}
    return _Station(east, north, **rest)


def _footprint(
    stations: list[_Station],
    units: tuple[str, ...],
    coming: Intruder,
    end: End,
    axes: int,
    cell_km: float | None,
    p_detection: float,
) -> Footprint:
    reach_km = max((_farthest_km(m, coming) for s in stations for m in s.missiles), default=0.0)
    cell = cell_km or max(LEAST_CELL_KM, reach_km / CELLS_ACROSS)
    half = math.ceil(EDGE * reach_km / cell)
    steps = np.arange(-half, half + 1) * cell * METRES_PER_KILOMETRE
    east, north = np.meshgrid(steps, steps)
    from_rad = np.arange(axes, dtype=np.float64) * (2.0 * math.pi / axes)
    met = np.zeros((axes, east.size), dtype=bool)
    for station in stations:
        met |= _met(station, coming, east.ravel(), north.ravel(), from_rad, p_detection)
    share = met.mean(axis=0).reshape(east.shape) if stations else np.zeros(east.shape)
    return Footprint(
        target=coming.name,
        end=end,
        units=tuple(sorted(units)),
        all_round_km2=float((share == 1.0).sum()) * cell * cell,
        mean_km2=float(share.sum()) * cell * cell,
        cell_km=cell,
        axes=axes,
        share=share,
    )


def _farthest_m(stations: list[_Station]) -> float:
    """Distance at which a level way begins: beyond what any radar listens to, seen from the farthest cell."""
    heard_m = max((view.instrumented_m for s in stations for view in s.views), default=METRES_PER_KILOMETRE)
    reach_km = max((m.max_range_km for s in stations for m in s.missiles), default=0.0)
    return min(FARTHEST_KM * METRES_PER_KILOMETRE, heard_m + EDGE * reach_km * METRES_PER_KILOMETRE)


def _farthest_km(missile: "MissileSpec", coming: Intruder) -> float:
    return missile.max_range_ballistic_km if coming.ballistic else missile.max_range_km


def _met(station: _Station, coming: Intruder, east: Array, north: Array, from_rad: Array, p_detection: float) -> Flags:
    """By axis and cell, whether the station can meet the object somewhere on its way there, (axes, cells)."""
    looks = [_Looks(view, coming, p_detection) for view in station.views]
    delays = [0.5 * view.revisit_s + (view.confirm[0] - 1) * view.look_period_s for view in station.views]
    shape = (len(from_rad), len(east))
    first = [np.full(shape, -math.inf) for _ in looks]
    met = np.zeros(shape, dtype=bool)
    toward_e, toward_n = np.sin(from_rad)[:, None], np.cos(from_rad)[:, None]
    for j, go_s in enumerate(coming.go_s):
        de = east[None, :] + toward_e * coming.go_m[j] - station.east_m
        dn = north[None, :] + toward_n * coming.go_m[j] - station.north_m
        ground, azimuth = np.hypot(de, dn), np.arctan2(de, dn)
        seen = [table.sees(j, azimuth, ground) for table in looks]
        for flags, since in zip(seen, first, strict=True):
            np.copyto(since, go_s, where=flags & np.isneginf(since))
        firm = np.maximum.reduce([since - delay for since, delay in zip(first, delays, strict=True)])
        slant = _slant_m(ground, station.guide.height_m, float(coming.height_m[j]))
        for missile in station.missiles:
            inside = _inside(missile, station, coming, j, slant)
            if inside is not None:
                met |= seen[0] & inside & (firm - go_s >= station.lead_s + _flight_s(missile, slant))
    return met


def _inside(missile: "MissileSpec", station: _Station, coming: Intruder, j: int, slant_m: Array) -> Flags | None:
    """Where a missile may meet the object on sample `j` of its way; None: nowhere, it is too low, too high or too fast."""
    height_m, speed = float(coming.height_m[j]), float(coming.speed_mps[j])
    lowest_m, fastest, farthest_km = _limits(missile, station, coming, speed)
    if not lowest_m <= height_m <= missile.max_altitude_km * METRES_PER_KILOMETRE or speed > fastest:
        return None
    nearest_m, farthest_m = missile.min_range_km * METRES_PER_KILOMETRE, farthest_km * METRES_PER_KILOMETRE
    return np.asarray((slant_m >= nearest_m) & (slant_m <= farthest_m))


def _limits(missile: "MissileSpec", station: _Station, coming: Intruder, speed_mps: float) -> tuple[float, float, float]:
    """Lowest height [m], fastest target [m/s] and farthest range [km] of a missile against a class at a speed."""
    lowest_m, fastest = station.ground_m + missile.min_altitude_m, missile.max_target_speed_mps
    farthest_km = _farthest_km(missile, coming)
    limits = missile.ballistic if coming.ballistic else None
    if limits is not None and limits.min_altitude_km is not None:
        lowest_m = max(lowest_m, limits.min_altitude_km * METRES_PER_KILOMETRE)
    if limits is not None and limits.max_speed_mps is not None:
        fastest = min(fastest, limits.max_speed_mps)
    if missile.speed_classes:
        fastest = min(fastest, missile.speed_classes[-1].up_to_mps)
        own = next((part for part in missile.speed_classes if speed_mps <= part.up_to_mps), None)
        if own is not None and own.max_range_km is not None:
            farthest_km = min(farthest_km, own.max_range_km)
    return lowest_m, fastest, farthest_km


def _flight_s(missile: "MissileSpec", slant_m: Array) -> Array:
    """Time of flight to a slant range: the stated table, or the mean speed. [s]"""
    if missile.time_of_flight is None:
        return slant_m / missile.mean_speed_mps
    ranges, times = np.array([(0.0, 0.0), *missile.time_of_flight]).T
    return np.asarray(np.interp(slant_m, ranges * METRES_PER_KILOMETRE, times))


def _slant_m(ground_m: Array, low_m: float, high_m: float) -> Array:
    """Chord between two heights over a sphere, a ground distance apart. [m]"""
    a, b = MEAN_EARTH_RADIUS_M + low_m, MEAN_EARTH_RADIUS_M + high_m
    half = np.sin(ground_m / (2.0 * MEAN_EARTH_RADIUS_M))
    return np.asarray(np.sqrt((a - b) ** 2 + 4.0 * a * b * half * half))


def _coarse_m(height_m: float, *, level: bool) -> float:
    """The height of the table that stands for a height: its own on a level path, one of about thirty on an arc."""
    step_m = HEIGHT_STEPS[0] if height_m < HEIGHT_STEPS[2] else HEIGHT_STEPS[1]
    return height_m if level else step_m * max(round(height_m / step_m), 1)


class _Looks:
    """Tables of where a radar sees one class of object, by azimuth and ground range, for each height on its way."""

    def __init__(self, view: View, coming: Intruder, p_detection: float) -> None:
        self.view, self.coming, self.p_detection = view, coming, p_detection
        self.count = AZIMUTHS[coming.level]
        self.step_m = RANGE_STEPS[coming.level] * METRES_PER_KILOMETRE
        farthest = min(view.instrumented_m, FARTHEST_KM * METRES_PER_KILOMETRE)
        self.ranges_m = np.arange(math.ceil(farthest / self.step_m), dtype=np.float64) * self.step_m + 0.5 * self.step_m
        self._of = lru_cache(maxsize=None)(self._table)

    def sees(self, j: int, azimuth_rad: Array, ground_m: Array) -> Flags:
        """Whether it sees the object on sample `j` of its way at these places."""
        table = self._of(_coarse_m(float(self.coming.height_m[j]), level=self.coming.level))
        a = np.floor(azimuth_rad / (2.0 * math.pi) * self.count).astype(np.int32) % self.count
        r = np.minimum((ground_m / self.step_m).astype(np.int32), table.shape[1] - 1)
        return np.asarray(table[a, r])

    def _table(self, height_m: float) -> Flags:
        target = Target(height_m, self.coming.rcs_m2, self.p_detection, self.coming.swerling)
        azimuths = (np.arange(self.count, dtype=np.float64) + 0.5) * (2.0 * math.pi / self.count)
        limits: dict[str, Any] = _conditions(self.view, target, azimuths[:, None], self.ranges_m[None, :])
        seen = np.logical_and.reduce([flags for name, flags in limits.items() if name != "kinematics"])
        return np.concatenate([seen, np.zeros((self.count, 1), dtype=bool)], axis=1)
