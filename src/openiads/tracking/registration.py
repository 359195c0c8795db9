"""Registration: what two radars get wrong about range, azimuth and elevation, told from the tracks that both hold."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.errors import OutOfRangeError
from openiads.tracking.fusion import Fused, covariance_intersection
from openiads.tracking.measurement import observe

Array = NDArray[np.float64]


class Biases(NamedTuple):
    """Offsets in range [m], azimuth and elevation [rad] of two sensors, (3,) each, and their covariance, (6, 6)."""

    first: Array
    second: Array
    covariance: Array


def _slopes(position_m: Array, site_m: Array, axes: Array) -> Array:
    """How a position moves with range, azimuth and elevation as seen from a site, (3, 3)."""
    z, h = np.empty(4), np.zeros((4, 6))
    observe(np.concatenate([position_m, np.zeros(3)]), site_m, axes, z, h)
    return np.asarray(np.linalg.inv(h[:3, :3]), dtype=np.float64)


def estimate_biases(
    positions_a: ArrayLike,
    covariances_a: ArrayLike,
    place_a: tuple[Array, Array],
    positions_b: ArrayLike,
    covariances_b: ArrayLike,
    place_b: tuple[Array, Array],
    *,
    prior: ArrayLike,
) -> Biases:
    """Constant offsets of two sensors from pairs of their own tracks of the same targets at the same times.

    Parameters
    ----------
    positions_a, positions_b : (n, 3) array_like
        Positions of the tracks of each sensor alone, in one frame. [m]
    covariances_a, covariances_b : (n, 3, 3) array_like
        Of those. [m2]
    place_a, place_b : (3,) and (3, 3) ndarray
        Position of each sensor, and its axes east, north, up as rows, in the same frame. [m]
    prior : (3,) array_like
        Sigma of the offsets before any track: range [m], azimuth, elevation [rad]. It decides what the geometry leaves open.

    Notes
    -----
    The difference of two tracks is J_a b_a - J_b b_b and noise of both covariances; weighted least squares with the prior. Tracks
    of one target at successive times share noise, so that the stated covariance is too small where they are close in time.
    Subtract the offsets from later plots. Source: Y. Bar-Shalom, P. Willett, X. Tian, Tracking and Data Fusion, 2011, sect. 10.3.
    """
    a, b = np.asarray(positions_a, dtype=np.float64), np.asarray(positions_b, dtype=np.float64)
    p_a, p_b = np.asarray(covariances_a, dtype=np.float64), np.asarray(covariances_b, dtype=np.float64)
    if a.shape != b.shape or a.ndim != 2 or a.shape[1] != 3 or not len(a):
        raise OutOfRangeError(
            f"pairs of tracks: positions have shapes {a.shape} and {b.shape}; both must be (n, 3), n 1 or more"
        )
    information = np.diag(np.tile(1.0 / np.asarray(prior, dtype=np.float64) ** 2, 2))
    right = np.zeros(6)
    for k in range(len(a)):
        design = np.hstack([_slopes(a[k], *place_a), -_slopes(b[k], *place_b)])
        weight = np.linalg.inv(p_a[k] + p_b[k])
        information += design.T @ weight @ design
        right += design.T @ weight @ (a[k] - b[k])
    covariance = np.asarray(np.linalg.inv(information), dtype=np.float64)
    found = covariance @ right
    return Biases(found[:3], found[3:], covariance)


def fuse_tracks(
    states_a: ArrayLike, covariances_a: ArrayLike, states_b: ArrayLike, covariances_b: ArrayLike, *, gate: float
) -> list[tuple[int, int, Fused]]:
    """Pairs of tracks of two pictures that fit, each fused by covariance intersection: safe whatever plots they share.

    Parameters
    ----------
    states_a, states_b : (n, 6), (m, 6) array_like
        Tracks of two nodes in one frame at one time.
    covariances_a, covariances_b : (n, 6, 6), (m, 6, 6) array_like
        Of those.
    gate : float
        Largest squared distance of positions, in units of the sum of both covariances, of a pair.

    Returns
    -------
    list of (int, int, Fused)
        Row of each picture and the fused estimate, in order of the first; the cheapest assignment inside the gate.
    """
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415 - slow to import

    x_a, x_b = np.asarray(states_a, dtype=np.float64), np.asarray(states_b, dtype=np.float64)
    p_a, p_b = np.asarray(covariances_a, dtype=np.float64), np.asarray(covariances_b, dtype=np.float64)
    if not len(x_a) or not len(x_b):
        return []
    away = x_a[:, None, :3] - x_b[None, :, :3]
    total = p_a[:, None, :3, :3] + p_b[None, :, :3, :3]
    distance = np.einsum("ijk,ijk->ij", away, np.linalg.solve(total, away[..., None])[..., 0])
    rows, columns = linear_sum_assignment(np.minimum(distance, gate))
    near = [(int(i), int(j)) for i, j in zip(rows, columns, strict=True) if distance[i, j] < gate]
    return [(i, j, covariance_intersection(x_a[i], p_a[i], x_b[j], p_b[j])) for i, j in near]
