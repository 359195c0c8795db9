"""Patches out of tiles: seams, missing tiles, voids, pooling, spacings that differ, the date line, the poles."""

import numpy as np
import pytest

from openiads.errors import TerrainError
from openiads.geo.terrain.grid import Terrain
from openiads.geo.terrain.patches import cut_patch

ROWS, COLUMNS = np.mgrid[0:121, 0:121]


def plane(south, west):
    return 10 * (ROWS + 120 * (south - 40)) + 3 * (COLUMNS + 120 * (west - 32))


def cut(terrain, lat_deg, lon_deg, reach_m, **rest):
    return cut_patch(terrain, latitude_rad=np.radians(lat_deg), longitude_rad=np.radians(lon_deg), reach_m=reach_m, **rest)


@pytest.fixture
def four(write_tile, tmp_path):
    for south in (40, 41):
        for west in (32, 33):
            write_tile(south, west, plane(south, west))
    return tmp_path


def test_posts_are_those_of_the_tiles_across_seams(four):
    found = cut(Terrain.open(four), 41.0, 33.0, 30e3)
    p = found.patch
    expected = 10 * (p.south + np.arange(p.ground_m.shape[0]) - 4800)[:, None] + 3 * (
        p.west + np.arange(p.ground_m.shape[1]) - 3840
    )
    assert np.array_equal(p.ground_m, expected.astype(np.float32))
    assert found.describe() == "ground every 30 arc-seconds (926 m)"


def test_a_missing_tile_is_an_error_or_said_to_be_sea(four):
    with pytest.raises(TerrainError, match=r"no tile e034/n40\.dt0"):
        cut(Terrain.open(four), 40.6, 33.7, 40e3)
    found = cut(Terrain.open(four, missing="sea"), 40.6, 33.7, 40e3)
    assert found.sea_tiles == ("e034/n40.dt0",)
    assert "taken as sea for want of a tile: e034/n40.dt0" in found.describe()
    assert found.patch.ground_m[:, -1].max() == 0.0
    assert np.isfinite(found.patch.ground_m).all()


def test_voids_are_filled_and_counted(write_tile, tmp_path):
    heights = np.full((121, 121), 50)
    heights[50:60, 50:60] = -32767
    write_tile(40, 32, heights)
    found = cut(Terrain.open(tmp_path), 40.5, 32.5, 30e3)
    assert found.filled_voids == 100
    assert "100 voids filled" in found.describe()
    assert (found.patch.ground_m == 50).all()
    write_tile(40, 32, np.full((121, 121), -32767))
    with pytest.raises(TerrainError, match="all posts there are void"):
        cut(Terrain.open(tmp_path), 40.5, 32.5, 30e3)


def test_pooling_keeps_the_highest_post(write_tile, tmp_path):
    heights = np.zeros((121, 121))
    heights[61, 63] = 700
    write_tile(40, 32, heights)
    found = cut(Terrain.open(tmp_path), 40.5, 32.5, 30e3, spacing_arcsec=120.0)
    assert found.pooled == 4
    assert found.spacing_arcsec == 120.0
    assert found.patch.ground_m.max() == 700.0
    assert "the highest of 4 x 4 posts each" in found.describe()
    with pytest.raises(TerrainError, match="45 is no whole multiple"):
        cut(Terrain.open(tmp_path), 40.5, 32.5, 30e3, spacing_arcsec=45.0)


def test_wider_columns_beyond_fifty_degrees_are_spread(write_tile, tmp_path):
    rows, columns = np.mgrid[0:121, 0:61]
    write_tile(60, 10, rows + 2 * columns)
    found = cut(Terrain.open(tmp_path), 60.5, 10.5, 15e3)
    p = found.patch
    assert p.longitude_step_rad == p.latitude_step_rad
    row, column = p.place(np.radians(60.5), np.radians(10.5))
    assert p.ground_at(row, column) == pytest.approx(60 + 60, abs=1e-3)  # m


def test_the_date_line_is_a_seam_like_any_other(write_tile, tmp_path):
    write_tile(10, 179, np.full((121, 121), 5))
    write_tile(10, -180, np.full((121, 121), 5))
    for lon_deg in (179.95, -179.95):
        found = cut(Terrain.open(tmp_path), 10.5, lon_deg, 20e3)
        assert (found.patch.ground_m == 5).all()


def test_poles_and_monsters_are_refused(four):
    with pytest.raises(TerrainError, match="meridians converge"):
        cut(Terrain.open(four), 89.0, 33.0, 100e3)
    with pytest.raises(TerrainError, match=r"no tile|too many"):
        cut(Terrain.open(four), 0.0, 33.0, 8000e3)
