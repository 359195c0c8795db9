"""Numbers of SISO-REF-010 for what the catalogue and the tables hold. Reprinted with permission from SISO Inc.

SISO grants a royalty-free licence to copy, distribute and make derivative works of the enumerations (schema and API), for all
purposes, with that line of attribution. Kept here are the numbers that an export needs, under names of our own; no text of SISO's.
Version 37 (2026-05-25) for entity types; emitter names as Wireshark 4.0 prints them. What has no number of its own has that of
its class (subcategory 0), or none (emitters); what the scenario describes itself has no country.
"""

from typing import Any, Final

from openiads.interop.dis.records import EntityType

PLATFORM, MUNITION, RADIO = 1, 2, 7
LAND, AIR = 1, 2
ANTI_AIR = 1
GUIDED, BALLISTIC = 1, 2
UNITED_STATES = 225
FIGHTER, CARGO_TANKER, UNMANNED, CIVILIAN_LARGE = 1, 4, 50, 87
AIR_DEFENCE_UNIT = 28
"""Land platform category "Air Defense/Missile Defense Unit Equipment"."""

FORCES: Final = {"friendly": 1, "hostile": 2, "neutral": 3}
"""Side to force id (UID 6); the other way round for import."""

KINDS: Final = {
    "aircraft": EntityType(PLATFORM, AIR),
    "cruise_missile": EntityType(MUNITION, 0, 0, GUIDED),
    "drone": EntityType(PLATFORM, AIR, 0, UNMANNED),
    "ballistic": EntityType(MUNITION, 0, 0, BALLISTIC),
    "decoy": EntityType(PLATFORM, AIR, 0, UNMANNED),
}
"""Kind of object to entity type (UID 30)."""

SYSTEMS: Final = {
    "f-16": EntityType(PLATFORM, AIR, UNITED_STATES, FIGHTER, 3),
    "f-22": EntityType(PLATFORM, AIR, UNITED_STATES, FIGHTER),
    "f-35a": EntityType(PLATFORM, AIR, UNITED_STATES, FIGHTER),
    "large-aircraft": EntityType(PLATFORM, AIR, 0, CARGO_TANKER),
    "airliner": EntityType(PLATFORM, AIR, 0, CIVILIAN_LARGE),
}
"""Catalogue entry of an object to entity type."""

NODE: Final = EntityType(PLATFORM, LAND, 0, AIR_DEFENCE_UNIT)
MISSILE: Final = EntityType(MUNITION, ANTI_AIR, 0, GUIDED)

EMITTERS: Final = {
    "92n6e": 16960,
    "96l6e": 11020,
    "an-fps-117": 5510,
    "an-mpq-65": 5577,
    "an-tpy-2": 7333,
}
"""Catalogue entry of a radar to emitter name (UID 75)."""

EARLY_WARNING, FIRE_CONTROL = 2, 4
EMITTER_FUNCTIONS: Final = {"search": EARLY_WARNING, "engagement": FIRE_CONTROL}
"""Role of a radar to emitter system function (UID 76)."""

SEARCH, TIME_SHARED_SEARCH = 1, 20
BEAM_FUNCTIONS: Final = {"rotating": SEARCH, "multifunction": TIME_SHARED_SEARCH}
"""Kind of radar to beam function (UID 78)."""

DETONATIONS: Final = {
    "killed": 1,  # entity impact
    "missed": 32,  # miss due to end-game failure
    "track_lost": 31,  # miss due to fly-out failure
    "out_of_envelope": 31,
    "target_gone": 6,  # none or no detonation
}
"""What became of a missile to detonation result (UID 62)."""

INTERROGATOR: Final = 2
"""IFF system type "Mark X/XII/ATCRBS Interrogator" (UID 82)."""

GENERIC_INTERROGATOR: Final = 6
"""System name "Generic Mark X/XII/ATCRBS" (UID 83)."""

NORMAL: Final = 3
"""System mode (UID 84)."""

NO_PSEUDO_CRYPTO: Final = 0x0FFF
NO_ALTITUDE: Final = 0x0FFE
"""Parameters 4 and 5 that state nothing (IEEE 1278.1-2012, annex B)."""
LINK_16: Final = 100
"""Tactical data link type "Link 16 Standardized Format" (UID 178)."""

SURVEILLANCE: Final = 7
"""Link 16 network participation group."""

TERMINATION: Final = 2
"""Stop reason (UID 67)."""

DESTROYED: Final = 3 << 3
DEACTIVATED: Final = 1 << 23
"""Appearance bits: damage, and that the entity is no longer there."""

CONSTANT_VELOCITY: Final = 2
"""Dead reckoning DRM(F, P, W) (UID 44)."""

STATIC: Final = 1
HEARTBEAT_UPDATE: Final = 0
ASCII: Final = 1


def entity_type(kind: str, system: str) -> EntityType:
    """Entity type of an object of `kind` that is `system` of the catalogue, or described by itself."""
    return SYSTEMS.get(system) or KINDS[kind]


def emitter_name(system: str | None, otherwise: int | None) -> int | None:
    """Emitter name of a radar that is `system` of the catalogue; `otherwise` where it has none."""
    return EMITTERS.get(system or "", otherwise)


def kind_of(found: EntityType) -> str:
    """The nearest kind of object of this model for an entity type; `aircraft` for any other platform in the air, else empty."""
    for kind in ("cruise_missile", "ballistic", "drone"):
        wanted: Any = KINDS[kind]
        if (found.kind, found.domain, found.category) == (wanted.kind, wanted.domain, wanted.category):
            return kind
    if (found.kind, found.domain) == (PLATFORM, AIR):
        return "aircraft"
    return ""
