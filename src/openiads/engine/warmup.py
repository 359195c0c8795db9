"""Compiling all kernels ahead of time, with something to look at meanwhile."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from openiads.kernels import cache_folder, jit_enabled

STAMP = "complete"
"""File in the cache folder that says that everything was compiled once."""


def is_warm() -> bool:
    """Whether all kernels are in the cache, or no cache is needed."""
    return not jit_enabled() or (cache_folder() / STAMP).is_file()


def mark_warm() -> None:
    """Say that all kernels are compiled."""
    folder = cache_folder()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / STAMP).touch()


@contextmanager
def watch_compiling(on_compiled: Callable[[int, str], None]) -> Iterator[None]:
    """Call `on_compiled` with a running count and the name of each function as its compilation ends."""
    from numba.core import event  # noqa: PLC0415 - Numba is imported only when something is compiled

    count = 0

    def finished(e: Any) -> None:
        nonlocal count
        if e.is_end:
            count += 1
            on_compiled(count, e.data["dispatcher"].py_func.__qualname__)

    class Listener(event.Listener):  # type: ignore[misc]
        def on_start(self, event: Any) -> None:
            """Nothing to say yet."""

        def on_end(self, event: Any) -> None:
            finished(event)

    with event.install_listener("numba:compile", Listener()):
        yield
