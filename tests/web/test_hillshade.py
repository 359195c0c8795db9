"""Shaded relief: flat ground leaves the map as it is, slopes to the north-west are lit, edges fade to nothing."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from openiads.web.hillshade import _lit, _png, hillshade
from openiads.web.payload import Payload


def test_light_comes_from_the_north_west() -> None:
    """A cone: the side that looks north-west is bright, the other dark, flat ground the middle grey that changes nothing."""
    y = np.linspace(0.6, 0.5, 200)
    down, across = np.meshgrid(np.arange(200.0), np.arange(200.0), indexing="ij")
    height_m = np.clip(12_000.0 - 250.0 * np.hypot(down - 100.0, across - 100.0), 0.0, None)
    lit = _lit(height_m, y)
    assert lit[5, 5] == pytest.approx(0.5, abs=1e-9)
    assert lit[80, 80] > 0.55
    assert lit[120, 120] < 0.45
    assert lit[80, 80] > lit[80, 120] > lit[120, 120]


def test_the_picture_has_no_edge(shared_data: Callable[[str], Path], payload: Payload) -> None:
    from matplotlib import image

    folder = shared_data("terrain/dted0-turkey-emed")
    shade = hillshade(folder, payload.runs[0].scenario)
    picture = image.imread(BytesIO(shade.png))
    alpha = picture[:, :, 3]
    for edge in (alpha[0], alpha[-1], alpha[:, 0], alpha[:, -1]):
        assert edge.max() == 0.0
    assert np.abs(np.diff(alpha, axis=0)).max() < 0.03  # no step that an eye would see
    assert np.abs(np.diff(alpha, axis=1)).max() < 0.03
    assert alpha[alpha.shape[0] // 2, alpha.shape[1] // 2] == 1.0
    grey = picture[:, :, 0]
    assert 0.45 < float(np.median(grey)) < 0.55
    assert float(grey.std()) > 0.02  # there are mountains
    assert shade.extent["west"] < shade.extent["east"]


def test_equal_pictures_have_equal_bytes() -> None:
    lit = np.full((40, 60), 0.5)
    assert _png(lit) == _png(lit.copy())
