"""What a study says, in sentences made from its tables: a headline, at most three sentences, and what would settle each dispute."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup

from openiads.report.study_data import Pair, Row, StudyData, View
from openiads.report.study_plots import spread
from openiads.report.study_words import joined, over_range, percent, plain, said, stated_odds
from openiads.results.wording import significant

SENTENCES: Final = 3
LEADERS: Final = 2
QUOTED: Final = 120
"""Letters of a claim that still stand in a sentence."""
MOST_PARTS: Final = 3
NAMED: Final = 60
"""Letters of a label that still stand in a sentence."""
OPEN_ENDED: Final = ("depends", "not resolved with the runs made", "too close to the line to call", "one party is silent")
"""Words between two parties under which nothing is settled."""
SHAPES: Final = {
    "holds": "circle",
    "fails": "cross",
    "depends": "diamond",
    "not_resolved": "ring",
    "at_the_line": "plus",
    "silent": "none",
}


def link(row: str, text: object) -> Markup:
    """A text that leads to the table row that it comes from."""
    return Markup('<a class="n" href="#{}">{}</a>').format(row, text)


def word_link(row: str, text: object) -> Markup:
    """A word that leads to the table row that it comes from."""
    return Markup('<a class="n word" href="#{}">{}</a>').format(row, text)


def claim_id(data: StudyData, view: View, party: str) -> str:
    """Anchor of a row of the claims table."""
    return f"c{view.number}-{data.parties.index(party)}"


def share_id(data: StudyData, view: View, pair: Pair, player: str) -> str:
    """Anchor of a row of the attribution table."""
    names = [r["player"] for r in data.rows("attribution", reading=view.id, party_a=pair[0], party_b=pair[1])]
    return f"s{view.number}-{data.pairs.index(pair)}-{names.index(player)}"


def pair_id(data: StudyData, view: View, pair: Pair) -> str:
    """Anchor of a row of the comparisons table."""
    return f"d{view.number}-{data.pairs.index(pair)}"


@dataclass(frozen=True)
class Cell:
    """What one party's assumptions say of one reading: shape, word, and the number behind it."""

    party: str
    code: str
    leaning: str
    shape: str
    word: str
    detail: Any


def cell(data: StudyData, view: View, party: str) -> Cell:
    """The word of one party with what stands behind it."""
    row = data.claim_row(view.id, party)
    row_id = claim_id(data, view, party)
    silent = data.manifest["silent"]
    word = "Not asked" if row["code"] == "silent" and party not in silent else _word(row)
    detail = _detail(row, row_id, silent=silent, confidence=data.confidence)
    return Cell(party, row["code"], row["leaning"], SHAPES.get(row["leaning"], "ring"), word, detail)


def _word(row: Row) -> str:
    word = str(row["word"])
    word = word.replace(f"throughout {row['party']}'s stated range", "throughout").replace(
        f"over most of {row['party']}'s stated range", "over most of the stated range"
    )
    return word[:1].upper() + word[1:]


def _detail(row: Row, row_id: str, *, silent: Sequence[str], confidence: float) -> Any:
    if row["code"] == "silent":
        return "states nothing; never imputed" if row["party"] in silent else "not asked in this search"
    if row["code"] == "odds":
        low, high = (float(v) for v in row["word"].removeprefix("holds with probability ").split(" to "))
        return link(row_id, stated_odds(row, low, high, confidence=confidence))
    if row["best_end"] is None and row["look"] is None:  # a search over safeguards
        return link(row_id, f"over {row['draws']:,} arrangements")
    if row["code"] == "not_resolved":
        return link(row_id, f"settled in {percent(row['share_resolved'])} of {row['draws']:,} draws")
    met = link(row_id, f"met {over_range(row['share_met'], said(row['party']), draws=row['draws'])}")
    return Markup("{}{}").format(met, _end(row))


def _end(row: Row) -> str:
    found = " found" if row["ends_found"] == "search" else ""
    if row["leaning"] == "fails" and row["best_end"] == "MET":
        return f"; met at its most favourable end{found}"
    if row["leaning"] == "holds" and row["worst_end"] == "NOT_MET":
        return f"; not met at its least favourable end{found}"
    if "UNRESOLVED" in (row["best_end"], row["worst_end"]):
        return "; an end not resolved"
    return ""


def headline(data: StudyData) -> str:
    """The page in a line. "Public data cannot settle this" is an answer: nothing testable comes out the same for the pair."""
    pair = data.main_pair
    if not data.views:
        return "Public data cannot settle this: no claim here can be tested in this model"
    words = [row["between"] for view in data.views if pair and (row := data.comparison(view.id, pair))]
    agreed = [w for w in words if w.startswith("agreed")]
    if words and all(w.startswith("not resolved") for w in words):
        return "Nothing was resolved with the runs made, in this model: more runs are needed before anything can be said"
    if not agreed:
        return f"Public data cannot settle this: in this model, {_why_open(words)}"
    if len(agreed) == len(words):
        return "In this model both parties' own assumptions give the same answer to every reading"
    count = f"{len(agreed)} of {len(words)} readings"
    return f"In this model {count} come out the same under both parties' own assumptions; public data cannot settle the rest"


def _why_open(words: Sequence[str]) -> str:
    if all(w == "disputed" for w in words):
        return "the answer is another under each party's assumptions"
    if all(w == "one party is silent" for w in words):
        return "a party states nothing, and nothing is imputed to it"
    return "no reading comes out the same under both parties' assumptions"


def sentences(data: StudyData) -> list[Any]:
    """At most three sentences, from the words of the first pair: the disputed claims first, in the order of the file."""
    pair = data.main_pair
    if pair is None:
        return []
    told, agreed = [], []
    for k, claim in enumerate(data.spec.claims):
        words = {str(row["between"]) for row in data.rows("comparisons", claim=claim.id, party_a=pair[0], party_b=pair[1])}
        if len(words) == 1 and next(iter(words)) in ("agreed: holds", "agreed: fails"):
            agreed.append((next(iter(words)).removeprefix("agreed: "), claim))
        elif words:
            told.append((0 if "disputed" in words else 1, k, _of_claim(data, claim, pair)))
    found = [text for _, _, text in sorted(told, key=lambda item: item[:2])]
    return [*found[: SENTENCES - bool(agreed)], *_agreed(data, agreed, pair)]


def _agreed(data: StudyData, agreed: list[tuple[str, Any]], pair: Pair) -> list[Markup]:
    """One sentence of the claims that come out the same for both."""
    parts = []
    for word in ("holds", "fails"):
        ids = [data_claim(data, claim, pair) for w, claim in agreed if w == word]
        if ids:
            verb = word if len(ids) == 1 else word.removesuffix("s")
            parts.append(Markup("{} {} under both parties' assumptions").format(_joined(ids), verb))
    return [Markup("{}.").format(Markup("; ").join(parts))] if parts else []


def data_claim(data: StudyData, claim: Any, pair: Pair) -> Markup:
    """A claim in a sentence: its id, linked to the comparison, and its words where they are few."""
    view = next(v for v in data.views if v.claim.id == claim.id)
    return Markup("{}{}").format(word_link(pair_id(data, view, pair), said(claim.id)), _quoted(claim))


def _quoted(claim: Any) -> Markup:
    text = " ".join(claim.text.split())
    return (
        Markup("")
        if len(text) > QUOTED
        else Markup(" (\N{LEFT DOUBLE QUOTATION MARK}{}\N{RIGHT DOUBLE QUOTATION MARK})").format(said(text))
    )


def _joined(parts: list[Markup]) -> Markup:
    return Markup(" and ").join([Markup(", ").join(parts[:-1]), parts[-1]]) if len(parts) > 1 else parts[0]


def _of_claim(data: StudyData, claim: Any, pair: Pair) -> Markup:
    views = [v for v in data.views if v.claim.id == claim.id]
    rows = {v.id: data.comparison(v.id, pair) for v in views}
    words = {v.id: str(row["between"]) for v in views if (row := rows[v.id]) is not None}
    name = data_claim(data, claim, pair)
    if len(words) > 1:
        kinds: dict[str, list[View]] = {}
        for v in views:
            kinds.setdefault(words.get(v.id, "not compared"), []).append(v)
        parts = [_readings_part(data, several, pair, word) for word, several in kinds.items()]
        text = Markup("{} depends on how it is read: {}.").format(name, Markup("; ").join(parts[:MOST_PARTS]))
        text = (
            text
            if len(kinds) > 1
            else Markup("{} {}.").format(name, _between_words(data, views[0], pair, words[views[0].id]))
        )
    else:
        text = Markup("{} {}.").format(name, _between_words(data, views[0], pair, next(iter(words.values()))))
    split = next((v for v in views if words.get(v.id) == "disputed" and _leaders(data, v, pair)), None)
    if split is None:
        return text
    which = Markup(" in {}").format(said(split.id)) if len(words) > 1 else Markup("")
    return Markup("{} The difference{} turns mainly on {}.").format(text, which, _leaders(data, split, pair))


def _readings_part(data: StudyData, views: Sequence[View], pair: Pair, word: str) -> Markup:
    names = [said(f"\N{LEFT DOUBLE QUOTATION MARK}{v.label}\N{RIGHT DOUBLE QUOTATION MARK}") for v in views[:MOST_PARTS]]
    return Markup("as {} it {}").format(joined(names, "or"), _between_words(data, views[0], pair, word))


def _between_words(data: StudyData, view: View, pair: Pair, word: str) -> Markup:
    """Words between two parties as the end of a sentence, linked to their row."""
    a, b = pair
    at = pair_id(data, view, pair)
    if word == "disputed":
        leaning = data.claim_row(view.id, a)["leaning"]
        other = {"holds": "fails", "fails": "holds"}.get(leaning, "differs")
        return word_link(
            at, Markup("{} under the assumptions of {} and {} under those of {}").format(leaning, said(a), other, said(b))
        )
    if word.startswith("agreed: fails, even"):
        owner = view.claim.owner
        return word_link(at, Markup("fails under both, even under those of {}, whose claim it is").format(said(owner)))
    if word.startswith("agreed: "):
        leaning, _, reason = word.removeprefix("agreed: ").partition("; ")
        return word_link(at, f"{leaning} under both parties' assumptions{f', the {reason}' if reason else ''}")
    if word == "depends" and "odds" in {data.claim_row(view.id, party)["code"] for party in pair}:
        return word_link(at, "depends on the stated odds")
    if word == "depends":
        return word_link(at, "holds over a part of the stated ranges only")
    if word == "one party is silent":
        return word_link(at, "is not compared, since one party is silent")
    return word_link(at, f"is {word}")


def _leaders(data: StudyData, view: View, pair: Pair) -> Any:
    """The players with the largest parts, with their shares and intervals."""
    compared = data.comparison(view.id, pair)
    if compared is None or not compared["material"]:
        return None
    rows = [r for r in data.shares(view.id, pair)[:LEADERS] if abs(r["share"]) > max(3.0 * r["error"], 0.0)]
    return Markup(" and ").join([_share_text(data, view, pair, compared, r) for r in rows]) if rows else None


def _share_text(data: StudyData, view: View, pair: Pair, compared: Row, row: Row) -> Markup:
    at = share_id(data, view, pair, row["player"])
    half = row["half_width"] or 0.0
    if row["percent"] is None:
        unit = "" if compared["unit"] in (None, "1") else f" {compared['unit']}"
        number = f"{significant(row['share'], 2)}{unit}, {_interval(data)} {spread(row['share'], half)}"
    else:
        wide = 100.0 * half / abs(compared["delta"])
        number = f"{significant(row['percent'], 2)} %, {_interval(data)} {spread(row['percent'], wide)}"
    return Markup("<em>{}</em> ({})").format(said(plain(row["player"])), link(at, number))


def _interval(data: StudyData) -> str:
    return f"{100.0 * data.confidence:g} % interval"


def settled(data: StudyData, pair: Pair) -> list[str]:
    """Readings with nothing to settle: both parties' own assumptions give the same answer."""
    rows = ((v, data.comparison(v.id, pair)) for v in data.views)
    return [v.id for v, r in rows if r and str(r["between"]).startswith("agreed") and not r["material"] and not r["offset"]]


def unresolved(data: StudyData, pair: Pair) -> list[str]:
    """Readings whose words, or whose disagreement, the runs did not resolve."""
    found = []
    for view in data.views:
        row = data.comparison(view.id, pair)
        if row is not None and (str(row["between"]).startswith("not resolved") or _unsure(row)):
            found.append(view.id)
    return found


def _unsure(row: Row) -> bool:
    """Whether an error of the difference hides whether there is a material one, or no run held a value to split."""
    if row["sentence"] is None or row["material"]:
        return False
    return row["delta_error"] is None or bool(3.0 * (row["delta_error"] or 0.0) > (row["agenda_delta"] or 0.0))


def settle(data: StudyData, view: View, pair: Pair) -> list[Any]:
    """What would settle one reading for a pair: flip sets, agenda, break-even values; one sentence each. Empty for `settled`."""
    compared = data.comparison(view.id, pair)
    if compared is None:
        return []
    word = str(compared["between"])
    if compared["offset"]:
        return [Markup("Similar answers for opposing reasons: {}.").format(_opposed(data, view, pair, compared))]
    if word.startswith("agreed") and not compared["material"]:
        return []
    if word.startswith("not resolved"):
        return []
    told = [_flips(data, view, pair), _agenda(data, view, pair, compared), *_turns(data, view, pair)]
    return [text for text in told if text] or [_nothing(word)]


def _nothing(word: str) -> str:
    return f"{word[:1].upper()}{word[1:]}; a break-even value was not found with the runs made."


def _opposed(data: StudyData, view: View, pair: Pair, compared: Row) -> Markup:
    rows = data.shares(view.id, pair)
    parts = [r for sign in (1, -1) for r in [x for x in rows if sign * x["share"] > 0][:1]]
    return Markup(" against ").join([_share_text(data, view, pair, compared, r) for r in parts])


def _flips(data: StudyData, view: View, pair: Pair) -> Any:
    told = []
    for own, other in (pair, pair[::-1]):
        sets: dict[int, list[str]] = {}
        for row in data.rows("flip_sets", reading=view.id, party_a=pair[0], party_b=pair[1], of=own):
            sets.setdefault(row["number"], []).append(said(plain(row["player"])))
        if sets and all(sets.values()):
            options = [joined(members) for members in sets.values()]
            told.append(f"{said(own)}'s answer changes if {joined(options, 'or')} {_taken(sets)} taken from {said(other)}")
    return f"{'; '.join(told)}." if told else None


def _taken(sets: dict[int, list[str]]) -> str:
    return "are" if len(list(sets.values())[-1]) > 1 else "is"


def _agenda(data: StudyData, view: View, pair: Pair, compared: Row) -> Any:
    rows = [r for r in data.rows("agenda", reading=view.id, party_a=pair[0], party_b=pair[1]) if r["number"] == 0]
    if not rows or not compared["material"]:
        return None
    items = joined([said(plain(r["player"])) for r in rows])
    left = link(f"g{view.number}-{data.pairs.index(pair)}", f"{significant(rows[0]['residual'], 2)}{_unit(compared)}")
    whole = link(pair_id(data, view, pair), f"{significant(abs(compared['delta']), 2)}{_unit(compared)}")
    return Markup("Agenda: settling {}, whichever way each goes, leaves at most {} of a difference of {}.").format(
        items, left, whole
    )


def _unit(compared: Row) -> str:
    return "" if compared["unit"] in (None, "1") else f" {compared['unit']}"


def _turns(data: StudyData, view: View, pair: Pair) -> list[Any]:
    """Break-even values: where a player's way from one party to the other turns the word, others held at the middle of a party."""
    told: list[Any] = []
    for others in pair:
        players: dict[str, list[Any]] = {}
        for row in data.rows("turning", reading=view.id, party_a=pair[0], party_b=pair[1], others=others):
            if row["assumption"] is not None and row["value"] is not None:
                players.setdefault(row["player"], []).append(_value_at(data, row))
        if players:
            parts = Markup(" or ").join(
                [
                    Markup("{} reaches {}").format(said(plain(name)), Markup(" with ").join(values))
                    for name, values in players.items()
                ]
            )
            told.append(
                Markup("Break-even, all else at the middle of {}'s range: the word turns where {}.").format(
                    said(others), parts
                )
            )
    return told


def _name(a: Any) -> str:
    """An assumption in few words: its label up to the first mark, where that is short; else its id."""
    short = re.split(r"[,(:;]", str(a.label), maxsplit=1)[0].strip()
    return short if len(short) <= NAMED else str(a.id)


def _near(value: float) -> str:
    """A break-even value: two figures, and whole units from a hundred on, so that it does not round onto a stated end."""
    return f"{value:,.0f}" if abs(value) >= 100.0 else significant(value, 2)


def _value_at(data: StudyData, row: Row) -> Markup:
    number, a = data.assumption(row["assumption"])
    index = data.table("turning").index(row)
    unit = "" if a.unit == "1" else f" {a.unit}"
    where = data.line("assumptions", number)
    text = Markup("{} {}{}").format(said(_name(a)), _near(row["value"]), unit)
    return Markup('<a class="n" href="#t{}" title="line {} of the study file">{}</a>').format(index, where, text)
