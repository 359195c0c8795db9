"""Designs: where in the unit cube of the assumptions a study looks. The table itself is stored and hashed, so that a replay
depends on no library.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from openiads.errors import OutOfRangeError
from openiads.stats.correlation import largest_correlation
from openiads.study.keyed import orders, uniforms

Array = NDArray[np.float64]
Method = Literal["sobol_owen", "lhs", "nolh", "grid", "random"]
METHODS: Final[tuple[Method, ...]] = ("sobol_owen", "lhs", "nolh", "grid", "random")
LARGEST_POWER: Final = 20
MOST_COLUMNS: Final = 1000
REDUCTIONS: Final = 100
"""Rounds after which the reduction of correlations stops at the latest; it stops by itself after a handful."""


@dataclass(frozen=True)
class Design:
    """A table of points in the unit cube, `replicates` independent sets of `n` rows below one another.

    `table` is (replicates * n, columns), every entry strictly between 0 and 1; `largest_correlation` is over pairs of columns
    within one set.
    """

    method: Method
    n: int
    replicates: int
    table: Array

    @property
    def sha256(self) -> str:
        """SHA-256 of the table: shape and the bytes of its rows, little-endian."""
        head = f"openiads-design-1 {self.table.shape[0]} {self.table.shape[1]}\n".encode()
        return hashlib.sha256(head + np.ascontiguousarray(self.table, dtype="<f8").tobytes()).hexdigest()

    @property
    def largest_correlation(self) -> float:
        """Largest |correlation| between two columns of the first set. [-]"""
        return largest_correlation(self.table[: self.n])

    def sets(self) -> list[Array]:
        """The independent sets, (n, columns) each."""
        return [self.table[r * self.n : (r + 1) * self.n] for r in range(self.replicates)]


def make_design(method: Method, *, n: int, columns: int, replicates: int, seed: int, label: str = "design") -> Design:
    """A design of `replicates` independent sets.

    Parameters
    ----------
    method : str
        sobol_owen (n a power of two), lhs, nolh (Latin hypercube with correlations reduced), grid (n rounded down to whole levels),
        random.
    n, columns, replicates : int
        Rows of one set, assumptions, sets.
    seed, label
        The design belongs to them.

    Raises
    ------
    OutOfRangeError
        For a method that is unknown or numbers that it cannot do.
    """
    if n < 1 or not 1 <= columns <= MOST_COLUMNS or replicates < 1:
        raise OutOfRangeError(f"n = {n}, columns = {columns}, replicates = {replicates}: 1 or more are needed")
    makers = {"sobol_owen": owen_sobol, "lhs": latin_hypercube, "nolh": nearly_orthogonal, "random": random_points}
    if method == "grid":
        levels = max(1, int(n ** (1.0 / columns) + 1e-9))
        one = grid([levels] * columns)
        return Design("grid", len(one), replicates, np.concatenate([one] * replicates))
    if method not in makers:
        raise OutOfRangeError(f"design method {method!r} is not one of {', '.join(METHODS)}")
    sets = [makers[method](n, columns, seed, f"{label}/{method}/{r}") for r in range(replicates)]
    return Design(method, n, replicates, np.concatenate(sets))


def owen_sobol(n: int, columns: int, seed: int, label: str) -> Array:
    """Sobol points with Owen's nested uniform scrambling, (n, columns); `n` a power of two.

    Every node of the binary tree of each column flips or not by its own keyed bit; below the leaves the digits are uniform.
    Source: A. B. Owen, "Randomly permuted (t,m,s)-nets and (t,s)-sequences", 1995; direction numbers of S. Joe and F. Y.
    Kuo, SIAM J.
    Sci. Comput. 30, 2635-2654, 2008, as scipy ships them.
    """
    from scipy.stats import qmc  # noqa: PLC0415 - slow to import

    power = n.bit_length() - 1
    if n != 1 << power or power > LARGEST_POWER:
        raise OutOfRangeError(f"n = {n} is no power of two up to 2^{LARGEST_POWER}; Sobol points need one. Use {1 << power}")
    if power == 0:
        return uniforms(seed, label, shape=(1, columns))
    plain = qmc.Sobol(columns, scramble=False, bits=30).random_base2(power)
    digits = np.rint(plain * n).astype(np.int64)
    points = np.empty((n, columns))
    for column in range(columns):
        flips = (uniforms(seed, label, "flips", column, shape=(n,)) < 0.5).astype(np.int64)
        below = uniforms(seed, label, "below", column, shape=(n,))
        plain_digits, scrambled = digits[:, column], np.zeros(n, np.int64)
        for level in range(power):
            prefix = plain_digits >> (power - level)
            bit = (plain_digits >> (power - 1 - level)) & 1
            scrambled = 2 * scrambled + (bit ^ flips[(1 << level) + prefix - 1])
        points[:, column] = (scrambled + below[plain_digits]) / n
    return points


def random_points(n: int, columns: int, seed: int, label: str) -> Array:
    """Independent uniforms, (n, columns)."""
    return uniforms(seed, label, shape=(n, columns))


def latin_hypercube(n: int, columns: int, seed: int, label: str) -> Array:
    """One point in each of `n` equal strata of every column, (n, columns).

    Source: M. D. McKay, R. J. Beckman, W. J. Conover, Technometrics 21(2), 239-245, 1979.
    """
    ranks = orders(seed, label, "ranks", count=columns, size=n).T
    return (ranks + uniforms(seed, label, "within", shape=(n, columns))) / n


def nearly_orthogonal(n: int, columns: int, seed: int, label: str) -> Array:
    """Latin hypercube of stratum centres whose columns are re-ordered until no step lowers the largest correlation.

    Source: T. M. Cioppa and T. W. Lucas, "Efficient nearly orthogonal and space-filling Latin hypercubes", Technometrics 49(1),
    45-55, 2007, with the reduction of A. Florian, Probab. Eng. Mech. 7, 123-130, 1992.
    """
    best = orders(seed, label, "ranks", count=columns, size=n).T.astype(np.float64)
    if columns > 1 and n > columns:
        best = reduce_correlation(best)
    return (best + 0.5) / n


def reduce_correlation(ranks: Array) -> Array:
    """Ranks (n, columns) re-ordered within columns until the largest correlation no longer falls."""
    best, least = ranks, largest_correlation(ranks)
    for _ in range(REDUCTIONS):
        centred = best - best.mean(axis=0)
        correlation = np.corrcoef(centred, rowvar=False)
        try:
            turned = np.linalg.solve(np.linalg.cholesky(correlation), centred.T).T
        except np.linalg.LinAlgError:
            return best
        again = np.argsort(np.argsort(turned, axis=0, kind="stable"), axis=0, kind="stable").astype(np.float64)
        found = largest_correlation(again)
        if found >= least:
            return best
        best, least = again, found
    return best


def grid(levels: Sequence[int]) -> Array:
    """Full factorial of cell centres: `levels` per column; the last column varies fastest."""
    axes = [(np.arange(count) + 0.5) / count for count in levels]
    return np.array(list(product(*axes)), dtype=np.float64)
