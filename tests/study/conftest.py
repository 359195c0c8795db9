"""Fixtures of the study bench: the reference results of the method, and the golden study."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from openiads.study.loading import Study, load_study

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))


def reference(name: str) -> Any:
    return json.loads((HERE / "reference" / f"{name}.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def shapley_reference() -> Any:
    return reference("shapley_reference")


@pytest.fixture(scope="session")
def methods_reference() -> Any:
    return reference("methods_reference")


@pytest.fixture(scope="session")
def golden() -> Any:
    return reference("golden_coverage")


@pytest.fixture(scope="session")
def golden_file() -> Path:
    return HERE / "reference" / "golden-coverage-claims.yaml"


@pytest.fixture(scope="module")
def small_file(golden_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The golden study without its first claim, whose readings need most of the cells."""
    text = golden_file.read_text(encoding="utf-8")
    first, rest = text.index("  - id: C1\n"), text.index("  - id: C2\n")
    path = tmp_path_factory.mktemp("study") / "small.yaml"
    path.write_text(text[:first] + text[rest:], encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def study(small_file: Path) -> Study:
    return load_study(small_file, scenario=False)
