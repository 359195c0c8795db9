"""The ends of a party's stated range: where a claim does best and where it does worst within what the party says.

Exact models are asked at every corner of up to ten intervals. Otherwise each interval is tried at both ends, the others at their
middle, under common random numbers, and the corner of the better (worse) ends is run: "worst found", safe only for
monotone measures.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from openiads.study.bench import Answer, Bench, Component, Place
from openiads.study.looks import Status
from openiads.study.readings import Lookup, Reading, bounds
from openiads.study.sizes import CORNERS

Array = NDArray[np.float64]


@dataclass(frozen=True)
class End:
    """One end of a range for one reading: which end of each interval (True: the upper one), its status and its statistic."""

    ends: Mapping[str, bool]
    status: Status
    value: float


@dataclass(frozen=True)
class EndsResult:
    """Best and worst end of one reading under one party; `found` says how."""

    best: End | None
    worst: End | None
    found: Literal["corners", "search", "none"]


def ends_wait(bench: Bench) -> bool:
    """Whether ends are run after the draws and only where a word turns on them: in quick mode, where chance makes them dear."""
    return bench.sizes.quick and not all(r.exact for r in bench.readings)


def ends_component(bench: Bench, party: str, readings: Sequence[Reading] | None = None) -> Component:
    """Ends of some readings (of all, when none are named) under one party; returns `EndsResult` by reading."""
    names = [a.id for a in bench.assumptions.with_intervals(party)]
    chosen = list(bench.readings if readings is None else readings)
    found = dict.fromkeys([r.id for r in bench.readings], EndsResult(None, None, "none"))
    if not names or not chosen:
        return found
    exact = all(r.exact for r in bench.readings)
    if exact and len(names) <= CORNERS:
        tries = [{name: bool(corner >> i & 1) for i, name in enumerate(names)} for corner in range(1 << len(names))]
        asked = _Tries(bench, party, "corners", tries, bench.places(chosen))
        answer: Answer = yield asked.wish
        return {**found, **{r.id: _of_corners(bench, r, tries, asked.lookup(answer)) for r in chosen}}
    tries = [{name: upper} for name in names for upper in (False, True)]
    asked = _Tries(bench, party, "search", tries, bench.places(chosen))
    values = asked.lookup((yield asked.wish))
    corners = {
        r.id: _Tries(bench, party, f"found-{r.id}", _corners(bench, r, names, values), bench.places([r])) for r in chosen
    }
    answer = yield {key: batch for asked in corners.values() for key, batch in asked.wish.items()}
    for r in chosen:
        values, tries = corners[r.id].lookup(answer), corners[r.id].tries
        score, status, value = _scores(bench, r, values), _statuses(bench, r, values), _values(bench, r, values)
        order = (1, 0) if score[0] < score[1] else (0, 1)
        best, worst = (End(tries[k], Status(int(status[k])), float(value[k])) for k in order)
        found[r.id] = EndsResult(best, worst, "search")
    return found


def _corners(bench: Bench, reading: Reading, names: Sequence[str], values: Lookup) -> list[dict[str, bool]]:
    """The corner of the better ends of every interval, and the one of the worse."""
    score = _scores(bench, reading, values)
    better = {name: bool(score[2 * i + 1] >= score[2 * i]) for i, name in enumerate(names)}
    return [better, {name: not upper for name, upper in better.items()}]


class _Tries:
    """A world per try: the named intervals at their ends, all else at its middle."""

    def __init__(
        self, bench: Bench, party: str, stage: str, tries: list[dict[str, bool]], places: Mapping[Place, tuple[str, ...]]
    ) -> None:
        self.tries = tries
        middle = np.full((1, len(bench.spec.assumptions)), 0.5)
        rows = [bench.assumptions.party_world(party, middle, ends=ends) for ends in tries]
        worlds = {name: np.concatenate([row[name] for row in rows]) for name in rows[0]}
        first = np.zeros(len(tries), np.int64)  # the same replications at every try
        seed = bench.stream("ends", party=party)
        sizes = bench.sizes
        count = sizes.search_runs if stage == "search" and sizes.search_runs is not None else sizes.end_runs
        asked = bench.wish(f"ends/{party}/{stage}", places, worlds, first=first, count=count, seed=seed)
        self.wish = dict(asked.values())
        self._keys = {place: key for place, (key, _) in asked.items()}

    def lookup(self, answer: Answer) -> Lookup:
        """Outcomes by place."""
        return lambda *place: answer[self._keys[place]]


def _statuses(bench: Bench, reading: Reading, lookup: Lookup) -> NDArray[np.int8]:
    return bounds(reading, lookup, confidence=bench.spec.replications.confidence).statuses(reading)


def _values(bench: Bench, reading: Reading, lookup: Lookup) -> Array:
    return bounds(reading, lookup, confidence=bench.spec.replications.confidence).value[:, 0]


def _scores(bench: Bench, reading: Reading, lookup: Lookup) -> Array:
    """How well each try does: the threshold at which its estimate would turn, signed so that more is better for the claim."""
    b = bounds(reading, lookup, confidence=bench.spec.replications.confidence)
    estimate = type(b)(b.value, b.value, b.value, b.missing).critical(reading)
    signed = estimate if reading.spec.op == ">=" else -estimate
    return np.where(np.isnan(signed), -np.inf, signed)


def _of_corners(bench: Bench, reading: Reading, tries: list[dict[str, bool]], lookup: Lookup) -> EndsResult:
    score, status, value = (
        _scores(bench, reading, lookup),
        _statuses(bench, reading, lookup),
        _values(bench, reading, lookup),
    )
    best, worst = int(np.argmax(score)), int(np.argmin(score))
    made = [End(tries[k], Status(int(status[k])), float(value[k])) for k in (best, worst)]
    return EndsResult(made[0], made[1], "corners")
