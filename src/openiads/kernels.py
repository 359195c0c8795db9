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
import sys
import tempfile
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
def _compiler() -> tuple[Callable[..., Any], bool]:
    """Numba's compiler, and whether compiled code can be kept; where it cannot, every start compiles anew."""
    import numba  # noqa: PLC0415 - not imported when the JIT is off

    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        _tell(error.strerror or str(error))
        return numba.njit, False
    numba.config.CACHE_DIR = str(folder)
    return numba.njit, True


@cache
def _tell(reason: str) -> None:
    """Say once that compiled code is not kept. A full disk or a home that is read-only is no reason to stop."""
    sys.stderr.write(
        f"note: compiled code cannot be kept in {cache_folder()}: {reason}. Until it can, every start compiles anew, "
        "about a minute. Free space, or name another folder in OPENIADS_CACHE_DIR.\n"
    )


def _kept_if_possible(save: Callable[..., None]) -> Callable[..., None]:
    """Numba's own saving, but a disk that refuses costs the next start a minute and nothing else."""

    def saved(*arguments: Any) -> None:
        try:
            save(*arguments)
        except OSError as error:
            _tell(error.strerror or str(error))

    return saved


def kernel(function: Function) -> Function:
    """Compile `function` in nopython mode at its first call, or return it unchanged when the JIT is off.

    Kernels use `math.*`, plain loops and indexing only; division by zero is theirs to prevent (`error_model="numpy"`).
    """
    if not jit_enabled():
        return function
    compiler, keep = _compiler()
    compiled: Any = compiler(**{**OPTIONS, "cache": keep})(function)
    if keep:
        compiled._cache.save_overload = _kept_if_possible(compiled._cache.save_overload)
    return compiled  # type: ignore[no-any-return]
