"""Study files that are wrong: each gives one clear line with its place."""

# ruff: noqa: E501 - a table reads better with one case a line

import re
from pathlib import Path

import pytest

from openiads.cli.main import main
from openiads.errors import StudyError
from openiads.scenario.yaml_reader import read_text
from openiads.study.cautions import across
from openiads.study.loading import load_study, load_study_text
from openiads.study.raid import is_raid_choice
from openiads.study.shipped import find
from openiads.study.spec import StudySpec

ROOT = Path(__file__).resolve().parents[2]
STANDALONE = find("standalone-vs-integrated")

BROKEN = [
    ('openiads_study: "0.1"', 'openiads_study: "0.9"', r"1:17: openiads_study: the text '0.9' is not allowed. Allowed: '0.1'"),
    ("  custodian: joint", "  custodain: joint", r"study.*custodain: there is no such key here. .* Did you mean 'custodian'"),
    ("A: {interval: [350, 450], basis", "A: {intervall: [350, 450], basis", r"A.intervall: there is no such key here. .* Did you mean 'interval'"),
    ("intended_use: Policy-level illustration", "note: x", r"note: there is no such key|intended_use is missing"),
    ("sources: [presstv]\n    testability", "sources: [pres_tv]\n    testability", r"no source is called 'pres_tv'.*Did you mean 'presstv'"),
    ("owner: A\n    sources: [presstv]", "owner: Z\n    sources: [presstv]", r"claims.0.owner: no party is called 'Z'"),
    ("measure: cov400\n        statistic", "measure: cov500\n        statistic", r"measure: no measure is called 'cov500'.*cov400"),
    ("{option: cueing, fixed: own_sensors}", "{option: queueing, fixed: own_sensors}", r"scope.0.option: no option is called 'queueing'"),
    ("{option: cueing, fixed: own_sensors}", "{option: cueing, fixed: own}", r"no value of option 'cueing' is called 'own'"),
    ("any: [9000, 12000]", "any: [9000, 15000]", r"no level of condition 'h_t' is called '15000'"),
    ("A: {interval: [350, 450]", "A: {interval: [450, 350]", r"assumptions.0.positions.A.interval: is reversed: 450 to 350"),
    ("A: {interval: [350, 450]", "A: {interval: [350, 900]", r"interval: 900 is outside the admissible 100 to 600 km"),
    ("    player: radar\n", "", r"assumption 'R1' is disputed, but no player owns it"),
    ("      B: {interval: [200, 300], basis", "      # {interval: [200, 300], basis", r"'R1' has no position of party B, which states others"),
    ("        unit: km\n        indifference: 5", "        unit: m\n        indifference: 5", r"unit: is 'm', but the statistic .* 'km'"),
    ("testability: partial", "testability: not_testable", r"claim 'C3' is not testable, so it has no readings"),
    ('    why: "The bench can test detection', '    # "The bench can test detection', r"testability: is partial, but why is missing"),
    ("admissible: [100, 600]", "admissible: [600, 100]", r"assumptions.0.admissible: is reversed or empty: 600 to 100"),
    ("admissible: [0.1, 30]", "admissible: [0, 30]", r"starts at 0, but a log10 scale needs numbers above 0"),
    ("n: 1024, replicates: 8}\n  conditions", "n: 1000, replicates: 8}\n  conditions", r"n: is 1000, but sobol_owen needs a power of two. Use 512 or 1024"),
    ("pairs: [[A, B]]", "pairs: [[A, A]]", r"pairs.0: compares party 'A' with itself"),
    ("pairs: [[A, B]]", "pairs: [[A, C]]", r"no party is called 'C'"),
    ("baseline: own_sensors", "baseline: ours", r"options.0.baseline: no value of option 'cueing' is called 'ours'"),
    ("id: rcs_fighter", "id: rcs_large", r"assumptions.2.id: id 'rcs_large' stands twice"),
    ("role: respondent", "role: neutral", r"fewer than two parties are not neutral"),
    ("basis: attributed, sources: [sputnik_ar], note", "basis: stated, note", r"basis: is stated, but no source is given"),
    ("A: {value: 400, basis", "A: {value: 400, interval: [1, 2], basis", r"takes one of value, interval, .* here is value and interval"),
    ("event: {op: \">=\", value: 395}}", "event: {op: \">=\", value: 395}, q: 0.5}", r"a statistic of kind prob takes no q"),
    ("endorsement: hypothetical}\n  - {id: B", "endorsement: signed}\n  - {id: B", r"is signed, but signed_by or signed_on is missing"),
    ("path: battery.search_radar.range_1m2_km", "path: raid.size", r"raid.size is a choice of the raid .* may be a grid condition, never"),
    ("set: {network.offboard_track: none}", "set: {raid.altitude_m: 100}", r"raid.altitude_m is a choice of the raid, and options are what safeg"),
    ("levels: [100, 300, 1000, 3000, 6000, 9000, 12000]}", "range: [100, 12000]}", r"choice of the raid: its levels are fixed in advance"),
    ("interval: clopper_pearson", "interval: wald", r"interval: the text 'wald' is not allowed. Allowed: 'clopper_pearson'"),
    ("robust_share: 0.9", "robust_share: 1.5", r"robust_share: is 1.5, but at most 1.0 is allowed"),
    ("path_draws: 4096", "path_draws: many", r"path_draws: is the text 'many', but a whole number is expected"),
    ("threshold: 0.9\n", "threshold: 1.9\n", r"threshold: is 1.9, but a probability lies between 0 and 1"),
    ("not_for:\n    - planning", "not_for: []\n  x:\n    - planning", r"not_for: holds 0 entries, but at least 1 are needed|x: there is no such"),
    ("half_width: {r_eng: 5", "half_width: {r_engage: 5", r"no measure is called 'r_engage'"),
    ("value: elevated_cue, minus: own_sensors", "value: own_sensors, minus: own_sensors", r"compares 'own_sensors' with itself"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line"), BROKEN, ids=[str(k) for k in range(len(BROKEN))])
def test_one_clear_line_with_its_place(golden_file: Path, old: str, new: str, line: str) -> None:
    text = golden_file.read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(StudyError) as caught:
        load_study_text(text.replace(old, new, 1), "study.yaml", scenario=False)
    said = str(caught.value)
    assert re.match(r"study\.yaml:\d+:\d+: ", said), said
    assert re.search(line, said), said
    assert "\n" not in said


@pytest.mark.parametrize(("old", "new", "line"), BROKEN, ids=[str(k) for k in range(len(BROKEN))])
def test_the_program_says_it_and_ends_with_2(
    golden_file: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    old: str,
    new: str,
    line: str,
) -> None:
    path = tmp_path / "study.yaml"
    path.write_text(golden_file.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["openiads", "study", "lint", str(path)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    said = capsys.readouterr()
    assert said.out == ""
    lines = said.err.splitlines()
    assert len(lines) == 1, lines
    assert re.match(rf"error: {re.escape(str(path))}:\d+:\d+: ", lines[0]), lines
    assert re.search(line, lines[0]), lines


def test_further_problems_are_counted_and_printed_on_demand(
    golden_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "study.yaml"
    text = golden_file.read_text(encoding="utf-8").replace("robust_share: 0.9", "robust_share: 1.5", 1)
    path.write_text(text.replace("path_draws: 4096", "path_draws: many", 1), encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["openiads", "study", "lint", str(path)])
    with pytest.raises(SystemExit):
        main()
    first = capsys.readouterr().err.splitlines()
    assert len(first) == 1
    assert first[0].endswith(f" (and 1 more: openiads study lint {path} --all)")
    monkeypatch.setattr("sys.argv", ["openiads", "study", "lint", str(path), "--all"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    every = capsys.readouterr().err.splitlines()
    assert len(every) == 2
    assert first[0].startswith(every[0])
    assert "path_draws" in every[1]


IN_THE_SCENARIO = [
    ("vignettes: [peacetime-month, crisis-raid]", "vignettes: [peace, crisis-raid]", r"no variant 'peace'|no vignette is called"),
    ("path: control.share_weapons_free", "path: control.share_weapon_free", r"in the scenario, .*Did you mean 'share_weapons_free'"),
    ("path: control.share_weapons_free", "path: objects.raid.motion.speed_mps", r"is a choice of the raid .*never a player"),
    ("{network.mode: cue_only}", "{network.mode: linked}", r"options.0.values.2.set.network.mode: in the scenario, .*'linked' is not allowed"),
    ("sha256: null", "sha256: " + 64 * "a", r"scenario.sha256: is aaaaaaaaaaaa, but the scenario has"),
    ("file: scenarios/coastal-sector-notional.yaml", "file: nowhere.yaml", r"scenario.file: the scenario cannot be used"),
    (
        "N: {interval: [200, 450], basis: neutral_default, sources: [wg]}",
        "N: {figure: catalogue.radars.none.range_km, basis: neutral_default}",
        r"positions.N.figure: .*no entry 'none'",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line"), IN_THE_SCENARIO, ids=[str(k) for k in range(len(IN_THE_SCENARIO))])
def test_what_the_scenario_says_against_a_study(old: str, new: str, line: str) -> None:
    text = STANDALONE.read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(StudyError) as caught:
        load_study_text(text.replace(old, new, 1), "study.yaml", path=STANDALONE)
    assert re.search(line, str(caught.value)), str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_two_examples_are_clean_and_contradict_each_other() -> None:
    studies = [load_study(find(name)) for name in ("coverage-claims", "standalone-vs-integrated")]
    assert any("party A has not signed" in line for line in studies[0].warnings)
    found = across([(s.spec.study.id, s.spec) for s in studies])
    assert found[0] == (
        "party A says 350 to 450 km of R1 in coverage-claims and 200 to 300 km in standalone-vs-integrated; the two do not overlap. "
        "The report shows both"
    )
    assert len(found) == 2, "the smallest aircraft is the other"


def test_layout_order_and_comments_do_not_change_the_hash(golden_file: Path) -> None:
    text = golden_file.read_text(encoding="utf-8")
    one = load_study_text(text, "a", scenario=False)
    other = load_study_text(
        "# a comment\n" + text.replace("admissible: [100, 600]", "admissible: [100.0, 600]"), "b", scenario=False
    )
    assert one.sha256 == other.sha256
    changed = load_study_text(text.replace("admissible: [100, 600]", "admissible: [100, 601]"), "c", scenario=False)
    assert one.sha256 != changed.sha256


def test_a_catalogue_figure_becomes_its_spread(golden_file: Path) -> None:
    text = golden_file.read_text(encoding="utf-8")
    new = text.replace("A: {interval: [350, 450], basis", "A: {figure: catalogue.radars.96l6e.range_km, basis", 1)
    position = load_study_text(new, "a", scenario=False).spec.assumptions[0].positions["A"]  # type: ignore[index]
    assert position.figure is None
    assert position.interval is not None or position.value is not None


def test_a_silent_party_is_allowed(golden_file: Path) -> None:
    text = golden_file.read_text(encoding="utf-8")
    third = "  - {id: C, name: A third party that states nothing, role: respondent, endorsement: hypothetical}\n"
    spec = load_study_text(text.replace("\nscenario:", f"{third}\nscenario:", 1), "a", scenario=False).spec
    assert [p.id for p in spec.parties] == ["A", "B", "C"]


def test_places_that_only_raids_fly_through_are_choices_of_the_raid() -> None:
    scenario = {
        "objects": {"raid": {"side": "hostile", "motion": {"waypoints": [{"place": "gate"}, {"place": "port"}]}}},
        "assets": {"port": {"place": "port"}},
    }
    assert is_raid_choice("places.gate.latitude_deg", scenario)
    assert not is_raid_choice("places.port.latitude_deg", scenario)
    assert is_raid_choice("objects.raid.count", scenario)
    assert not is_raid_choice("objects.raid.rcs.front_m2", scenario)


def test_the_schema_of_the_method_is_kept() -> None:
    """Every key that the method's schema names is known here."""
    data = read_text((ROOT / "tests" / "study" / "reference" / "golden-coverage-claims.yaml").read_text(), name="x").data
    assert set(data) <= set(StudySpec.model_fields)
