"""The map picture: lowest visible altitude in bands, the published ring beside the real outlines. Needs the extra `plot`."""

import math
from pathlib import Path
from typing import BinaryIO

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from openiads.coverage.contours import Contour, Coverage, union_map
from openiads.coverage.outline import TAG
from openiads.geo.geodesic import direct

mpl.rcParams["svg.hashsalt"] = "openiads"
BANDS = (0, 100, 300, 1000, 2000, 3000, 5000, 7500, 10_000, 15_000, 20_000, 30_000)
STYLES = ("-", "--", "-.", ":")
WIDEST_POSTS = 900
"""Posts along a side that are drawn at most."""


def draw(found: Coverage, file: Path | BinaryIO) -> None:
    """Draw the map as PNG."""
    seen = union_map(found.maps)
    every = max(1, -(-max(seen.lowest_m.shape) // WIDEST_POSTS))
    lat, lon = seen.latitude_deg[::every], seen.longitude_deg[::every]
    figure = Figure(figsize=(9, 8.2), layout="constrained")
    axes = figure.add_subplot()
    bands = axes.contourf(
        lon, lat, np.ma.masked_invalid(seen.lowest_m[::every, ::every]), levels=BANDS, cmap="cividis", extend="max"
    )
    figure.colorbar(bands, ax=axes, label="lowest visible altitude [m above mean sea level]", ticks=BANDS, shrink=0.8)
    for number, view in enumerate(found.views):
        turn = np.radians(np.arange(361))
        ring_lat, ring_lon = (
            np.degrees(v)
            for v in direct(
                latitude_rad=view.latitude_rad, longitude_rad=view.longitude_rad, azimuth_rad=turn, distance_m=view.ring_m
            )
        )
        middle = math.degrees(view.longitude_rad)
        axes.plot(
            middle + (ring_lon - middle + 180) % 360 - 180,
            ring_lat,
            color="black",
            lw=1.6,
            ls=(0, (6, 3)),
            label=f"{view.radar_id}: ring, {view.ring_text}" if number < 4 else None,
        )
        axes.plot(middle, math.degrees(view.latitude_rad), "k^", ms=7)
    for number, contour in enumerate(_chosen(found)):
        _outline(axes, contour, number, every)
    axes.set_aspect(1.0 / max(math.cos(math.radians(float(lat.mean()))), 0.05))
    axes.set_xlabel("longitude [degrees east]")
    axes.set_ylabel("latitude [degrees north]")
    names = ", ".join(v.radar_id for v in found.views)
    figure.suptitle(_wrapped(f"What {names} can see ({TAG})", 90), fontsize=11)
    axes.legend(loc="lower left", fontsize=7, framealpha=0.9)
    figure.supxlabel(_wrapped(seen.ground_text), fontsize=7, x=0.02, ha="left")
    figure.savefig(file, dpi=130, format="png", metadata={"Description": TAG, "Software": "openiads"})


def _chosen(found: Coverage) -> list[Contour]:
    """A few nominal detection contours: of the union where there is one."""
    pool = [c for c in (found.union or found.contours) if c.end == "nominal" and c.kind == "detection"]
    return pool[:: max(1, -(-len(pool) // 4))]


def _outline(axes: object, contour: Contour, number: int, every: int) -> None:
    seen = contour.seen
    height = f"{contour.altitude_m:g} m {'above ground' if contour.above_ground else 'amsl'}"
    target = "" if seen.view.calibration is None else f", {contour.rcs_m2:g} m2, Pd {contour.p_detection:g}"
    share = "" if math.isnan(contour.ring_share) else f": {contour.ring_share:.0%} of the ring"
    color, style = f"C{(number + 1) % 10}", STYLES[number % len(STYLES)]
    axes.contour(  # type: ignore[attr-defined]
        seen.longitude_deg[::every],
        seen.latitude_deg[::every],
        contour.flags[::every, ::every].astype(float),
        levels=[0.5],
        colors=[color],
        linestyles=[style],
        linewidths=1.3,
    )
    axes.plot([], [], color=color, ls=style, label=f"really seen at {height}{target}{share}")  # type: ignore[attr-defined]


def _wrapped(text: str, width: int = 130) -> str:
    import textwrap  # noqa: PLC0415

    return "\n".join(textwrap.wrap(text, width))
