"""Rain attenuation against the ITU's printed examples, and the traps: one way, polarisation, a statistical path length."""

import math

import numpy as np
import pytest

from openiads.physics.rain import (
    CIRCULAR_TILT,
    effective_path_km,
    effective_path_old_km,
    rain_attenuation_db_per_km,
    rain_coefficients,
)

P838 = [  # GHz, elevation and tilt in degrees, k and alpha: ITU-R validation examples, sheet "P.838-3"
    (14.25, 48.24117054, 90, 0.04226474, 1.07871664),
    (14.25, 31.07699124, 0, 0.03975488, 1.12418043),
    (29.0, 31.07699124, 0, 0.22106804, 0.95320005),
]


@pytest.mark.parametrize(("ghz", "elevation_deg", "tilt_deg", "k", "alpha"), P838)
def test_coefficients_match_the_itu_examples(ghz, elevation_deg, tilt_deg, k, alpha):
    found = rain_coefficients(
        frequency_hz=ghz * 1e9, elevation_rad=math.radians(elevation_deg), tilt_rad=math.radians(tilt_deg)
    )
    assert found.k == pytest.approx(k, rel=2e-7, abs=0)
    assert found.alpha == pytest.approx(alpha, rel=1e-8, abs=0)


@pytest.mark.parametrize(
    ("ghz", "k_h", "alpha_h", "k_v", "alpha_v"),
    [(10, 0.01217, 1.2571, 0.01129, 1.2156), (35, 0.3374, 0.9047, 0.3224, 0.8761)],
)
def test_coefficients_match_the_printed_table(ghz, k_h, alpha_h, k_v, alpha_v):
    """ITU-R P.838-3, table 5."""
    flat = {"frequency_hz": ghz * 1e9, "elevation_rad": 0.0}
    horizontal, vertical = rain_coefficients(tilt_rad=0.0, **flat), rain_coefficients(tilt_rad=math.pi / 2, **flat)
    assert [horizontal.k, vertical.k] == pytest.approx([k_h, k_v], rel=1e-3, abs=0)
    assert [horizontal.alpha, vertical.alpha] == pytest.approx([alpha_h, alpha_v], rel=1e-4, abs=0)


def test_circular_polarisation_lies_between():
    flat = {"frequency_hz": 10e9, "elevation_rad": 0.0}
    h, v, c = (float(rain_coefficients(tilt_rad=t, **flat).k) for t in (0.0, math.pi / 2, CIRCULAR_TILT))
    assert c == pytest.approx((h + v) / 2.0, rel=1e-12)


def test_straight_up_polarisation_does_not_matter():
    up = {"frequency_hz": 10e9, "elevation_rad": math.pi / 2, "rain_rate_mmph": 20.0}
    assert rain_attenuation_db_per_km(tilt_rad=0.0, **up) == pytest.approx(
        rain_attenuation_db_per_km(tilt_rad=1.0, **up), rel=1e-12
    )


def test_two_frequencies_at_once():
    """A public package returns [2.2e-4, 97] here. One way: the echo loses twice as much."""
    got = rain_attenuation_db_per_km(frequency_hz=[10e9, 35e9], rain_rate_mmph=5.0, elevation_rad=0.0, tilt_rad=0.0)
    assert got.tolist() == [
        float(rain_attenuation_db_per_km(frequency_hz=f, rain_rate_mmph=5.0, elevation_rad=0.0, tilt_rad=0.0))
        for f in (10e9, 35e9)
    ]
    assert got == pytest.approx([0.0920, 1.447], rel=2e-3, abs=0)  # dB/km, from the printed k and alpha


def test_path_loss_follows_the_named_model():
    """MathWorks `rainpl`, 20 GHz, 10 km: 1.3009 dB at 1 mm/h now, 0.7104 dB in old releases (and 7.8413 dB at 10 mm/h)."""
    path = {"frequency_hz": 20e9, "elevation_rad": 0.0, "tilt_rad": 0.0}
    alpha = rain_coefficients(**path).alpha
    gamma = rain_attenuation_db_per_km(rain_rate_mmph=1.0, **path)
    new = gamma * effective_path_km(path_km=10.0, rain_rate_mmph=1.0, alpha=alpha, frequency_hz=20e9)
    old = gamma * effective_path_old_km(path_km=10.0, rain_rate_mmph=1.0)
    assert new == pytest.approx(1.3009, rel=5e-4, abs=0)
    assert old == pytest.approx(0.7104, rel=5e-4, abs=0)


def test_effective_path_is_capped_and_shorter_in_heavy_rain():
    alpha = 1.0
    short = effective_path_km(path_km=0.5, rain_rate_mmph=1.0, alpha=alpha, frequency_hz=10e9)
    assert short == pytest.approx(1.25, rel=1e-12)  # km: 2.5 times, the cap
    heavy = effective_path_km(path_km=30.0, rain_rate_mmph=np.array([5.0, 50.0, 150.0]), alpha=alpha, frequency_hz=10e9)
    assert np.all(np.diff(heavy) < 0.0)
    assert heavy[-1] < 30.0


def test_no_rain_no_loss():
    assert rain_attenuation_db_per_km(frequency_hz=10e9, rain_rate_mmph=0.0, elevation_rad=0.0, tilt_rad=0.0) == 0.0
