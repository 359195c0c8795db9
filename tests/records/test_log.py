"""Logs: levels, and that a full log is an overflow, never a lost row."""

import math

import numpy as np
import pytest

from openiads.geo.ellipsoid import geodetic_to_ecef
from openiads.records.log import horizontal_covariance, log_association, log_event, log_message, log_plots, log_track
from openiads.records.state import ASSOCIATION_LOG, CLOCK, EVENT_LOG, MESSAGE_LOG, PLOT_LOG, TRACK_LOG
from openiads.records.tables import EVENTS
from openiads.tracking.records import PLOT, TRACK

LOGS = {
    "events": (EVENT_LOG, 1, lambda clock, log: log_event(clock, log, 5, 1, 2, 3, 4, math.nan)),
    "associations": (ASSOCIATION_LOG, 1, lambda clock, log: log_association(clock, log, 5, 1, 2, 3, 5, 6)),
    "plot_rows": (PLOT_LOG, 2, lambda clock, log: log_plots(clock, log, 1, 7, np.zeros(1, PLOT), np.zeros(1, np.int32), 1)),
    "track_rows": (TRACK_LOG, 2, lambda clock, log: log_track(clock, log, 5, 1, np.zeros(1, TRACK)[0])),
    "message_rows": (MESSAGE_LOG, 2, lambda clock, log: log_message(clock, log, 5, 1, 2, 0, 9)),
}


@pytest.mark.parametrize("name", sorted(LOGS))
@pytest.mark.parametrize("level", [0, 1, 2])
def test_levels_and_overflow(name: str, level: int) -> None:
    dtype, least, write = LOGS[name]
    clock, log = np.zeros(1, CLOCK), np.zeros(2, dtype)
    clock["level"] = level
    for _ in range(3):
        write(clock, log)
    written = 2 if level >= least else 0
    assert clock[name][0] == written
    assert clock["overflow"][0] == (1 if level >= least else 0)
    assert (log["at_ns"] > 0).sum() == (written if name != "plot_rows" else 0)


def test_codes_of_events_are_those_of_the_table() -> None:
    from openiads.records import log

    codes = [
        log.FIRM_EVENT,
        log.DROPPED,
        log.IDENTIFIED,
        log.ASSIGNED,
        log.LAUNCHED,
        log.INTERCEPT,
        log.ASSESSED,
        log.SLEWED,
        log.WITHHELD,
    ]
    assert [EVENTS[code] for code in codes] == [
        "firm",
        "dropped",
        "identified",
        "assigned",
        "launched",
        "intercept",
        "assessed",
        "slewed",
        "withheld",
    ]


def test_the_horizontal_covariance_is_that_of_rotated_axes() -> None:
    """Against the rotation matrix applied as matrices, and on the equator by hand."""
    random = np.random.default_rng(5)
    for latitude, longitude in ((0.0, 0.0), (0.7, 0.57), (-1.2, 2.9)):
        root = random.normal(size=(6, 6)) * 100.0
        p = root @ root.T
        x = np.zeros(6)
        x[:3] = geodetic_to_ecef(latitude_rad=latitude, longitude_rad=longitude, height_m=9000.0)
        out = np.zeros(3)
        horizontal_covariance(x, p, out)
        sin_b, cos_b, sin_l, cos_l = math.sin(latitude), math.cos(latitude), math.sin(longitude), math.cos(longitude)
        axes = np.array([[-sin_l, cos_l, 0.0], [-sin_b * cos_l, -sin_b * sin_l, cos_b]])
        turned = axes @ p[:3, :3] @ axes.T
        assert out == pytest.approx([turned[0, 0], turned[1, 1], turned[0, 1]], rel=1e-9)
    x, p, out = np.array([6.4e6, 0.0, 0.0, 0, 0, 0]), np.diag([9.0, 4.0, 1.0, 0, 0, 0]), np.zeros(3)
    horizontal_covariance(x, p, out)
    assert out == pytest.approx([4.0, 1.0, 0.0], abs=1e-12)  # y is east, z is north there
