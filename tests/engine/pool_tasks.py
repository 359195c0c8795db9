"""Tasks for the tests of the pool; workers import this module by name."""

import os
import sys
import time
from pathlib import Path
from typing import Any

seen: list[Any] = []


class AwkwardError(Exception):
    """Cannot be unpickled: its constructor takes two arguments and hands one on."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(first + second)


def remember(*what: Any) -> None:
    seen.append(what)


def refuse() -> None:
    raise ValueError("the initializer refused")


def square(block: int) -> int:
    return block * block


def surroundings(block: int) -> dict[str, Any]:
    return {
        "pid": os.getpid(),
        "jit": os.environ.get("NUMBA_DISABLE_JIT"),
        "path": list(sys.path),
        "seen": list(seen),
        "main": getattr(sys.modules["__main__"], "__file__", None),
    }


def slow(block: int) -> int:
    time.sleep(0.05)
    return block


def die_once(block: tuple[str, int]) -> int:
    folder, number = Path(block[0]), block[1]
    (folder / f"{number}-{os.getpid()}-{time.monotonic_ns()}").touch()
    if number == 3 and len(list(folder.glob("3-*"))) == 1:
        os.kill(os.getpid(), 9)
    return number


def die_always(block: tuple[str, int]) -> int:
    folder, number = Path(block[0]), block[1]
    (folder / f"{number}-{os.getpid()}-{time.monotonic_ns()}").touch()
    if number == 3:
        time.sleep(0.1)  # its neighbours are in flight when it dies
        os._exit(7)
    return number


def fail(block: int) -> int:
    if block == 2:
        raise KeyError("block two")
    return block


def fail_awkwardly(block: int) -> int:
    raise AwkwardError("a", "b")
