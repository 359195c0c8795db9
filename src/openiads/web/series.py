"""Counts over time with the band of all replications behind the one that is shown."""

from bisect import bisect_right
from collections import defaultdict
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from openiads.web.columns import milliseconds
from openiads.web.scene import Shown

Array = NDArray[Any]
POINTS: Final = 240
"""Instants at which the bands are given."""
QUANTILES: Final = (0.05, 0.5, 0.95)
NAMES: Final = ("held", "in_flight", "kills", "leaks", "magazine")


def series(shown: Shown) -> dict[str, Any]:
    """Bands (5 %, median, 95 % of all replications) of the tracks held, missiles in flight and left, kills and leaks.

    `held` counts firm tracks at all nodes by the events `firm` and `dropped`; times are milliseconds.
    """
    manifest = shown.run.reader.manifest
    duration_ms = round(shown.scenario.spec.clock.duration_s * 1000)
    grid = np.linspace(0, duration_ms, POINTS).round().astype(np.int64)
    found: dict[str, list[Array]] = {name: [] for name in NAMES}
    for number in manifest.span():
        for name, steps in one_replication(shown, number).items():
            found[name].append(_at(steps, grid))
    bands = {
        name: [[float(v) for v in np.quantile(np.stack(rows), q, axis=0)] for q in QUANTILES]
        for name, rows in found.items()
        if rows
    }
    return {"time": grid.tolist(), "bands": bands, "replications": manifest.replications}


def one_replication(shown: Shown, number: int) -> dict[str, list[tuple[int, int]]]:
    """Steps (time in ms, change) of each count in one replication, in order of time."""
    run = shown.run
    outcomes = run.table("outcomes", number)
    ends = outcomes.column("end_state").to_pylist()
    times = milliseconds(outcomes.column("at_ns")).tolist()
    shots = run.table("shots", number)
    launched = milliseconds(shots.column("at_ns")).tolist()
    over = milliseconds(shots.column("intercept_ns")).tolist()
    ready = sum(run.table("magazines", number).column("at_start").to_pylist())
    return {
        "held": held_steps(run.table("events", number)),
        "in_flight": sorted([(t, 1) for t in launched] + [(t, -1) for t in over if t >= 0]),
        "kills": sorted((t, 1) for t, e in zip(times, ends, strict=True) if e == "killed"),
        "leaks": sorted((t, 1) for t, e in zip(times, ends, strict=True) if e == "leaked"),
        "magazine": [(0, ready), *sorted((t, -1) for t in launched)],
    }


def held_steps(events: Any) -> list[tuple[int, int]]:
    """A firm track is held from `firm` until it is dropped."""
    picked = events.filter(pc.is_in(events.column("event"), value_set=pa.array(["firm", "dropped"])))
    rows = sorted(
        zip(
            milliseconds(picked.column("at_ns")).tolist(),
            picked.column("event").to_pylist(),
            picked.column("track_id").to_pylist(),
            strict=True,
        ),
        key=lambda row: (row[0], row[1] == "dropped"),
    )
    firm: dict[str, bool] = defaultdict(bool)
    steps = []
    for at, event, track in rows:
        if (event == "firm") != firm[track]:
            firm[track] = event == "firm"
            steps.append((at, 1 if firm[track] else -1))
    return steps


def _at(steps: list[tuple[int, int]], grid: Array) -> Array:
    times = [at for at, _ in steps]
    totals = np.concatenate([[0], np.cumsum([change for _, change in steps])]) if steps else np.zeros(1)
    return totals[[bisect_right(times, int(at)) for at in grid]]


def counters(shown: Shown, number: int, at_ms: int) -> dict[str, int]:
    """Each count at one instant: what the page must show."""
    found = one_replication(shown, number)
    return {name: sum(change for at, change in steps if at <= at_ms) for name, steps in found.items()}
