"""Shared fixtures: where the real terrain, ADS-B, ASTERIX and DIS files are, and what happens when they are not."""

import importlib.util
import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]
DATA = (ROOT / os.environ.get("OPENIADS_TEST_DATA", "../shared/data")).resolve()


@pytest.fixture
def shared_data() -> Callable[[str], Path]:
    """Path of a real data file. Skips when the data folder is absent; a file missing from a present folder is a failure."""

    def find(relative: str) -> Path:
        if not DATA.is_dir():
            pytest.skip(f"no test data at {DATA}: set OPENIADS_TEST_DATA to the folder that holds {relative}")
        path = DATA / relative
        if not path.exists():
            pytest.fail(f"{DATA} is there but {relative} is not")
        return path

    return find


@pytest.fixture(scope="session")
def cases() -> ModuleType:
    """The module `tests/cases.py`: runs of the small case. A fixture, since test modules do not import one another."""
    spec = importlib.util.spec_from_file_location("openiads_test_cases", Path(__file__).with_name("cases.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
