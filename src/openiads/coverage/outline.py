"""Reach by azimuth of one radar against one kind of target at one height: what really limits a published ring."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from openiads.checks import require_within
from openiads.coverage.views import ENDS, End, Envelope, Site, View, spreads, view_of
from openiads.geo.ellipsoid import ecef_to_polar, geodetic_to_ecef
from openiads.geo.geodesic import direct, ground_range_m
from openiads.geo.horizon import apparent_elevation_rad, horizon_range_m
from openiads.geo.terrain.masks import mask_elevation_rad
from openiads.physics.detection import fluctuation_shape, required_snr
from openiads.physics.link_budget import snr_db

if TYPE_CHECKING:
    from openiads.scenario.loader import Scenario

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

LIMITS: Final = ("terrain", "horizon", "elevation", "sector", "instrumented", "detection", "kinematics")
"""What may end the reach of an azimuth: ground nearer than the target, the smooth earth, the elevation limits of the antenna,
its sector, the end of the receiver's listening, the signal, or the missile's envelope."""

RING: Final = "ring"
"""Stands in place of a limit where a bare site sees as far as the ring that it was given."""

TAG: Final = "public figures, in this model"
SAMPLES: Final = 400
ROUNDS: Final = 12
"""Halvings of the last step between two samples: finer than 1 m."""


@dataclass(frozen=True)
class Reach:
    """Reach of one end of the figures, (n,) by azimuth. [m] of ground range; 0 where nothing is reached.

    `nearest_m` is the inner edge (cone of silence, lower elevation limit), `limit` what ends `farthest_m`. `gap_share` is the part
    between the two that is hidden all the same. `ring_share` is the part of the published ring's area that is covered.
    `engaged_m` and `engaged_limit` are the same for intercepts, None for a radar that guides no missile.
    """

    farthest_m: Array
    nearest_m: Array
    gap_share: Array
    limit: tuple[str, ...]
    ring_share: float
    ring_m: float
    instrumented_m: float
    antenna_height_amsl_m: float
    engaged_m: Array | None = None
    engaged_limit: tuple[str, ...] | None = None
    engaged_ring_share: float | None = None

    def bindings(self) -> dict[str, float]:
        """Share of the azimuths that each limit ends, greatest first."""
        share = {name: self.limit.count(name) / len(self.limit) for name in (*LIMITS, RING)}
        return dict(sorted(((n, s) for n, s in share.items() if s > 0), key=lambda item: -item[1]))


@dataclass(frozen=True)
class Outline:
    """The real outline of one radar beside its published ring. In this model only, from public figures.

    Attributes
    ----------
    azimuth_rad : (n,) ndarray
        Clockwise from north.
    reaches : mapping
        By end of the figures: `low`, `nominal`, `high`; all figures of the radar at their worse, nominal or better public value.
    spread_paths : tuple of str
        Figures that make the band; empty when none has a public spread.
    """

    radar_id: str
    latitude_rad: float
    longitude_rad: float
    altitude_m: float
    rcs_m2: float
    p_detection: float
    swerling: int
    refraction_factor: float
    ground_text: str
    ring_text: str
    azimuth_rad: Array
    reaches: Mapping[End, Reach]
    spread_paths: tuple[str, ...]
    tag: str = field(default=TAG)

    @property
    def nominal(self) -> Reach:
        """The reach at the nominal figures."""
        return self.reaches["nominal"]

    def positions(self, range_m: Array | float) -> tuple[Array, Array]:
        """Latitude and longitude [rad] of the points at ground ranges (n,) or one ring, to draw an outline with."""
        return direct(
            latitude_rad=self.latitude_rad,
            longitude_rad=self.longitude_rad,
            azimuth_rad=self.azimuth_rad,
            distance_m=range_m,
        )

    def describe(self) -> str:
        """One sentence with the conditions, for captions."""
        return (
            f"{self.radar_id}: target of {self.rcs_m2:g} m2 at {self.altitude_m:g} m above sea level, "
            f"Pd {self.p_detection:g} in one look, refraction factor {self.refraction_factor:.3g}, {self.ground_text}; {self.tag}"
        )


def outline(
    subject: "Scenario | Site",
    radar_id: str | None = None,
    *,
    altitude_m: float,
    rcs_m2: float = 1.0,
    p_detection: float = 0.9,
    swerling: int = 1,
    azimuths: int = 360,
) -> Outline:
    """Reach of one radar by azimuth, with what limits it, at the low, nominal and high ends of its public figures.

    Parameters
    ----------
    subject : Scenario or Site
        A loaded scenario, or a bare antenna without radar figures (then nothing but horizon and ring limits).
    radar_id : str, optional
        `node/role`, or `node` where it has one radar only. Needed when the scenario has several.
    altitude_m : float
        Height of the target above mean sea level. [m] 0 to 100,000
    rcs_m2 : float
        Its median radar cross-section, the same from all sides. [m2] 1e-6 to 1e5
    p_detection : float
        Probability of detection of one look that counts as seen. [-]
    swerling : int
        Fluctuation of the target, 0 to 4.
    azimuths : int
        How many, evenly spread, each in the middle of its part of the circle.

    Raises
    ------
    ScenarioError
        When the radar is unknown or several could be meant.
    OutOfRangeError
        When a number is out of range.

    Notes
    -----
    Visibility is that of a run: elevation limits, sea horizon and the skyline of the place, on the effective earth. Detection
    inverts the run's Pd and link budget. Interceptor reach takes intercept points in the envelope that the radar sees; how long
    a missile flies, and what the target does meanwhile, is not in it.
    """
    require_within(0.0, altitude_m, 1e5, name="altitude_m", source="coverage")
    require_within(1e-6, rcs_m2, 1e5, name="rcs_m2", source="coverage")
    views = {end: view_of(subject, radar_id, end=end) for end in ENDS}
    bearing = 2.0 * math.pi * (np.arange(azimuths) + 0.5) / azimuths
    target = Target(altitude_m, rcs_m2, p_detection, swerling)
    nominal = views["nominal"]
    return Outline(
        radar_id=nominal.radar_id,
        latitude_rad=nominal.latitude_rad,
        longitude_rad=nominal.longitude_rad,
        altitude_m=altitude_m,
        rcs_m2=rcs_m2,
        p_detection=p_detection,
        swerling=swerling,
        refraction_factor=nominal.refraction_factor,
        ground_text=nominal.ground_text,
        ring_text=nominal.ring_text,
        azimuth_rad=bearing,
        reaches={end: reach_of(view, target, bearing, ring_m=nominal.ring_m) for end, view in views.items()},
        spread_paths=() if isinstance(subject, Site) else tuple(sorted(spreads(subject, radar_id))),
    )


@dataclass(frozen=True)
class Target:
    """What is to be seen: height above sea level [m], RCS [m2], and the Pd of one look that counts as seen."""

    altitude_m: float
    rcs_m2: float
    p_detection: float
    swerling: int


def reach_of(view: View, target: Target, azimuth_rad: Array, *, ring_m: float) -> Reach:
    """Reach of a view by azimuth, (n,); shares are of the area within `ring_m`."""
    farthest_m = ring_m if math.isinf(view.instrumented_m) else max(view.instrumented_m, ring_m)
    step_m = farthest_m / SAMPLES
    ground = np.linspace(0.0, farthest_m, SAMPLES + 1, dtype=np.float64)
    ground[0] = min(1.0, step_m / 2)
    seen = _conditions(view, target, azimuth_rad[:, None], ground[None, :])
    radar, limit, nearest, gap = _edges(view, target, azimuth_rad, ground, seen, with_missiles=False)
    covered = _all(seen, without="kinematics")
    inside = ground * (ground <= ring_m)
    share = float((covered * inside).sum() / (inside.sum() * len(azimuth_rad)))
    engaged: tuple[Array | None, tuple[str, ...] | None, float | None] = (None, None, None)
    if view.envelopes:
        far, why, _, _ = _edges(view, target, azimuth_rad, ground, seen, with_missiles=True)
        engaged = (far, why, float((_all(seen) * inside).sum() / (inside.sum() * len(azimuth_rad))))
    return Reach(radar, nearest, gap, limit, share, ring_m, view.instrumented_m, view.height_m, *engaged)


def _all(seen: Mapping[str, Flags], *, without: str = "") -> Flags:
    passed: Flags = np.logical_and.reduce([flags for name, flags in seen.items() if name != without])
    return passed


def _conditions(view: View, target: Target, azimuth_rad: Array, ground_m: Array) -> dict[str, Flags]:
    """Which limits a target passes at azimuths and ground ranges, which broadcast: one array of flags per limit."""
    azimuth, distance = np.broadcast_arrays(azimuth_rad, ground_m)
    lat, lon = direct(
        latitude_rad=view.latitude_rad, longitude_rad=view.longitude_rad, azimuth_rad=azimuth, distance_m=distance
    )
    place = geodetic_to_ecef(latitude_rad=lat, longitude_rad=lon, height_m=target.altitude_m)
    slant, _, _ = ecef_to_polar(view.site_m, view.axes, place)
    foot = geodetic_to_ecef(latitude_rad=view.latitude_rad, longitude_rad=view.longitude_rad, height_m=0.0)
    ground = ground_range_m(foot, place)
    elevation = apparent_elevation_rad(
        ground_range_m=ground,
        height_m=target.altitude_m,
        antenna_height_m=view.height_m,
        refraction_factor=view.refraction_factor,
    )
    above = elevation >= mask_elevation_rad(view.mask, azimuth_rad=azimuth, ground_range_m=ground)
    sunk = ground > horizon_range_m(
        antenna_height_m=max(view.height_m, 0.0),
        target_height_m=target.altitude_m,
        refraction_factor=view.refraction_factor,
    )
    turn = np.abs((azimuth - view.boresight_rad + math.pi) % (2.0 * math.pi) - math.pi)
    return {
        "terrain": above | sunk,
        "horizon": above | ~sunk,
        "elevation": (elevation >= view.elevation_min_rad) & (elevation <= view.elevation_max_rad),
        "sector": turn <= view.sector_half_rad,
        "instrumented": slant <= view.instrumented_m,
        "detection": _detected(view, target, ground, slant),
        "kinematics": _in_envelopes(view.envelopes, slant, target.altitude_m),
    }


@lru_cache(maxsize=64)
def _needed_snr(p_d: float, p_fa: float, pulses: int, swerling: int) -> float:
    """SNR of one look; the same for all azimuths, so it is solved for once."""
    return required_snr(p_d=p_d, p_fa=p_fa, pulses=pulses, shape=fluctuation_shape(swerling=swerling, pulses=pulses))


def _detected(view: View, target: Target, ground_m: Array, slant_m: Array) -> Flags:
    radar = view.calibration
    if radar is None:
        return np.ones(slant_m.shape, dtype=bool)
    needed = _needed_snr(target.p_detection, radar.p_fa, radar.pulses, target.swerling)
    snr = snr_db(gain_db=radar.gain_db, range_m=slant_m, rcs_m2=target.rcs_m2)
    height = np.full(slant_m.shape, target.altitude_m)
    change_db = radar.paths.change_db(range_m=slant_m, ground_m=ground_m, height_m=height) if radar.paths.changes else 0.0
    return np.asarray(snr + change_db >= 10.0 * math.log10(needed))


def _in_envelopes(envelopes: tuple[Envelope, ...], slant_m: Array, altitude_m: float) -> Flags:
    inside = np.zeros(slant_m.shape, dtype=bool)
    for e in envelopes:
        if e.lowest_m <= altitude_m <= e.highest_m:
            inside |= (slant_m >= e.nearest_m) & (slant_m <= e.farthest_m)
    return inside


def _edges(
    view: View, target: Target, azimuth_rad: Array, ground_m: Array, seen: Mapping[str, Flags], *, with_missiles: bool
) -> tuple[Array, tuple[str, ...], Array, Array]:
    """Farthest range, what ends it, nearest range and hidden share between them, by azimuth."""
    without = "" if with_missiles else "kinematics"
    covered = _all(seen, without=without)
    rows, last = np.arange(len(azimuth_rad)), covered.shape[1] - 1
    any_seen = covered.any(axis=1)
    far = np.where(any_seen, last - covered[:, ::-1].argmax(axis=1), 0)
    near = np.where(any_seen, covered.argmax(axis=1), 0)
    beyond = np.minimum(far + 1, last)
    low, high = ground_m[far].copy(), ground_m[beyond].copy()
    inner, outer = ground_m[np.maximum(near - 1, 0)].copy(), ground_m[near].copy()
    for _ in range(ROUNDS):
        middle, entry = 0.5 * (low + high), 0.5 * (inner + outer)
        now = _all(_conditions(view, target, azimuth_rad, middle), without=without)
        low, high = np.where(now, middle, low), np.where(now, high, middle)
        now = _all(_conditions(view, target, azimuth_rad, entry), without=without)
        inner, outer = np.where(now, inner, entry), np.where(now, entry, outer)
    failing = _conditions(view, target, azimuth_rad, high)
    names = [name for name in LIMITS if name != without]
    first = np.argmin(np.array([*(failing[name] for name in names), np.zeros(len(rows), bool)]), axis=0)
    limit = tuple([*names, RING][i] for i in first)
    inside = (np.arange(last + 1) >= near[rows, None]) & (np.arange(last + 1) <= far[rows, None])
    hidden = (inside & ~covered) @ ground_m / np.maximum(inside @ ground_m, 1.0)
    nearest = np.where(near == 0, 0.0, outer)
    return np.where(any_seen, low, 0.0), limit, np.where(any_seen, nearest, 0.0), np.where(any_seen, hidden, 0.0)
