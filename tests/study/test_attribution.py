"""Attribution against the reference results of the method and the axioms of the Shapley value."""

from fractions import Fraction
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from openiads.errors import OutOfRangeError
from openiads.study import attribution as at

CASES = ("case1", "case2 probability", "case2 mean", "case3 probability")


def case_of(reference: Any, name: str) -> Any:
    return {
        "case1": reference["case1_point_sets_min_of_three_ranges"],
        "case2 probability": reference["case2_lognormal_exact"]["probability_Y_ge_threshold"],
        "case2 mean": reference["case2_lognormal_exact"]["mean_Y"],
        "case3 probability": reference["case3_distributions_with_noise"]["full_probability_report"],
    }[name]


def table_of(case: Any) -> tuple[list[str], Any]:
    values = np.empty(len(case["v_table"]))
    for key, value in case["v_table"].items():
        values[sum(1 << i for i, bit in enumerate(key) if bit == "1")] = value
    return case["players"], values


@pytest.mark.parametrize("name", CASES)
def test_every_number_of_the_reference(shapley_reference: Any, name: str) -> None:
    case = case_of(shapley_reference, name)
    players, v = table_of(case)
    ones = at.one_at_a_time(v)
    interaction = at.interactions(v)
    found = {
        "shapley": at.shapley(v),
        "one_at_a_time_from_A": ones.from_a,
        "one_at_a_time_from_B": ones.from_b,
        "settle_alone_gain": ones.settle_alone,
    }
    for key, values in found.items():
        assert values == pytest.approx([case[key][p] for p in players], rel=0, abs=1e-9)
    for i, p in enumerate(players):
        assert (ones.least[i], ones.greatest[i]) == pytest.approx(tuple(case["marginal_min_max"][p]), rel=0, abs=1e-9)
    for pair, value in case["interaction"].items():
        i, j = (players.index(p) for p in pair.split("*"))
        assert interaction[i, j] == pytest.approx(value, rel=0, abs=1e-9)


@pytest.mark.parametrize("name", [c for c in CASES if c != "case2 mean"])
def test_flip_sets_and_pivots_of_the_reference(shapley_reference: Any, name: str) -> None:
    case = case_of(shapley_reference, name)
    players, v = table_of(case)
    holds = v >= case["claim"]["threshold"]
    flips = at.flip_sets(holds)
    assert at.named(flips.of_a, players) == case["claim"]["minimal_sets_taken_from_B_that_flip_As_verdict"]
    assert at.named(flips.of_b, players) == case["claim"]["minimal_sets_taken_from_A_that_flip_Bs_verdict"]
    wanted = [case["claim"]["pivot_share_shapley_shubik"][p] for p in players]
    assert at.pivot_shares(holds) == pytest.approx(wanted, rel=0, abs=1e-12)


@pytest.mark.parametrize("name", CASES)
def test_agenda_of_the_reference(shapley_reference: Any, name: str) -> None:
    case = case_of(shapley_reference, name)
    players, v = table_of(case)
    found = at.agenda(v, delta=case["agenda"]["delta"])
    assert at.named(found.sets, players) == [entry["settle"] for entry in case["agenda"]["smallest_sets"]]
    assert found.residuals == pytest.approx([e["worst_residual"] for e in case["agenda"]["smallest_sets"]], rel=0, abs=1e-9)


def twelve_players(reference: Any) -> tuple[Any, Any]:
    case = reference["case4_twelve_players_closed_form"]
    linear = [Fraction(x) for x in case["linear"]]
    terms = {**case["pair"], **case["triple"]}
    values = np.empty(1 << 12)
    for mask in range(1 << 12):
        total = sum((linear[i] for i in range(12) if mask >> i & 1), Fraction(0))
        for members, weight in terms.items():
            if all(mask >> i & 1 for i in map(int, members.strip("()").split(","))):
                total += Fraction(weight)
        values[mask] = float(total)
    return values, case


def test_twelve_players_in_closed_form(shapley_reference: Any) -> None:
    values, case = twelve_players(shapley_reference)
    assert at.shapley(values) == pytest.approx(case["shapley_float"], rel=0, abs=1e-9)


def test_axioms() -> None:
    rng = np.random.default_rng(7)
    for d in (1, 2, 5, 9):
        v, w = rng.normal(size=1 << d), rng.normal(size=1 << d)
        phi = at.shapley(v)
        assert phi.sum() == pytest.approx(v[-1] - v[0], rel=0, abs=1e-12)
        assert (at.shapley(v[::-1]) == -phi).all(), "the party swap negates to the bit"
        assert at.shapley(v + w) == pytest.approx(phi + at.shapley(w), rel=0, abs=1e-12)
    masks = np.arange(1 << 6)
    without_third = v[: 1 << 6][masks & ~(1 << 3)]
    assert at.shapley(without_third)[3] == 0.0, "a null player gets exactly nothing"
    both = np.array([float(bool(m & 1) or bool(m & 2)) for m in range(4)])
    assert at.shapley(both).tolist() == [0.5, 0.5], "a duplicated player splits its share"


def test_errors_of_an_independent_table() -> None:
    rng = np.random.default_rng(3)
    sd = np.array([0.1, 0.2, 0.3, 0.1, 0.4, 0.2, 0.1, 0.3])
    many = np.array([at.shapley(rng.normal(size=8) * sd) for _ in range(4000)])
    assert at.shapley_errors(sd) == pytest.approx(many.std(axis=0), rel=0.05, abs=0)


def test_concessions_and_break_even() -> None:
    needs_two_of_three = np.array([bin(m).count("1") < 2 for m in range(8)])
    assert at.concessions(needs_two_of_three) == (1, 1)
    assert at.concessions(np.ones(8, bool)) == (3, 3)
    assert at.break_even(lambda t: t < 0.3125) == pytest.approx(0.3125, rel=0, abs=1e-8)
    assert at.break_even(lambda t: True) is None


def test_offsets_and_materiality() -> None:
    assert at.offsets([0.3, -0.3, 0.01], indifference=0.02)
    assert not at.offsets([0.3, -0.05], indifference=0.02)
    assert not at.offsets([0.004, -0.004], indifference=0.02)
    assert at.is_material(-0.5, standard_error=0.1, indifference=0.02)
    assert not at.is_material(0.25, standard_error=0.1, indifference=0.02)


def test_a_table_that_is_none() -> None:
    with pytest.raises(OutOfRangeError, match="no 2\\^d coalitions"):
        at.shapley(np.zeros(6))
    with pytest.raises(OutOfRangeError, match="by paths"):
        at.shapley(np.zeros(1 << 17))


def test_flip_sets_are_minimal() -> None:
    rng = np.random.default_rng(11)
    for _ in range(20):
        table = rng.random(32) < 0.5
        for sets in (at.flip_sets(table).of_a,):
            for one, other in combinations(sets, 2):
                assert not set(one) <= set(other)
