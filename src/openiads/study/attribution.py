"""Which differences between two parties produce the difference between their answers.

A table holds the value of every coalition: entry `mask` is the value when player i follows party B for each bit i set in
`mask`, and
party A otherwise. Entry 0 is A's answer, the last one B's. Swapping the parties negates every share exactly, to the bit.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.errors import OutOfRangeError

Array = NDArray[np.float64]
Sets = tuple[tuple[int, ...], ...]
MOST_PLAYERS: Final = 16
"""Players of a table at most: 65,536 coalitions."""


def players_of(values: Array) -> int:
    """Players of a table of 2^d values.

    Raises
    ------
    OutOfRangeError
        When the length is no power of two from 2 to 65,536.
    """
    d = len(values).bit_length() - 1
    if values.ndim != 1 or len(values) != 1 << d or not 1 <= d <= MOST_PLAYERS:
        raise OutOfRangeError(
            f"a table of shape {values.shape} holds no 2^d coalitions with d from 1 to {MOST_PLAYERS}. "
            "Give one value per bit mask; for more players use the estimator by paths"
        )
    return d


def shapley(values: ArrayLike) -> Array:
    """Shapley shares of v(B) - v(A).

    Parameters
    ----------
    values : (2^d,) array_like
        Value of each coalition by bit mask (bit i set: player i at party B); d from 1 to 16.

    Returns
    -------
    (d,) ndarray
        Shares that add up to values[-1] - values[0], in the unit of the values.

    Notes
    -----
    phi_i = sum over S without i of |S|! (d - |S| - 1)! / d! (v(S + i) - v(S)); each sum is rounded once (`math.fsum`), so the party
    swap, the null player and symmetry hold to the bit. Source: L. S. Shapley, "A value for n-person games", 1953.
    """
    v = np.asarray(values, dtype=np.float64)
    d = players_of(v)
    weights = shapley_weights(d)
    return np.array([math.fsum((weights[_popcounts(low)] * (v[high] - v[low])).tolist()) for low, high in _pairs(d)])


def shapley_weights(d: int) -> Array:
    """Weight of a coalition without player i by its size 0 to d - 1: s! (d - s - 1)! / d!; symmetric to the bit."""
    return np.array([1.0 / (d * math.comb(d - 1, s)) for s in range(d)])


def shapley_errors(standard_errors: ArrayLike) -> Array:
    """Standard errors of the shares when the entries of the table are estimated independently.

    Parameters
    ----------
    standard_errors : (2^d,) array_like
        Of each entry of the table.
    """
    variance = np.square(np.asarray(standard_errors, dtype=np.float64))
    d = players_of(variance)
    squares = np.square(shapley_weights(d))
    return np.sqrt([float(np.sum(squares[_popcounts(low)] * (variance[high] + variance[low]))) for low, high in _pairs(d)])


def interactions(values: ArrayLike) -> Array:
    """Shapley interaction index of each pair, (d, d), symmetric with zeros on the diagonal.

    Source: M. Grabisch and M. Roubens, "An axiomatic approach to the concept of interaction", Int. J. Game Theory 28,
    547-565, 1999.
    """
    v = np.asarray(values, dtype=np.float64)
    d = players_of(v)
    found = np.zeros((d, d))
    if d < 2:
        return found
    weights = shapley_weights(d - 1)
    masks = np.arange(len(v))
    for i, j in combinations(range(d), 2):
        both = (1 << i) | (1 << j)
        low = masks[(masks & both) == 0]
        change = (v[low | both] - v[low | (1 << i)]) - (v[low | (1 << j)] - v[low])
        found[i, j] = found[j, i] = math.fsum((weights[_popcounts(low)] * change).tolist())
    return found


@dataclass(frozen=True)
class OneAtATime:
    """What each player alone changes: taken over from A's end and from B's, half their sum, and its least and greatest step."""

    from_a: Array
    from_b: Array
    settle_alone: Array
    least: Array
    greatest: Array


def one_at_a_time(values: ArrayLike) -> OneAtATime:
    """One-at-a-time changes from both ends, the gain of settling each player alone, and the range of its marginals."""
    v = np.asarray(values, dtype=np.float64)
    steps = [v[high] - v[low] for low, high in _pairs(players_of(v))]
    from_a, from_b = np.array([s[0] for s in steps]), np.array([s[-1] for s in steps])
    return OneAtATime(
        from_a=from_a,
        from_b=from_b,
        settle_alone=0.5 * (from_a + from_b),
        least=np.array([s.min() for s in steps]),
        greatest=np.array([s.max() for s in steps]),
    )


def pivot_shares(verdicts: ArrayLike) -> Array:
    """Share of the orders of the players in which each is the one that flips the verdict; (2^d,) of booleans in, (d,) out."""
    return np.abs(shapley(np.asarray(verdicts, dtype=bool).astype(np.float64)))


@dataclass(frozen=True)
class FlipSets:
    """Smallest sets of players (no smaller one inside) that flip a verdict; empty when the parties or nothing can."""

    of_a: Sets
    """Sets of B's assumptions that flip A's verdict."""
    of_b: Sets
    """Sets of A's assumptions that flip B's verdict."""


def flip_sets(verdicts: ArrayLike) -> FlipSets:
    """Minimal flip sets of a table of verdicts, (2^d,) of booleans, smaller sets first."""
    table = np.asarray(verdicts, dtype=bool)
    d = players_of(table.astype(np.float64))
    everyone = len(table) - 1
    return FlipSets(
        of_a=_minimal(d, lambda mask: bool(table[mask] != table[0])),
        of_b=_minimal(d, lambda mask: bool(table[everyone ^ mask] != table[everyone])),
    )


@dataclass(frozen=True)
class Agenda:
    """What to settle first: the smallest sets whose settlement, whichever way each item goes, leaves at most `delta`."""

    delta: float
    sets: Sets
    residuals: tuple[float, ...]
    """Largest disagreement left, for each set."""


def agenda(values: ArrayLike, *, delta: float) -> Agenda:
    """The agenda of a table of values; `delta` in their unit, 0 or more."""
    v = np.asarray(values, dtype=np.float64)
    d = players_of(v)
    everyone = len(v) - 1
    for size in range(d + 1):
        found = []
        for members in combinations(range(d), size):
            settled = sum(1 << i for i in members)
            residual = max(abs(float(v[part | (everyone ^ settled)] - v[part])) for part in _subsets(settled))
            if residual <= delta:
                found.append((members, residual))
        if found:
            return Agenda(delta, tuple(m for m, _ in found), tuple(r for _, r in found))
    raise OutOfRangeError(f"delta = {delta:g} must be 0 or more")


def concessions(verdicts: ArrayLike) -> tuple[int, int]:
    """How many of B's assumptions A can take over before A's verdict flips, at worst and at best.

    Returns
    -------
    at_worst, at_best : int
        Any `at_worst` of them can be conceded; some choice of `at_best` can. Both are d when nothing flips it.
    """
    table = np.asarray(verdicts, dtype=bool)
    d = players_of(table.astype(np.float64))
    sizes = _popcounts(np.arange(len(table)))
    flipped = table != table[0]
    at_worst = d if not flipped.any() else int(sizes[flipped].min()) - 1
    return at_worst, int(sizes[~flipped].max())


def is_material(delta: float, *, standard_error: float, indifference: float) -> bool:
    """Whether a disagreement is worth splitting: above 3 standard errors and above the indifference band."""
    return abs(delta) > 3.0 * standard_error and abs(delta) > indifference


def offsets(shares: ArrayLike, *, indifference: float) -> bool:
    """Whether the parties reach similar answers for opposing reasons: sum |phi| at least 2 |Delta| and above the indifference."""
    phi = np.asarray(shares, dtype=np.float64)
    total = float(np.abs(phi).sum())
    return total >= 2.0 * abs(float(phi.sum())) and total > indifference


def break_even(verdict: Callable[[float], bool], *, steps: int = 32, halvings: int = 30) -> float | None:
    """Where between A's value (0) and B's (1) of one player a verdict first flips, others held; None when it does not.

    Parameters
    ----------
    verdict : callable
        Verdict at a share of the way from A to B. Looked at `steps` even places, then halved in; a flip back and forth within one
        step is not seen.
    """
    first = verdict(0.0)
    for step in range(1, steps + 1):
        low, high = (step - 1) / steps, step / steps
        if verdict(high) != first:
            for _ in range(halvings):
                middle = 0.5 * (low + high)
                low, high = (low, middle) if verdict(middle) != first else (middle, high)
            return high
    return None


def _pairs(d: int) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """For each player the coalitions without and with it, in ascending order."""
    masks = np.arange(1 << d)
    for i in range(d):
        low = masks[(masks >> i) & 1 == 0]
        yield low, low | (1 << i)


def _popcounts(masks: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.bitwise_count(masks).astype(np.int64)


def _subsets(mask: int) -> Iterator[int]:
    part = mask
    while True:
        yield part
        if part == 0:
            return
        part = (part - 1) & mask


def _minimal(d: int, flips: Callable[[int], bool]) -> Sets:
    found: list[int] = []
    for size in range(1, d + 1):
        for members in combinations(range(d), size):
            mask = sum(1 << i for i in members)
            if not any(mask & other == other for other in found) and flips(mask):
                found.append(mask)
    return tuple(tuple(i for i in range(d) if mask >> i & 1) for mask in found)


def named(sets: Sets, players: Sequence[str]) -> list[list[str]]:
    """Sets of player numbers as lists of names."""
    return [[players[i] for i in members] for members in sets]
