"""Records as bytes: the field specification comes from libasterix, the numbers are packed here, since there are many.

Resolutions are those of the EUROCONTROL specifications (SUR.ET1.ST05.2000-STD-04-01 1.31, -02b-01 1.29, -09-01 1.19).
"""

import math
import struct
from functools import cache
from typing import Any, Final

from openiads.constants import FOOT_M, NAUTICAL_MILE_M
from openiads.interop.asterix.library import specification

RANGE_STEP_M: Final = NAUTICAL_MILE_M / 256
ANGLE_STEPS: Final = 1 << 16
TIME_STEPS: Final = 128
DAY_STEPS: Final = 86_400 * TIME_STEPS
HEIGHT_STEP_M: Final = 25 * FOOT_M
ALTITUDE_STEP_M: Final = 6.25 * FOOT_M
CLIMB_STEP_MPS: Final = 6.25 * FOOT_M / 60
SPEED_STEPS: Final = 4
"""In one metre per second."""

ACCURACY_STEPS: Final = 2
"""In one metre."""

FINE_DEGREE: Final = (1 << 25) / 180
COARSE_DEGREE: Final = (1 << 23) / 180

PRIMARY: Final = 1
"""Target report type "single PSR detection"."""

RADAR_3D: Final = 2
"""Source of the altitude of a track."""

Source = tuple[int, int]
"""System area code and system identification code."""


def block(category: int, record: bytes) -> bytes:
    """A data block of one record."""
    return struct.pack(">BH", category, 3 + len(record)) + record


def time_of_day(epoch_ns: int) -> int:
    """128ths of a second since midnight UTC."""
    return round(epoch_ns * TIME_STEPS / 1_000_000_000) % DAY_STEPS


def _three(value: int) -> tuple[int, int]:
    return value >> 16 & 0xFF, value & 0xFFFF


def _fits(value: int, bits: int) -> bool:
    return -(1 << (bits - 1)) <= value < 1 << (bits - 1)


@cache
def _plot_head(with_height: bool) -> bytes:
    report = (("TYP", PRIMARY), ("SIM", 1), ("RDP", 0), ("SPI", 0), ("RAB", 0), None)
    items: dict[str, Any] = {"010": 0, "140": 0, "020": (report,), "040": 0}
    if with_height:
        items["110"] = 0
    return specification(48, items, size=12 if with_height else 10)


def plot(
    source: Source, at_ns: int, *, range_m: float, azimuth_rad: float, height_m: float | None
) -> tuple[bytes, bool] | None:
    """A CAT048 record of a simulated primary plot, and whether it carries its height; None beyond 255.99 NM.

    `height_m` is above mean sea level (geoid = ellipsoid), to 62 km.
    """
    rho = round(range_m / RANGE_STEP_M)
    if rho >= ANGLE_STEPS:
        return None
    theta = round(azimuth_rad / (2 * math.pi) * ANGLE_STEPS) % ANGLE_STEPS
    high = None if height_m is None else round(height_m / HEIGHT_STEP_M)
    with_height = high is not None and _fits(high, 14)
    report = PRIMARY << 5 | 1 << 4
    body = struct.pack(">BBBHBHH", *source, *_three(time_of_day(at_ns)), report, rho, theta)
    if with_height and high is not None:
        body += struct.pack(">H", high & 0x3FFF)
    return _plot_head(with_height) + body, with_height


@cache
def _service_head(rotating: bool) -> bytes:
    items: dict[str, Any] = {"010": 0, "000": 1, "030": 0, "120": 0}
    if rotating:
        items["041"] = 0
    return specification(34, items, size=16 if rotating else 14)


def north_marker(
    source: Source, at_ns: int, *, period_s: float | None, latitude_deg: float, longitude_deg: float, height_m: float
) -> bytes:
    """A CAT034 record: the antenna passes north, with its place and, when it rotates, its period."""
    body = struct.pack(">BBBBH", *source, 1, *_three(time_of_day(at_ns)))
    if period_s is not None:
        body += struct.pack(">H", min(round(period_s * TIME_STEPS), 0xFFFF))
    body += struct.pack(">h", round(height_m))
    for degrees in (latitude_deg, longitude_deg):
        body += struct.pack(">BH", *_three(round(degrees * COARSE_DEGREE)))
    return _service_head(period_s is not None) + body


@cache
def _track_head(with_altitude: bool, with_climb: bool) -> bytes:
    first = (("MON", 1), ("SPI", 0), ("MRH", 0), ("SRC", RADAR_3D), ("CNF", 0), None)
    second = (("SIM", 1), ("TSE", 0), ("TSB", 0), ("FPC", 0), ("AFF", 0), ("STP", 0), ("KOS", 0), None)
    items: dict[str, Any] = {"010": 0, "070": 0, "105": 0, "185": 0, "040": 0, "080": (first, second), "500": {"APC": 0}}
    size = 26
    if with_altitude:
        items["130"] = 0
        size += 2
    if with_climb:
        items["220"] = 0
        size += 2
    return specification(62, items, size=size)


def track(
    source: Source,
    at_ns: int,
    *,
    number: int,
    tentative: bool,
    latitude_deg: float,
    longitude_deg: float,
    height_m: float,
    velocity_enu_mps: tuple[float, float, float],
    sigma_m: float,
) -> tuple[bytes, bool] | None:
    """A CAT062 record of a simulated track, and whether altitude and climb fit; None when its speed does not.

    `sigma_m` is the standard error along each horizontal axis; the field ends at 32.8 km.
    """
    east, north = (round(v * SPEED_STEPS) for v in velocity_enu_mps[:2])
    if not (_fits(east, 16) and _fits(north, 16)):
        return None
    altitude, climb = round(height_m / ALTITUDE_STEP_M), round(velocity_enu_mps[2] / CLIMB_STEP_MPS)
    flags = _fits(altitude, 16), _fits(climb, 16)
    longitude, latitude = round(longitude_deg * FINE_DEGREE), round(latitude_deg * FINE_DEGREE)
    status = 1 << 7 | RADAR_3D << 2 | (2 if tentative else 0) | 1
    body = struct.pack(">BBBH", *source, *_three(time_of_day(at_ns)))
    body += struct.pack(">iihhHBB", latitude, longitude, east, north, number & 0xFFFF, status, 1 << 7)
    if flags[0]:
        body += struct.pack(">h", altitude)
    if flags[1]:
        body += struct.pack(">h", climb)
    accuracy = min(round(sigma_m * ACCURACY_STEPS), 0xFFFF)
    body += struct.pack(">BHH", 1 << 7, accuracy, accuracy)
    return _track_head(*flags) + body, all(flags)
