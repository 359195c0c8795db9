"""Shipped scenarios by name."""

from pathlib import Path

import pytest

import openiads
from openiads.errors import ScenarioError
from openiads.scenario.shipped import find, shipped


def test_names() -> None:
    assert {"murted-2019", "skeleton", "turkey-2019"} <= set(shipped())
    assert find("turkey-2019").name == "turkey-2019.yaml"
    assert openiads.load_scenario("skeleton").spec.scenario.id == "skeleton"


def test_files_win_over_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "skeleton").write_text("openiads_scenario: '0.1'")
    assert find("skeleton") == Path("skeleton")
    assert find("turkey-2019.yaml") == Path("turkey-2019.yaml")
    assert find(Path("there") / "turkey-2019") == Path("there") / "turkey-2019"


def test_an_unknown_name_is_a_missing_file() -> None:
    with pytest.raises(ScenarioError, match="turkey-2018"):
        openiads.load_scenario("turkey-2018")
