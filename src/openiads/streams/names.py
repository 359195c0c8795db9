"""From names to keys: what a draw is for, and whose it is.

A draw belongs to (study seed, replication, purpose, name, index). Names are hashed, never counted, so that adding or
reordering entities moves no other draw.
"""

import hashlib
from typing import Final

import numpy as np

NAME_BITS: Final = 56
"""Bits of a name hash that enter the counter; the loader refuses a scenario in which two names share them."""

DETECT: Final = 1
"""Whether one look at one object gives a plot. Name: radar and object; index: turn of the antenna, or frame."""
MEASURE: Final = 2
"""Errors of that plot in range, azimuth, elevation. Name: radar and object; index: turn of the antenna, or frame."""
FALSE_ALARM_COUNT: Final = 3
"""How many false alarms a sector or a frame gives. Name: radar; index: sector or frame."""
FALSE_ALARM: Final = 4
"""Where they lie. Name: radar; index: sector or frame, and number within it."""
IDENTIFY: Final = 5
"""Outcome of one interrogation; a false track draws nothing. Name: node and object; index: count between the two."""
KILL: Final = 6
"""Outcome of one intercept. Name: object; index: count of intercepts of it by anybody."""
ASSESS: Final = 7
"""Error of one kill assessment. Name: object; index: count of intercepts of it by anybody."""
LINK: Final = 8
"""Whether one message is lost, whether it is good enough to use, how long it takes. Name: link; index: cycle and track number."""
SORTIE: Final = 9
"""What holds for a whole sortie: reflectors, compliance, RCS offset, phase of its steps. Name: object; index: 0."""
CONTROL: Final = 10
"""Rules of engagement of the replication. Name: the scenario's control section; index: 0."""
FLUCTUATE: Final = 11
"""Fluctuation of the RCS that a radar sees during one decorrelation time. Name: radar and object; index: number of the step."""
CLUTTER: Final = 12
"""Where the clutter patch of a square of the plane lies. Name: radar; index: square."""
LINK_ORDER: Final = 40
"""Whether one order is lost, and how long it takes. Name: link; index: count of its orders."""
BATCH: Final = 20
"""Whether all missiles of a batch fail in this replication. Name: batch; index: 0."""
COMMON: Final = 21
"""Whether all missiles of a kind fail at one object. Name: object; index: 0."""
READY: Final = 22
"""Whether a launcher is in order. Name: fire unit, missile and number of the launcher; index: 0."""
DECIDE: Final = 23
"""How long one decision takes. Name: node; index: count of its decisions."""
DEBRIS: Final = 24
"""Whether the remains of a killed object go on giving plots. Name: object; index: 0."""
SORTIE_IDENTITY: Final = 41
"""Transponder, code, flight plan and corridor of a whole sortie. Name: object; index: 0."""
INTERROGATE: Final = 42
"""Errors of one interrogation: civil reply, coded reply, plan, corridor. Name: node and object; index: count between the two."""
LOOK_OF_ECHO: Final = 43
"""Whether a node tells an aircraft from other objects by the echo. Name: node and object; index: 0."""
FALSE_BALLISTIC: Final = 44
"""Whether and where a false ballistic track begins. Name: node; index: command cycle."""
FIGHTER_KILL: Final = 45
"""Whether a pair of fighters kills what it meets. Name: object; index: count of its meetings with pairs."""
LINK_MAGAZINE: Final = 46
"""Whether one report of a magazine is lost, and how long it takes. Name: link; index: cycle."""

PURPOSES: Final = {
    "detect": DETECT,
    "measure": MEASURE,
    "false_alarm_count": FALSE_ALARM_COUNT,
    "false_alarm": FALSE_ALARM,
    "identify": IDENTIFY,
    "kill": KILL,
    "assess": ASSESS,
    "link": LINK,
    "sortie": SORTIE,
    "control": CONTROL,
    "fluctuate": FLUCTUATE,
    "clutter": CLUTTER,
    "link_order": LINK_ORDER,
    "batch": BATCH,
    "common": COMMON,
    "ready": READY,
    "decide": DECIDE,
    "debris": DEBRIS,
    "sortie_identity": SORTIE_IDENTITY,
    "interrogate": INTERROGATE,
    "look_of_echo": LOOK_OF_ECHO,
    "false_ballistic": FALSE_BALLISTIC,
    "fighter_kill": FIGHTER_KILL,
    "link_magazine": LINK_MAGAZINE,
}


def name_hash(*names: str) -> np.uint64:
    """64-bit BLAKE2b hash of one or several names; the order of several matters.

    The names are joined by the unit separator (U+001F), which no id may hold.
    """
    text = "\x1f".join(names).encode()
    return np.uint64(int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little"))


def seed_key(seed: int) -> tuple[np.uint64, np.uint64]:
    """The study seed (0 to 2^64 - 1) as the two key words of the generator.

    Raises
    ------
    ValueError
        When the seed does not fit 64 bits.
    """
    if not 0 <= seed < 2**64:
        raise ValueError(f"seed = {seed} does not fit 64 bits")
    return np.uint64(seed & 0xFFFFFFFF), np.uint64(seed >> 32)
