"""What a measure is: a name, a unit, a definition, and two numbers from every replication that its estimate is made of."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from inspect import Parameter, signature
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from openiads.errors import ResultsError
from openiads.stats.intervals import CONFIDENCE, Estimate, count_mean, mean_share, ratio_of_sums, t_mean
from openiads.stats.proportions import clopper_pearson

if TYPE_CHECKING:
    from openiads.results.measures.data import RunData

Array = NDArray[np.float64]

Kind = Literal["proportion", "share", "mean", "count", "ratio", "share_of_sums", "rate", "exact"]
"""How the two numbers of each replication become one estimate.

proportion: yes or no in each replication, Clopper and Pearson. share: mean of ratios within 0 to 1, Wilson or Student, cut at
0 and 1. mean: mean of ratios, Student. count: mean of rare counts, quasi-Poisson Garwood. ratio: sum over sum, jackknife.
share_of_sums: the same for a share, cut at 0 and 1, and at the ends Clopper and Pearson with one trial per replication, which
is too wide rather than too narrow. rate: rare counts over an exposure, quasi-Poisson Garwood.
"""

PER_REPLICATION: Final = ("proportion", "share", "mean", "count", "exact")
"""Kinds whose value is a mean of what each replication says; the others are sums over sums."""


@dataclass(frozen=True)
class Sample:
    """What each replication says of a measure: arrays (replications,) of numerators and denominators.

    Where the denominator is 0 or either is NaN the replication has nothing to say: 0/0 is missing, never 0. A measure of all
    replications together (a quantile, an area where a mean stays small) brings its own estimate, given a confidence.
    """

    numerators: Array
    denominators: Array
    together: Callable[[float], Estimate] | None = None

    def values(self) -> Array:
        """Numerator over denominator of each replication; NaN where it is missing."""
        shape = np.full(len(self.numerators), math.nan)
        usable = np.isfinite(self.denominators) & (self.denominators != 0.0)
        out: Array = np.divide(self.numerators, self.denominators, out=shape, where=usable)
        return out


def sample(numerators: Any, denominators: Any = None) -> Sample:
    """A sample from anything that makes arrays of floats; without denominators they are 1."""
    top = np.asarray(numerators, dtype=np.float64)
    bottom = np.ones_like(top) if denominators is None else np.asarray(denominators, dtype=np.float64)
    return Sample(top, bottom)


def _one_without_arguments(data: "RunData") -> tuple[Mapping[str, Any], ...]:
    return ({},)


@dataclass(frozen=True)
class Measure:
    """One measure of the registry.

    Parameters
    ----------
    name, unit : str
        As study files name them; the unit is "1" for a pure number.
    kind : Kind
        How replications become one estimate.
    definition : str
        What is divided by what, in words.
    tables : tuple of str
        Tables that it reads, beside the scenario.
    compute : callable
        `compute(data, **arguments) -> Sample`, for `RunData`.
    arguments : mapping
        What it may be told, with the meaning of each.
    instances : callable
        The arguments with which it stands in a table of all measures: `({},)`, or one for every asset, say.
    scale : float
        Factor from numerator over denominator to the unit.
    floor : float, optional
        What its value cannot be below.
    """

    name: str
    unit: str
    kind: Kind
    definition: str
    tables: tuple[str, ...]
    compute: Callable[..., Sample]
    arguments: Mapping[str, str] = field(default_factory=dict)
    instances: Callable[["RunData"], tuple[Mapping[str, Any], ...]] = _one_without_arguments
    scale: float = 1.0
    floor: float | None = 0.0
    listed: bool = True
    """Whether it stands in a table of all measures; those that take long or need to be told something do not."""
    fire_only: bool = False
    """Whether it asks only who shot and how objects ended, so that nodes that concern no fire unit may be left out of a walk."""
    walks: bool = False
    """Whether it walks further cases for every replication, and so costs many times as much as one that reads tables."""

    def sample(self, data: "RunData", **arguments: Any) -> Sample:
        """What each replication of a run says.

        Raises
        ------
        ResultsError
            For an argument that the measure does not have, needs, or cannot read, or a table that the run does not have.
        """
        for key in arguments:
            if key not in self.arguments:
                known = ", ".join(self.arguments) or "none"
                raise ResultsError(f"measure {self.name} has no argument {key!r}. Known: {known}.")
        for key, parameter in signature(self.compute).parameters.items():
            needed = parameter.default is Parameter.empty and parameter.kind is Parameter.KEYWORD_ONLY
            if needed and key not in arguments:
                raise ResultsError(f"measure {self.name} needs {key} ({self.arguments[key]}). Write {self.name}:{key}=...")
            number = "float" in str(parameter.annotation)
            if number and isinstance(arguments.get(key), str):
                raise ResultsError(f"measure {self.name}: {key} = {arguments[key]!r} is no number ({self.arguments[key]}).")
        return self.compute(data, **arguments)

    def values(self, found: Sample) -> Array:
        """Value of each replication in the unit of the measure, NaN where missing."""
        return self.scale * found.values()

    def estimate(self, found: Sample, *, confidence: float = CONFIDENCE) -> Estimate:
        """The estimate over all replications with its interval, in the unit of the measure."""
        made = _ESTIMATES[self.kind](found, confidence) if found.together is None else found.together(confidence)
        return self._cut(_scaled(made, self.scale))

    def _cut(self, estimate: Estimate) -> Estimate:
        if self.floor is None or estimate.low is None:
            return estimate
        return replace(estimate, low=max(self.floor, estimate.low))


@dataclass(frozen=True)
class Measured:
    """A measure of a run, with what its replications said and the estimate."""

    measure: Measure
    arguments: Mapping[str, Any]
    sample: Sample
    estimate: Estimate

    @property
    def label(self) -> str:
        """Name and arguments, as `asset_survival:asset=ankara`."""
        told = ",".join(f"{key}={value}" for key, value in self.arguments.items())
        return f"{self.measure.name}:{told}" if told else self.measure.name


def _scaled(e: Estimate, factor: float) -> Estimate:
    def times(value: float | None) -> float | None:
        return None if value is None else factor * value

    return e if factor == 1.0 else replace(e, value=times(e.value), low=times(e.low), high=times(e.high))


def _proportion(found: Sample, confidence: float) -> Estimate:
    values = found.values()
    said = values[~np.isnan(values)]
    return replace(clopper_pearson(int(said.sum()), len(said), confidence=confidence), missing=len(values) - len(said))


def usable_pairs(found: Sample) -> tuple[Array, Array]:
    """Numerators and denominators of the replications that have something to say; a denominator of 0 says nothing."""
    good = np.isfinite(found.numerators) & np.isfinite(found.denominators) & (found.denominators != 0.0)
    return found.numerators[good], found.denominators[good]


def _ratio(found: Sample, confidence: float) -> Estimate:
    finite = np.isfinite(found.numerators) & np.isfinite(found.denominators)
    top, bottom = found.numerators[finite], found.denominators[finite]  # shots without a kill count in missiles per kill
    return replace(ratio_of_sums(top, bottom, confidence=confidence), missing=int((~finite).sum()))


def _share_of_sums(found: Sample, confidence: float) -> Estimate:
    top, bottom = usable_pairs(found)
    missing = len(found.numerators) - len(top)
    if len(top) and (not top.any() or bool((top == bottom).all())):
        return replace(clopper_pearson(len(top) if top.any() else 0, len(top), confidence=confidence), missing=missing)
    e = ratio_of_sums(top, bottom, confidence=confidence)
    low = None if e.low is None else max(0.0, e.low)
    return replace(e, low=low, high=None if e.high is None else min(1.0, e.high), missing=missing)


def _rate(found: Sample, confidence: float) -> Estimate:
    top, bottom = usable_pairs(found)
    missing = len(found.numerators) - len(top)
    if not len(top):
        return Estimate(None, None, None, 0, missing)
    return replace(_scaled(count_mean(top, confidence=confidence), len(top) / float(bottom.sum())), missing=missing)


def _exact(found: Sample, confidence: float) -> Estimate:
    values = found.values()
    said = values[~np.isnan(values)]
    value = float(said[0]) if len(said) else None
    return Estimate(value, value, value, len(said), len(values) - len(said))


_ESTIMATES: Final[Mapping[str, Callable[[Sample, float], Estimate]]] = {
    "proportion": _proportion,
    "share": lambda found, confidence: mean_share(found.values(), confidence=confidence),
    "mean": lambda found, confidence: t_mean(found.values(), confidence=confidence),
    "count": lambda found, confidence: count_mean(found.values(), confidence=confidence),
    "ratio": _ratio,
    "share_of_sums": _share_of_sums,
    "rate": _rate,
    "exact": _exact,
}
