import math

import numpy as np
import pytest

from openiads.constants import BOLTZMANN_J_PER_K
from openiads.physics import interference, radar_equation

PAIR = {
    "peak_power_w": 1e5,
    "gain_db": 35.0,
    "rcs_m2": 5.0,
    "radar_bandwidth_hz": 1e6,
    "jammer_power_w": 100.0,
    "jammer_gain_db": 6.0,
    "jammer_bandwidth_hz": 20e6,
}
STAND_OFF = PAIR | {"gain_to_jammer_db": -5.0, "jammer_range_m": 150e3}


def test_closed_forms_match_values_worked_separately():
    own = interference.self_screening_burn_through_m(required_signal_to_jamming=1.0, **PAIR)
    assert float(own) == pytest.approx(2514.172478111125, rel=1e-12)  # m
    other = interference.stand_off_burn_through_m(required_signal_to_jamming=10.0, **STAND_OFF)
    assert float(other) == pytest.approx(109205.1610136237, rel=1e-12)  # m


def test_the_ratio_at_burn_through_is_the_one_asked_for():
    reach = interference.stand_off_burn_through_m(required_signal_to_jamming=20.0, **STAND_OFF)
    assert float(interference.signal_to_jamming(range_m=reach, **STAND_OFF)) == pytest.approx(20.0, rel=1e-12)
    reach = interference.self_screening_burn_through_m(required_signal_to_jamming=20.0, **PAIR)
    own = PAIR | {"jammer_range_m": reach, "gain_to_jammer_db": PAIR["gain_db"]}
    assert float(interference.signal_to_jamming(range_m=reach, **own)) == pytest.approx(20.0, rel=1e-12)


def test_jamming_travels_one_way():
    own = [PAIR | {"range_m": r, "jammer_range_m": r, "gain_to_jammer_db": 35.0} for r in (1e4, 2e4)]
    near, far = (float(interference.signal_to_jamming(**case)) for case in own)
    assert near / far == pytest.approx(4.0, rel=1e-12)
    near, far = (float(interference.signal_to_jamming(range_m=r, **STAND_OFF)) for r in (1e4, 2e4))
    assert near / far == pytest.approx(16.0, rel=1e-12)


def test_wider_noise_jams_less_and_no_more_than_all_of_it_enters():
    wide = interference.signal_to_jamming(range_m=1e5, **(STAND_OFF | {"jammer_bandwidth_hz": 40e6}))
    usual = interference.signal_to_jamming(range_m=1e5, **STAND_OFF)
    assert float(wide / usual) == pytest.approx(2.0, rel=1e-12)
    spot, narrower = (
        interference.signal_to_jamming(range_m=1e5, **(STAND_OFF | {"jammer_bandwidth_hz": b})) for b in (1e6, 0.5e6)
    )
    assert float(spot) == pytest.approx(float(narrower), rel=1e-12)


def test_jammed_temperature_gives_the_same_ratio_as_the_power_form_and_keeps_thermal_noise():
    """A matched receiver (tau = 1/B): echo over added temperature is the signal to jamming."""
    jam = {name: STAND_OFF[name] for name in ("jammer_power_w", "jammer_gain_db", "jammer_bandwidth_hz", "jammer_range_m")}
    more = {"jammer_loss_db": 0.0, "gain_to_jammer_db": -5.0, "wavelength_m": 0.1}
    alone = float(interference.jammed_temperature_k(system_temperature_k=0.0, **jam, **more))
    both = float(interference.jammed_temperature_k(system_temperature_k=500.0, **jam, **more))
    assert both == pytest.approx(alone + 500.0, rel=1e-12)  # K
    power = radar_equation.received_power_w(
        peak_power_w=1e5,
        gain_tx_db=35.0,
        gain_rx_db=35.0,
        wavelength_m=0.1,
        rcs_m2=5.0,
        range_tx_m=8e4,
        range_rx_m=8e4,
        loss_db=0.0,
    )
    ratio = float(power) / (BOLTZMANN_J_PER_K * alone * 1e6)
    assert ratio == pytest.approx(float(interference.signal_to_jamming(range_m=8e4, **STAND_OFF)), rel=1e-12)


def test_crossover_is_not_detection():
    at_13_db = interference.self_screening_burn_through_m(required_signal_to_jamming=[1.0, 10**1.3], **PAIR)
    assert np.log10(at_13_db[0] / at_13_db[1]) == pytest.approx(0.65, rel=1e-12)
    assert math.isclose(at_13_db[0], 2514.172478111125, rel_tol=1e-12)
