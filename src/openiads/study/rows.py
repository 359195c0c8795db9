"""From what a study found to the rows of its tables."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from openiads.stats.intervals import t_quantile
from openiads.study import attribution as at
from openiads.study.disagreement import Split
from openiads.study.findings import Findings, boxes, voi
from openiads.study.looks import Status
from openiads.study.sentences import turns_on
from openiads.study.words import threshold_sweep

Row = dict[str, Any]
SWEEP_POINTS = 41


def all_rows(findings: Findings) -> dict[str, list[Row]]:
    """Rows of every table but `blocks`, which only the runs know."""
    makers: dict[str, Callable[[Findings], Iterator[Row]]] = {
        "design": _design,
        "claims": _claims,
        "comparisons": _comparisons,
        "attribution": _attribution,
        "interactions": _interactions,
        "coalitions": _coalitions,
        "flip_sets": _flip_sets,
        "agenda": _agenda,
        "pairs": _pairs,
        "sweep": _sweep,
        "sensitivity": _sensitivity,
        "boxes": _boxes,
        "voi": _voi,
        "turning": _turning,
        "bridging": _bridging,
        "safeguards": _safeguards,
    }
    return {name: list(make(findings)) for name, make in makers.items()}


def _design(f: Findings) -> Iterator[Row]:
    design = f.bench.design
    for draw, u in enumerate(design.table):
        for a, value in zip(f.bench.spec.assumptions, u, strict=True):
            yield {"draw": draw, "set": draw // design.n, "assumption": a.id, "u": value}


def _claims(f: Findings) -> Iterator[Row]:
    for claim in f.bench.spec.claims:
        for reading in claim.readings:
            for party in (p.id for p in f.bench.spec.parties):
                word = f.words[reading.id, party]
                row: Row = {
                    "claim": claim.id, "reading": reading.id, "party": party, "code": word.code, "word": word.word,
                    "leaning": word.leaning, "testability": claim.testability, "share_met": word.share_met,
                    "share_resolved": word.share_resolved, "draws": word.draws, "ends_found": word.ends_found,
                    "unit": reading.unit, "op": reading.op, "threshold": reading.threshold, "expected": claim.expected.get(party),
                }  # fmt: skip
                if word.best_end is not None and word.worst_end is not None:
                    row |= {"best_end": word.best_end.name, "worst_end": word.worst_end.name}
                if party in f.results and reading.id in f.results[party]:
                    row |= _statistics(f, party, reading.id)
                yield row


def _statistics(f: Findings, party: str, reading: str) -> Row:
    result, ends = f.results[party][reading], f.ends[party][reading]
    value = result.value
    known = ~np.isnan(value)
    sense = result.reading.spec.op or ">="
    return {
        "look": int(result.looks.max()),
        "value": float(value[known].mean()) if known.any() else None,
        "value_low": float(value[known].min()) if known.any() else None,
        "value_high": float(value[known].max()) if known.any() else None,
        "best_value": ends.best.value if ends.best else None,
        "worst_value": ends.worst.value if ends.worst else None,
        "holds_to_threshold": threshold_sweep(
            result.critical, sense=sense, robust_share=f.bench.spec.analysis.verdict.robust_share
        ),
        "missing": result.missing,
    }


def _of(split: Split) -> Row:
    return {"reading": split.reading.id, "party_a": split.pair[0], "party_b": split.pair[1]}


def _comparisons(f: Findings) -> Iterator[Row]:
    for claim in f.bench.spec.claims:
        for reading in claim.readings:
            for pair in f.bench.pairs:
                row: Row = {"claim": claim.id, "reading": reading.id, "party_a": pair[0], "party_b": pair[1]}
                row["between"] = f.between(reading.id, pair)
                split = f.split(reading.id, pair)
                if split is not None:
                    row |= _compared(f, split)
                yield row


def _compared(f: Findings, split: Split) -> Row:
    ends = {kind: f.split(split.reading.id, split.pair, kind) for kind in ("favourable", "adverse")}
    any_, some = (None, None) if split.verdicts is None else at.concessions(split.verdicts)
    return {
        "basis": split.reading.basis,
        "unit": split.reading.value_unit,
        "value_a": split.value_a,
        "value_b": split.value_b,
        "delta": split.delta,
        "delta_error": split.delta_error,
        "material": split.material,
        "offset": split.offset,
        "leader": split.leader,
        "leader_favourable": ends["favourable"].leader if ends["favourable"] else None,
        "leader_adverse": ends["adverse"].leader if ends["adverse"] else None,
        "concede_any": any_,
        "concede_some": some,
        "agenda_delta": split.reading.value_indifference,
        "sentence": turns_on(split),
    }


def _attribution(f: Findings) -> Iterator[Row]:
    for split in f.splits:
        if not split.known:
            continue
        ones = None if split.table is None or np.isnan(split.table).any() else at.one_at_a_time(split.table)
        pivots = None if split.verdicts is None else at.pivot_shares(split.verdicts)
        same = bool((split.shares >= 0).all() or (split.shares <= 0).all())
        halves = _half_widths(f, split)
        for i, player in enumerate(split.players):
            tied = (
                [] if split.paths is None else [p for j, p in enumerate(split.players) if j != i and split.paths.tied(i, j)]
            )
            yield {
                **_of(split), "interval_reading": split.interval_reading, "estimator": split.estimator, "player": player,
                "share": split.shares[i], "error": split.errors[i], "half_width": halves[i],
                "percent": 100.0 * split.shares[i] / split.delta if same and split.material else None,
                "from_a": ones.from_a[i] if ones else None, "from_b": ones.from_b[i] if ones else None,
                "settle_alone": ones.settle_alone[i] if ones else None, "least": ones.least[i] if ones else None,
                "greatest": ones.greatest[i] if ones else None, "pivot": pivots[i] if pivots is not None else None,
                "tied_with": " ".join(tied), "draws": split.draws, "missing": split.missing,
            }  # fmt: skip


def _half_widths(f: Findings, split: Split) -> np.ndarray[Any, Any]:
    """Half-widths of the intervals of shares: over the draws of the paths, else Student's t over the scrambles of the design."""
    confidence = f.bench.spec.replications.confidence
    if split.paths is not None:
        return split.paths.half_widths(confidence)
    return split.errors * t_quantile(max(1, f.bench.design.replicates - 1), confidence=confidence)


def _interactions(f: Findings) -> Iterator[Row]:
    for split in f.splits:
        if split.table is None or split.interval_reading != "uniform":
            continue
        found = at.interactions(split.table)
        for i, player in enumerate(split.players):
            for j in range(i + 1, len(split.players)):
                yield {**_of(split), "player": player, "other": split.players[j], "value": found[i, j]}


def _coalitions(f: Findings) -> Iterator[Row]:
    for split in f.splits:
        if split.table is None or split.table_errors is None or split.verdicts is None:
            continue
        for mask, value in enumerate(split.table):
            who = ",".join(f"{p}:{split.pair[mask >> i & 1]}" for i, p in enumerate(split.players))
            yield {
                **_of(split), "interval_reading": split.interval_reading, "mask": mask, "assignment": who, "value": value,
                "error": split.table_errors[mask], "holds": split.verdicts[mask],
            }  # fmt: skip


def _flip_sets(f: Findings) -> Iterator[Row]:
    for split in f.splits:
        if split.verdicts is None or split.interval_reading != "uniform":
            continue
        flips = at.flip_sets(split.verdicts)
        for own, sets in zip(split.pair, (flips.of_a, flips.of_b), strict=True):
            for number, members in enumerate(sets):
                for i in members:
                    yield {**_of(split), "of": own, "number": number, "player": split.players[i]}


def _agenda(f: Findings) -> Iterator[Row]:
    for split in f.splits:
        if split.table is None or split.interval_reading != "uniform" or not split.material:
            continue
        found = at.agenda(split.table, delta=split.reading.value_indifference)
        for number, (members, residual) in enumerate(zip(found.sets, found.residuals, strict=True)):
            for i in members:
                yield {**_of(split), "number": number, "player": split.players[i], "residual": residual}


def _pairs(f: Findings) -> Iterator[Row]:
    """Which assumption divides which pair."""
    for split in f.splits:
        if split.interval_reading == "uniform" and split.known:
            for i, player in enumerate(split.players):
                clear = abs(split.shares[i]) > max(3.0 * split.errors[i], split.reading.value_indifference)
                yield {**_of(split), "player": player, "share": split.shares[i], "divides": clear and split.material}


def _sweep(f: Findings) -> Iterator[Row]:
    for reading in f.bench.readings:
        critical = {p: f.results[p][reading.id].critical for p in f.bench.parties}
        known = np.concatenate([c[np.isfinite(c)] for c in critical.values()])
        if len(known) == 0:
            continue
        stated = reading.spec.threshold or 0.0
        grid = np.unique(np.append(np.linspace(known.min(), known.max(), SWEEP_POINTS), stated))
        for party, values in critical.items():
            for threshold in grid:
                met = values >= threshold if reading.spec.op == ">=" else values <= threshold
                yield {"reading": reading.id, "party": party, "threshold": threshold, "share_met": float(met.mean())}


def _sensitivity(f: Findings) -> Iterator[Row]:
    for d in f.drivers:
        for i, player in enumerate(d.players):
            row: Row = {"reading": d.reading, "player": player, "noise_share": d.noise}
            if d.first_order is not None and d.total is not None:
                row |= {"first_order": d.first_order.values[i], "first_half_width": d.first_order.half_widths[i]}
                row |= {"total": d.total.values[i], "total_half_width": d.total.half_widths[i]}
            yield row


def _boxes(f: Findings) -> Iterator[Row]:
    for found in boxes(f):
        b = found.box
        for i, name in enumerate(found.assumptions):
            yield {
                "reading": found.reading, "assumption": name, "low": b.box.low[i], "high": b.box.high[i], "low_sd": b.low_sd[i],
                "high_sd": b.high_sd[i], "restricted_share": b.restricted_share[i], "density": b.box.density,
                "coverage": b.box.coverage, "base_rate": b.base_rate,
            }  # fmt: skip


def _voi(f: Findings) -> Iterator[Row]:
    units = {r.id: r.spec.unit for r in f.bench.readings}
    for found in voi(f):
        for i, player in enumerate(found.players):
            yield {
                "reading": found.reading, "player": player, "value": found.value.partial[i], "baseline": found.value.baseline[i],
                "perfect": found.value.perfect, "unit": units[found.reading],
            }  # fmt: skip


def _turning(f: Findings) -> Iterator[Row]:
    for t in f.turning:
        row: Row = {"reading": t.reading, "party_a": t.pair[0], "party_b": t.pair[1], "player": t.player, "others": t.others}
        if t.share is None:
            yield row
        for name, value in t.values.items():
            yield {**row, "share": t.share, "assumption": name, "value": value}


def _bridging(f: Findings) -> Iterator[Row]:
    for search in f.searches:
        for t in search.trials:
            choice = ",".join(f"{k}={v}" for k, v in t.choice.items())
            for reading in t.share_met:
                yield {
                    "search": t.search, "choice": choice, "party": t.party, "status": Status(t.status).name, "reading": reading,
                    "share_met": t.share_met[reading], "share_lost": t.share_lost[reading],
                }  # fmt: skip


def _safeguards(f: Findings) -> Iterator[Row]:
    for search in f.searches:
        good = search.acceptable()
        for choice in search.choices():
            text = ",".join(f"{k}={v}" for k, v in choice.items())
            yield {"search": search.spec.id, "choice": text, "acceptable_to_all": choice in good}
