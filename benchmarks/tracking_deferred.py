"""What deciding at once costs in dense clutter: GNN and JPDA against all histories of association of one target.

    python benchmarks/tracking_deferred.py [--runs N] [--json FILE]

One target at 40 km that moves by the tracker's own model, seen with Pd 0.9; after six clean scans, clutter of 0.3, 1 or 2 false
plots in a gate. `known` is told which plot is the target's. `deferred` keeps the best 100 whole histories of association, each with
its own filter, and shows the likeliest: what a multiple hypothesis tracker without a limit would know of one target. A track is
lost when, at the end, it is gone or farther than 1 km off.
"""

import argparse
import json
import math
from pathlib import Path
from typing import Any

import numpy as np

from openiads.tracking import Scan, Sensor, Tracker, TrackerConfig, TrackerOptions
from openiads.tracking.batches import RAW
from openiads.tracking.kernels import convert_all
from openiads.tracking.records import gate_of_probability, make_plots
from openiads.tracking.theory import continuous_noise

CLEAN, SCANS, PERIOD_S = 6, 40, 4.0
P_DETECTION, NOISE, GATE = 0.9, 4.0, gate_of_probability(0.999)
SIGMAS = np.array([50.0, math.radians(0.2), math.radians(0.2)])
HALF_BOX = np.array([3e3, math.radians(3.0), math.radians(3.0)])
KEPT, LOST_M = 100, 1000.0
IN_GATE = (0.3, 1.0, 2.0)
F = np.eye(6) + PERIOD_S * np.eye(6, k=3)
Q = np.kron(continuous_noise(2, step_s=PERIOD_S, density=NOISE), np.eye(3))
SENSOR = {
    "id": "a", "east_m": 0.0, "north_m": 0.0, "up_m": 0.0, "sigma_range_m": 50.0, "sigma_azimuth_deg": 0.2,
    "sigma_elevation_deg": 0.2, "scan_period_s": PERIOD_S, "p_detection": P_DETECTION,
}  # fmt: skip


def polar_of(at: np.ndarray) -> np.ndarray:
    """Range, azimuth, elevation of positions (n, 3)."""
    ground = np.hypot(at[:, 0], at[:, 1])
    return np.column_stack([np.hypot(ground, at[:, 2]), np.arctan2(at[:, 0], at[:, 1]), np.arctan2(at[:, 2], ground)])


def steady_gate_m3(at: np.ndarray) -> float:
    """Volume of the gate of a settled track at a position."""
    _, r = converted(polar_of(at[None]))
    p = np.diag([1e4] * 3 + [1e4] * 3)
    for _ in range(60):
        p = F @ p @ F.T + Q
        s = p[:3, :3] + r[0]
        gain = p[:, :3] @ np.linalg.inv(s)
        p = p - gain @ s @ gain.T
    return float(4.0 / 3.0 * math.pi * GATE**1.5 * math.sqrt(np.linalg.det(s)))


def converted(polar: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Positions and covariances of plots, by the tracker's conversion."""
    raw, plots = np.zeros(len(polar), RAW), make_plots(len(polar))
    raw["range_m"], raw["azimuth_rad"], raw["elevation_rad"] = polar.T
    convert_all(raw, 0, len(raw), plots, np.zeros(3), np.eye(3), SIGMAS)
    return plots["position"].copy(), plots["r"].copy()


def scene(in_gate: float, rng: np.random.Generator) -> tuple[np.ndarray, list[np.ndarray], list[int], float]:
    """True positions, plots of each scan, the place of the target's own among them (-1: not seen), false plots per m, rad, rad."""
    x = np.array([20e3, 33e3, 8e3, 150.0, -100.0, 0.0])
    volume = 8.0 * float(np.prod(HALF_BOX))
    truth, scans, own = [], [], []
    root = np.linalg.cholesky(Q)
    at = polar_of(x[None, :3])[0]
    per_m3 = in_gate / steady_gate_m3(x[:3])
    density = per_m3 * at[0] ** 2 * math.cos(at[2])
    for k in range(SCANS):
        at = polar_of(x[None, :3])[0]
        hit = k < CLEAN or rng.random() < P_DETECTION
        false = rng.uniform(at - HALF_BOX, at + HALF_BOX, (rng.poisson(density * volume) if k >= CLEAN else 0, 3))
        plots = np.vstack([at + SIGMAS * rng.normal(size=3), false]) if hit else false
        truth.append(x[:3].copy())
        scans.append(plots)
        own.append(0 if hit else -1)
        x = F @ x + root @ rng.normal(size=6)
    return np.array(truth), scans, own, density


def started(plot: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A new track as the tracker makes it: at rest, sigma of speed 200 m/s, 33 m/s vertically."""
    z, r = converted(plot[None])
    p = np.zeros((6, 6))
    p[:3, :3] = r[0]
    p[3:, 3:] = np.diag([200.0**2, 200.0**2, (100.0 / 3.0) ** 2])
    return np.concatenate([z[0], np.zeros(3)]), p


def known(scans: list[np.ndarray], own: list[int]) -> np.ndarray:
    """Positions of a filter that is told which plot is the target's."""
    x, p = started(scans[0][0])
    out = [x[:3]]
    for plots, place in zip(scans[1:], own[1:], strict=True):
        x, p = F @ x, F @ p @ F.T + Q
        if place >= 0:
            z, r = converted(plots[place : place + 1])
            s = p[:3, :3] + r[0]
            gain = p[:, :3] @ np.linalg.inv(s)
            x, p = x + gain @ (z[0] - x[:3]), p - gain @ s @ gain.T
        out.append(x[:3])
    return np.array(out)


def deferred(scans: list[np.ndarray], density: float) -> np.ndarray:
    """Positions of the likeliest of the best histories, each of plots or misses from the start."""
    x, p = (v[None] for v in started(scans[0][0]))
    weight = np.zeros(1)
    out = [x[0, :3]]
    for plots in scans[1:]:
        x, p = x @ F.T, F @ p @ F.T + Q
        grown = [(weight + math.log(1.0 - P_DETECTION), np.arange(len(x)), np.full(len(x), -1))]
        if len(plots):
            z, r = converted(plots)
            s = p[:, None, :3, :3] + r
            nu = z - x[:, None, :3]
            distance = np.einsum("kmi,kmi->km", nu, np.linalg.solve(s, nu[..., None])[..., 0])
            told = density / (plots[:, 0] ** 2 * np.cos(plots[:, 2]))
            gain = np.log(P_DETECTION / told) - 0.5 * (distance + np.linalg.slogdet(s)[1]) - 1.5 * math.log(2.0 * math.pi)
            k, m = np.nonzero(distance <= GATE)
            grown.append((weight[k] + gain[k, m], k, m))
        weight, parent, plot = (np.concatenate(part) for part in zip(*grown, strict=True))
        best = np.argsort(-weight, kind="stable")[:KEPT]
        weight, parent, plot = weight[best] - weight[best[0]], parent[best], plot[best]
        x, p = x[parent], p[parent]
        hit = np.flatnonzero(plot >= 0)
        if len(hit):
            s = p[hit, :3, :3] + r[plot[hit]]
            gain = p[hit][:, :, :3] @ np.linalg.inv(s)
            x[hit] += (gain @ (z[plot[hit]] - x[hit, :3])[..., None])[..., 0]
            p[hit] -= gain @ s @ gain.transpose(0, 2, 1)
        out.append(x[0, :3])
    return np.array(out)


def tracked(scans: list[np.ndarray], density: float, association: str) -> np.ndarray:
    """Positions of the first track of our tracker; NaN once it is gone."""
    told = density * 100e3 * 2.0 * math.pi * math.radians(45.0)
    sensor = Sensor(**SENSOR, clutter_per_scan=told, reach_m=100e3, elevation_span_deg=45.0)
    options = TrackerOptions(
        association=association, process_noise_m2ps3=NOISE, vertical_noise_reduction=0.0, max_speed_mps=600.0, max_climb_mps=100.0,
        max_tracks=6000,
    )  # fmt: skip
    tracker = Tracker(TrackerConfig([sensor], "flat", options))
    out = []
    for k, plots in enumerate(scans):
        columns = dict(zip(("range_m", "azimuth_rad", "elevation_rad"), plots.T, strict=True))
        picture = tracker.step(Scan("a", columns | {"time_s": np.full(len(plots), k * PERIOD_S)}, k * PERIOD_S))
        mine = picture.track_id == 0
        out.append(picture.state[mine][0, :3] if mine.any() else np.full(3, math.nan))
    return np.array(out)


def main() -> None:
    """Run and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    print("| false plots in a gate | | lost | error of those kept, m |\n|---|---|---|---|")
    table: dict[str, Any] = {}
    for in_gate in IN_GATE:
        ends: dict[str, list[float]] = {}
        for seed in range(arguments.runs):
            truth, scans, own, density = scene(in_gate, np.random.default_rng([seed, round(10 * in_gate)]))
            found = {
                "known": known(scans, own),
                "deferred": deferred(scans, density),
                "jpda": tracked(scans, density, "jpda"),
                "gnn": tracked(scans, density, "gnn"),
            }
            for name, path in found.items():
                ends.setdefault(name, []).append(float(np.linalg.norm(path[-1] - truth[-1])))
        for name, errors in ends.items():
            values = np.array(errors)
            kept = values < LOST_M
            row = {"lost": float(1.0 - kept.mean()), "error_m": float(np.sqrt((values[kept] ** 2).mean()))}
            table[f"{in_gate:g} {name}"] = row
            print(f"| {in_gate:g} | {name} | {100.0 * row['lost']:.0f} % | {row['error_m']:.0f} |", flush=True)
    if arguments.json:
        arguments.json.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
