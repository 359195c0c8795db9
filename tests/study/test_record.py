"""Registration, replay, comparison, what-if, closed runs, the kit: the record of a study."""

import hashlib
import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from toy import ToyRange

from openiads.errors import StudyError
from openiads.scenario.yaml_reader import read_text
from openiads.study import aftermath, closed, lock
from openiads.study.bench import Bench
from openiads.study.crate import ro_crate
from openiads.study.evidence import mirrored
from openiads.study.execute import begin, execute
from openiads.study.findings import run_study
from openiads.study.kit import invitation
from openiads.study.loading import Study, load_study
from openiads.study.manifest import style_sheet
from openiads.study.model import Direct
from openiads.study.opened import Results, open_results
from openiads.study.order import order_of
from openiads.study.tables import SCHEMAS, read_table, write_tables
from openiads.study.words import PartyVerdict

HERE = Path(__file__).parent
SMALL = HERE / "files" / "small-study.yaml"
MODEL = ToyRange()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A study file that can be registered, with its scenario where it says."""
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "scenarios").mkdir()
    scenario = HERE.parent / "scenarios" / "small.yaml"
    (tmp_path / "scenarios" / "small.yaml").write_text(scenario.read_text(encoding="utf-8"), encoding="utf-8")
    path = tmp_path / "a" / "b" / "study.yaml"
    path.write_text(SMALL.read_text(encoding="utf-8"), encoding="utf-8")
    return path


def test_a_registered_file_changed_by_one_byte_is_refused(file: Path) -> None:
    made = lock.register(load_study(file))
    assert lock.require_unchanged(made).sha256 == made.study_sha256
    with pytest.raises(StudyError, match="registered already"):
        lock.register(load_study(file))
    text = file.read_text(encoding="utf-8")
    file.write_text(text + " ", encoding="utf-8")
    with pytest.raises(StudyError, match=r"study\.yaml: is not what was registered on .* Put the registered file back"):
        lock.require_unchanged(lock.read_lock(made.path))
    file.write_text(text, encoding="utf-8")
    damaged = made.path.read_text(encoding="utf-8").replace("threshold: 0.5", "threshold: 0.4")
    made.path.write_text(damaged, encoding="utf-8")
    with pytest.raises(StudyError, match="the study in it has hash"):
        lock.require_unchanged(lock.read_lock(made.path))


def test_a_changed_scenario_is_refused(file: Path) -> None:
    made = lock.register(load_study(file))
    scenario = file.parents[2] / "scenarios" / "small.yaml"
    scenario.write_text(scenario.read_text(encoding="utf-8").replace("p_kill: 0.6", "p_kill: 0.61"), encoding="utf-8")
    with pytest.raises(StudyError, match="the scenario was changed since registration"):
        lock.require_unchanged(made)


def test_neither_party_chooses_the_seed(file: Path) -> None:
    values = {"A": lock.new_nonce(), "B": lock.new_nonce()}
    made = lock.register(load_study(file), commitments={k: lock.commit(v) for k, v in values.items()})
    assert made.seed is None
    with pytest.raises(StudyError, match="A, B committed to a value and has not revealed it"):
        order_of(made.study(), lock=made)
    with pytest.raises(StudyError, match="not the value that party A committed to"):
        lock.reveal(made, "A", values["B"])
    both = lock.reveal(lock.reveal(made, "A", values["A"]), "B", values["B"])
    assert both.seed == lock.read_lock(made.path).seed
    assert both.seed is not None
    assert both.sha256 == made.sha256, "revealing does not change what was registered"
    other = lock.commit("x")
    assert other != values["A"]
    with pytest.raises(StudyError, match="no such party"):
        lock.register(load_study(file), commitments={"Z": other}) if made.path.unlink() is None else None


def test_amendments_stand_beside_what_was_registered(file: Path) -> None:
    made = lock.register(load_study(file))
    with pytest.raises(StudyError, match="nothing to amend"):
        lock.amend(made, load_study(file), what="x", why="y", by="A", after_results_seen=False)
    file.write_text(file.read_text(encoding="utf-8").replace("threshold: 0.5", "threshold: 0.4"), encoding="utf-8")
    amended = lock.amend(made, load_study(file), what="threshold", why="typing error", by="A", after_results_seen=True)
    assert amended.data["amendments"][0]["after_results_seen"] is True
    assert lock.require_unchanged(amended).sha256 == made.study_sha256, "what runs is what was registered"
    assert amended.amended().sha256 == load_study(file).sha256
    assert amended.sha256 == made.sha256


@pytest.fixture(scope="module")
def study(golden_file: Path) -> Study:
    return load_study(golden_file, scenario=False)


@pytest.fixture(scope="module")
def folder(study: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("record") / "results"
    execute(order_of(study, draws=32), made, model=MODEL)
    return made


def test_replay_is_bitwise_here_and_tells_another_model(folder: Path) -> None:
    results = open_results(folder)
    found = aftermath.replay(results, share=0.1, model=MODEL)
    assert found.grade == "bitwise"
    assert found.same == found.blocks > 1

    class Other(ToyRange):
        def evaluate(self, batch: Any) -> Any:
            return {name: values * 1.1 for name, values in super().evaluate(batch).items()}

    assert aftermath.replay(results, share=0.1, model=Other()).grade == "different"


def test_what_if_words_the_page_anew_or_says_what_must_run(folder: Path) -> None:
    results = open_results(folder)
    findings, lines = aftermath.what_if(results, {"claims.C1.readings.C1_area.threshold": 0.05}, model=MODEL)
    assert findings is not None
    assert any(re.match(r"C1_area B: holds .*\(was: fails", line) for line in lines), lines
    findings, lines = aftermath.what_if(results, {"assumptions.R1.positions.A.interval": [100, 150]}, model=MODEL)
    assert findings is None
    assert re.search(r"the stored runs do not answer this: [\d,]+ of [\d,]+ runs must be made first", lines[0])
    with pytest.raises(StudyError, match="there is no 'C9' here"):
        aftermath.what_if(results, {"claims.C9.text": "x"}, model=MODEL)


def test_comparison_says_what_changed_and_why(study: Study, folder: Path, tmp_path: Path) -> None:
    assert aftermath.compare(open_results(folder), open_results(folder)) == ["the same results, to the bit"]
    assert study.path is not None
    text = study.path.read_text(encoding="utf-8")
    other = tmp_path / "other.yaml"
    other.write_text(text.replace("A: {value: 400, basis", "A: {value: 300, basis"), encoding="utf-8")
    execute(order_of(load_study(other, scenario=False), draws=32), tmp_path / "r", model=MODEL)
    lines = aftermath.compare(open_results(folder), open_results(tmp_path / "r"))
    assert "why: positions on R_kin changed" in lines
    assert any(line.startswith('changed: C1_best_case A: was "holds throughout') for line in lines), lines


def private(text: str) -> Any:
    return read_text(text, name="private.yaml", first_line=closed.FIRST_LINE)


def test_closed_runs_export_words_and_hashes_only(file: Path, tmp_path: Path) -> None:
    study = load_study(file)
    mine = closed.closed_study(study, private("pk: {A: {interval: [0.1234, 0.1375]}}\n"))
    stated = next(a for a in mine.spec.assumptions if a.id == "pk").positions
    assert stated is not None
    assert stated["A"].interval == (0.1234, 0.1375)
    assert stated["B"].interval == (0.2, 0.5), "the others stay as registered"
    values = tmp_path / "private.yaml"
    values.write_text("pk: {A: {interval: [0.1234, 0.1375]}}\n", encoding="utf-8")
    first, before = closed.commitment(values, make=True)
    again, held = closed.commitment(values, make=True)
    assert (first, before, held) == (again, False, True)
    assert first != hashlib.sha256(values.read_bytes()).hexdigest(), "without its salt anyone could try values out"


def test_closed_words_carry_no_number(study: Study) -> None:
    findings = run_study(Bench(study.spec, MODEL, order_of(study, draws=16).sizes, 1), Direct(MODEL))
    told = closed.closed_export(findings, study_sha256=study.sha256, lock_sha256=None, committed="f" * 64, before=True)
    assert not re.search(r"\d\.\d", json.dumps(told)), "no estimate leaves the building"
    assert {
        "reading": "C1_area",
        "party": "A",
        "word": "holds throughout A's stated range",
        "code": "holds_throughout",
    } in told["words"]
    odds = PartyVerdict("A", "odds", 0.72, 1.0, 64, low=0.69, high=0.75)
    assert closed.told_word(odds) == "depends on its stated odds"
    assert closed.told_word(replace(odds, low=0.93, high=0.97)) == "holds under its stated odds"
    assert closed.told_word(replace(odds, low=0.0, high=0.09)) == "fails under its stated odds"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "R9: {A: {value: 1}}",
            r"private\.yaml:1:1: private values: the study has no assumption 'R9'\. Known: pk, link, free",
        ),
        ("pk: {Z: {value: 0.5}}", r"private\.yaml:1:6: private values: pk has no position of 'Z'\. Known: A, B"),
        ("pk: 0.5", r"private\.yaml:1:1: private values: write positions by party"),
        ("pk: {A: 0.5}", r"private\.yaml:1:6: private values: write a position"),
        (
            "link: {A: {value: 1}}\npk: {A: {intervall: [0.1, 0.2]}}",
            r"private\.yaml:2:.*there is no such key.*Did you mean 'interval'",
        ),
        ("pk: {A: {interval: [0.5, 0.2]}}", r"private\.yaml:1:\d+: private values: pk\.A\.interval: is reversed"),
        (
            "pk: {A: {interval: [0.5, 7]}}",
            r"private\.yaml:1:\d+: private values: pk\.A\.interval: 7 is outside the admissible 0.1 to 0.95",
        ),
    ],
)
def test_private_values_are_checked_at_their_place(file: Path, text: str, line: str) -> None:
    with pytest.raises(StudyError) as caught:
        closed.closed_study(load_study(file), private(text + "\n"))
    assert re.search(line, str(caught.value)), str(caught.value)


def test_kit_crate_and_sheet(study: Study, folder: Path) -> None:
    results = open_results(folder)
    files = invitation(results, study.spec)
    assert set(files) == {"terms.md", "agenda.md", "positions-A.yaml", "positions-B.yaml"}
    assert "- terrain: " in files["agenda.md"]
    assert "interval: [ , ]" in files["positions-A.yaml"]
    assert "350" not in files["positions-A.yaml"], "a blank sheet leads nobody"
    assert set(read_text(files["positions-A.yaml"], name="sheet", first_line="positions:").data) == {"positions", "readings"}
    assert "validation | 0 of 4" in style_sheet(results)


def test_the_kit_says_why_there_is_no_agenda(study: Study, folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    rows = {name: read_table(copy, name) for name in SCHEMAS} | {"agenda": []}

    def told(**change: Any) -> str:
        write_tables(copy, rows | {"comparisons": [{**r, **change} for r in rows["comparisons"]]})
        return invitation(open_results(copy), study.spec)["agenda.md"]

    assert "No agenda yet: C1_best_case, C1_all_aircraft" in told(between="not resolved with the runs made")
    assert "no table of coalitions was run" in told(between="disputed", material=True)
    assert "there is no material disagreement to settle" in told(between="agreed: holds", material=False)


def test_the_crate_names_every_file_with_its_hash(folder: Path) -> None:
    graph = {e["@id"]: e for e in ro_crate(open_results(folder))["@graph"]}
    assert graph["ro-crate-metadata.json"]["about"] == {"@id": "./"}
    assert graph["./"]["conformsTo"]["@id"] in graph
    run = graph["#run"]
    assert run["instrument"]["@id"] in graph
    assert run["agent"]["@id"] in graph
    assert run["startTime"] <= run["endTime"]
    for entry in (*graph["./"]["hasPart"], *run["object"], *run["result"]):
        assert graph[entry["@id"]]["sha256"] == hashlib.sha256((folder / entry["@id"]).read_bytes()).hexdigest()
    assert {e["@id"] for e in run["object"]} == {"study.yaml"}
    assert {"tables/claims.parquet", "study.json", "looks.jsonl"} <= {e["@id"] for e in run["result"]}


def test_levels_follow_from_what_the_folder_holds(folder: Path, tmp_path: Path) -> None:
    assert mirrored(folder)[0] == mirrored(folder)[1] > 5
    sheet = open_results(folder).manifest["credibility"]
    assert sheet["verification"]["level"] == 2
    assert sheet["robustness"]["level"] == 2
    assert "threshold sweep for 5 of 5 readings" in sheet["robustness"]["evidence"]
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    rows = {name: read_table(copy, name) for name in SCHEMAS}
    rows["coalitions"] = [{**r, "value": None} if r["mask"] == 3 else r for r in rows["coalitions"]]
    write_tables(copy, rows)
    assert mirrored(copy)[0] == 0, "a table with a gap is not tried"


def test_the_folder_replays_where_the_study_file_is_gone(file: Path, tmp_path: Path) -> None:
    study = load_study(file)
    out = tmp_path / "results"
    begin(order_of(study, lock=lock.register(study)), out, MODEL, resume=False, overwrite=False)
    manifest = {"file": str(file), "identity": {}}
    assert Results(out, manifest).study().scenario_path == study.scenario_path
    scenario = file.parents[2] / "scenarios" / "small.yaml"
    scenario.write_text(scenario.read_text(encoding="utf-8").replace("p_kill: 0.6", "p_kill: 0.61"), encoding="utf-8")
    held = Results(out, manifest).study()
    assert held.scenario_path == out / "scenario.yaml", "the scenario that was run, not the one that stands there now"
    assert held.sha256 == study.sha256
    assert held.scenario.sha256 == study.scenario.sha256
    shutil.rmtree(file.parents[1])
    scenario.unlink()
    assert Results(out, manifest).study().scenario.sha256 == study.scenario.sha256
    assert json.loads((out / "registration.json").read_text(encoding="utf-8"))["study_sha256"] == study.sha256


@pytest.mark.parametrize("change", [lambda b: b + b" ", lambda b: b.replace(b"\n", b"\r\n", 1), lambda b: b"# x\n" + b])
def test_every_byte_counts(file: Path, change: Any) -> None:
    made = lock.register(load_study(file))
    before = file.read_bytes()
    file.write_bytes(change(before))
    with pytest.raises(StudyError, match="is not what was registered"):
        lock.require_unchanged(made)
    with pytest.raises(StudyError, match="If only its layout changed, put it back"):
        lock.amend(made, load_study(file), what="x", why="y", by="A", after_results_seen=False)
    file.write_bytes(before)
    assert lock.require_unchanged(made).sha256 == made.study_sha256


def test_each_party_commits_to_a_value_of_its_own(file: Path) -> None:
    same = lock.commit(lock.new_nonce())
    with pytest.raises(StudyError, match="commitment of B: is that of A"):
        lock.register(load_study(file), commitments={"A": same, "B": same})
    assert not file.with_suffix(lock.SUFFIX).exists()


def test_a_third_party_that_states_nothing_stays_silent(study: Study, tmp_path: Path) -> None:
    third = study.spec.parties[0].model_copy(update={"id": "C", "name": "Silent"})
    spec = study.spec.model_copy(update={"parties": (*study.spec.parties, third)})
    attribution = spec.analysis.attribution.model_copy(update={"pairs": (("A", "B"), ("A", "C"))})
    spec = spec.model_copy(update={"analysis": spec.analysis.model_copy(update={"attribution": attribution})})
    findings = run_study(Bench(spec, MODEL, order_of(replace(study, spec=spec), draws=16).sizes, 1), Direct(MODEL))
    assert findings.words["C2_low", "C"].word == "silent"
    assert findings.between("C2_low", ("A", "C")) == "one party is silent"
    assert {s.pair for s in findings.splits} == {("A", "B")}
