"""Coverage of the radars of a run: a raster (GeoTIFF) or contours (GeoJSON). Of the scenario, so the same in every replication."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, Final

from openiads.coverage import Coverage, contours
from openiads.coverage.contours import USUAL, union_map
from openiads.coverage.files import raster_bytes
from openiads.errors import InteropError
from openiads.interop.source import Source

USED: Final = "nominal"
"""Of the three ends of the figures: a run's own scenario states the values that it used, so all three are one."""

RASTERS: Final = (".tif", ".tiff")


def write(
    source: Source,
    file: BinaryIO,
    name: str,
    counts: Counter[str],
    left_out: Counter[str],
    *,
    terrain: str | Path | None = None,
    altitudes_m: Sequence[float] = USUAL,
) -> None:
    """Write what `openiads coverage` makes of the run's scenario: `.tif` the lowest visible altitude, `.geojson` contours.

    The ground is what the run itself used (masks of the scenario) unless `terrain` names a folder of elevation tiles.
    """
    if not source.radars:
        raise InteropError("the scenario of this run has no radar, so there is no coverage to export")
    raster = name.endswith(RASTERS)
    found = contours(source.scenario, altitudes_m=() if raster else altitudes_m, terrain=terrain)
    if raster:
        file.write(raster_bytes(union_map(found.maps), radars=", ".join(view.radar_id for view in found.views)))
        counts["radars"] = len(found.views)
    else:
        _contours(source, found, file, counts)


def _contours(source: Source, found: Coverage, file: BinaryIO, counts: Counter[str]) -> None:
    about = {"title": source.title, "provenance": source.provenance}
    features = [feature for feature in found.features() if feature["properties"].get("figures", USED) == USED]
    for feature in features:
        if "figures" in feature["properties"]:
            feature["properties"]["figures"] = "as in the run"
    document = {"type": "FeatureCollection", "properties": about, "features": features}
    file.write(json.dumps(document, ensure_ascii=False, allow_nan=False).encode() + b"\n")
    counts["radars"] = len(found.views)
    counts["features"] = len(features)
