"""The disagreement of two parties about each reading, split among the assumptions: runs and numbers."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from openiads.study import attribution as at
from openiads.study.bench import Answer, Bench, Component, Place
from openiads.study.keyed import derived_seed, uniforms
from openiads.study.model import Batch, Outcomes
from openiads.study.paths import FEWEST_WHOLE, PathShares, path_masks, path_orders, path_shares
from openiads.study.readings import Lookup, Reading, attributed_values, value_meets
from openiads.study.sensitivity import over_scrambles

Array = NDArray[np.float64]
IntervalReading = Literal["uniform", "favourable", "adverse"]
FEWEST_PATHS: Final = 16
"""Pairs of paths below which a share has no usable error; a heavy measure in quick mode makes do with fewer."""
Ends = Mapping[str, tuple[Mapping[str, bool], Mapping[str, bool]]]
"""By reading: which end of each interval the first and the second party stand at."""


@dataclass(frozen=True)
class Split:
    """One reading of one pair: shares of v(B) - v(A) with errors, and, where the table of coalitions was run, what it says."""

    reading: Reading
    pair: tuple[str, str]
    players: tuple[str, ...]
    interval_reading: IntervalReading
    estimator: Literal["table", "paths"]
    shares: Array
    errors: Array
    value_a: float
    value_b: float
    delta_error: float
    draws: int
    missing: int
    table: Array | None
    table_errors: Array | None
    verdicts: NDArray[np.bool_] | None
    paths: PathShares | None = None

    @property
    def delta(self) -> float:
        """v(B) - v(A)."""
        return self.value_b - self.value_a

    @property
    def known(self) -> bool:
        """Whether draws enough held a value throughout, so that there are shares."""
        return bool(np.isfinite(self.shares).all())

    @property
    def material(self) -> bool:
        """Whether the disagreement is above 3 standard errors and above the indifference band."""
        return at.is_material(self.delta, standard_error=self.delta_error, indifference=self.reading.value_indifference)

    @property
    def offset(self) -> bool:
        """Whether large contributions cancel, beyond what their errors explain."""
        clear = np.abs(self.shares) > 3.0 * self.errors
        return at.offsets(np.where(clear, self.shares, 0.0), indifference=self.reading.value_indifference) and bool(
            clear.any()
        )

    @property
    def leader(self) -> str | None:
        """The player with the largest share, when the disagreement is material."""
        return self.players[int(np.argmax(np.abs(self.shares)))] if self.material and self.players else None


def attribution_component(
    bench: Bench, pair: tuple[str, str], *, reading_kind: IntervalReading = "uniform", ends: Ends | None = None
) -> Component:
    """Runs and shares of one pair; returns a list of `Split`, one per reading.

    Exact models: every coalition on the design (common numbers, errors over its scrambles). Otherwise paired random-order
    paths under
    common numbers for the shares, and independent streams per coalition for the table, where the players are few enough.
    """
    players = bench.assumptions.players
    if not players:
        return []
    jobs: list[tuple[list[Reading], Mapping[str, bool] | None, Mapping[str, bool] | None]]
    if ends is None:
        weights = sorted({r.info.heavy for r in bench.readings})
        jobs = [([r for r in bench.readings if r.info.heavy == heavy], None, None) for heavy in weights]
    else:
        jobs = [([r], *ends[r.id]) for r in bench.readings if r.id in ends]
    found: list[Split] = []
    asked = [_Job(bench, pair, players, reading_kind, *job) for job in jobs]
    merged: dict[str, Batch] = {}
    for job in asked:
        merged.update(job.wishes())
    answer: Answer = yield merged
    for job in asked:
        found += job.splits(answer)
    order = {r.id: k for k, r in enumerate(bench.readings)}
    return sorted(found, key=lambda split: order[split.reading.id])


class _Job:
    """The runs of one pair for readings that stand at the same ends."""

    def __init__(
        self,
        bench: Bench,
        pair: tuple[str, str],
        players: Sequence[str],
        kind: IntervalReading,
        readings: list[Reading],
        ends_a: Mapping[str, bool] | None,
        ends_b: Mapping[str, bool] | None,
    ) -> None:
        self.bench, self.pair, self.players, self.kind, self.readings = bench, pair, tuple(players), kind, readings
        self.ends = None if ends_a is None or ends_b is None else (ends_a, ends_b)
        self.exact = all(r.exact for r in readings)
        names = "-".join(sorted(pair))
        self.label = f"{names}/{kind}" if ends_a is None else f"{names}/{kind}/{readings[0].id}"
        few = len(players) <= bench.spec.analysis.attribution.table_max_players
        self.tabled = few and (self.exact or bench.sizes.table_draws > 0)
        self.places = bench.places(readings)
        share = 1 if kind == "uniform" else 4
        divided = bench.sizes.heavy if readings[0].info.heavy else 1
        self.path_draws = max(FEWEST_PATHS, bench.sizes.path_draws // share) // divided
        self.table_draws = max(16, bench.sizes.table_draws // share)
        self.table_keys: dict[int, dict[Place, str]] = {}
        self.path_keys: dict[Place, str] = {}

    def wishes(self) -> dict[str, Batch]:
        """All batches that this job needs."""
        found: dict[str, Batch] = {}
        if self.tabled:
            for mask in range(1 << len(self.players)):
                found.update(self._coalition(mask))
        if not (self.exact and self.tabled):
            found.update(self._paths())
        return found

    def assignment(self, mask: int) -> str:
        """Which player follows whom, the same text whichever party is named first."""
        return ",".join(f"{p}:{self.pair[mask >> i & 1]}" for i, p in enumerate(self.players))

    def _coalition(self, mask: int) -> dict[str, Batch]:
        who = self.assignment(mask)
        bench = self.bench
        if self.exact:
            u, seed = bench.design.table, bench.stream("table")
        else:
            seed = derived_seed(bench.seed, "table", self.label, who)
            u = uniforms(seed, "draws", shape=(self.table_draws, len(bench.spec.assumptions)))
        worlds = bench.assumptions.coalition_world(self.pair, np.full(len(u), mask), u, ends=self.ends)
        first = np.arange(len(u), dtype=np.int64)
        asked = bench.wish(f"table/{self.label}/{who}", self.places, worlds, first=first, count=1, seed=seed)
        self.table_keys[mask] = {place: key for place, (key, _) in asked.items()}
        return dict(asked.values())

    def _paths(self) -> dict[str, Batch]:
        bench, draws, d = self.bench, self.path_draws, len(self.players)
        self.orders = path_orders(bench.seed, draws=draws, players=d, label=f"paths/{self.label}")
        masks = path_masks(self.orders)
        u = uniforms(bench.seed, f"paths/{self.label}/draws", shape=(draws, len(bench.spec.assumptions)))
        per_draw = masks.shape[1]
        worlds = bench.assumptions.coalition_world(
            self.pair, masks.reshape(-1), np.repeat(u, per_draw, axis=0), ends=self.ends
        )
        first = np.repeat(np.arange(draws, dtype=np.int64), per_draw)
        seed = bench.stream(f"paths/{self.label}")
        asked = bench.wish(f"paths/{self.label}", self.places, worlds, first=first, count=1, seed=seed)
        self.path_keys = {place: key for place, (key, _) in asked.items()}
        return dict(asked.values())

    def splits(self, answer: Answer) -> list[Split]:
        """The split of every reading of this job."""
        return [self._split(reading, answer) for reading in self.readings]

    def _split(self, reading: Reading, answer: Answer) -> Split:
        table = errors = verdicts = None
        each: list[Array] = []
        if self.tabled:
            each = [attributed_values(reading, _lookup(answer, self.table_keys[m])) for m in range(1 << len(self.players))]
            table = np.array([np.nanmean(v) if (~np.isnan(v)).any() else np.nan for v in each])
            errors = np.array([np.nanstd(v, ddof=1) / np.sqrt(max(1, (~np.isnan(v)).sum())) for v in each])
            robust = self.bench.spec.analysis.verdict.robust_share
            verdicts = np.array([value_meets(reading, float(v), robust_share=robust) for v in table])
        if self.exact and table is not None:
            return self._of_table(reading, table, np.stack(each), errors, verdicts)
        values = attributed_values(reading, _lookup(answer, self.path_keys)).reshape(len(self.orders), -1)
        if (~np.isnan(values).any(axis=1)).sum() < FEWEST_WHOLE:
            return self._unsplit(reading, values, table, errors, verdicts)
        p = path_shares(self.orders, values)
        ends = values[:, [0, len(self.players)]]
        ends = ends[~np.isnan(values).any(axis=1)]
        return Split(
            reading, self.pair, self.players, self.kind, "paths", p.shares, p.errors, float(ends[:, 0].mean()),
            float(ends[:, 1].mean()), p.delta_error, p.draws, p.missing, table, errors, verdicts, p,
        )  # fmt: skip

    def _unsplit(
        self, reading: Reading, values: Array, table: Array | None, errors: Array | None, verdicts: NDArray[np.bool_] | None
    ) -> Split:
        """Where what is measured hardly ever happens, no path may hold a value at every step: its ends are told, and no share."""
        first, last = (column[~np.isnan(column)] for column in (values[:, 0], values[:, len(self.players)]))
        none = np.full(len(self.players), np.nan)
        return Split(
            reading, self.pair, self.players, self.kind, "paths", none, none, float(first.mean()) if len(first) else math.nan,
            float(last.mean()) if len(last) else math.nan, math.nan, 0, len(values), table, errors, verdicts,
        )  # fmt: skip

    def _of_table(
        self, reading: Reading, table: Array, each: Array, errors: Array | None, verdicts: NDArray[np.bool_] | None
    ) -> Split:
        sets = self.bench.design.replicates
        by_set = np.nanmean(each.reshape(len(each), sets, -1), axis=2)
        shares = np.array([at.shapley(column) for column in by_set.T])
        spread = over_scrambles(np.column_stack([shares, by_set[-1] - by_set[0]]))
        error = np.zeros(len(self.players) + 1) if sets < 2 else spread.half_widths / _t(sets)
        return Split(
            reading, self.pair, self.players, self.kind, "table", at.shapley(table), error[:-1], float(table[0]), float(table[-1]),
            float(error[-1]), each.shape[1], int(np.isnan(each).sum()), table, errors, verdicts,
        )  # fmt: skip


def _t(sets: int) -> float:
    from openiads.stats.intervals import t_quantile  # noqa: PLC0415

    return t_quantile(sets - 1)


def _lookup(answer: Mapping[str, Outcomes], keys: Mapping[Place, str]) -> Lookup:
    return lambda *place: answer[keys[place]]
