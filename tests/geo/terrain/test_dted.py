"""The DTED reader: heights as written, real tiles against known extremes, and one clear line for every way to be broken."""

import re

import numpy as np
import pytest

from openiads.errors import TerrainError
from openiads.geo.terrain.dted import HEAD_BYTES, read_dted

HEIGHTS = np.arange(121 * 121).reshape(121, 121) % 3000 - 400


def test_heights_come_back_with_rows_to_the_north_and_columns_to_the_east(write_tile):
    tile = read_dted(write_tile(-7, -41, HEIGHTS))
    assert (tile.south_deg, tile.west_deg, tile.level) == (-7, -41, 0)
    assert (tile.latitude_spacing_arcsec, tile.longitude_spacing_arcsec) == (30.0, 30.0)
    assert tile.elevation_m.dtype == np.float32
    assert np.array_equal(tile.elevation_m, HEIGHTS)


def test_far_north_the_columns_are_wider_apart(write_tile):
    tile = read_dted(write_tile(60, 10, HEIGHTS[:, :61]))
    assert (tile.latitude_spacing_arcsec, tile.longitude_spacing_arcsec) == (30.0, 60.0)


def test_voids_become_nan(write_tile):
    heights = HEIGHTS.copy()
    heights[3, 5] = -32767
    tile = read_dted(write_tile(40, 32, heights))
    assert tile.void_count == 1
    assert np.isnan(tile.elevation_m[3, 5])


@pytest.mark.parametrize(
    ("name", "lowest_m", "highest_m"),
    [("e044/n39", None, 4917), ("e032/n34", None, 1917), ("e035/n31", -405, None)],
    ids=["Ararat", "Troodos", "Dead Sea"],
)
def test_real_tiles_have_their_known_extremes(shared_data, name, lowest_m, highest_m):
    tile = read_dted(shared_data(f"terrain/dted0-turkey-emed/{name}.dt0"))
    assert tile.elevation_m.shape == (121, 121)
    if highest_m is not None:
        assert tile.elevation_m.max() == highest_m
    if lowest_m is not None:
        assert tile.elevation_m.min() == lowest_m


def test_a_real_level_1_tile_with_voids(shared_data):
    tile = read_dted(shared_data("terrain/dted1/n00_e006_3arc_v2.dt1"))
    assert tile.level == 1
    assert tile.elevation_m.shape == (1201, 1201)
    assert tile.latitude_spacing_arcsec == 3.0
    assert tile.void_count == 4072
    assert np.nanmax(tile.elevation_m) == 1979


RECORD = 12 + 2 * 121
LAST = HEAD_BYTES + 121 * RECORD


def put(offset, new):
    return lambda data: data[:offset] + new + data[offset + len(new) :]


@pytest.mark.parametrize(
    ("damage", "byte", "says"),
    [
        (lambda d: b"GIF89a" + d, 0, "starts with b'UHL1'"),
        (lambda _: b"", 0, "starts with b'UHL1'"),
        (lambda d: d[:1000], 1000, "the file ends in its header"),
        (put(80, b"XXX"), 80, "b'DSI' starts here"),
        (put(728, b"XXX"), 728, "b'ACC' starts here"),
        (lambda d: d[:-1], LAST - 1, f"make {LAST}"),
        (lambda d: d + b"\0", LAST, f"make {LAST}"),
        (put(47, b"9999"), 47, "one degree exactly"),
        (put(51, b"0001"), 51, "one degree exactly"),
        (put(51, b"-121"), 51, "4 digits"),
        (put(20, b"0000"), 47, "one degree exactly"),
        (put(4, b"0323000E"), 4, "a whole degree up to 180"),
        (put(12, b"0400000X"), 12, "a whole degree up to 90 with N or S"),
        (put(12, b"0910000N"), 12, "a whole degree up to 90 with N or S"),
        (put(HEAD_BYTES + RECORD, b"\xab"), HEAD_BYTES + RECORD, "data record 1 starts with 0xAA"),
        (put(HEAD_BYTES + RECORD + 20, b"\x07"), HEAD_BYTES + 2 * RECORD - 4, "add up to"),
        (put(LAST - 4, b"\0\0\0\0"), LAST - 4, "checksum 0"),
    ],
)
def test_a_broken_file_is_refused_with_its_name_and_the_byte(write_tile, damage, byte, says):
    path = write_tile(40, 32, HEIGHTS)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(TerrainError, match=rf"n40\.dt0: byte {byte}: .*{re.escape(says)}") as caught:
        read_dted(path)
    assert "\n" not in str(caught.value)


def test_records_out_of_order_are_refused(write_tile):
    path = write_tile(40, 32, HEIGHTS)
    data = path.read_bytes()
    one, two = (data[HEAD_BYTES + i * RECORD : HEAD_BYTES + (i + 1) * RECORD] for i in range(2))
    path.write_bytes(data[:HEAD_BYTES] + two + one + data[HEAD_BYTES + 2 * RECORD :])
    with pytest.raises(TerrainError, match=f"byte {HEAD_BYTES + 4}: longitude count 1; this is data record 0"):
        read_dted(path)


@pytest.mark.parametrize("height_m", [-1501, 9001, -32766])
def test_a_height_that_no_land_has_is_refused(write_tile, height_m):
    heights = HEIGHTS.copy()
    heights[2, 1] = height_m
    with pytest.raises(TerrainError, match=f"byte {HEAD_BYTES + RECORD + 8 + 4}: height {height_m} m"):
        read_dted(write_tile(40, 32, heights))


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(TerrainError, match="cannot be read"):
        read_dted(tmp_path / "n40.dt0")
