"""Links from a reading to the moment in a run where its measure shows."""

from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from html_tree import parse

from openiads.report.study import page, study_json
from openiads.report.study_data import StudyData, open_study
from openiads.report.study_moments import find_moments

SECOND = 1_000_000_000  # ns


@dataclass
class Table:
    rows: list[dict[str, Any]]

    def to_pylist(self) -> list[dict[str, Any]]:
        return self.rows


@dataclass
class Reader:
    """A run with a friendly and two hostile objects, in two replications."""

    folder: Path = Path("runs/one")
    sha256: str | None = "f" * 64
    names: tuple[str, ...] = ("objects", "outcomes", "timeline")
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.manifest = SimpleNamespace(scenario_sha256=self.sha256, tables=lambda: self.names)
        sides = {"friend": "friendly", "raid/1": "hostile", "raid/2": "hostile"}
        self.rows["objects"] = [{"object_id": k, "side": v} for k, v in sides.items()]
        self.rows["outcomes"] = [
            self.outcome(1, "raid/2", "leaked", 50, 10, 20),
            self.outcome(0, "raid/1", "killed", 90, 30, 40),
            self.outcome(0, "raid/2", "leaked", 80, 35, 45),
            self.outcome(0, "friend", "left", 99, 5, 15),
        ]
        self.rows["timeline"] = [
            {"replication": 0, "object_id": "friend", "node": "", "launched_ns": 61 * SECOND},
            {"replication": 0, "object_id": "friend", "node": "unit", "launched_ns": 2 * SECOND},
            {"replication": 0, "object_id": "raid/1", "node": "", "launched_ns": 70 * SECOND},
        ]

    @staticmethod
    def outcome(replication: int, name: str, end: str, at: int, detected: int, firm: int) -> dict[str, Any]:
        return {
            "replication": replication, "object_id": name, "end_state": end, "at_ns": at * SECOND,
            "first_detection_ns": detected * SECOND, "first_firm_ns": firm * SECOND,
        }  # fmt: skip

    def table(self, name: str) -> Table:
        return Table(self.rows[name])


@pytest.fixture(scope="module")
def data(golden_results: Path) -> StudyData:
    return open_study(golden_results)


def kinds(data: StudyData, kind: str) -> StudyData:
    """The study with every measure of another type: moments depend on the type alone."""
    changed = open_study(data.folder)
    measures = tuple(m.model_copy(update={"type": kind}) for m in changed.spec.measures)
    object.__setattr__(changed.study, "spec", changed.spec.model_copy(update={"measures": measures}))
    return changed


@pytest.mark.parametrize(
    ("kind", "name", "seconds", "text"),
    [
        ("first_firm_track_range", "raid/1", 40, "first firm track"),
        ("first_detection_range", "raid/1", 30, "first detection"),
        ("leakage", "raid/2", 80, "first object that gets through"),
        ("friendly_engagement_rate", "friend", 61, "first launch at a friendly object"),
        ("observation_hours", "friend", 15, "first firm track of a friendly object"),
        ("pk_single_shot", "raid/1", 90, "first kill"),
        ("missiles_per_kill", "raid/1", 70, "first launch"),
    ],
)
def test_the_moment_of_a_measure(data: StudyData, kind: str, name: str, seconds: int, text: str) -> None:
    found = find_moments(kinds(data, kind), [Reader()])  # type: ignore[list-item]
    moment = found.by_reading["C2_low"][0]
    assert (moment.object_id, moment.at_ms, moment.replication, moment.text) == (name, 1000 * seconds, 0, text)


def test_addresses_are_the_state_of_the_viewer(data: StudyData) -> None:
    found = find_moments(kinds(data, "leakage"), [Reader(), Reader(Path("two"))], base="http://127.0.0.1:1/")  # type: ignore[list-item]
    assert [a for _, a in found.of("C2_low")] == [
        "http://127.0.0.1:1/#t=80000&rep=0&sel=0:object:raid%2F2",
        "http://127.0.0.1:1/#t=80000&rep=0&sel=1:object:raid%2F2",
    ]
    assert "with values of their own" in found.note


def test_nothing_to_show_gives_no_link(data: StudyData) -> None:
    empty = Reader()
    empty.rows.update(outcomes=[], timeline=[])
    assert find_moments(data, [empty]).by_reading == {}  # type: ignore[list-item]
    counts = Reader(names=("objects", "outcomes"))
    assert find_moments(kinds(data, "friendly_engagement_rate"), [counts]).of("C2_low")[0][0] == (  # type: ignore[list-item]
        "first firm track of a friendly object"
    )


def test_the_page_and_its_data_carry_the_links(golden_results: Path) -> None:
    reader = Reader()
    html = page(golden_results, runs=[reader])  # type: ignore[list-item]
    links = [n for n in parse(html).all() if n.tag == "a" and "moment" in n.classes()]
    assert links
    assert {n.attributes["href"] for n in links} == {
        "/#t=70000&rep=0&sel=0:object:raid%2F1",  # what can be intercepted: the first launch
        "/#t=40000&rep=0&sel=0:object:raid%2F1",  # what is covered: the first firm track
    }
    told = study_json(golden_results, runs=[reader])  # type: ignore[list-item]
    assert told["readings"][0]["moments"][0]["address"] == "/#t=70000&rep=0&sel=0:object:raid%2F1"
    assert study_json(golden_results)["readings"][0]["moments"] == []
