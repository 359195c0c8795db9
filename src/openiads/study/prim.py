"""PRIM: a box in the space of the assumptions in which a claim mostly holds, with the spread of its limits over resamples."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openiads.errors import OutOfRangeError
from openiads.study.keyed import uniforms

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]
PEEL = 0.05
"""Share of the points in the box that a step peels off."""
LEAST_POINTS = 20
"""Points below which a box is not peeled any further."""


@dataclass(frozen=True)
class Box:
    """Limits (columns,) of a box; density: share of its points for which the claim holds; coverage: share of those that
    hold in it."""

    low: Array
    high: Array
    density: float
    coverage: float
    points: int

    def inside(self, table: Array) -> Bools:
        """Which rows of (n, columns) lie in the box."""
        return np.asarray(((table >= self.low) & (table <= self.high)).all(axis=1))


@dataclass(frozen=True)
class StableBox:
    """A box with what resampling says of it: how often each column is restricted, and the spread of each limit."""

    box: Box
    restricted_share: Array
    low_mean: Array
    low_sd: Array
    high_mean: Array
    high_sd: Array
    base_rate: float


def find_box(
    table: Array, holds: Bools, *, density: float = 0.8, peel: float = PEEL, least: int = LEAST_POINTS
) -> Box | None:
    """The box of largest coverage on the peeling trajectory whose density is at least `density`; None when nothing holds.

    Parameters
    ----------
    table : (n, columns) ndarray
        Values of the assumptions, without NaN.
    holds : (n,) bool ndarray
    density : float
        When no box reaches it, the densest one is given.

    Source: J. H. Friedman and N. I. Fisher, "Bump hunting in high-dimensional data", Stat. Comput. 9, 123-143, 1999; the
    choice on the
    trajectory: B. P. Bryant and R. J. Lempert, Technol. Forecast. Soc. Change 77, 34-49, 2010.
    """
    if len(table) != len(holds) or len(table) < 2:
        raise OutOfRangeError(f"{len(table)} points and {len(holds)} verdicts; as many of each, at least two")
    if not holds.any():
        return None
    boxes = [_box(table, holds, table.min(axis=0), table.max(axis=0))]
    while (peeled := _peel(table, holds, boxes[-1], peel, least)) is not None:
        boxes.append(peeled)
    good = [box for box in boxes if box.density >= density]
    chosen = max(good, key=lambda b: (b.coverage, b.density)) if good else max(boxes, key=lambda b: (b.density, b.coverage))
    return _paste(table, holds, chosen, density, peel)


def _box(table: Array, holds: Bools, low: Array, high: Array) -> Box:
    inside = ((table >= low) & (table <= high)).all(axis=1)
    hits = int(holds[inside].sum())
    points = int(inside.sum())
    return Box(low, high, hits / points if points else 0.0, hits / int(holds.sum()), points)


def _peel(table: Array, holds: Bools, box: Box, peel: float, least: int) -> Box | None:
    """The box after the peel that leaves the highest density, or None when no peel raises it or too few points are left."""
    inside = box.inside(table)
    here = table[inside]
    if len(here) <= least or box.density == 1.0:
        return None
    best: Box | None = None
    for column in range(table.shape[1]):
        for edge in ("low", "high"):
            low, high = box.low.copy(), box.high.copy()
            values = np.sort(here[:, column])
            cut = max(1, int(peel * len(values)))
            if edge == "low":
                low[column] = _above(values, cut)
            else:
                high[column] = _below(values, cut)
            if np.isnan(low[column]) or np.isnan(high[column]):
                continue
            found = _box(table, holds, low, high)
            if least <= found.points < len(here) and (best is None or found.density > best.density):
                best = found
    return best


def _above(values: Array, cut: int) -> float:
    """Smallest value that leaves at least `cut` below it; NaN when there is none (ties)."""
    index = int(np.searchsorted(values, values[cut - 1], side="right"))
    return float(values[index]) if index < len(values) else float("nan")


def _below(values: Array, cut: int) -> float:
    index = int(np.searchsorted(values, values[len(values) - cut], side="left"))
    return float(values[index - 1]) if index > 0 else float("nan")


def _paste(table: Array, holds: Bools, box: Box, density: float, peel: float) -> Box:
    """Widen single limits again while the density stays and the coverage grows."""
    least, greatest = table.min(axis=0), table.max(axis=0)
    wanted = min(density, box.density)
    while True:
        best = box
        for column in range(table.shape[1]):
            free = table[_box_without(table, box, column), column]
            step = max(1, int(peel * box.points))
            for edge in ("low", "high"):
                low, high = box.low.copy(), box.high.copy()
                outside = np.sort(free[free < low[column]])[::-1] if edge == "low" else np.sort(free[free > high[column]])
                if len(outside) == 0:
                    (low if edge == "low" else high)[column] = (least if edge == "low" else greatest)[column]
                else:
                    (low if edge == "low" else high)[column] = outside[min(step, len(outside)) - 1]
                found = _box(table, holds, low, high)
                if found.density >= wanted and found.coverage > best.coverage:
                    best = found
        if best is box:
            return box
        box = best


def _box_without(table: Array, box: Box, column: int) -> Bools:
    others = [c for c in range(table.shape[1]) if c != column]
    return np.asarray(((table[:, others] >= box.low[others]) & (table[:, others] <= box.high[others])).all(axis=1))


def stable_box(
    table: Array, holds: Bools, *, density: float = 0.8, resamples: int = 50, seed: int, label: str = "prim"
) -> StableBox | None:
    """`find_box` with its stability over `resamples` bootstrap samples; None when nothing holds."""
    box = find_box(table, holds, density=density)
    if box is None:
        return None
    found = []
    for number in range(resamples):
        rows = (uniforms(seed, label, number, shape=(len(table),)) * len(table)).astype(np.int64)
        if holds[rows].any():
            again = find_box(table[rows], holds[rows], density=density)
            if again is not None:
                found.append(again)
    low, high = np.array([b.low for b in found]), np.array([b.high for b in found])
    span = table.max(axis=0) - table.min(axis=0)
    tight = (low > table.min(axis=0) + PEEL * span) | (high < table.max(axis=0) - PEEL * span)
    return StableBox(
        box=box,
        restricted_share=tight.mean(axis=0),
        low_mean=low.mean(axis=0),
        low_sd=low.std(axis=0),
        high_mean=high.mean(axis=0),
        high_sd=high.std(axis=0),
        base_rate=float(holds.mean()),
    )
