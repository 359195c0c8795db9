"""Coverage for the page: per radar and altitude, how far it sees at each azimuth, and how far each RCS is detected.

The page combines the two, so that its RCS slider needs no server. Both come from the coverage room, on coarse azimuths.
"""

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from openiads.constants import MEAN_EARTH_RADIUS_M
from openiads.coverage.views import ENDS, View, radar_ids, view_of
from openiads.geo.horizon import apparent_elevation_rad
from openiads.geo.terrain.masks import mask_elevation_rad
from openiads.physics.detection import fluctuation_shape, required_snr
from openiads.physics.link_budget import snr_db
from openiads.scenario.loader import Scenario

ALTITUDES: Final = (100.0, 300.0, 600.0, 1000.0, 2000.0, 3000.0, 5000.0, 8000.0, 12000.0, 20000.0)
"""Heights above sea level offered by the slider. [m]"""

RCS_DBSM: Final = tuple(range(-30, 21))
"""Cross-sections offered by the slider, in decibels above 1 m2."""

AZIMUTHS: Final = 120
SAMPLES: Final = 500
"""Ranges looked at on each azimuth; the outline is exact to the distance between two."""

RANGES: Final = (1e3, 3e6, 2000)
"""First, last and number of the ranges at which detection is worked out. [m]"""

P_DETECTION: Final = 0.9
SWERLING: Final = 1


def coverage(scenario: Scenario) -> dict[str, Any]:
    """Sight and detection of every radar, as plain data for JSON; lengths in metres."""
    radars = [_radar(scenario, name) for name in radar_ids(scenario)]
    grounds = sorted({radar["ground"] for radar in radars})
    return {
        "altitudes_m": list(ALTITUDES),
        "rcs_dbsm": list(RCS_DBSM),
        "note": f"Pd {P_DETECTION:g} in one look, Swerling {SWERLING}. " + "; ".join(grounds),
        "radars": radars,
    }


def _radar(scenario: Scenario, name: str) -> dict[str, Any]:
    views = {end: view_of(scenario, name, end=end) for end in ENDS}
    view = views["nominal"]
    sights = [_sight(view, altitude) for altitude in ALTITUDES]
    return {
        "id": name,
        "longitude": math.degrees(view.longitude_rad),
        "latitude": math.degrees(view.latitude_rad),
        "published_m": view.ring_m,
        "ground": view.ground_text,
        "sight_m": [[round(float(v)) for v in farthest] for farthest, _ in sights],
        "least_m": [round(float(nearest)) for _, nearest in sights],
        "reach_m": {end: [_reach(one, altitude) for altitude in ALTITUDES] for end, one in views.items()},
    }


def _sight(view: View, altitude: float) -> tuple[Any, float]:
    """Farthest ground range in sight by azimuth, and the radius of the cone above the radar that it cannot look into. [m]"""
    limit = view.instrumented_m if math.isfinite(view.instrumented_m) else view.ring_m
    ground = np.linspace(limit / SAMPLES, limit, SAMPLES)[None, :]
    bearing = 2.0 * math.pi * np.arange(AZIMUTHS)[:, None] / AZIMUTHS
    elevation = apparent_elevation_rad(
        ground_range_m=ground,
        height_m=altitude,
        antenna_height_m=view.height_m,
        refraction_factor=view.refraction_factor,
    )
    own, other = MEAN_EARTH_RADIUS_M + view.height_m, MEAN_EARTH_RADIUS_M + altitude
    slant = np.sqrt((other - own) ** 2 + 4.0 * own * other * np.sin(ground / MEAN_EARTH_RADIUS_M / 2.0) ** 2)
    turn = np.abs((bearing - view.boresight_rad + math.pi) % (2.0 * math.pi) - math.pi)
    below = elevation <= view.elevation_max_rad
    seen = (
        (elevation >= mask_elevation_rad(view.mask, azimuth_rad=bearing, ground_range_m=ground))
        & (elevation >= view.elevation_min_rad)
        & below
        & (turn <= view.sector_half_rad)
        & (slant <= limit)
    )
    nearest = float(ground[0, np.argmax(below[0])]) if below.any() and not below[0, 0] else 0.0
    return np.where(seen, ground, 0.0).max(axis=1), nearest


def _reach(view: View, altitude: float) -> Sequence[int | None]:
    """Range at which each RCS is detected at `altitude`; None for a radar without figures: sight alone limits. [m]"""
    radar = view.calibration
    if radar is None:
        return [None] * len(RCS_DBSM)
    shape = fluctuation_shape(swerling=SWERLING, pulses=radar.pulses)
    needed_db = 10.0 * math.log10(required_snr(p_d=P_DETECTION, p_fa=radar.p_fa, pulses=radar.pulses, shape=shape))
    range_m = np.geomspace(*RANGES)
    loss_db: Any = 0.0
    if radar.paths.changes:  # atmosphere and the like, along a path whose ground and slant ranges are nearly one
        loss_db = radar.paths.change_db(range_m=range_m, ground_m=range_m, height_m=np.full(range_m.shape, altitude))
    found = []
    for dbsm in RCS_DBSM:
        margin = snr_db(gain_db=radar.gain_db, range_m=range_m, rcs_m2=10.0 ** (dbsm / 10.0)) + loss_db - needed_db
        found.append(round(float(np.interp(0.0, -np.asarray(margin), range_m))))  # the margin falls with range
    return found
