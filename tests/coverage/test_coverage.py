"""Maps, contours, files and the command: over sea, over made-up hills, for a scenario, at poles and the date line."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from openiads.cli.main import app
from openiads.coverage import Site, contours, firm_track_probability, minimum_visible_altitude, write_coverage
from openiads.coverage.polygons import polygons_of
from openiads.coverage.tracks import needed_look_probability
from openiads.coverage.visibility import refraction_of
from openiads.errors import OpeniadsError, OutOfRangeError, TerrainError
from openiads.geo.horizon import lowest_visible_height_m
from openiads.scenario.loader import load_scenario

LIBRARY = Path(__file__).parents[2] / "src" / "openiads" / "scenario" / "library"


@pytest.fixture(scope="module")
def skeleton() -> Any:
    return load_scenario(LIBRARY / "skeleton.yaml")


def tiles(folder: Path, south: int, west: int, heights: Any) -> None:
    """One .hgt tile of constant or given height."""
    lat, lon = f"{'ns'[south < 0]}{abs(south):02d}", f"{'ew'[west < 0]}{abs(west):03d}"
    posts = np.broadcast_to(np.asarray(heights), (1201, 1201))
    (folder / f"{lat}{lon}.hgt".upper().replace(".HGT", ".hgt")).write_bytes(posts[::-1].astype(">i2").tobytes())


def east_of(latitude_deg: float, longitude_deg: float, range_m: float) -> tuple[float, float]:
    from openiads.geo.geodesic import direct

    lat, lon = direct(
        latitude_rad=np.radians(latitude_deg),
        longitude_rad=np.radians(longitude_deg),
        azimuth_rad=np.pi / 2,
        distance_m=range_m,
    )
    return float(np.degrees(lat)), float(np.degrees(lon))


@pytest.mark.parametrize(
    ("latitude_deg", "longitude_deg"), [(0.0, 0.0), (40.0, 180.0), (-40.0, -179.99), (90.0, 0.0), (-89.9, 30.0)]
)
def test_the_sea_horizon_holds_everywhere_on_earth(latitude_deg: float, longitude_deg: float) -> None:
    """study_method.md 2.10: 371 m at 100 km and 8,472 m at 400 km for a 25 m antenna (parabola; the circle gives 8,479 m)."""
    seen = minimum_visible_altitude(Site(latitude_deg, longitude_deg, 25.0, 410.0), spacing_arcsec=120.0)
    for range_m, printed_m in ((100e3, 371.0), (400e3, 8472.0)):
        lat, lon = east_of(latitude_deg, longitude_deg, range_m)
        exact_m = lowest_visible_height_m(ground_range_m=range_m, antenna_height_m=25.0, refraction_factor=4 / 3)
        step_m = 3700.0 * max(1.0, seen.longitude_step_arcsec / 120.0 * np.cos(np.radians(lat)))
        slope = 2 * printed_m / (range_m - 20e3)
        assert exact_m == pytest.approx(printed_m, rel=1.2e-3)
        assert seen.at(lat, lon) == pytest.approx(
            float(exact_m), rel=0, abs=0.6 * step_m * slope + 5.0
        )  # m; the nearest post
    assert "smooth sea horizon" in seen.ground_text


def test_tiles_give_the_ground_of_the_site_and_say_their_spacing(tmp_path: Path) -> None:
    tiles(tmp_path, 10, 20, 300)
    seen = minimum_visible_altitude(Site(10.5, 20.5, 20.0, 30.0), terrain=tmp_path)
    assert seen.view.height_m == pytest.approx(320.0)  # m
    assert np.nanmin(seen.lowest_m) == 300.0
    assert "the highest of 10 x 10 posts each; within 20 km every 3" in seen.ground_text
    assert "low flyers are masked too little" in seen.ground_text
    assert seen.latitude_step_arcsec == 30.0
    with pytest.raises(TerrainError, match=r"no tile e021/n10\.dt1"):
        minimum_visible_altitude(Site(10.5, 20.9, 20.0, 30.0), terrain=tmp_path)
    below = Site(10.5, 20.5, 20.0, 30.0, ground_m=100.0)
    with pytest.raises(TerrainError, match="below the ground of the elevation model"):
        minimum_visible_altitude(below, terrain=tmp_path)
    with pytest.raises(TerrainError, match="no such folder"):
        minimum_visible_altitude(below, terrain=tmp_path / "nowhere")


def test_named_systems_are_no_finer_than_thirty_arc_seconds(skeleton: Any) -> None:
    with pytest.raises(OutOfRangeError, match="spacing_arcsec = 3 is outside 30"):
        minimum_visible_altitude(skeleton, "unit-1/search", spacing_arcsec=3.0)


def test_cases_of_the_air(skeleton: Any) -> None:
    low, high = refraction_of("sub"), refraction_of("super")
    assert low is not None
    assert high is not None
    assert low < 4 / 3 < high
    assert refraction_of("standard") is None
    with pytest.raises(OutOfRangeError, match="outside this model"):
        refraction_of("duct")
    site = Site(0.0, 0.0, 25.0, 200.0)
    worse = minimum_visible_altitude(site, refraction_factor=low, spacing_arcsec=300.0).at(0.0, 1.5)
    better = minimum_visible_altitude(site, refraction_factor=high, spacing_arcsec=300.0).at(0.0, 1.5)
    assert worse > better + 100.0  # m


def test_contours_of_a_scenario_have_conditions_bands_and_a_union(skeleton: Any) -> None:
    found = contours(skeleton, altitudes_m=[6000.0], rcs_m2=[1.0], track_within_s=60.0, spacing_arcsec=300.0, range_km=300.0)
    kinds = {(c.radar_id, c.kind, c.end) for c in found.contours}
    assert ("unit-1/engagement", "engagement", "nominal") in kinds
    assert ("unit-1/search", "track", "low") in kinds
    assert ("unit-1/search", "engagement", "low") not in kinds
    one = {c.end: c for c in found.contours if c.radar_id == "unit-1/search" and c.kind == "detection"}
    assert one["low"].ring_share <= one["nominal"].ring_share <= one["high"].ring_share
    held = one["nominal"].properties()
    assert held["tag"] == "public figures, in this model"
    assert held["binding_limit"] in held["lost_to"]
    assert sum(held["lost_to"].values()) + held["share_of_ring"] == pytest.approx(1.0, abs=2e-3)
    both = next(c for c in found.union if c.kind == "detection" and c.end == "nominal")
    parts = [c.area_km2 for c in found.contours if c.kind == "detection" and c.end == "nominal"]
    assert max(parts) - 1.0 <= both.area_km2 <= sum(parts)


def test_a_firm_track_follows_the_rule_of_the_tracker() -> None:
    """Two of three: firm within three looks unless fewer than two plots come, or hit, miss, miss drops it."""
    p = np.array([0.1, 0.5, 0.9])
    exact = p**2 + 2 * p**2 * (1 - p)
    got = firm_track_probability(p_detection=p, hits=2, window=3, looks=3)
    assert got == pytest.approx(exact, rel=1e-12)
    assert firm_track_probability(p_detection=0.3, hits=1, window=1, looks=4) == pytest.approx(1 - 0.7**4, rel=1e-12)
    assert firm_track_probability(p_detection=1.0, hits=3, window=5, looks=3) == pytest.approx(1.0, rel=1e-12)
    needed = needed_look_probability(p_track=0.9, hits=2, window=3, within_s=60.0, look_period_s=6.0)
    assert firm_track_probability(p_detection=needed, hits=2, window=3, looks=10) == pytest.approx(0.9, rel=1e-9)
    with pytest.raises(OutOfRangeError, match=r"looks 1 times, but a firm track takes 2 plots"):
        needed_look_probability(p_track=0.9, hits=2, window=3, within_s=10.0, look_period_s=6.0)


def test_polygons_have_holes_and_split_at_the_date_line() -> None:
    flags = np.zeros((9, 9), dtype=bool)
    flags[1:8, 1:8] = True
    flags[3:6, 3:6] = False
    lat, lon = np.arange(9.0), np.arange(9.0)
    (polygon,) = polygons_of(flags, latitude_deg=lat, longitude_deg=lon)
    assert len(polygon) == 2
    assert set(polygon[0]) == {(0.5, 0.5), (7.5, 0.5), (7.5, 7.5), (0.5, 7.5)}
    assert set(polygon[1]) == {(2.5, 2.5), (5.5, 2.5), (5.5, 5.5), (2.5, 5.5)}
    parts = polygons_of(flags, latitude_deg=lat, longitude_deg=lon + 176.0)
    lons = [x for p in parts for ring in p for x, _ in ring]
    assert min(lons) == -180.0
    assert max(lons) == 179.5  # the post on the line itself lies west of it


def test_files_hold_their_conditions(tmp_path: Path) -> None:
    rasterio = pytest.importorskip("rasterio")
    found = contours(Site(39.0, 20.0, 25.0, 60.0), altitudes_m=[30.0, 500.0])
    written, missing = write_coverage(found, tmp_path / "out")
    assert missing == ""
    assert [p.name for p in written] == ["minimum_visible_altitude_m.tif", "contours.geojson", "coverage.csv", "map.png"]
    with rasterio.open(written[0]) as raster:
        assert raster.crs.to_string() == "EPSG:4326"
        assert raster.tags()["tag"] == "public figures, in this model"
        assert raster.nodata is not None
        assert np.isnan(raster.nodata)
        values = raster.read(1)
        row, column = ((39.3 - raster.transform.f) / raster.transform.e, (20.0 - raster.transform.c) / raster.transform.a)
        assert values[int(row), int(column)] == pytest.approx(found.maps[0].at(39.3, 20.0), abs=1e-3)  # m
    document = json.loads(written[1].read_text())
    ring, low, high = document["features"]
    assert ring["properties"]["kind"] == "published ring"
    assert low["properties"]["altitude_m"] == 30.0
    assert low["properties"]["share_of_ring"] < high["properties"]["share_of_ring"] == 1.0
    assert written[3].read_bytes()[:4] == b"\x89PNG"
    assert not list((tmp_path / "out").glob("*.part"))


def test_the_command_writes_and_refuses(tmp_path: Path) -> None:
    run = CliRunner().invoke
    site = ["coverage", "--site", "39.93,32.69", "--antenna-height-m", "24", "--range-km", "50"]
    done = run(app, [*site, "--altitude-m", "300,1000", "-o", str(tmp_path / "out")])
    assert done.exit_code == 0
    assert "share of the ring covered" in done.stdout
    assert (tmp_path / "out" / "coverage.csv").is_file()
    for wrong, message in (
        (["coverage"], "name either a scenario file or --site"),
        (["coverage", "--site", "95,3", "--antenna-height-m", "1", "--range-km", "9"], "expected latitude,longitude"),
        (["coverage", "--site", "5,3"], "needs --antenna-height-m and --range-km"),
        ([*site, "--refraction", "duct"], "outside this model"),
        ([*site, "--altitude-m", "high"], "expected numbers"),
        ([*site, "--agl-m", "100"], "heights above ground need the ground"),
        ([*site[:4], "-4", *site[5:]], "below ground"),
    ):
        failed = run(app, [*wrong, "-o", str(tmp_path / "none")])
        assert isinstance(failed.exception, OpeniadsError)
        assert message in str(failed.exception)
    assert not (tmp_path / "none").exists()


def test_the_share_is_of_the_ring_that_was_asked_for(tmp_path: Path) -> None:
    """The covered area stays; only what it is a share of changes. A shipped scenario is found by its name."""
    asked = ["coverage", "murted-2019", "--radar", "murted-1/engagement", "--altitude-m", "9000", "--range-km", "400"]
    areas, shares = [], []
    for number, ring in enumerate(([], ["--ring-km", "400"])):
        out = tmp_path / str(number)
        done = CliRunner().invoke(app, [*asked, *ring, "-o", str(out)])
        assert done.exit_code == 0, done.output
        features = json.loads((out / "contours.geojson").read_text(encoding="utf-8"))["features"]
        found = next(f["properties"] for f in features if f["properties"].get("figures") == "nominal")
        areas.append(found["area_km2"])
        shares.append(found["share_of_ring"])
        assert found["ring_km"] == (400.0 if ring else 200.0)
    assert areas[0] == areas[1]
    assert shares[1] == pytest.approx(areas[1] / (math.pi * 400**2), rel=0.02)
    refused = CliRunner().invoke(app, [*asked, "--ring-km", "0", "-o", str(tmp_path / "x")])
    assert "above 0 km" in str(refused.exception)
