"""Both tails against sixty digits, and what is easily mixed up: noise power, per pulse or total, means in decibels."""

import importlib.util
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from scipy import special

from openiads.errors import OutOfRangeError
from openiads.physics.detection import (
    detection_probability,
    detection_probability_above,
    fluctuation_shape,
    required_snr,
    required_snr_db,
)

_spec = importlib.util.spec_from_file_location("exact", Path(__file__).with_name("exact.py"))
exact = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(exact)

GRID = [
    (swerling, pulses, p_fa, snr_db)
    for swerling in range(5)
    for pulses, p_fa in ((1, 1e-12), (2, 1e-2), (10, 1e-6), (64, 1e-8), (256, 1e-12))
    for snr_db in ("-20", "-3", "0", "7", "13", "40")
]
DEEP = [(0, 64, 1e-8, "12"), (0, 256, 1e-12, "7.7"), (2, 256, 1e-12, "13"), (4, 100, 1e-10, "13.5"), (4, 256, 1e-12, "10.5")]


def relative(value: float, truth: Decimal) -> float:
    return abs(float(Decimal(float(value)) / truth - 1))


WHOLE = [
    (swerling, pulses, p_fa, str(snr_db))
    for swerling in range(5)
    for pulses in (1, 2, 3, 5, 8, 16, 24, 48, 100, 200, 256)
    for p_fa in (1e-12, 1e-10, 1e-8, 1e-6, 1e-4, 1e-2)
    for snr_db in range(-20, 41, 6)
]


@pytest.mark.parametrize(
    ("swerling", "pulses", "p_fa", "snr_db"),
    GRID + DEEP + [pytest.param(*point, marks=pytest.mark.nightly) for point in WHOLE],
)
def test_both_tails_agree_with_sixty_digits(swerling, pulses, p_fa, snr_db):
    near = float(special.gammainccinv(pulses, p_fa))
    p_d, p_miss = exact.exact_tails(snr_db=snr_db, pulses=pulses, p_fa=p_fa, swerling=swerling, near=near)
    shape = fluctuation_shape(swerling=swerling, pulses=pulses)
    got = detection_probability(snr=10.0 ** (float(snr_db) / 10), p_fa=p_fa, pulses=pulses, shape=shape)
    assert relative(got[0], p_d) < 1e-12
    if p_miss > Decimal("1e-290"):
        assert relative(got[1], p_miss) < 1e-12
    else:
        assert got[1] < 1e-289


def test_deep_cases_are_deep():
    """The sum below the threshold needs terms past the bulk of its weights: 1e-247 is lost when it stops there."""
    shape = fluctuation_shape(swerling=0, pulses=256)
    assert detection_probability(snr=10**0.77, p_fa=1e-12, pulses=256, shape=shape)[1] == pytest.approx(
        9.9498e-248, rel=1e-4
    )


def test_a_threshold_stated_for_noise_power_two_is_half_as_large_here():
    """TrackerComponentLibrary's Swerling IV example: threshold 30 there, 15 here; its comment's 0.254 is for SNR 2, not 8."""
    at_8, _ = detection_probability_above(snr=8.0, threshold=15.0, pulses=4, shape=8.0)
    at_2, _ = detection_probability_above(snr=2.0, threshold=15.0, pulses=4, shape=8.0)
    assert float(at_8) == pytest.approx(0.9632153333437866, rel=1e-10)
    assert float(at_2) == pytest.approx(0.2546, rel=0, abs=1e-4)


def test_snr_is_per_pulse_and_zero_snr_leaves_the_false_alarms():
    p_d, p_miss = detection_probability(snr=0.0, p_fa=1e-6, pulses=24, shape=2.0)
    assert float(p_d) == pytest.approx(1e-6, rel=1e-14)
    assert float(p_miss) == pytest.approx(1 - 1e-6, rel=1e-14)
    more, _ = detection_probability(snr=1.0, p_fa=1e-6, pulses=24, shape=np.inf)
    fewer, _ = detection_probability(snr=1.0, p_fa=1e-6, pulses=12, shape=np.inf)
    assert float(more) > 2 * float(fewer)


def test_partial_fluctuation_lies_between_the_cases():
    one, between, two = (float(detection_probability(snr=20.0, p_fa=1e-6, pulses=8, shape=k)[0]) for k in (1.0, 1.5, 2.0))
    assert one < between < two


def test_averaging_decibels_over_the_fluctuation_is_not_the_mean_probability():
    """Draws of a Swerling 1 cross-section at a steady-target Pd give the Swerling 1 Pd; the Pd of the mean in dB does not."""
    quantiles = -np.log1p(-(np.arange(20000) + 0.5) / 20000)  # of an exponential law
    steady, _ = detection_probability(snr=20.0 * quantiles, p_fa=1e-6, pulses=1, shape=np.inf)
    exact_mean, _ = detection_probability(snr=20.0, p_fa=1e-6, pulses=1, shape=1.0)
    assert steady.mean() == pytest.approx(float(exact_mean), rel=1e-4)
    in_db, _ = detection_probability(snr=10 ** np.mean(np.log10(20.0 * quantiles)), p_fa=1e-6, pulses=1, shape=np.inf)
    assert abs(float(in_db) - float(exact_mean)) > 0.1


def test_shapes_of_arrays_are_kept():
    snr = np.full((2, 3), 4.0)
    p_d, p_miss = detection_probability(snr=snr, p_fa=1e-4, pulses=3, shape=1.0)
    assert p_d.shape == p_miss.shape == (2, 3)
    assert float(p_d[0, 0]) == float(p_d[1, 2])


def test_required_snr_of_arrays_broadcasts():
    got = required_snr_db(p_d=[[0.5], [0.9]], p_fa=[1e-6, 1e-4], pulses=1, shape=1.0)
    wanted = 10 * np.log10(np.log([1e-6, 1e-4]) / np.log([[0.5], [0.9]]) - 1)
    assert got == pytest.approx(wanted, rel=0, abs=1e-9)  # dB


@pytest.mark.parametrize("p_d", [1e-7, 1.0])
def test_required_snr_refuses_what_has_no_answer(p_d):
    with pytest.raises(OutOfRangeError, match=r"p_d = .* must lie between"):
        required_snr(p_d=p_d, p_fa=1e-6, pulses=1, shape=1.0)


def test_required_snr_outside_the_tables_is_told():
    with pytest.raises(OutOfRangeError, match=r"needs an SNR outside -40 to 60 dB"):
        required_snr(p_d=0.9999999, p_fa=1e-6, pulses=1, shape=1.0)
