"""The calendar gathers what its rows see: against a plain loop over the rows."""

import numpy as np
import pytest

from openiads.engine.calendar import Seen, _gathered
from openiads.records.case import CALENDAR, COMMAND, FRAME, LOOK, LOOKS


def slowly(calendar: np.ndarray, seen: dict[int, Seen]) -> tuple[np.ndarray, list[int], list[int]]:
    rows, firsts, counts = [], [], []
    for row in calendar:
        if row["kind"] != LOOK:
            continue
        found = seen[int(row["index"])]
        group = np.flatnonzero(found.numbers == row["number"])
        firsts.append(len(rows))
        size = int(found.counts[group[0]]) if len(group) else 0
        counts.append(size)
        if size:
            rows += found.rows[found.firsts[group[0]] :][:size].tolist()
    return np.array(rows, LOOKS), firsts, counts


@pytest.mark.parametrize("seed", range(5))
def test_rows_are_gathered_in_the_order_of_the_calendar(seed: int) -> None:
    rng = np.random.default_rng(seed)
    seen = {}
    for radar in range(3):
        numbers = np.sort(rng.choice(20, size=8, replace=False)).astype(np.int64)
        counts = rng.integers(1, 4, size=8).astype(np.int64)
        rows = np.zeros(int(counts.sum()), LOOKS)
        rows["object"], rows["at_ns"] = rng.integers(0, 9, len(rows)), rng.integers(0, 99, len(rows))
        seen[radar] = Seen(rows, numbers, np.cumsum(counts) - counts, counts)
    seen[3] = Seen(np.zeros(0, LOOKS), np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int64))
    calendar = np.zeros(90, CALENDAR)
    calendar["kind"] = rng.choice([LOOK, LOOK, COMMAND], 90)
    calendar["index"], calendar["number"] = rng.integers(0, 4, 90), rng.integers(0, 20, 90)
    expected, firsts, counts_wanted = slowly(calendar, seen)
    found = _gathered(calendar, LOOK, seen, LOOKS)
    assert found.tolist() == expected.tolist()
    mine = calendar["kind"] == LOOK
    assert calendar["first"][mine].tolist() == firsts
    assert calendar["count"][mine].tolist() == counts_wanted
    assert (calendar["count"][~mine] == 0).all()
    assert len(_gathered(calendar, FRAME, seen, calendar.dtype)) == 0
