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
def module_at() -> Callable[[Path], ModuleType]:
    """Gives the module in a file of the tests: test modules do not import one another, fixtures bring them."""

    def load(path: Path) -> ModuleType:
        spec = importlib.util.spec_from_file_location(f"openiads_test_{path.stem}", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return load


@pytest.fixture(scope="session")
def cases(module_at: Callable[[Path], ModuleType]) -> ModuleType:
    """The module `tests/cases.py`: runs of the small case."""
    return module_at(Path(__file__).with_name("cases.py"))
