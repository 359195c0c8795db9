"""The exponential ray against straight rays, the 4/3 earth, an independent integration and a printed example."""

import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from openiads.errors import OutOfRangeError
from openiads.physics.propagation import ground_range_m, slant_range_m
from openiads.physics.refraction import exponential_height_m, exponential_ray

EARTH_M = 6_371_000.0
CRPL = {"surface_n": 313.0, "decay_per_m": 0.143859e-3, "earth_radius_m": EARTH_M}


def test_crpl_ray_matches_the_printed_example():
    """MathWorks documentation, height2range and height2grndrange, Method "CRPL"."""
    ray = exponential_ray(antenna_height_m=10.0, target_height_m=1000.0, elevation_rad=math.radians(2), **CRPL)
    assert ray.propagated_range_m == pytest.approx(27171.0, rel=0, abs=0.6)  # m; printed to the metre
    assert ray.true_slant_range_m == pytest.approx(27163.0, rel=0, abs=0.6)
    assert ray.ground_range_m == pytest.approx(27143.0, rel=0, abs=0.6)
    assert math.degrees(ray.true_elevation_rad) == pytest.approx(1.9666, rel=0, abs=5e-5)


def test_without_air_the_ray_is_straight():
    case = {"antenna_height_m": 100.0, "elevation_rad": math.radians(1.0)}
    ray = exponential_ray(target_height_m=9000.0, surface_n=0.0, decay_per_m=1e-4, earth_radius_m=EARTH_M, **case)
    straight = float(slant_range_m(target_height_m=9000.0, effective_radius_m=EARTH_M, **case))
    assert ray.true_slant_range_m == pytest.approx(straight, rel=1e-12)
    assert ray.propagated_range_m == pytest.approx(straight, rel=1e-12)
    assert ray.true_elevation_rad == pytest.approx(case["elevation_rad"], rel=1e-10)


@pytest.mark.parametrize("elevation_deg", [0.0, 0.01, 0.5, 5.0])
def test_ray_equation_integrated_step_by_step_agrees(elevation_deg):
    """d(height)/ds = sin e, d(angle)/ds = cos e / r, de/ds = cos e (1/r + n'/n): no square root, no substitution."""

    def rates(_, state):
        height, _angle, e, _time = state
        excess = 313e-6 * math.exp(-0.143859e-3 * height)
        r = EARTH_M + height
        bend = -0.143859e-3 * excess / (1.0 + excess)
        return [math.sin(e), math.cos(e) / r, math.cos(e) * (1.0 / r + bend), 1.0 + excess]

    def reached(_, state):
        return state[0] - 6000.0

    reached.terminal = True
    start = [20.0, 0.0, math.radians(elevation_deg), 0.0]
    walked = solve_ivp(rates, (0.0, 6e5), start, method="DOP853", rtol=1e-11, atol=1e-9, events=reached).y[:, -1]
    ray = exponential_ray(antenna_height_m=20.0, target_height_m=6000.0, elevation_rad=math.radians(elevation_deg), **CRPL)
    assert ray.ground_range_m == pytest.approx(EARTH_M * walked[1], rel=1e-8)
    assert ray.propagated_range_m == pytest.approx(walked[3], rel=1e-8)


def test_four_thirds_earth_is_right_low_and_wrong_high():
    """The 4/3 earth follows the ray under 1 km and falls short of it by kilometres at 20 km: refraction wears off with height."""
    for top_m, close in ((1000.0, True), (20_000.0, False)):
        ray = exponential_ray(antenna_height_m=10.0, target_height_m=top_m, elevation_rad=math.radians(0.3), **CRPL)
        effective = {"antenna_height_m": 10.0, "elevation_rad": math.radians(0.3), "effective_radius_m": 4 / 3 * EARTH_M}
        distance = slant_range_m(target_height_m=top_m, **effective)
        bent_m = float(ground_range_m(slant_range_m=distance, **effective))
        assert (abs(bent_m - float(ray.ground_range_m)) < 1500.0) is close


def test_height_inverts_range():
    case = {"antenna_height_m": 30.0, "elevation_rad": math.radians(0.7), **CRPL}
    ray = exponential_ray(target_height_m=7000.0, **case)
    assert exponential_height_m(propagated_range_m=float(ray.propagated_range_m), **case) == pytest.approx(
        7000.0, rel=0, abs=1e-5
    )


def test_a_trapped_ray_is_refused():
    with pytest.raises(OutOfRangeError, match="trapped in a duct"):
        exponential_ray(
            antenna_height_m=10.0,
            target_height_m=500.0,
            elevation_rad=0.0,
            surface_n=400.0,
            decay_per_m=1e-3,
            earth_radius_m=EARTH_M,
        )


def test_a_target_below_the_antenna_is_refused():
    with pytest.raises(OutOfRangeError, match="below the antenna"):
        exponential_ray(antenna_height_m=100.0, target_height_m=50.0, elevation_rad=0.1, **CRPL)


def test_rays_broadcast():
    ray = exponential_ray(
        antenna_height_m=10.0,
        target_height_m=np.array([[100.0], [2000.0]]),
        elevation_rad=np.radians([0.5, 1.0, 3.0]),
        **CRPL,
    )
    assert ray.ground_range_m.shape == (2, 3)
    assert np.all(np.diff(ray.ground_range_m, axis=1) < 0.0)
