"""The tables behind a study page: each number of the first sheet has its row here, and each row says where it comes from."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

from openiads.report.numbers import exact
from openiads.report.study_answer import claim_id, pair_id, share_id
from openiads.report.study_data import Row
from openiads.report.study_words import plain, said
from openiads.results.wording import significant

if TYPE_CHECKING:
    from openiads.report.study_page import StudyPage

MOST_ROWS: Final = 600
"""Rows of a table in the page; the file holds all."""


@dataclass(frozen=True)
class Shown:
    """A table as the page shows it: heads, and rows of anchor, exact values, party class and cells."""

    id: str
    title: str
    note: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, str, str, tuple[Any, ...]], ...]
    file: str
    left_out: int = 0


def tables(page: "StudyPage") -> list[Shown]:
    """The tables of a page: those behind the first sheet, and in the full report all others."""
    found = [_claims(page), _comparisons(page), _shares(page), _agenda(page), _turning(page), *_profiles(page)]
    if page.full:
        found += [_sweep(page), _plain_table(page, "coalitions", "Table of coalitions", _COALITIONS)]
        found += [_plain_table(page, name, title, columns) for name, title, columns in _PLAIN]
    return [t for t in found if t.rows]


def _number(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return significant(value, 3)
    return f"{value:,}" if isinstance(value, int) else str(value)


def _claims(page: "StudyPage") -> Shown:
    data, rows = page.data, []
    for view in data.views:
        for party in data.parties:
            r = data.claim_row(view.id, party)
            shares = [r["share_met"], None if r["share_met"] is None else 100.0 * r["share_met"], r["holds_to_threshold"]]
            values = exact([*shares, r["draws"], _hundred(r["share_resolved"])])
            asked = (
                data.at(data.asked(view), *view.path)
                if view.spec.threshold is None
                else data.at(data.asked(view), *view.path, "threshold")
            )
            odds = (
                [float(v) for v in str(r["word"]).removeprefix("holds with probability ").split(" to ")]
                if r["code"] == "odds"
                else []
            )
            cells = (
                said(view.id), asked, said(party), r["word"], _number(r["share_met"]), _number(r["share_resolved"]),
                _number(r["draws"]), _plain_end(r["best_end"]), _plain_end(r["worst_end"]), _value(r),
                _number(r["holds_to_threshold"]), said(r["expected"] or ""),
            )  # fmt: skip
            rows.append((claim_id(data, view, party), f"{values} {exact(odds)}".strip(), party, cells))
    heads = (
        "reading", "asked", "party", "word", "share of draws met", "share resolved", "draws", "at its most favourable end",
        "at its least favourable end", "value, middle of draws (range)", "holds up to threshold", "party expects",
    )  # fmt: skip
    note = (
        "Words in this model. A share of draws of a stated range is no probability. The value is the mean over draws in the first "
        "cell of the scope, with the smallest and largest of its draws."
    )
    return Shown("claims", "Words by reading and party", note, heads, tuple(rows), "claims")


def _hundred(value: float | None) -> float | None:
    return None if value is None else 100.0 * value


def _plain_end(value: str | None) -> str:
    return "" if value is None else value.lower().replace("_", " ")


def _value(r: Row) -> str:
    if r["value"] is None:
        return ""
    unit = "" if r["unit"] in (None, "1") else f" {r['unit']}"
    return f"{significant(r['value'], 3)} ({significant(r['value_low'], 3)} to {significant(r['value_high'], 3)}){unit}"


def _comparisons(page: "StudyPage") -> Shown:
    data, rows = page.data, []
    for view in data.views:
        for pair in data.pairs:
            r = data.comparison(view.id, pair)
            if r is None:
                continue
            cells = (
                said(view.id), f"{said(pair[0])} and {said(pair[1])}", r["between"], _number(r["value_a"]), _number(r["value_b"]),
                _number(r["delta"]), _number(r["delta_error"]), _unit(r["unit"]), _number(r["material"]), _number(r["offset"]),
                said(plain(r["leader"] or "")), _ends(r), _number(r["concede_any"]), _number(r["concede_some"]),
            )  # fmt: skip
            rows.append((pair_id(data, view, pair), exact([r["delta"], _hundred(r["delta"])]), "", cells))
    heads = (
        "reading", "pair", "between them", "value, first", "value, second", "difference", "standard error", "unit", "material",
        "offsetting", "leading player", "leader at both ends", "can concede any", "can concede some",
    )  # fmt: skip
    note = (
        "What is split is, for measures without chance, the share of draws that meet the reading; else the rate of the event, or "
        "the mean. Material: above 3 standard errors and above the indifference band."
    )
    return Shown("pairs", "Between the parties", note, heads, tuple(rows), "comparisons")


def _unit(unit: str | None) -> str:
    return "" if unit in (None, "1") else said(unit)


def _ends(r: Row) -> str:
    both = [(w, r[f"leader_{w}"]) for w in ("favourable", "adverse")]
    told = "; ".join(f"{w}: {said(plain(name))}" for w, name in both if name)
    return f"{told} (another than over the ranges)" if told and any(n and n != r["leader"] for _, n in both) else told


def _shares(page: "StudyPage") -> Shown:
    data, rows = page.data, []
    for view in data.views:
        for pair in data.pairs:
            compared = data.comparison(view.id, pair)
            for r in data.rows("attribution", reading=view.id, party_a=pair[0], party_b=pair[1], interval_reading="uniform"):
                half, delta = r["half_width"] or 0.0, compared["delta"] if compared else None
                wide = 100.0 * half / abs(delta) if delta and r["percent"] is not None else None
                values = [r["share"], r["share"] - half, r["share"] + half, r["percent"]]
                values += [None, None] if wide is None else [r["percent"] - wide, r["percent"] + wide]
                interval = f"{significant(r['share'] - half, 3)} to {significant(r['share'] + half, 3)}"
                cells = (
                    said(view.id), f"{said(pair[0])} and {said(pair[1])}", said(plain(r["player"])), _number(r["share"]), interval,
                    _number(r["percent"]), _number(r["from_a"]), _number(r["from_b"]), _number(r["settle_alone"]),
                    _number(r["pivot"]),
                    said(r["tied_with"] or ""), _number(r["draws"]),
                )  # fmt: skip
                rows.append((share_id(data, view, pair, r["player"]), exact(values), "", cells))
    heads = (
        "reading", "pair", "player", "Shapley share", f"{100 * data.confidence:g} % interval", "% of the difference",
        "alone, from the first",
        "alone, from the second", "settle-alone gain", "pivot share", "tied with", "draws",
    )  # fmt: skip
    note = (
        "Shares of the second party's value minus the first's; they add up to the difference and change only their sign when the "
        "parties are named the other way round. Percent only where all shares have one sign."
    )
    return Shown("attribution", "What the differences turn on", note, heads, tuple(rows), "attribution")


def _agenda(page: "StudyPage") -> Shown:
    data, rows = page.data, []
    for view in data.views:
        for k, pair in enumerate(data.pairs):
            sets: dict[int, list[Row]] = {}
            for r in data.rows("agenda", reading=view.id, party_a=pair[0], party_b=pair[1]):
                sets.setdefault(r["number"], []).append(r)
            for number, members in sets.items():
                anchor = f"g{view.number}-{k}" + ("" if number == 0 else f"-{number}")
                items = ", ".join(said(plain(r["player"])) for r in members)
                residual = members[0]["residual"]
                cells = (said(view.id), f"{said(pair[0])} and {said(pair[1])}", items, _number(residual))
                rows.append((anchor, exact([residual]), "", cells))
    note = "Smallest sets whose settlement, whichever way each item goes, leaves at most the indifference band."
    return Shown("agenda", "Agenda", note, ("reading", "pair", "settle", "largest difference left"), tuple(rows), "agenda")


def _turning(page: "StudyPage") -> Shown:
    data, rows = page.data, []
    for k, r in enumerate(data.table("turning")):
        if r["assumption"] is None:
            continue
        number, a = data.assumption(r["assumption"])
        where = data.at(said(a.label), "assumptions", number)
        cells = (
            said(r["reading"]), f"{said(r['party_a'])} and {said(r['party_b'])}", said(plain(r["player"])), said(r["others"]),
            Markup("{} ({})").format(where, said(a.id)), f"{significant(r['value'], 3)}{'' if a.unit == '1' else ' ' + a.unit}",
            _number(r["share"]),
        )  # fmt: skip
        rows.append((f"t{k}", exact([r["value"]]), "", cells))
    heads = ("reading", "pair", "player", "all others at", "assumption", "turns at", "share of the way from the first")
    note = (
        "Where a player's way from one party's middle to the other's first turns the word, all others at the middle of one."
    )
    return Shown("turning", "Break-even values", note, heads, tuple(rows), "turning")


def _profiles(page: "StudyPage") -> list[Shown]:
    found = []
    for k, p in enumerate(page.profiles if page.full else page.profiles[:1]):
        rows: list[tuple[str, str, str, tuple[Any, ...]]] = []
        for party, points in p.lines:
            for n, at in enumerate(points):
                cells = (
                    said(party),
                    f"{at.level:g}",
                    significant(at.middle, 3),
                    significant(at.low, 3),
                    significant(at.high, 3),
                    at.draws,
                )
                rows.append(
                    (f"p{k}-{page.data.parties.index(party)}-{n}", exact([at.middle, at.low, at.high]), party, cells)
                )
        unit = "" if p.unit == "1" else f", {said(p.unit)}"
        level = f"{said(p.condition_label)}{'' if p.condition_unit == '1' else f', {p.condition_unit}'}"
        where = ", ".join(f"{said(plain(n))}: {said(plain(v))}" for n, v in p.fixed)
        each = f"the mean of {p.count:,} replications" if p.count > 1 else "one replication"
        note = f"In this model, with {where or 'nothing else varied'}. Each draw is {each}. Stated ranges, not odds."
        heads = ("party", level, f"middle of draws{unit}", "5 % of draws below", "5 % of draws above", "draws")
        title = f"{page.data.measure(p.measure).capitalize()} over {said(p.condition_label)}"
        found.append(Shown(f"profile-{k}", title, note, heads, tuple(rows), "blocks"))
    return found


def _sweep(page: "StudyPage") -> Shown:
    data, rows = page.data, []
    for view in data.views:
        by_threshold: dict[float, dict[str, float]] = {}
        for r in data.rows("sweep", reading=view.id):
            by_threshold.setdefault(r["threshold"], {})[r["party"]] = r["share_met"]
        for n, (threshold, shares) in enumerate(sorted(by_threshold.items())):
            cells = (said(view.id), significant(threshold, 4), *(_number(shares.get(p)) for p in data.parties))
            rows.append((f"w{view.number}-{n}", exact([threshold]), "", cells))
    heads = ("reading", "threshold", *(f"share met, {said(p)}" for p in data.parties))
    note = "How much of each stated range meets a reading if its threshold were another one: nobody chose the number."
    return Shown("sweep", "Threshold sweep", note, heads, tuple(rows[:MOST_ROWS]), "sweep", max(0, len(rows) - MOST_ROWS))


_COALITIONS = ("reading", "party_a", "party_b", "interval_reading", "assignment", "value", "error", "holds")
_PLAIN: Final = (
    ("flip_sets", "Smallest sets that flip a word", ("reading", "party_a", "party_b", "of", "number", "player")),
    ("interactions", "Interactions of players", ("reading", "party_a", "party_b", "player", "other", "value")),
    ("pairs", "Which player divides which pair", ("reading", "player", "party_a", "party_b", "share", "divides")),
    (
        "sensitivity",
        "What drives the spread of the result",
        ("reading", "player", "first_order", "first_half_width", "total", "total_half_width", "noise_share"),
    ),
    (
        "boxes",
        "Boxes in which a reading mostly holds",
        (
            "reading",
            "assumption",
            "low",
            "high",
            "low_sd",
            "high_sd",
            "restricted_share",
            "density",
            "coverage",
            "base_rate",
        ),
    ),
    ("voi", "Value of information", ("reading", "player", "value", "baseline", "perfect", "unit")),
    ("bridging", "Safeguards, by party", ("search", "choice", "party", "status", "reading", "share_met", "share_lost")),
    ("safeguards", "Safeguards acceptable to all", ("search", "choice", "acceptable_to_all")),
)
"""Tables that the page shows as they are."""


def _plain_table(page: "StudyPage", name: str, title: str, columns: tuple[str, ...]) -> Shown:
    found = page.data.table(name)
    rows = tuple(
        (f"x-{name}-{k}", "", "", tuple(said(v) if isinstance(v, str) else _number(v) for v in (r[c] for c in columns)))
        for k, r in enumerate(found[:MOST_ROWS])
    )
    note = f"The table {name} of the results folder, in this model."
    return Shown(f"x-{name}", title, note, tuple(plain(c) for c in columns), rows, name, max(0, len(found) - MOST_ROWS))
