"""Shaded relief from the user's elevation files, as one picture under the map."""

import math
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from openiads.scenario.loader import Scenario

Array = NDArray[Any]
WIDTH: Final = 1400
"""Columns of the picture at most."""
AROUND: Final = 4.0
"""Degrees shown around the outermost site."""
LIGHT_AZIMUTH: Final = math.radians(315.0)
LIGHT_ELEVATION: Final = math.radians(45.0)
EXAGGERATION: Final = 6.0
FADE: Final = 0.16
"""Share of the picture over which it fades at its edges: no hard edge on the map."""


@dataclass(frozen=True)
class Shade:
    """A PNG (grey and alpha) and where it lies, in degrees."""

    png: bytes
    extent: dict[str, float]


def hillshade(folder: Path, scenario: Scenario) -> Shade:
    """Relief lit from the north-west over the area of the sites.

    Source: B. K. P. Horn, "Hill shading and the reflectance map", Proc. IEEE 69(1), 1981.
    """
    from openiads.engine.sites import Sites  # noqa: PLC0415
    from openiads.geo.terrain.grid import Terrain  # noqa: PLC0415

    sites = Sites(scenario.spec)
    nodes = [*scenario.spec.command_posts.values(), *scenario.spec.fire_units.values(), *scenario.spec.sensors.values()]
    places = np.degrees([sites.locate(node.place)[:2] for node in nodes]) if nodes else np.zeros((1, 2))
    south, west = places.min(axis=0) - AROUND
    north, east = places.max(axis=0) + AROUND
    columns = WIDTH
    rows = max(2, round(columns * (_mercator(north) - _mercator(south)) / math.radians(east - west)))
    # rows are even in the projection of the page, so that the picture needs no warping there
    y = np.linspace(_mercator(north), _mercator(south), rows)
    latitude = np.degrees(2.0 * np.arctan(np.exp(y)) - math.pi / 2.0)
    longitude = np.linspace(west, east, columns)
    grid = np.meshgrid(np.radians(latitude), np.radians(longitude), indexing="ij")
    height_m = np.asarray(Terrain.open(folder, missing="sea").elevation_m(grid[0], grid[1]))
    return Shade(
        _png(_lit(height_m, y)), {"west": float(west), "south": float(south), "east": float(east), "north": float(north)}
    )


def _mercator(latitude_deg: float) -> float:
    return math.log(math.tan(math.pi / 4.0 + math.radians(latitude_deg) / 2.0))


def _lit(height_m: Array, y: Array) -> Array:
    """Brightness 0 to 1 of each cell."""
    step = abs(float(y[1] - y[0])) * 6_371_000.0 * float(np.cos(2.0 * np.arctan(np.exp(y.mean())) - math.pi / 2.0))
    down, across = np.gradient(height_m * EXAGGERATION, step)
    slope = np.arctan(np.hypot(down, across))
    aspect = np.arctan2(-across, down)
    lit = np.sin(LIGHT_ELEVATION) * np.cos(slope) + np.cos(LIGHT_ELEVATION) * np.sin(slope) * np.cos(LIGHT_AZIMUTH - aspect)
    neutral = 0.5 * lit / np.sin(LIGHT_ELEVATION)  # flat ground is middle grey, which leaves the map beneath as it is
    clipped: Array = np.clip(neutral, 0.0, 1.0)
    return clipped


def _png(lit: Array) -> bytes:
    """Grey with an alpha that falls to nothing at the edges."""
    from matplotlib import image  # noqa: PLC0415 - an extra

    rows, columns = lit.shape
    ramp = [np.clip(np.minimum(np.arange(n), np.arange(n)[::-1]) / (FADE * n), 0.0, 1.0) for n in (rows, columns)]
    ramp = [r * r * (3.0 - 2.0 * r) for r in ramp]  # smooth where it begins and where it ends
    grey = np.repeat(lit[:, :, None], 4, axis=2)
    grey[:, :, 3] = np.outer(*ramp)
    out = BytesIO()
    image.imsave(out, grey, format="png")
    return out.getvalue()
