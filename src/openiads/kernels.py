"""The one decorator for compiled functions, and where their compiled code is kept.

`kernel` is Numba's `njit` without fast math and without threads, so that compiled and interpreted code give the same bits
on one machine. With `NUMBA_DISABLE_JIT=1` the function is returned as it is and Numba is not even imported: the same
source then runs under a debugger.

Numba's own disk cache does not see an edit in *another* module's kernel (its documentation says so; pull request 8359), and
its files are stamped by modification time. The cache folder is therefore named by a hash of every source file that holds
kernels, the Numba version and the processor, so that a stale result cannot be found.
"""

import hashlib
import os
import platform
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])

OPTIONS = {
    "cache": True,
    "nogil": True,
    "fastmath": False,
    "error_model": "numpy",
    "no_cfunc_wrapper": True,  # nobody calls a kernel from C
    "_nrt": False,  # kernels allocate nothing, so no array needs counting: a quarter less time to run and to compile
}
"""What Numba is told of every kernel."""

KERNEL_ROOMS = ("streams", "geo", "physics", "tracking", "models", "engine", "records")
"""Folders of the package that may hold compiled functions; their sources name the cache folder."""


def jit_enabled() -> bool:
    """Whether kernels are compiled. `NUMBA_DISABLE_JIT=1` in the environment turns compiling off."""
    return os.environ.get("NUMBA_DISABLE_JIT", "0") in {"", "0"}


def source_hash() -> str:
    """First 16 hex digits of the SHA-256 over all sources that hold kernels: a change in any of them is a new cache."""
    root = Path(__file__).parent
    digest = hashlib.sha256()
    for room in KERNEL_ROOMS:
        for path in sorted((root / room).rglob("*.py")):
            digest.update(path.relative_to(root).as_posix().encode())
            digest.update(path.read_bytes())
    digest.update(repr(OPTIONS).encode())
    return digest.hexdigest()[:16]


def cache_folder() -> Path:
    """Folder for compiled code: below `$OPENIADS_CACHE_DIR` or the user's cache folder, named by sources and machine."""
    from importlib.metadata import version  # noqa: PLC0415 - only needed once, and slow

    from platformdirs import user_cache_dir  # noqa: PLC0415

    base = Path(os.environ.get("OPENIADS_CACHE_DIR") or user_cache_dir("openiads"))
    machine = f"{platform.python_version()}-numba{version('numba')}-{platform.machine()}"
    return base / "kernels" / f"{source_hash()}-{machine}"


@cache
def _compiler() -> Callable[..., Any]:
    import numba  # noqa: PLC0415 - not imported when the JIT is off

    numba.config.CACHE_DIR = str(cache_folder())
    compiler: Callable[..., Any] = numba.njit
    return compiler


def kernel(function: Function) -> Function:
    """Compile `function` in nopython mode at its first call, or return it unchanged when the JIT is off.

    Kernels use `math.*`, plain loops and indexing only; division by zero is theirs to prevent (`error_model="numpy"`).
    """
    if not jit_enabled():
        return function
    compiled: Function = _compiler()(**OPTIONS)(function)
    return compiled
