"""The engine's time: whole nanoseconds since the start of the scenario."""

from openiads.constants import NANOSECONDS_PER_SECOND


def nanoseconds(seconds: float) -> int:
    """Seconds of a scenario in whole nanoseconds, to the nearest."""
    return round(seconds * NANOSECONDS_PER_SECOND)
