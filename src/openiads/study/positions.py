"""From a position to values: inverse distribution functions of the uniforms that all parties share.

A draw is one vector of uniforms. Party A's world applies A's positions to it, B's its own to the same vector, so that
their difference
is that of the positions and not of chance. An interval is spread over its scale to see how much of it supports a claim;
that is never a
probability.
"""

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.errors import OutOfRangeError
from openiads.study.spec import AssumptionSpec, DependenceSpec, PositionSpec

Array = NDArray[np.float64]
Values = NDArray[Any]
PERT_WEIGHT = 4.0


def values_at(assumption: AssumptionSpec, position: PositionSpec, u: Array) -> Values:
    """Values of a position at uniforms `u` (n,): floats, or objects for words.

    Raises
    ------
    OutOfRangeError
        When a distribution lacks a parameter.
    """
    if position.value is not None:
        return np.full(len(u), position.value, dtype=np.float64 if is_number(position.value) else object)
    if position.interval is not None:
        return _between(position.interval, u, logarithmic=assumption.scale == "log10")
    if position.weights is not None:
        return _weighted(assumption, position.weights, u)
    if position.dist is not None:
        return _distribution(assumption, position, u)
    raise OutOfRangeError(f"{assumption.id}: its catalogue figure was not looked up; load the study with `load_study`")


def is_number(value: Any) -> bool:
    """Whether a value is a number and no boolean."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def ends(position: PositionSpec) -> tuple[float, float] | None:
    """Lower and upper end of an interval position; None for a point and for odds."""
    return position.interval


def at_end(position: PositionSpec, *, upper: bool) -> PositionSpec:
    """The position as a point at one end of its interval; itself when it is none."""
    if position.interval is None:
        return position
    return position.model_copy(update={"value": position.interval[1 if upper else 0], "interval": None})


def _between(limits: tuple[float, float], u: Array, *, logarithmic: bool) -> Array:
    low, high = limits
    if logarithmic:
        return np.asarray(np.exp(math.log(low) + u * (math.log(high) - math.log(low))))
    return np.asarray(low + u * (high - low))


def _weighted(assumption: AssumptionSpec, weights: Mapping[str, float], u: Array) -> Values:
    """Values in the order of the admissible ones, so that the order in the file means nothing."""
    known = {str(value): value for value in assumption.admissible}
    names = [name for name in known if name in weights]
    limits = np.cumsum([weights[name] for name in names])
    chosen = np.minimum(np.searchsorted(limits / limits[-1], u, side="right"), len(names) - 1)
    values = [known[name] for name in names]
    numeric = all(is_number(value) for value in values)
    return np.array(values, dtype=np.float64 if numeric else object)[chosen]


def _distribution(assumption: AssumptionSpec, position: PositionSpec, u: Array) -> Values:
    p = dict(position.params or {})
    kind = position.dist

    def need(name: str) -> float:
        if not is_number(p.get(name)):
            raise OutOfRangeError(f"{assumption.id}: distribution {kind} needs the number {name!r} in params")
        return float(p[name])

    if kind == "discrete":
        return _weighted(assumption, {str(k): float(v) for k, v in p.items()}, u)
    inverse, forward = _laws(kind or "", need)
    if position.truncate is not None:
        from_, to = float(forward(position.truncate[0])), float(forward(position.truncate[1]))
        u = from_ + u * (to - from_)
    return np.asarray(inverse(u), dtype=np.float64)


def _laws(kind: str, need: Callable[[str], float]) -> tuple[Callable[[Array], Array], Callable[[float], float]]:
    """Inverse and distribution function of a law."""
    from scipy import special  # noqa: PLC0415

    normal: Any = special.ndtr
    quantile: Any = special.ndtri
    if kind in ("uniform", "loguniform"):
        limits, logarithmic = (need("low"), need("high")), kind == "loguniform"
        return partial(_between, limits, logarithmic=logarithmic), partial(_share, limits=limits, logarithmic=logarithmic)
    if kind == "normal":
        mean, sd = need("mean"), need("sd")
        return lambda u: mean + sd * quantile(u), lambda x: float(normal((x - mean) / sd))
    if kind == "lognormal":
        median, log_sd = need("median"), need("log_sd")
        return lambda u: median * np.exp(log_sd * quantile(u)), lambda x: float(normal(math.log(x / median) / log_sd))
    if kind == "triangular":
        low, mode, high = need("low"), need("mode"), need("high")
        return lambda u: _triangular(u, low, mode, high), lambda x: _triangular_share(x, low, mode, high)
    low, high, a, b = _beta_of(kind, need)
    return (
        lambda u: low + (high - low) * special.betaincinv(a, b, u),
        lambda x: float(special.betainc(a, b, min(1.0, max(0.0, (x - low) / (high - low))))),
    )


def _share(x: float, limits: tuple[float, float], *, logarithmic: bool) -> float:
    low, high = limits
    share = math.log(x / low) / math.log(high / low) if logarithmic else (x - low) / (high - low)
    return min(1.0, max(0.0, share))


def _triangular(u: Array, low: float, mode: float, high: float) -> Array:
    split = (mode - low) / (high - low)
    rising = low + np.sqrt(u * (high - low) * (mode - low))
    falling = high - np.sqrt((1.0 - u) * (high - low) * (high - mode))
    return np.where(u < split, rising, falling)


def _triangular_share(x: float, low: float, mode: float, high: float) -> float:
    if x <= low or x >= high:
        return 0.0 if x <= low else 1.0
    if x < mode:
        return (x - low) ** 2 / ((high - low) * (mode - low))
    return 1.0 - (high - x) ** 2 / ((high - low) * (high - mode))


def _beta_of(kind: str, need: Any) -> tuple[float, float, float, float]:
    """Limits and shape of a beta or PERT distribution. PERT: D. G. Malcolm and others, Oper. Res. 7(5), 646-669, 1959."""
    low, high = need("low"), need("high")
    if kind == "beta":
        return low, high, need("alpha"), need("beta")
    mode = need("mode")
    return low, high, 1.0 + PERT_WEIGHT * (mode - low) / (high - low), 1.0 + PERT_WEIGHT * (high - mode) / (high - low)


def correlate(u: Array, columns: Mapping[str, int], dependence: DependenceSpec) -> Array:
    """Uniforms of one party with its Gaussian copula: the columns of its members become correlated.

    Parameters
    ----------
    u : (n, assumptions) ndarray
    columns : mapping
        Column of each assumption.
    dependence : DependenceSpec
        `rho` is the correlation matrix of the normals behind the members.
    """
    from scipy import special  # noqa: PLC0415

    members = [columns[name] for name in dependence.members]
    factor = np.linalg.cholesky(np.array(dependence.rho, dtype=np.float64))
    tied = u.copy()
    tied[:, members] = special.ndtr(special.ndtri(u[:, members]) @ factor.T)
    return tied
