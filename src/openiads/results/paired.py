"""Two runs of the same replications side by side: differences of measures with paired intervals, and what pairing saves."""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from openiads.errors import ResultsError
from openiads.results.measures import Measure, RunData, Sample, available, parse, registry
from openiads.results.measures.base import PER_REPLICATION
from openiads.results.measures.table import Wanted
from openiads.stats.intervals import Estimate, t_mean
from openiads.stats.pairing import paired_counts, paired_proportions, paired_ratios, variance_reduction
from openiads.stats.proportions import clopper_pearson

Array = NDArray[np.float64]

LEAST_FOR_VARIANCE: Final = 2
"""Pairs below which there is no variance."""


@dataclass(frozen=True)
class Difference:
    """A measure under two arms and the difference, second less first, over the same replications.

    `variance_ratio` is the variance of the difference of independent runs over that of the paired ones: how many times more
    replications independent draws would need. It is infinite when every pair differs by the same, and None when neither arm
    varies at all. `alike` of the `pairs` said the same in both arms.
    """

    measure: Measure
    arguments: Mapping[str, Any]
    first: Estimate
    second: Estimate
    difference: Estimate
    variance_ratio: float | None
    alike: int
    pairs: int

    @property
    def label(self) -> str:
        """Name and arguments, as `asset_survival:asset=ankara`."""
        told = ",".join(f"{key}={value}" for key, value in self.arguments.items())
        return f"{self.measure.name}:{told}" if told else self.measure.name

    @property
    def resolved(self) -> bool:
        """Whether the interval of the difference leaves out 0."""
        low, high = self.difference.low, self.difference.high
        return low is not None and high is not None and (low > 0.0 or high < 0.0)

    def to_dict(self) -> dict[str, Any]:
        """As plain data; an infinite ratio is the text "infinite"."""
        ratio = self.variance_ratio
        return {
            "measure": self.measure.name,
            "arguments": dict(self.arguments),
            "unit": self.measure.unit,
            "definition": self.measure.definition,
            "first": asdict(self.first),
            "second": asdict(self.second),
            "difference": asdict(self.difference),
            "variance_ratio": "infinite" if ratio is not None and math.isinf(ratio) else ratio,
            "pairs_alike": self.alike,
            "pairs": self.pairs,
        }


def differences(first: RunData, second: RunData, wanted: Iterable[Wanted]) -> tuple[Difference, ...]:
    """Measures of two runs of the same replications under the same seed, and their differences, second less first.

    Parameters
    ----------
    first, second : RunData
        The arms; replication k of one is paired with replication k of the other.
    wanted : names
        Which measures, as `every_measure(tables)` gives them.

    Raises
    ------
    ResultsError
        When the runs hold different replications, or a measure or its tables are missing.
    """
    if first.replications != second.replications:
        raise ResultsError(
            f"the arms hold different replications: {first.replications.start} to {first.replications.stop - 1} and "
            f"{second.replications.start} to {second.replications.stop - 1}. Run both with the same number and seed."
        )
    found = []
    for one in wanted:
        name, arguments = parse(one) if isinstance(one, str) else one
        chosen = registry[name]
        shared = [told for told in chosen.instances(first) if told in chosen.instances(second)]
        for told in (arguments,) if arguments else shared:
            found.append(difference(chosen, told, chosen.sample(first, **told), chosen.sample(second, **told)))
    return tuple(found)


def every_measure(tables: Iterable[str]) -> tuple[str, ...]:
    """Names of all measures that a run with these tables can give."""
    return tuple(m.name for m in available(tables))


def difference(measure: Measure, arguments: Mapping[str, Any], first: Sample, second: Sample) -> Difference:
    """The difference of one measure from what the replications of both arms said."""
    found, pairs = _estimate(measure, first, second)
    alike = _alike(first.numerators, second.numerators) & _alike(first.denominators, second.denominators)
    if found.low == found.high == 0.0:  # no pair differs: what is left is how seldom one may
        found = _none_differs(measure.kind, found)
    return Difference(
        measure,
        dict(arguments),
        measure.estimate(first),
        measure.estimate(second),
        _scaled(found, measure.scale),
        _variance_ratio(*pairs),
        int(alike.sum()),
        len(alike),
    )


def _estimate(measure: Measure, first: Sample, second: Sample) -> tuple[Estimate, tuple[Array, Array]]:
    """The estimate, and for each pair what its two replications add to it."""
    if measure.kind in PER_REPLICATION:
        a, b = first.values(), second.values()
        both = ~(np.isnan(a) | np.isnan(b))
        a, b = a[both], b[both]
        found = _of_values(measure.kind, a, b)
        return replace(found, missing=int((~both).sum())), (a, b)
    both = np.isfinite(first.denominators) & np.isfinite(second.denominators)
    tops = first.numerators[both], second.numerators[both]
    bottoms = first.denominators[both], second.denominators[both]
    a, b = (_influence(top, bottom) for top, bottom in zip(tops, bottoms, strict=True))
    if measure.kind == "rate" and all(bottom.sum() > 0.0 for bottom in bottoms):
        exposure = float(bottoms[0].mean() + bottoms[1].mean()) / 2.0
        gained = exposure * (tops[1] / bottoms[1].mean() - tops[0] / bottoms[0].mean())
        return _scaled(paired_counts(gained), 1.0 / exposure), (a, b)
    found = paired_ratios((tops[0], bottoms[0]), (tops[1], bottoms[1]))
    return replace(found, missing=int((~both).sum())), (a, b)


def _alike(a: Array, b: Array) -> NDArray[np.bool_]:
    """Where two say the same; missing is like missing."""
    return np.asarray((a == b) | (np.isnan(a) & np.isnan(b)))


def _none_differs(kind: str, found: Estimate) -> Estimate:
    """The estimate when all pairs are alike: a share is off by at most the probability that a pair differs, others cannot say."""
    if kind != "share":
        return replace(found, low=None, high=None)
    limit = clopper_pearson(0, found.count).high or 0.0
    return replace(found, low=-limit, high=limit)


def _of_values(kind: str, a: Array, b: Array) -> Estimate:
    yes_or_no = bool(np.isin(a, (0.0, 1.0)).all() and np.isin(b, (0.0, 1.0)).all())
    if kind == "proportion" or (kind == "share" and yes_or_no):
        return paired_proportions(a, b)
    if kind == "count":
        return paired_counts(b - a)
    found = t_mean(b - a)
    if kind != "share" or found.low is None or found.high is None:
        return found
    return replace(found, low=max(-1.0, found.low), high=min(1.0, found.high))


def _influence(top: Array, bottom: Array) -> Array:
    """What each replication adds to a ratio of sums, to first order."""
    total = bottom.sum()
    if total == 0.0:
        return np.zeros_like(top)
    return np.asarray((top - top.sum() / total * bottom) / bottom.mean())


def _variance_ratio(a: Array, b: Array) -> float | None:
    if len(a) < LEAST_FOR_VARIANCE:
        return None
    variance_a, variance_b = float(a.var(ddof=1)), float(b.var(ddof=1))
    if variance_a + variance_b == 0.0:
        return None
    if float(np.var(b - a, ddof=1)) <= 1e-24 * (variance_a + variance_b):
        return math.inf
    spread = math.sqrt(variance_a * variance_b)
    correlation = float(np.cov(a, b, ddof=1)[0, 1]) / spread if spread > 0.0 else 0.0
    return float(
        variance_reduction(variance_a=variance_a, variance_b=variance_b, correlation=float(np.clip(correlation, -1.0, 1.0)))
    )


def _scaled(e: Estimate, factor: float) -> Estimate:
    def times(value: float | None) -> float | None:
        return None if value is None else factor * value

    return replace(e, value=times(e.value), low=times(e.low), high=times(e.high))


def to_json(found: Mapping[str, tuple[Difference, ...]], *, baseline: str, seed: int, replications: int) -> bytes:
    """Differences of every arm from the baseline as JSON. Same runs, same bytes."""
    return (
        json.dumps(
            {
                "openiads_comparison": 1,
                "note": "public figures, in this model; differences are arm less baseline over the same draws",
                "baseline": baseline,
                "seed": seed,
                "replications": replications,
                "arms": {arm: [d.to_dict() for d in rows] for arm, rows in found.items()},
            },
            indent=1,
            ensure_ascii=False,
            allow_nan=False,
        )
        + "\n"
    ).encode()
