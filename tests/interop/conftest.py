"""A finished run of the small case, and a keyed mutator that breaks bytes."""

import contextlib
import random
import resource
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from openiads import api
from openiads.errors import OpeniadsError

MOST_MEMORY_MB = 64


@pytest.fixture(scope="session")
def run(cases: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Any:
    out = tmp_path_factory.mktemp("interop") / "run"
    return api.run(cases.small(), replications=2, out=out)


def mutations(samples: list[bytes], count: int, *, key: int) -> Iterator[bytes]:
    """`count` broken variants of `samples`: flipped, overwritten, cut, doubled and spliced bytes; the same for the same key."""
    rng = random.Random(key)
    extremes = (b"\x00", b"\xff", b"\x7f", b"\x80", b"\x01")
    for _ in range(count):
        data = bytearray(rng.choice(samples))
        for _ in range(rng.choice((1, 1, 2, 4, 16))):
            at = rng.randrange(len(data)) if data else 0
            match rng.randrange(7):
                case 0:
                    data[at : at + 1] = rng.randbytes(1)
                case 1:
                    size = rng.choice((1, 2, 4, 8))
                    data[at : at + size] = rng.choice(extremes) * size
                case 2:
                    del data[at:]
                case 3:
                    data += rng.randbytes(rng.randrange(1, 40))
                case 4:
                    data[at:at] = data[at : at + rng.randrange(1, 40)]
                case 5:
                    other = rng.choice(samples)
                    data[at:] = other[rng.randrange(len(other) + 1) :]
                case _:
                    del data[at : at + rng.randrange(1, 9)]
            if not data:
                data = bytearray(rng.randbytes(4))
        yield bytes(data)


@pytest.fixture
def survive() -> Callable[..., tuple[int, int]]:
    """Feed mutations to a decoder: clear errors only, in bounded memory. Gives how many were taken and how many refused."""

    def check(decode: Callable[[bytes], Any], samples: list[bytes], count: int, *, key: int = 9) -> tuple[int, int]:
        taken = refused = 0
        for sample in samples:  # imports what it needs, which is not counted
            with contextlib.suppress(OpeniadsError):
                decode(sample)
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
