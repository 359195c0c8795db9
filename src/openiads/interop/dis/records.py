"""Records that several kinds of PDU share, and the header. Field names are those of IEEE 1278.1-2012, section 6.2, in short."""

from typing import NamedTuple

from openiads.interop.dis.layout import Layout

VERSION = 7
AUTO = -1
"""A length that the encoder works out."""


class EntityId(NamedTuple):
    """Site, application and entity: who (6.2.28). All ones: everybody; all zeros: nobody."""

    site: int = 0
    application: int = 0
    entity: int = 0


class EventId(NamedTuple):
    """Site, application and number: what belongs together (6.2.34)."""

    site: int = 0
    application: int = 0
    number: int = 0


class EntityType(NamedTuple):
    """What it is, in the numbers of SISO-REF-010 (6.2.30)."""

    kind: int = 0
    domain: int = 0
    country: int = 0
    category: int = 0
    subcategory: int = 0
    specific: int = 0
    extra: int = 0


class RadioType(NamedTuple):
    """What radio it is (6.2.71)."""

    kind: int = 0
    domain: int = 0
    country: int = 0
    category: int = 0
    subcategory: int = 0
    specific: int = 0
    extra: int = 0


class Vector(NamedTuple):
    """Three 32-bit numbers (6.2.96): m, m/s, m/s2 or rad/s."""

    x: float = 0.0
    y: float = 0.0
    z: float = 0.0


class Position(NamedTuple):
    """Earth-centred position in 64-bit metres (6.2.98)."""

    x: float = 0.0
    y: float = 0.0
    z: float = 0.0


class Orientation(NamedTuple):
    """Euler angles psi, theta, phi from the ECEF axes to those of the body, in radians (6.2.32)."""

    psi: float = 0.0
    theta: float = 0.0
    phi: float = 0.0


class ClockTime(NamedTuple):
    """Hours since 1970 and the time past the hour in units of 3600 s / 2**31, shifted left by one (6.2.14)."""

    hour: int = 0
    past_the_hour: int = 0


class Descriptor(NamedTuple):
    """What was fired (6.2.19)."""

    munition: EntityType = EntityType()
    warhead: int = 0
    fuse: int = 0
    quantity: int = 0
    rate: int = 0


class DeadReckoning(NamedTuple):
    """How a receiver moves the entity until the next report (5.3.2, annex E)."""

    algorithm: int = 0
    other: bytes = bytes(15)
    acceleration: Vector = Vector()
    angular_velocity: Vector = Vector()


class VariableParameter(NamedTuple):
    """One variable parameter (6.2.94), not looked into."""

    kind: int
    value: bytes


class FixedDatum(NamedTuple):
    """A datum of 32 bits (6.2.37)."""

    datum: int
    value: int


class VariableDatum(NamedTuple):
    """A datum of any length (6.2.93); `bits` counts the bits of `value` that mean something."""

    datum: int
    bits: int
    value: bytes
    padding: bytes

    @classmethod
    def of(cls, datum: int, value: bytes) -> "VariableDatum":
        """A datum of whole bytes, padded to 64 bits."""
        return cls(datum, 8 * len(value), value, bytes(-len(value) % 8))


class Header(NamedTuple):
    """PDU header (6.2.66). `length` AUTO is worked out; 0 is what recorders write that leave it out."""

    version: int = VERSION
    exercise: int = 1
    kind: int = 0
    family: int = 0
    timestamp: int = 0
    length: int = AUTO
    status: int = 0
    padding: int = 0


ENTITY_ID = Layout(EntityId, *"HHH")
EVENT_ID = Layout(EventId, *"HHH")
ENTITY_TYPE = Layout(EntityType, *"BBHBBBB")
RADIO_TYPE = Layout(RadioType, *"BBHBBBB")
VECTOR = Layout(Vector, *"fff")
POSITION = Layout(Position, *"ddd")
ORIENTATION = Layout(Orientation, *"fff")
CLOCK_TIME = Layout(ClockTime, *"II")
DESCRIPTOR = Layout(Descriptor, ENTITY_TYPE, *"HHHH")
DEAD_RECKONING = Layout(DeadReckoning, "B", "15s", VECTOR, VECTOR)
VARIABLE_PARAMETER = Layout(VariableParameter, "B", "15s")
FIXED_DATUM = Layout(FixedDatum, *"II")
HEADER = Layout(Header, *"BBBBIHBB")

EVERYBODY = EntityId(0xFFFF, 0xFFFF, 0xFFFF)
