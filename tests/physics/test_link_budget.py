"""The calibrated radar equation: R^4, and the published point comes back out of every reading of it."""

import math

import numpy as np
import pytest

from openiads.errors import OutOfRangeError
from openiads.physics.detection import detection_probability, fluctuation_shape
from openiads.physics.link_budget import calibrate, propagation_loss_db, snr_db, two_way_loss_db


def test_the_fourth_power_of_range() -> None:
    assert two_way_loss_db(1000.0) == 0.0  # dB, by definition
    assert two_way_loss_db(10_000.0) == pytest.approx(40.0, rel=0, abs=1e-12)
    assert two_way_loss_db(20_000.0) - two_way_loss_db(10_000.0) == pytest.approx(12.041199826559248, rel=0, abs=1e-12)
    ranges_m = np.array([[1e3, 2e4], [3e5, 7.7]])
    expected = 10.0 * np.log10((ranges_m / 1000.0) ** 4)
    assert propagation_loss_db(range_m=ranges_m) == pytest.approx(expected, rel=0, abs=1e-11)
    assert propagation_loss_db(range_m=5e4).shape == ()


def test_signal_grows_with_the_cross_section_and_falls_with_range() -> None:
    assert float(snr_db(gain_db=90.0, range_m=1000.0, rcs_m2=1.0)) == pytest.approx(90.0, rel=0, abs=1e-12)
    assert float(snr_db(gain_db=90.0, range_m=1e5, rcs_m2=0.01)) == pytest.approx(-10.0, rel=0, abs=1e-9)  # -80 - 20
    one = float(snr_db(gain_db=0.0, range_m=1e5, rcs_m2=1.0))
    assert float(snr_db(gain_db=0.0, range_m=1e5 * 16**0.25, rcs_m2=16.0)) == pytest.approx(one, rel=0, abs=1e-9)


@pytest.mark.parametrize("swerling", [0, 1, 2, 3, 4])
@pytest.mark.parametrize("pulses", [1, 16])
@pytest.mark.parametrize("p_d", [0.5, 0.9])
def test_one_look_at_the_published_point_detects_as_published(swerling: int, pulses: int, p_d: float) -> None:
    gain_db = calibrate(range_m=390e3, rcs_m2=4.0, p_d=p_d, p_fa=1e-6, pulses=pulses, swerling=swerling)
    snr = 10.0 ** (float(snr_db(gain_db=gain_db, range_m=390e3, rcs_m2=4.0)) / 10.0)
    shape = fluctuation_shape(swerling=swerling, pulses=pulses)
    assert float(detection_probability(snr=snr, p_fa=1e-6, pulses=pulses, shape=shape)[0]) == pytest.approx(
        p_d, rel=0, abs=1e-9
    )


@pytest.mark.parametrize(("period_s", "speed_mps", "instrumented_m"), [(10.0, 300.0, math.inf), (5.0, 250.0, 450e3)])
@pytest.mark.parametrize("swerling", [1, 3])
def test_the_looks_on_the_way_in_detect_as_published(
    period_s: float, speed_mps: float, instrumented_m: float, swerling: int
) -> None:
    """The product of the misses of every look from the instrumented range (or 1.5 times the range) down to the range."""
    gain_db = calibrate(
        range_m=390e3,
        rcs_m2=4.0,
        p_d=0.9,
        p_fa=1e-6,
        pulses=1,
        swerling=swerling,
        cumulative=True,
        closing_speed_mps=speed_mps,
        scan_period_s=period_s,
        instrumented_range_m=instrumented_m,
    )
    start_m = min(instrumented_m, 585e3)
    miss, range_m = 1.0, 390e3
    while range_m <= start_m:
        snr = 10.0 ** ((gain_db + 10.0 * math.log10(4.0) - 40.0 * math.log10(range_m / 1000.0)) / 10.0)
        shape = fluctuation_shape(swerling=swerling, pulses=1)
        miss *= float(detection_probability(snr=snr, p_fa=1e-6, pulses=1, shape=shape)[1])
        range_m += speed_mps * period_s
    assert 1.0 - miss == pytest.approx(0.9, rel=0, abs=1e-6)
    single_db = calibrate(range_m=390e3, rcs_m2=4.0, p_d=0.9, p_fa=1e-6, pulses=1, swerling=swerling)
    assert gain_db < single_db - 3.0  # dB: a radar that may look many times needs to be much weaker


def test_a_single_look_on_the_way_in_is_a_single_look() -> None:
    point = {"range_m": 1e5, "rcs_m2": 1.0, "p_d": 0.8, "p_fa": 1e-6, "pulses": 1, "swerling": 1}
    many = calibrate(**point, cumulative=True, closing_speed_mps=300.0, scan_period_s=10.0, instrumented_range_m=1e5)
    assert many == pytest.approx(calibrate(**point), rel=0, abs=1e-8)  # dB


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"range_m": 0.0}, "range_m"),
        ({"rcs_m2": 0.0}, "rcs_m2"),
        ({"p_d": 1e-9}, "must lie between"),
        ({"cumulative": True}, "closing_speed_mps and scan_period_s"),
        ({"cumulative": True, "closing_speed_mps": 300.0}, "closing_speed_mps and scan_period_s"),
    ],
)
def test_a_point_that_cannot_calibrate(change: dict[str, object], message: str) -> None:
    point: dict[str, object] = {"range_m": 1e5, "rcs_m2": 1.0, "p_d": 0.8, "p_fa": 1e-6, "pulses": 1, "swerling": 1}
    with pytest.raises(OutOfRangeError, match=message):
        calibrate(**{**point, **change})  # type: ignore[arg-type]
