"""Logs: levels, and that a full log is an overflow, never a lost row."""

import math

import numpy as np
import pytest

from openiads.records.log import log_association, log_event, log_message, log_plots, log_track
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
