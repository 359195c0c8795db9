"""Measures of the risk to friendly aircraft, and of identification."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from openiads.constants import NANOSECONDS_PER_SECOND
from openiads.results.measures.base import Measure, Sample, sample
from openiads.results.measures.data import RunData

Array = NDArray[Any]
PER_HOURS: Final = 1000.0
"""Flight hours to which a rate refers."""
SECONDS_PER_HOUR: Final = 3600


def friendly_engagement_rate(data: RunData) -> Sample:
    """Launches at friendly aircraft, and the hours that friendly aircraft flew inside the reach of a fire unit that may fire."""
    hours = np.zeros(data.count)
    for thing in np.flatnonzero(data.side("friendly") & (data.objects.kinds == "aircraft")):
        times_ns, inside_ns = data.paths.inside_ns(int(thing))
        flown_ns = np.interp(data.outcomes.end_ns[:, thing], times_ns, inside_ns)
        hours += flown_ns / (NANOSECONDS_PER_SECOND * SECONDS_PER_HOUR)
    return sample(data.counts("friendly_shots"), hours)


def friendly_shots(data: RunData) -> Sample:
    """Missiles launched at friendly objects."""
    return sample(data.counts("friendly_shots"))


def friendly_kills(data: RunData) -> Sample:
    """Friendly objects killed."""
    return sample(data.counts("friendly_kills"))


def p_any_friendly_engaged(data: RunData) -> Sample:
    """Whether any missile was launched at a friendly object."""
    return sample(data.counts("friendly_shots") > 0)


def _decisions(data: RunData, side: str, taken_for: str) -> Sample:
    things = set(np.flatnonzero(data.side(side)).tolist())
    wrong, every = np.zeros(data.count), np.zeros(data.count)
    for (line, _, _), said in data.identities.items():
        for one in said:
            if one.thing in things:
                every[line] += 1
                wrong[line] += one.identity == taken_for
    return sample(wrong, every)


def misid_friend_as_hostile(data: RunData) -> Sample:
    """Identifications of tracks of friendly objects: those that said hostile, and all."""
    return _decisions(data, "friendly", "hostile")


def misid_hostile_as_friend(data: RunData) -> Sample:
    """Identifications of tracks of hostile objects: those that said friendly, and all."""
    return _decisions(data, "hostile", "friendly")


def held_fire_share(data: RunData) -> Sample:
    """Hostile objects that some node held as firm track, at which nobody launched and which nobody took for hostile; all."""
    taken = np.zeros(data.outcomes.shots.shape, dtype=bool)
    for (line, _, _), said in data.identities.items():
        for one in said:
            if one.thing >= 0 and one.identity == "hostile":
                taken[line, one.thing] = True
    hostile = data.side("hostile")
    held = (data.outcomes.first_firm_ns >= 0) & (data.outcomes.shots == 0) & ~taken
    return sample(held[:, hostile].sum(axis=1), np.full(data.count, float(hostile.sum())))


MEASURES: Final = (
    Measure(
        "friendly_engagement_rate",
        "1/(1000 h)",
        "rate",
        "missiles launched at friendly objects / 1000 hours that friendly aircraft fly inside the reach of a fire unit that may "
        "fire, sums",
        ("objects", "outcomes", "counts"),
        friendly_engagement_rate,
        scale=PER_HOURS,
        fire_only=True,
    ),
    Measure(
        "friendly_shots",
        "per replication",
        "count",
        "missiles launched at tracks of friendly objects",
        ("counts",),
        friendly_shots,
        fire_only=True,
    ),
    Measure(
        "friendly_kills", "per replication", "count", "friendly objects killed", ("counts",), friendly_kills, fire_only=True
    ),
    Measure(
        "p_any_friendly_engaged",
        "1",
        "proportion",
        "replications with a launch at a friendly object / replications",
        ("counts",),
        p_any_friendly_engaged,
        fire_only=True,
    ),
    Measure(
        "misid_friend_as_hostile",
        "1",
        "share_of_sums",
        "identifications of friendly objects that say hostile / identifications of friendly objects, sums",
        ("objects", "events", "association"),
        misid_friend_as_hostile,
    ),
    Measure(
        "misid_hostile_as_friend",
        "1",
        "share_of_sums",
        "identifications of hostile objects that say friendly / identifications of hostile objects, sums",
        ("objects", "events", "association"),
        misid_hostile_as_friend,
    ),
    Measure(
        "held_fire_share",
        "1",
        "share_of_sums",
        "hostile objects with a firm track, no launch at them and no node that took them for hostile / hostile objects, sums",
        ("objects", "outcomes", "events", "association"),
        held_fire_share,
    ),
)
