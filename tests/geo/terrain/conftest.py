"""Made-up DTED tiles for the terrain tests."""

from pathlib import Path

import numpy as np
import pytest


def corner(value, signs, width):
    return f"{abs(value):0{width}d}0000{signs[value < 0]}".encode()


def tile_bytes(south, west, heights):
    """A DTED file of `heights` (latitude, longitude) in whole metres."""
    points, lines = heights.shape
    steps = b"%04d%04d" % (36000 // (lines - 1), 36000 // (points - 1))
    head = b"UHL1" + corner(west, "EW", 3) + corner(south, "NS", 3) + steps + b"NA  U  " + b" " * 12
    head += b"%04d%04d0" % (lines, points) + b" " * 24
    body = head.ljust(80) + b"DSIU".ljust(648) + b"ACCNA".ljust(2700)
    for line in range(lines):
        column = heights[:, line].astype(int)
        words = np.where(column < 0, 0x8000 | -column, column).astype(">u2")
        record = b"\xaa" + line.to_bytes(3, "big") + line.to_bytes(2, "big") + b"\0\0" + words.tobytes()
        body += record + sum(record).to_bytes(4, "big")
    return body


@pytest.fixture
def write_tile(tmp_path):
    """Write a tile below `tmp_path` where its corner says, and return its path."""

    def write(south: int, west: int, heights: np.ndarray, suffix: str = "dt0") -> Path:
        east, north = "ew"[west < 0], "ns"[south < 0]
        path = tmp_path / f"{east}{abs(west):03d}" / f"{north}{abs(south):02d}.{suffix}"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(tile_bytes(south, west, heights))
        return path

    return write
