"""Outlines: the published point comes back, the horizon is the horizon, every limit is named, the band has its order."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from openiads.coverage import Site, outline
from openiads.coverage.views import find_radar, radar_ids
from openiads.errors import OutOfRangeError, ScenarioError
from openiads.geo.horizon import horizon_range_m
from openiads.scenario.loader import load_scenario

LIBRARY = Path(__file__).parents[2] / "src" / "openiads" / "scenario" / "library"


@pytest.fixture(scope="module")
def skeleton() -> Any:
    return load_scenario(LIBRARY / "skeleton.yaml")


def test_a_bare_antenna_over_sea_sees_to_the_horizon() -> None:
    """study_method.md 2.10: a 25 m antenna sees nothing below 371 m at 100 km and 8,472 m at 400 km."""
    for altitude_m, range_km in ((371.0, 100.0), (8472.0, 400.0)):
        got = outline(Site(0.0, 20.0, 25.0, 500.0), altitude_m=altitude_m, azimuths=24)
        exact_m = horizon_range_m(antenna_height_m=25.0, target_height_m=altitude_m, refraction_factor=4 / 3)
        assert got.nominal.farthest_m == pytest.approx(float(exact_m), rel=0, abs=15.0)  # m; chord against geodesic
        assert got.nominal.farthest_m == pytest.approx(
            range_km * 1000, rel=5e-4
        )  # the table has the parabola, not the circle
        assert set(got.nominal.limit) == {"horizon"}
        assert "smooth sea horizon" in got.describe()


def test_a_ring_that_is_seen_whole_is_ended_by_the_ring() -> None:
    got = outline(Site(10.0, 179.9, 25.0, 50.0), altitude_m=5000.0, azimuths=12)
    assert set(got.nominal.limit) == {"ring"}
    assert got.nominal.ring_share == pytest.approx(1.0, abs=1e-12)
    assert got.nominal.farthest_m == pytest.approx(50_000.0, abs=1.0)  # m


def test_the_published_point_comes_back(skeleton: Any) -> None:
    radar = skeleton.spec.fire_units["unit-1"].engagement_radar
    fixed = skeleton.with_overrides({"fire_units.unit-1.engagement_radar.elevation_max_deg": 89})
    got = outline(
        fixed,
        "unit-1/engagement",
        altitude_m=10_000.0,
        rcs_m2=radar.rcs_m2,
        p_detection=radar.p_detection,
        swerling=radar.swerling_reference,
        azimuths=4,
    )
    facing = [name == "detection" for name in got.nominal.limit]
    ground_m = got.nominal.farthest_m[facing]
    slant_m = np.hypot(ground_m, 10_000.0 - got.nominal.antenna_height_amsl_m)
    assert facing.count(True) > 0
    assert slant_m == pytest.approx(radar.range_km * 1000, rel=2e-3)  # flat triangle against the ellipsoid


def test_ten_times_less_rcs_sees_the_fourth_root_less(skeleton: Any) -> None:
    """Where no gas takes anything away."""
    bare = skeleton.with_overrides({"sensing.gas": "none"})
    far = outline(bare, "unit-1/search", altitude_m=9000.0, rcs_m2=0.1, azimuths=4).nominal
    near = outline(bare, "unit-1/search", altitude_m=9000.0, rcs_m2=0.001, azimuths=4).nominal
    assert set(far.limit) == set(near.limit) == {"detection"}
    ratio = np.hypot(far.farthest_m, 8150.0) / np.hypot(near.farthest_m, 8150.0)
    assert ratio == pytest.approx(100**0.25, rel=2e-3)


def test_the_band_has_its_order_and_says_what_makes_it(skeleton: Any) -> None:
    got = outline(skeleton, "unit-1/engagement", altitude_m=6000.0, azimuths=8)
    low, mid, high = (got.reaches[end].farthest_m for end in ("low", "nominal", "high"))
    assert (low <= mid + 1.0).all()
    assert (mid <= high + 1.0).all()
    assert any(path.endswith("p_detection") for path in got.spread_paths)


def test_cone_of_silence_and_envelope(skeleton: Any) -> None:
    fixed = skeleton.with_overrides({"fire_units.unit-1.engagement_radar.elevation_max_deg": 45})
    got = outline(fixed, "unit-1/engagement", altitude_m=10_000.0, rcs_m2=100.0, azimuths=4).nominal
    climb_m = 10_000.0 - got.antenna_height_amsl_m
    assert got.nearest_m[got.farthest_m > 0] == pytest.approx(climb_m, rel=0, abs=20.0)  # m; 45 degrees, nearly flat
    assert got.engaged_m is not None
    assert got.engaged_limit is not None
    assert "kinematics" in got.engaged_limit
    farthest_km = max(m.max_range_km for m in fixed.spec.fire_units["unit-1"].missiles.values())
    assert np.hypot(got.engaged_m.max(), climb_m) == pytest.approx(farthest_km * 1000, rel=2e-3)
    above = outline(fixed, "unit-1/engagement", altitude_m=90_000.0, rcs_m2=100.0, azimuths=4).nominal
    assert above.engaged_m == pytest.approx(0.0, abs=0.0)  # m; higher than any missile goes


def test_terrain_is_told_from_the_horizon(skeleton: Any) -> None:
    hilly = skeleton.with_overrides({"terrain.masks": "catalogue"})
    smooth = outline(skeleton, "unit-1/search", altitude_m=1500.0, rcs_m2=100.0).nominal
    masked = outline(hilly, "unit-1/search", altitude_m=1500.0, rcs_m2=100.0)
    assert set(smooth.limit) <= {"horizon", "elevation"}
    assert masked.nominal.bindings()["terrain"] > 0.9
    assert (masked.nominal.farthest_m <= smooth.farthest_m + 1.0).all()
    assert "30 arc-second" in masked.ground_text


def test_radars_are_found_by_their_ids(skeleton: Any) -> None:
    assert radar_ids(skeleton) == ("unit-1/engagement", "unit-1/search")
    assert find_radar(skeleton, "unit-1/search") == ("unit-1", "search_radar")
    with pytest.raises(ScenarioError, match=r"2 radars are called 'unit-1'.*Known: unit-1/engagement, unit-1/search"):
        outline(skeleton, "unit-1", altitude_m=1000.0)
    with pytest.raises(ScenarioError, match="no radars are called 'x'"):
        outline(skeleton, "x", altitude_m=1000.0)
    with pytest.raises(OutOfRangeError, match="altitude_m = -1"):
        outline(skeleton, "unit-1/search", altitude_m=-1.0)


@pytest.mark.parametrize("latitude_deg", [0.0, 90.0, -90.0])
def test_poles_and_equator(latitude_deg: float) -> None:
    got = outline(Site(latitude_deg, 180.0, 25.0, 500.0), altitude_m=371.0, azimuths=8)
    assert got.nominal.farthest_m == pytest.approx(100_000.0, rel=0, abs=150.0)  # m
    lat, lon = got.positions(got.nominal.farthest_m)
    assert np.isfinite(lat).all()
    assert np.abs(lon).max() <= math.pi
