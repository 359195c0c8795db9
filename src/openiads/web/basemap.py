"""A PMTiles file of the user's own as the base map, sent in ranges."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from openiads.errors import ResultsError

MAGIC: Final = b"PMTiles\x03"
LARGEST: Final = 16 << 20
"""Bytes in one answer."""


@dataclass(frozen=True)
class BaseMap:
    """A checked PMTiles file."""

    path: Path
    size: int

    @classmethod
    def open(cls, path: Path) -> "BaseMap":
        """Check that `path` is a PMTiles archive of version 3.

        Raises
        ------
        ResultsError
            When it is not there or is something else.
        """
        try:
            with path.open("rb") as file:
                head = file.read(len(MAGIC))
        except OSError as error:
            raise ResultsError(f"{path}: {error.strerror}. Give a PMTiles file (version 3).") from error
        if head != MAGIC:
            raise ResultsError(f"{path}: it does not begin as a PMTiles file of version 3 does.")
        return cls(path, path.stat().st_size)

    def span(self, header: str) -> tuple[int, int] | None:
        """First and last byte that a `Range` header asks for; None when it asks for something else."""
        match = re.fullmatch(r"bytes=(\d{1,15})-(\d{0,15})", header.strip())
        if match is None or int(match[1]) >= self.size:
            return None
        last = min(int(match[2]) if match[2] else self.size - 1, self.size - 1, int(match[1]) + LARGEST - 1)
        return (int(match[1]), last) if last >= int(match[1]) else None

    def read(self, first: int, last: int) -> bytes:
        """Bytes from `first` to `last`, both included."""
        with self.path.open("rb") as file:
            file.seek(first)
            return file.read(last - first + 1)
