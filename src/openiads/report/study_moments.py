"""From a reading to the moment in a run where its measure shows: links into the viewer, whose state stands in its address."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from openiads.report.study_data import StudyData
from openiads.report.study_words import said

if TYPE_CHECKING:
    from openiads.results.store import RunReader

NANOSECONDS_PER_MILLISECOND: Final = 1_000_000


@dataclass(frozen=True)
class Moment:
    """One moment of a run: what happens, to which object, when, in which replication of which run that is shown."""

    text: str
    object_id: str
    at_ms: int
    replication: int
    run: int

    def address(self, base: str) -> str:
        """Where the viewer shows it."""
        state = {"t": self.at_ms, "rep": self.replication, "sel": f"{self.run}:object:{self.object_id}"}
        return f"{base}#{urlencode(state, safe=':')}"


@dataclass(frozen=True)
class Moments:
    """Moments by reading. `base` is the address of the viewer; `note` says what kind of runs these are."""

    by_reading: Mapping[str, tuple[Moment, ...]] = field(default_factory=dict)
    base: str = "/"
    note: str = ""

    def of(self, reading: str) -> list[tuple[str, str]]:
        """Text and address of each moment of a reading."""
        return [(m.text, m.address(self.base)) for m in self.by_reading.get(reading, ())]


@dataclass(frozen=True)
class _Rule:
    """What to look for: sides, the column of `outcomes` or `timeline` that holds the time, and what is said of it."""

    sides: tuple[str, ...]
    column: str
    text: str
    end_state: str = ""


LEAK: Final = _Rule(("hostile",), "at_ns", "first object that gets through", "leaked")
KILL: Final = _Rule(("hostile",), "at_ns", "first kill", "killed")
FIRM: Final = _Rule(("hostile",), "first_firm_ns", "first firm track")
SEEN: Final = _Rule(("friendly", "neutral"), "first_firm_ns", "first firm track of a friendly object")
FRIEND: Final = _Rule(("friendly",), "launched_ns", "first launch at a friendly object")
DETECTED: Final = _Rule(("hostile",), "first_detection_ns", "first detection")
LAUNCH: Final = _Rule(("hostile",), "launched_ns", "first launch")
RULES: Final[tuple[tuple[str, tuple[_Rule, ...]], ...]] = (
    ("friendly", (FRIEND, SEEN)),
    ("misid_friend", (FRIEND, SEEN)),
    ("p_any_friendly", (FRIEND, SEEN)),
    ("observ", (SEEN,)),
    ("sorties_observed", (SEEN,)),
    ("independent_looks", (SEEN,)),
    ("aspect_coverage", (SEEN,)),
    ("first_detection", (DETECTED, FIRM)),
    ("p_detected", (DETECTED,)),
    ("leakage", (LEAK, KILL)),
    ("p_raid", (LEAK, KILL)),
    ("asset_survival", (LEAK, KILL)),
    ("defended_area", (LEAK, KILL)),
    ("saturation", (LEAK, KILL)),
    ("held_fire", (LEAK,)),
    ("missiles_per_kill", (LAUNCH, KILL)),
    ("magazine", (LAUNCH,)),
    ("pk_", (KILL, LAUNCH)),
    ("reaction_time", (LAUNCH, FIRM)),
    ("max_intercept", (LAUNCH, FIRM)),
    ("keep_out", (KILL, LAUNCH)),
    ("", (FIRM, DETECTED)),
)
"""By the beginning of a measure's type: what shows it, the first that occurs."""


def find_moments(data: StudyData, runs: Sequence["RunReader"], *, base: str = "/") -> Moments:
    """For each reading the moment in the runs beside the study where its measure shows.

    Parameters
    ----------
    runs : sequence of RunReader
        The runs that the viewer shows, in its order. They need not be of the study: the page says what they are.
    """
    kinds = {m.id: m.type for m in data.spec.measures}
    found: dict[str, tuple[Moment, ...]] = {}
    held = [_tables(reader) for reader in runs]
    for view in data.views:
        kind = kinds.get(view.spec.measure or "")
        if kind is None:
            continue
        moments = [m for k, tables in enumerate(held) if (m := _moment(tables, kind, k)) is not None]
        if moments:
            found[view.id] = tuple(moments)
    return Moments(found, base, _note(data, runs))


def _note(data: StudyData, runs: Sequence["RunReader"]) -> str:
    same = [r.manifest.scenario_sha256 == data.manifest["scenario_sha256"] for r in runs]
    names = [said(r.folder.name) for r in runs]
    if runs and all(same):
        return f"Moments in {' and '.join(names)}: runs of the study's scenario."
    return f"Moments in {' and '.join(names)}: runs beside the study, with values of their own." if runs else ""


def _tables(reader: "RunReader") -> dict[str, Any]:
    """The columns of a run that moments are looked for in."""
    names = reader.manifest.tables()
    objects = {row["object_id"]: row["side"] for row in reader.table("objects").to_pylist()}
    found: dict[str, Any] = {"sides": objects, "outcomes": reader.table("outcomes").to_pylist(), "timeline": []}
    if "timeline" in names:
        found["timeline"] = [row for row in reader.table("timeline").to_pylist() if row["node"] == ""]
    return found


def _moment(tables: Mapping[str, Any], kind: str, run: int) -> Moment | None:
    rules = next(rules for start, rules in RULES if kind.startswith(start))
    for rule in rules:
        rows = tables["timeline"] if rule.column == "launched_ns" else tables["outcomes"]
        fitting = [
            row
            for row in rows
            if row.get(rule.column) is not None
            and tables["sides"].get(row["object_id"]) in rule.sides
            and (not rule.end_state or row["end_state"] == rule.end_state)
        ]
        if fitting:
            first = min(fitting, key=lambda row: (row["replication"], row[rule.column], row["object_id"]))
            at_ms = max(0, int(first[rule.column]) // NANOSECONDS_PER_MILLISECOND)
            return Moment(rule.text, first["object_id"], at_ms, int(first["replication"]), run)
    return None
