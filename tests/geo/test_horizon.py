"""The effective earth against printed tables, high-precision values and plane geometry."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openiads.constants import MEAN_EARTH_RADIUS_M
from openiads.errors import OutOfRangeError
from openiads.geo.horizon import apparent_elevation_k, apparent_elevation_rad, horizon_range_m, lowest_visible_height_m

K = 4.0 / 3.0

TABLE = [  # 25 m antenna: ground range in km, then the height with sea horizon and with masks of 0, 0.25, 0.5 and 1 degree
    (100, 371, 614, 1050, 1486, 2359),
    (200, 1894, 2379, 3252, 4125, 5870),
    (250, 3097, 3704, 4795, 5885, 8068),
    (400, 8472, 9443, 11188, 12933, 16425),
    (402, 8562, 9537, 11291, 13045, 16554),
]


@pytest.mark.parametrize("row", TABLE)
def test_lowest_visible_height_is_near_the_published_table(row):
    """The table holds the parabola h = d^2 / 2ka; the exact circle lies up to 0.2 percent higher at 402 km."""
    for mask_deg, printed_m in zip((None, 0.0, 0.25, 0.5, 1.0), row[1:], strict=True):
        mask = None if mask_deg is None else math.radians(mask_deg)
        got_m = lowest_visible_height_m(
            ground_range_m=row[0] * 1e3, antenna_height_m=25.0, refraction_factor=K, mask_angle_rad=mask
        )
        assert got_m == pytest.approx(printed_m, rel=0.0018, abs=0.6)  # m


@pytest.mark.parametrize("mask_deg", [0.0, 0.25, 1.0])
def test_lowest_visible_height_under_a_mask_matches_the_law_of_sines(mask_deg):
    radius_m = K * MEAN_EARTH_RADIUS_M
    theta, mask = 402e3 / radius_m, math.radians(mask_deg)
    worked_m = (radius_m + 25.0) * math.cos(mask) / math.cos(mask + theta) - radius_m
    got_m = lowest_visible_height_m(ground_range_m=402e3, antenna_height_m=25.0, refraction_factor=K, mask_angle_rad=mask)
    assert got_m == pytest.approx(worked_m, rel=0, abs=1e-6)  # m
    seen = apparent_elevation_rad(ground_range_m=402e3, height_m=got_m, antenna_height_m=25.0, refraction_factor=K)
    assert seen == pytest.approx(mask, rel=0, abs=1e-13)  # rad


@pytest.mark.parametrize(
    ("antenna_m", "target_m", "exact_m"), [(30, 0, 22576.060329573014), (20, 10_000, 430412.451964107496)]
)
def test_horizon_range_matches_the_exact_tangent_arcs(antenna_m, target_m, exact_m):
    """Worked to 30 digits for an earth of 6,371,000 m and k = 4/3."""
    factor = K * 6_371_000.0 / MEAN_EARTH_RADIUS_M
    got_m = horizon_range_m(antenna_height_m=antenna_m, target_height_m=target_m, refraction_factor=factor)
    assert got_m == pytest.approx(exact_m, rel=1e-12, abs=0)


def test_horizon_is_the_textbook_4_12_root_h():
    got_m = horizon_range_m(antenna_height_m=25.0, target_height_m=100.0, refraction_factor=K)
    assert got_m == pytest.approx(4.12e3 * (5 + 10), rel=1e-3, abs=0)  # Skolnik: 4.12 km per root metre


@pytest.mark.parametrize(("height_m", "elevation_deg", "ground_m"), [(1000.0, 2.0, 27106.0), (7932.5, 0.5, 299_900.0)])
def test_apparent_elevation_matches_mathworks(height_m, elevation_deg, ground_m):
    """MathWorks height2grndrange (printed) and range2height (300 km slant; ground range worked by the law of sines)."""
    factor = 8_477_400.0 / MEAN_EARTH_RADIUS_M
    if elevation_deg == 0.5:
        ground_m = 8_477_400.0 * math.asin(300e3 * math.cos(math.radians(0.5)) / (8_477_400.0 + height_m))
    got = apparent_elevation_rad(ground_range_m=ground_m, height_m=height_m, antenna_height_m=10.0, refraction_factor=factor)
    assert np.degrees(got) == pytest.approx(elevation_deg, rel=0, abs=1.5e-4)  # degrees; heights are printed to 0.5 m


def test_apparent_elevation_matches_the_p452_horizon_angle():
    """ITU-R P.452-18 validation set, flat land, 100 km in 1 km steps: the horizon is at 13 km, -1.513319 mrad."""
    factor = 8_735_511.968 / MEAN_EARTH_RADIUS_M
    ranges_m = np.arange(1, 100) * 1e3
    got = apparent_elevation_rad(ground_range_m=ranges_m, height_m=0.0, antenna_height_m=10.0, refraction_factor=factor)
    assert ranges_m[got.argmax()] == 13e3
    assert got.max() * 1e3 == pytest.approx(-1.513319, rel=0, abs=2e-5)  # mrad; P.452 takes chords for arcs


def test_straight_up_and_straight_down():
    assert apparent_elevation_k(0.0, 100.0, 10.0, K) == math.pi / 2
    assert apparent_elevation_k(0.0, 0.0, 10.0, K) == -math.pi / 2


def test_kernel_gives_the_bits_of_the_array_function():
    ranges_m = np.linspace(0, 5e5, 100)
    got = apparent_elevation_rad(ground_range_m=ranges_m, height_m=3e3, antenna_height_m=25.0, refraction_factor=K)
    assert np.array_equal(got, [apparent_elevation_k(d, 3e3, 25.0, K) for d in ranges_m])


@settings(max_examples=200, deadline=None)
@given(st.floats(0, 500), st.floats(0, 2e4), st.floats(1.0, 2.0), st.floats(1.001, 3.0))
def test_a_target_is_lowest_visible_exactly_at_its_horizon_range(antenna_m, target_m, factor, beyond):
    reach_m = horizon_range_m(antenna_height_m=antenna_m, target_height_m=target_m, refraction_factor=factor)
    lowest_m = lowest_visible_height_m(ground_range_m=reach_m, antenna_height_m=antenna_m, refraction_factor=factor)
    assert lowest_m == pytest.approx(target_m, rel=1e-9, abs=1e-6)  # m
    farther_m = lowest_visible_height_m(
        ground_range_m=reach_m * beyond, antenna_height_m=antenna_m, refraction_factor=factor
    )
    assert farther_m >= lowest_m


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0.01, 0.99), st.floats(0, 3e3)), min_size=1, max_size=8),
    st.floats(1e3, 5e5), st.floats(0, 3e3), st.floats(0, 2e4), st.floats(0.8, 2.0),
)  # fmt: skip
def test_sight_goes_both_ways(ridges, distance_m, a_m, b_m, factor):
    def clearance(own_m, other_m, mirrored):
        def seen(share, height_m):
            at = (1 - share) if mirrored else share
            return apparent_elevation_k(at * distance_m, height_m, own_m, factor)

        return seen(0.0 if mirrored else 1.0, other_m) - max(seen(*ridge) for ridge in ridges)

    forth, back = clearance(a_m, b_m, mirrored=False), clearance(b_m, a_m, mirrored=True)
    if min(abs(forth), abs(back)) > 1e-11:  # rad; grazing sight may round either way
        assert (forth > 0) == (back > 0)


@pytest.mark.parametrize(
    ("wrong", "name"),
    [({"antenna_height_m": -1.0}, "antenna_height_m"), ({"refraction_factor": 0.1}, "refraction_factor"),
     ({"target_height_m": math.nan}, "target_height_m")],
)  # fmt: skip
def test_what_has_no_horizon_is_refused(wrong, name):
    good = {"antenna_height_m": 25.0, "target_height_m": 100.0, "refraction_factor": K}
    with pytest.raises(OutOfRangeError, match=name):
        horizon_range_m(**(good | wrong))


def test_a_line_that_never_comes_down_to_a_range_sees_nothing_there():
    got_m = lowest_visible_height_m(ground_range_m=1e5, antenna_height_m=25.0, refraction_factor=K, mask_angle_rad=1.57)
    assert math.isinf(got_m)
