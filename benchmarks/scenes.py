"""The scenes that the benchmark runs: a regiment of four fire units and its command post, and mixed traffic around it."""

import math
from itertools import pairwise
from typing import Any

import yaml

DURATION_S = 3600.0
CENTRE = (39.8, 32.6)
KM_PER_DEGREE = 111.2
FARTHEST_KM = 250.0
GOLDEN = 0.6180339887498949
UNITS = {"north": (14.0, 3.0), "east": (1.0, 16.0), "south": (-15.0, -2.0), "west": (-2.0, -13.0)}
"""Places of the fire units, km north and east of the command post."""

TRAFFIC = (
    # system, side, speed m/s, altitude m, share of the objects
    ("f-16", "hostile", 250.0, 8000.0, 0.30),
    ("airliner", "neutral", 230.0, 10500.0, 0.20),
    ("f-16", "friendly", 240.0, 7000.0, 0.15),
    ("cruise-missile", "hostile", 230.0, 2600.0, 0.10),
    ("tb2", "friendly", 40.0, 5500.0, 0.10),
    ("male-drone", "hostile", 60.0, 6000.0, 0.10),
    ("f-35a", "friendly", 250.0, 9000.0, 0.05),
)


def point(north_km: float, east_km: float) -> dict[str, float]:
    """Latitude and longitude of a point given in km from the centre."""
    latitude = CENTRE[0] + north_km / KM_PER_DEGREE
    longitude = CENTRE[1] + east_km / (KM_PER_DEGREE * math.cos(math.radians(CENTRE[0])))
    return {"latitude_deg": round(latitude, 5), "longitude_deg": round(longitude, 5)}


def passage(k: int, speed: float, duration_s: float) -> tuple[float, list[dict[str, float]]]:
    """Start and waypoints of object `k`: 250 km to 40..120 km from the centre and out again, on a bearing of its own.

    Starts are spread so that the flight falls into the hour; what is too slow for that flies for all of it.
    """
    bearing = 2.0 * math.pi * ((k * GOLDEN) % 1.0)
    nearest = 40.0 + 80.0 * ((k * GOLDEN * GOLDEN) % 1.0)
    turn = 0.6 if k % 2 else -0.6
    path = [(FARTHEST_KM, bearing), (nearest, bearing + turn), (FARTHEST_KM, bearing + 2.0 * turn)]
    flown_km = sum(math.dist(_flat(*a), _flat(*b)) for a, b in pairwise(path))
    slack_s = max(0.0, duration_s - 1000.0 * flown_km / speed)
    return round(slack_s * ((k * GOLDEN * 3.0) % 1.0), 1), [point(*_flat(d, b)) for d, b in path]


def _flat(distance_km: float, bearing: float) -> tuple[float, float]:
    return distance_km * math.cos(bearing), distance_km * math.sin(bearing)


def thing(k: int, count: int, duration_s: float) -> dict[str, Any]:
    """Object `k` of `count`: what it is follows from its share of the traffic."""
    share, system, side, speed, altitude = 0.0, "", "", 0.0, 0.0
    place = ((k * 7919) % count + 0.5) / count
    for system, side, speed, altitude, part in TRAFFIC:  # noqa: B007 - the last one looked at is the answer
        share += part
        if place < share:
            break
    start_s, waypoints = passage(k, speed, duration_s)
    motion = {
        "kind": "waypoints",
        "start_s": start_s,
        "speed_mps": speed,
        "altitude_m": altitude,
        "altitude_reference": "amsl",
        "waypoints": waypoints,
        "end": "leave",
    }
    return {"side": side, "system": system, "motion": motion}


def scene(objects: int, *, duration_s: float = DURATION_S, units: tuple[str, ...] = tuple(UNITS), **parts: Any) -> str:
    """A scenario as YAML with the fire units named. `parts` replaces top-level sections, to switch parts of the walk off."""
    sites = {name: UNITS[name] for name in units}
    places = {name: {**point(*at), "ground_m": 900.0} for name, at in {"post": (0.0, 0.0), **sites}.items()}
    links: dict[str, Any] = {}
    for name in sites:
        links[f"{name}-up"] = {"from": f"unit-{name}", "to": "post", "carries": ["tracks", "status"]}
        links[f"{name}-down"] = {"from": "post", "to": f"unit-{name}", "carries": ["tracks", "status"]}
    units = {
        f"unit-{name}": {
            "system": "s-400-battalion",
            "place": name,
            "reports_to": "post",
            "engagement_radar": {
                "system": "92n6e",
                "boresight_deg": round(math.degrees(math.atan2(at[1], at[0])) % 360.0, 1),
            },
            "search_radar": {"system": "96l6e"},
            "missiles": {"48n6e3": {"system": "48n6e3", "count": 32}},
            "tracker": {"capacity": 2 * objects + 100},
        }
        for name, at in sites.items()
    }
    post = {"place": "post", "search_radar": {"system": "91n6e"}, "tracker": {"capacity": 2 * objects + 100}}
    document = {
        "openiads_scenario": "0.1",
        "scenario": {"id": f"benchmark-{objects}", "title": f"{objects} objects, {len(sites)} fire units", "notional": True},
        "clock": {"start_utc": "2019-07-12T06:00:00Z", "duration_s": duration_s},
        "terrain": {"masks": "none"},
        "control": {"weapons": "tight"},
        "places": places,
        "command_posts": {"post": post},
        "fire_units": units,
        "network": {"mode": "integrated", "links": links},
        "objects": {f"object-{k:03d}": thing(k, objects, duration_s) for k in range(objects)},
    }
    document.update(parts)
    return yaml.safe_dump(document, sort_keys=False)
