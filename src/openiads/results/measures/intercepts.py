"""Measures of reach in engagement: how far out an object could be met, how far out it was, and how often one could launch."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from openiads.constants import METRES_PER_KILOMETRE, NANOSECONDS_PER_SECOND
from openiads.errors import ResultsError
from openiads.results.measures.base import Measure, Sample, sample
from openiads.results.measures.data import RunData
from openiads.results.measures.tracks import Hold
from openiads.stats.quantiles import quantile_of_groups, ranked

Array = NDArray[Any]
STEP_NS: Final = NANOSECONDS_PER_SECOND
"""Step along a path: 250 m for an aircraft."""
KEEP_OUT: Final = 0.1
"""The quantile of intercept ranges that counts as the range kept out."""


def _units(data: RunData, unit: str | None) -> tuple[str, ...]:
    known = data.lowered.names.fire_units
    if unit is None:
        return known
    if unit not in known:
        raise ResultsError(f"no fire unit is called {unit!r}. Known: {', '.join(known) or 'none'}.")
    return (unit,)


def _hostile(data: RunData, name: str | None) -> tuple[int, ...]:
    if name is None:
        return tuple(int(k) for k in np.flatnonzero(data.side("hostile")))
    return (data.place_of(name),)


def _instants(hold: Hold) -> NDArray[np.int64]:
    return np.append(np.arange(hold.start_ns, hold.end_ns, STEP_NS), hold.end_ns).astype(np.int64)


def max_intercept_range(
    data: RunData,
    *,
    object: str | None = None,  # noqa: A002 - the table's word
    unit: str | None = None,
) -> Sample:
    """Largest ground range at which track, guidance and kinematic reach all hold; 0 where they never do."""
    from openiads.engine.reach import reach_along  # noqa: PLC0415 - compiles on import of its kernels

    wanted, units = set(_hostile(data, object)), _units(data, unit)
    found = np.zeros(data.count)
    known: dict[tuple[str, int, int, int], float] = {}
    for hold in data.held_by(units):
        if hold.thing not in wanted:
            continue
        key = (hold.node, hold.thing, hold.start_ns, hold.end_ns)
        if key not in known:
            ground_m, flight_s = reach_along(data.lowered, hold.node, hold.thing, _instants(hold))
            known[key] = float(ground_m[np.isfinite(flight_s)].max(initial=0.0)) / METRES_PER_KILOMETRE
        found[hold.line] = max(found[hold.line], known[key])
    return sample(found, np.full(data.count, float(bool(wanted and units))))


def intercept_ranges_km(data: RunData, unit: str | None = None) -> list[Array]:
    """Ground ranges from the fire unit at which its missiles met hostile objects, killed or missed, by replication."""
    met: list[list[float]] = [[] for _ in range(data.count)]
    place, units = data.objects.index(), set(_units(data, unit))
    hostile = data.side("hostile")
    rows = data.table("association").to_pylist()
    for row in rows:
        thing = place.get(row["object_id"], -1)
        met_it = row["reference"] == "shot" and row["result"] in ("killed", "missed") and thing >= 0
        if met_it and row["node"] in units and hostile[thing]:
            range_km = data.paths.ground_range_km(row["node"], thing, np.array([row["at_ns"]]))[0]
            met[row["replication"] - data.replications.start].append(float(range_km))
    return [np.array(ranges) for ranges in met]


def keep_out_range(data: RunData, *, unit: str | None = None, q: float = KEEP_OUT) -> Sample:
    """10th percentile of the ranges of all intercepts; of each replication the same of its own."""
    if not 0.0 < q < 1.0:
        raise ResultsError(f"keep_out_range: q = {q:g} must lie between 0 and 1.")
    ranges = intercept_ranges_km(data, unit)
    own = np.array([ranked(np.sort(one), q=q) if len(one) else np.nan for one in ranges])
    return Sample(own, np.ones(data.count), lambda confidence: quantile_of_groups(ranges, q=q, confidence=confidence))


def shot_opportunities(
    data: RunData,
    *,
    object: str | None = None,  # noqa: A002
    unit: str | None = None,
) -> Sample:
    """Launches that each fire unit could make at each hostile object before it is at the end of its path, and objects."""
    from openiads.engine.reach import reach_along  # noqa: PLC0415

    wanted, units = _hostile(data, object), _units(data, unit)
    total = np.zeros(data.count)
    firm: dict[tuple[int, str, int], int] = {}
    for hold in data.held_by(units):
        key = (hold.line, hold.node, hold.thing)
        firm[key] = min(firm.get(key, hold.start_ns), hold.start_ns)
    paths: dict[tuple[str, int], tuple[Array, Array]] = {}
    for thing in wanted:
        record = data.lowered.case.objects[thing]
        times = np.arange(int(record["start_ns"]), int(record["end_ns"]) + 1, STEP_NS, dtype=np.int64)
        for name in units:
            paths[name, thing] = (times, reach_along(data.lowered, name, thing, times)[1])
    for (line, name, thing), since_ns in firm.items():
        if (name, thing) in paths:
            total[line] += _launches(data, name, since_ns, *paths[name, thing])
    return sample(total, np.full(data.count, float(len(wanted) if units else 0)))


def _launches(data: RunData, name: str, firm_ns: int, times: Array, flight_s: Array) -> int:
    """Launches from the firm track on: each after the reaction time, the next when the one before is assessed.

    A launch counts when its missile reaches the object, on its true path, where the engagement radar sees it.
    """
    case = data.lowered.case
    unit = case.fire_units[data.lowered.names.fire_units.index(name)]
    each = 2 if int(unit["doctrine"]) == _salvo() else 1
    reachable = np.isfinite(flight_s)
    launch_ns = np.where(
        reachable, times - flight_s * NANOSECONDS_PER_SECOND, -1.0
    )  # for a meeting at each point of the path
    ready_ns, count = firm_ns + int(unit["reaction_ns"]), 0
    while True:
        later = np.flatnonzero(reachable & (launch_ns >= ready_ns))
        if not len(later):
            return count
        count += each
        meet = int(later[0])
        ready_ns = int(times[meet]) + int(unit["assess_delay_ns"]) + int(unit["reaction_ns"])


def _salvo() -> int:
    from openiads.records.case import SALVO_2  # noqa: PLC0415 - a name for one comparison

    return int(SALVO_2)


_TARGET: Final = {"object": "hostile object; any otherwise", "unit": "fire unit; any otherwise"}
_TABLES: Final = ("objects", "outcomes", "events", "association")

MEASURES: Final = (
    Measure(
        "max_intercept_range",
        "km",
        "mean",
        "largest ground range from a fire unit to a hostile object at which the unit holds a firm track of it, its engagement "
        "radar sees it and a missile reaches it, all at once; 0 in a replication where that never holds",
        _TABLES,
        max_intercept_range,
        _TARGET,
        listed=False,
    ),
    Measure(
        "keep_out_range",
        "km",
        "mean",
        "tenth percentile of the ground ranges from the fire unit at which its missiles met hostile objects, over all "
        "intercepts of all replications; missing without an intercept",
        ("objects", "association"),
        keep_out_range,
        {"unit": _TARGET["unit"], "q": "another quantile than 0.1"},
        listed=False,
    ),
    Measure(
        "shot_opportunities",
        "1",
        "ratio",
        "launches possible one after the other from the first firm track of a fire unit until the object is at the end of its "
        "path, by the unit's doctrine, reaction, flight and assessment times, summed over the units / hostile objects, sums",
        _TABLES,
        shot_opportunities,
        _TARGET,
        listed=False,
    ),
)
