"""Drawings of a study page: reach over a condition, what a disagreement turns on, and how a word moves with its threshold."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from openiads.report.study_data import Pair, Row, StudyData, View
from openiads.report.study_profile import Point, Profile
from openiads.report.study_words import joined, percent, plain, said
from openiads.report.svg import Drawing, Labels, Scale, axis_below, axis_left, text_width, tick_text, ticks
from openiads.results.wording import MINUS, significant

WIDTH: Final = 460.0
BAR: Final = 22.0
MOST_BARS: Final = 8
MOST_REFERENCES: Final = 2
DIGIT: Final = 0.65
"""Width of a digit over the size of the type, in the widest of the usual fonts."""
Reference = tuple[float, str]
"""A value that is asked for, and who asks."""


def profile_chart(data: StudyData, profile: Profile, references: Sequence[Reference]) -> Drawing:
    """A measure over a condition under each party: the middle of the draws and their central 90 %."""
    title = f"{data.measure(profile.measure)} over {said(profile.condition_label)}"
    told = "; ".join(
        f"{said(party)}: {significant(p[0].middle, 2)} at {p[0].level:g} to {significant(p[-1].middle, 2)} at {p[-1].level:g}"
        for party, p in profile.lines
    )
    d = Drawing(WIDTH, 330.0, title, f"Middle of the draws, by party. {told}", style="plot")
    across, along = _scales(profile, references)
    left, top, right, bottom = 62.0, 12.0, WIDTH - 14.0, 282.0
    value = Scale(0.0 if across[0] >= 0.0 else across[0], across[1], *((left, right) if profile.upright else (bottom, top)))
    level = Scale(along[0], along[1], *((bottom, top) if profile.upright else (left, right)))
    measure = f"{data.measure(profile.measure)}{'' if profile.unit == '1' else f', {profile.unit}'}"
    condition, scale = _named(profile)
    _axes(d, profile, value, level, measure, said(condition), scale)
    labels = Labels((left, top, right, bottom))
    for at, _ in references[:MOST_REFERENCES]:
        ends = [_place(profile, value, level, end, at) for end in (level.low, level.high)]
        d.line(ends[0], ends[1], "ring")
        labels.reserve_line(ends)
    for party, points in profile.lines:
        _line(d, profile, value, level, points, data.colour(party))
    for _, points in profile.lines:
        labels.reserve_line([_place(profile, value, level, p.level, p.middle) for p in points])
    for party, points in profile.lines:
        spots = [_place(profile, value, level, p.level, p.middle) for p in points[1:]] or [(left, bottom)]
        middle = spots[len(spots) // 2 :] + spots[: len(spots) // 2]
        labels.put(d, middle, said(f"party {party}"), f"t strong {data.colour(party)}", size=12.5)
    for at, _ in references[:MOST_REFERENCES]:
        _reference(d, profile, value, level, at, labels)
    return d


def _named(profile: Profile) -> tuple[str, float]:
    """Name of the condition with its unit, and what its levels are divided by: altitudes stand in kilometres."""
    if profile.condition_unit == "m" and max(profile.levels) >= 1000.0:
        return f"{profile.condition_label}, km", 1000.0
    unit = "" if profile.condition_unit == "1" else f", {profile.condition_unit}"
    return f"{profile.condition_label}{unit}", 1.0


def _scales(profile: Profile, references: Sequence[Reference]) -> tuple[tuple[float, float], tuple[float, float]]:
    values = [v for _, points in profile.lines for p in points for v in (p.low, p.high)] + [at for at, _ in references]
    low, high = min(values), max(values)
    room = 0.06 * (high - min(low, 0.0)) or 1.0
    return (low if low >= 0.0 else low - room, high + room), (min(0.0, profile.levels[0]), profile.levels[-1])


def _place(profile: Profile, value: Scale, level: Scale, at: float, measured: float) -> tuple[float, float]:
    return (value(measured), level(at)) if profile.upright else (level(at), value(measured))


def _axes(d: Drawing, profile: Profile, value: Scale, level: Scale, measure: str, condition: str, divisor: float) -> None:
    shown = Scale(level.low / divisor, level.high / divisor, level.start, level.end)
    if profile.upright:
        axis_below(d, value, level.start, measure)
        axis_left(d, shown, value.start, condition)
    else:
        axis_below(d, shown, value.start, condition)
        axis_left(d, value, level.start, measure)


def _line(d: Drawing, profile: Profile, value: Scale, level: Scale, points: Sequence[Point], colour: str) -> None:
    up = [_place(profile, value, level, p.level, p.high) for p in points]
    down = [_place(profile, value, level, p.level, p.low) for p in points]
    d.polygon([*up, *reversed(down)], f"band {colour}")
    d.polyline([_place(profile, value, level, p.level, p.middle) for p in points], f"curve {colour}")
    for p in points:
        d.mark(_place(profile, value, level, p.level, p.middle), "circle", f"fill {colour}", 2.6)


def _reference(d: Drawing, profile: Profile, value: Scale, level: Scale, at: float, labels: Labels) -> None:
    """What a reading asks for, written beside its line."""
    text = f"asked: {at:g} {profile.unit if profile.unit != '1' else ''}".strip()
    low, high = (_place(profile, value, level, end, at) for end in (level.low, level.high))
    if profile.upright:
        d.turned((low[0] - 5.0, 0.55 * low[1] + 0.45 * high[1]), text, "t small halo")
        return
    spots = [(low[0] + share * (high[0] - low[0]), low[1]) for share in (0.15, 0.3, 0.5, 0.7, 0.85)]
    labels.put(d, spots, text, "t small")


def share_bars(data: StudyData, view: View, pair: Pair, *, most: int = MOST_BARS) -> Drawing | None:
    """What the disagreement of a pair turns on: a bar per player, with the interval of its share and the whisker of changing it
    alone from either end. None where there is no material disagreement to split."""
    compared = data.comparison(view.id, pair)
    rows = data.shares(view.id, pair)
    if compared is None or not rows or not (compared["material"] or compared["offset"]):
        return None
    shown, rest = rows[:most], rows[most:]
    scaled = all(row["percent"] is not None for row in rows)
    factor = 100.0 / compared["delta"] if scaled else 1.0
    unit = "%" if scaled else ("" if compared["unit"] in (None, "1") else compared["unit"])
    names = [plain(row["player"]) for row in shown]
    left = min(150.0, 14.0 + max(text_width(name, 12.0) for name in names))
    texts = [_told(row, factor, "%" if scaled else "") for row in shown]
    numbers = 14.0 + DIGIT * 11.0 * max(len(text) for text in texts)
    height = 12.0 + BAR * len(shown) + 46.0
    told = joined([f"{said(plain(r['player']))} {_amount(factor * r['share'], unit)}" for r in shown])
    d = Drawing(
        WIDTH, height, f"What the difference between {said(pair[0])} and {said(pair[1])} turns on", told, style="plot"
    )
    ends = [factor * v for r in shown for v in (r["share"], *_whisker(r)) if v is not None]
    x = Scale(min(0.0, *ends), max(0.0, *ends) or 1.0, left, WIDTH - numbers)
    for k, row in enumerate(shown):
        _bar(d, x, 10.0 + BAR * k, row, factor)
        d.text((x.end + 8.0, 10.0 + BAR * k + 14.0), texts[k], "t small")
        d.text((left - 8.0, 10.0 + BAR * k + 14.0), said(_short(names[k], left - 12.0)), "t", anchor="end")
    axis = "share of the difference, %" if scaled else f"part of the difference{f', {unit}' if unit else ''}"
    axis_below(d, x, 12.0 + BAR * len(shown), axis, ticks(x.low, x.high, 5))
    if rest:
        d.text((WIDTH - 4.0, height - 4.0), f"{len(rest)} smaller in the table", "t small muted", anchor="end")
    return d


def _short(text: str, room: float) -> str:
    most = max(3, int(room / (0.54 * 12.0)))
    return text if len(text) <= most else text[: most - 1] + "\N{HORIZONTAL ELLIPSIS}"


def _whisker(row: Row) -> tuple[float | None, float | None]:
    return row["from_a"], row["from_b"]


def _told(row: Row, factor: float, unit: str) -> str:
    """A share with its interval, as it stands beside its bar."""
    value = factor * row["share"]
    return f"{_amount(value, unit)} ({spread(value, abs(factor) * (row['half_width'] or 0.0))})"


def _bar(d: Drawing, x: Scale, y: float, row: Row, factor: float) -> None:
    value = factor * row["share"]
    a, b = sorted((x(0.0), x(value)))
    d.rect(a, y + 3.0, b - a, 13.0, "share")
    ones = [factor * v for v in _whisker(row) if v is not None]
    if len(ones) == 2:
        d.line((x(min(ones)), y + 9.5), (x(max(ones)), y + 9.5), "ink")
        for end in ones:
            d.line((x(end), y + 5.5), (x(end), y + 13.5), "ink")


def _bare(value: float) -> str:
    text = f"{value:.0f}" if abs(value) >= 10.0 else significant(value, 2)
    return "0" if text in ("-0", f"{MINUS}0") else text.replace("-", MINUS)


def spread(value: float, half: float) -> str:
    """An interval as its ends, or, where two figures do not tell them apart, as half its width."""
    low, high = _bare(value - half), _bare(value + half)
    if low != high:
        return f"{low} to {high}"
    return "no spread" if half == 0.0 else f"\N{PLUS-MINUS SIGN} {significant(half, 2)}"


def _amount(value: float, unit: str) -> str:
    return f"{_bare(value)}{f' {unit}' if unit else ''}"


def sweep_chart(data: StudyData, view: View, *, spark: bool = False) -> Drawing | None:
    """How much of each party's stated range meets a reading as its threshold moves; the stated threshold is marked."""
    rows = list(data.rows("sweep", reading=view.id))
    if not rows or view.spec.threshold is None:
        return None
    width, height = (132.0, 36.0) if spark else (WIDTH, 230.0)
    left, top, right, bottom = (3.0, 4.0, width - 3.0, height - 4.0) if spark else (54.0, 12.0, width - 12.0, 184.0)
    thresholds = [r["threshold"] for r in rows]
    low, high = min(thresholds), max(thresholds)
    x, y = Scale(low, high, left, right), Scale(0.0, 1.0, bottom, top)
    parties = [p for p in data.parties if any(r["party"] == p for r in rows)]
    told = "; ".join(
        f"{said(p)}: {percent(_at(rows, p, view.spec.threshold))} of its range at the stated threshold" for p in parties
    )
    title = f"Share of each stated range that meets {said(view.id)}, by threshold"
    d = Drawing(width, height, title, told, style="spark" if spark else "plot")
    if spark:
        d.line((left, bottom), (right, bottom), "axis faint")
    else:
        unit = "" if view.spec.unit in (None, "1") else f", {said(view.spec.unit)}"
        axis_below(d, x, bottom, f"threshold{unit}")
        axis_left(d, y, left, "share of the range that meets", [0.0, 0.25, 0.5, 0.75, 1.0])
    d.line((x(view.spec.threshold), bottom), (x(view.spec.threshold), top), "ring")
    labels = Labels((left, top - 4.0, right + 4.0, bottom))
    for party in parties:
        points = _steps([(x(r["threshold"]), y(r["share_met"])) for r in rows if r["party"] == party], view.spec.op == ">=")
        d.polyline(points, f"curve {data.colour(party)}{' thin' if spark else ''}")
        labels.reserve_line(points)
    if not spark:
        for party in parties:
            points = [(x(r["threshold"]), y(r["share_met"])) for r in rows if r["party"] == party]
            fall = sorted(points, key=lambda p: abs(p[1] - y(0.5)))
            labels.put(d, fall[:6], said(f"party {party}"), f"t strong {data.colour(party)}", size=12.5)
        at = x(view.spec.threshold)
        anchors = [(at, top + share * (bottom - top)) for share in (0.3, 0.5, 0.7, 0.15, 0.85)]
        labels.put(d, anchors, f"stated: {tick_text(view.spec.threshold)}", "t small")
    return d


def _steps(points: list[tuple[float, float]], falling: bool) -> list[tuple[float, float]]:
    """The points of a curve as steps that nowhere say more than is known between two of them."""
    found = points[:1]
    for (x0, y0), (x1, y1) in pairwise(points):
        found += [(x0, y1) if falling else (x1, y0), (x1, y1)]
    return found


def _at(rows: Sequence[Row], party: str, threshold: float) -> float:
    near = min((r for r in rows if r["party"] == party), key=lambda r: abs(r["threshold"] - threshold))
    return float(near["share_met"])
