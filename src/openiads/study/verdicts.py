"""The verdicts of one party: every draw of its assumptions, look after look, until every reading is resolved or the looks
are spent."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openiads.study.bench import Answer, Bench, Component, Place
from openiads.study.looks import Status, Statuses
from openiads.study.model import Outcomes
from openiads.study.readings import Reading, attributed_values, bounds

Array = NDArray[np.float64]
Rows = NDArray[np.int64]


@dataclass
class ReadingResult:
    """One reading under one party: per draw its status, the look that settled it, the threshold at which it would turn,
    its value."""

    reading: Reading
    party: str
    statuses: Statuses
    looks: NDArray[np.int8]
    critical: Array
    value: Array
    """Statistic in the first cell of the scope, (draws,)."""
    attributed: Array
    cell_value: Array
    cell_low: Array
    cell_high: Array
    missing: int


def verdict_component(bench: Bench, party: str) -> Component:
    """Runs of one party, from first to last look; returns its `ReadingResult` by reading.

    Holm's rule goes over the readings of the study: with m of them, k already resolved in a draw, the others are tested at error
    alpha / (m - k), split evenly over the looks.
    """
    worlds = bench.assumptions.party_world(party, bench.design.table)
    draws = len(bench.design.table)
    largest = bench.sizes.looks.sizes[-1]
    seed = bench.stream("verdict", party=party)
    kept: dict[Place, list[tuple[Rows, Outcomes]]] = {}
    results = {r.id: _empty(r, party, draws) for r in bench.readings}
    open_rows: dict[str, Rows] = {r.id: np.arange(draws) for r in bench.readings}
    before = 0
    for look, size in enumerate(bench.sizes.looks.sizes):
        asked = {}
        for place, rows, measures in _needs(bench, open_rows):
            part = {name: values[rows] for name, values in worlds.items()}
            first = rows * largest + before
            asked[place] = (
                rows,
                bench.wish(
                    f"verdict/{party}/look{look}", {place: measures}, part, first=first, count=size - before, seed=seed
                )[place],
            )
        answer: Answer = yield {key: batch for _, (key, batch) in asked.values()}
        for place, (rows, (key, _)) in asked.items():
            kept.setdefault(place, []).append((rows, answer[key]))
        _judge(bench, results, open_rows, kept, look)
        open_rows = {name: rows for name, rows in open_rows.items() if len(rows) and not results[name].reading.exact}
        before = size
        if not open_rows:
            break
    return results


def _empty(reading: Reading, party: str, draws: int) -> ReadingResult:
    cells = len(reading.frame.cells)
    draw, cell = (draws,), (draws, cells)
    return ReadingResult(
        reading=reading,
        party=party,
        statuses=np.full(draws, Status.UNRESOLVED, np.int8),
        looks=np.full(draws, -1, np.int8),
        critical=np.full(draw, np.nan),
        value=np.full(draw, np.nan),
        attributed=np.full(draw, np.nan),
        cell_value=np.full(cell, np.nan),
        cell_low=np.full(cell, np.nan),
        cell_high=np.full(cell, np.nan),
        missing=0,
    )


def _needs(bench: Bench, open_rows: Mapping[str, Rows]) -> Iterator[tuple[Place, Rows, tuple[str, ...]]]:
    """What the open readings need next: for each place the rows of all of them."""
    readings = [r for r in bench.readings if r.id in open_rows]
    for place, measures in bench.places(readings).items():
        wanted = [open_rows[r.id] for r in readings if place in {r.place(cell) for cell in r.cells}]
        yield place, np.unique(np.concatenate(wanted)), measures


def _judge(
    bench: Bench,
    results: Mapping[str, ReadingResult],
    open_rows: dict[str, Rows],
    kept: Mapping[Place, list[tuple[Rows, Outcomes]]],
    look: int,
) -> None:
    """Statuses of the open rows of every reading after a look; rows that are resolved leave `open_rows`."""
    level = {r: _levels(bench, results[r], open_rows[r], kept) for r in open_rows}
    draws = len(bench.design.table)
    family = len(results) if bench.spec.replications.family != "none" else 1
    resolved = np.zeros(draws, np.int64)
    for r in results.values():
        resolved += r.statuses != Status.UNRESOLVED
    while True:  # Holm's steps: what is resolved loosens the test of the rest
        step = np.minimum(resolved, family - 1) if bench.spec.replications.family == "holm" else np.zeros(draws, np.int64)
        again = np.zeros(draws, np.int64)
        for name, result in results.items():
            status = result.statuses.copy()
            if name in level:
                rows = open_rows[name]
                status[rows] = level[name][np.minimum(step[rows], len(level[name]) - 1), np.arange(len(rows))]
            again += status != Status.UNRESOLVED
        if (again == resolved).all():
            break
        resolved = np.maximum(again, resolved)
    for name in list(open_rows):
        rows = open_rows[name]
        now = level[name][np.minimum(step[rows], len(level[name]) - 1), np.arange(len(rows))]
        results[name].statuses[rows] = now
        results[name].looks[rows] = look
        open_rows[name] = rows[(now == Status.UNRESOLVED) & ~_narrow(bench, results[name], rows)]


def _levels(bench: Bench, result: ReadingResult, rows: Rows, kept: Mapping[Place, list[tuple[Rows, Outcomes]]]) -> Statuses:
    """Statuses (steps of Holm, rows) of a reading, and its values in the result. An exact reading has one step."""
    reading = result.reading
    lookup = lambda *place: gather(kept[place], rows, reading.measure.id)  # noqa: E731
    family = len(bench.readings) if bench.spec.replications.family != "none" else 1
    steps = 1 if reading.exact or bench.spec.replications.family != "holm" else family
    found = []
    for step in range(steps):
        overall = 1.0 - (1.0 - bench.spec.replications.confidence) / (family - step)
        b = bounds(reading, lookup, confidence=bench.sizes.looks.confidence(overall))
        found.append(b.statuses(reading))
        if step == 0:
            result.missing = b.missing
            result.cell_value[rows], result.cell_low[rows], result.cell_high[rows] = b.value, b.low, b.high
            result.value[rows] = b.value[:, 0]
            result.critical[rows] = b.critical(reading)
            result.attributed[rows] = attributed_values(reading, lookup)
    return np.stack(found)


def _narrow(bench: Bench, result: ReadingResult, rows: Rows) -> NDArray[np.bool_]:
    """Rows whose intervals are as narrow as the study asks for, where it stops on that."""
    stopping = bench.spec.replications.stopping
    wanted = stopping.half_width.get(result.reading.measure.id)
    if stopping.stop_on == "verdict" or wanted is None:
        return np.zeros(len(rows), np.bool_)
    half = 0.5 * (result.cell_high[rows] - result.cell_low[rows])
    return np.asarray((half <= wanted).all(axis=1))


def gather(parts: list[tuple[Rows, Outcomes]], rows: Rows, measure: str) -> Outcomes:
    """Outcomes of `rows` over all looks so far, side by side; every part must hold all of them."""
    found = []
    for held, outcomes in parts:
        where = np.searchsorted(held, rows)
        if (where < len(held)).all() and (held[np.minimum(where, len(held) - 1)] == rows).all():
            found.append(outcomes[measure][where])
    return {measure: np.concatenate(found, axis=1)}
