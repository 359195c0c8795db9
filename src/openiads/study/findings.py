"""A whole study: every part run together, and what it found."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from openiads.study.bench import Bench, Component, Wish, drive
from openiads.study.disagreement import Ends, IntervalReading, Split, attribution_component
from openiads.study.drivers import Drivers, TurningPoint, drivers_component, turning_component
from openiads.study.ends import EndsResult, ends_component, ends_wait
from openiads.study.looks import Status
from openiads.study.model import Runs
from openiads.study.prim import StableBox, stable_box
from openiads.study.safeguards import Search, safeguards_component
from openiads.study.value_of_information import Value, value_of_information
from openiads.study.verdicts import ReadingResult, verdict_component
from openiads.study.words import PartyVerdict, between, capped, party_verdict, silent_verdict, turns_on_ends

MOST_BOX_POINTS = 4096
"""Draws that a box is searched in, at most: more change its limits little and cost minutes."""


@dataclass(frozen=True)
class Findings:
    """What a study found; tables are made of it."""

    bench: Bench
    results: dict[str, dict[str, ReadingResult]]
    """By party and reading."""
    ends: dict[str, dict[str, EndsResult]]
    splits: tuple[Split, ...]
    searches: tuple[Search, ...]
    drivers: tuple[Drivers, ...]
    turning: tuple[TurningPoint, ...]
    words: dict[tuple[str, str], PartyVerdict]
    """By reading (bridging ones included) and party."""

    def split(self, reading: str, pair: tuple[str, str], kind: IntervalReading = "uniform") -> Split | None:
        """The split of one reading of one pair."""
        wanted = [s for s in self.splits if s.reading.id == reading and s.pair == pair and s.interval_reading == kind]
        return wanted[0] if wanted else None

    def between(self, reading: str, pair: tuple[str, str]) -> str:
        """Level 3: what the words of a pair amount to."""
        split = self.split(reading, pair)
        owner = next(c.owner for c in self.bench.spec.claims if any(r.id == reading for r in c.readings))
        a, b = (self.words[reading, party] for party in pair)
        return between(a, b, owner=owner, offset=split is not None and split.offset)


def run_study(bench: Bench, runs: Runs, *, on_wave: Callable[[int, Wish], None] | None = None) -> Findings:
    """Run a study in waves and judge it."""
    for pair in bench.pairs:
        for party in pair:
            if party not in bench.parties and party not in bench.silent:
                raise AssertionError(f"party {party} is unknown")
    pairs = [pair for pair in bench.pairs if all(p in bench.parties for p in pair)]
    parts: dict[str, Component] = {}
    for party in bench.parties:
        parts[f"verdict/{party}"] = verdict_component(bench, party)
        if not ends_wait(bench):
            parts[f"ends/{party}"] = ends_component(bench, party)
    for pair in pairs:
        parts[f"split/{pair[0]}/{pair[1]}"] = attribution_component(bench, pair)
        parts[f"turning/{pair[0]}/{pair[1]}"] = turning_component(bench, pair)
    for search in bench.spec.analysis.bridging:
        parts[f"bridging/{search.id}"] = safeguards_component(bench, search)
    parts["sensitivity"] = drivers_component(bench)
    found = drive(parts, runs, on_wave=on_wave)
    results = {party: found[f"verdict/{party}"] for party in bench.parties}
    ends = _ends(bench, runs, results, found, on_wave)
    splits = [s for pair in pairs for s in found[f"split/{pair[0]}/{pair[1]}"]]
    splits += _at_ends(bench, runs, pairs, ends, on_wave)
    searches = tuple(found[f"bridging/{s.id}"] for s in bench.spec.analysis.bridging)
    return Findings(
        bench=bench,
        results=results,
        ends=ends,
        splits=tuple(splits),
        searches=searches,
        drivers=tuple(found["sensitivity"]),
        turning=tuple(t for pair in pairs for t in found[f"turning/{pair[0]}/{pair[1]}"]),
        words=_words(bench, results, ends, searches),
    )


def _ends(
    bench: Bench,
    runs: Runs,
    results: dict[str, dict[str, ReadingResult]],
    found: dict[str, Any],
    on_wave: Callable[[int, Wish], None] | None,
) -> dict[str, dict[str, EndsResult]]:
    """The ends of every party: those already run, else of the readings whose word turns on them."""
    if not ends_wait(bench):
        return {party: found[f"ends/{party}"] for party in bench.parties}
    parts = {}
    for party in bench.parties:
        wanted = [r for r in bench.readings if turns_on_ends(results[party][r.id].statuses)]
        parts[party] = ends_component(bench, party, wanted)
    return drive(parts, runs, on_wave=on_wave)


def _at_ends(
    bench: Bench,
    runs: Runs,
    pairs: list[tuple[str, str]],
    ends: dict[str, dict[str, EndsResult]],
    on_wave: Callable[[int, Wish], None] | None,
) -> list[Split]:
    """The splits with both parties at the end that favours the claim, and at the one that does not."""
    kinds: list[IntervalReading] = [k for k in ("favourable", "adverse") if k in bench.spec.design.interval_readings]
    parts: dict[str, Component] = {}
    if bench.sizes.quick and not all(r.exact for r in bench.readings):
        return []
    for pair in pairs:
        for kind in kinds:
            chosen: dict[str, Any] = {}
            for r in bench.readings:
                sides = [ends[party][r.id] for party in pair]
                picked = [s.best if kind == "favourable" else s.worst for s in sides]
                if any(p is not None for p in picked):
                    chosen[r.id] = tuple({} if p is None else dict(p.ends) for p in picked)
            given: Ends = chosen
            parts["/".join((*pair, kind))] = attribution_component(bench, pair, reading_kind=kind, ends=given)
    found = drive(parts, runs, on_wave=on_wave) if parts else {}
    return [s for name in parts for s in found[name]]


def _words(
    bench: Bench,
    results: dict[str, dict[str, ReadingResult]],
    ends: dict[str, dict[str, EndsResult]],
    searches: tuple[Search, ...],
) -> dict[tuple[str, str], PartyVerdict]:
    rule = bench.spec.analysis.verdict
    words: dict[tuple[str, str], PartyVerdict] = {}
    for claim in bench.spec.claims:
        for reading in claim.readings:
            for party in (p.id for p in bench.spec.parties):
                if party in bench.silent:
                    words[reading.id, party] = silent_verdict(party)
                elif reading.bridging is None:
                    end = ends[party][reading.id]
                    word = party_verdict(
                        party,
                        results[party][reading.id].statuses,
                        best_end=end.best.status if end.best else None,
                        worst_end=end.worst.status if end.worst else None,
                        robust_share=rule.robust_share,
                        min_resolved_share=rule.min_resolved_share,
                        ends_found=end.found,
                        odds=bench.assumptions.odds_only(party),
                        confidence=bench.spec.replications.confidence,
                    )
                    words[reading.id, party] = capped(word, absolute=results[party][reading.id].reading.absolute)
                else:
                    search = next(s for s in searches if s.spec.id == reading.bridging)
                    words[reading.id, party] = _bridging_word(search, party, reading.expect or "feasible")
    return words


def _bridging_word(search: Search, party: str, expect: str) -> PartyVerdict:
    if party not in {t.party for t in search.trials}:
        return silent_verdict(party)
    status = search.status_for(party, expect=expect)
    code = {Status.MET: "holds_mostly", Status.NOT_MET: "fails_mostly"}.get(status, "not_resolved")
    return PartyVerdict(party, code, float(status == Status.MET), float(status != Status.UNRESOLVED), len(search.choices()))


@dataclass(frozen=True)
class BoxFinding:
    """Where a reading holds, over the draws of all parties: limits by assumption."""

    reading: str
    assumptions: tuple[str, ...]
    box: StableBox


def numeric_columns(findings: Findings) -> tuple[tuple[str, ...], np.ndarray[Any, Any], list[str]]:
    """Assumptions that vary over the draws of all parties, their values (draws of all parties, assumptions), and the parties."""
    bench = findings.bench
    names, columns = [], []
    worlds = [bench.assumptions.party_world(p, bench.design.table) for p in bench.parties]
    for a in bench.spec.assumptions:
        parts = [w[a.id] for w in worlds]
        if any(v.dtype == object for v in parts):
            continue
        values = np.concatenate(parts).astype(np.float64)
        if values.min() < values.max():
            names.append(a.id)
            columns.append(values)
    return tuple(names), np.column_stack(columns) if columns else np.zeros((0, 0)), list(bench.parties)


def boxes(findings: Findings) -> list[BoxFinding]:
    """PRIM boxes of every reading that neither holds nor fails everywhere."""
    discovery = findings.bench.spec.analysis.discovery
    names, table, parties = numeric_columns(findings)
    if discovery is None or not names:
        return []
    found = []
    for reading in findings.bench.readings:
        statuses = np.concatenate([findings.results[p][reading.id].statuses for p in parties])
        step = max(1, len(statuses) // MOST_BOX_POINTS)
        keep = np.flatnonzero(statuses != Status.UNRESOLVED)[::step]
        holds = statuses[keep] == Status.MET
        if len(keep) < 40 or holds.all() or not holds.any():
            continue
        resamples = discovery.resamples if len(keep) * discovery.resamples < 100_000 else 10
        box = stable_box(
            table[keep], holds, density=discovery.density, resamples=resamples, seed=findings.bench.seed, label=reading.id
        )
        if box is not None:
            found.append(BoxFinding(reading.id, names, box))
    return found


@dataclass(frozen=True)
class VoiFinding:
    """What knowing each player's assumptions would be worth to whoever accepts or rejects a reading; unit of the measure."""

    reading: str
    players: tuple[str, ...]
    value: Value


def voi(findings: Findings) -> list[VoiFinding]:
    """Value of information of every reading over the draws of all parties together."""
    bench = findings.bench
    names, table, parties = numeric_columns(findings)
    if not bench.spec.analysis.value_of_information or not names:
        return []
    owner = {a.id: a.player or a.id for a in bench.spec.assumptions}
    players = tuple(dict.fromkeys(owner[n] for n in names))
    groups = [[k for k, n in enumerate(names) if owner[n] == p] for p in players]
    found = []
    for reading in bench.readings:
        sign = 1.0 if reading.spec.op == ">=" else -1.0
        value = np.concatenate([findings.results[p][reading.id].value for p in parties])
        payoff = sign * (value - (reading.spec.threshold or 0.0))
        if (~np.isnan(payoff)).sum() >= 64:
            got = value_of_information(table, payoff, groups=groups, seed=bench.seed, label=reading.id)
            found.append(VoiFinding(reading.id, players, got))
    return found
