"""How a raid ends elsewhere: flown along parallel paths past a fire unit, or moved, under the same draws.

Each such case is walked only as far as it can still say something: to the last cell, or until nobody can be killed any more.
"""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from openiads.engine.objects import Things
from openiads.records.tables import END_STATES
from openiads.results.measures.data import RunData
from openiads.results.measures.moved import extended, moved_aside, passing_ns

Array = NDArray[Any]
KILLED: Final = END_STATES.index("killed")
NEVER: Final = np.iinfo(np.int64).max
NANOSECONDS: Final = 1e9


def ends_elsewhere(
    data: RunData, scenario: Any, reshape: Callable[[Things], Things], raid: Array, *, until_ns: int | None = None
) -> tuple[Array, Array]:
    """How and when each object of a raid ends when its paths are reshaped: end states and times, (replications, raid).

    With `until_ns` it only matters who is killed until then: a walk ends there, or as soon as no missile is left.
    """
    from openiads.engine.bystanders import without_bystanders  # noqa: PLC0415 - compiles on import of its kernels
    from openiads.engine.lowering import lower  # noqa: PLC0415
    from openiads.engine.simulation import Simulation  # noqa: PLC0415

    lowered = without_bystanders(lower(scenario, reshape=reshape, views=data.views))
    walker = Simulation(lowered, data.seed)
    states, times = [], []

    def enough(state: Any) -> bool:
        if not state.objects["present"][raid].any():
            return True
        if until_ns is None:
            return False
        here_ns = lowered.case.calendar["at_ns"][int(state.clock["row"][0]) - 1]
        return bool(here_ns >= until_ns) or disarmed(lowered.case, state)

    for number in data.replications:
        objects = walker.run(number, "counts", enough=enough).objects
        states.append(objects["end_state"][raid].copy())
        times.append(objects["end_ns"][raid].copy())
    return np.array(states), np.array(times)


def disarmed(case: Any, state: Any) -> bool:
    """Whether no missile is left on any launcher, in any store or in the air, and none will be brought."""
    from openiads.records.state import NEVER as NO_SHOT  # noqa: PLC0415 - as the engine

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
    last_ns = max((int(times.max()) for several in passing for times in several), default=0)
    longer_s = max(data.scenario.spec.clock.duration_s, np.ceil(last_ns / NANOSECONDS))
    scenario = data.scenario.with_overrides({"clock.duration_s": float(longer_s)})
    found = []
    for things, times in zip(flown, passing, strict=True):
        if times:
            until_ns = max(int(cell.max()) for cell in times)
            states, ends_ns = ends_elsewhere(data, scenario, _given(things), raid, until_ns=until_ns)
            at_ns = np.where(states == KILLED, ends_ns, NEVER)
            found.append(np.array([(at_ns > cell[None, :]).mean(axis=1) for cell in times]))
    return found


def _given(things: Things) -> Callable[[Things], Things]:
    return lambda own: things
