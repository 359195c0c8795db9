"""Constant velocity in three dimensions: process noise, prediction and linear update, on 3 x 3 blocks.

The state is position and velocity, x = (r, v); its covariance is [[A, B], [B', C]]. Every result is symmetric to the bit.
"""

import math

from openiads.constants import NANOSECONDS_PER_SECOND
from openiads.kernels import kernel
from openiads.tracking.records import Record, Vector

PER_SECOND = float(NANOSECONDS_PER_SECOND)


@kernel
def process_noise(config: Record, x: Vector, q: Vector) -> None:
    """Fill `q`, (3, 3), with the power density of the white acceleration at position `x`. [m2/s3]

    `process_noise_m2ps3` on each axis, less `vertical_noise_reduction` of it along the geocentric vertical, or along the third
    axis of a flat frame.
    """
    level = config["process_noise_m2ps3"]
    fill_level(config, x, level, level * config["vertical_noise_reduction"], q)


@kernel
def fill_level(config: Record, x: Vector, level: float, vertical: float, q: Vector) -> None:
    """Fill `q`, (3, 3), with `level` on each axis, less `vertical` along the vertical at position `x`."""
    if config["flat"] != 0:
        for i in range(3):
            for j in range(3):
                q[i, j] = 0.0
            q[i, i] = level
        q[2, 2] = level - vertical
        return
    square = x[0] * x[0] + x[1] * x[1] + x[2] * x[2]
    less = vertical / square if square > 0.0 else 0.0
    for i in range(3):
        for j in range(3):
            q[i, j] = -less * x[i] * x[j]
        q[i, i] += level


@kernel
def predict(x: Vector, p: Vector, dt_s: float, q: Vector) -> None:
    """Move state `x`, (6,), and covariance `p`, (6, 6), by `dt_s` >= 0, in place.

    r' = r + v dt; A' = A + dt (B + B') + dt^2 C + q dt^3/3; B' = B + dt C + q dt^2/2; C' = C + q dt.
    Source: Y. Bar-Shalom, X. R. Li, T. Kirubarajan, Estimation with Applications to Tracking and Navigation, 2001,
    sect. 6.2.2 (continuous white noise acceleration). `q` is the (3, 3) power density. [m2/s3]
    """
    half = 0.5 * dt_s * dt_s
    third = dt_s * dt_s * dt_s / 3.0
    for i in range(3):
        x[i] += dt_s * x[i + 3]
        for j in range(i, 3):
            p[i, j] += dt_s * (p[i, j + 3] + p[j, i + 3]) + dt_s * dt_s * p[i + 3, j + 3] + q[i, j] * third
            p[j, i] = p[i, j]
    for i in range(3):
        for j in range(3):
            p[i, j + 3] += dt_s * p[i + 3, j + 3] + q[i, j] * half
            p[j + 3, i] = p[i, j + 3]
    for i in range(3):
        for j in range(i, 3):
            p[i + 3, j + 3] += q[i, j] * dt_s
            p[j + 3, i + 3] = p[i + 3, j + 3]


@kernel
def multiply(a: Vector, b: Vector, out: Vector) -> None:
    """out = a b, (3, 3)."""
    for i in range(3):
        for j in range(3):
            out[i, j] = a[i, 0] * b[0, j] + a[i, 1] * b[1, j] + a[i, 2] * b[2, j]


@kernel
def multiply_transposed(a: Vector, b: Vector, out: Vector) -> None:
    """out = a b', (3, 3)."""
    for i in range(3):
        for j in range(3):
            out[i, j] = a[i, 0] * b[j, 0] + a[i, 1] * b[j, 1] + a[i, 2] * b[j, 2]


@kernel
def invert(s: Vector, w: Vector) -> float:
    """w = inverse of the symmetric (3, 3) matrix `s`, by cofactors; returns the determinant. `w` is symmetric to the bit."""
    w[0, 0] = s[1, 1] * s[2, 2] - s[1, 2] * s[1, 2]
    w[0, 1] = s[0, 2] * s[1, 2] - s[0, 1] * s[2, 2]
    w[0, 2] = s[0, 1] * s[1, 2] - s[0, 2] * s[1, 1]
    w[1, 1] = s[0, 0] * s[2, 2] - s[0, 2] * s[0, 2]
    w[1, 2] = s[0, 1] * s[0, 2] - s[0, 0] * s[1, 2]
    w[2, 2] = s[0, 0] * s[1, 1] - s[0, 1] * s[0, 1]
    determinant = float(s[0, 0] * w[0, 0] + s[0, 1] * w[0, 1] + s[0, 2] * w[0, 2])
    scale = 1.0 / determinant if determinant > 0.0 else 0.0
    for i in range(3):
        for j in range(i, 3):
            w[i, j] *= scale
            w[j, i] = w[i, j]
    return determinant


@kernel
def gains(p: Vector, r: Vector, work: Record) -> None:
    """S = A + R in `work.s`, gains A S^-1 in `work.k` and B' S^-1 in `work.l`, 1 - A S^-1 in `work.j`, blocks in a, b."""
    a, b, s, w = work["a"], work["b"], work["s"], work["w"]
    for i in range(3):
        for j in range(3):
            a[i, j] = p[i, j]
            b[i, j] = p[i, j + 3]
            work["t"][j, i] = b[i, j]
            s[i, j] = a[i, j] + r[i, j]
    invert(s, w)
    multiply(a, w, work["k"])
    multiply(work["t"], w, work["l"])
    for i in range(3):
        for j in range(3):
            work["j"][i, j] = -work["k"][i, j]
        work["j"][i, i] += 1.0


@kernel
def update(x: Vector, p: Vector, z: Vector, r: Vector, work: Record) -> None:
    """Take position `z`, (3,), with covariance `r`, (3, 3), into state `x` and covariance `p`, in place.

    Joseph's form P = (I - K H) P (I - K H)' + K R K' with H = [I 0], block by block; only the upper triangle is computed
    and then mirrored, so that `p` stays symmetric and positive definite over hours. `work` is one WORK record.
    Source: Y. Bar-Shalom, X. R. Li, T. Kirubarajan, 2001, eq. 5.2.3-18.
    """
    gains(p, r, work)
    a, b, k, low, j_, s = work["a"], work["b"], work["k"], work["l"], work["j"], work["s"]
    t, u, v, nu = work["t"], work["u"], work["v"], work["nu"]
    for i in range(3):
        nu[i] = z[i] - x[i]
    for i in range(3):
        x[i] += k[i, 0] * nu[0] + k[i, 1] * nu[1] + k[i, 2] * nu[2]
        x[i + 3] += low[i, 0] * nu[0] + low[i, 1] * nu[1] + low[i, 2] * nu[2]
    multiply(j_, a, t)
    multiply(k, r, u)
    multiply_transposed(t, j_, v)
    multiply_transposed(u, k, work["w"])
    for i in range(3):
        for j in range(i, 3):
            p[i, j] = v[i, j] + work["w"][i, j]
            p[j, i] = p[i, j]
    for i in range(3):
        for j in range(3):
            t[i, j] = u[i, j] - t[i, j]
    multiply(j_, b, u)
    multiply_transposed(t, low, v)
    for i in range(3):
        for j in range(3):
            p[i, j + 3] = u[i, j] + v[i, j]
            p[j + 3, i] = p[i, j + 3]
    multiply(low, b, u)
    multiply(low, s, t)
    multiply_transposed(t, low, v)
    for i in range(3):
        for j in range(i, 3):
            p[i + 3, j + 3] += v[i, j] - (u[i, j] + u[j, i])
            p[j + 3, i + 3] = p[i + 3, j + 3]


@kernel
def innovation(x: Vector, p: Vector, dt_s: float, z: Vector, r: Vector, work: Record) -> None:
    """Squared Mahalanobis distance of position `z` from the state moved by `dt_s`, in `work.distance`; ln det S beside it.

    S is the predicted position covariance plus `r`; `work.q` is the process noise. A negative `dt_s` looks back, with the
    process noise of as long a time forward. Where S is not positive definite the distance is infinite.
    """
    s, q, w, nu = work["s"], work["q"], work["w"], work["nu"]
    third = abs(dt_s * dt_s * dt_s) / 3.0
    for i in range(3):
        nu[i] = z[i] - (x[i] + dt_s * x[i + 3])
        for j in range(i, 3):
            s[i, j] = (
                p[i, j] + (dt_s * (p[i, j + 3] + p[j, i + 3]) + dt_s * dt_s * p[i + 3, j + 3] + q[i, j] * third) + r[i, j]
            )
    determinant = invert(s, w)
    if determinant > 0.0:
        diagonal = w[0, 0] * nu[0] * nu[0] + w[1, 1] * nu[1] * nu[1] + w[2, 2] * nu[2] * nu[2]
        mixed = w[0, 1] * nu[0] * nu[1] + w[0, 2] * nu[0] * nu[2] + w[1, 2] * nu[1] * nu[2]
        work["distance"] = diagonal + 2.0 * mixed
        work["log_det"] = math.log(determinant)
    else:
        work["distance"] = math.inf
        work["log_det"] = math.inf
