"""Times, attitudes and dead reckoning as DIS has them."""

import numpy as np
from numpy.typing import NDArray

from openiads.constants import NANOSECONDS_PER_SECOND
from openiads.interop.dis.records import ClockTime

Array = NDArray[np.float64]

HOUR_NS = 3600 * np.int64(NANOSECONDS_PER_SECOND)
HALF_STEPS = 1 << 30
"""Half an hour in steps of the time stamp."""


def timestamp(epoch_ns: int) -> int:
    """Relative time stamp of an instant: 3600 s / 2**31 a step, shifted left by one (IEEE 1278.1-2012, 6.2.88)."""
    return (((epoch_ns % int(HOUR_NS)) << 31) // int(HOUR_NS)) << 1


def past_the_hour_ns(stamp: int) -> int:
    """Nanoseconds past the hour of a time stamp, whatever its lowest bit."""
    return -(-((stamp >> 1) * int(HOUR_NS)) >> 31)


def clock_time(epoch_ns: int) -> ClockTime:
    """An instant as hours since 1970 and the time past the hour."""
    return ClockTime(epoch_ns // int(HOUR_NS), timestamp(epoch_ns))


def euler_angles(position_ecef_m: Array, velocity_ecef_mps: Array) -> Array:
    """Euler angles of a body that points along its velocity and does not bank.

    Parameters
    ----------
    position_ecef_m, velocity_ecef_mps : (..., 3) ndarray
        Where it is [m] and how it moves [m/s]. What stands still, or moves straight up, points north.

    Returns
    -------
    (..., 3) ndarray
        psi, theta, phi: rotations about z, y, x that turn the ECEF axes into those of the body (x ahead, y right, z down). [rad]

    Notes
    -----
    Source: IEEE 1278.1-2012, 6.2.32; D. L. Koks, "Using Rotations to Build Aerospace Coordinate Systems",
    DSTO-TN-0640, 2008. "Down" is geocentric, which differs from the vertical by 0.2 degrees at most.
    """
    down = -_unit(position_ecef_m)
    axis = np.zeros_like(down)
    axis[..., 2] = 1.0
    north = _unit(axis - (axis * down).sum(-1, keepdims=True) * down)
    ahead = _unit(velocity_ecef_mps)
    level = np.linalg.norm(np.cross(down, ahead), axis=-1, keepdims=True) > 1e-6
    ahead = np.where(level, ahead, north)
    right = _unit(np.cross(down, ahead))
    below = np.cross(ahead, right)
    psi = np.arctan2(ahead[..., 1], ahead[..., 0])
    theta = -np.arcsin(np.clip(ahead[..., 2], -1.0, 1.0))
    phi = np.arctan2(right[..., 2], below[..., 2])
    return np.stack([psi, theta, phi], axis=-1)


def _unit(vector: Array) -> Array:
    length: Array = np.linalg.norm(vector, axis=-1, keepdims=True)
    unit: Array = vector / np.where(length > 0.0, length, 1.0)
    return unit


class Reckoner:
    """Decides when entities must be reported: when a receiver's dead reckoning is off too far, or after the heartbeat.

    Constant velocity in the earth-centred frame, DRM(F, P, W), algorithm 2 of annex E.
    """

    def __init__(self, count: int, *, threshold_m: float, heartbeat_ns: int) -> None:
        self._threshold_m = threshold_m
        self._heartbeat_ns = heartbeat_ns
        self._sent_ns = np.full(count, np.iinfo(np.int64).min // 2)
        self._position_m = np.zeros((count, 3))
        self._velocity_mps = np.zeros((count, 3))

    def due(self, at_ns: int, alive: NDArray[np.bool_], position_m: Array, velocity_mps: Array) -> NDArray[np.intp]:
        """Which of the `alive` entities report at `at_ns`; they are taken as reported."""
        elapsed = (at_ns - self._sent_ns) / NANOSECONDS_PER_SECOND
        reckoned = self._position_m + self._velocity_mps * elapsed[:, None]
        off = np.einsum("ij,ij->i", reckoned - position_m, reckoned - position_m) > self._threshold_m * self._threshold_m
        late = at_ns - self._sent_ns >= self._heartbeat_ns
        found = np.nonzero(alive & (off | late))[0]
        self._sent_ns[found] = at_ns
        self._position_m[found] = position_m[found]
        self._velocity_mps[found] = velocity_mps[found].astype(np.float32)  # what the packet can carry
        return found
