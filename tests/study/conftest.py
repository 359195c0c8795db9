"""Fixtures of the study bench: the reference results of the method, and the golden study."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

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
