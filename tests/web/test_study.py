"""The study page: what is on screen is what is in the study's tables, filtered as asked; a damaged study says so."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from watch import Watched, serve, violations

from openiads.errors import StudyError
from openiads.study.tables import read_table
from openiads.web.payload import Payload
from openiads.web.study import ShownStudy, is_study, report_policy


@pytest.fixture(scope="module")
def watched(browser: Any, web_study: Path, web_runs: tuple[Path, Path]) -> Iterator[tuple[Watched, str]]:
    with serve(Payload.open(web_runs[:1], study=web_study)) as url:
        context = browser.new_context(viewport={"width": 1366, "height": 900}, color_scheme="dark", locale="en-GB")
        found = Watched(context.new_page())
        found.open(url + "study.html")
        yield found, url
        context.close()


@pytest.fixture
def page(watched: tuple[Watched, str]) -> Any:
    found, url = watched
    found.page.goto("about:blank")
    return found.open(url + "study.html#lang=en&theme=dark")


def test_nothing_else_is_asked_and_nothing_goes_wrong(watched: tuple[Watched, str]) -> None:
    found, url = watched
    assert {urlsplit(u).netloc for u in found.asked if not u.startswith(("data:", "about:"))} == {urlsplit(url).netloc}
    assert found.said == []


def test_words_on_screen_are_those_of_the_table(page: Any, web_study: Path) -> None:
    rows = read_table(web_study, "claims")
    shown = page.locator("#claims .word").all_inner_texts()
    assert len(rows) == len(shown) > 8
    for row, text in zip(rows, shown, strict=True):
        assert text.strip().endswith(row["word"]) or row["code"] == "odds"
    bars = page.locator("#bars figure").count()
    assert bars == len({(r["reading"], r["party_a"], r["party_b"]) for r in read_table(web_study, "attribution")})
    assert page.locator("#sweep figure").count() == len({r["reading"] for r in read_table(web_study, "sweep")})
    assert page.locator("#reach figure svg path.curve").count() == 2 + 2  # two parties, in the drawing and in its key


def test_filters_by_claim_and_by_party(page: Any, web_study: Path) -> None:
    page.select_option("#claim", "C2")
    readings = {r["reading"] for r in read_table(web_study, "claims") if r["claim"] == "C2"}
    assert {e.get_attribute("data-reading") for e in page.query_selector_all("#claims tbody tr")} == readings
    assert page.locator("#sweep figure").count() == len(readings)
    page.select_option("#party", "B")
    assert page.locator("#claims .word").count() == len(readings)
    assert page.locator("#parties tbody tr").count() == 1
    assert page.inner_text("#shown") == "1 of 3 claims, 1 of 2 parties"
    again = page.url
    page.click("#clear")
    assert page.locator("#claims .word").count() == len(read_table(web_study, "claims"))
    page.goto("about:blank")
    page.goto(again)
    page.wait_for_selector("body[data-ready=true]")
    assert page.inner_text("#shown") == "1 of 3 claims, 1 of 2 parties"


def test_reach_is_the_profile_of_the_report(page: Any, web_study: Path) -> None:
    profiles = [p for p in ShownStudy.open(web_study).data((), report=False)["profiles"] if p["unit"] == "km"]
    page.evaluate("document.querySelectorAll('#reach details').forEach((d) => d.open = true)")
    cells = page.locator("#reach table td.number").all_inner_texts()
    first = next(p for p in profiles if p["measure"] == page.evaluate("openiadsStudy.state.measure"))
    middles = [point["middle"] for line in first["lines"] for point in line["points"] if line["party"] == "A"]
    assert [float(text.split()[0]) for text in cells[::2]] == pytest.approx(middles, rel=6e-3)  # three digits


def test_a_leak_opens_the_map_at_its_moment(page: Any, payload: Payload) -> None:
    row = payload.runs[0].run.table("ledger").to_pylist()[0]
    page.locator("#moments a").first.click()
    page.wait_for_selector("body[data-ready=true]", timeout=60_000)
    state = page.evaluate("openiads.state")
    assert state["t"] == row["at_ns"] // 1_000_000
    assert state["replication"] == row["replication"]
    assert state["selection"]["id"] == row["object_id"]
    assert "First unmet condition" in page.inner_text("#inspector")


@pytest.mark.usefixtures("packages")
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_accessible(page: Any, theme: str) -> None:
    if page.evaluate("openiadsStudy.state.theme") != theme:
        page.click("#theme")
    page.evaluate("document.querySelectorAll('details').forEach((d) => d.open = true)")
    assert violations(page) == []


def test_turkish(page: Any) -> None:
    page.select_option("#language", "tr")
    assert page.inner_text("#claims-part h2") == "İddialar"


def test_the_report_is_served_without_scripts(watched: tuple[Watched, str], browser: Any) -> None:
    other = Watched(browser.new_page())
    other.page.goto(watched[1] + "api/study-report.html")
    assert other.said == []
    html = other.page.content()
    assert "<script" not in html
    other.page.close()


def test_the_policy_of_a_report_names_its_styles() -> None:
    """The digest of the empty text and of one letter, as `openssl dgst -sha256 -binary | base64` gives them."""
    policy = report_policy(b"<style></style><style>a</style>")
    assert "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='" in policy
    assert "'sha256-ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs='" in policy
    assert "unsafe" not in policy
    assert "'unsafe-inline'" in report_policy(b"<style></style><p style='color:red'>")
    assert "script" not in policy


def copied(web_study: Path, to: Path) -> Path:
    shutil.copytree(web_study, to)
    return to


def vouched(folder: Path) -> Path:
    """The folder with a manifest that vouches for what is in it now, as one who tampers with all of it would write it."""
    from openiads.report.study_data import StudyData
    from openiads.study.opened import open_results

    manifest = folder / "study.json"
    told = json.loads(manifest.read_text(encoding="utf-8"))
    for output in told["outputs"]:
        output["sha256"] = hashlib.sha256((folder / output["file"]).read_bytes()).hexdigest()
    told["identity"]["study_sha256"] = StudyData(open_results(folder)).study.sha256
    manifest.write_text(json.dumps(told), encoding="utf-8")
    return folder


def test_damage_is_told(web_study: Path, tmp_path: Path) -> None:
    assert is_study(web_study)
    assert not is_study(tmp_path)
    with pytest.raises(StudyError, match="holds no study"):
        ShownStudy.open(tmp_path)
    cut = copied(web_study, tmp_path / "cut")
    table = cut / "tables" / "claims.parquet"
    table.write_bytes(table.read_bytes()[:-20])
    with pytest.raises(StudyError, match=r"claims\.parquet: is damaged"):
        ShownStudy.open(cut)
    lacking = copied(web_study, tmp_path / "lacking")
    whole = pq.read_table(lacking / "tables" / "sweep.parquet")
    pq.write_table(whole.drop_columns(["share_met"]), lacking / "tables" / "sweep.parquet")
    with pytest.raises(StudyError, match=r"sweep\.parquet: has no column 'share_met'"):
        ShownStudy.open(lacking)
    running = copied(web_study, tmp_path / "running")
    manifest = running / "study.json"
    manifest.write_text(manifest.read_text().replace('"complete"', '"running"'))
    with pytest.raises(StudyError, match="not complete"):
        ShownStudy.open(running)
    gone = copied(web_study, tmp_path / "gone")
    (gone / "study.yaml").unlink()
    with pytest.raises(StudyError, match=r"study\.yaml is missing"):
        ShownStudy.open(gone)


def test_markup_in_a_study_stays_text(browser: Any, web_study: Path, tmp_path: Path) -> None:
    folder = copied(web_study, tmp_path / "hostile")
    file = folder / "study.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("title: ", "title: <img src=x onerror=window.bad=1> ", 1))
    claims = pq.read_table(folder / "tables" / "comparisons.parquet")
    evil = pa.array(["<script>window.bad=1</script>"] * len(claims))
    place = claims.schema.get_field_index("sentence")
    pq.write_table(claims.set_column(place, "sentence", evil), folder / "tables" / "comparisons.parquet")
    other = Watched(browser.new_page())
    with serve(Payload.open([], study=vouched(folder))) as url:
        other.open(url + "study.html")
        assert "<img src=x" in other.page.inner_text("#title")
        assert "<script>window.bad" in other.page.inner_text("#claims")
        assert other.page.evaluate("window.bad") is None
        other.page.goto(url + "api/study-report.html")
        assert other.page.evaluate("window.bad") is None
        assert other.said == []
        other.page.goto(url)  # a study without a run has no map: the study page is the first page
        other.page.wait_for_selector("body[data-ready=true]")
        assert other.page.locator("#claims").count() == 1
    other.page.close()
