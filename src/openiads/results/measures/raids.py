"""Measures that ask what other raids would do: they walk further replications of the same scenario under the same draws."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from openiads.errors import ResultsError
from openiads.results.measures.base import Measure, Sample
from openiads.results.measures.corridors import KILLED, ends_elsewhere, passed_by
from openiads.results.measures.data import RunData
from openiads.results.measures.moved import LEAKED, attackers, cells_of, ends_moved, shared_path
from openiads.stats.quantiles import jackknifed

Array = NDArray[Any]
MAX_LEAK: Final = 0.2
ASSET_GRID_KM: Final = 25.0
"""Choice of the method: side of a cell."""
MOST_WALKS: Final = 2000
"""Cases that one measure may walk before it asks for a coarser grid."""
MOST_RAID: Final = 256


def _outcomes(data: RunData, scenario: Any) -> RunData:
    """The same replications of another case: only how the objects end."""
    from openiads.engine.lowering import lower  # noqa: PLC0415 - compiles on import of its kernels
    from openiads.results.measures.again import objects_of, walk  # noqa: PLC0415

    lowered = lower(scenario, views=data.views)
    tables = walk(lowered, data.seed, data.replications, ("outcomes",))
    tables["objects"] = objects_of(lowered)
    return RunData(tables.__getitem__, lambda: scenario, data.replications, seed=data.seed, lowered=lambda: lowered)


def defended_area(
    data: RunData,
    *,
    max_leak: float = MAX_LEAK,
    asset_grid_km: float = ASSET_GRID_KM,
    radius_km: float | None = None,
    corridor_km: float | None = None,
) -> Sample:
    """Area of the cells at which an asset would see few enough of the raid get through, over all replications and of each."""
    across_km = asset_grid_km if corridor_km is None else corridor_km
    if not 0.0 <= max_leak < 1.0 or asset_grid_km <= 0.0 or across_km <= 0.0:
        raise ResultsError("defended_area: max_leak lies between 0 and 1, asset_grid_km and corridor_km above 0.")
    leaks = leaks_by_cell(data, grid_km=asset_grid_km, radius_km=radius_km, across_km=corridor_km)
    cell_km2 = asset_grid_km * across_km

    def area(kept: Array) -> float:
        return cell_km2 * float((leaks[:, kept].mean(axis=1) <= max_leak).sum()) if len(leaks) else 0.0

    everyone = np.arange(data.count)
    own = np.array([area(np.array([k])) for k in everyone])
    whole = area(everyone)
    left_out = np.array([area(np.delete(everyone, k)) for k in everyone]) if data.count > 1 else own
    return Sample(own, np.ones(data.count), lambda confidence: jackknifed(whole, left_out, confidence=confidence))


def leaks_by_cell(data: RunData, *, grid_km: float, radius_km: float | None, across_km: float | None = None) -> Array:
    """Share of the raid that gets to an asset in each cell, (cells, replications).

    Where all of the raid flies one level path it is flown along parallel paths a cell (or `across_km`) apart and on past the
    asset: who is alive when it passes a cell would have got to an asset there. Otherwise it is moved to end at each cell in turn.
    """
    raid = attackers(data)
    if not len(raid):
        raise ResultsError("defended_area: the run has no hostile object whose path ends at what it attacks.")
    unit = data.paths.main_node
    reach_km = data.paths.reach_km(unit) if radius_km is None else radius_km
    if shared_path(data, raid):
        across = grid_km if across_km is None else across_km
        _require_few(2 * int(np.ceil(reach_km / across)) + 1)
        found = passed_by(data, raid, unit, reach_km=reach_km, across_km=across, along_km=grid_km)
        return np.concatenate(found).reshape(-1, data.count) if found else np.zeros((0, data.count))
    if across_km is not None and across_km != grid_km:
        raise ResultsError(
            "defended_area: corridor_km is for raids whose objects all fly one level path. Leave it out here."
        )
    return _by_cells(data, raid, unit, reach_km, grid_km)


def _by_cells(data: RunData, raid: Array, unit: str, reach_km: float, grid_km: float) -> Array:
    cells = cells_of(data.paths.site_m(unit), radius_m=1000.0 * reach_km, grid_m=1000.0 * grid_km)
    _require_few(len(cells))
    flown = [ends_moved(data.paths.things, raid, cell) for cell in cells]
    found = []
    for states, _ in ends_elsewhere(data, data.scenario, flown, raid):
        leaked = (states == LEAKED).sum(axis=1)
        decided = leaked + (states == KILLED).sum(axis=1)
        found.append(np.where(decided > 0, leaked / np.maximum(decided, 1), 1.0))
    return np.array(found).reshape(-1, data.count)


def _require_few(walks: int) -> None:
    if walks > MOST_WALKS:
        raise ResultsError(
            f"defended_area: {walks:,} cases would be walked, at most {MOST_WALKS:,} are. Take a larger asset_grid_km."
        )


def saturation_raid(
    data: RunData, *, max_leak: float = MAX_LEAK, group: str | None = None, most: float = MOST_RAID
) -> Sample:
    """Smallest number of a hostile group of which more than a share gets through: doubled until it does, then halved back."""
    spec = data.scenario.spec
    if not spec.scenario.notional:
        raise ResultsError(
            "saturation_raid: the scenario names real places, and no single smallest raid is given for those. Compare raid sizes "
            "that are fixed in advance, as conditions of a study, or use a notional scenario."
        )
    groups = [
        key for key, thing in spec.objects.items() if thing.side == "hostile" and thing.motion.end == "leak" and thing.count
    ]
    if group is None and len(groups) == 1:
        group = groups[0]
    if group not in groups:
        raise ResultsError(
            f"saturation_raid: name the group of hostile objects, as group={'ID' if not groups else groups[0]}."
        )
    leaks: dict[int, Array] = {}

    def over(size: int) -> bool:
        if size not in leaks:
            leaks[size] = _leakage_of(data, group, size)
        return bool(np.nanmean(leaks[size]) > max_leak)

    size = 1
    while size <= most and not over(size):
        size *= 2
    low, high = size // 2, size
    while size <= most and high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if over(middle) else (middle, high)
    return _smallest(leaks, max_leak, data.count)


def _leakage_of(data: RunData, group: str | None, size: int) -> Array:
    thing = data.scenario.spec.objects[str(group)]
    spacing = {} if thing.spacing_s is not None else {f"objects.{group}.spacing_s": NO_SPACING_S}
    several = spacing if size > 1 else {}
    run = _outcomes(data, data.scenario.with_overrides({f"objects.{group}.count": size, **several}))
    outcomes, hostile = run.outcomes, run.side("hostile")
    leaked = outcomes.ended("leaked")[:, hostile].sum(axis=1)
    decided = leaked + outcomes.ended("killed")[:, hostile].sum(axis=1)
    return np.where(decided > 0, leaked / np.maximum(decided, 1), np.nan)


NO_SPACING_S: Final = 15.0
"""Choice of the method: time between the objects of a group that states none, because it had only one."""


def _smallest(leaks: dict[int, Array], max_leak: float, count: int) -> Sample:
    sizes = np.array(sorted(leaks))
    table = np.array([leaks[size] for size in sizes])

    def first(values: Array) -> float:
        past = np.flatnonzero(values > max_leak)
        return float(sizes[past[0]]) if len(past) else np.nan

    own = np.array([first(table[:, k]) for k in range(count)])
    whole = first(np.nanmean(table, axis=1))
    left_out = own if count < 2 else np.array([first(np.nanmean(np.delete(table, k, axis=1), axis=1)) for k in range(count)])
    return Sample(
        own,
        np.ones(count),
        lambda confidence: jackknifed(None if np.isnan(whole) else whole, left_out, confidence=confidence),
    )


_LEAK: Final = {"max_leak": "share of the raid that may get through, 0.2 otherwise"}

MEASURES: Final = (
    Measure(
        "defended_area",
        "km^2",
        "mean",
        "area of the cells within radius_km of the fire unit at which an asset would see a share max_leak or less of the run's "
        "raid get through, mean over replications: the raid is flown along parallel paths a cell apart, or, when its objects fly "
        "several paths, moved to each cell",
        ("objects", "outcomes"),
        defended_area,
        {
            **_LEAK,
            "asset_grid_km": "side of a cell, 25 km otherwise",
            "corridor_km": "between the parallel paths: cells are so wide and asset_grid_km deep; asset_grid_km otherwise",
            "radius_km": "of the disc of cells about the fire unit nearest to an asset; the reach of its missiles otherwise",
        },
        listed=False,
        fire_only=True,
        walks=True,
    ),
    Measure(
        "saturation_raid",
        "1",
        "mean",
        "smallest number of objects of the hostile group at which the leakage, mean over replications, exceeds max_leak; doubled, "
        "then halved back, so that leakage is taken to rise with the number; notional scenarios only",
        ("objects", "outcomes"),
        saturation_raid,
        {
            **_LEAK,
            "group": "group of hostile objects; the only one otherwise",
            "most": "largest number tried, 256 otherwise",
        },
        listed=False,
        fire_only=True,
        walks=True,
    ),
)
