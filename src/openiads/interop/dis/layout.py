"""Fixed parts of DIS records: named tuples, nested, packed by one `struct` each. Everything is big-endian."""

import struct
from collections.abc import Callable, Iterable
from typing import Any

from openiads.errors import InteropError


class Layout:
    """How the fields of a record lie on the wire, in order: one `struct` code per field, or the layout of a nested record."""

    def __init__(self, make: Callable[..., Any], *parts: "str | Layout") -> None:
        self._make = make
        self.count: int
        self.codes: str
        self._spans: list[tuple[int, int, Layout | None]] = []
        codes: list[str] = []
        count = 0
        for part in parts:
            if isinstance(part, Layout):
                self._spans.append((count, count + part.count, part))
                count += part.count
                codes.append(part.codes)
            else:
                self._spans.append((count, count + 1, None))
                count += 1
                codes.append(part)
        self.count = count
        self.codes = "".join(codes)
        self._plain = all(nested is None for _, _, nested in self._spans)
        self._struct = struct.Struct(">" + self.codes)
        self.size = self._struct.size

    def _fields(self, values: tuple[Any, ...]) -> Iterable[Any]:
        if self._plain:
            return values
        return [values[a] if nested is None else nested._record(values[a:b]) for a, b, nested in self._spans]

    def _record(self, values: tuple[Any, ...]) -> Any:
        return self._make(*self._fields(values))

    def read(self, data: bytes, at: int, *more: Any) -> Any:
        """The record at byte `at`; `more` follows the fixed fields.

        Raises
        ------
        InteropError
            The data end within the record.
        """
        if len(data) - at < self.size:
            raise InteropError(
                f"{self._make.__name__} at byte {at} needs {self.size} bytes, {max(len(data) - at, 0)} are left; "
                "the data are cut off"
            )
        values = self._struct.unpack_from(data, at)
        return self._make(*self._fields(values), *more)

    def fields(self, data: bytes, at: int) -> list[Any]:
        """The fields of the record at byte `at`, not put together."""
        if len(data) - at < self.size:
            self.read(data, at)
        return list(self._fields(self._struct.unpack_from(data, at)))

    def _flat(self, fields: Iterable[Any], out: list[Any]) -> None:
        if self._plain:
            out.extend(fields)
            return
        for (_, _, nested), value in zip(self._spans, fields, strict=True):
            if nested is None:
                out.append(value)
            else:
                nested._flat(value, out)

    def write(self, fields: Iterable[Any]) -> bytes:
        """The bytes of a record, given as its fixed fields.

        Raises
        ------
        InteropError
            A value does not fit its field.
        """
        flat: list[Any] = []
        self._flat(fields, flat)
        try:
            return self._struct.pack(*flat)
        except (struct.error, OverflowError) as error:
            raise InteropError(f"{self._make.__name__}: a value does not fit its field ({error})") from error
