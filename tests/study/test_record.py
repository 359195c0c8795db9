"""Registration, replay, comparison, what-if, closed runs, the kit: the record of a study."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from toy import ToyRange

from openiads.errors import StudyError
from openiads.study import aftermath, lock
from openiads.study.bench import Bench
from openiads.study.execute import execute, open_results, order_of
from openiads.study.findings import run_study
from openiads.study.kit import invitation
from openiads.study.loading import Study, load_study
from openiads.study.manifest import ro_crate, style_sheet
from openiads.study.model import Direct

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


def test_closed_runs_export_words_and_hashes_only(study: Study) -> None:
    private = {"R1": {"A": {"interval": [123.25, 137.5]}}}
    mine = aftermath.closed_study(study, private)
    findings = run_study(Bench(mine.spec, MODEL, order_of(mine, draws=16).sizes, 1), Direct(MODEL))
    told = aftermath.closed_export(findings, study_sha256=study.sha256, lock_sha256=None, private=b"secret")
    text = json.dumps(told)
    assert "123.25" not in text
    assert not re.search(r"\d\.\d", text), "no estimate leaves the building"
    assert {
        "reading": "C1_area",
        "party": "A",
        "word": "fails throughout A's stated range",
        "code": "fails_throughout",
    } in told["words"]
    with pytest.raises(StudyError, match="no assumption 'R9'"):
        aftermath.closed_study(study, {"R9": {"A": {"value": 1}}})


def test_kit_crate_and_sheet(study: Study, folder: Path) -> None:
    results = open_results(folder)
    files = invitation(results, study.spec)
    assert set(files) == {"terms.md", "agenda.md", "positions-A.yaml", "positions-B.yaml"}
    assert "- terrain: " in files["agenda.md"]
    assert "interval: [ , ]" in files["positions-A.yaml"]
    assert "350" not in files["positions-A.yaml"], "a blank sheet leads nobody"
    crate = ro_crate(results)
    assert {e["@id"] for e in crate["@graph"]} >= {"./", "#run", "#openiads", "study.yaml", "tables/claims.parquet"}
    assert "validation | 0 of 4" in style_sheet(results)


def test_a_third_party_that_states_nothing_stays_silent(study: Study, tmp_path: Path) -> None:
    third = study.spec.parties[0].model_copy(update={"id": "C", "name": "Silent"})
    spec = study.spec.model_copy(update={"parties": (*study.spec.parties, third)})
    attribution = spec.analysis.attribution.model_copy(update={"pairs": (("A", "B"), ("A", "C"))})
    spec = spec.model_copy(update={"analysis": spec.analysis.model_copy(update={"attribution": attribution})})
    findings = run_study(Bench(spec, MODEL, order_of(replace(study, spec=spec), draws=16).sizes, 1), Direct(MODEL))
    assert findings.words["C2_low", "C"].word == "silent"
    assert findings.between("C2_low", ("A", "C")) == "one party is silent"
    assert {s.pair for s in findings.splits} == {("A", "B")}
