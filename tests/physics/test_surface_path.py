"""Lobes and diffraction over the sea: limits that are known, and where the two meet."""

from typing import Any

import numpy as np
import pytest

from openiads.physics.propagation import smooth_earth_loss_db
from openiads.physics.surface_path import sea_surface_gain_db

CASE: dict[str, Any] = {
    "antenna_height_m": 20.0,
    "refraction_factor": 4.0 / 3.0,
    "frequency_hz": 3e9,
    "wave_height_rms_m": 0.0,
    "beamwidth_rad": 0.2,
}
RADIUS_M = 4.0 / 3.0 * 6_371_008.7714


def test_f_to_the_fourth_on_a_lobe() -> None:
    """A calm sea nearly doubles the field: close to +12 dB both ways on the best lobe, never more, and deep nulls between."""
    ground = np.linspace(2e4, 6e4, 4000)
    gain_db = sea_surface_gain_db(ground_range_m=ground, target_height_m=300.0, **CASE)
    assert 10.0 < gain_db.max() <= 40.0 * np.log10(2.0)
    assert -40.0 - 1e-9 <= gain_db.min() < -25.0


def test_beyond_the_horizon_twice_the_diffraction_loss() -> None:
    gain_db = sea_surface_gain_db(ground_range_m=1.2e5, target_height_m=300.0, **CASE)
    one_way_db = smooth_earth_loss_db(
        distance_m=1.2e5,
        height1_m=20.0,
        height2_m=300.0,
        effective_radius_m=RADIUS_M,
        frequency_hz=3e9,
        polarisation="horizontal",
        sea_share=1.0,
    )
    assert float(gain_db) == pytest.approx(-2.0 * float(one_way_db), rel=1e-12, abs=0)
    assert float(gain_db) < -50.0


@pytest.mark.parametrize("ghz", [1.3, 3.0, 10.0])
def test_the_two_meet(ghz: float) -> None:
    """Where lobes end and diffraction begins the gain makes no jump above 2 dB, and from there it only falls."""
    ground = np.arange(4e4, 9.2e4, 20.0)
    gain_db = sea_surface_gain_db(ground_range_m=ground, target_height_m=300.0, **{**CASE, "frequency_hz": ghz * 1e9})
    last_lobe = int(np.flatnonzero(np.diff(gain_db) > 0)[-1]) + 1
    assert np.abs(np.diff(gain_db[last_lobe:])).max() < 2.0
    assert gain_db[-1] < -20.0


def test_a_rough_sea_and_a_narrow_beam_take_the_lobes_away() -> None:
    ground = np.linspace(5e3, 1.5e4, 500)
    calm = sea_surface_gain_db(ground_range_m=ground, target_height_m=300.0, **CASE)
    rough = sea_surface_gain_db(ground_range_m=ground, target_height_m=300.0, **{**CASE, "wave_height_rms_m": 1.0})
    narrow = sea_surface_gain_db(ground_range_m=ground, target_height_m=300.0, **{**CASE, "beamwidth_rad": 0.01})
    assert np.abs(rough).max() < 0.75 * np.abs(calm).max()
    assert np.abs(narrow).max() < 3.0
    assert np.abs(calm).max() > 15.0
