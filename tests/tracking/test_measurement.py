"""The converted plot is unbiased, its covariance is the exact one, and east is east."""

import itertools

import numpy as np
import pytest

from openiads.tracking.measurement import convert_plot
from openiads.tracking.records import make_plots

SITE_M = np.array([4.0e6, 2.9e6, 4.0e6])


def axes_of(latitude_rad, longitude_rad):
    s, c, sl, cl = np.sin(latitude_rad), np.cos(latitude_rad), np.sin(longitude_rad), np.cos(longitude_rad)
    return np.array([[-sl, cl, 0.0], [-s * cl, -s * sl, c], [c * cl, c * sl, s]])


AXES = axes_of(0.7, 0.57)


def convert(polar, sigmas, axes=AXES, site_m=SITE_M):
    plots = make_plots(1)
    plot = plots[0]
    plot["range_m"], plot["azimuth_rad"], plot["elevation_rad"] = polar
    plot["sigma_range_m"], plot["sigma_azimuth_rad"], plot["sigma_elevation_rad"] = sigmas
    convert_plot(plots, 0, site_m, axes)
    return plot["position"].copy(), plot["r"].copy()


def true_position_m(polar, axes=AXES):
    r, a, e = polar
    return SITE_M + r * np.array([np.cos(e) * np.sin(a), np.cos(e) * np.cos(a), np.sin(e)]) @ axes


@pytest.mark.parametrize(
    ("azimuth_deg", "elevation_deg", "axis", "sign"),
    [(0.0, 0.0, 1, 1.0), (90.0, 0.0, 0, 1.0), (180.0, 0.0, 1, -1.0), (270.0, 0.0, 0, -1.0), (33.0, 90.0, 2, 1.0)],
)
def test_azimuth_is_clockwise_from_north(azimuth_deg, elevation_deg, axis, sign):
    got_m, _ = convert((1000.0, np.radians(azimuth_deg), np.radians(elevation_deg)), (0.0, 0.0, 0.0))
    assert got_m - SITE_M == pytest.approx(sign * 1000.0 * AXES[axis], rel=0, abs=1e-6)  # m


def test_moments_match_the_polar_case_worked_separately():
    """Exact moments of r cos(theta), r sin(theta) for r = 100 km +- 50 m, theta = 0.7 +- 0.03 rad, by mpmath."""
    position_m, r_m2 = convert((1e5, np.pi / 2 - 0.7, 0.0), (50.0, 0.03, 0.0), np.eye(3), np.zeros(3))
    assert position_m[:2] == pytest.approx([76449.80857288672, 64392.78544956919], rel=1e-12)  # m
    expected_m2 = np.array([[3735617.369114984, -4427311.769548707], [-4427311.769548707, 5262833.845611691]])
    assert r_m2[:2, :2] == pytest.approx(expected_m2, rel=1e-9)


@pytest.mark.parametrize("sigma_deg", [0.1, 1.0, 3.0])
@pytest.mark.parametrize("elevation_deg", [0.5, 20.0, 70.0])
def test_position_and_covariance_are_the_moments_of_the_target_given_the_plot(sigma_deg, elevation_deg):
    """Quadrature over the noise (Gauss and Hermite, 12 points per axis) of the plain conversion."""
    plot = np.array([2e5, 1.1, np.radians(elevation_deg)])
    sigmas = np.array([60.0, np.radians(sigma_deg), np.radians(0.7 * sigma_deg)])
    nodes, weights = np.polynomial.hermite_e.hermegauss(12)
    weights = weights / weights.sum()
    grid = np.array(
        [[*nodes[[i, j, k]], weights[i] * weights[j] * weights[k]] for i, j, k in itertools.product(range(12), repeat=3)]
    )
    targets_m = np.array([true_position_m(plot - sigmas * n) for n in grid[:, :3]])
    mean_m = grid[:, 3] @ targets_m
    spread_m2 = (targets_m - mean_m).T @ ((targets_m - mean_m) * grid[:, 3:])
    position_m, r_m2 = convert(plot, sigmas)
    assert position_m == pytest.approx(mean_m, rel=0, abs=1e-5)  # m, of up to 270 m that the plain conversion is off
    assert r_m2 == pytest.approx(spread_m2, rel=1e-6, abs=1e-6 * np.abs(spread_m2).max())


def fused(truth, sigmas, count, rng):
    """Static estimate and its covariance from `count` plots, weighted by their stated covariances."""
    information, weighted = np.zeros((3, 3)), np.zeros(3)
    for noise in rng.normal(size=(count, 3)):
        position_m, r_m2 = convert(truth + sigmas * noise, sigmas)
        inverse = np.linalg.inv(r_m2)
        information += inverse
        weighted += inverse @ (position_m - SITE_M)
    return SITE_M + np.linalg.solve(information, weighted), information


@pytest.mark.parametrize("sigma_deg", [0.1, 1.0, 3.0])
def test_one_plot_is_consistent_up_to_three_degrees(sigma_deg):
    rng = np.random.default_rng(5)
    truth = np.array([1.5e5, 2.0, 0.1])
    sigmas = np.array([100.0, np.radians(sigma_deg), np.radians(sigma_deg)])
    count = 10_000
    total = 0.0
    for _ in range(count):
        estimate_m, information = fused(truth, sigmas, 1, rng)
        error_m = estimate_m - true_position_m(truth)
        total += error_m @ information @ error_m
    assert total / count == pytest.approx(3.0, rel=0.05)


def test_many_plots_of_one_target_settle_on_it():
    """1 degree at 150 km: 40 m beyond without debiasing, 87 m with division by the factor (mean of 300 runs of 20 plots)."""
    rng = np.random.default_rng(6)
    truth = np.array([1.5e5, 2.0, 0.1])
    sigmas = np.array([50.0, np.radians(1.0), np.radians(1.0)])
    target_m = true_position_m(truth)
    outward = (target_m - SITE_M) / truth[0]
    off_m = [(fused(truth, sigmas, 20, rng)[0] - target_m) @ outward for _ in range(300)]
    assert abs(np.mean(off_m)) < 10.0  # m


@pytest.mark.parametrize(("sigma_deg", "highest"), [(0.1, 3.3), (0.3, 3.5), (1.0, 5.5)])
def test_twenty_plots_are_nearly_consistent(sigma_deg, highest):
    rng = np.random.default_rng(7)
    truth = np.array([1.5e5, 2.0, 0.1])
    sigmas = np.array([50.0, np.radians(sigma_deg), np.radians(sigma_deg)])
    total = 0.0
    for _ in range(400):
        estimate_m, information = fused(truth, sigmas, 20, rng)
        error_m = estimate_m - true_position_m(truth)
        total += error_m @ information @ error_m
    assert 2.6 < total / 400 < highest


def test_covariance_is_symmetric_to_the_bit_and_positive_definite():
    _, r_m2 = convert((3e5, 5.0, 0.02), (30.0, 0.0002, 0.0004))
    assert (r_m2 == r_m2.T).all()
    assert np.linalg.eigvalsh(r_m2).min() == pytest.approx(900.0, rel=0.01)  # m2: the range, 30 m
