"""From outcomes to the statistic of a reading: per cell its interval, per draw its status, and the value that is attributed."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from openiads.study.logic import combine, critical
from openiads.study.looks import Kind, Status, Statuses, clopper_pearson_bounds, interval, status_of
from openiads.study.model import MeasureInfo, Outcomes
from openiads.study.spec import MeasureSpec, ReadingSpec, StudySpec
from openiads.study.worlds import Cell, Frame, frame_of

Array = NDArray[np.float64]
Basis = Literal["share_met", "event", "mean"]
SHARE_INDIFFERENCE: Final = 0.02
"""Shares of draws or of runs closer than this are no disagreement."""
Lookup = Callable[[str | None, Cell, bool], Outcomes]
"""Outcomes (rows, count, 2) of a cell of a vignette, of heavy measures or of others."""


@dataclass(frozen=True)
class Reading:
    """A measured reading with its cells and the way its measure behaves."""

    claim: str
    owner: str
    spec: ReadingSpec
    measure: MeasureSpec
    info: MeasureInfo
    frame: Frame

    @property
    def id(self) -> str:
        """Id of the reading."""
        return self.spec.id

    @property
    def exact(self) -> bool:
        """Whether no chance is in it: one replication says all."""
        return self.info.kind == "exact"

    def place(self, cell: Cell) -> tuple[str | None, Cell, bool]:
        """Where it is measured in a cell; see `bench.Place`."""
        return self.measure.vignette, cell, self.info.heavy

    @property
    def cells(self) -> tuple[Cell, ...]:
        """All cells that it needs."""
        return (*self.frame.cells, *self.frame.minus)

    @property
    def absolute(self) -> bool:
        """Whether it is about a figure by itself that nothing public bears out: a contrast of options is not."""
        return self.info.absolute and self.spec.contrast is None

    @property
    def basis(self) -> Basis:
        """What its attribution splits: the share of draws that meet it, the share of runs with the event, or a mean."""
        if self.exact:
            return "share_met"
        statistic = self.spec.statistic
        return "mean" if statistic is None or statistic.kind in ("mean", "sum") else "event"

    @property
    def value_unit(self) -> str:
        """Unit of what is attributed."""
        return (self.spec.unit or "1") if self.basis == "mean" else "1"

    @property
    def value_indifference(self) -> float:
        """Indifference band in the unit of what is attributed; two percentage points for shares."""
        return (self.spec.indifference or 0.0) if self.basis == "mean" else SHARE_INDIFFERENCE


def reading_of(spec: StudySpec, claim_id: str, owner: str, reading: ReadingSpec, info: MeasureInfo, **fixed: str) -> Reading:
    """A measured reading of a claim; `fixed` are option values that replace those of its scope."""
    measure = next(m for m in spec.measures if m.id == reading.measure)
    return Reading(claim_id, owner, reading, measure, info, frame_of(spec, reading, fixed=fixed))


def samples(reading: Reading, lookup: Lookup) -> tuple[Array, Array, Kind]:
    """What each replication says of each cell: numerators and denominators (rows, cells, count), and the kind of statistic.

    Events become 0 or 1, contrasts the paired difference.
    """
    statistic = reading.spec.statistic
    top, bottom = _stack(reading, lookup, reading.frame.cells)
    kind = reading.info.kind
    if reading.spec.contrast is not None:
        other_top, other_bottom = _stack(reading, lookup, reading.frame.minus)
        with np.errstate(divide="ignore", invalid="ignore"):
            here, there = top / bottom, other_top / other_bottom
        top = here - there
        if reading.spec.contrast.relative:
            return _exact_ratio(top, there) if kind == "exact" else (top, there, "ratio")
        bottom = np.ones_like(top)
        kind = "exact" if kind == "exact" else "bounded" if kind in ("proportion", "bounded") else "mean"
    if statistic is not None and statistic.event is not None:
        with np.errstate(divide="ignore", invalid="ignore"):
            values = top / bottom
        return (
            _event(values, statistic.event.op, statistic.event.value),
            np.ones_like(top),
            _unless_exact(kind, "proportion"),
        )
    if statistic is not None and statistic.kind == "quantile":
        with np.errstate(divide="ignore", invalid="ignore"):
            return top / bottom, np.ones_like(top), _unless_exact(kind, "quantile")
    return top, bottom, kind


def _unless_exact(kind: Kind, other: Kind) -> Kind:
    return "exact" if kind == "exact" else other


def _exact_ratio(top: Array, bottom: Array) -> tuple[Array, Array, Kind]:
    with np.errstate(divide="ignore", invalid="ignore"):
        return top / bottom, np.ones_like(top), "exact"


def _stack(reading: Reading, lookup: Lookup, cells: Sequence[Cell]) -> tuple[Array, Array]:
    found = [lookup(*reading.place(cell))[reading.measure.id] for cell in cells]
    stacked = np.stack(found, axis=1)
    return stacked[..., 0], stacked[..., 1]


def _event(values: Array, op: str, limit: float) -> Array:
    happened = {">=": values >= limit, "<=": values <= limit, ">": values > limit, "<": values < limit}[op]
    return np.where(np.isnan(values), np.nan, happened.astype(np.float64))


@dataclass(frozen=True)
class Bounds:
    """Value and limits (rows, cells) of the statistic of a reading in each cell; NaN where missing."""

    value: Array
    low: Array
    high: Array
    missing: int

    def statuses(self, reading: Reading) -> Statuses:
        """Level 0 and 1: the status of each row after the scope."""
        spec = reading.spec
        each = status_of(
            self.low,
            self.high,
            threshold=spec.threshold or 0.0,
            indifference=spec.indifference or 0.0,
            sense=spec.op or ">=",
        )
        return combine(each, reading.frame.quantifiers)

    def critical(self, reading: Reading) -> Array:
        """Threshold at which each row stops being met, (rows,)."""
        sense = reading.spec.op or ">="
        return critical(self.low if sense == ">=" else self.high, reading.frame.quantifiers, sense=sense)


def bounds(reading: Reading, lookup: Lookup, *, confidence: float) -> Bounds:
    """Intervals of the statistic in every cell for every row, each at `confidence`."""
    top, bottom, kind = samples(reading, lookup)
    missing = int(np.isnan(top).sum())
    if kind == "exact":
        value = top[..., 0] / bottom[..., 0]
        return Bounds(value, value, value, missing)
    if kind == "proportion" and reading.spec.contrast is None:
        hits, trials = np.nansum(top, axis=-1), (~np.isnan(top)).sum(axis=-1).astype(np.float64)
        low, high = clopper_pearson_bounds(hits, trials, confidence=confidence)
        with np.errstate(divide="ignore", invalid="ignore"):
            return Bounds(hits / trials, low, high, missing)
    limits = reading.info.bounds
    if limits is not None and reading.spec.contrast is not None:
        limits = (limits[0] - limits[1], limits[1] - limits[0])
    q = reading.spec.statistic.q if reading.spec.statistic and reading.spec.statistic.q else 0.5
    found = np.full((3, *top.shape[:2]), math.nan)
    for place in np.ndindex(*top.shape[:2]):
        e = interval(kind, top[place], confidence=confidence, denominators=bottom[place], bounds=limits, q=q)
        if e.value is not None:
            found[(slice(None), *place)] = (
                e.value,
                math.nan if e.low is None else e.low,
                math.nan if e.high is None else e.high,
            )
    return Bounds(found[0], found[1], found[2], missing)


def attributed_values(reading: Reading, lookup: Lookup) -> Array:
    """What the attribution splits, one number per row (NaN where missing): see `Reading.basis`.

    Several cells of a scope are averaged when chance is in the measure, since a single run cannot say whether a cell is met. Of
    a relative contrast it is the sum of the differences over the sum of what they are relative to, which in one cell may be 0.
    """
    if reading.exact:
        return np.asarray((bounds(reading, lookup, confidence=0.95).statuses(reading) == Status.MET).astype(np.float64))
    top, bottom, _ = samples(reading, lookup)
    spec = reading.spec
    with np.errstate(divide="ignore", invalid="ignore"):
        if spec.contrast is not None and spec.contrast.relative and reading.basis == "mean":
            whole = top.sum(axis=(1, 2)) / bottom.sum(axis=(1, 2))
            return np.asarray(np.where(np.isinf(whole), np.nan, whole))
        values = top / bottom
    if spec.statistic is not None and spec.statistic.kind == "quantile":
        values = _event(values, spec.op or ">=", spec.threshold or 0.0)
    whole = np.where(np.isinf(values), np.nan, values)
    return np.asarray(whole.mean(axis=(1, 2)))


def value_meets(reading: Reading, value: float, *, robust_share: float) -> bool:
    """Whether the attributed value of one world counts as holding: the share, the event's rate or the mean against its
    threshold."""
    spec = reading.spec
    if reading.basis == "share_met":
        return value >= robust_share
    if spec.statistic is not None and spec.statistic.kind == "quantile":
        q = spec.statistic.q or 0.5
        return value >= (q if spec.op == "<=" else 1.0 - q)
    threshold = spec.threshold or 0.0
    return value >= threshold if spec.op == ">=" else value <= threshold
