import pytest

from openiads.errors import OutOfRangeError
from openiads.physics import noise


def test_three_decibels_are_289_kelvin_of_a_receiver_and_579_of_a_system():
    assert float(noise.receiver_temperature_k(noise_figure_db=3.0)) == pytest.approx(288.63, rel=0, abs=0.01)  # K
    assert float(noise.matched_system_temperature_k(noise_figure_db=3.0)) == pytest.approx(578.63, rel=0, abs=0.01)  # K


def test_values_printed_by_mathworks():
    system = noise.matched_system_temperature_k(noise_figure_db=5.0, reference_temperature_k=300.0)
    assert float(system) == pytest.approx(948.6833, rel=0, abs=1e-4)  # K; systemp
    one = noise.matched_system_temperature_k(noise_figure_db=1.0, reference_temperature_k=300.0)
    assert float(noise.noise_power_w(system_temperature_k=one, bandwidth_hz=1e4)) == pytest.approx(5.2144e-17, rel=3e-5)  # W


def test_blake_system_temperature_worked_by_hand():
    """Sky of 100 K, antenna without loss; line of 3.0103 dB at 290 K, receiver of 290 K: 123.6 + 290 + 580."""
    antenna = noise.antenna_temperature_k(sky_temperature_k=100.0, antenna_loss_db=0.0)
    assert float(antenna) == pytest.approx(123.6, rel=0, abs=1e-9)  # K
    double = 10 * 0.30102999566398120
    total = noise.system_temperature_k(antenna_temperature_k=antenna, line_loss_db=double, receiver_temperature_k=290.0)
    assert float(total) == pytest.approx(993.6, rel=0, abs=1e-9)  # K


def test_an_antenna_at_290_kelvin_and_no_line_is_the_matched_system():
    receiver = noise.receiver_temperature_k(noise_figure_db=4.0)
    total = noise.system_temperature_k(antenna_temperature_k=290.0, line_loss_db=0.0, receiver_temperature_k=receiver)
    assert float(total) == pytest.approx(float(noise.matched_system_temperature_k(noise_figure_db=4.0)), rel=1e-14)


def test_friis_cascade():
    """2 dB with 15 dB of gain before 6 dB: F = 1.58489 + (3.98107 - 1)/31.62278 = 1.67916, 2.2509 dB."""
    got = noise.cascade_noise_figure_db(noise_figures_db=[2.0, 6.0], gains_db=[15.0, 0.0])
    assert got == pytest.approx(2.2509, rel=0, abs=1e-4)  # dB
    a_line_first = noise.cascade_noise_figure_db(noise_figures_db=[3.0, 2.0], gains_db=[-3.0, 20.0])
    assert a_line_first == pytest.approx(5.0, rel=0, abs=1e-9)  # dB: a passive loss adds to what follows it


def test_the_noise_figure_inverts_the_temperature():
    excess = noise.receiver_temperature_k(noise_figure_db=3.7)
    assert float(noise.noise_figure_db(receiver_temperature_k=excess)) == pytest.approx(3.7, rel=1e-13)


def test_losses_add_and_a_gain_is_no_loss():
    assert noise.total_loss_db({"line": 1.5, "radome": 0.5}) == pytest.approx(2.0)
    with pytest.raises(OutOfRangeError, match=r"loss 'line' is -1 dB"):
        noise.total_loss_db({"line": -1.0})


def test_a_cascade_needs_a_gain_for_every_stage():
    with pytest.raises(OutOfRangeError, match="2 temperatures and 1 gains"):
        noise.cascade_temperature_k(temperatures_k=[1.0, 2.0], gains_db=[1.0])


def test_a_cold_receiver_has_little_noise_and_is_not_refused():
    """Half a kelvin over 1 MHz: k T B."""
    assert float(noise.noise_power_w(system_temperature_k=0.5, bandwidth_hz=1e6)) == pytest.approx(6.903245e-18, rel=1e-9)
    assert float(noise.noise_power_w(system_temperature_k=300.0, bandwidth_hz=0.5)) == pytest.approx(2.0709735e-21, rel=1e-9)
