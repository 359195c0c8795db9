"""Antennas of multifunction radars: each points and sweeps on its own."""

import math
from types import ModuleType
from typing import Any


def test_a_multifunction_search_radar_has_no_part_in_a_fire_unit(cases: ModuleType) -> None:
    """Where the fire unit's antenna looks is nothing to it."""

    def plots(boresight_deg: float) -> list[dict[str, Any]]:
        def edit(tree: dict[str, Any]) -> None:
            watch = {**tree["fire_units"]["unit-1"]["engagement_radar"], "sector_deg": 90, "boresight_deg": 45}
            tree["sensors"] = {"watch": {"place": "hill", "search_radar": watch}}
            tree["fire_units"]["unit-1"]["engagement_radar"]["boresight_deg"] = boresight_deg
            tree["control"] = {"weapons": "hold"}  # or one arm would shoot down what the other still sees

        rows = cases.rows(cases.run(cases.edited(edit), 1, level="full")["plots"])
        return [{**row, "plot_id": ""} for row in rows if row["node"] == "watch"]

    first, second = plots(90.0), plots(270.0)
    assert len(first) > 20
    assert first == second
    assert {row["radar"] for row in first} == {"search"}
    assert all(0.0 <= row["azimuth_rad"] <= math.pi / 2 + 0.02 for row in first)
