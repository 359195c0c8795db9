"""Kill probability against exact fractions, enumeration, and the trap of independence."""

import itertools
from fractions import Fraction

import numpy as np
import pytest

from openiads.errors import OutOfRangeError
from openiads.physics.kill import layered_leakage, salvo_kill_probability, shoot_look_shoot


def test_salvo_of_independent_shots():
    assert salvo_kill_probability(p_kill=0.7, shots=3) == pytest.approx(float(1 - Fraction(3, 10) ** 3), rel=1e-15)
    assert salvo_kill_probability(p_kill=[0.0, 1.0, 0.5], shots=[3, 1, 0]).tolist() == [0.0, 1.0, 0.0]
    assert salvo_kill_probability(p_kill=1e-12, shots=2) == pytest.approx(2e-12, rel=1e-9)


def test_a_common_cause_bounds_what_more_missiles_buy():
    """0.72 per shot, taken as independent: 0.994 for four. With a tenth of it common to all: 0.899."""
    assert salvo_kill_probability(p_kill=0.72, shots=4) == pytest.approx(0.994, rel=0, abs=5e-4)
    assert salvo_kill_probability(p_kill=0.8, shots=4, common_failure=0.1) == pytest.approx(0.899, rel=0, abs=5e-4)
    assert salvo_kill_probability(p_kill=0.8, shots=1000, common_failure=0.1) == pytest.approx(0.9, rel=1e-12)


def test_looking_saves_missiles_and_not_targets():
    looked = shoot_look_shoot(p_kill=0.7, salvos=[1, 1, 1])
    assert looked.kill_probability == pytest.approx(0.973, rel=1e-14)
    assert looked.expected_shots == pytest.approx(1.39, rel=1e-14)
    assert looked.expected_wasted_shots == 0.0
    assert shoot_look_shoot(p_kill=0.7, salvos=[2, 2]).expected_shots == pytest.approx(2.18, rel=1e-14)


def enumerate_all(p, salvos, miss, false):
    """Every sequence of hits and looks, weighed."""
    killed = shots = wasted = 0.0
    for hits in itertools.product([True, False], repeat=len(salvos)):
        for errs in itertools.product([True, False], repeat=len(salvos) - 1):
            weight, dead, fired, waste, firing = 1.0, False, 0, 0, True
            for i, n in enumerate(salvos):
                chance = 1.0 - (1.0 - p) ** n
                weight *= chance if hits[i] else 1.0 - chance
                if firing:
                    fired, waste = fired + n, waste + (n if dead else 0)
                    dead = dead or hits[i]
                if i < len(salvos) - 1:
                    rate = miss if dead else false
                    weight *= rate if errs[i] else 1.0 - rate
                    if firing:
                        firing = errs[i] if dead else not errs[i]
            killed, shots, wasted = killed + weight * dead, shots + weight * fired, wasted + weight * waste
    return killed, shots, wasted


def test_imperfect_looks_match_the_enumeration():
    got = shoot_look_shoot(p_kill=0.6, salvos=[2, 1, 2], p_miss_kill=0.2, p_false_kill=0.15)
    assert tuple(got) == pytest.approx(enumerate_all(0.6, [2, 1, 2], 0.2, 0.15), rel=1e-12)
    spoilt = enumerate_all(0.0, [2, 1, 2], 0.2, 0.15)
    mixed = shoot_look_shoot(p_kill=0.6, salvos=[2, 1, 2], p_miss_kill=0.2, p_false_kill=0.15, common_failure=0.3)
    assert mixed.expected_shots == pytest.approx(0.7 * got.expected_shots + 0.3 * spoilt[1], rel=1e-12)


def test_layers_multiply_only_when_independent():
    leak = layered_leakage(layer_kill=[0.7, 0.6, 0.5], raid_size=20)
    assert tuple(leak) == pytest.approx((0.06, 1.2, 0.94**20), rel=1e-12)
    common = layered_leakage(layer_kill=[0.7, 0.6, 0.5], raid_size=20, common_failure=0.1)
    assert common.leakage_probability == pytest.approx(0.154, rel=1e-12)
    assert common.probability_zero_leakers == pytest.approx(0.9 * 0.94**20, rel=1e-12)
    assert layered_leakage(layer_kill=[], raid_size=0, common_failure=0.5).probability_zero_leakers == 1.0


@pytest.mark.parametrize("salvos", [[], [0], [1.5]])
def test_impossible_salvos_are_refused(salvos):
    with pytest.raises(OutOfRangeError, match="salvos"):
        shoot_look_shoot(p_kill=0.5, salvos=salvos)


def test_half_a_missile_and_a_probability_of_two_are_refused():
    with pytest.raises(OutOfRangeError, match="whole numbers"):
        salvo_kill_probability(p_kill=0.5, shots=1.5)
    with pytest.raises(OutOfRangeError, match="p_kill = 2 is outside 0 to 1"):
        salvo_kill_probability(p_kill=np.array([0.5, 2.0]), shots=1)
