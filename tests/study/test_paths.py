"""The path estimator: exactness of its sums, its mirror under the party swap, its errors and coverage."""

from typing import Any

import numpy as np
import pytest
from scipy.special import ndtri

from openiads.errors import OutOfRangeError
from openiads.study.attribution import shapley
from openiads.study.keyed import uniforms
from openiads.study.paths import coalition_means, path_masks, path_orders, path_shares

Array = Any


class Lognormal:
    """Case 2 of the reference: Y = R1 sigma^1/4 propagation processing."""

    def __init__(self, reference: Any) -> None:
        case = reference["case2_lognormal_exact"]
        self.players = case["probability_Y_ge_threshold"]["players"]
        self.exact = np.array([case["probability_Y_ge_threshold"]["shapley"][p] for p in self.players])
        self.median = np.log([[case[p]["median"][k] for k in self.players] for p in ("party_A", "party_B")])
        self.log_sd = np.array([[case[p]["log_sd"][k] for k in self.players] for p in ("party_A", "party_B")])
        self.threshold = case["threshold_km"]

    def holds(self, masks: Array, u: Array) -> Array:
        """0 or 1 for each world (draws, worlds) with the uniforms (draws, 4) of its draw."""
        total = np.zeros(masks.shape)
        z = ndtri(u)
        for i, power in enumerate((1.0, 0.25, 1.0, 1.0)):
            party = (masks >> i) & 1
            total += power * (self.median[party, i] + self.log_sd[party, i] * z[:, i, None])
        return (np.exp(total) >= self.threshold).astype(float)


def run(model: Lognormal, *, seed: int, draws: int) -> Any:
    order = path_orders(seed, draws=draws, players=4)
    return path_shares(order, model.holds(path_masks(order), uniforms(seed, "u", shape=(draws, 4))))


def test_masks_walk_from_one_party_to_the_other_and_back() -> None:
    order = np.array([[2, 0, 1]])
    assert path_masks(order).tolist() == [[0b000, 0b100, 0b101, 0b111, 0b010, 0b011]]
    assert path_masks(np.array([[0]])).tolist() == [[0, 1]]


def test_sums_and_a_game_without_chance() -> None:
    rng = np.random.default_rng(5)
    v = rng.normal(size=16)
    order = path_orders(1, draws=3000, players=4)
    found = path_shares(order, v[path_masks(order)])
    assert found.shares.sum() == pytest.approx(v[-1] - v[0], rel=0, abs=1e-12)
    assert (np.abs(found.shares - shapley(v)) < 5 * found.errors + 1e-12).all()
    assert coalition_means(order, v[path_masks(order)])[0][0] == pytest.approx(v[0], rel=0, abs=1e-12)


def test_the_party_swap_negates_to_the_bit() -> None:
    rng = np.random.default_rng(6)
    order = path_orders(2, draws=200, players=5)
    values = rng.normal(size=(200, 32))
    masks = path_masks(order)
    here = path_shares(order, np.take_along_axis(values, masks, axis=1))
    there = path_shares(order, np.take_along_axis(values, 31 ^ masks, axis=1))
    assert (here.shares == -there.shares).all()
    assert here.delta == -there.delta


def test_case_2_within_its_errors(shapley_reference: Any) -> None:
    model = Lognormal(shapley_reference)
    found = run(model, seed=4, draws=4096)
    assert (np.abs(found.shares - model.exact) < 5 * found.errors).all()
    assert found.tied(2, 2)
    assert not found.tied(0, 1)


def test_intervals_cover_over_400_repeats(shapley_reference: Any) -> None:
    model = Lognormal(shapley_reference)
    hits = np.zeros(4)
    for seed in range(400):
        found = run(model, seed=seed, draws=512)
        hits += np.abs(found.shares - model.exact) <= found.half_widths()
    assert ((hits / 400 >= 0.92) & (hits / 400 <= 0.98)).all(), hits / 400


def test_case_3_with_noise_within_five_errors(shapley_reference: Any) -> None:
    case = shapley_reference["case3_distributions_with_noise"]
    draws = 16384
    u = uniforms(9, "u", shape=(draws, 6))
    order = path_orders(9, draws=draws, players=5)
    masks = path_masks(order)
    laws = [case["party_A"], case["party_B"]]

    def world(i: int) -> Array:
        sides = []
        for party in laws:
            kind, low, high = party[i]
            v = u[:, i]
            sides.append({"uniform": low + v * (high - low), "bernoulli": (v < low).astype(float)}.get(kind))
            if kind == "loguniform":
                sides[-1] = low * (high / low) ** v
        return np.where((masks >> i) & 1, sides[1][:, None], sides[0][:, None])

    r1, sigma, h_r, r_kin, net = (world(i) for i in range(5))
    k = shapley_reference["meta"]["horizon_constant_km_per_sqrt_m"]
    own, high = k * (np.sqrt(h_r) + np.sqrt(3000.0)), k * (np.sqrt(9000.0) + np.sqrt(3000.0))
    reach = np.minimum(np.minimum(r1 * sigma**0.25, np.where(net > 0.5, np.maximum(own, high), own)), r_kin)
    reach = reach * np.exp(0.08 * ndtri(u[:, 5]))[:, None]
    for name, values in (("probability", (reach >= case["threshold_km"]).astype(float)), ("mean_km", reach)):
        found = path_shares(order, values)
        wanted = np.array([case[name]["shapley"][p] for p in case["players"]])
        assert (np.abs(found.shares - wanted) < 5 * found.errors).all(), name


def test_missing_values_drop_their_draw_and_are_counted() -> None:
    order = path_orders(1, draws=10, players=2)
    values = np.ones((10, 4))
    values[3, 1] = np.nan
    assert path_shares(order, values).missing == 1
    with pytest.raises(OutOfRangeError, match="two are the least"):
        path_shares(order[:1], values[:1])
