"""Checks that no single section can make: references, cycles, names, geometry. What is not plainly wrong is let through."""

from collections.abc import Callable, Iterator
from typing import Any

from openiads.catalogue import Catalogue
from openiads.models.motion.spec import BallisticMotionSpec, PointSpec, WaypointMotionSpec, WaypointSpec
from openiads.records.fighters import MOST_TYPES
from openiads.scenario.problems import Path, Problem, did_you_mean, dotted
from openiads.scenario.references import node_references, nodes, objects, place_references, section, signature_references
from openiads.scenario.schema import ScenarioSpec
from openiads.streams.names import NAME_BITS, name_hash


def reference_problems(tree: dict[str, Any], catalogue: Catalogue) -> Iterator[Problem]:
    """What refers to something that is not there, or to itself in a circle. Works on data that may not be valid."""
    places = section(tree, "places").keys() | set(catalogue.ids("places"))
    yield from _unknown(place_references(tree), places, "neither `places` nor catalogue.places has")
    node_ids = {str(path[-1]) for path, _ in nodes(tree)}
    yield from _unknown(node_references(tree), node_ids, "no node is called")
    yield from _unknown(signature_references(tree), section(tree, "signatures").keys(), "`signatures` has no")
    yield from _skylines(tree)
    yield from _twice(tree)
    yield from _cycles(tree)
    for key, link in section(tree, "network", "links").items():
        if isinstance(link, dict) and "from" in link and link["from"] == link.get("to"):
            yield Problem(("network", "links", key, "to"), "leads back to the node that it comes from. Name another node")


def name_problems(tree: dict[str, Any], *, hash_of: Callable[[str], Any] = name_hash) -> Iterator[Problem]:
    """Two names that would share random numbers."""
    seen: dict[int, tuple[str, Path]] = {}
    for path, name in _names(tree):
        key = int(hash_of(name)) & ((1 << NAME_BITS) - 1)
        other = seen.setdefault(key, (name, path))
        if other[0] != name:
            yield Problem(
                path,
                f"{name!r} and {other[0]!r} ({dotted(other[1])}) would share random numbers: the low {NAME_BITS} bits of "
                "their hashes are equal. Rename one of them",
                at_key=True,
            )


def meaning_problems(spec: ScenarioSpec) -> Iterator[Problem]:
    """What is valid in every section and still cannot be: radars of the wrong kind, late starts, paths below the ground."""
    for name, unit in spec.fire_units.items():
        if unit.engagement_radar.kind != "multifunction":
            yield Problem(
                ("fire_units", name, "engagement_radar", "kind"),
                f"is {unit.engagement_radar.kind}, but an engagement radar must be multifunction to guide missiles. "
                "Change its kind, or make it the search_radar",
            )
        if len(unit.missiles) > MOST_TYPES:
            yield Problem(
                ("fire_units", name, "missiles"),
                f"holds {len(unit.missiles)} types; a report of a magazine has room for {MOST_TYPES}. Join some, or split the unit",
            )
    for name, base in spec.fighters.items():
        if base.reports_to not in spec.command_posts:
            yield Problem(
                ("fighters", name, "reports_to"),
                f"is {base.reports_to!r}, but fighters are ordered by a command post. "
                f"{did_you_mean(base.reports_to, spec.command_posts)}",
            )
    for name, thing in spec.objects.items():
        path: Path = ("objects", name, "motion")
        last_s = thing.motion.start_s + max(0, thing.count - 1) * (thing.spacing_s or 0.0)
        if last_s >= spec.clock.duration_s:
            which = "start_s is" if thing.count <= 1 else f"the last of {thing.count} starts at"
            yield Problem(
                (*path, "start_s"),
                f"{which} {last_s:g} s, but the scenario ends at clock.duration_s = {spec.clock.duration_s:g}. "
                "Start earlier, or lengthen the scenario",
            )
        if isinstance(thing.motion, WaypointMotionSpec):
            yield from _waypoints(spec, thing.motion, path)
        else:
            yield from _arc(spec, thing.motion, path)


def _unknown(references: Iterator[tuple[Path, str]], known: Any, text: str) -> Iterator[Problem]:
    for path, name in references:
        if name not in known:
            yield Problem(path, f"{text} {name!r}. {did_you_mean(name, known)}")


def _skylines(tree: dict[str, Any]) -> Iterator[Problem]:
    named = [
        (("places", key, "skyline"), place["skyline"])
        for key, place in section(tree, "places").items()
        if isinstance(place, dict) and isinstance(place.get("skyline"), str)
    ]
    if named:
        from openiads.catalogue.skylines import skyline_ids  # noqa: PLC0415 - brings the terrain code along

        yield from _unknown(iter(named), set(skyline_ids()), "no skyline of the catalogue is called")


def _twice(tree: dict[str, Any]) -> Iterator[Problem]:
    seen: dict[str, Path] = {}
    bases: list[Path] = [("fighters", str(key)) for key in section(tree, "fighters")]
    for path in (*(path for path, _ in nodes(tree)), *bases):
        name = str(path[-1])
        if name in seen:
            yield Problem(
                path,
                f"{name!r} is also the id of {dotted(seen[name])}; nodes and bases need ids of their own. Rename one",
                at_key=True,
            )
        seen.setdefault(name, path)


def _cycles(tree: dict[str, Any]) -> Iterator[Problem]:
    """Chains of `reports_to` that come back to where they started; each is reported once, at its first name."""
    above = {str(path[-1]): (path, node.get("reports_to")) for path, node in nodes(tree)}
    done: set[str] = set()
    for start in sorted(above):
        chain = [start]
        while True:
            following = above[chain[-1]][1]
            if not isinstance(following, str) or following not in above or following in done:
                break
            if following in chain:
                circle = [*chain[chain.index(following) :], following]
                path = above[circle[0]][0]
                yield Problem(
                    (*path, "reports_to"),
                    f"command goes in a circle: {' -> '.join(circle)}. Let one of them report to a node outside, or to none",
                )
                break
            chain.append(following)
        done.update(chain)


def _names(tree: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    """Every name that random numbers are keyed by."""
    for path, node in nodes(tree):
        yield path, str(path[-1])
        for missile in section(node, "missiles"):
            yield (*path, "missiles", missile), str(missile)
    for path, thing in objects(tree):
        yield path, str(path[-1])
        if isinstance(thing.get("draws_as"), str):
            yield (*path, "draws_as"), thing["draws_as"]
    for link in section(tree, "network", "links"):
        yield ("network", "links", link), str(link)
    for base in section(tree, "fighters"):
        yield ("fighters", base), str(base)


def _waypoints(spec: ScenarioSpec, motion: WaypointMotionSpec, path: Path) -> Iterator[Problem]:
    """Waypoints below the ground, and heights above a ground that nobody states."""
    for number, waypoint in enumerate(motion.waypoints):
        where: Path = (*path, "waypoints", number)
        altitude_m = waypoint.altitude_m if waypoint.altitude_m is not None else motion.altitude_m
        field: Path = (*where, "altitude_m") if waypoint.altitude_m is not None else (*path, "altitude_m")
        ground_m = _ground_m(spec, waypoint)
        if motion.altitude_reference == "agl":
            if ground_m is None and spec.terrain.elevation_directory is None:
                yield Problem(
                    where,
                    "altitude_reference is agl, but the ground here is not stated. "
                    "Add ground_m, name a place, or set terrain.elevation_directory",
                )
            if altitude_m is not None and altitude_m < 0:
                yield Problem(field, f"is {altitude_m:g} m above the ground, so below it. Raise it to 0 or more")
        elif altitude_m is not None and altitude_m < (ground_m or 0.0):
            yield Problem(
                field,
                f"is {altitude_m:g} m above sea level, but the ground at waypoint {number} is at {ground_m or 0.0:g} m. "
                "Raise it, or correct ground_m",
            )


def _ground_m(spec: ScenarioSpec, waypoint: WaypointSpec) -> float | None:
    if waypoint.ground_m is not None:
        return waypoint.ground_m
    place = spec.places.get(waypoint.place) if waypoint.place is not None else None
    return None if place is None else place.ground_m


def _arc(spec: ScenarioSpec, motion: BallisticMotionSpec, path: Path) -> Iterator[Problem]:
    """An apogee that is not above both ends."""
    for end, point in (("from", motion.from_point), ("to", motion.to_point)):
        if isinstance(point, str) and point not in spec.places:
            continue  # reported as unknown
        height_m = spec.places[point].ground_m if isinstance(point, str) else point.altitude_m
        if motion.apogee_km * 1000 <= height_m:
            yield Problem(
                (*path, "apogee_km"),
                f"is {motion.apogee_km:g} km, but `{end}` lies at {height_m:g} m. Raise the apogee above both ends",
            )
        if isinstance(point, PointSpec) and height_m < 0:
            yield Problem((*path, end, "altitude_m"), f"is {height_m:g} m, below the ellipsoid. Raise it to 0 or more")
