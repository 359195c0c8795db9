"""What one look of one radar yields: plots of real objects, and false alarms. The only model that reads truth."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.geo.angles import wrap
from openiads.kernels import kernel
from openiads.models.sensing.fluctuation import STEADY, held_power, holds
from openiads.physics.accuracy import sigma_angle, sigma_range
from openiads.physics.detection import interpolate_pd
from openiads.streams.draws import normal_from_uniform, poisson_from_uniform, uniforms
from openiads.streams.names import CLUTTER, DETECT, FALSE_ALARM, FALSE_ALARM_COUNT, MEASURE

Record = Any
Records = NDArray[Any]
LN10_OVER_10 = math.log(10.0) / 10.0
SQUARE_DEPTH = 20e3
SQUARES_AROUND = 40
SQUARE_WIDTH = 2.0 * math.pi / SQUARES_AROUND
"""Squares of the plane that hold one clutter patch each: so many metres deep, so many around; a sector holds five whole ones."""
FALSE_ALARMS_PER_LOOK = 256
"""Draw indexes that one look reserves; a look with more false alarms than this counts an overflow."""
MOST_FALSE_ALARMS = 150.0
"""Highest mean number of false alarms per sector or frame that may be asked for: more than 256 then come with probability
below 1e-13."""


@kernel
def is_there(thing: Record, state: Record, at_ns: int) -> bool:
    """Whether an object has appeared by `at_ns` and had not ended then: a look is taken at its own time, not at its row's.

    What remains of a killed one may be there a while longer.
    """
    last_ns = max(state["end_ns"], state["debris_ns"])
    return bool(at_ns >= thing["start_ns"] and (state["present"] != 0 or at_ns < last_ns))


@kernel
def detected_power(p_d: float, u: float, snr: float, threshold: float, pulses: int, swerling: int) -> float:
    """Signal-to-noise ratio that the detector sees in a detected look.

    For Swerling 1 and one pulse the power above the threshold is exponential again, so the uniform that decided the detection
    gives it exactly. Otherwise the mean, but never less than what crosses the threshold.
    """
    if swerling == 1 and pulses == 1:
        return threshold - (1.0 + snr) * math.log(u / p_d) - 1.0
    return max(snr, threshold / pulses - 1.0)


@kernel
def write_plot(
    radar: Record, plots: Records, count: int, at_ns: int, range_m: float, azimuth: float, elevation: float, snr: float
) -> None:
    """Fill plot `count` with a measurement and the errors that the radar states for its signal-to-noise ratio."""
    plot = plots[count]
    plot["at_ns"] = at_ns
    plot["range_m"] = range_m
    plot["azimuth_rad"] = azimuth
    plot["elevation_rad"] = elevation
    plot["sigma_range_m"] = sigma_range(radar["resolution_m"], snr, radar["floor_range_m"])
    plot["sigma_azimuth_rad"] = sigma_angle(radar["beam_azimuth_rad"], snr, radar["floor_azimuth_rad"])
    plot["sigma_elevation_rad"] = sigma_angle(radar["beam_elevation_rad"], snr, radar["floor_elevation_rad"])
    plot["snr_db"] = math.log(snr) / LN10_OVER_10
    plot["track"] = -1
    plot["new"] = 0


@kernel
def observe(
    radar: Record,
    thing: Record,
    state: Record,
    pd_table: NDArray[np.float64],
    clock: Records,
    pair: np.uint64,
    number: int,
    at_ns: int,
    geometry: tuple[float, float, float],
    snr_db: float,
    plots: Records,
    count: int,
) -> int:
    """One look at one object: a plot or none. Returns the new count.

    `geometry` is true range, azimuth, elevation; `snr_db` is the mean over the fluctuation. A look whose mean stays in the noise
    gives nothing: the false alarms hold it already.
    """
    swerling = thing["swerling"]
    if snr_db < radar["noise_db"][swerling]:
        return count
    if holds(thing):
        snr_db += math.log(held_power(clock, pair, thing, state, at_ns)) / LN10_OVER_10
        swerling = STEADY
    p_d = interpolate_pd(pd_table, radar["pd_row"][swerling], snr_db)
    seed, replication = clock[0]["seed"], clock[0]["replication"]
    u = uniforms(seed, replication, DETECT, pair, number)[0]
    if u >= p_d:
        return count
    snr = detected_power(p_d, u, math.exp(snr_db * LN10_OVER_10), radar["threshold"], radar["pulses"], swerling)
    write_plot(radar, plots, count, at_ns, geometry[0], geometry[1], geometry[2], snr)
    plot = plots[count]
    a, b, c, _ = uniforms(seed, replication, MEASURE, pair, number)
    plot["range_m"] += plot["sigma_range_m"] * normal_from_uniform(a)
    plot["elevation_rad"] += plot["sigma_elevation_rad"] * normal_from_uniform(c)
    widening = 1.0 / max(math.cos(geometry[2]), 0.05)
    plot["sigma_azimuth_rad"] *= widening
    plot["azimuth_rad"] = wrap(plot["azimuth_rad"] + plot["sigma_azimuth_rad"] * normal_from_uniform(b))
    return count + 1


@kernel
def into_patch(radar: Record, clock: Records, range_m: float, azimuth: float) -> tuple[float, float]:
    """Range and azimuth of an even false alarm, moved into the clutter patch of the square of the plane that it fell into.

    Each square (20 km by 9 degrees) holds one patch, as deep as the radar's record says and one beam wide, at a place that is
    drawn once per replication. The place within the patch is that within the square, so that nothing else is drawn.
    """
    rows = range_m / SQUARE_DEPTH
    columns = wrap(azimuth) / SQUARE_WIDTH
    row, column = int(rows), int(columns)
    square = row * SQUARES_AROUND + column
    a, b, _, _ = uniforms(clock[0]["seed"], clock[0]["replication"], CLUTTER, radar["name"], square)
    depth = min(radar["clutter_patch_m"], SQUARE_DEPTH)
    width = min(radar["beam_azimuth_rad"], SQUARE_WIDTH)
    near = row * SQUARE_DEPTH + a * (SQUARE_DEPTH - depth)
    first = column * SQUARE_WIDTH + b * (SQUARE_WIDTH - width)
    return near + (rows - row) * depth, first + (columns - column) * width


@kernel
def false_alarms(
    radar: Record,
    clock: Records,
    number: int,
    mean: float,
    window_ns: tuple[int, int],
    azimuths: tuple[float, float],
    plots: Records,
    count: int,
) -> int:
    """False alarms of one look, spread evenly over the cells that the beam visited, or a share of them in clutter patches.

    Returns the new count.

    `azimuths` is the first azimuth and the width that the look swept during `window_ns` (start, length).
    """
    seed, replication = clock[0]["seed"], clock[0]["replication"]
    u = uniforms(seed, replication, FALSE_ALARM_COUNT, radar["name"], number)[0]
    wanted = poisson_from_uniform(u, mean)
    room = min(FALSE_ALARMS_PER_LOOK, len(plots) - count)
    if wanted > room:
        clock[0]["overflow"] += wanted - room
        wanted = room
    low, high = radar["elevation_min_rad"], radar["elevation_max_rad"]
    for k in range(wanted):
        a, b, c, d = uniforms(seed, replication, FALSE_ALARM, radar["name"], number * FALSE_ALARMS_PER_LOOK + k)
        range_m, across, up = a * radar["instrumented_m"], b * azimuths[1], low + c * (high - low)
        if c < radar["clutter_share"]:
            range_m, across = into_patch(radar, clock, range_m, azimuths[0] + across)
            across = wrap(across - azimuths[0])
            if across > azimuths[1]:  # a patch that stands out of the sector: its nearer edge
                across = azimuths[1] if across - azimuths[1] < 2.0 * math.pi - across else 0.0
            up = low + c / radar["clutter_share"] * radar["beam_elevation_rad"]
        elif radar["clutter_share"] > 0.0:
            up = low + (c - radar["clutter_share"]) / (1.0 - radar["clutter_share"]) * (high - low)
        at_ns = window_ns[0] + int(across / azimuths[1] * window_ns[1])
        azimuth = wrap(azimuths[0] + across)
        power = radar["threshold"] - math.log(d) if radar["pulses"] == 1 else radar["threshold"]
        snr = max(power / radar["pulses"] - 1.0, 1.0)
        write_plot(radar, plots, count + k, at_ns, range_m, azimuth, up, snr)
    return count + wanted
