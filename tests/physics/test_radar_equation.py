import math

import numpy as np
import pytest

from openiads.constants import BOLTZMANN_J_PER_K, SPEED_OF_LIGHT_MPS
from openiads.errors import OutOfRangeError
from openiads.physics import radar_equation as rr

RADAR = {
    "pulse_width_s": 1e-6,
    "gain_tx_db": 30.0,
    "gain_rx_db": 30.0,
    "wavelength_m": SPEED_OF_LIGHT_MPS / 10e9,
    "rcs_m2": 0.5,
    "system_temperature_k": 300.0,
    "loss_db": 3.0,
}


def test_energy_form_matches_a_value_worked_by_hand():
    """Every factor is a power of ten but the few that are written out."""
    got = rr.echo_snr_db(
        peak_power_w=1e6,
        pulse_width_s=1e-6,
        gain_tx_db=30.0,
        gain_rx_db=30.0,
        wavelength_m=0.1,
        rcs_m2=1.0,
        range_tx_m=1e5,
        range_rx_m=1e5,
        system_temperature_k=500.0,
        loss_db=10.0,
    )
    # W s, gains, wavelength squared, over (4 pi)^3 k T R^4 L
    by_hand = 1.0 * 1e6 * 1e-2 / (1984.4017075391882 * 1.380649e-23 * 500.0 * 1e20 * 10.0)
    assert float(got) == pytest.approx(10 * math.log10(by_hand), rel=0, abs=1e-9)  # dB


def test_bistatic_ranges_enter_each_with_its_square():
    """MathWorks, radareqsnr, bistatic example: 9.0547 dB."""
    link = RADAR | {"gain_tx_db": 40.0, "gain_rx_db": 20.0, "rcs_m2": 1.0, "system_temperature_k": 290.0, "loss_db": 0.0}
    got = rr.echo_snr_db(peak_power_w=1e6, range_tx_m=50e3, range_rx_m=75e3, **link)
    assert float(got) == pytest.approx(9.0547, rel=0, abs=2e-4)  # dB


def test_power_and_range_invert_the_equation():
    power = rr.required_peak_power_w(snr_db=10.0, range_tx_m=50e3, range_rx_m=50e3, **RADAR)
    assert float(power) == pytest.approx(2280900.0, rel=3e-5)  # W; MathWorks, radareqpow, example 2
    assert float(rr.free_space_range_m(snr_db=10.0, peak_power_w=power, **RADAR)) == pytest.approx(50e3, rel=1e-12)  # m


def test_field_factor_enters_with_its_fourth_power_over_two_ways():
    link = RADAR | {"peak_power_w": 1e6, "range_tx_m": 1e5, "range_rx_m": 1e5}
    once = float(rr.echo_snr_db(field_factor_tx=2.0, **link) - rr.echo_snr_db(**link))
    twice = float(rr.echo_snr_db(field_factor_tx=2.0, field_factor_rx=2.0, **link) - rr.echo_snr_db(**link))
    assert once == pytest.approx(20 * math.log10(2), rel=0, abs=1e-12)  # dB
    assert twice == pytest.approx(40 * math.log10(2), rel=0, abs=1e-12)  # dB: +12 dB lobes
    assert float(rr.echo_snr_db(field_factor_tx=0.0, **link)) == -np.inf


def test_compression_does_not_change_the_energy_and_a_cell_of_noise_power_is_the_same_noise():
    link = RADAR | {"range_tx_m": 1e5, "range_rx_m": 1e5}
    short = rr.echo_snr_db(peak_power_w=1e6, **link)
    long = rr.echo_snr_db(peak_power_w=1e4, **(link | {"pulse_width_s": 1e-4}))
    assert float(short) == pytest.approx(float(long), rel=0, abs=1e-12)
    del link["pulse_width_s"]
    noise = BOLTZMANN_J_PER_K * link.pop("system_temperature_k") * 1e6
    power = rr.received_power_w(peak_power_w=1e6, **link)
    assert float(short) == pytest.approx(10 * math.log10(float(power) / noise), rel=0, abs=1e-12)


def test_arguments_broadcast():
    link = RADAR | {"rcs_m2": np.array([[0.1], [1.0]]), "range_tx_m": [1e4, 2e4, 4e4], "range_rx_m": [1e4, 2e4, 4e4]}
    got = rr.echo_snr_db(peak_power_w=1e6, **link)
    assert got.shape == (2, 3)
    assert got[:, 0] - got[:, 1] == pytest.approx(40 * math.log10(2), rel=0, abs=1e-10)


@pytest.mark.parametrize("name", ["rcs_m2", "wavelength_m", "system_temperature_k"])
def test_what_must_be_above_zero_is_named(name):
    with pytest.raises(OutOfRangeError, match=f"{name} = 0 is outside"):
        rr.echo_snr_db(peak_power_w=1e6, range_tx_m=1e5, range_rx_m=1e5, **(RADAR | {name: 0.0}))


def test_target_gain_matches_the_table_of_the_handbook():
    wavelength = SPEED_OF_LIGHT_MPS / np.array([0.5e9, 5e9, 10e9])
    gain_db = 10 * np.log10(rr.target_gain(rcs_m2=9.0, wavelength_m=wavelength))
    assert gain_db == pytest.approx([24.98, 44.98, 51.0], rel=0, abs=0.01)  # dB


def test_search_form_matches_mathworks_and_uses_the_spherical_solid_angle():
    angle = rr.solid_angle_sr(azimuth_extent_rad=2 * np.pi, elevation_low_rad=0.0, elevation_high_rad=np.pi / 4)
    assert float(angle) == pytest.approx(2 * np.pi * math.sqrt(0.5), rel=1e-12)  # sr
    assert abs(float(angle) / (2 * np.pi * np.pi / 4) - 1) > 0.09
    search = {"rcs_m2": 1.0, "search_time_s": 4.8, "solid_angle_sr": angle, "system_temperature_k": 487.0, "loss_db": 20.0}
    product = rr.required_power_aperture_w_m2(snr_db=13.0, range_m=111e3, **search)
    assert float(product) == pytest.approx(23689.0, rel=3e-5)  # W m2; MathWorks, radareqsearchpap, example 1
    assert float(rr.search_range_m(snr_db=13.0, power_aperture_w_m2=product, **search)) == pytest.approx(111e3, rel=1e-12)


def test_search_form_follows_from_the_energy_form():
    """One dwell holds the average power for its share of the time; its beam covers lambda^2 / A of solid angle."""
    aperture, wavelength, dwell, angle, time = 4.0, 0.1, 0.02, 1.5, 3.0
    gain_db = 10 * math.log10(4 * math.pi * aperture / wavelength**2)
    beam = wavelength**2 / aperture
    dwell = time * beam / angle
    common = {"rcs_m2": 2.0, "system_temperature_k": 400.0, "loss_db": 5.0}
    energy = rr.echo_snr_db(
        peak_power_w=1e3,
        pulse_width_s=dwell,
        gain_tx_db=gain_db,
        gain_rx_db=gain_db,
        wavelength_m=wavelength,
        range_tx_m=1e5,
        range_rx_m=1e5,
        **common,
    )
    search = rr.search_snr_db(
        power_aperture_w_m2=1e3 * aperture, search_time_s=time, range_m=1e5, solid_angle_sr=angle, **common
    )
    assert float(search) == pytest.approx(float(energy), rel=0, abs=1e-9)  # dB
    assert float(rr.effective_aperture_m2(gain_db=gain_db, wavelength_m=wavelength)) == pytest.approx(aperture, rel=1e-12)


def test_range_with_absorption_is_found_by_iteration_not_by_fourth_root():
    def level(range_m):
        return 60.0 - 40 * math.log10(range_m / 1e4) - 2 * 0.01 * range_m / 1e3

    found = rr.range_where_m(level, snr_db=13.0, nearest_m=1e3, farthest_m=1e6)
    assert level(found) == pytest.approx(13.0, rel=0, abs=1e-9)  # dB
    assert found < 0.95 * 1e4 * 10 ** ((60 - 13) / 40)


def test_range_in_lobes_is_the_outermost_crossing():
    def level(range_m):
        return 20.0 - 40 * math.log10(range_m / 1e4) + 12.0 * math.sin(range_m / 500.0)

    found = rr.range_where_m(level, snr_db=13.0, nearest_m=1e3, farthest_m=1e5, samples=2000)
    assert level(found) == pytest.approx(13.0, rel=0, abs=1e-6)  # dB
    assert all(level(r) < 13.0 for r in np.linspace(found + 1, 1e5, 5000))
    assert any(level(r) < 13.0 for r in np.linspace(5e3, found - 1, 5000))


def test_a_range_never_reached_and_one_always_reached():
    with pytest.raises(OutOfRangeError, match="13 dB is not reached"):
        rr.range_where_m(lambda r: 0.0, snr_db=13.0, nearest_m=1.0, farthest_m=10.0)
    assert rr.range_where_m(lambda r: 20.0, snr_db=13.0, nearest_m=1.0, farthest_m=10.0) == 10.0
