"""Level 0 and the scope logic: intervals, looks, Kleene's tables, words."""

from itertools import product
from typing import Any

import numpy as np
import pytest

from openiads.stats.proportions import clopper_pearson
from openiads.study.keyed import uniforms
from openiads.study.logic import Quantifier, combine, critical
from openiads.study.looks import (
    Looks,
    Status,
    bounded_mean,
    clopper_pearson_bounds,
    holm_confidence,
    interval,
    quantile_interval,
    status_of,
)
from openiads.study.words import PartyVerdict, between, party_verdict, silent_verdict, threshold_sweep

REPEATS = 1500


def test_looks_and_their_share_of_the_error() -> None:
    looks = Looks()
    assert looks.sizes == (32, 64, 128, 256, 512, 1024, 2048, 4096)
    assert looks.confidence(0.95) == pytest.approx(1 - 0.05 / 8, rel=0, abs=1e-15)


def test_vectorised_limits_are_those_of_clopper_and_pearson() -> None:
    low, high = clopper_pearson_bounds(np.arange(11.0), np.full(11, 10.0), confidence=0.9)
    for k in range(11):
        wanted = clopper_pearson(k, 10, confidence=0.9)
        assert (low[k], high[k]) == pytest.approx((wanted.low, wanted.high), rel=0, abs=1e-12)


def sequential(p: float, repeats: int) -> tuple[float, float, float]:
    """Share MET or NOT MET at `p` against p >= 0.9, share undecided, mean runs."""
    looks = Looks()
    sizes = np.array(looks.sizes)
    met = undecided = runs = 0
    for seed in range(repeats):
        hits = np.cumsum(uniforms(seed, "sequential", p, shape=(4096,)) < p)[sizes - 1].astype(float)
        low, high = clopper_pearson_bounds(hits, sizes.astype(float), confidence=looks.confidence(0.95))
        status = status_of(low, high, threshold=0.9, indifference=0.0, sense=">=")
        settled = np.flatnonzero(status != Status.UNRESOLVED)
        undecided += len(settled) == 0
        met += len(settled) > 0
        runs += int(sizes[settled[0]]) if len(settled) else 4096
    return met / repeats, undecided / repeats, runs / repeats


@pytest.mark.nightly
@pytest.mark.parametrize("p", [0.80, 0.87, 0.90, 0.92, 0.95])
def test_false_verdicts_at_the_threshold_stay_below_five_percent(methods_reference: Any, p: float) -> None:
    wanted = methods_reference["sequential_verdict_threshold_0.9_max_4096"][f"geometric_8_looks_clopper_pearson|p={p:g}"]
    settled, undecided, runs = sequential(p, REPEATS)
    if p == 0.90:
        assert settled <= 0.05
    assert undecided == pytest.approx(wanted["undecided"], rel=0, abs=0.015)
    assert runs == pytest.approx(wanted["mean_runs"], rel=0.06, abs=0)


def test_false_verdicts_in_short() -> None:
    assert sequential(0.90, 150)[0] <= 0.06


@pytest.mark.nightly
@pytest.mark.parametrize(("mean", "n", "spread"), [(0.005, 256, 0.0), (0.02, 1024, 0.0), (0.02, 1024, 8.0)])
def test_rare_counts_are_covered(mean: float, n: int, spread: float) -> None:
    rng = np.random.default_rng(4)
    hits = 0
    for _ in range(1000):
        rate = mean if spread == 0.0 else rng.gamma(mean * spread, 1 / spread, size=n)
        e = interval("count", rng.poisson(rate, size=n).astype(float), confidence=0.95)
        hits += e.low is not None and e.high is not None and e.low <= mean <= e.high
    assert hits / 1000 >= 0.94


def test_bounded_means_and_quantiles_are_covered() -> None:
    rng = np.random.default_rng(2)
    bounded = quantiles = 0
    for _ in range(400):
        x = rng.beta(2, 5, size=64)
        e = bounded_mean(x, bounds=(0.0, 1.0), confidence=0.95)
        bounded += e.low <= 2 / 7 <= e.high
        q = quantile_interval(rng.normal(size=64), q=0.5, confidence=0.95)
        quantiles += q.low <= 0.0 <= q.high
    assert bounded / 400 >= 0.95
    assert 0.93 <= quantiles / 400 <= 0.995


def test_no_limits_where_student_cannot_be_trusted() -> None:
    few, many = np.arange(127.0), np.arange(128.0)
    assert interval("mean", few, confidence=0.95).low == -np.inf
    assert interval("mean", many, confidence=0.95).low == pytest.approx(57.0, rel=0, abs=0.1)
    none = interval("ratio", np.zeros(256), confidence=0.95, denominators=np.full(256, 2.0))
    assert none.high == pytest.approx(3.69 / 256 / 2, rel=0.01, abs=0), "no event is not zero"


def test_levels_of_an_interval() -> None:
    def one(low: float, high: float, sense: Any = ">=") -> Status:
        return Status(int(status_of(np.array([low]), np.array([high]), threshold=0.5, indifference=0.1, sense=sense)[0]))

    assert one(0.5, 0.9) == Status.MET
    assert one(0.1, 0.49) == Status.NOT_MET
    assert one(0.41, 0.59) == Status.AT_THE_LINE
    assert one(0.3, 0.59) == Status.UNRESOLVED
    assert one(0.1, 0.5, "<=") == Status.MET
    assert one(0.51, 0.9, "<=") == Status.NOT_MET
    assert one(float("nan"), float("nan")) == Status.UNRESOLVED


def by_enumeration(statuses: tuple[int, ...], q: Quantifier) -> int:
    """What the scope says however the unresolved cells come out; unresolved itself when that differs."""
    found = set()
    unresolved = [i for i, s in enumerate(statuses) if s == Status.UNRESOLVED]
    for fill in product((Status.NOT_MET, Status.AT_THE_LINE, Status.MET), repeat=len(unresolved)):
        here = list(statuses)
        for i, s in zip(unresolved, fill, strict=True):
            here[i] = s
        met, line = here.count(Status.MET), here.count(Status.AT_THE_LINE)
        found.add(Status.MET if met >= q.needed else Status.AT_THE_LINE if met + line >= q.needed else Status.NOT_MET)
    return found.pop() if len(found) == 1 else Status.UNRESOLVED


def test_kleene_logic_by_enumeration() -> None:
    for size in (1, 2, 3, 4):
        kinds = [Quantifier("all", size), Quantifier("any", size), Quantifier("at_least", size, 0.5)]
        for q in [*kinds, Quantifier("at_least", size, min(2, size))]:
            for statuses in product(range(4), repeat=size):
                assert int(combine(np.array(statuses, np.int8), [q])) == by_enumeration(statuses, q), (statuses, q)


def test_nested_quantifiers_and_the_critical_threshold() -> None:
    values = np.array([[5.0, 1.0, 3.0, 4.0]])  # any of two rows of which all two
    q = [Quantifier("any", 2), Quantifier("all", 2)]
    assert critical(values, q, sense=">=").tolist() == [3.0]
    assert critical(values, q, sense="<=").tolist() == [4.0]
    met = status_of(values, values, threshold=3.0, indifference=0.0, sense=">=")
    assert combine(met, q).tolist() == [Status.MET]


def draws(met: int, lost: int, unresolved: int = 0) -> Any:
    return np.array([3] * met + [0] * lost + [1] * unresolved, np.int8)


def test_words_of_one_party() -> None:
    def code(statuses: Any, best: Any = Status.MET, worst: Any = Status.MET, **more: Any) -> str:
        return party_verdict("A", statuses, best_end=best, worst_end=worst, **more).code

    assert code(draws(1000, 0)) == "holds_throughout"
    assert code(draws(1000, 0), worst=Status.NOT_MET) == "holds_mostly"
    assert code(draws(900, 100)) == "holds_mostly"
    assert code(draws(899, 101)) == "depends"
    assert code(draws(100, 900), best=Status.MET, worst=Status.NOT_MET) == "fails_mostly"
    assert code(draws(0, 1000), best=Status.NOT_MET, worst=Status.NOT_MET) == "fails_throughout"
    assert code(draws(900, 70, 30)) == "not_resolved"
    assert code(draws(900, 90, 10), min_resolved_share=0.98) == "holds_mostly"
    assert (
        party_verdict("A", draws(72, 28), best_end=None, worst_end=None, odds=True).word
        == "holds with probability 0.62 to 0.81"
    )


def test_words_between_parties() -> None:
    def v(party: str, code: str) -> PartyVerdict:
        return PartyVerdict(party, code, 0.5, 1.0, 10)

    holds, fails, depends = "holds_mostly", "fails_mostly", "depends"
    assert between(v("A", holds), v("B", holds), owner="A", offset=False) == "agreed: holds"
    assert between(v("A", holds), v("B", fails), owner="A", offset=False) == "disputed"
    assert between(v("A", fails), v("B", fails), owner="A", offset=False).endswith("even under its owner's own assumptions")
    assert between(v("A", holds), v("B", holds), owner="A", offset=True).endswith("same answer for different reasons")
    assert between(v("A", depends), v("B", holds), owner="A", offset=False) == "depends"
    assert between(silent_verdict("A"), v("B", holds), owner="A", offset=False) == "one party is silent"


def test_threshold_sweep_and_holm() -> None:
    values = np.arange(1.0, 101.0)
    assert threshold_sweep(values, sense=">=", robust_share=0.9) == 11.0
    assert threshold_sweep(values, sense="<=", robust_share=0.9) == 90.0
    assert holm_confidence(np.array([0.01, 0.04, 0.03]), confidence=0.95) == [True, False, False]
    assert holm_confidence(np.array([0.01, 0.02, 0.04]), confidence=0.95) == [True, True, True]
