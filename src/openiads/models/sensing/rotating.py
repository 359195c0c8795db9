"""A rotating radar: one calendar row per sector of a rotation, its looks worked out in advance."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.kernels import kernel
from openiads.models.sensing.kernels import false_alarms, is_there, observe

Record = Any
Records = NDArray[Any]


@kernel
def look(
    radars: Records,
    row: Record,
    looks: Records,
    objects: Records,
    pd_table: NDArray[np.float64],
    radar_object: NDArray[np.uint64],
    clock: Records,
    object_states: Records,
    plots: Records,
    plot_truth: NDArray[np.int32],
    counts: Records,
) -> int:
    """Plots of the sector that calendar row `row` closes, written to `plots`; returns how many.

    Draws are keyed by (purpose DETECT, radar and object name, turn of the antenna), so no other draw moves when an object is
    added, and the number of sectors means nothing to them.
    """
    r = row["index"]
    radar = radars[r]
    count = 0
    for k in range(row["first"], row["first"] + row["count"]):
        seen = looks[k]
        o = seen["object"]
        if not is_there(objects[o], object_states[o], seen["at_ns"]):
            continue
        counts[0]["looks"] += 1
        if count >= len(plots):
            clock[0]["overflow"] += 1
            continue
        before = count
        snr_db = seen["snr_1m2_db"] + object_states[o]["rcs_db"][seen["aspect"]]
        geometry = (seen["range_m"], seen["azimuth_rad"], seen["elevation_rad"])
        count = observe(
            radar,
            objects[o],
            object_states[o],
            pd_table,
            clock,
            radar_object[r, o],
            seen["turn"],
            seen["at_ns"],
            geometry,
            snr_db,
            plots,
            count,
        )
        if count > before:
            plot_truth[before] = o
    real = count
    length_ns = radar["period_ns"] // radar["sectors"]
    width = 2.0 * math.pi / radar["sectors"]
    window = (row["at_ns"] - length_ns, length_ns)
    sector = (width * (row["number"] % radar["sectors"]), width)
    count = false_alarms(radar, clock, row["number"], radar["false_alarm_mean"], window, sector, plots, count)
    for k in range(real, count):
        plot_truth[k] = -1
    counts[0]["plots"] += count
    counts[0]["false_alarms"] += count - real
    return count
