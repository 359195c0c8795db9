"""What happened to one object in one replication, and when it got through: why nobody stopped it.

Truth (`outcomes`, `association`) finds the object's tracks and shots; what a node believed is told as the node's belief.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import pyarrow.compute as pc

from openiads.errors import ResultsError
from openiads.results.store import RunReader

Row = dict[str, Any]

CAUSES: Final = {"firm": 0, "identified": 1, "assigned": 2, "dropped": 3}
"""Order in which events of one time are told: cause before effect."""

TOLD_BY_SHOTS: Final = frozenset({"launched", "intercept", "assessed"})
"""Events that the `shots` table tells better."""

TOLD_OF_PAIRS: Final = frozenset({"committed", "airborne", "met", "recalled"})
"""Events of fighters that are about a track."""

OUTAGES: Final = {"down": "goes out of action", "up": "is back, with an empty picture"}
"""What is told of nodes, whoever is asked about."""

RESULTS: Final = {
    "in_flight": "still in flight at the end",
    "killed": "killed",
    "missed": "missed",
    "track_lost": "track lost",
    "out_of_envelope": "out of its envelope",
    "no_object": "nothing there",
    "target_gone": "target already gone",
}


class Line(NamedTuple):
    """One line of a timeline; `node` is empty when it is nobody's act."""

    at_ns: int
    node: str
    text: str


@dataclass(frozen=True)
class Timeline:
    """The life of one object in one replication, with a plain sentence on how it ended and why."""

    object_id: str
    replication: int
    headline: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class _Shot:
    """One launch at the object and, in truth, what became of it."""

    row: Row
    result: str


def timeline(run: RunReader, object_id: str, replication: int = 0) -> Timeline:
    """The timeline of `object_id` in `replication`.

    Raises
    ------
    ResultsError
        The object or the replication is not in the run, or its events were not recorded.
    """
    run.require_replication(replication)
    objects = {row["object_id"]: row for row in run.table("objects").to_pylist()}
    if object_id not in objects:
        raise ResultsError(f"{run.folder}: no object is called {object_id!r}. Known: {', '.join(sorted(objects))}")
    outcomes = run.table("outcomes", replication)
    end: Row = outcomes.filter(pc.equal(outcomes.column("object_id"), object_id)).to_pylist()[0]
    association = run.table("association", replication).to_pylist()
    owners = _owners(association)
    every = run.table("events", replication).to_pylist()
    events = [row for row in every if _owner(owners, row["track_id"], row["at_ns"]) == object_id]
    shots = _shots(run.table("shots", replication).to_pylist(), association, owners, object_id)
    lines = [
        Line(objects[object_id]["start_ns"], "", "appears"),
        *_event_lines(events, association, end),
        *_shot_lines(shots),
        *(Line(row["at_ns"], row["node"], OUTAGES[row["event"]]) for row in every if row["event"] in OUTAGES),
    ]
    lines.append(Line(end["at_ns"], end["killed_by"] or "", _end_text(end)))
    lines.sort(key=lambda line: line.at_ns)
    magazines = run.table("magazines", replication).to_pylist()
    headline = _headline(objects[object_id], end, events, shots, magazines)
    return Timeline(object_id, replication, headline, tuple(lines))


def format_timeline(found: Timeline) -> str:
    """A timeline as plain text, times in seconds."""
    width = max((len(line.node) for line in found.lines), default=0)
    lines = [f"{found.object_id}, replication {found.replication}, in this model", found.headline]
    lines += [f"{line.at_ns / 1e9:10.1f} s  {line.node:<{width}}  {line.text}" for line in found.lines]
    return "\n".join(lines)


def _owners(association: list[Row]) -> dict[str, tuple[list[int], list[str]]]:
    """For each track the times from which on it followed an object, and which."""
    found: dict[str, tuple[list[int], list[str]]] = defaultdict(lambda: ([], []))
    for row in association:  # sorted by time
        if row["reference"] in {"track", "identification"}:
            found[row["reference_id"]][0].append(row["at_ns"])
            found[row["reference_id"]][1].append(row["object_id"])
    return dict(found)


def _owner(owners: dict[str, tuple[list[int], list[str]]], track_id: str, at_ns: int) -> str:
    """The object that a track followed at a time; before it was firm, the one that it then turned out to follow."""
    if track_id not in owners:
        return ""
    times, objects = owners[track_id]
    return objects[max(bisect_right(times, at_ns) - 1, 0)]


def _shots(
    shots: list[Row], association: list[Row], owners: dict[str, tuple[list[int], list[str]]], object_id: str
) -> list[_Shot]:
    truth = {(row["node"], row["reference_id"].rsplit("/", 1)[-1]): row for row in association if row["reference"] == "shot"}
    found = []
    for row in shots:
        really = truth.get((row["node"], str(row["shot"])))
        target = really["object_id"] if really else _owner(owners, row["track_id"], row["at_ns"])
        if target == object_id:
            found.append(_Shot(row, really["result"] if really else "in_flight"))
    return found


def _pair_text(event: str, detail: str, track: str, met: str) -> str:
    """What a pair of fighters did about a track."""
    base, _, reason = detail.partition(": ")
    if event == "recalled":
        return f"a pair of {base} is called back from track {track}: {reason.replace('_', ' ')}"
    if event == "met":
        return f"a pair of {base} meets track {track}: in truth {met}"
    return f"{base} sends a pair at track {track}" if event == "committed" else f"a pair of {base} takes off"


def _event_text(row: Row, wrong: set[tuple[int, str, str]], met: Mapping[tuple[int, str], str]) -> str:
    event, detail, track = row["event"], row["detail"], row["track_id"]
    if event in TOLD_OF_PAIRS:
        return _pair_text(event, detail, track, RESULTS[met.get((row["at_ns"], detail), "in_flight")])
    if event == "identified":
        note = ", in truth wrong" if (row["at_ns"], row["node"], track) in wrong else ""
        sure = "" if row["value"] is None else f", probability {row['value']:.3f}"
        return f"track {track} identified as {detail}{sure}{note}"
    told = {"firm": "is firm"}
    text = f"track {track} {told.get(event, event)}"
    return text + (f": {detail}" if detail else "")


def _event_lines(events: list[Row], association: list[Row], end: Row) -> list[Line]:
    wrong = {
        (row["at_ns"], row["node"], row["reference_id"])
        for row in association
        if row["reference"] == "identification" and row["result"] == "wrong"
    }
    met = {(r["at_ns"], r["reference_id"].rsplit("/", 1)[0]): r["result"] for r in association if r["reference"] == "sortie"}
    told = [row for row in events if row["event"] not in TOLD_BY_SHOTS]
    told.sort(key=lambda row: (row["at_ns"], CAUSES.get(row["event"], len(CAUSES))))
    lines = [Line(row["at_ns"], row["node"], _event_text(row, wrong, met)) for row in told]
    if end["first_detection_ns"] is not None:
        lines.append(Line(end["first_detection_ns"], "", "first detected"))
    return lines


def _shot_lines(shots: list[_Shot]) -> list[Line]:
    lines = []
    for shot in shots:
        row, name = shot.row, f"shot {shot.row['shot']}"
        when = row["predicted_intercept_ns"] / 1e9
        lines.append(
            Line(
                row["at_ns"],
                row["node"],
                f"{name}: {row['missile']} launched at track {row['track_id']}, due at {when:.1f} s",
            )
        )
        if row["intercept_ns"] is not None:
            lines.append(Line(row["intercept_ns"], row["node"], f"{name}: in truth {RESULTS[shot.result]}"))
        if row["assessed_ns"] is not None:
            lines.append(Line(row["assessed_ns"], row["node"], f"{name}: assessed as {row['assessment']}"))
    return lines


def _end_text(end: Row) -> str:
    words = {"alive_at_end": "alive at the end of the scenario", "killed": "killed"}
    return words.get(end["end_state"], str(end["end_state"]))


def _headline(thing: Row, end: Row, events: list[Row], shots: list[_Shot], magazines: list[Row]) -> str:
    name, side, ended = thing["object_id"], thing["side"], _end_text(end)
    if end["end_state"] == "killed":
        by = end["killed_by"] or "an unknown node"
        return f"{name} ({side}) was killed by {by} at {end['at_ns'] / 1e9:.1f} s; missiles at it: {end['shots']}."
    said = f"{name} ({side}): {ended}. "
    if side == "hostile":
        return said + _why_not(end, events, shots, magazines)
    if shots:
        return said + f"It was shot at: {_tally(shots)}."
    return said + "No missile was launched at it."


def _why_not(end: Row, events: list[Row], shots: list[_Shot], magazines: list[Row]) -> str:
    """Why nobody stopped it: the first link of the chain that failed, as far as the tables tell."""
    if end["first_detection_ns"] is None:
        return "No radar ever detected it."
    detected = f"first at {end['first_detection_ns'] / 1e9:.1f} s, {end['plots']} plots"
    if end["first_firm_ns"] is None:
        return f"It was detected ({detected}), but no node ever held a firm track of it."
    if shots:
        return f"It was shot at without success: {_tally(shots)}."
    held = {row["node"]: row["detail"] for row in events if row["event"] == "identified"}  # the last one of each node
    if not held:
        return (
            f"It was tracked (firm at {end['first_firm_ns'] / 1e9:.1f} s), but no node identified it; nothing was launched."
        )
    if "hostile" not in held.values():
        beliefs = ", ".join(f"{node} held it for {identity}" for node, identity in sorted(held.items()))
        return f"It was tracked but not taken for hostile: {beliefs}; nothing was launched."
    sent = Counter(row["detail"] for row in events if row["event"] == "committed")
    if sent:
        return f"Pairs were sent at it without success: {', '.join(f'{k} of {base}' for base, k in sorted(sent.items()))}."
    assigned = sorted({row["node"] for row in events if row["event"] == "assigned"})
    if assigned:
        return f"It was assigned to {', '.join(assigned)}, but nothing was launched: the intercept no longer fitted."
    left: Counter[str] = Counter()
    for row in magazines:
        left[row["node"]] += row["remaining"]
    empty = sorted(node for node, count in left.items() if count == 0)
    note = f" Magazines empty at the end: {', '.join(empty)}." if empty else ""
    return (
        "It was tracked and identified as hostile, but never assigned: rules of engagement, envelope, sector, channels or "
        f"magazines did not allow it.{note}"
    )


def _tally(shots: list[_Shot]) -> str:
    counts = Counter(RESULTS[shot.result] for shot in shots)
    return ", ".join(f"{count} {result}" for result, count in sorted(counts.items()))
