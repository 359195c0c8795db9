"""The deterministic geometry of every look, worked out once per scenario with the walk's own functions."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.geo.ellipsoid import ecef_to_polar_k
from openiads.geo.geodesic import ground_range_k
from openiads.kernels import kernel
from openiads.models.sensing.fluctuation import LARGEST_OFFSET
from openiads.models.sensing.multifunction import aspect_of
from openiads.physics.link_budget import two_way_loss_db
from openiads.records.truth import motion_at
from openiads.records.visibility import in_view

Record = Any
Records = NDArray[Any]
Masks = tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]
CROSSING_PASSES = 4

SIGHTS = np.dtype([("range_m", "f8"), ("ground_m", "f8"), ("height_m", "f8"), ("closing_mps", "f8")], align=True)
"""Where what is looked at stands: what `paths.Paths.change_db` asks for."""


@kernel
def best_rcs_db(thing: Record) -> float:
    """Largest mean cross-section that an object can show, over sectors, with reflectors, on its largest sortie. [dB]"""
    best = max(thing["rcs_db"][0], thing["rcs_db"][1], thing["rcs_db"][2])
    reflectors = thing["reflectors_db"]
    return (best if math.isnan(reflectors) else max(best, reflectors)) + LARGEST_OFFSET * thing["sortie_sigma_db"]


@kernel
def hopeless(radar: Record, thing: Record, range_m: float, path_db: float) -> bool:
    """Whether even the largest cross-section gives no more than noise at this range, with `path_db` added on the path."""
    snr_db = radar["gain_db"] - two_way_loss_db(range_m) + path_db + best_rcs_db(thing)
    return bool(snr_db < radar["noise_db"][thing["swerling"]])


@kernel
def fill_motions(
    radar: Record,
    objects: Records,
    knots: Records,
    o: int,
    at_ns: NDArray[np.int64],
    motions: NDArray[np.float64],
    aspects: NDArray[np.int32],
) -> None:
    """Position and velocity (n, 6) of an object at times (n,), and the sector (n,) that it then shows a radar."""
    site = radar["site_m"]
    for k in range(len(at_ns)):
        x, y, z, vx, vy, vz = motion_at(objects, knots, o, at_ns[k])
        motions[k, 0], motions[k, 1], motions[k, 2] = x, y, z
        motions[k, 3], motions[k, 4], motions[k, 5] = vx, vy, vz
        aspects[k] = aspect_of(vx, vy, vz, site[0] - x, site[1] - y, site[2] - z)


@kernel
def fill_sight(
    radar: Record, sight: Record, range_m: float, motion: tuple[float, float, float, float, float, float]
) -> None:
    """Where a point stands from the radar, and how fast it closes."""
    foot, site = radar["foot_m"], radar["site_m"]
    ground_m, height_m = ground_range_k(foot[0], foot[1], foot[2], motion[0], motion[1], motion[2])
    along = motion[3] * (site[0] - motion[0]) + motion[4] * (site[1] - motion[1]) + motion[5] * (site[2] - motion[2])
    sight["range_m"] = range_m
    sight["ground_m"] = ground_m
    sight["height_m"] = height_m
    sight["closing_mps"] = along / max(range_m, 1.0)


@kernel
def rotating_looks(
    radar: Record,
    objects: Records,
    knots: Records,
    o: int,
    masks: Masks,
    start_ns: int,
    end_ns: int,
    most_gain_db: float,
    looks: Records,
    sights: Records,
    number: NDArray[np.int64],
) -> int:
    """Looks of a rotating radar at object `o` that could give a plot: fills `looks`, `sights` and the calendar `number` of each.

    The beam crosses an object when the antenna's azimuth equals the object's; the equation is solved by iterating the time,
    which converges because objects move slowly against the beam. The antenna points north at time 0. Returns how many.
    """
    thing = objects[o]
    period_ns = radar["period_ns"]
    count = 0
    first = max(thing["start_ns"], start_ns)
    last = min(thing["end_ns"], end_ns)
    turn = first // period_ns - 1
    while turn * period_ns <= last:
        base_ns = turn * period_ns
        turn += 1  # 0 or more from here on
        at_ns = base_ns
        for _ in range(CROSSING_PASSES):
            x, y, z, vx, vy, vz = motion_at(objects, knots, o, at_ns)
            range_m, azimuth, elevation = ecef_to_polar_k(radar["site_m"], radar["axes"], x, y, z)
            at_ns = base_ns + int(azimuth / (2.0 * math.pi) * period_ns)
        x, y, z, vx, vy, vz = motion_at(objects, knots, o, at_ns)
        range_m, azimuth, elevation = ecef_to_polar_k(radar["site_m"], radar["axes"], x, y, z)
        if at_ns < first or at_ns > last or range_m > radar["instrumented_m"]:
            continue
        if hopeless(radar, thing, range_m, most_gain_db) or not in_view(thing, radar, masks, x, y, z, azimuth):
            continue
        site = radar["site_m"]
        row = looks[count]
        row["at_ns"] = at_ns
        row["object"] = o
        row["turn"] = turn
        row["aspect"] = aspect_of(vx, vy, vz, site[0] - x, site[1] - y, site[2] - z)
        row["range_m"] = range_m
        row["azimuth_rad"] = azimuth
        row["elevation_rad"] = elevation
        row["snr_1m2_db"] = radar["gain_db"] - two_way_loss_db(range_m)
        fill_sight(radar, sights[count], range_m, (x, y, z, vx, vy, vz))
        number[count] = at_ns * radar["sectors"] // period_ns
        count += 1
    return count


@kernel
def frame_candidates(
    radar: Record,
    objects: Records,
    knots: Records,
    o: int,
    masks: Masks,
    start_ns: int,
    end_ns: int,
    most_gain_db: float,
    candidates: Records,
    sights: Records,
    number: NDArray[np.int64],
) -> int:
    """Frames in which a multifunction radar could see object `o`: at the start, the middle or the end. Returns how many."""
    thing = objects[o]
    period_ns = radar["period_ns"]
    first = max(thing["start_ns"], start_ns)
    last = min(thing["end_ns"], end_ns)
    count = 0
    for k in range(first // period_ns, last // period_ns + 1):
        seen = False
        for part in range(3):
            at_ns = min(max(k * period_ns + part * period_ns // 2, first), last)
            x, y, z, _, _, _ = motion_at(objects, knots, o, at_ns)
            range_m, azimuth, _ = ecef_to_polar_k(radar["site_m"], radar["axes"], x, y, z)
            seen = seen or (range_m <= radar["instrumented_m"] and in_view(thing, radar, masks, x, y, z, azimuth))
        if not seen:
            continue
        x, y, z, vx, vy, vz = motion_at(objects, knots, o, k * period_ns + period_ns // 2)
        range_m, azimuth, elevation = ecef_to_polar_k(radar["site_m"], radar["axes"], x, y, z)
        if hopeless(radar, thing, range_m, most_gain_db):
            continue
        row = candidates[count]
        row["object"] = o
        row["azimuth_rad"] = azimuth
        row["elevation_rad"] = elevation
        row["stretch"] = 1.0 / max(math.cos(elevation), 1e-3)
        row["path_db"] = 0.0
        fill_sight(radar, sights[count], range_m, (x, y, z, vx, vy, vz))
        row["margin_rad"] = math.sqrt(vx * vx + vy * vy + vz * vz) * period_ns * 0.5e-9 / max(range_m, 1.0) + 1e-6
        number[count] = k
        count += 1
    return count
