"""Masks: the step function and its lookup, on made-up terrain, on smooth earth and against real rays around Mürted."""

import math

import numpy as np
import pytest
from geographiclib.geodesic import Geodesic
from hypothesis import given, settings
from hypothesis import strategies as st

from openiads.catalogue.skylines import load_skyline
from openiads.constants import MEAN_EARTH_RADIUS_M
from openiads.errors import OutOfRangeError
from openiads.geo.horizon import apparent_elevation_rad, horizon_range_m, lowest_visible_height_m
from openiads.geo.terrain.grid import Terrain
from openiads.geo.terrain.masks import mask_elevation_k, mask_elevation_rad, mask_steps, smooth_mask_steps
from openiads.geo.terrain.skyline import Skyline, Survey, survey_skyline

K = 4.0 / 3.0


def made_up(points, **changes):
    """A skyline with the same points (range, height) in every azimuth."""
    range_m, height_m = np.tile(np.array(points, dtype=float), (360, 1)).T
    fields = {
        "id": "made-up", "latitude_rad": 0.7, "longitude_rad": 0.5, "ground_m": 0.0, "antenna_low_amsl_m": 2.0,
        "antenna_high_amsl_m": 60.0, "factor_low": 1.0, "factor_high": 1.6, "reach_m": 450e3, "spacing_arcsec": 30.0,
        "source": "made up", "first": np.arange(361) * len(points), "range_m": range_m, "height_amsl_m": height_m,
    }  # fmt: skip
    return Skyline(**(fields | changes))


def elevation(range_m, height_m, antenna_m, factor=K):
    """Worked apart from the product: the plane triangle over the effective sphere."""
    radius_m = factor * MEAN_EARTH_RADIUS_M
    theta = np.asarray(range_m) / radius_m
    across, up = (radius_m + height_m) * np.sin(theta), (radius_m + height_m) * np.cos(theta) - radius_m - antenna_m
    return np.arctan2(up, across)


def test_an_object_is_masked_only_by_terrain_nearer_than_itself():
    steps = mask_steps(made_up([(5e3, 100), (20e3, 900), (30e3, 500)]), antenna_height_amsl_m=10, refraction_factor=K)
    got = mask_elevation_rad(steps, azimuth_rad=1.0, ground_range_m=[4e3, 5e3, 5001, 20e3, 20001, 25e3, 31e3, 400e3])
    near, far = elevation(5e3, 100, 10), elevation(20e3, 900, 10)
    assert got == pytest.approx([-math.pi / 2] * 2 + [near] * 2 + [far] * 4, rel=0, abs=1e-9)  # rad; a lower ridge adds none


def test_every_azimuth_takes_its_own_degree():
    range_m = 1e3 + np.arange(360.0)
    skyline = made_up([(1, 1)], first=np.arange(361), range_m=range_m, height_amsl_m=np.arange(360.0) + 50)
    steps = mask_steps(skyline, antenna_height_amsl_m=10, refraction_factor=K)
    azimuth_deg = np.array([0.0, 0.999, 1.0, 89.5, 359.999, 360.0, -0.5, 725.5])
    own = np.array([0, 0, 1, 89, 359, 0, 359, 5])
    got = mask_elevation_rad(steps, azimuth_rad=np.radians(azimuth_deg), ground_range_m=5e4)
    assert got == pytest.approx(elevation(range_m[own], own + 50, 10), rel=0, abs=1e-9)  # rad


def test_steps_rise_with_range_and_angle():
    skyline = load_skyline("murted")
    steps = mask_steps(skyline, antenna_height_amsl_m=850.0, refraction_factor=K)
    assert steps.first[0] == 0
    assert steps.first[360] == len(steps.range_m)
    for low, high in zip(steps.first[:-1], steps.first[1:], strict=True):
        assert high > low
        assert (np.diff(steps.range_m[low:high]) > 0).all()
        assert (np.diff(steps.elevation_rad[low:high]) > 0).all()


def test_kernel_gives_the_bits_of_the_array_function():
    steps = mask_steps(load_skyline("murted"), antenna_height_amsl_m=850.0, refraction_factor=K)
    azimuth, range_m = np.random.default_rng(3).uniform([0, 0], [2 * np.pi, 3e5], (200, 2)).T
    got = mask_elevation_rad(steps, azimuth_rad=azimuth, ground_range_m=range_m)
    each = [mask_elevation_k(*vars(steps).values(), a, d) for a, d in zip(azimuth, range_m, strict=True)]
    assert np.array_equal(got, each)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [({"antenna_height_amsl_m": 61.0}, "antenna_height_amsl_m = 61 is outside 2 to 60, where skyline 'made-up' holds"),
     ({"refraction_factor": 2.0}, "refraction_factor = 2 is outside 1 to 1.6")],
)  # fmt: skip
def test_a_skyline_is_not_used_outside_its_range(wrong, says):
    with pytest.raises(OutOfRangeError, match=says):
        mask_steps(made_up([(5e3, 100)]), **({"antenna_height_amsl_m": 10.0, "refraction_factor": K} | wrong))


@settings(max_examples=100, deadline=None)
@given(st.floats(0, 200), st.floats(1, 2e4), st.floats(1.0, 1.6), st.floats(1e3, 6e5))
def test_the_smooth_mask_is_the_horizon(antenna_m, height_m, factor, range_m):
    steps = smooth_mask_steps(antenna_height_m=antenna_m, refraction_factor=factor)
    seen = apparent_elevation_rad(
        ground_range_m=range_m, height_m=height_m, antenna_height_m=antenna_m, refraction_factor=factor
    )
    reach_m = horizon_range_m(antenna_height_m=antenna_m, target_height_m=height_m, refraction_factor=factor)
    if abs(range_m - reach_m) > 1.0:  # m
        masked = seen < mask_elevation_rad(steps, azimuth_rad=2.0, ground_range_m=range_m)
        assert masked == (range_m > reach_m)


@pytest.mark.parametrize("mask_deg", [-0.05, 0.0, 0.5, 2.0])
def test_a_constant_mask_angle_hides_what_lies_below_it(mask_deg):
    mask = math.radians(mask_deg)
    steps = smooth_mask_steps(antenna_height_m=25.0, refraction_factor=K, mask_angle_rad=mask)
    range_m = np.array([1e3, 1e4, 1e5, 4e5])
    lowest_m = lowest_visible_height_m(
        ground_range_m=range_m, antenna_height_m=25.0, refraction_factor=K, mask_angle_rad=mask
    )
    got = mask_elevation_rad(steps, azimuth_rad=0.0, ground_range_m=range_m)
    assert got == pytest.approx(elevation(range_m, lowest_m, 25.0), rel=0, abs=1e-9)  # rad


def test_of_two_steps_at_one_range_the_higher_stays():
    steps = smooth_mask_steps(antenna_height_m=0.0, refraction_factor=K, mask_angle_rad=0.1)
    assert steps.elevation_rad.tolist() == [0.1] * 360


def test_no_step_is_nearer_than_an_object_at_the_antenna():
    steps = smooth_mask_steps(antenna_height_m=25.0, refraction_factor=K)
    assert mask_elevation_rad(steps, azimuth_rad=0.0, ground_range_m=0.0) == -math.pi / 2


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(["murted", "hmeimim", "kurecik"]), st.floats(0, 6.28), st.floats(2e3, 4.4e5), st.floats(0, 1.5e4),
    st.floats(0, 1), st.floats(0, 1), st.floats(1, 1.6),
)  # fmt: skip
def test_a_higher_antenna_sees_whatever_a_lower_one_sees(place, azimuth, range_m, height_m, one, two, factor):
    skyline = load_skyline(place)
    span_m = skyline.antenna_high_amsl_m - skyline.antenna_low_amsl_m
    clear = []
    for share in sorted((one, two)):
        antenna_m = skyline.antenna_low_amsl_m + share * span_m
        steps = mask_steps(skyline, antenna_height_amsl_m=antenna_m, refraction_factor=factor)
        mask = mask_elevation_rad(steps, azimuth_rad=azimuth, ground_range_m=range_m)
        clear.append(float(elevation(range_m, height_m, antenna_m, factor) - mask))
    assert clear[1] > -1e-9 or clear[0] < 1e-9


def mosaic(folder):
    """All tiles in one array of posts, read straight from the bytes; sea where there is none."""
    posts = np.zeros((14 * 120 + 1, 21 * 120 + 1))
    for path in folder.glob("*/*.dt0"):
        south, west = int(path.stem[1:]) - 31, int(path.parent.name[1:]) - 25
        words = np.frombuffer(path.read_bytes(), ">u2", offset=3428).reshape(121, 127)[:, 4:125].astype(int)
        signed = np.where(words > 0x7FFF, 0x8000 - words, words)
        posts[south * 120 : south * 120 + 121, west * 120 : west * 120 + 121] = signed.T
    return posts


def ground_of(posts, lat_deg, lon_deg):
    y, x = (lat_deg - 31) * 120, (lon_deg - 25) * 120
    i, j = y.astype(int), x.astype(int)
    v, u = y - i, x - j
    south = posts[i, j] * (1 - u) + posts[i, j + 1] * u
    return south * (1 - v) + (posts[i + 1, j] * (1 - u) + posts[i + 1, j + 1] * u) * v


@pytest.mark.shared_data
def test_murted_masks_agree_with_direct_rays(shared_data):
    """Every degree is compared at every range with 10 rays of another spacing; objects are above the ground of their wedge.

    Ground below sight masks nothing that is above the ground, so angles are compared from the ground up.
    """
    posts = mosaic(shared_data("terrain/dted0-turkey-emed"))
    skyline = load_skyline("murted")
    range_m = np.concatenate([np.arange(926.0, 15e3, 20), np.arange(15e3, 60e3, 60), np.arange(60e3, 440e3, 300)])
    for azimuth in range(0, 360, 40):
        lines = [Geodesic.WGS84.Line(40.0789, 32.5656, azimuth + (j + 0.5) / 10) for j in range(10)]
        ends = np.array([[(p["lat2"], p["lon2"]) for p in (line.Position(d) for d in range_m)] for line in lines])
        ground_m = ground_of(posts, ends[..., 0], ends[..., 1])
        for antenna_m in (850.0, 867.0):
            angle = elevation(range_m, ground_m, antenna_m).max(axis=0)
            direct = np.maximum.accumulate(angle)
            steps = mask_steps(skyline, antenna_height_amsl_m=antenna_m, refraction_factor=K)
            got = mask_elevation_rad(steps, azimuth_rad=math.radians(azimuth + 0.5), ground_range_m=range_m + 0.6)
            gap_deg = np.degrees(np.maximum(got, angle) - np.maximum(direct, angle))
            assert np.abs(gap_deg).max() < 0.02, (azimuth, antenna_m, range_m[np.abs(gap_deg).argmax()])


def test_a_lone_hill_masks_its_own_degrees_and_no_nearer_object(write_tile, tmp_path):
    for west in (31, 32, 33):
        heights = np.zeros((121, 121))
        if west == 32:
            heights[59:62, 80:83] = 1000  # around 40.5 north, from 32 2/3 east
        write_tile(40, west, heights)
    site = {"latitude_rad": math.radians(40.5), "longitude_rad": math.radians(32.5)}
    range_m = np.arange(926.0, 30e3, 90.0)
    survey = Survey(
        10, range_m, np.array([2.0, 10.0, 60.0]), np.array([1.0, K, 1.6]), math.radians(0.005), math.radians(0.01)
    )
    skyline = survey_skyline(Terrain.open(tmp_path, missing="sea"), survey, skyline_id="hill", source="made up", **site)
    steps = mask_steps(skyline, antenna_height_amsl_m=10.0, refraction_factor=K)
    hill_m = Geodesic.WGS84.Inverse(40.5, 32.5, 40.5, 32.5 + 20 / 120)["s12"]
    mask = mask_elevation_rad(steps, azimuth_rad=math.radians(90.2), ground_range_m=[hill_m - 1500, hill_m + 1500])
    assert np.degrees(mask[0]) < 0.1
    assert mask[1] == pytest.approx(
        elevation(hill_m, 1000, 10), rel=0, abs=math.radians(0.05)
    )  # rad; one sample off the post
    west = mask_elevation_rad(steps, azimuth_rad=math.radians(270.2), ground_range_m=29e3)
    dip = smooth_mask_steps(antenna_height_m=10.0, refraction_factor=K)
    assert west == pytest.approx(dip.elevation_rad[0], rel=0, abs=math.radians(0.01))  # rad; sea all the way
