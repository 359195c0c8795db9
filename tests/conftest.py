"""Shared fixtures: where the real terrain, ADS-B, ASTERIX and DIS files are, and what happens when they are not."""

import os
from collections.abc import Callable
from pathlib import Path

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
