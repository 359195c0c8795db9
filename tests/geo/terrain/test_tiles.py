"""SRTM and GeoTIFF tiles beside DTED: real files, and every way in which a file can be broken."""

import hashlib
import zipfile

import numpy as np
import pytest

from openiads.errors import TerrainError
from openiads.geo.terrain.grid import Terrain
from openiads.geo.terrain.hgt import read_hgt
from openiads.geo.terrain.tiles import find_tiles


def hgt(path, heights):
    """Write heights (latitude, longitude), south first, as an .hgt file."""
    path.write_bytes(np.asarray(heights)[::-1].astype(">i2").tobytes())
    return path


def slope():
    rows, columns = np.mgrid[0:1201, 0:1201]
    return (rows // 2 + columns // 4).astype(np.int16)


def test_an_hgt_tile_is_read_from_south_to_north(tmp_path):
    heights = slope()
    heights[5, 7] = -32768
    tile = read_hgt(hgt(tmp_path / "S03W071.hgt", heights))
    assert (tile.south_deg, tile.west_deg, tile.level, tile.latitude_spacing_arcsec) == (-3, -71, 1, 3.0)
    assert tile.void_count == 1
    assert tile.elevation_m[1200, 0] == 600.0
    terrain = Terrain.open(tmp_path)
    assert float(terrain.elevation_m(np.radians(-2.5), np.radians(-70.5))) == pytest.approx(450.0, abs=1e-6)  # m


def test_real_hgt_tiles_in_zip_files(shared_data):
    terrain = Terrain.open(shared_data("terrain/srtm3-hgt"))
    assert terrain.cells == [(42, 1), (43, 7), (49, 11)]
    tile = terrain.tile((43, 7))
    assert tile is not None
    assert tile.void_count == 1595
    assert float(np.nanmax(tile.elevation_m)) > 2000  # m; the Maritime Alps


@pytest.mark.parametrize(
    ("name", "damage", "message"),
    [
        ("N40E032.hgt", lambda b: b[:-2], r"2884800 bytes; a tile has 2884802 bytes \(1201 x 1201 posts\) or"),
        ("N40E032.hgt", lambda b: b"", "0 bytes"),
        ("N40E032.hgt", lambda b: b"\x7f\xff" + b[2:], "height 32767 m at byte 0; -1500 to 9000 m"),
    ],
)
def test_broken_hgt_files_are_refused(tmp_path, name, damage, message):
    path = hgt(tmp_path / name, slope())
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(TerrainError, match=message):
        read_hgt(path)


def test_a_damaged_archive_is_refused(tmp_path):
    plain = hgt(tmp_path / "N40E032.hgt", slope())
    path = tmp_path / "N40E032.hgt.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(plain, "N40E032.hgt")
    plain.unlink()
    assert read_hgt(path).elevation_m.shape == (1201, 1201)
    data = bytearray(path.read_bytes())
    data[5000] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(TerrainError, match=r"zip: cannot be read \(Bad CRC-32"):
        read_hgt(path)
    path.write_bytes(b"not a zip file")
    with pytest.raises(TerrainError, match="cannot be read"):
        Terrain.open(tmp_path)


def test_the_checksum_file_is_believed(tmp_path):
    path = hgt(tmp_path / "N40E032.hgt", slope())
    listing = tmp_path / "SHA256SUMS"
    listing.write_text(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  N40E032.hgt\n")
    assert Terrain.open(tmp_path).tile((40, 32)) is not None
    listing.write_text(f"{'0' * 64} *N40E032.hgt\n")
    with pytest.raises(TerrainError, match=r"SHA-256 .*, but SHA256SUMS says 000000000000"):
        Terrain.open(tmp_path).tile((40, 32))


def test_two_files_of_one_degree_are_refused(tmp_path):
    hgt(tmp_path / "N40E032.hgt", slope())
    (tmp_path / "more").mkdir()
    hgt(tmp_path / "more" / "n40e032.hgt", slope())
    with pytest.raises(TerrainError, match="hold the same degree"):
        find_tiles(tmp_path)


def test_flat_names_of_dted(write_tile, tmp_path):
    write_tile(0, 6, np.zeros((121, 121))).rename(tmp_path / "n00_e006_3arc_v2.dt0")
    assert Terrain.open(tmp_path).cells == [(0, 6)]


def geotiff(path, heights, west, north, *, crs="EPSG:4326", nodata=None, degrees=1.0):
    rasterio = pytest.importorskip("rasterio")
    from affine import Affine

    path.unlink(missing_ok=True)
    step = degrees / (heights.shape[1] - 1)
    profile = {"driver": "GTiff", "height": heights.shape[0], "width": heights.shape[1], "count": 1, "dtype": heights.dtype}
    transform = Affine(step, 0.0, west - step / 2, 0.0, -step, north + step / 2)
    with rasterio.open(path, "w", crs=crs, transform=transform, nodata=nodata, **profile) as out:
        out.write(heights[::-1], 1)
    return path


def test_a_geotiff_on_the_posts_is_taken_as_it_is(tmp_path):
    heights = np.add.outer(np.arange(121), np.arange(121)).astype(np.int16)
    heights[3, 4] = -9999
    geotiff(tmp_path / "dem.tif", heights, 32.0, 41.0, nodata=-9999)
    terrain = Terrain.open(tmp_path)
    tile = terrain.tile((40, 32))
    assert terrain.cells == [(40, 32)]
    assert tile is not None
    assert tile.void_count == 1
    assert tile.elevation_m[120, 7] == 127.0


def test_a_geotiff_over_several_degrees_is_cut(tmp_path):
    heights = np.add.outer(10.0 * np.arange(241), 3.0 * np.arange(241)).astype(np.float32)
    geotiff(tmp_path / "dem.tiff", heights, 178.0, 41.0, degrees=2.0)
    terrain = Terrain.open(tmp_path)
    assert terrain.cells == [(39, 178), (39, 179), (40, 178), (40, 179)]
    got = terrain.elevation_m(np.radians([39.5, 40.25]), np.radians([178.5, 179.75]))
    assert got == pytest.approx([10 * 60 + 3 * 60, 10 * 150 + 3 * 210], rel=0, abs=1e-3)  # m


def test_a_real_geotiff_agrees_with_dted(shared_data):
    pytest.importorskip("rasterio")
    fine = Terrain.open(shared_data("terrain/srtm3-geotiff"))
    coarse = Terrain.open(shared_data("terrain/dted0-turkey-emed"), missing="sea")
    assert fine.cells == [(31, 35), (46, 8)]
    lat, lon = np.radians(31.0 + np.arange(1, 20) / 20), np.radians(35.0 + np.arange(1, 20) / 20)
    off = fine.elevation_m(lat[:, None], lon) - coarse.elevation_m(lat[:, None], lon)
    assert np.sqrt(np.nanmean(off**2)) < 30  # m; 12.8 m rms at the posts


def test_broken_geotiffs_are_refused(tmp_path):
    pytest.importorskip("rasterio")
    path = tmp_path / "dem.tif"
    path.write_bytes(b"II*\0 this is no raster")
    with pytest.raises(TerrainError, match="not a GeoTIFF that can be read"):
        Terrain.open(tmp_path)
    geotiff(path, np.zeros((121, 121), np.int16), 32.0, 41.0, crs="EPSG:32636")
    with pytest.raises(TerrainError, match="coordinates are EPSG:32636; longitude and latitude"):
        Terrain.open(tmp_path)
    geotiff(path, np.zeros((121, 121), np.int16), 32.0, 41.0, degrees=0.01)
    with pytest.raises(TerrainError, match="12000 x 12000 per degree"):
        Terrain.open(tmp_path)
    geotiff(path, np.full((121, 121), 20_000, np.int16), 32.0, 41.0)
    with pytest.raises(TerrainError, match="height 20000 m"):
        Terrain.open(tmp_path).tile((40, 32))
    geotiff(path, np.random.default_rng(1).integers(0, 99, (121, 121)).astype(np.int16), 32.0, 41.0)
    path.write_bytes(path.read_bytes()[:-9000])
    with pytest.raises(TerrainError, match=r"dem\.tif"):
        Terrain.open(tmp_path).tile((40, 32))
