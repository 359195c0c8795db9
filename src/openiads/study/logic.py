"""Level 1 of a verdict: quantifiers over options and conditions, in Kleene's logic, for statuses and for the values behind them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from openiads.study.looks import Sense, Status, Statuses

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Quantifier:
    """One step of a scope: `all`, `any` or `at_least` so many (a share when below 1) of `size` cells."""

    kind: Literal["all", "any", "at_least"]
    size: int
    at_least: float = 0.0

    @property
    def needed(self) -> int:
        """How many cells must be met."""
        if self.kind == "all":
            return self.size
        if self.kind == "any":
            return 1
        share = self.at_least
        return int(np.ceil(share * self.size - 1e-9)) if share < 1.0 else int(share)


def combine(statuses: Statuses, quantifiers: Sequence[Quantifier]) -> Statuses:
    """Statuses over a whole scope.

    Parameters
    ----------
    statuses : (..., cells) ndarray of Status
        Cells in row-major order of the quantifiers, the first outermost.
    quantifiers : sequence of Quantifier

    Returns
    -------
    (...) ndarray
        `all` is the weakest and `any` the strongest; UNRESOLVED shows only where it matters.
    """
    shaped = statuses.reshape(*statuses.shape[:-1], *(q.size for q in quantifiers))
    for quantifier in reversed(quantifiers):
        shaped = _one(shaped, quantifier)
    return shaped


def _one(statuses: Statuses, quantifier: Quantifier) -> Statuses:
    needed, size = quantifier.needed, quantifier.size
    met = (statuses == Status.MET).sum(axis=-1)
    line = (statuses == Status.AT_THE_LINE).sum(axis=-1)
    lost = (statuses == Status.NOT_MET).sum(axis=-1)
    found = np.full(met.shape, Status.UNRESOLVED, np.int8)
    # With every open cell at the line, and no unresolved one able to change that, the whole is at the line.
    open_cells = size - met - lost - line
    found[(met + line >= needed) & (open_cells + met < needed) | (open_cells == 0)] = Status.AT_THE_LINE
    found[(met + line < needed) & (met + line + open_cells >= needed)] = Status.UNRESOLVED
    found[met >= needed] = Status.MET
    found[size - lost < needed] = Status.NOT_MET
    return found


def critical(values: Array, quantifiers: Sequence[Quantifier], *, sense: Sense) -> Array:
    """The largest threshold (smallest, for <=) at which the scope is met, from the value of each cell; NaN stays NaN.

    Parameters
    ----------
    values : (..., cells) ndarray
        As in `combine`.
    """
    shaped = values.reshape(*values.shape[:-1], *(q.size for q in quantifiers))
    for quantifier in reversed(quantifiers):
        ordered = np.sort(shaped if sense == "<=" else -shaped, axis=-1)
        shaped = ordered[..., min(quantifier.needed, quantifier.size) - 1]
        shaped = shaped if sense == "<=" else -shaped
        shaped = np.where(np.isnan(ordered).any(axis=-1), np.nan, shaped)
    return shaped
