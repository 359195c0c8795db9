"""The classic mistakes, each with the size it has: whoever makes one of them turns a test red. More stand beside each formula."""

import numpy as np
import pytest
from scipy import special

from openiads.constants import MEAN_EARTH_RADIUS_M
from openiads.physics.atmosphere import refraction_factor
from openiads.physics.decibels import db_from_ratio, ratio_from_db
from openiads.physics.detection import detection_probability, detection_threshold
from openiads.physics.gas import slant_attenuation_approx_db
from openiads.physics.link_budget import two_way_loss_db
from openiads.physics.path_loss import gas_column, gas_loss_db
from openiads.physics.radar_equation import echo_snr_db

ECHO = {
    "peak_power_w": 1e6,
    "pulse_width_s": 1e-6,
    "gain_tx_db": 40.0,
    "gain_rx_db": 40.0,
    "wavelength_m": 0.1,
    "rcs_m2": 1.0,
    "range_tx_m": 1e5,
    "range_rx_m": 1e5,
    "system_temperature_k": 500.0,
    "loss_db": 3.0,
}


def test_one_way_against_two_way() -> None:
    """Spreading: 12 dB per doubling of range, not 6. Gas: 100 km out and back loses twice what 100 km loses."""
    assert two_way_loss_db(2e5) - two_way_loss_db(1e5) == pytest.approx(12.0412, rel=0, abs=1e-4)  # dB
    column = gas_column(frequency_hz=10e9)
    level = {"elevation_rad": 0.0, "antenna_height_m": 0.0, "refraction_factor": 100.0}  # as good as flat
    loss_db = float(gas_loss_db(column=column, slant_range_m=5e4, **level))
    assert loss_db == pytest.approx(2.0 * 50.0 * float(column.db_per_km[0]), rel=1e-2, abs=0)


def test_f_to_the_fourth() -> None:
    """A field factor of 2 is +12 dB of echo, not +6: each way has its own."""
    lobe = echo_snr_db(**ECHO, field_factor_tx=2.0, field_factor_rx=2.0) - echo_snr_db(**ECHO)
    assert float(lobe) == pytest.approx(12.0412, rel=0, abs=1e-4)  # dB


def test_normalisation_of_noise() -> None:
    """Unit mean noise power: the threshold of one pulse is -ln Pfa; with a variance of 1 per quadrature it would be twice that."""
    threshold = float(detection_threshold(p_fa=1e-6, pulses=1))
    assert threshold == pytest.approx(-np.log(1e-6), rel=1e-13, abs=0)
    wrong = special.gammaincc(1, 2.0 * threshold)
    assert wrong == pytest.approx(1e-12, rel=1e-9, abs=0)  # instead of 1e-6


def test_snr_is_per_pulse() -> None:
    """Ten pulses of 3 dB are no one pulse of 3 dB, nor quite one of 13 dB: noncoherent summation loses."""
    ten, _ = detection_probability(snr=ratio_from_db(3.0), p_fa=1e-6, pulses=10, shape=np.inf)
    one, _ = detection_probability(snr=ratio_from_db(13.0), p_fa=1e-6, pulses=1, shape=np.inf)
    alone, _ = detection_probability(snr=ratio_from_db(3.0), p_fa=1e-6, pulses=1, shape=np.inf)
    assert float(alone) < 0.01 < float(ten) < float(one) - 0.2


def test_means_are_taken_of_ratios() -> None:
    """0 and 20 dB: the mean power is 17 dB, the mean of the decibels 10."""
    assert float(db_from_ratio(ratio_from_db([0.0, 20.0]).mean())) == pytest.approx(17.0329, rel=0, abs=1e-4)  # dB


def test_a_loss_in_decibels_is_no_factor_on_the_probability() -> None:
    """3 dB less takes Pd from 0.9 to 0.81 for Swerling 1, not to 0.45."""
    snr = -np.log(1e-6) / -np.log(0.9) - 1.0  # Pd = Pfa^(1/(1 + SNR)) = 0.9
    less, _ = detection_probability(snr=snr / 2.0, p_fa=1e-6, pulses=1, shape=1.0)
    assert float(less) == pytest.approx(0.8111, rel=0, abs=2e-4)


def test_edition_drift() -> None:
    """P.676-12 and -13 differ by 4 percent on the same slant path (38.5 GHz, 45 degrees, mild humid air)."""
    path = {
        "frequency_hz": 38.5e9,
        "elevation_rad": np.pi / 4,
        "surface_dry_pressure_hpa": 988.3342860812425,
        "surface_temperature_k": 295.15,
        "surface_water_vapour_gpm3": 13.998103358274586,
    }
    new, old = (float(slant_attenuation_approx_db(**path, edition=edition)) for edition in ("P.676-13", "P.676-12"))
    assert new == pytest.approx(0.6724061393008622, rel=1e-6, abs=0)  # dB
    assert 0.02 < abs(old / new - 1.0) < 0.16


def test_two_earths_called_four_thirds() -> None:
    """4/3 times the mean radius is not the radius that -39 N/km gives (k = 1.3306): 17 km apart, 0.1 percent of the horizon."""
    k = float(refraction_factor(gradient_n_per_m=-0.039, earth_radius_m=MEAN_EARTH_RADIUS_M))
    assert k == pytest.approx(1.3306, rel=0, abs=1e-4)
    assert (4.0 / 3.0 - k) * MEAN_EARTH_RADIUS_M == pytest.approx(17.3e3, rel=0.01, abs=0)  # m
