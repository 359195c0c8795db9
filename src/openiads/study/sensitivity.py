"""Which uncertain inputs drive the spread of a result: Sobol' indices with honest error bars, Morris screening, Shapley effects.

Inputs are grouped by player. Error bars come from independent scrambles, never from a bootstrap: the bootstrap on scrambled Sobol'
points is 3 to 6 times too wide (`reference/study_method.md`, 3.1).
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.errors import OutOfRangeError
from openiads.stats.intervals import t_quantile
from openiads.stats.sensitivity import sobol_from_values
from openiads.study.designs import owen_sobol
from openiads.study.keyed import orders, uniforms

Array = NDArray[np.float64]
Groups = Sequence[Sequence[int]]
SCREENING_ABOVE = 15
"""Players above which Morris screening comes first."""


@dataclass(frozen=True)
class Index:
    """Estimates per group with half-widths over scrambles; estimates can fall slightly below 0, which means about 0."""

    values: Array
    half_widths: Array


@dataclass(frozen=True)
class PickFreeze:
    """The points of one scramble: two samples and, per group, the first with that group from the second. All in the unit cube."""

    base: Array
    other: Array
    groups: tuple[tuple[int, ...], ...]

    def mixed(self, group: int) -> Array:
        """The base sample with one group taken from the other sample."""
        points = self.base.copy()
        members = list(self.groups[group])
        points[:, members] = self.other[:, members]
        return points

    def points(self) -> Array:
        """All points below one another: base, other, mixed of each group; ((groups + 2) n, columns)."""
        return np.concatenate([self.base, self.other, *(self.mixed(g) for g in range(len(self.groups)))])


def pick_freeze(groups: Groups, *, n: int, replicates: int, seed: int, label: str = "sensitivity") -> list[PickFreeze]:
    """Points for `sobol_indices`, one `PickFreeze` per scramble; `n` a power of two, groups of column numbers."""
    columns = sum(len(group) for group in groups)
    whole = [owen_sobol(n, 2 * columns, seed, f"{label}/{r}") for r in range(replicates)]
    frozen = tuple(tuple(group) for group in groups)
    return [PickFreeze(points[:, :columns], points[:, columns:], frozen) for points in whole]


def sobol_indices(values: Sequence[Array], groups: int, *, noise: Sequence[Array] | None = None) -> tuple[Index, Index]:
    """First-order and total indices from the outputs at the points of `PickFreeze.points`.

    Parameters
    ----------
    values : sequence of ((groups + 2) n,) ndarray
        Outputs, one array per scramble; eight are the default of a study.
    groups : int
    noise : sequence of ((groups + 2) n,) ndarray, optional
        Variance of each output (of a mean over R replications: s^2 / R), to take replication noise off.

    Returns
    -------
    first_order, total : Index
        Mean over scrambles, half-width by Student's t with scrambles - 1 degrees of freedom at 95 %.
    """
    first, total = [], []
    for number, outputs in enumerate(values):
        split = outputs.reshape(groups + 2, -1)
        spread = np.zeros_like(split) if noise is None else noise[number].reshape(groups + 2, -1)
        s, t = sobol_from_values(
            at_base=split[0],
            at_other=split[1],
            at_mixed=split[2:],
            noise=float(spread[:2].mean()),
            noise_mixed=spread[2:].mean(axis=1),
        )
        first.append(s)
        total.append(t)
    return over_scrambles(np.array(first)), over_scrambles(np.array(total))


def over_scrambles(estimates: Array) -> Index:
    """Mean and half-width at 95 % of estimates (scrambles, groups)."""
    r = len(estimates)
    if r < 2:
        return Index(estimates.mean(axis=0), np.full(estimates.shape[1], math.inf))
    half = t_quantile(r - 1) * estimates.std(axis=0, ddof=1) / math.sqrt(r)
    return Index(estimates.mean(axis=0), half)


def noise_share(values: Array, noise: Array) -> float:
    """Share of the variance of the outputs that is replication noise. [-]"""
    variance = float(np.var(values))
    return float(noise.mean()) / variance if variance > 0.0 else math.nan


@dataclass(frozen=True)
class Screening:
    """Morris measures per group: mean of |effects| with its standard error, and the spread of the effects."""

    mean_absolute: Array
    error: Array
    spread: Array


def morris(
    function: Callable[[Array], Array],
    groups: Groups,
    *,
    trajectories: int,
    seed: int,
    levels: int = 4,
    label: str = "morris",
) -> Screening:
    """Screening by elementary effects on `trajectories` random walks through the grid of `levels`.

    Parameters
    ----------
    function : callable
        Points (m, columns) in the unit cube to outputs (m,); called once.

    Source: M. D. Morris, Technometrics 33(2), 161-174, 1991; mean of absolute effects: F. Campolongo and others, Environ.
    Model. Softw.
    22, 1509-1518, 2007.
    """
    columns = sum(len(group) for group in groups)
    count = len(groups)
    step = levels / (2.0 * (levels - 1))
    starts = np.floor(uniforms(seed, label, "starts", shape=(trajectories, columns)) * (levels // 2)) / (levels - 1)
    up = uniforms(seed, label, "up", shape=(trajectories, columns)) < 0.5
    order = orders(seed, label, "order", count=trajectories, size=count)
    points = np.empty((trajectories, count + 1, columns))
    points[:, 0] = np.where(up, starts, starts + step)
    for t in range(trajectories):
        for k, group in enumerate(order[t]):
            points[t, k + 1] = points[t, k]
            members = list(groups[group])
            points[t, k + 1, members] += np.where(up[t, members], step, -step)
    outputs = function(points.reshape(-1, columns)).reshape(trajectories, count + 1)
    effects = np.empty((trajectories, count))
    np.put_along_axis(effects, order, np.diff(outputs, axis=1) / step, axis=1)
    absolute = np.abs(effects)
    error = absolute.std(axis=0, ddof=1) / math.sqrt(trajectories)
    return Screening(absolute.mean(axis=0), error, effects.std(axis=0, ddof=1))


def shapley_effects(function: Callable[[Array], Array], groups: Groups, *, n: int, replicates: int, seed: int) -> Index:
    """Shares of the variance by Shapley effects, for groups independent of one another; cost (groups + 1) n runs a scramble.

    Source: T. Goda, "A simple algorithm for global sensitivity analysis with Shapley effects", Reliab. Eng. Syst. Saf. 213, 107702,
    2021, algorithm 1; the points are scrambled Sobol' points and the orders random.
    """
    estimates = []
    for number, sample in enumerate(pick_freeze(groups, n=n, replicates=replicates, seed=seed, label="effects")):
        order = orders(seed, "effects-order", number, count=n, size=len(groups))
        walk = [sample.base.copy()]
        for k in range(len(groups)):
            here = walk[-1].copy()
            for g, members in enumerate(groups):
                rows = np.flatnonzero(order[:, k] == g)
                cells: Any = np.ix_(rows, np.asarray(members))
                here[cells] = sample.other[cells]
            walk.append(here)
        outputs = function(np.concatenate(walk)).reshape(len(groups) + 1, n).T
        variance = float(outputs[:, [0, -1]].var())
        if variance <= 0.0:
            raise OutOfRangeError("the output does not vary over the samples; there is nothing to attribute")
        steps = (outputs[:, :1] - 0.5 * (outputs[:, :-1] + outputs[:, 1:])) * (outputs[:, :-1] - outputs[:, 1:])
        shares = np.empty_like(steps)
        np.put_along_axis(shares, order, steps, axis=1)
        estimates.append(shares.mean(axis=0) / variance)
    return over_scrambles(np.array(estimates))
