"""Where a scenario refers to something by its id. Works on plain data, so that it also serves files that are not valid."""

from collections.abc import Iterator
from typing import Any

from openiads.scenario.problems import Path
from openiads.scenario.schema import NODE_SECTIONS


def section(tree: Any, *keys: str) -> dict[str, Any]:
    """The mapping under `keys`, or an empty one when the file has none there."""
    for key in keys:
        tree = tree.get(key) if isinstance(tree, dict) else None
    return tree if isinstance(tree, dict) else {}


def nodes(tree: dict[str, Any]) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Every node with its path."""
    for name in NODE_SECTIONS:
        for key, node in section(tree, name).items():
            if isinstance(node, dict):
                yield (name, key), node


def objects(tree: dict[str, Any]) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Every object with its path."""
    for key, thing in section(tree, "objects").items():
        if isinstance(thing, dict):
            yield ("objects", key), thing


def place_references(tree: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    """Every field that names a place, with the place that it names."""
    for path, node in nodes(tree):
        yield from _text(path, node, "place")
    for key, asset in section(tree, "assets").items():
        yield from _text(("assets", key), asset, "place")
    for key, base in section(tree, "fighters").items():
        yield from _text(("fighters", key), base, "place")
        zones = base.get("missile_zones") if isinstance(base, dict) else None
        for number, zone in enumerate(zones if isinstance(zones, list) else []):
            yield from _text(("fighters", key, "missile_zones", number), zone, "place")
    for path, thing in objects(tree):
        motion = section(thing, "motion")
        waypoints = motion.get("waypoints")
        for number, waypoint in enumerate(waypoints if isinstance(waypoints, list) else []):
            yield from _text((*path, "motion", "waypoints", number), waypoint, "place")
        for end in ("from", "to"):
            yield from _text((*path, "motion"), motion, end)


def node_references(tree: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    """Every field that names a node, with the node that it names."""
    for path, node in nodes(tree):
        yield from _text(path, node, "reports_to")
    for key, base in section(tree, "fighters").items():
        yield from _text(("fighters", key), base, "reports_to")
    for key, link in section(tree, "network", "links").items():
        for end in ("from", "to"):
            yield from _text(("network", "links", key), link, end)
    seen_by = section(tree, "windows").get("seen_by")
    for number, name in enumerate(seen_by if isinstance(seen_by, list | tuple) else []):
        if isinstance(name, str):
            yield ("windows", "seen_by", number), name


def signature_references(tree: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    """Every field that names a signature of the scenario, with the signature that it names."""
    for path, thing in objects(tree):
        yield from _text(path, thing, "signature")


def _text(path: Path, holder: Any, key: str) -> Iterator[tuple[Path, str]]:
    value = holder.get(key) if isinstance(holder, dict) else None
    if isinstance(value, str):
        yield (*path, key), value
