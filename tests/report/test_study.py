"""The page of a study: whole, quiet towards the outside, true to its tables, its names only text."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from html_tree import Node, parse
from toy import ToyRange

from openiads.errors import ResultsError, StudyError
from openiads.report.study import one_page, page, study_json, write_study
from openiads.report.study_override import override
from openiads.results.wording import significant
from openiads.study.execute import execute
from openiads.study.loading import load_study
from openiads.study.order import order_of
from openiads.study.shipped import find
from openiads.study.tables import read_table

GOLDEN = Path(__file__).parents[1] / "study" / "reference" / "golden-coverage-claims.yaml"
NASTY = "</script><script>alert(1)</script><img src=x onerror=alert(2)> & the winner is unsafe \"quoted' {{ 7*7 }}"


@pytest.fixture(scope="module")
def full(golden_results: Path) -> str:
    return page(golden_results)


@pytest.fixture(scope="module")
def sheet(golden_results: Path) -> str:
    return one_page(golden_results)


def front(html: str) -> Node:
    return next(n for n in parse(html).all() if n.attributes.get("id") == "page-one")


def test_nothing_comes_from_outside(full: str, sheet: str) -> None:
    for html in (full, sheet):
        nodes = parse(html).all()
        assert not {n.tag for n in nodes} & {"script", "link", "img", "iframe", "object", "embed", "image", "base", "form"}
        for node in nodes:
            assert not any(name.startswith("on") for name in node.attributes), node.attributes
            assert "style" not in node.attributes, "style comes from the sheet alone"
            for name in ("src", "href", "srcset", "action", "data", "xlink:href"):
                assert node.attributes.get(name, "#").startswith("#")
        style = next(n for n in nodes if n.tag == "style").text()
        assert not re.search(r"url\(|@import|@font-face", style)
        policy = next(n for n in nodes if n.attributes.get("http-equiv") == "Content-Security-Policy").attributes["content"]
        assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'")


def test_links_lead_to_what_is_there_once(full: str, sheet: str) -> None:
    for html in (full, sheet):
        nodes = parse(html).all()
        ids = [n.attributes["id"] for n in nodes if "id" in n.attributes]
        assert len(ids) == len(set(ids))
        targets = {n.attributes["href"][1:] for n in nodes if n.tag == "a"}
        assert targets - set(ids) == set()


def test_every_number_of_the_sheet_is_in_its_row(sheet: str) -> None:
    nodes = parse(sheet).all()
    rows = {n.attributes["id"]: n.attributes["data-exact"] for n in nodes if "data-exact" in n.attributes}
    checked = 0
    for link in (n for n in front(sheet).all() if n.tag == "a" and "n" in n.classes()):
        target = link.attributes["href"][1:]
        if target not in rows or "\N{PLUS-MINUS SIGN}" in link.text():
            continue
        exact = [abs(float(v)) for v in rows[target].split()]
        allowed = {significant(v, 2) for v in exact} | {f"{v:,.0f}" for v in exact} | {"95", "99"}
        text = re.sub(r"^.*?(?=\d+(?:\.\d+)?(?: |$)(?!.*\d))", "", link.text()) if target.startswith("t") else link.text()
        for token in re.findall(r"(?<![\w.])\d[\d,]*(?:\.\d+)?", text):
            assert token in allowed, (link.text(), exact)
            checked += 1
    assert checked > 20


def test_the_sheet_states_no_number_without_a_link(sheet: str) -> None:
    for paragraph in (n for n in front(sheet).all() if n.tag == "div" and "answer" in n.classes()):
        rest = re.sub(
            r"\N{LEFT DOUBLE QUOTATION MARK}.*?\N{RIGHT DOUBLE QUOTATION MARK}", "", paragraph.text(without=("a",))
        )
        assert not re.search(r"\d+(\.\d+)?\s*(%|km|m\b|points)", rest), rest


def test_what_page_one_must_say(sheet: str, golden_results: Path) -> None:
    text = front(sheet).text()
    for wanted in (
        "What does a",
        "DRAFT: nothing was registered",
        "No party has signed these positions",
        "8 positions and thresholds are placeholders",
        "Validation level 0 of 4",
        "Fails over most of the stated range",
        "met at its most favourable end",
        "What the disagreement turns on",
        "in this model",
        "A's answer changes if terrain or missile is taken from B",
        "Agenda: settling ",
        "Break-even, all else at the middle of A's range",
        "Not covered here",
        "is testable in part",
        "Stated ranges, not odds",
        "validation 0",
    ):
        assert wanted in text, wanted
    manifest = json.loads((golden_results / "study.json").read_text(encoding="utf-8"))
    assert manifest["digest"][:12] in text
    assert manifest["identity"]["study_sha256"][:12] in text


def test_words_are_those_of_the_tables(sheet: str, golden_results: Path) -> None:
    shown = [n for n in front(sheet).all() if n.tag == "span" and "word" in n.classes()]
    words = [r["word"] for r in read_table(golden_results, "claims")]
    assert len(shown) == len(words)
    for node, word in zip(shown, words, strict=True):
        leaning = word.split()[0]
        assert node.text().strip().lower().startswith(leaning)
        shape = next(n for n in node.all() if n.tag == "svg").classes()
        assert {"holds": "circle", "fails": "cross"}[leaning] in shape, "shape says as much as colour"


def test_party_colours_are_neutral(full: str) -> None:
    style = next(n for n in parse(full).all() if n.tag == "style").text()
    a, b = (re.search(rf"--{name}: #([0-9a-f]{{6}})", style).group(1) for name in "ab")  # type: ignore[union-attr]
    for colour in (a, b):
        red, green, blue = (int(colour[k : k + 2], 16) for k in (0, 2, 4))
        assert green > 0.3 * max(red, blue), "neither blue nor red: friend and foe to this audience"


def test_the_full_report_has_every_part(full: str) -> None:
    text = parse(full).text(without=("style",))
    for wanted in (
        "If the threshold were another",
        "Where each reading is met",
        "What flips a word",
        "Boxes in which a reading mostly holds",
        "Options compared under common random numbers",
        "Table of coalitions",
        "Value of information",
        "What drives the spread",
        "The same with the parties the other way round",
        "Sources",
        "Manifest",
        "The study file",
    ):
        assert wanted in text, wanted


def test_every_position_links_to_its_line(full: str) -> None:
    lines = GOLDEN.read_text(encoding="utf-8").splitlines()
    nodes = parse(full).all()
    number = next(k for k, line in enumerate(lines, 1) if "A: {interval: [350, 450]" in line)
    assert any(
        n.tag == "a" and n.text() == "350 to 450 km (attributed)" and n.attributes["href"] == f"#L{number}" for n in nodes
    )
    shown = next(n for n in nodes if n.attributes.get("id") == f"L{number}").text()
    assert shown == f"{number}{lines[number - 1]}\n"


def test_filters_need_no_script(full: str) -> None:
    nodes = parse(full).all()
    style = next(n for n in nodes if n.tag == "style").text()
    radios = [n.attributes["id"] for n in nodes if n.tag == "input"]
    assert radios == ["fc", "fc0", "fc1", "fc2", "fp", "fp0", "fp1"]
    for k in range(3):
        assert f"body:has(#fc{k}:checked) .k:not(.k{k})" in style
        assert any(f"k{k}" in n.classes() and n.tag == "tr" for n in nodes)


def test_the_same_folder_gives_the_same_bytes(golden_results: Path, full: str, tmp_path: Path) -> None:
    assert page(golden_results) == full
    out = write_study(golden_results, out=tmp_path / "x.html", full=True)
    assert out.read_bytes() == full.encode()


@pytest.fixture(scope="module")
def nasty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The golden study with markup and forbidden words wherever a person may write text."""
    folder = tmp_path_factory.mktemp("nasty")
    text = GOLDEN.read_text(encoding="utf-8")
    quoted = json.dumps(NASTY)
    for old in (
        'What does a "400 km" (or "402 km") range claim mean?',
        '"Reading close to the published range figures"',
        '"The system detects, tracks and destroys aircraft as far as 402 km away."',
        "target altitude above sea level",
        "some target at some altitude can be engaged at 400 km",
        "terrain mask angle seen from the radar, sector average",
        "joint working group secretariat (neutral)",
        "\"Press TV, 'US taking no step to create S-400 working group: Turkey'\"",
    ):
        assert old in text
        text = text.replace(old, quoted)
    path = folder / "nasty.yaml"
    path.write_text(text, encoding="utf-8")
    execute(order_of(load_study(path, scenario=False), draws=16), folder / "results", model=ToyRange())
    return folder / "results"


def test_markup_and_forbidden_words_in_names_stay_text(nasty: Path) -> None:
    for html in (page(nasty), one_page(nasty)):
        assert "<script" not in html
        assert "<img" not in html
        tree = parse(html)
        assert next(n for n in tree.all() if n.tag == "h1").text() == NASTY
        assert html.count("{{ 7*7 }}") > 3
        assert "\ue000" not in html
        assert "\ue001" not in html


def test_json_says_the_same(golden_results: Path, sheet: str) -> None:
    told = study_json(golden_results)
    json.dumps(told, allow_nan=False)
    assert told["headline"] in front(sheet).text()
    assert told["sentences"][0] in " ".join(front(sheet).text().split())
    assert [r["id"] for r in told["readings"]] == ["C1_best_case", "C1_all_aircraft", "C1_area", "C2_low", "C3_gain"]
    assert told["tables"]["claims"] == read_table(golden_results, "claims")
    line = next(p for p in told["profiles"] if p["measure"] == "r_eng")["lines"][0]
    assert [p["level"] for p in line["points"]] == [100.0, 300.0, 1000.0, 3000.0, 6000.0, 9000.0, 12000.0]


def test_reach_by_altitude_is_that_of_the_golden_study(golden_results: Path) -> None:
    golden = json.loads((GOLDEN.parent / "golden_coverage.json").read_text(encoding="utf-8"))["median_reach_km"]
    for profile in study_json(golden_results)["profiles"]:
        if profile["measure"] == "r_eng" and profile["fixed"]["target_class"] == "fighter":
            for line in profile["lines"]:
                for point in line["points"]:
                    wanted = golden[f"fighter|{point['level']:.0f} m"][line["party"]]["engage"]
                    assert point["middle"] == pytest.approx(wanted, rel=0, abs=6.0)  # km; 64 draws
                    assert point["low"] <= point["middle"] <= point["high"]
            return
    raise AssertionError("no reach against a fighter")


def test_damaged_blocks_are_left_out_and_other_folders_refused(golden_results: Path, tmp_path: Path) -> None:
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(golden_results, copy)
    for path in (copy / "blocks" / "verdict").glob("*.parquet"):
        path.write_bytes(path.read_bytes()[:-7])
    assert study_json(copy)["profiles"] == []
    assert "Nothing to plot over a condition" in one_page(copy)
    for name, change, message in (
        ("tables/claims.parquet", lambda b: b[:-9] + b"x" + b[-8:], r"claims\.parquet: was changed after the run"),
        (
            "study.yaml",
            lambda b: b.replace(b"threshold: 0.9", b"threshold: 0.8", 1),
            r"study\.yaml: was changed after the run",
        ),
        ("looks.jsonl", lambda b: b.replace(b'"runs": ', b'"runs": 1', 1), "the chain of looks is broken here"),
        ("looks.jsonl", lambda b: b"", "is not the log of these results"),
        ("study.json", lambda b: b[:-40], "is not JSON"),
        ("study.json", lambda b: b.replace(b'"complete"', b'"running"'), "the study is not complete"),
    ):
        before = (copy / name).read_bytes()
        (copy / name).write_bytes(change(before))
        assert (copy / name).read_bytes() != before
        with pytest.raises((StudyError, ResultsError), match=message):
            page(copy)
        (copy / name).write_bytes(before)
    (copy / "tables" / "sweep.parquet").write_bytes(b"no table")
    with pytest.raises(StudyError, match=r"sweep\.parquet: is damaged"):
        read_table(copy, "sweep")
    (copy / "tables" / "sweep.parquet").unlink()
    with pytest.raises(ResultsError, match=r"sweep\.parquet"):
        page(copy)
    (copy / "study.yaml").unlink()
    with pytest.raises(StudyError, match=r"study\.yaml is missing"):
        page(copy)
    with pytest.raises(StudyError, match="holds no study"):
        page(tmp_path)


def variant(folder: Path, change: Callable[[str], str]) -> Path:
    """Results of a changed golden study, 16 draws."""
    path = folder / "study.yaml"
    path.write_text(change(GOLDEN.read_text(encoding="utf-8")), encoding="utf-8")
    execute(order_of(load_study(path, scenario=False), draws=16), folder / "results", model=ToyRange())
    return folder / "results"


def test_a_silent_party_is_said_to_be_silent_and_the_others_are_compared(tmp_path: Path) -> None:
    third = "  - {id: C, name: A third party, role: respondent, endorsement: hypothetical}\n"

    def change(text: str) -> str:
        text = text.replace("\nscenario:", f"{third}\nscenario:", 1)
        return text.replace("pairs: [[A, B]]", "pairs: [[A, C], [A, B]]")

    text = front(one_page(variant(tmp_path, change))).text()
    assert "C states nothing and is never imputed." in text
    assert "states nothing; never imputed" in text
    assert "C1_best_case, A and B, in this model" in text, "the pair in which nobody is silent"


def test_stated_odds_get_a_word_with_its_number(tmp_path: Path) -> None:
    def change(text: str) -> str:
        text = re.sub(r"interval: \[([\d.]+), ([\d.]+)\]", r"dist: uniform, params: {low: \1, high: \2}", text)
        return text.replace("threshold: 0.5\n", "threshold: 0.3\n")

    results = variant(tmp_path, change)
    text = front(one_page(results)).text()
    row = next(r for r in read_table(results, "claims") if r["reading"] == "C1_area" and r["party"] == "B")
    assert row["code"] == "odds"
    assert f"under B's stated odds ({row['share_met']:.2f}, 95 % interval {row['word'].split()[-3]}" in text


def test_public_data_cannot_settle_this_is_an_answer(tmp_path: Path) -> None:
    def change(text: str) -> str:
        claim = (
            '  - {id: U1, text: "They would do it.", owner: A, sources: [presstv], testability: not_testable, '
            'why: "Intent is not modelled."}\n\n'
        )
        return text[: text.index("  - id: C1\n")] + claim + text[text.index("design:\n") :]

    results = variant(tmp_path, change)
    text = front(one_page(results)).text()
    assert "Public data cannot settle this: no claim here can be tested in this model." in text
    assert "U1 is not testable here: Intent is not modelled." in text
    assert parse(page(results))
    disputed = "Public data cannot settle this: in this model, the answer is another under each party's assumptions"
    (tmp_path / "b").mkdir()

    def only(text: str) -> str:
        start, end = text.index("      - id: C1_all_aircraft"), text.index("design:\n")
        return text[:start] + "\n" + text[end:]

    assert study_json(variant(tmp_path / "b", only))["headline"] == disputed


def test_registered_and_amended_stand_side_by_side(golden_results: Path, tmp_path: Path) -> None:
    other = variant(tmp_path, lambda text: text.replace("A: {value: 400, basis", "A: {value: 300, basis"))
    text = parse(page(golden_results, beside=other)).text(without=("style",))
    assert "Beside another run of the study, word by word" in text
    assert "why: positions on R_kin changed" in text
    assert "holds throughout A's stated rangefails throughout A's stated rangeanother word" in text
    with pytest.raises(StudyError, match="holds no study"):
        page(golden_results, beside=tmp_path)


def test_what_a_party_says_elsewhere(golden_results: Path) -> None:
    html = page(golden_results, across=[find("standalone-vs-integrated"), find("coverage-claims")])
    assert "party A says 350 to 450 km of R1 in coverage-claims and 200 to 300 km in standalone-vs-integrated" in html


def test_what_was_not_resolved_is_never_called_agreement(tmp_path: Path) -> None:
    path = tmp_path / "study.yaml"
    text = GOLDEN.read_text(encoding="utf-8")
    path.write_text(text[: text.index("  - id: C1\n")] + text[text.index("  - id: C2\n") :], encoding="utf-8")
    order = order_of(load_study(path, scenario=False), draws=16, quick=True)
    execute(order, tmp_path / "results", model=ToyRange(3.0))
    rows = read_table(tmp_path / "results", "comparisons")
    assert {r["between"] for r in rows} == {"not resolved with the runs made"}, "the noise is meant to hide everything"
    words = front(one_page(tmp_path / "results")).text()
    assert "Nothing was resolved with the runs made, in this model" in words
    assert "No material disagreement" not in words
    assert "Public data cannot settle" not in words


def test_an_edited_answer_is_logged_signed_and_printed_beside_the_other(golden_results: Path, tmp_path: Path) -> None:
    import shutil

    copy = tmp_path / "results"
    shutil.copytree(golden_results, copy)
    generated = study_json(copy)["headline"]
    for text, by, why, message in (
        ("In this model A is the winner.", "N. N.", "x", "keeps the wording rules too: 'winner'"),
        ("In this model 87 % likely.", "N. N.", "x", "wording rules too"),
        ("C1 depends.", "N. N.", "x", "says 'in this model'"),
        ("In this model C1 depends.", " ", "x", "needs a name and a reason"),
        ("In this model " + "x" * 600, "N. N.", "x", "1 to 600 letters"),
    ):
        with pytest.raises(StudyError, match=message):
            override(copy, text=text, by=by, why=why)
    assert one_page(copy) == one_page(golden_results)
    override(copy, text="In this model C1 <b>depends</b>.", by="N. N.", why="shorter")
    override(copy, text="In this model C1 depends on its reading.", by="M. M.", why="shorter still")
    text = front(one_page(copy)).text()
    assert (
        text.index("In this model C1 depends on its reading.") < text.index("Answer edited by M. M.") < text.index(generated)
    )
    assert "In this model C1 <b>depends</b>." in parse(page(copy)).text()
    log = copy / "overrides.jsonl"
    log.write_text(log.read_text(encoding="utf-8").splitlines(keepends=True)[1], encoding="utf-8")
    with pytest.raises(StudyError, match=r"overrides\.jsonl:1: the chain .* is broken here"):
        one_page(copy)
