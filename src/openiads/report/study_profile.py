"""What a measure does over the levels of a condition under each party, from the stored runs of the first look."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from openiads.report.study_data import StudyData

Array = NDArray[np.float64]
QUANTILES: Final = (0.05, 0.5, 0.95)
FEWEST_LEVELS: Final = 3
Fixed = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Draws:
    """Values of one measure in one cell under one party: one per draw of its assumptions, in the order of the design; a draw
    without a value is NaN."""

    party: str
    vignette: str
    cell: dict[str, str]
    measure: str
    values: Array
    count: int
    """Replications behind each value."""


@dataclass(frozen=True)
class Point:
    """One level: the middle of the draws and their central 90 %."""

    level: float
    low: float
    middle: float
    high: float
    draws: int


@dataclass(frozen=True)
class Profile:
    """One measure over one condition, all else as `fixed` says; a line of points for each party."""

    measure: str
    unit: str
    condition: str
    condition_label: str
    condition_unit: str
    fixed: Fixed
    count: int
    lines: tuple[tuple[str, tuple[Point, ...]], ...]

    @property
    def upright(self) -> bool:
        """Whether the condition is an altitude, which is drawn upwards."""
        return "altitude" in self.condition_label.lower() or "height" in self.condition_label.lower()

    @property
    def levels(self) -> tuple[float, ...]:
        """All levels, rising."""
        return tuple(sorted({p.level for _, points in self.lines for p in points}))


def stored_draws(data: StudyData) -> tuple[Draws, ...]:
    """The runs of every party's verdicts at the first look, by cell and measure; what is missing or damaged is left out."""
    found: dict[str, dict[int, Any]] = {}
    for path in sorted((data.folder / "blocks" / "verdict").glob("*.parquet")):
        part = _part(path)
        if part is not None and "/look0/" in part[0]:
            found.setdefault(part[0], {})[int(path.stem.rsplit("-", 1)[-1])] = part
    draws: list[Draws] = []
    for key, parts in found.items():
        draws += _together(key, [parts[k] for k in sorted(parts)])
    return tuple(draws)


def _part(path: Path) -> tuple[str, int, dict[str, Array]] | None:
    """Key, replications and outcomes of a part, when it is whole."""
    import pyarrow as pa  # noqa: PLC0415 - slow to import
    import pyarrow.parquet as pq  # noqa: PLC0415

    from openiads.study.blocks import content_sha256  # noqa: PLC0415

    try:
        with pq.ParquetFile(pa.BufferReader(path.read_bytes()), pre_buffer=False) as file:
            table = file.read(use_threads=False)
    except (pa.ArrowException, OSError, ValueError):
        return None
    told = {k.decode(): v.decode() for k, v in (table.schema.metadata or {}).items()}
    names = [c.removesuffix(".top") for c in table.column_names if c.endswith(".top")]
    try:
        shape = (int(told["rows"]), int(told["count"]))
        outcomes = {
            n: np.stack([table.column(f"{n}.{end}").to_numpy().reshape(shape) for end in ("top", "bottom")], axis=-1)
            for n in names
        }
        whole = content_sha256(outcomes) == told["content"]
    except (KeyError, ValueError):
        return None
    return (told["key"], shape[1], outcomes) if whole else None


def _together(key: str, parts: list[tuple[str, int, dict[str, Array]]]) -> Iterator[Draws]:
    _, party, _, vignette, cell = key.split("/", 4)
    named = dict(item.split("=", 1) for item in cell.split(",") if "=" in item)
    for measure in parts[0][2]:
        outcomes = np.concatenate([outcomes[measure] for _, _, outcomes in parts])
        top, bottom = outcomes[..., 0], outcomes[..., 1]
        known = ~np.isnan(top)
        weight = np.where(known, bottom, 0.0).sum(axis=1)
        total = np.where(known, top, 0.0).sum(axis=1)
        values = np.divide(total, weight, out=np.full(len(total), np.nan), where=weight > 0.0)
        yield Draws(party, "" if vignette == "scenario" else vignette, named, measure, values, parts[0][1])


def profiles(data: StudyData, draws: tuple[Draws, ...]) -> tuple[Profile, ...]:
    """Every measure over every numeric condition of three or more levels, the ones with most levels and readings first."""
    groups: dict[tuple[str, str, Fixed], dict[str, list[tuple[float, Draws]]]] = {}
    levels = _levels(data)
    for d in draws:
        for condition, known in levels.items():
            if condition in d.cell and d.cell[condition] in known:
                fixed = tuple((k, v) for k, v in d.cell.items() if k != condition)
                here = groups.setdefault((d.measure, condition, fixed), {})
                here.setdefault(d.party, []).append((known[d.cell[condition]], d))
    found = []
    for (measure, condition, fixed), by_party in groups.items():
        if min(len(points) for points in by_party.values()) >= FEWEST_LEVELS:
            found.append(_profile(data, measure, condition, fixed, by_party))
    weight = _weights(draws)
    return tuple(sorted(found, key=lambda p: (-len(p.levels), -weight.get(p.fixed, 0), p.measure, p.fixed)))


def _levels(data: StudyData) -> dict[str, dict[str, float]]:
    """Numeric conditions: level by its text."""
    found = {}
    for c in data.spec.conditions:
        given = c.levels or ()
        if len(given) >= FEWEST_LEVELS and all(isinstance(v, int | float) and not isinstance(v, bool) for v in given):
            found[c.id] = {str(v): float(v) for v in given}
    return found


def _weights(draws: tuple[Draws, ...]) -> dict[Fixed, int]:
    """How many measures and levels were run with the rest of the cell fixed so: the busiest is the main one."""
    found: dict[Fixed, int] = {}
    for d in draws:
        for name in d.cell:
            fixed = tuple((k, v) for k, v in d.cell.items() if k != name)
            found[fixed] = found.get(fixed, 0) + 1
    return found


def _profile(
    data: StudyData, measure: str, condition: str, fixed: Fixed, by_party: dict[str, list[tuple[float, Draws]]]
) -> Profile:
    spec = next(c for c in data.spec.conditions if c.id == condition)
    unit = next(m.unit for m in data.spec.measures if m.id == measure)
    lines = []
    for party in data.parties:
        points = [_point(level, d.values) for level, d in sorted(by_party.get(party, []), key=lambda pair: pair[0])]
        if kept := tuple(p for p in points if p is not None):
            lines.append((party, kept))
    count = max(d.count for several in by_party.values() for _, d in several)
    return Profile(measure, unit, condition, spec.label or condition, spec.unit, fixed, count, tuple(lines))


def _point(level: float, values: Array) -> Point | None:
    known = values[~np.isnan(values)]
    if len(known) == 0:
        return None
    low, middle, high = (float(v) for v in np.quantile(known, QUANTILES))
    return Point(level, low, middle, high, len(known))
