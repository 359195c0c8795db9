"""What decides on coverage, out of a scenario or of a bare site: antenna, mask, calibration, limits, at three ends of the figures.

The figures go through the very functions that a run uses: `engine.sites` places antenna and mask, `models.sensing.lowering`
calibrates to the published point, `geo.terrain.masks` hides.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from openiads.catalogue.skylines import skyline_ids
from openiads.constants import METRES_PER_KILOMETRE, STANDARD_REFRACTION_FACTOR
from openiads.errors import OutOfRangeError, ScenarioError
from openiads.geo.ellipsoid import enu_axes, geodetic_to_ecef
from openiads.geo.terrain.masks import MaskSteps, smooth_mask_steps
from openiads.models.sensing.lowering import radar_gain_db, raster
from openiads.models.sensing.paths import Paths, paths_of

if TYPE_CHECKING:
    from openiads.models.engagement.spec import MissileSpec
    from openiads.models.sensing.spec import RadarSpec
    from openiads.scenario.loader import Scenario
    from openiads.scenario.schema import ScenarioSpec

Array = NDArray[np.float64]
End = Literal["low", "nominal", "high"]
ENDS: tuple[End, ...] = ("low", "nominal", "high")

RAISES_REACH: Mapping[str, bool] = {
    "range_km": True,
    "reference_range_km": True,
    "rcs_m2": False,
    "p_detection": True,
    "instrumented_range_km": True,
    "antenna_height_m": True,
    "elevation_min_deg": False,
    "elevation_max_deg": True,
    "max_range_km": True,
    "min_range_km": False,
    "max_altitude_km": True,
    "min_altitude_m": False,
}
"""Figures with a public spread that move the reach, and whether a greater figure makes it greater."""

FIELDS = ("engagement_radar", "search_radar")
ROLES = {"engagement_radar": "engagement", "search_radar": "search"}


@dataclass(frozen=True)
class Site:
    """A bare antenna: no scenario, no radar figures, so only the horizon, the terrain and a ring limit it.

    `ground_m` is the ground above mean sea level; None takes it from the terrain, or the sea where there is none.
    """

    latitude_deg: float
    longitude_deg: float
    antenna_height_m: float
    range_km: float
    ground_m: float | None = None
    refraction_factor: float = STANDARD_REFRACTION_FACTOR
    name: str = "site"


@dataclass(frozen=True)
class Calibration:
    """What fixes the signal: SNR on 1 m2 at 1 km [dB], Pfa and pulses of one look, and the fluctuation of the reference."""

    gain_db: float
    p_fa: float
    pulses: int
    swerling: int
    paths: Paths
    """What the air and the surface between antenna and target take away or add."""


@dataclass(frozen=True)
class Envelope:
    """Where the missiles of a fire unit can meet an aircraft: slant ranges and heights above sea level. [m]"""

    nearest_m: float
    farthest_m: float
    lowest_m: float
    highest_m: float


@dataclass(frozen=True)
class View:
    """One radar, at one end of its figures.

    Angles in radians, lengths in metres, heights above mean sea level (geoid and ellipsoid are one in this model).
    `calibration` is None for a bare site; `envelopes` is empty unless the radar guides missiles.
    """

    radar_id: str
    latitude_rad: float
    longitude_rad: float
    ground_m: float
    height_m: float
    refraction_factor: float
    mask: MaskSteps
    ground_text: str
    ring_m: float
    ring_text: str
    instrumented_m: float
    elevation_min_rad: float
    elevation_max_rad: float
    boresight_rad: float
    sector_half_rad: float
    calibration: Calibration | None
    envelopes: tuple[Envelope, ...]
    look_period_s: float
    confirm: tuple[int, int]
    revisit_s: float = 0.0
    """Time after which search comes back to a place: a rotation, or the whole raster of an unloaded multifunction radar."""

    @property
    def site_m(self) -> Array:
        """ECEF of the antenna."""
        return geodetic_to_ecef(latitude_rad=self.latitude_rad, longitude_rad=self.longitude_rad, height_m=self.height_m)

    @property
    def axes(self) -> Array:
        """East, north and up at the antenna."""
        return enu_axes(latitude_rad=self.latitude_rad, longitude_rad=self.longitude_rad)


def radar_ids(scenario: "Scenario") -> tuple[str, ...]:
    """Ids of the radars of a scenario, as `node/role`, sorted."""
    return tuple(f"{node}/{ROLES[name]}" for node, name, _ in _radars(scenario.spec))


def find_radar(scenario: "Scenario", radar_id: str | None) -> tuple[str, str]:
    """Node and field of a radar that is named as `node/role`, or as `node` where that is enough; None: the only one.

    Raises
    ------
    ScenarioError
        When nothing, or more than one radar, is called so.
    """
    known = radar_ids(scenario)
    if radar_id is None:
        found = known
    else:
        found = tuple(name for name in known if radar_id in (name, name.split("/")[0]))
    if len(found) != 1:
        named = "no radar is named" if radar_id is None else f"{len(found) or 'no'} radars are called {radar_id!r}"
        raise ScenarioError(f"{scenario.name}: {named}, and exactly one is needed. Known: {', '.join(known) or 'none'}.")
    node, role = found[0].split("/")
    return node, next(field for field, name in ROLES.items() if name == role)


def view_of(subject: "Scenario | Site", radar_id: str | None = None, *, end: End = "nominal") -> View:
    """The view of one radar of a scenario, or of a bare site, with all its public figures at one end of their spread."""
    if isinstance(subject, Site):
        return _site_view(subject)
    return _radar_view(subject, *find_radar(subject, radar_id), end=end)


def spreads(scenario: "Scenario", radar_id: str | None) -> dict[str, tuple[float, float]]:
    """Paths of the figures that the ends low and high replace, with their two values in the order (worse, better) for reach."""
    node, name = find_radar(scenario, radar_id)
    found = {}
    for path, (low, high) in _spread_of(scenario).items():
        field = path.rsplit(".", 1)[-1]
        if field in RAISES_REACH and (f".{node}.{name}." in path or (name in FIELDS[:1] and f".{node}.missiles." in path)):
            found[path] = (low, high) if RAISES_REACH[field] else (high, low)
    return found


def _spread_of(scenario: "Scenario") -> dict[str, tuple[float, float]]:
    """Low and high of every figure that the catalogue filled with its nominal value, by the path that it fills."""
    return {
        path: (figure.low, figure.high)
        for figure in scenario.figures
        if figure.low is not None and figure.high is not None and figure.value == figure.nominal and figure.low < figure.high
        for path in figure.used_at
    }


def _radars(spec: "ScenarioSpec") -> Iterator[tuple[str, str, "RadarSpec"]]:
    nodes: dict[str, Any] = {**spec.command_posts, **spec.sensors, **spec.fire_units}
    for node in sorted(nodes):
        for name in FIELDS:
            radar = getattr(nodes[node], name, None)
            if radar is not None:
                yield node, name, radar


def at_end(scenario: "Scenario", prefix: str, part: Any, end: End, raises: Mapping[str, bool] = RAISES_REACH) -> Any:
    """A section of the scenario with its figures at one end of their spread, all together; `raises` names them."""
    if end == "nominal":
        return part
    update = {}
    for path, (low, high) in _spread_of(scenario).items():
        head, field = path.rsplit(".", 1)
        if head == prefix and field in raises:
            update[field] = low if raises[field] == (end == "low") else high
    return part.model_copy(update=update)


def _radar_view(scenario: "Scenario", node: str, name: str, *, end: End) -> View:
    from openiads.engine.sites import Sites, node_spec  # noqa: PLC0415 - slow to import

    spec = scenario.spec
    owner = node_spec(spec, node)
    section = "fire_units" if node in spec.fire_units else "sensors" if node in spec.sensors else "command_posts"
    radar: RadarSpec = at_end(scenario, f"{section}.{node}.{name}", getattr(owner, name), end)
    sites = Sites(spec)
    latitude, longitude, height_m = sites.antenna(node, radar)
    rotating = radar.kind == "rotating"
    paths = paths_of(radar, spec.sensing, antenna_height_m=height_m, refraction_factor=spec.atmosphere.refraction_factor)
    reference_km = radar.reference_range_km if radar.instrumented_limit else radar.range_km
    return View(
        radar_id=f"{node}/{ROLES[name]}",
        latitude_rad=latitude,
        longitude_rad=longitude,
        ground_m=spec.places[owner.place].ground_m,
        height_m=height_m,
        refraction_factor=spec.atmosphere.refraction_factor,
        mask=sites.mask(owner.place, height_m),
        ground_text=_ground_text(spec, owner.place),
        ring_m=radar.range_km * METRES_PER_KILOMETRE,
        ring_text=f"published: {radar.range_km:g} km"
        + (" (instrumented)" if radar.instrumented_limit else f" against {radar.rcs_m2:g} m2")
        + ("" if reference_km == radar.range_km else f"; calibrated at {reference_km:g} km"),
        instrumented_m=radar.instrumented_range_km * METRES_PER_KILOMETRE,
        elevation_min_rad=math.radians(radar.elevation_min_deg),
        elevation_max_rad=math.radians(radar.elevation_max_deg),
        boresight_rad=math.radians(radar.boresight_deg),
        sector_half_rad=math.pi if radar.slew_deg_per_s > 0 else math.radians(radar.sector_deg) / 2.0,
        calibration=Calibration(
            radar_gain_db(radar, paths), radar.p_false_alarm, radar.pulses_integrated, radar.swerling_reference, paths
        ),
        envelopes=_envelopes(scenario, node, end) if name == "engagement_radar" else (),
        look_period_s=(radar.scan_period_s if rotating else radar.frame_s) or 0.0,
        confirm=(owner.tracker.confirm_hits, owner.tracker.confirm_window),
        revisit_s=(radar.scan_period_s or 0.0) if rotating else _raster_s(radar),
    )


def _raster_s(radar: "RadarSpec") -> float:
    columns, beams_up = raster(radar)
    return (radar.frame_s or 0.0) * max(1.0, columns * beams_up / (radar.dwells_per_frame or 1))


def _envelopes(scenario: "Scenario", node: str, end: End) -> tuple[Envelope, ...]:
    unit = scenario.spec.fire_units[node]
    ground_m = scenario.spec.places[unit.place].ground_m
    found = []
    for key in sorted(unit.missiles):
        missile: MissileSpec = at_end(scenario, f"fire_units.{node}.missiles.{key}", unit.missiles[key], end)
        if missile.count > 0:
            found.append(
                Envelope(
                    missile.min_range_km * METRES_PER_KILOMETRE,
                    missile.max_range_km * METRES_PER_KILOMETRE,
                    ground_m + missile.min_altitude_m,
                    missile.max_altitude_km * METRES_PER_KILOMETRE,
                )
            )
    return tuple(found)


def _ground_text(spec: "ScenarioSpec", place: str) -> str:
    p = spec.places[place]
    if p.mask_angle_deg is not None:
        return f"constant mask angle of {p.mask_angle_deg:g} degrees, smooth earth"
    name = p.skyline or (place if place in skyline_ids() else None)
    if spec.terrain.masks == "catalogue" and name is not None:
        from openiads.catalogue.skylines import load_skyline  # noqa: PLC0415 - reads a file

        spacing = load_skyline(name).spacing_arcsec
        return f"skyline {name} ({spacing:g} arc-second posts, so low flyers are masked too little)"
    return "smooth sea horizon: no terrain masks anything"


def _site_view(site: Site) -> View:
    if not (site.range_km > 0 and abs(site.latitude_deg) <= 90 and abs(site.longitude_deg) <= 180):
        raise OutOfRangeError(
            f"site {site.latitude_deg:g},{site.longitude_deg:g} with range_km = {site.range_km:g}: latitudes are -90 to 90, "
            "longitudes -180 to 180 and the range is above 0."
        )
    ground_m = site.ground_m or 0.0
    height_m = ground_m + site.antenna_height_m
    return View(
        radar_id=site.name,
        latitude_rad=math.radians(site.latitude_deg),
        longitude_rad=math.radians(site.longitude_deg),
        ground_m=ground_m,
        height_m=height_m,
        refraction_factor=site.refraction_factor,
        mask=smooth_mask_steps(antenna_height_m=height_m, refraction_factor=site.refraction_factor),
        ground_text="smooth sea horizon: no terrain masks anything",
        ring_m=site.range_km * METRES_PER_KILOMETRE,
        ring_text=f"given: {site.range_km:g} km",
        instrumented_m=math.inf,
        elevation_min_rad=-math.pi / 2,
        elevation_max_rad=math.pi / 2,
        boresight_rad=0.0,
        sector_half_rad=math.pi,
        calibration=None,
        envelopes=(),
        look_period_s=0.0,
        confirm=(1, 1),
    )
