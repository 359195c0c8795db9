"""How a raid ends elsewhere: flown along parallel paths past a fire unit, or moved, under the same draws.

Each such case is walked only as far as it can still say something: to the last cell, or until nobody can be killed any more.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from openiads.engine.objects import Things
from openiads.records.case import FRAME, LOOK
from openiads.records.tables import END_STATES
from openiads.results.measures.data import RunData
from openiads.results.measures.moved import extended, moved_aside, passing_ns

Array = NDArray[Any]
KILLED: Final = END_STATES.index("killed")
NEVER: Final = np.iinfo(np.int64).max
NANOSECONDS: Final = 1e9
CASES_AT_ONCE: Final = 32
"""Cases held at a time: each takes a few megabytes."""


def ends_elsewhere(
    data: RunData, scenario: Any, flown: Sequence[Things], raid: Array, *, until_ns: Sequence[int] | None = None
) -> Iterator[tuple[Array, Array]]:
    """How and when each object of a raid ends on each of several sets of paths: end states and times, (replications, raid).

    With `until_ns`, a time for each set, it only matters who is killed until then: a walk ends there, or as soon as no missile is
    left. What is the same whatever path is flown, until somebody could see the raid, is walked once for all sets.
    """
    from openiads.engine.bystanders import without_bystanders  # noqa: PLC0415 - compiles on import of its kernels
    from openiads.engine.rerouting import Rerouter, copy_state  # noqa: PLC0415
    from openiads.engine.simulation import Simulation  # noqa: PLC0415

    reroute = Rerouter(scenario, data.views)
    for start in range(0, len(flown), CASES_AT_ONCE):
        walkers = [
            Simulation(without_bystanders(reroute(things)), data.seed) for things in flown[start : start + CASES_AT_ONCE]
        ]
        common = rows_in_common([walker.lowered.case for walker in walkers], raid)
        begun = [walkers[0].advance(walkers[0].fresh(number, "counts"), common) for number in data.replications]
        for place, walker in enumerate(walkers, start):
            enough = _enough(walker.lowered.case, raid, None if until_ns is None else until_ns[place])
            states, times = [], []
            for number, state in zip(data.replications, begun, strict=True):
                objects = walker.run(number, "counts", enough=enough, begun=copy_state(state)).objects
                states.append(objects["end_state"][raid].copy())
                times.append(objects["end_ns"][raid].copy())
            yield np.array(states), np.array(times)


def _enough(case: Any, raid: Array, until_ns: int | None) -> Callable[[Any], bool]:
    def enough(state: Any) -> bool:
        if not state.objects["present"][raid].any():
            return True
        if until_ns is None:
            return False
        here_ns = case.calendar["at_ns"][int(state.clock["row"][0]) - 1]
        return bool(here_ns >= until_ns) or disarmed(case, state)

    return enough


def rows_in_common(cases: Sequence[Any], raid: Array) -> int:
    """How many first rows of the calendar are the same in cases that differ in the paths of a raid alone, and see none of it."""
    fewest = min(len(case.calendar) for case in cases)
    for case in cases:
        calendar = case.calendar[:fewest]
        for kind, table in ((LOOK, case.looks), (FRAME, case.candidates)):
            rows = np.flatnonzero((case.calendar["kind"] == kind) & (case.calendar["count"] > 0))
            first, count = case.calendar["first"][rows], case.calendar["count"][rows]
            seen = np.concatenate([[0], np.cumsum(np.isin(table["object"], raid))])
            sighted = rows[seen[first + count] > seen[first]]
            fewest = min(fewest, int(sighted[0])) if len(sighted) else fewest
        for name in ("at_ns", "kind", "index", "number"):
            differ = np.flatnonzero(calendar[name] != cases[0].calendar[name][: len(calendar)])
            fewest = min(fewest, int(differ[0])) if len(differ) else fewest
    return fewest


def disarmed(case: Any, state: Any) -> bool:
    """Whether no missile is left on any launcher, in any store or in the air, none will be brought, and no fighters are there."""
    from openiads.records.state import NEVER as NO_SHOT  # noqa: PLC0415 - as the engine

    if len(case.fighters):
        return False
    left = int(state.missiles_left.sum()) + int(state.spare.sum()) + len(case.supplies)
    on_launchers = int(state.launchers["loaded"].sum()) + int(state.launchers["loading"].sum())
    return left + on_launchers == 0 and int(state.clock["shot_ns"][0]) == NO_SHOT


def passed_by(data: RunData, raid: Array, unit: str, *, reach_km: float, across_km: float, along_km: float) -> list[Array]:
    """Share of a raid that is alive when it passes each cell, (cells, replications) of each corridor.

    The raid is flown along parallel paths `across_km` apart, on past the end of its own; cells lie `along_km` apart on each.
    Corridors in which no cell is within reach are left out.
    """
    site_m, radius_m = data.paths.site_m(unit), 1000.0 * reach_km
    number = int(np.ceil(reach_km / across_km))
    on = extended(data.paths.things, raid, 2.0 * radius_m)
    aside_m = 1000.0 * across_km * np.arange(-number, number + 1)
    flown = [moved_aside(on, raid, site_m, float(aside)) for aside in aside_m]
    passing = [passing_ns(things, raid, site_m, radius_m=radius_m, grid_m=1000.0 * along_km) for things in flown]
    kept = [(things, times) for things, times in zip(flown, passing, strict=True) if times]
    until_ns = [max(int(times.max()) for times in several) for _, several in kept]
    longer_s = max(data.scenario.spec.clock.duration_s, np.ceil(max(until_ns, default=0) / NANOSECONDS))
    scenario = data.scenario
    if longer_s > scenario.spec.clock.duration_s:
        scenario = scenario.with_overrides({"clock.duration_s": float(longer_s)})
    found = []
    ends = ends_elsewhere(data, scenario, [things for things, _ in kept], raid, until_ns=until_ns)
    for (_, several), (states, ends_ns) in zip(kept, ends, strict=True):
        at_ns = np.where(states == KILLED, ends_ns, NEVER)
        found.append(np.array([(at_ns > times[None, :]).mean(axis=1) for times in several]))
    return found
