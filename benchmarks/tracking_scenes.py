"""Scenes for comparing trackers on the same plots: the recorded one, and larger ones of the same form."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True)
class Scene:
    """Truth (scans, targets, 6: x, vx, y, vy, z, vz) in a flat frame with the radar at the origin, and plots by scan."""

    truth: Array
    alive: Array
    plots: list[Array]
    """Range [m], bearing from the x axis counter-clockwise, elevation [rad], one array for each scan."""
    period_s: float
    sigmas: Array
    noise: Array
    clutter: float
    p_detection: float


def recorded(path: Path) -> Scene:
    """`data/tracking_scene_50.npz`."""
    with np.load(path) as f:
        plots = [f["det"][f["det_scan"] == k] for k in range(len(f["truth"]))]
        return Scene(
            f["truth"],
            f["alive"],
            plots,
            float(f["T"]),
            f["sigma_r_b_e"],
            f["q_xyz"],
            float(f["clutter_lambda"]),
            float(f["Pd"]),
        )


def larger(targets: int, clutter: float, scans: int, seed: int) -> Scene:
    """A scene of the recorded form: nearly constant velocity, 40 to 250 km, a fifth born late, a fifth ended early."""
    rng = np.random.default_rng(seed)
    period, noise = 10.0, np.array([1.0, 1.0, 0.05])
    sigmas = np.array([50.0, np.radians(0.1), np.radians(0.2)])
    f = np.array([[1.0, period], [0.0, 1.0]])
    root = np.linalg.cholesky(np.array([[period**3 / 3, period**2 / 2], [period**2 / 2, period]]))
    reach, bearing = rng.uniform(4e4, 2.5e5, targets), rng.uniform(-np.pi, np.pi, targets)
    speed, heading = rng.uniform(100.0, 300.0, targets), rng.uniform(-np.pi, np.pi, targets)
    state = np.stack(
        [
            np.stack([reach * np.cos(bearing), speed * np.cos(heading)], axis=1),
            np.stack([reach * np.sin(bearing), speed * np.sin(heading)], axis=1),
            np.stack([rng.uniform(2e3, 1.2e4, targets), np.zeros(targets)], axis=1),
        ],
        axis=1,
    )  # targets, axes, (position, velocity)
    truth = np.empty((scans, targets, 6))
    for k in range(scans):
        truth[k] = state.reshape(targets, 6)
        steps = rng.normal(size=state.shape) @ root.T * np.sqrt(noise)[None, :, None]
        state = state @ f.T + steps
    born, ended = np.zeros(targets, int), np.full(targets, scans)
    fifth = targets // 5
    born[:fifth] = rng.integers(1, max(scans // 2, 2), fifth)
    ended[fifth : 2 * fifth] = rng.integers(max(scans // 2, 1), scans, fifth)
    alive = (np.arange(scans)[:, None] >= born) & (np.arange(scans)[:, None] < ended)
    plots = [_plots(rng, truth[k, alive[k]], sigmas, clutter) for k in range(scans)]
    return Scene(truth, alive, plots, period, sigmas, noise, clutter, 0.9)


def _plots(rng: np.random.Generator, state: Array, sigmas: Array, clutter: float) -> Array:
    seen = state[rng.random(len(state)) < 0.9]
    x, y, z = seen[:, 0], seen[:, 2], seen[:, 4]
    ground = np.hypot(x, y)
    true = np.column_stack([np.hypot(ground, z), np.arctan2(y, x), np.arctan2(z, ground)])
    count = rng.poisson(clutter)
    false = np.column_stack(
        [rng.uniform(5e3, 3e5, count), rng.uniform(-np.pi, np.pi, count), rng.uniform(0.0, np.radians(10.0), count)]
    )
    return rng.permutation(np.vstack([true + sigmas * rng.normal(size=true.shape), false]))
