"""What became of each group of objects: the shares that were detected, tracked, engaged, killed, and that got through."""

from dataclasses import dataclass

import numpy as np

from openiads.engine.objects import members
from openiads.report.arms import Arm
from openiads.results.measures.data import NEVER
from openiads.stats.intervals import Estimate, mean_share

STAGES = ("detected", "tracked", "engaged", "killed", "leaked")


@dataclass(frozen=True)
class Group:
    """One object of the scenario file, with its followers: means over replications of the share of its members."""

    key: str
    side: str
    count: int
    detected: Estimate
    tracked: Estimate
    engaged: Estimate
    killed: Estimate
    leaked: Estimate


def groups(arm: Arm) -> tuple[Group, ...]:
    """The groups of a run, hostile ones first; only friendly ones when it walks their windows alone."""
    place, outcomes = arm.data.objects.index(), arm.data.outcomes
    happened = {
        "detected": outcomes.first_detection_ns != NEVER,
        "tracked": outcomes.first_firm_ns != NEVER,
        "engaged": outcomes.shots > 0,
        "killed": outcomes.ended("killed"),
        "leaked": outcomes.ended("leaked"),
    }
    found = []
    walked = ("friendly",) if arm.reader.manifest.walk else ("hostile", "friendly", "neutral")
    for key, thing in arm.spec.objects.items():
        which = [place[name] for name, _, _ in members(key, thing) if name in place]
        if which and thing.side in walked:
            shares = {stage: mean_share(np.mean(happened[stage][:, which], axis=1)) for stage in STAGES}
            found.append(Group(key, thing.side, len(which), **shares))
    return tuple(sorted(found, key=lambda g: (("hostile", "friendly", "neutral").index(g.side), g.key)))
