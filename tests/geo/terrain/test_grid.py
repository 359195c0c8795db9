"""Tiles as one terrain: interpolation, seams, missing tiles, memory; profiles along a path."""

import numpy as np
import pytest

from openiads.errors import TerrainError
from openiads.geo.geodesic import inverse
from openiads.geo.terrain.grid import Terrain, tile_name
from openiads.geo.terrain.profile import elevation_profile, profile_between

ROWS, COLUMNS = np.mgrid[0:121, 0:121]


def plane(south, west):
    """Heights that are linear in latitude and longitude and meet at the seams: 10 m per post north, 3 m per post east."""
    return 10 * (ROWS + 120 * (south - 40)) + 3 * (COLUMNS + 120 * (west - 32))


def elevation(terrain, lat_deg, lon_deg):
    return terrain.elevation_m(np.radians(lat_deg), np.radians(lon_deg))


def test_a_plane_is_reproduced_between_posts_and_across_seams(write_tile, tmp_path):
    for south in (40, 41):
        for west in (32, 33):
            write_tile(south, west, plane(south, west))
    terrain = Terrain.open(tmp_path)
    lat, lon = np.random.default_rng(1).uniform(0, 2, (2, 300))
    expected_m = 1200 * lat + 360 * lon
    assert elevation(terrain, 40 + lat, 32 + lon) == pytest.approx(expected_m, rel=0, abs=1e-8)  # m
    assert elevation(terrain, 41.0, [32.5, 33.0]) == pytest.approx([1380.0, 1560.0], rel=0, abs=1e-8)  # m, on the seams
    assert terrain.cells == [(40, 32), (40, 33), (41, 32), (41, 33)]
    assert terrain.spacing_arcsec((41, 33)) == (30.0, 30.0)
    assert terrain.describe() == "DTED level 0, 4 tiles, posts every 30 x 30 arc-seconds (926 m)"


def test_the_outer_north_and_east_edges_belong_to_the_last_tile(write_tile, tmp_path):
    write_tile(40, 32, plane(40, 32))
    terrain = Terrain.open(tmp_path)
    got_m = elevation(terrain, [41.0, 40.5, 41.0], [32.5, 33.0, 33.0])
    assert got_m == pytest.approx([1380.0, 960.0, 1560.0], rel=0, abs=1e-8)  # m


def test_a_missing_tile_is_an_error_or_recorded_sea(write_tile, tmp_path):
    write_tile(40, 32, plane(40, 32))
    with pytest.raises(TerrainError, match=r"no tile e034/n40\.dt0.*missing=\"sea\""):
        elevation(Terrain.open(tmp_path), 40.5, 34.5)
    terrain = Terrain.open(tmp_path, missing="sea")
    assert elevation(terrain, [40.5, 39.5], [34.5, -0.5]).tolist() == [0.0, 0.0]
    assert terrain.taken_as_sea == {"e034/n40.dt0", "w001/n39.dt0"}
    assert terrain.describe().endswith("taken as sea: e034/n40.dt0, w001/n39.dt0")


def test_a_void_makes_its_four_cells_unknown_and_no_others(write_tile, tmp_path):
    heights = plane(40, 32)
    heights[60, 60] = -32767
    write_tile(40, 32, heights)
    got_m = elevation(Terrain.open(tmp_path), 40.5 + np.array([-1.5, -0.5, 0.5, 1.5]) / 120, 32.5 + 0.5 / 120)
    assert np.isnan(got_m).tolist() == [False, True, True, False]


def test_few_tiles_stay_in_memory(write_tile, tmp_path):
    for west in range(30, 36):
        write_tile(40, west, plane(40, west))
    terrain = Terrain.open(tmp_path, keep=2)
    lon = 30 + np.tile(np.arange(6), 3) + 0.25
    assert elevation(terrain, 40.5, lon) == pytest.approx(600 + 360 * (lon - 32), rel=0, abs=1e-8)  # m
    assert set(terrain._tiles) == {(40, 34), (40, 35)}
    elevation(terrain, 40.5, [34.5])
    elevation(terrain, 40.5, [30.5])
    assert set(terrain._tiles) == {(40, 34), (40, 30)}  # the one used longest ago went


def test_longitudes_wrap(write_tile, tmp_path):
    write_tile(40, -180, np.full((121, 121), 7))
    assert elevation(Terrain.open(tmp_path), 40.5, [180.5, -179.5]).tolist() == [7.0, 7.0]


def test_levels_are_chosen_not_mixed(write_tile, tmp_path):
    write_tile(40, 32, plane(40, 32))
    write_tile(40, 33, np.zeros((1201, 1201)), suffix="dt1")
    with pytest.raises(TerrainError, match="holds DTED levels 0, 1"):
        Terrain.open(tmp_path)
    assert Terrain.open(tmp_path, level=1).cells == [(40, 33)]
    with pytest.raises(TerrainError, match="no DTED tile of level 2"):
        Terrain.open(tmp_path, level=2)


def test_an_empty_or_absent_folder_is_refused(tmp_path):
    with pytest.raises(TerrainError, match="holds no DTED tile"):
        Terrain.open(tmp_path)
    with pytest.raises(TerrainError, match="no such folder"):
        Terrain.open(tmp_path / "nowhere")


def test_a_tile_in_the_wrong_place_is_refused(write_tile, tmp_path):
    write_tile(40, 32, plane(40, 32)).rename(tmp_path / "e032" / "n41.dt0")
    with pytest.raises(TerrainError, match=r"n41\.dt0: byte 4: the header says e032/n40\.dt0, the file name e032/n41\.dt0"):
        elevation(Terrain.open(tmp_path), 41.5, 32.5)


def test_highest_near_takes_the_posts_around_not_the_slope_between(write_tile, tmp_path):
    heights = np.zeros((121, 121))
    heights[60, 60] = 900
    write_tile(40, 32, heights)
    terrain = Terrain.open(tmp_path)
    offset = np.array([0.0, 0.4, 0.99, -0.99, 2.5]) / 120
    near_m = terrain.highest_near_m(np.radians(40.5 + offset), np.radians(32.5 - offset))
    assert near_m == pytest.approx([900, 900, 900, 900, 0], rel=0, abs=1e-6)  # m


def test_tile_names():
    assert [tile_name(c, 1) for c in [(40, 32), (-1, -180)]] == ["e032/n40.dt1", "w180/s01.dt1"]


def test_profiles_follow_the_geodesic(write_tile, tmp_path):
    write_tile(40, 32, plane(40, 32))
    terrain = Terrain.open(tmp_path)
    (lat1, lon1), (lat2, lon2) = np.radians([(40.1, 32.1), (40.9, 32.8)])
    profile = profile_between(
        terrain, latitude1_rad=lat1, longitude1_rad=lon1, latitude2_rad=lat2, longitude2_rad=lon2, step_m=500.0
    )
    length_m, azimuth = inverse(latitude1_rad=lat1, longitude1_rad=lon1, latitude2_rad=lat2, longitude2_rad=lon2)
    assert profile.range_m[-1] == length_m
    assert np.diff(profile.range_m).max() <= 500.0
    ends = [[profile.latitude_rad[i], profile.longitude_rad[i]] for i in (0, -1)]
    assert ends == pytest.approx(np.array([[lat1, lon1], [lat2, lon2]]), rel=0, abs=1e-12)  # rad
    assert profile.elevation_m[[0, -1]] == pytest.approx([156.0, 1368.0], rel=0, abs=1e-5)  # m
    along = elevation_profile(
        terrain, latitude_rad=lat1, longitude_rad=lon1, azimuth_rad=float(azimuth), range_m=profile.range_m[:3]
    )
    assert along.elevation_m == pytest.approx(profile.elevation_m[:3], rel=0, abs=1e-9)  # m


def test_real_terrain_has_known_ground(shared_data):
    terrain = Terrain.open(shared_data("terrain/dted0-turkey-emed"), missing="sea")
    assert len(terrain.cells) == 246
    got_m = elevation(terrain, [40.0789, 31.5, 33.0], [32.5656, 35.45, 28.5])
    assert got_m[0] == pytest.approx(843, rel=0, abs=15)  # m; the airfield is published at 843 m
    assert got_m[1] < -300  # m; the Dead Sea
    assert got_m[2] == 0.0  # the open Mediterranean has no tile
