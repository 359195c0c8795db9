"""Coverage of a run's radars: what `openiads coverage` makes of its scenario, as one file."""

import json
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import openiads
from openiads.coverage import contours
from openiads.coverage.contours import union_map
from openiads.errors import InteropError


def test_the_raster_is_the_lowest_altitude_that_any_radar_sees(run: Any, cases: ModuleType, tmp_path: Path) -> None:
    rasterio = pytest.importorskip("rasterio")
    written = openiads.export(run, "geotiff", tmp_path / "a.tif")
    assert written.counts == {"radars": 3}
    seen = union_map(contours(cases.small()).maps)
    with rasterio.open(tmp_path / "a.tif") as file:
        assert file.crs.to_epsg() == 4326
        assert np.array_equal(file.read(1), seen.lowest_m[::-1].astype(np.float32), equal_nan=True)
        assert file.tags()["radar"] == "post-1/search, unit-1/engagement, unit-1/search"
        row, column = file.index(seen.longitude_deg[5], seen.latitude_deg[9])
        assert (file.height - 1 - row, column) == (9, 5)


def test_contours_are_those_of_the_scenario(run: Any, cases: ModuleType, tmp_path: Path) -> None:
    openiads.export(run, "coverage", tmp_path / "a.geojson", altitudes_m=(3000.0,))
    tree = json.loads((tmp_path / "a.geojson").read_text(encoding="utf-8"))
    assert "in this model only" in tree["properties"]["provenance"]
    features = contours(cases.small(), altitudes_m=(3000.0,)).features()
    wanted = [f for f in features if f["properties"].get("figures", "nominal") == "nominal"]
    assert [f["geometry"] for f in tree["features"]] == json.loads(json.dumps([f["geometry"] for f in wanted]))
    assert {f["properties"].get("figures") for f in tree["features"]} == {None, "as in the run"}
    assert {f["properties"].get("altitude_m") for f in tree["features"]} >= {3000.0}


def test_a_run_without_radars_has_no_coverage(cases: ModuleType, tmp_path: Path) -> None:
    def disarm(tree: dict[str, Any]) -> None:
        for section in ("command_posts", "fire_units", "sensors", "network", "variants"):
            tree.pop(section, None)

    run = openiads.run(cases.edited(disarm), replications=1, out=tmp_path / "run")
    with pytest.raises(InteropError, match="has no radar, so there is no coverage"):
        openiads.export(run, "geotiff", tmp_path / "a.tif")
    assert not (tmp_path / "a.tif").exists()
