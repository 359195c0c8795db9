"""The files of a coverage: raster, contours, table and picture, each written aside and then renamed."""

import csv
import io
import json
from pathlib import Path
from typing import Any, Final

import numpy as np

from openiads.coverage.contours import Contour, Coverage, union_map
from openiads.coverage.geotiff import tiff_bytes
from openiads.coverage.outline import TAG
from openiads.coverage.visibility import DEGREE_ARCSEC, VisibilityMap
from openiads.disk import put_whole
from openiads.errors import OpeniadsError

RASTER: Final = "minimum_visible_altitude_m.tif"
CONTOURS: Final = "contours.geojson"
TABLE: Final = "coverage.csv"
PICTURE: Final = "map.png"
ENDS: Final = ("low", "nominal", "high")
COLUMNS: Final = ("radar", "kind", "altitude", "rcs_m2", *ENDS, "most lost to")


def write_coverage(found: Coverage, folder: Path) -> tuple[list[Path], str]:
    """Write everything into a folder, made when it is not there; returns the files, and why a picture is missing, else nothing."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OpeniadsError(f"{folder}: cannot be made ({error.strerror}). Name another folder with -o.") from error
    written = [folder / RASTER, folder / CONTOURS, folder / TABLE]
    write_raster(union_map(found.maps), written[0], radars=", ".join(v.radar_id for v in found.views))
    document = {"type": "FeatureCollection", "tag": TAG, "features": found.features()}
    _put(written[1], (json.dumps(document, ensure_ascii=False, allow_nan=False) + "\n").encode())
    _put(written[2], table_csv(found).encode())
    try:
        from openiads.coverage.picture import draw  # noqa: PLC0415 - an extra
    except ImportError:
        return written, "no map picture: it needs the extra plot: pip install 'openiads[plot]'"
    picture = io.BytesIO()
    draw(found, picture)
    _put(folder / PICTURE, picture.getvalue())
    return [*written, folder / PICTURE], ""


def write_raster(seen: VisibilityMap, path: Path, *, radars: str) -> None:
    """`raster_bytes` to a file, whole or not at all."""
    _put(path, raster_bytes(seen, radars=radars))


def raster_bytes(seen: VisibilityMap, *, radars: str) -> bytes:
    """The map as GeoTIFF: metres above mean sea level, EPSG:4326, posts in the middle of pixels, conditions in the metadata."""
    lat_step, lon_step = (s / DEGREE_ARCSEC for s in (seen.latitude_step_arcsec, seen.longitude_step_arcsec))
    return tiff_bytes(
        seen.lowest_m[::-1],
        west_deg=float(seen.longitude_deg[0]) - lon_step / 2,
        north_deg=float(seen.latitude_deg[-1]) + lat_step / 2,
        longitude_step_deg=lon_step,
        latitude_step_deg=lat_step,
        metadata={
            "tag": TAG,
            "description": "lowest altitude above mean sea level, in metres, at which anything is visible",
            "radar": radars,
            "antenna_height_amsl_m": f"{seen.view.height_m:.1f}",
            "refraction_factor": f"{seen.view.refraction_factor:.4f}",
            "spacing_arcsec": f"{seen.latitude_step_arcsec:g}",
            "reach_km": f"{seen.reach_m / 1000:.3f}",
            "ground": seen.ground_text,
        },
    )


def rows_of(found: Coverage) -> list[dict[str, Any]]:
    """One row per radar, kind, height and cross-section: the share of the ring's area that is covered at each end."""
    groups: dict[tuple[Any, ...], dict[str, Contour]] = {}
    for c in found.contours:
        groups.setdefault((c.radar_id, c.kind, c.altitude_m, c.above_ground, c.rcs_m2), {})[c.end] = c
    rows = []
    for (radar, kind, altitude_m, above_ground, rcs), ends in groups.items():
        lost = ends["nominal"].lost_to
        worst = max(lost, key=lambda name: lost[name]) if lost else "none"
        row = {
            "radar": radar,
            "kind": kind,
            "altitude": f"{altitude_m:g} m {'agl' if above_ground else 'amsl'}",
            "rcs_m2": rcs,
        }
        shares: dict[str, float] = {end: c.ring_share for end, c in ends.items()}
        rows.append({**row, **shares, "most lost to": worst, "ring_km": ends["nominal"].ring_km})
    return rows


def table_csv(found: Coverage) -> str:
    """The table as CSV; shares of the published ring's area."""
    out = io.StringIO()
    writer = csv.DictWriter(out, [*COLUMNS, "ring_km", "ground", "tag"], lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    ground = {v.radar_id: v.ground_text for v in found.views}
    for row in rows_of(found):
        shares: dict[str, str] = {end: f"{row[end]:.4f}" for end in ENDS if end in row}
        writer.writerow({**row, **shares, "ground": ground[row["radar"]], "tag": TAG})
    return out.getvalue()


def table_lines(found: Coverage) -> list[str]:
    """The table for a terminal."""
    rows = rows_of(found)
    rcs_head = [] if found.bare else ["RCS m2"]
    cells = [["radar", "kind", "altitude", *rcs_head, "ring km", "share of the ring covered", "most lost to"]]
    for row in rows:
        shares = [row[end] for end in ENDS if end in row]
        text = f"{row['nominal']:.1%}" + (f" ({shares[0]:.1%} to {shares[-1]:.1%})" if len(shares) > 1 else "")
        rcs = [] if found.bare else [f"{row['rcs_m2']:g}"]
        cells.append([row["radar"], row["kind"], row["altitude"], *rcs, f"{row['ring_km']:g}", text, row["most lost to"]])
    widths = [max(len(line[i]) for line in cells) for i in range(len(cells[0]))]
    return ["  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip() for line in cells]


def lowest_lines(found: Coverage) -> list[str]:
    """What the map says in one line per radar: the lowest visible altitude at the ring."""
    lines = []
    for seen in found.maps:
        inside = seen.lowest_m[np.isfinite(seen.lowest_m)]
        low, middle, high = (float(v) for v in np.percentile(inside, [5, 50, 95]))
        lines.append(
            f"{seen.view.radar_id}: lowest visible altitude within {seen.reach_m / 1000:.0f} km: median {middle:,.0f} m, "
            f"5 to 95 percent {low:,.0f} to {high:,.0f} m above sea level; {seen.ground_text}"
        )
    return lines


def _put(path: Path, data: bytes) -> None:
    try:
        put_whole(path, data)
    except OSError as error:
        raise OpeniadsError(
            f"{path}: cannot be written: {error.strerror or error}. Free space or name another folder."
        ) from error
