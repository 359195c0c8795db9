"""`openiads study`: what can be said without a run."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from openiads.cli.main import app
from openiads.errors import StudyError
from openiads.study.shipped import find

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = find("standalone-vs-integrated")


def run(*arguments: object) -> str:
    found = CliRunner().invoke(app, ["study", *map(str, arguments)], catch_exceptions=False)
    assert found.exit_code == 0, found.output
    return found.output


def test_lint_with_contradictions_across_studies() -> None:
    text = run("lint", EXAMPLE, "--across", EXAMPLE.parent)
    assert "note: " in text
    assert "across: party A says 200 to 300 km of R1" in text
    assert "no errors. 3 parties, 6 claims with 5 readings, 13 assumptions of 9 players." in text


def test_a_mistake_is_one_line_with_its_place(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text(EXAMPLE.read_text(encoding="utf-8").replace("owner: B", "owner: Q", 1), encoding="utf-8")
    with pytest.raises(StudyError, match=r"broken\.yaml:\d+:\d+: claims\.2\.owner: no party is called 'Q'"):
        CliRunner().invoke(app, ["study", "lint", str(broken)], catch_exceptions=False)


def test_the_kit(tmp_path: Path) -> None:
    assert "positions-A.yaml" in run("kit", EXAMPLE, "-o", tmp_path / "kit")
    assert "No run yet" in (tmp_path / "kit" / "agenda.md").read_text(encoding="utf-8")


def test_a_hidden_value_and_its_commitment() -> None:
    text = run("register", EXAMPLE, "--nonce")
    assert len(text.split("commitment")[1].strip()) == 64
