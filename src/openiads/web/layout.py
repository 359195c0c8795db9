"""What stands still: sites, their radars and missiles, links, and what is defended."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from openiads.engine.sites import Sites
from openiads.scenario.loader import Scenario

KINDS = (("command_posts", "command_post"), ("fire_units", "fire_unit"), ("sensors", "sensor"))
ROLES = ("engagement_radar", "search_radar")


def layout(scenario: Scenario, *, active: Sequence[str]) -> dict[str, Any]:
    """Sites with longitude and latitude in degrees, links with their ends, assets. `active` are the links that the run used."""
    spec = scenario.spec
    sites = Sites(spec)
    nodes = []
    for section, kind in KINDS:
        for name, node in sorted(getattr(spec, section).items()):
            radars = [(role, radar) for role in ROLES if (radar := getattr(node, role, None)) is not None]
            nodes.append(
                {
                    "id": name,
                    "kind": kind,
                    "system": getattr(node, "system", None) or "",
                    **_where(sites, name, node, radars),
                    "radars": [_radar(role, radar) for role, radar in radars],
                    "missiles": {key: m.count for key, m in sorted(getattr(node, "missiles", {}).items())},
                }
            )
    links = [
        {"id": name, "from": link.from_node, "to": link.to_node, "active": name in active}
        for name, link in sorted(spec.network.links.items())
    ]
    return {
        "nodes": nodes,
        "network_mode": spec.network.mode,
        "links": links,
        "assets": [{"id": name, **_point(sites, asset.place)} for name, asset in sorted(spec.assets.items())],
    }


def _where(sites: Sites, name: str, node: Any, radars: list[tuple[str, Any]]) -> dict[str, float]:
    if not radars:
        return _point(sites, node.place)
    latitude, longitude, height_m = sites.antenna(name, radars[0][1])
    return {"longitude": float(np.degrees(longitude)), "latitude": float(np.degrees(latitude)), "altitude": round(height_m)}


def _point(sites: Sites, place: str) -> dict[str, float]:
    latitude, longitude, ground_m = sites.locate(place)
    return {"longitude": float(np.degrees(longitude)), "latitude": float(np.degrees(latitude)), "altitude": round(ground_m)}


def _radar(role: str, radar: Any) -> dict[str, Any]:
    return {
        "role": role,
        "system": radar.system or "",
        "range_km": radar.range_km,
        "rcs_m2": radar.rcs_m2,
        "instrumented_km": radar.instrumented_range_km,
        "sector_deg": radar.sector_deg,
        "boresight_deg": radar.boresight_deg,
        "antenna_height_m": radar.antenna_height_m,
    }
