"""A recording from beginning to end: all plots in order of time, a picture now and then."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from openiads.constants import NANOSECONDS_PER_SECOND
from openiads.tracking.batches import cut, refuse_other_scales, to_raw
from openiads.tracking.records import Rows
from openiads.tracking.tables import read_detections
from openiads.tracking.tracker import Picture, Tracker

PICTURES_PER_PERIOD = 0.75
"""Share of the shortest scan period that must pass between two pictures unless told otherwise: one for each scan, whether the
plots of a scan share a time or are spread over it."""


def read_recording(path: Path, tracker: Tracker) -> Rows:
    """Plots of a file in order of time (RAW); what was set aside is counted in the tracker.

    Raises
    ------
    TrackingError
        When the file cannot be used.
    """
    columns, sensor = read_detections(path, list(tracker.sensors))
    known = tracker.config.sensors
    refuse_other_scales(
        columns,
        str(path),
        reach_m=min(one.reach_m for one in known),
        period_s=min(one.scan_period_s for one in known),
    )
    raw, counts = to_raw(columns, sensor, str(path))
    for name, count in counts.items():
        tracker.counts[name] += count
    return raw


def pictures(tracker: Tracker, raw: Rows, *, every_s: float | None = None) -> Iterator[tuple[Picture, int]]:
    """Feed plots in order of time; yields pictures, and how many plots each has taken since the last.

    Parameters
    ----------
    raw : (n,) RAW
        In order of time, as `read_recording` returns it.
    every_s : float, optional
        Time between pictures, at least; three quarters of the shortest scan period when absent. 0: after each batch. [s]
    """
    batches = np.array(list(cut(raw, tracker.periods_ns)), dtype=np.int64).reshape(-1, 2)
    if not len(batches):
        return
    ends = raw["at_ns"][batches[:, 1] - 1]
    shortest_ns = PICTURES_PER_PERIOD * float(tracker.periods_ns.min())
    gap_ns = shortest_ns if every_s is None else every_s * NANOSECONDS_PER_SECOND
    first, last_ns = 0, None
    for k in range(len(batches)):
        at_end = k + 1 == len(batches) or ends[k + 1] > ends[k]  # a picture shows all plots of its time
        if at_end and (last_ns is None or ends[k] - last_ns >= gap_ns or k + 1 == len(batches)):
            tracker.feed_batches(raw, batches[first : k + 1])
            yield tracker.picture(), int(batches[k, 1] - batches[first, 0])
            first, last_ns = k + 1, int(ends[k])
