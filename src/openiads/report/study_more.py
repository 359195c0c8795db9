"""Further drawings of the full report: verdict maps, boxes with the spread of their limits, convergence, paired differences."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from openiads.report.study_data import Pair, StudyData, View
from openiads.report.study_plots import WIDTH, profile_chart
from openiads.report.study_profile import Draws, Profile
from openiads.report.study_words import plain, said
from openiads.report.svg import Drawing, Scale, axis_below, axis_left, text_width
from openiads.results.wording import significant

CELL: Final = 34.0
MOST_PROFILES: Final = 6
LIMITED: Final = 0.5
"""Share of resamples in which a limit must stand before it is drawn."""


def more_charts(data: StudyData, draws: tuple[Draws, ...], found: tuple[Profile, ...], pair: Pair | None) -> dict[str, Any]:
    """The drawings behind the first sheet, by kind."""
    return {
        "profiles": [(p, profile_chart(data, p, ()).markup()) for p in found[:MOST_PROFILES]],
        "maps": [(v, d.markup()) for v in data.views if (d := verdict_map(data, v, draws)) is not None],
        "boxes": [(v, d.markup()) for v in data.views if (d := box_chart(data, v)) is not None],
        "paired": [(v, d.markup()) for v in data.views if (d := paired_chart(data, v, draws)) is not None],
        "flips": [(v, d.markup()) for v in data.views if pair and (d := flip_map(data, v, pair)) is not None],
        "convergence": d.markup() if (d := convergence(data)) is not None else None,
    }


def _met(view: View, d: Draws) -> float | None:
    """Share of draws whose value in a cell meets the reading; None where one value per draw does not say so."""
    spec = view.spec
    if spec.statistic is None or spec.contrast is not None or spec.threshold is None:
        return None
    values = d.values[~np.isnan(d.values)]
    if len(values) == 0 or (spec.statistic.kind in ("prob", "quantile") and d.count > 1):
        return None
    if spec.statistic.event is not None:
        event, at = spec.statistic.event, spec.statistic.event.value
        hit = {">=": values >= at, ">": values > at, "<=": values <= at, "<": values < at}[event.op]
        values = hit.astype(np.float64)
    return float((values >= spec.threshold).mean() if spec.op == ">=" else (values <= spec.threshold).mean())


def verdict_map(data: StudyData, view: View, draws: Sequence[Draws]) -> Drawing | None:
    """Where a reading is met: the share of each party's draws over two conditions, cell by cell, as numbers and shades."""
    here = [d for d in draws if d.measure == view.spec.measure]
    varied = [c for c in data.spec.conditions if len({d.cell.get(c.id) for d in here} - {None}) >= 2]
    if len(varied) < 2:
        return None
    across, up = sorted(varied[:2], key=lambda c: len(c.levels or ()))
    columns, rows = [str(v) for v in across.levels or ()], [str(v) for v in up.levels or ()]
    fixed = _fixed_options(data, view)
    cells: dict[tuple[str, str, str], float] = {}
    for d in here:
        if all(d.cell.get(k) == v for k, v in fixed.items()) and (share := _met(view, d)) is not None:
            cells.setdefault((d.party, d.cell[across.id], d.cell[up.id]), share)
    if not cells:
        return None
    return _map(data, view, cells, (said(across.label or across.id), columns), (said(up.label or up.id), rows))


def _fixed_options(data: StudyData, view: View) -> dict[str, str]:
    found = {o.id: o.baseline for o in data.spec.options}
    found |= {s.option: str(s.fixed) for s in view.spec.scope if s.option is not None and s.fixed is not None}
    return found


def _map(
    data: StudyData,
    view: View,
    cells: dict[tuple[str, str, str], float],
    across: tuple[str, list[str]],
    up: tuple[str, list[str]],
) -> Drawing:
    parties = [p for p in data.parties if any(key[0] == p for key in cells)]
    left = 12.0 + max(text_width(plain(v), 11.0) for v in up[1])
    room = (WIDTH - left - 14.0 * len(parties)) / len(parties)
    wide = room / len(across[1])
    height = 26.0 + CELL * len(up[1]) + 46.0
    d = Drawing(
        WIDTH, height, f"Where {said(view.id)} is met", "Percent of each party's draws by cell; the table holds them."
    )
    for k, party in enumerate(parties):
        x0 = left + k * (room + 14.0)
        d.text((x0 + room / 2, 14.0), said(f"party {party}"), f"t strong {data.colour(party)}", anchor="middle")
        for i, column in enumerate(across[1]):
            d.text(
                (x0 + wide * (i + 0.5), 38.0 + CELL * len(up[1])), said(_cut(plain(column), wide)), "t tiny", anchor="middle"
            )
            for j, row in enumerate(reversed(up[1])):
                _square(d, x0 + wide * i, 22.0 + CELL * j, wide, cells.get((party, column, row)), data.colour(party))
    for j, row in enumerate(reversed(up[1])):
        d.text((left - 6.0, 22.0 + CELL * (j + 0.5) + 4.0), said(plain(row)), "t small", anchor="end")
    d.text((WIDTH - 4.0, height - 6.0), f"across: {across[0]}; up: {up[0]}", "t tiny muted", anchor="end")
    return d


def _cut(text: str, room: float, size: float = 9.5) -> str:
    most = max(2, int(room / (0.58 * size)))
    return text if len(text) <= most else text[: most - 1] + "\N{HORIZONTAL ELLIPSIS}"


def _square(d: Drawing, x: float, y: float, wide: float, share: float | None, colour: str) -> None:
    d.rect(x + 1.0, y + 1.0, wide - 2.0, CELL - 2.0, "cell empty")
    if share is None:
        d.text((x + wide / 2, y + CELL / 2 + 4.0), "not run", "t tiny muted", anchor="middle")
        return
    if share > 0.0:
        d.rect(x + 1.0, y + 1.0 + (CELL - 2.0) * (1.0 - share), wide - 2.0, (CELL - 2.0) * share, f"cell {colour}")
    d.text((x + wide / 2, y + CELL / 2 + 4.0), f"{100.0 * share:.0f} %", "t small halo", anchor="middle")


def box_chart(data: StudyData, view: View) -> Drawing | None:
    """The box in which a reading mostly holds: limits on each assumption that it restricts, with their spread."""
    rows = [r for r in data.rows("boxes", reading=view.id) if r["restricted_share"] >= LIMITED]
    if not rows:
        return None
    names = {a.id: a.label for a in data.spec.assumptions}
    left, right = 170.0, WIDTH - 12.0
    shares = [f"{100 * rows[0][name]:.0f} %" for name in ("coverage", "density")]
    told = f"The box holds {shares[0]} of what meets the reading, and {shares[1]} in it meets it."
    d = Drawing(WIDTH, 16.0 + 40.0 * len(rows), f"Where {said(view.id)} mostly holds", told)
    for k, row in enumerate(rows):
        ends = _stated(data, row["assumption"])
        low, high = min(ends[0], row["low"]), max(ends[1], row["high"])
        x, y = Scale(low, high, left, right), 16.0 + 40.0 * k
        d.line((left, y), (right, y), "axis")
        d.line((x(row["low"]), y), (x(row["high"]), y), "inside")
        for end, sd in ((row["low"], row["low_sd"]), (row["high"], row["high_sd"])):
            d.line((x(end), y - 6.0), (x(end), y + 6.0), "ink")
            d.line((x.inside(end - sd), y + 8.0), (x.inside(end + sd), y + 8.0), "zero")
        d.text((left - 10.0, y + 4.0), said(_cut(names[row["assumption"]], 156.0, 11.0)), "t small", anchor="end")
        for value, anchor in ((row["low"], "start"), (row["high"], "end")):
            d.text((left if anchor == "start" else right, y + 20.0), significant(value, 3), "t tiny", anchor=anchor)  # type: ignore[arg-type]
    return d


def _stated(data: StudyData, name: str) -> tuple[float, float]:
    _, a = data.assumption(name)
    ends: list[float] = []
    for position in (a.agreed, *(a.positions or {}).values()):
        if position is not None and position.interval is not None:
            ends += position.interval
        elif position is not None and isinstance(position.value, int | float):
            ends.append(float(position.value))
    return (min(ends), max(ends)) if ends else (float("inf"), float("-inf"))


def convergence(data: StudyData) -> Drawing | None:
    """How many draws were still open before each look, by party; None for measures without chance, which need one look."""
    looks = data.manifest["identity"]["sizes"]["looks"]
    draws: dict[str, dict[int, int]] = {}
    for row in data.rows("blocks", stage="verdict"):
        _, party, look, *_ = row["key"].split("/")
        here = draws.setdefault(party, {})
        here[int(look.removeprefix("look"))] = max(here.get(int(look.removeprefix("look")), 0), row["rows"])
    if max((len(v) for v in draws.values()), default=0) < 2:
        return None
    d = Drawing(
        WIDTH, 220.0, "Draws still open before each look", "Percent of draws by party; the table of blocks holds them."
    )
    x = Scale(0.0, float(max(max(v) for v in draws.values())), 54.0, WIDTH - 90.0)
    y = Scale(0.0, 100.0, 174.0, 12.0)
    axis_left(d, y, 54.0, "draws still open, %")
    axis_below(d, x, 174.0, "look", [float(k) for k in range(len(looks)) if k <= x.high])
    for party, counts in draws.items():
        points = [(x(float(k)), y(100.0 * counts[k] / counts[0])) for k in sorted(counts)]
        d.polyline(points, f"curve {data.colour(party)}")
        d.text((points[-1][0] + 6.0, points[-1][1] + 4.0), said(f"party {party}"), f"t strong {data.colour(party)}")
    return d


def paired_chart(data: StudyData, view: View, draws: Sequence[Draws]) -> Drawing | None:
    """A contrast of two options, draw by draw under common random numbers: middle and central 90 % in each cell, by party."""
    contrast = view.spec.contrast
    if contrast is None or view.spec.threshold is None:
        return None
    rows = []
    for d in draws:
        if d.measure == view.spec.measure and d.cell.get(contrast.option) == contrast.value:
            wanted = {**d.cell, contrast.option: contrast.minus}
            other = next(
                (
                    o
                    for o in draws
                    if (o.party, o.measure, o.vignette) == (d.party, d.measure, d.vignette) and o.cell == wanted
                ),
                None,
            )
            if other is not None and len(other.values) == len(d.values):
                rows.append((d, _difference(d.values, other.values, relative=contrast.relative)))
    rows = [(d, v[np.isfinite(v)]) for d, v in rows]
    rows = [(d, v) for d, v in rows if len(v)]
    return _paired(data, view, rows) if rows else None


def _difference(one: Any, other: Any, *, relative: bool) -> Any:
    with np.errstate(divide="ignore", invalid="ignore"):
        return (one - other) / other if relative else one - other


def _paired(data: StudyData, view: View, rows: Sequence[tuple[Draws, Any]]) -> Drawing:
    spec = view.spec
    quantiles = [np.quantile(v, (0.05, 0.5, 0.95)) for _, v in rows]
    threshold = float(spec.threshold or 0.0)
    low, high = min(0.0, threshold, *(q[0] for q in quantiles)), max(0.0, threshold, *(q[2] for q in quantiles))
    left = 170.0
    d = Drawing(
        WIDTH,
        14.0 + 20.0 * len(rows) + 44.0,
        f"Paired differences of {said(view.id)}",
        "By cell and party; middle and central 90 % of draws.",
    )
    x, bottom = Scale(float(low), float(high) or 1.0, left, WIDTH - 14.0), 14.0 + 20.0 * len(rows)
    d.line((x(0.0), 6.0), (x(0.0), bottom), "zero")
    d.line((x(threshold), 6.0), (x(threshold), bottom), "ring")
    for k, ((draws, _), q) in enumerate(zip(rows, quantiles, strict=True)):
        y, colour = 16.0 + 20.0 * k, data.colour(draws.party)
        where = ", ".join(plain(v) for n, v in draws.cell.items() if n in {c.id for c in data.spec.conditions})
        d.text(
            (left - 8.0, y + 4.0),
            said(_cut(f"{draws.party}: {where or 'all'}", 156.0, 11.0)),
            f"t small {colour}",
            anchor="end",
        )
        d.line((x(float(q[0])), y), (x(float(q[2])), y), f"curve {colour}")
        d.mark((x(float(q[1])), y), "circle", f"fill {colour}", 4.0)
    unit = "" if spec.unit in (None, "1") else f", {said(spec.unit)}"
    axis_below(d, x, bottom, f"difference{unit} (dashed: stated threshold)")
    return d


def flip_map(data: StudyData, view: View, pair: Pair) -> Drawing | None:
    """The two leading players, each at either party, all others at one party or the other: which of the worlds meet the reading."""
    rows = data.shares(view.id, pair)[:2]
    compared = data.comparison(view.id, pair)
    coalitions = list(data.rows("coalitions", reading=view.id, party_a=pair[0], party_b=pair[1], interval_reading="uniform"))
    if len(rows) < 2 or compared is None or not compared["material"] or not coalitions:
        return None
    players = [item.rsplit(":", 1)[0] for item in coalitions[0]["assignment"].split(",")]
    i, j = (players.index(r["player"]) for r in rows)
    rest = [sum(1 << k for k in range(len(players)) if k not in (i, j)) * side for side in (0, 1)]
    by_mask = {r["mask"]: r for r in coalitions}
    d = Drawing(
        WIDTH,
        196.0,
        f"What flips {said(view.id)}",
        "Two leading players at either party; all others at the first party, then at the second.",
    )
    for side, others in enumerate(rest):
        x0 = 110.0 + side * 176.0
        d.text(
            (x0 + 80.0, 14.0), f"all others as {said(pair[side])}", f"t strong {data.colour(pair[side])}", anchor="middle"
        )
        for a in (0, 1):
            d.text((x0 + 80.0 * a + 40.0, 158.0), f"as {said(pair[a])}", "t small", anchor="middle")
            for b in (0, 1):
                row = by_mask.get(others | (a << i) | (b << j))
                _world(d, x0 + 80.0 * a, 24.0 + 60.0 * (1 - b), row)
    for b in (0, 1):
        d.text((102.0, 58.0 + 60.0 * (1 - b)), f"as {said(pair[b])}", "t small", anchor="end")
    across, up = (said(_cut(plain(players[k]), 150.0)) for k in (i, j))
    d.text((WIDTH - 4.0, 188.0), f"across: {across}; up: {up}", "t tiny muted", anchor="end")
    return d


def _world(d: Drawing, x: float, y: float, row: Any) -> None:
    d.rect(x + 1.0, y + 1.0, 78.0, 58.0, "cell empty")
    if row is None:
        return
    d.mark((x + 40.0, y + 22.0), "circle" if row["holds"] else "cross", "fill holds" if row["holds"] else "fails", 7.0)
    d.text((x + 40.0, y + 48.0), significant(row["value"], 2), "t tiny", anchor="middle")
