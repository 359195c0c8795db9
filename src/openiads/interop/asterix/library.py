"""`libasterix`, imported when it is first needed, with its errors turned into ours."""

from collections.abc import Callable
from functools import cache
from typing import Any, Final, NamedTuple

from openiads.errors import InteropError

EDITIONS: Final = {34: "Cat_034_1_29", 48: "Cat_048_1_31", 62: "Cat_062_1_19"}
"""Categories and the editions in which they are written and read."""

FAULTS: Final = (AssertionError, ValueError, IndexError, KeyError, TypeError, OverflowError, AttributeError)
"""What the library raises on data that are not ASTERIX."""


class Library(NamedTuple):
    """The parts of the library that are used."""

    bits: Any
    block: Any
    categories: dict[int, Any]


@cache
def library() -> Library:
    """The library, about a second of import.

    Raises
    ------
    InteropError
        It is not installed.
    """
    try:
        from asterix import generated  # noqa: PLC0415 - slow to import
        from asterix.base import Bits, RawDatablock  # noqa: PLC0415
    except ImportError as error:
        raise InteropError("ASTERIX needs libasterix: pip install 'openiads[interop]'") from error
    if not all(hasattr(generated, name) for name in EDITIONS.values()):
        raise InteropError("the module `asterix` is not libasterix 0.30 or later: pip install 'openiads[interop]'")
    return Library(Bits, RawDatablock, {number: getattr(generated, name) for number, name in EDITIONS.items()})


def guarded(what: str, call: Callable[..., Any], *arguments: Any) -> Any:
    """The result of a call of the library; its assertion errors and returned errors become `InteropError`."""
    try:
        found = call(*arguments)
    except FAULTS as error:
        raise InteropError(
            f"{what}: {str(error) or type(error).__name__}; the data are not ASTERIX of this edition, or damaged"
        ) from error
    if isinstance(found, Exception):
        raise InteropError(
            f"{what}: {str(found) or 'cannot be parsed'}; the data are not ASTERIX of this edition, or damaged"
        )
    return found


def specification(category: int, items: dict[str, Any], *, size: int) -> bytes:
    """The field specification of a record with `items`, whose body is `size` bytes; checks that the library lays it out so."""
    made = guarded(f"CAT{category:03d}", library().categories[category].cv_record.create, items)
    data: bytes = made.unparse().to_bytes()
    head, body = data[: len(data) - size], data[len(data) - size :]
    if len(head) != _specification_length(data):
        raise InteropError(
            f"CAT{category:03d}: the body has {len(body)} bytes in this version of libasterix; use 0.30 to 0.36"
        )
    return head


def _specification_length(data: bytes) -> int:
    for number, byte in enumerate(data, start=1):
        if not byte & 1:
            return number
    return len(data)
