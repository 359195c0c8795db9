"""Files that are there whole or not at all: written aside, flushed to the disk, then renamed. Also after a power cut."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

ASIDE: Final = ".aside-"
"""Beginning of the name of a file that is not yet in its place; one that is found was left by a process that was killed."""


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file to write that takes the place of `path` when all went well; otherwise nothing is left behind.

    Raises
    ------
    OSError
        The disk refuses.
    """
    handle, name = tempfile.mkstemp(prefix=ASIDE, dir=path.parent)
    aside = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        aside.chmod(0o644)
        aside.replace(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    flush_folder(path.parent)


def put_whole(path: Path, data: bytes) -> None:
    """As `whole_file`, for bytes that are at hand."""
    with whole_file(path) as file:
        file.write(data)


def flush_folder(folder: Path) -> None:
    """Make the names in `folder` safe on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
