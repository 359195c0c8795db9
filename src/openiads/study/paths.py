"""Shapley shares by paired random-order paths under common random numbers: the estimator that studies use by default.

For each draw the players go from party A to party B one by one, in a random order and in its reverse; each world is run once with
the numbers of that draw. Cost 2 d runs a draw. Draws are independent, so standard errors are those of a mean.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from openiads.errors import OutOfRangeError
from openiads.stats.intervals import t_quantile
from openiads.study.keyed import orders

Array = NDArray[np.float64]
Masks = NDArray[np.int64]

FEWEST_WHOLE: Final = 2
"""Draws with a value at every step that a standard error of the shares takes."""


@dataclass(frozen=True)
class PathShares:
    """Shares with their standard errors; `contributions` is (draws, d), one row per draw that had every value."""

    shares: Array
    errors: Array
    delta: float
    delta_error: float
    contributions: Array
    missing: int

    @property
    def draws(self) -> int:
        """Draws that count."""
        return len(self.contributions)

    def half_widths(self, confidence: float = 0.95) -> Array:
        """Half-widths of the intervals of the shares: Student's t."""
        return self.errors * t_quantile(max(1, self.draws - 1), confidence=confidence)

    def tied(self, i: int, j: int, *, confidence: float = 0.95) -> bool:
        """Whether the interval of the difference of |shares| of two players includes 0."""
        signed = np.where(self.shares < 0.0, -1.0, 1.0)
        gap = self.contributions[:, i] * signed[i] - self.contributions[:, j] * signed[j]
        if len(gap) < 2:
            return True
        half = t_quantile(len(gap) - 1, confidence=confidence) * float(gap.std(ddof=1)) / math.sqrt(len(gap))
        return abs(float(gap.mean())) <= half


def path_orders(seed: int, *, draws: int, players: int, label: str = "paths") -> Masks:
    """Random orders of the players, one per draw; more draws begin with the same ones."""
    return orders(seed, label, count=draws, size=players)


def path_masks(order: Masks) -> Masks:
    """The 2 d coalitions of each draw: empty, along the order, everyone, then the inner ones of the reverse order.

    Parameters
    ----------
    order : (draws, d) int ndarray

    Returns
    -------
    (draws, 2 d) int ndarray
        Bit masks; for one player its two worlds.
    """
    draws, d = order.shape
    bits = np.left_shift(np.int64(1), order)
    forward = np.concatenate([np.zeros((draws, 1), np.int64), np.cumsum(bits, axis=1)], axis=1)
    backward = np.cumsum(bits[:, ::-1], axis=1)[:, : d - 1]
    return np.concatenate([forward, backward], axis=1)


def path_shares(order: Masks, values: Array) -> PathShares:
    """Shares from the values of the worlds that `path_masks` lists.

    Parameters
    ----------
    order : (draws, d) int ndarray
    values : (draws, 2 d) ndarray
        NaN drops its draw, which is counted in `missing`.

    Raises
    ------
    OutOfRangeError
        When shapes do not fit or fewer than two draws are whole.
    """
    draws, d = order.shape
    if values.shape != (draws, 2 * d):
        raise OutOfRangeError(f"values have shape {values.shape}; {(draws, 2 * d)} is needed for {d} players")
    whole = ~np.isnan(values).any(axis=1)
    order, values = order[whole], values[whole]
    if len(order) < FEWEST_WHOLE:
        raise OutOfRangeError(f"{len(order)} whole draws; two are the least for a standard error")
    forward = np.diff(values[:, : d + 1], axis=1)
    back = np.concatenate([values[:, :1], values[:, d + 1 :], values[:, d : d + 1]], axis=1)
    backward = np.diff(back, axis=1)[:, ::-1]
    contributions = np.empty_like(forward)
    np.put_along_axis(contributions, order, 0.5 * (forward + backward), axis=1)
    deltas = values[:, d] - values[:, 0]
    n = math.sqrt(len(order))
    return PathShares(
        shares=contributions.mean(axis=0),
        errors=contributions.std(axis=0, ddof=1) / n,
        delta=float(deltas.mean()),
        delta_error=float(deltas.std(ddof=1) / n),
        contributions=contributions,
        missing=int(draws - len(order)),
    )


def coalition_means(order: Masks, values: Array) -> dict[int, tuple[float, int]]:
    """Mean value and count of each coalition that the paths met, by mask: the part of the table that paths see."""
    masks = path_masks(order).ravel()
    flat = values.ravel()
    keep = ~np.isnan(flat)
    found = {}
    for mask in np.unique(masks[keep]):
        here = flat[keep & (masks == mask)]
        found[int(mask)] = (float(here.mean()), len(here))
    return found
