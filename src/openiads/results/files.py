"""Files that are whole or absent: written aside, flushed to the disk, then renamed."""

import hashlib
import json
from pathlib import Path
from typing import Any

from openiads.disk import put_whole
from openiads.errors import ResultsError


def sha256_hex(data: bytes) -> str:
    """SHA-256 of `data` in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def write_whole(path: Path, data: bytes) -> None:
    """Put `data` into `path` so that the file is seen whole or not at all, also after a power cut.

    Raises
    ------
    ResultsError
        When the disk refuses (full, read-only, no permission); nothing is left behind then.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        put_whole(path, data)
    except OSError as error:
        raise ResultsError(
            f"{path}: cannot write {len(data)} bytes: {error.strerror or error}. "
            "Free space or choose another folder; the blocks that are done are kept and a resumed run goes on from there."
        ) from error


def read_bytes(path: Path) -> bytes:
    """What `path` holds; a missing or unreadable file is a `ResultsError`."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise ResultsError(f"{path}: cannot read: {error.strerror or error}") from error


def to_json(value: Any) -> bytes:
    """`value` as JSON for a person to read. Same value, same bytes; NaN and infinity are refused."""
    return (json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def read_json(path: Path) -> dict[str, Any]:
    """The JSON mapping in `path`; anything else is a `ResultsError`."""
    data = read_bytes(path)
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ResultsError(f"{path}: is not JSON ({error}); the file is damaged or of another program") from error
    if not isinstance(value, dict):
        raise ResultsError(f"{path}: holds a {type(value).__name__} where a mapping is expected")
    return value
