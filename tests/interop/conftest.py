"""A finished run of the small case, and decoders fed with bytes that a keyed mutator (`tools/fuzz/mutate.py`) broke."""

import contextlib
import resource
import runpy
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from openiads import api
from openiads.errors import OpeniadsError

MOST_MEMORY_MB = 64
MUTATE = Path(__file__).resolve().parents[2] / "tools" / "fuzz" / "mutate.py"


@pytest.fixture(scope="session")
def run(cases: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Any:
    out = tmp_path_factory.mktemp("interop") / "run"
    return api.run(cases.small(), replications=2, out=out)


@pytest.fixture
def survive() -> Callable[..., tuple[int, int]]:
    """Feed mutations to a decoder: clear errors only, in bounded memory. Gives how many were taken and how many refused."""

    def check(decode: Callable[[bytes], Any], samples: list[bytes], count: int, *, key: int = 9) -> tuple[int, int]:
        taken = refused = 0
        for sample in samples:  # imports what it needs, which is not counted
            with contextlib.suppress(OpeniadsError):
                decode(sample)
        mutations = runpy.run_path(str(MUTATE))["mutations"]
        before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for data in mutations(samples, count, key=key):
            try:
                decode(data)
                taken += 1
            except OpeniadsError as error:
                refused += bool(str(error))
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb < MOST_MEMORY_MB * 1024
        return taken, refused

    return check


@pytest.fixture
def file_decoder(tmp_path: Path) -> Callable[..., Callable[[bytes], Any]]:
    """A decoder of bytes out of one that takes a file: writes them to `name` first."""

    def make(decode: Callable[[Path], Any], name: str) -> Callable[[bytes], Any]:
        path = tmp_path / name

        def run_it(data: bytes) -> Any:
            path.write_bytes(data)
            return decode(path)

        return run_it

    return make
