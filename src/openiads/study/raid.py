"""What a raid chooses: its axis, altitude, spacing, timing, size and the place of its jammers. Grid conditions, and nothing else.

No study may search over such a choice, dispute it, or look for safeguards among them, so that the bench is no tool for an attacker.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

CHOICES: Final = ("motion", "count", "spacing_s", "jammer", "jammers", "draws_as", "notified", "system", "side")
_WORDS: Final = re.compile(
    r"(^|[._-])(raid|raids|attack|attacker|threat|threats|jammer|jammers|jamming)([._-]|$)|(^|\.)target\.(altitude|speed|axis|heading)",
)
_MOVING: Final = ("latitude_deg", "longitude_deg", "ground_m")


def is_raid_choice(path: str, scenario: Mapping[str, Any] | None) -> bool:
    """Whether a scenario path belongs to what a raid chooses.

    Parameters
    ----------
    path : str
        Dotted path.
    scenario : mapping, optional
        The scenario as plain data; without it the words of the path decide.
    """
    parts = path.split(".")
    if scenario is None:
        return bool(_WORDS.search(path)) and not path.startswith("signatures.")
    if parts[0] == "objects" and len(parts) > 2:
        thing = scenario.get("objects", {}).get(parts[1], {})
        return thing.get("side") == "hostile" and parts[2] in CHOICES
    if parts[0] == "places" and len(parts) == 3 and parts[2] in _MOVING:
        return parts[1] in _places_of_raids(scenario)
    return False


def _places_of_raids(scenario: Mapping[str, Any]) -> set[str]:
    """Places through which hostile objects fly and no node or asset stands."""
    used: set[str] = set()
    for thing in scenario.get("objects", {}).values():
        if thing.get("side") == "hostile":
            motion = thing.get("motion", {})
            used |= {w["place"] for w in motion.get("waypoints", []) if isinstance(w, Mapping) and "place" in w}
            used |= {motion[end] for end in ("from", "to") if isinstance(motion.get(end), str)}
    sections = ("assets", "command_posts", "sensors", "fire_units")
    standing = {node.get("place") for name in sections for node in scenario.get(name, {}).values()}
    return used - standing
