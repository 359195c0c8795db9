"""From a page to a PDF."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from openiads.cli.main import app
from openiads.errors import ResultsError, StudyError
from openiads.report.printing import VARIABLE, find_browser, print_pdf


def run(*arguments: object) -> str:
    found = CliRunner().invoke(app, ["study", "report", *map(str, arguments)], catch_exceptions=False)
    assert found.exit_code == 0, found.output
    return found.output


def test_without_a_browser_the_message_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_browser() is None
    with pytest.raises(ResultsError, match=r"no Chromium or Chrome was found to make a PDF\. Open .*x\.html in any browser"):
        print_pdf(tmp_path / "x.html", tmp_path / "x.pdf")


def test_a_browser_that_makes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = tmp_path / "browser"
    browser.write_text("#!/bin/sh\necho first >&2; echo it broke >&2; exit 3\n", encoding="utf-8")
    browser.chmod(0o755)
    monkeypatch.setenv(VARIABLE, str(browser))
    old = tmp_path / "x.pdf"
    old.write_bytes(b"of before")
    with pytest.raises(ResultsError, match=r"made no PDF \(exit code 3: it broke\)"):
        print_pdf(tmp_path / "x.html", old)
    assert not old.exists(), "an old PDF is not taken for the new one"


def test_the_command_writes_into_the_folder_or_where_it_is_told(golden_results: Path, tmp_path: Path) -> None:
    told = run(golden_results, "-o", tmp_path / "sheet.html")
    assert re.fullmatch(rf"{tmp_path}/sheet\.html: \d+ kB; public figures, in this model\n", told)
    assert (tmp_path / "sheet.html").is_file()
    with pytest.raises(StudyError, match="--run, --beside and --across go with --full"):
        run(golden_results, "--beside", golden_results)


@pytest.mark.skipif(find_browser() is None, reason="needs Chromium")
def test_the_sheet_prints_on_one_sheet(golden_results: Path, tmp_path: Path) -> None:
    run(golden_results, "-o", tmp_path / "sheet.html", "--pdf")
    data = (tmp_path / "sheet.pdf").read_bytes()
    assert data.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", data)) == 1
    assert {p.name for p in tmp_path.iterdir()} == {"sheet.html", "sheet.pdf"}
