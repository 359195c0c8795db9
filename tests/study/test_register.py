"""The register of the record: complete, sound, and its words only from runs."""

from pathlib import Path

import pytest
from toy import ToyRange

from openiads.cli.study_claims import WIDTH, as_data, chosen, page
from openiads.errors import StudyError
from openiads.study import register as room
from openiads.study.loading import load_study
from openiads.study.register import CANNOT_SETTLE, Word3, headline, judge, load_register, require_complete, wanted, words_of
from openiads.study.shipped import find, folder, shipped
from openiads.study.words import PartyVerdict

ROOT = Path(__file__).parents[2]
SHEET = {"C000": 8, "C001": 7, "C002": 3, "C003": 8, "C004": 6}
"""Claims of the record by article: 32."""
TEXT = (folder() / "register.yaml").read_text(encoding="utf-8")


def verdict(party: str, code: str) -> PartyVerdict:
    return PartyVerdict(party, code, 1.0, 1.0, 8)


def word(a: str, b: str, between: str = "agreed: holds") -> Word3:
    return Word3("s", "c", "r", "", {"A": verdict("A", a), "B": verdict("B", b)}, between)


def test_every_claim_of_the_record_stands_in_it() -> None:
    ids = [f"{article}-{k}" for article, count in SHEET.items() for k in range(1, count + 1)]
    register = load_register()
    require_complete(register, ids)
    assert sorted(entry.id for entry in register.claims) == sorted(ids)
    with pytest.raises(StudyError, match="the register lacks C009-1"):
        require_complete(register, [*ids, "C009-1"])


def test_every_study_is_sound_and_gives_its_measures() -> None:
    from openiads.study.engine_model import measure_problems

    assert set(shipped()) >= {
        "both-or-either",
        "co-location",
        "coverage-claims",
        "exposure-baseline",
        "patriot-or-s400",
        "patriot-withdrawal-2015",
        "standalone-vs-integrated",
    }
    for name in shipped():
        study = load_study(find(name))
        assert list(measure_problems(study.spec, study.scenario)) == []


def test_a_shipped_study_stands_nowhere_else() -> None:
    """One place for a study: `examples` holds others. A scenario that an example shares is the same file to the byte."""
    names = {f"{name}.yaml" for name in shipped()}
    assert not names & {path.name for path in (ROOT / "examples" / "studies").glob("*.yaml")}
    shared = [p for p in (ROOT / "examples" / "scenarios").glob("*.yaml") if (folder() / "scenarios" / p.name).is_file()]
    for path in shared:
        assert (folder() / "scenarios" / path.name).read_bytes() == path.read_bytes()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "study: coverage-claims, claim: C1",
            "study: coverage-claim, claim: C1",
            "no shipped study is called 'coverage-claim'",
        ),
        ("study: coverage-claims, claim: C1", "study: coverage-claims, claim: C9", "has no claim 'C9'"),
        ("study: coverage-claims, claim: C1", "study: co-location, claim: C1", "study co-location has no claim 'C1'"),
        ("id: C001-2", "id: C001-1", "claim C001-1 stands here twice"),
        ("article: press-tv\n", "article: press\n", "no article is called 'press'"),
        ("class: testable\n", "class: likely\n", "class"),
        ("class: record_check\n", "class: not_testable\n", "record belongs to record_check"),
        ("claims: [C001-5]", "claims: [C001-9]", "'C001-9' is not known"),
        ("    tests: [{study: coverage-claims, claim: C1}]\n", "", "names no test"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(old: str, new: str, message: str) -> None:
    assert old in TEXT
    with pytest.raises(StudyError, match=message) as raised:
        load_register(TEXT.replace(old, new, 1))
    assert str(raised.value).startswith("register.yaml:")


def test_a_headline_comes_from_class_and_words() -> None:
    entries = {entry.id: entry for entry in load_register().claims}
    tested, intent, record = entries["C001-1"], entries["C000-4"], entries["C001-5"]
    assert headline(intent, []) == CANNOT_SETTLE
    assert headline(record, []).startswith("a matter of record: Conflicts with Sputnik")
    assert headline(tested, []) == "not run in quick mode: openiads study run coverage-claims"
    assert headline(tested, [word("holds_mostly", "holds_mostly")]) == "agreed: holds"
    assert headline(tested, [word("holds_mostly", "fails_mostly")]) == f"{CANNOT_SETTLE}: it turns on whose assumptions hold"
    assert headline(tested, [word("not_resolved", "not_resolved")]) == "not resolved with the runs made"


def test_words_on_the_range_claim_are_those_of_the_golden_study() -> None:
    runs: list[int] = []
    said = {w.reading: w for w in judge("coverage-claims", ["C1"], model=ToyRange(), on_runs=runs.append)}
    leanings = {name: tuple(v.leaning for v in w.party.values()) for name, w in said.items()}
    assert leanings == {
        "C1_best_case": ("holds", "fails"),
        "C1_all_aircraft": ("fails", "fails"),
        "C1_area": ("holds", "fails"),
    }
    assert sum(runs) > 0
    entry = next(e for e in load_register().claims if e.id == "C001-1")
    found = {("coverage-claims", "C1"): list(said.values())}
    assert [w.reading for w in words_of(entry, found)] == list(said)
    assert as_data(entry, found)["words"][1]["parties"]["A"].startswith("fails over most of A's stated range")


def test_the_page_fits_a_terminal_and_types_no_word() -> None:
    register = load_register()
    lines = page(register, {}, ran=False)
    assert max(map(len, lines)) <= WIDTH
    assert "32 claims: " in "\n".join(lines)
    assert not any(key in TEXT for key in ("holds over most", "fails over most", "holds throughout", "fails throughout"))
    few = chosen(register, ["C001-5"])
    assert [entry.id for entry in few.claims] == ["C001-5"]
    with pytest.raises(StudyError, match="has no claim 'X'"):
        chosen(register, ["X"])


def test_quick_mode_leaves_the_heavy_studies_out() -> None:
    register = load_register()
    assert not room.HEAVY & set(wanted(register))
    assert set(wanted(register, heavy=True)) >= room.HEAVY
