"""Arrays of a case about fire units beyond their own row: limits by speed, launchers, supplies, marches, sectors, desks.

They are made with the case (`records.case`) and read by the walk.
"""

import numpy as np

BALLISTIC, FAST, SLOW, LOW = 0, 1, 2, 3
"""Classes of targets as a fire unit estimates them from the motion of a track; words: CLASSES."""

CLASSES = ("ballistic", "fast", "slow", "low")
KINDS = ("aircraft", "cruise_missile", "drone", "ballistic", "decoy")
"""What an object really is; indexes `MISSILES.kind_factor`."""

NOBODY, ANYBODY, OWN_RADAR = 0, 1, 2
"""Who must hold the track of a target while a missile flies: nobody, any node whose track the unit has, its own radar."""

SPEED_LIMITS = np.dtype(
    [
        ("up_to_mps", "f8"),
        ("max_range_m", "f8"),
        ("max_crossing_m", "f8"),
        ("kill_factor", "f8"),  # on the kill probability
    ],
    align=True,
)
"""What a missile reaches among targets up to a speed; the first row whose speed is not exceeded counts."""

LAUNCHERS = np.dtype(
    [
        ("name", "u8"),  # hash of fire unit, missile and number: keys whether it is in order
        ("missile", "i4"),
        ("loaded", "i4"),  # at the start
    ],
    align=True,
)

MARCHES = np.dtype([("from_ns", "i8"), ("to_ns", "i8")], align=True)
"""When a fire unit cannot fire: on the march, being emplaced, not there yet."""

ZONES = np.dtype(
    [
        ("site_m", "f8", (3,)),  # ECEF of the place that it is seen from
        ("axes", "f8", (3, 3)),  # rows east, north, up
        ("from_rad", "f8"),
        ("width_rad", "f8"),
        ("near_m", "f8"),  # slant ranges
        ("far_m", "f8"),
        ("weapons", "i4"),  # HOLD, TIGHT or FREE
    ],
    align=True,
)
"""A sector in which a state of weapons holds."""

MOST_IN_HAND = 16
DESKS = np.dtype(
    [
        ("name", "u8"),
        ("kind", "i4"),  # how the time of a decision is drawn; 0: it takes none
        ("span", "i4"),  # decisions in hand at a time; 0: no limit
        ("a", "f8"),  # parameters of the time in seconds: see `models.command.desk`
        ("b", "f8"),
        ("longest_wait_ns", "i8"),  # a decision that would wait longer is not taken up
    ],
    align=True,
)
"""Where decisions of a node are made; each node has one for what comes by itself or over a link, and one for voice."""

ASSETS = np.dtype(
    [
        ("value", "f8"),
        ("reach_m", "f8"),  # an object that passes within this threatens it; infinite: all that close in do
    ],
    align=True,
)
"""What is defended, by name, beside where it is (`assets_m`)."""

SUPPLIES = np.dtype([("at_ns", "i8"), ("missile", "i4"), ("count", "i4")], align=True)
"""Missiles that are brought to a fire unit."""
