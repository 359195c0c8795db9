"""Simulation management: Start/Resume, Stop/Freeze, Set Data, Data, Comment (IEEE 1278.1-2012, 7.5)."""

from typing import NamedTuple

from openiads.errors import InteropError
from openiads.interop.dis.layout import Layout
from openiads.interop.dis.records import (
    CLOCK_TIME,
    ENTITY_ID,
    FIXED_DATUM,
    ClockTime,
    EntityId,
    FixedDatum,
    VariableDatum,
)

DATUM_WORD = 8
"""Bytes; a variable datum is padded to a multiple of it."""


class Start(NamedTuple):
    """Start or resume."""

    originating: EntityId
    receiving: EntityId
    real_time: ClockTime
    simulation_time: ClockTime
    request: int
    rest: bytes = b""


class Stop(NamedTuple):
    """Stop or freeze."""

    originating: EntityId
    receiving: EntityId
    real_time: ClockTime
    reason: int
    frozen_behaviour: int
    padding: int
    request: int
    rest: bytes = b""


class SetData(NamedTuple):
    """Set Data, and Data, which has the same body: fixed and variable data."""

    originating: EntityId
    receiving: EntityId
    request: int
    padding: int = 0
    fixed: tuple[FixedDatum, ...] = ()
    variable: tuple[VariableDatum, ...] = ()
    rest: bytes = b""


class Comment(NamedTuple):
    """Text for people; fixed data are allowed in the layout and not in the standard."""

    originating: EntityId
    receiving: EntityId
    fixed: tuple[FixedDatum, ...] = ()
    variable: tuple[VariableDatum, ...] = ()
    rest: bytes = b""


def _fields(*fields: object) -> tuple[object, ...]:
    return fields


_START = Layout(Start, ENTITY_ID, ENTITY_ID, CLOCK_TIME, CLOCK_TIME, "I")
_STOP = Layout(Stop, ENTITY_ID, ENTITY_ID, CLOCK_TIME, *"BBHI")
_SET_DATA = Layout(_fields, ENTITY_ID, ENTITY_ID, *"IIII")
_COMMENT = Layout(_fields, ENTITY_ID, ENTITY_ID, *"II")
_DATUM_HEAD = Layout(_fields, *"II")

Data = tuple[tuple[FixedDatum, ...], tuple[VariableDatum, ...], bytes]


def _read_data(data: bytes, at: int, fixed: int, variable: int) -> Data:
    size = FIXED_DATUM.size
    if fixed * size + variable * size > len(data) - at:
        raise InteropError(
            f"{fixed} fixed and {variable} variable data are stated, which need at least {(fixed + variable) * size} bytes; "
            f"{len(data) - at} are left; the data are cut off"
        )
    words = tuple(FIXED_DATUM.read(data, at + size * k) for k in range(fixed))
    at += size * fixed
    found = []
    for _ in range(variable):
        datum, bits = _DATUM_HEAD.fields(data, at)
        at += _DATUM_HEAD.size
        length = -(-bits // 8)
        padded = length + -length % DATUM_WORD
        if len(data) - at < length:
            raise InteropError(
                f"datum {datum} at byte {at} states {bits} bits, {8 * (len(data) - at)} are left; the data are cut off"
            )
        found.append(VariableDatum(datum, bits, data[at : at + length], data[at + length : at + padded]))
        at = min(at + padded, len(data))
    return words, tuple(found), data[at:]


def _data_bytes(fixed: tuple[FixedDatum, ...], variable: tuple[VariableDatum, ...]) -> bytes:
    parts = [FIXED_DATUM.write(datum) for datum in fixed]
    parts += [_DATUM_HEAD.write((v.datum, v.bits)) + v.value + v.padding for v in variable]
    return b"".join(parts)


def read_start(data: bytes, at: int) -> Start:
    """The body of a Start/Resume PDU that begins at byte `at`."""
    body: Start = _START.read(data, at, data[at + _START.size :])
    return body


def write_start(body: Start) -> bytes:
    """The bytes of the body."""
    return _START.write(body[:-1]) + body.rest


def read_stop(data: bytes, at: int) -> Stop:
    """The body of a Stop/Freeze PDU that begins at byte `at`."""
    body: Stop = _STOP.read(data, at, data[at + _STOP.size :])
    return body


def write_stop(body: Stop) -> bytes:
    """The bytes of the body."""
    return _STOP.write(body[:-1]) + body.rest


def read_set_data(data: bytes, at: int) -> SetData:
    """The body of a Set Data or Data PDU that begins at byte `at`."""
    originating, receiving, request, padding, fixed, variable = _SET_DATA.fields(data, at)
    return SetData(originating, receiving, request, padding, *_read_data(data, at + _SET_DATA.size, fixed, variable))


def write_set_data(body: SetData) -> bytes:
    """The bytes of the body."""
    counts = (len(body.fixed), len(body.variable))
    return _SET_DATA.write((*body[:4], *counts)) + _data_bytes(body.fixed, body.variable) + body.rest


def read_comment(data: bytes, at: int) -> Comment:
    """The body of a Comment PDU that begins at byte `at`."""
    originating, receiving, fixed, variable = _COMMENT.fields(data, at)
    return Comment(originating, receiving, *_read_data(data, at + _COMMENT.size, fixed, variable))


def write_comment(body: Comment) -> bytes:
    """The bytes of the body."""
    counts = (len(body.fixed), len(body.variable))
    return _COMMENT.write((*body[:2], *counts)) + _data_bytes(body.fixed, body.variable) + body.rest
