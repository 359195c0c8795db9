"""What a run says, for the terminal: measures with 95 % intervals over its replications.

Replications are independent, objects within one are not, so every interval counts replications. 0/0 is missing, never 0.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from openiads.errors import ResultsError
from openiads.records.tables import END_STATES
from openiads.results.store import RunReader
from openiads.stats.intervals import Estimate, count_mean, mean_share, ratio_of_sums, t_mean, wilson

Array = NDArray[Any]
NEVER: Final = np.iinfo(np.int64).max
"""Stands for the time of something that did not happen: later than everything."""

LEGEND: Final = (
    "  detected, firm, killed, leaked: share of replications. firm: some node held a",
    "  firm track of it. leaked: it got to the end of its path. seen at: median time",
    "  of its first plot, from the start; - when fewer than half have one",
)

KILLED: Final = END_STATES.index("killed")
LEAKED: Final = END_STATES.index("leaked")


@dataclass(frozen=True)
class Measure:
    """One measure: its name, what it means, its unit ('' for a pure number) and the estimate."""

    name: str
    meaning: str
    unit: str
    estimate: Estimate


@dataclass(frozen=True)
class ObjectSummary:
    """What became of one object over the replications. The median is missing when fewer than half detected it."""

    object_id: str
    side: str
    kind: str
    detected: Estimate
    firm: Estimate
    killed: Estimate
    leaked: Estimate
    median_first_detection_s: float | None
    ends: dict[str, int]


@dataclass(frozen=True)
class Summary:
    """Measures of a run and of its objects."""

    replications: int
    measures: tuple[Measure, ...]
    objects: tuple[ObjectSummary, ...]


@dataclass(frozen=True)
class _Outcomes:
    """The outcomes table as arrays (replications, objects); both tables are sorted by object. `end_state` is an index."""

    end_state: Array
    first_detection_ns: Array
    first_firm_ns: Array


def _matrix(blocks: Iterable[tuple[range | None, Any]], ids: list[str]) -> _Outcomes:
    found: dict[str, list[Array]] = {name: [] for name in ("end_state", "first_detection_ns", "first_firm_ns")}
    for block, rows in blocks:
        if block is None or rows.column("object_id").to_pylist() != ids * len(block):
            raise ResultsError("outcomes: every replication must have one row per object of the objects table")
        for name, parts in found.items():
            column = rows.column(name)
            if name == "end_state":
                values = pc.index_in(column, pa.array(END_STATES)).to_numpy().astype(np.int8)
            else:
                values = pc.fill_null(column, int(NEVER)).to_numpy()
            parts.append(values.reshape(len(block), len(ids)))
    return _Outcomes(**{name: np.concatenate(parts) for name, parts in found.items()})


def median_time_s(times_ns: Array) -> float | None:
    """Median in seconds of whole nanoseconds where `NEVER` is later than everything; missing when the median is never."""
    ordered = np.sort(times_ns)
    n = len(ordered)
    if n == 0 or ordered[n // 2] == NEVER:
        return None
    middle = ordered[[(n - 1) // 2, n // 2]].astype(np.float64)
    return float(middle.mean() / 1e9)


def summarize(run: RunReader) -> Summary:
    """Measures of the run `run`, from its `objects`, `outcomes` and `counts` tables.

    Leakage is the mean over replications of leaked / (leaked + killed) among hostile objects; other ends are left out of
    it and stand in `ObjectSummary.ends`. Missiles per kill is a ratio of sums. First detection is the median over all
    replications, one without detection counting as later than everything, so that a late half is not hidden.
    """
    objects = run.table("objects").to_pydict()
    ids, sides = objects["object_id"], np.array(objects["side"], dtype=object)
    outcomes = _matrix(run.parts("outcomes"), ids)
    counts = run.table("counts")
    totals = {name: counts.column(name).to_numpy().astype(np.float64) for name in counts.column_names}
    leaked, killed = outcomes.end_state == LEAKED, outcomes.end_state == KILLED
    hostile = sides == "hostile"
    leaks = leaked[:, hostile].sum(axis=1)
    decided = leaks + killed[:, hostile].sum(axis=1)
    leakage = np.divide(leaks, decided, out=np.full(len(leaks), math.nan), where=decided > 0)
    measures = (
        Measure("leakage", "hostile: leaked / (leaked + killed)", "", mean_share(leakage)),
        Measure("kills", "objects killed", "per replication", _not_negative(t_mean(totals["kills"]))),
        Measure("shots", "missiles launched", "per replication", _not_negative(t_mean(totals["shots"]))),
        Measure(
            "missiles_per_kill",
            "missiles launched / objects killed",
            "",
            _not_negative(ratio_of_sums(totals["shots"], totals["kills"])),
        ),
        Measure(
            "friendly_shots",
            "missiles launched at friendly objects",
            "per replication",
            count_mean(totals["friendly_shots"]),
        ),
        Measure("friendly_kills", "friendly objects killed", "per replication", count_mean(totals["friendly_kills"])),
        Measure(
            "p_any_friendly_shot",
            "replications with such a launch",
            "",
            mean_share((totals["friendly_shots"] > 0).astype(np.float64)),
        ),
        Measure("false_tracks_firm", "firm tracks of nothing", "per replication", count_mean(totals["false_tracks_firm"])),
    )
    summaries = tuple(_object_summary(ids[i], str(sides[i]), objects["kind"][i], outcomes, i) for i in range(len(ids)))
    return Summary(len(leakage), measures, summaries)


def _not_negative(estimate: Estimate) -> Estimate:
    """The estimate of something that cannot be below 0, its interval cut there."""
    return estimate if estimate.low is None else replace(estimate, low=max(0.0, estimate.low))


def _object_summary(object_id: str, side: str, kind: str, outcomes: _Outcomes, i: int) -> ObjectSummary:
    ends, detected, firm = outcomes.end_state[:, i], outcomes.first_detection_ns[:, i], outcomes.first_firm_ns[:, i]
    n = len(ends)
    return ObjectSummary(
        object_id,
        side,
        kind,
        detected=wilson(int((detected != NEVER).sum()), n),
        firm=wilson(int((firm != NEVER).sum()), n),
        killed=wilson(int((ends == KILLED).sum()), n),
        leaked=wilson(int((ends == LEAKED).sum()), n),
        median_first_detection_s=median_time_s(detected),
        ends={name: int((ends == code).sum()) for code, name in enumerate(END_STATES)},
    )


def _number(value: float | None, *, percent: bool) -> str:
    if value is None:
        return "missing"
    if percent:
        return f"{100.0 * value:.1f} %"
    return f"{value:.2f}" if abs(value) < 100.0 else f"{value:.0f}"


def format_estimate(estimate: Estimate, *, percent: bool = False) -> str:
    """An estimate with its interval as text, as `12.5 % (3.1 % to 28.0 %)`."""
    text = _number(estimate.value, percent=percent)
    if estimate.value == estimate.low == estimate.high == 0.0:
        text = "0 (none in any replication)"
    elif estimate.low is not None and estimate.high is not None:
        text += f" ({_number(estimate.low, percent=percent)} to {_number(estimate.high, percent=percent)})"
    elif estimate.value is not None:
        text += " (no interval: too few replications)"
    return text if not estimate.missing else f"{text}, missing in {estimate.missing}"


def format_summary(summary: Summary) -> str:
    """The summary as plain text: one line per measure, then one per object."""
    shares = {"leakage", "p_any_friendly_shot"}
    lines = [f"Public figures, in this model: {summary.replications} replications, means with 95 % intervals", ""]
    width = max(len(m.meaning) for m in summary.measures)
    for m in summary.measures:
        text = format_estimate(m.estimate, percent=m.name in shares)
        unit = f" {m.unit}" if m.unit and not m.estimate.value == m.estimate.high == 0.0 else ""
        lines.append(f"  {m.meaning:<{width}}  {text}{unit}")
    names = max((len(o.object_id) for o in summary.objects), default=0)
    names = max(names, len("object"))
    heads = "  ".join(f"{head:>8}" for head in ("detected", "firm", "killed", "leaked", "seen at"))
    lines += ["", f"  {'object':<{names}}  {'side':<8}  {heads}"]
    for o in summary.objects:
        shown = "  ".join(f"{_number(e.value, percent=True):>8}" for e in (o.detected, o.firm, o.killed, o.leaked))
        seen = "-" if o.median_first_detection_s is None else f"{o.median_first_detection_s:.1f} s"
        lines.append(f"  {o.object_id:<{names}}  {o.side:<8}  {shown}  {seen:>8}")
    lines += ["", *LEGEND]
    return "\n".join(lines)
