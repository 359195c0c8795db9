"""The search for safeguards ("bridging"): choices under which every party's limits are met under every party's assumptions.

Only options are searched, each combination in full; a raid's choices are conditions and never among them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np

from openiads.study.bench import Answer, Bench, Component, Place
from openiads.study.design_spec import BridgingSpec
from openiads.study.looks import Status
from openiads.study.model import Batch
from openiads.study.readings import Reading, bounds, reading_of


@dataclass(frozen=True)
class Trial:
    """One combination under one party: how each required reading does there, and what that amounts to."""

    search: str
    choice: Mapping[str, str]
    party: str
    share_met: Mapping[str, float]
    share_lost: Mapping[str, float]
    status: Status
    """MET: acceptable; NOT MET: some required reading fails; UNRESOLVED: the runs made do not say."""


@dataclass(frozen=True)
class Search:
    """A search: every trial, and the choices acceptable to all."""

    spec: BridgingSpec
    trials: tuple[Trial, ...]

    def choices(self) -> list[Mapping[str, str]]:
        """Every combination, in order."""
        return list({tuple(t.choice.items()): t.choice for t in self.trials}.values())

    def acceptable(self) -> list[Mapping[str, str]]:
        """Choices that every party accepts."""
        return [c for c in self.choices() if all(t.status == Status.MET for t in self.trials if t.choice == c)]

    def status_for(self, party: str, *, expect: str) -> Status:
        """Level 2 of a bridging reading for one party: whether some choice is acceptable to it, as expected."""
        mine = [t.status for t in self.trials if t.party == party]
        some = Status.MET if Status.MET in mine else Status.UNRESOLVED if Status.UNRESOLVED in mine else Status.NOT_MET
        if expect == "feasible" or some == Status.UNRESOLVED:
            return some
        return Status.NOT_MET if some == Status.MET else Status.MET


def safeguards_component(bench: Bench, search: BridgingSpec) -> Component:
    """Runs of one search; returns a `Search`."""
    options = {o.id: [v.id for v in o.values] for o in bench.spec.options}
    choices = [dict(zip(search.over, values, strict=True)) for values in product(*(options[name] for name in search.over))]
    parties = [p for p in search.for_parties if p in bench.parties]
    wishes: dict[str, Batch] = {}
    keys: dict[tuple[int, str], dict[Place, str]] = {}
    for number, choice in enumerate(choices):
        readings = _readings(bench, search, choice)
        for party in parties:
            keys[number, party] = {}
            wish = _wish(bench, search, party, readings)
            wishes.update(wish.values())
            keys[number, party] = {place: key for place, (key, _) in wish.items()}
    answer: Answer = yield wishes
    trials = []
    for number, choice in enumerate(choices):
        readings = _readings(bench, search, choice)
        trials += [_trial(bench, search, choice, party, readings, answer, keys[number, party]) for party in parties]
    return Search(search, tuple(trials))


def _readings(bench: Bench, search: BridgingSpec, choice: Mapping[str, str]) -> list[Reading]:
    found = []
    for claim in bench.spec.claims:
        for reading in claim.readings:
            if reading.id in search.require and reading.measure is not None:
                info = bench.infos[reading.measure]
                found.append(reading_of(bench.spec, claim.id, claim.owner, reading, info, **choice))
    return found


def _wish(bench: Bench, search: BridgingSpec, party: str, readings: list[Reading]) -> dict[Place, tuple[str, Batch]]:
    draws = min(bench.sizes.bridging_draws, len(bench.design.table))
    worlds = bench.assumptions.party_world(party, bench.design.table[:draws])
    first = np.arange(draws, dtype=np.int64) * bench.sizes.bridging_runs
    seed = bench.stream("bridging", party=party)
    return bench.wish(
        f"bridging/{search.id}/{party}",
        bench.places(readings),
        worlds,
        first=first,
        count=bench.sizes.bridging_runs,
        seed=seed,
    )


def _trial(
    bench: Bench,
    search: BridgingSpec,
    choice: Mapping[str, str],
    party: str,
    readings: list[Reading],
    answer: Answer,
    keys: Mapping[Place, str],
) -> Trial:
    robust = bench.spec.analysis.verdict.robust_share
    met, lost, worst = {}, {}, Status.MET
    for reading in readings:
        b = bounds(reading, lambda *place: answer[keys[place]], confidence=bench.spec.replications.confidence)
        statuses = b.statuses(reading)
        met[reading.id] = float((statuses == Status.MET).mean())
        lost[reading.id] = float((statuses == Status.NOT_MET).mean())
        here = (
            Status.MET
            if met[reading.id] >= robust
            else Status.NOT_MET
            if lost[reading.id] > 1.0 - robust
            else Status.UNRESOLVED
        )
        worst = min(worst, here)
    return Trial(search.id, choice, party, met, lost, worst)
