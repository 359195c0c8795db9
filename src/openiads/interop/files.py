"""Files of other formats: written aside and renamed, read with errors that name them; tables as CSV or Parquet by their suffix."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Final, Self

from openiads import disk
from openiads.errors import InteropError

TAG: Final = "openiads"
MOST_BYTES: Final = 2 * 1024**3
"""Largest file that is read as a whole."""


@contextmanager
def whole_file(path: Path, *, overwrite: bool = False) -> Iterator[BinaryIO]:
    """A file to write that takes its place when all went well, and is not there otherwise.

    Raises
    ------
    InteropError
        The file is there and not to be replaced, or the disk refuses.
    """
    path = Path(path)
    if path.exists() and not overwrite:
        raise InteropError(f"{path}: is there already. Use --overwrite to replace it, or another name.")
    if not path.parent.is_dir():
        raise InteropError(f"{path.parent}: there is no such folder")
    try:
        with disk.whole_file(path) as file:
            yield file
    except OSError as error:
        raise InteropError(f"{path}: cannot write: {error.strerror or error}") from error


def read_whole(path: Path, *, most: int = MOST_BYTES) -> bytes:
    """What a file holds, when it is not larger than `most` bytes; any fault is an `InteropError`."""
    try:
        size = path.stat().st_size
        if size > most:
            raise InteropError(f"{path}: has {size} bytes; files of this format are read up to {most}")
        return path.read_bytes()
    except OSError as error:
        raise InteropError(f"{path}: cannot read: {error.strerror or error}") from error


class TableWriter:
    """Writes batches of columns to one CSV or Parquet file.

    Raises
    ------
    InteropError
        The suffix is neither .csv nor .parquet.
    """

    def __init__(self, file: BinaryIO, suffix: str, schema: Any) -> None:
        import pyarrow as pa  # noqa: PLC0415 - slow to import

        self._schema = schema
        self.rows = 0
        if suffix == ".parquet":
            import pyarrow.parquet as pq  # noqa: PLC0415

            self._writer: Any = pq.ParquetWriter(file, schema, compression="zstd")
        elif suffix == ".csv":
            from pyarrow import csv  # noqa: PLC0415

            self._writer = csv.CSVWriter(file, schema)
        else:
            raise InteropError(f"tables are written as .csv or .parquet, not as {suffix or 'a file without suffix'!r}")
        self._make = pa.Table.from_pydict

    def write(self, columns: Mapping[str, Any]) -> None:
        """One batch of rows, as arrays or lists by column."""
        batch = self._make(dict(columns), schema=self._schema)
        self.rows += len(batch)
        self._writer.write_table(batch)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._writer.close()
