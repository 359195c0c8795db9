"""The page: whole, quiet towards the outside, true to its tables, and careful in its words."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from html_tree import Node, parse

import openiads
import openiads.report
import openiads.report.reach
from openiads.errors import ResultsError
from openiads.results.wording import significant

CASE = Path(openiads.__file__).parent / "scenario" / "library" / "murted-2019.yaml"
NASTY = '<script>alert(1)</script> & <b>bold</b> "quoted"'


@pytest.fixture(scope="module", autouse=True)
def fewer_heights() -> Iterator[None]:
    """Reach at two heights is enough to see that the page shows it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(openiads.report.reach, "HEIGHTS", (0.3, 9.0))
        patch.setattr(openiads.report.reach, "AZIMUTHS", 8)
        yield


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> openiads.Comparison:
    folder = tmp_path_factory.mktemp("report")
    return openiads.compare(CASE, variants=("standalone", "weapons-free"), replications=6, out=folder, names=["leakage"])


@pytest.fixture(scope="module")
def html(runs: openiads.Comparison, tmp_path_factory: pytest.TempPathFactory) -> str:
    out = tmp_path_factory.mktemp("page") / "page.html"
    one, other = runs.runs.values()
    assert openiads.report.write(one, other, out=out, question=NASTY, replay=("openiads report a b",)) == out
    return out.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(html: str) -> Node:
    return parse(html)


@pytest.fixture(scope="module")
def first(page: Node) -> Node:
    return next(n for n in page.all() if n.attributes.get("id") == "page-one")


def test_nothing_comes_from_outside(html: str, page: Node) -> None:
    nodes = page.all()
    assert not {n.tag for n in nodes} & {"script", "link", "img", "iframe", "object", "embed", "image", "base", "form"}
    for node in nodes:
        assert not any(name.startswith("on") for name in node.attributes), node.attributes
        for name in ("src", "href", "srcset", "action", "data", "xlink:href"):
            assert node.attributes.get(name, "#").startswith("#")
    style = next(n for n in nodes if n.tag == "style").text()
    assert not re.search(r"url\(|@import|@font-face", style)
    policy = next(n for n in nodes if n.attributes.get("http-equiv") == "Content-Security-Policy").attributes["content"]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'")
    assert "https:" not in re.sub(r"<li id=\"s\d+\">.*?</li>", "", html)  # addresses of sources are text


def test_links_lead_to_what_is_there_once(page: Node) -> None:
    ids = [n.attributes["id"] for n in page.all() if "id" in n.attributes]
    assert len(ids) == len(set(ids))
    targets = {n.attributes["href"][1:] for n in page.all() if n.tag == "a"}
    assert targets - set(ids) == set()
    assert any(re.fullmatch(r"f\d+", t) for t in targets)
    assert any(re.fullmatch(r"s\d+", t) for t in targets)


def test_markup_in_names_stays_text(html: str, page: Node) -> None:
    assert "<script>alert" not in html
    assert next(n for n in page.all() if n.tag == "h1").text() == NASTY
    assert next(n for n in page.all() if n.tag == "title").text() == NASTY


def test_every_number_on_page_one_is_in_a_table(page: Node, first: Node) -> None:
    rows = {n.attributes["id"]: n for n in page.all() if "data-exact" in n.attributes}
    checked = 0
    for link in (n for n in first.all() if n.tag == "a" and "n" in n.classes()):
        exact = [float(v) for v in rows[link.attributes["href"][1:]].attributes["data-exact"].split()]
        allowed = {significant(v, 2) for v in exact} | {f"{v:g}" for v in exact} | {f"{v:.0f}" for v in exact}
        for token in re.findall(r"(?<![\w.])[−]?\d[\d,]*(?:\.\d+)?", link.text()):
            assert token in allowed or token.removeprefix("−") in {a.removeprefix("−") for a in allowed}, (
                link.text(),
                exact,
            )
            checked += 1
    assert checked > 40


def test_page_one_states_no_other_number(first: Node) -> None:
    for paragraph in (n for n in first.all() if "answer" in n.classes()):
        rest = "".join(
            p.text()
            if isinstance(p, Node) and "n" not in p.classes() and p.tag != "sup"
            else p
            if isinstance(p, str)
            else ""
            for child in paragraph.children
            for p in child.pieces
        )
        assert not re.search(r"(?<![\w-])\d+(\.\d+)?\s*(%|km|m|min|points)", rest), rest


def rows_of_figures(page: Node) -> list[Node]:
    return [n for n in page.all() if n.tag == "tr" and re.fullmatch(r"f\d+", n.attributes.get("id", ""))]


def test_placeholders_are_counted_on_page_one(page: Node, first: Node) -> None:
    figures = rows_of_figures(page)
    placeholders = [n for n in figures if "placeholder" in n.text()]
    assert len(placeholders) > 20
    assert f"{len(placeholders)} of the {len(figures)} figures" in first.text()
    assert all(re.search(r"\[\d+\]", n.text()) for n in figures)  # each has a source


def test_page_one_says_that_identification_rests_on_placeholders(page: Node, first: Node) -> None:
    """No public figure says how well anybody tells friend from foe: all of them are placeholders, and page one says so."""
    groups = ("defaults.identification.", "defaults.evidence.", "defaults.belief-", "defaults.sortie-")
    mine = [n for n in rows_of_figures(page) if any(group in n.text() for group in groups)]
    assert len(mine) >= 8
    assert all("placeholder" in n.text() for n in mine)
    assert f"Of the {len(mine)} that say how friend is told from foe, {len(mine)} are placeholders" in first.text()


def test_words(page: Node, first: Node) -> None:
    text = first.text()
    assert "in this model" in text.lower()
    assert "not resolved with the runs made" in page.text()
    body = page.text(without=("style", "title", "li")).lower()
    for never in ("proves", "shows that", "zero", " safe ", "unsafe", "would be learned"):
        assert never not in body, never


def test_the_same_runs_give_the_same_page(runs: openiads.Comparison, html: str, tmp_path: Path) -> None:
    one, other = runs.runs.values()
    openiads.report.write(one, other, out=tmp_path / "again.html", question=NASTY, replay=("openiads report a b",))
    assert (tmp_path / "again.html").read_text(encoding="utf-8") == html


def test_a_run_without_events_is_refused(tmp_path: Path) -> None:
    run = openiads.run(CASE, replications=1, record="counts", full_replications=(), out=tmp_path / "run")
    with pytest.raises(ResultsError, match="a report needs the events"):
        openiads.report.write(run, out=tmp_path / "page.html")
    assert not (tmp_path / "page.html").exists()


def test_one_run_alone(runs: openiads.Comparison, tmp_path: Path) -> None:
    out = openiads.report.write(runs.runs["standalone"], out=tmp_path / "page.html")
    text = parse(out.read_text(encoding="utf-8")).text()
    assert "Mürted, July 2019" in text
    assert "▲" not in text.split("Not covered here")[0]
