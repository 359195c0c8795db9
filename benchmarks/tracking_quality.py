"""Where joint association and several models pay: crossing formations in clutter, and 3 g weaves, over many seeds.

    python benchmarks/tracking_quality.py [--seeds N] [--json FILE]

Each pair of trackers sees the same plots. The table gives the mean GOSPA (p = 2, alpha = 2) of each, and the share by which
the better one is lower with its 95 % interval over the seeds (paired, Student's t).
"""

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

from openiads.tracking import Scan, Sensor, Tracker, TrackerConfig, TrackerOptions
from openiads.tracking.metrics import gospa

WARM = 5
PLACE = {"east_m": 0.0, "north_m": 0.0, "up_m": 0.0}
COARSE = Sensor(
    id="coarse", **PLACE, sigma_range_m=60.0, sigma_azimuth_deg=0.6, sigma_elevation_deg=0.6, scan_period_s=4.0,
    p_detection=0.8, clutter_per_scan=800.0, reach_m=60e3, elevation_span_deg=12.0,
)  # fmt: skip
FINE = Sensor(
    id="fine", **PLACE, sigma_range_m=30.0, sigma_azimuth_deg=0.15, sigma_elevation_deg=0.2, scan_period_s=2.0,
    p_detection=0.9, clutter_per_scan=20.0, reach_m=100e3, elevation_span_deg=15.0,
)  # fmt: skip
USUAL = TrackerOptions(max_speed_mps=600.0, max_climb_mps=60.0, max_tracks=2000, vertical_noise_reduction=0.9)


def formations(scans: int, period_s: float) -> np.ndarray:
    """Two formations of three, 700 m apart inside, that cross at 25 degrees in the middle: (scans, 6, 3)."""
    t = (np.arange(scans) - scans / 2) * period_s
    out = np.empty((scans, 6, 3))
    for side in range(2):
        heading = np.radians(12.5 if side else -12.5)
        ahead, across = np.array([np.sin(heading), np.cos(heading), 0.0]), np.array([np.cos(heading), -np.sin(heading), 0.0])
        for k in range(3):
            offset = 700.0 * (k - 1) * across - 350.0 * abs(k - 1) * ahead
            out[:, 3 * side + k] = np.array([0.0, 30e3, 4e3 + 150.0 * side]) + offset + 220.0 * t[:, None] * ahead
    return out


def weavers(scans: int, period_s: float, rng: np.random.Generator) -> np.ndarray:
    """Four aircraft at 250 m/s that fly straight for 40 s and weave with 3 g for 40 s, in turn: (scans, 4, 3)."""
    step, g3, speed = 0.02, 3.0 * 9.80665, 250.0
    t = np.arange(round(scans * period_s / step)) * step
    out = np.empty((scans, 4, 3))
    for k in range(4):
        phase = rng.uniform(0.0, 80.0)
        in_weave = (t + phase) % 80.0
        turn = np.where(
            in_weave < 40.0, 0.0, g3 / speed * np.sign(np.sin(2.0 * np.pi * (in_weave - 40.0) / 20.0 + np.pi / 2))
        )
        heading = rng.uniform(-np.pi, np.pi) + np.cumsum(turn) * step
        start = np.array([rng.uniform(-15e3, 15e3), 25e3 + 8e3 * k])
        path = start + np.cumsum(speed * step * np.column_stack([np.sin(heading), np.cos(heading)]), axis=0)
        every = round(period_s / step)
        out[:, k] = np.column_stack([path[::every][:scans], np.full(scans, 5e3 + 500.0 * k)])
    return out


def seen(truth: np.ndarray, sensor: Sensor, rng: np.random.Generator, box: tuple[float, ...]) -> list[dict[str, Any]]:
    """Plots of each scan: targets with the sensor's noise, clutter at its density inside `box` (ranges, azimuths, elevations)."""
    sigma = np.array([sensor.sigma_range_m, np.radians(sensor.sigma_azimuth_deg), np.radians(sensor.sigma_elevation_deg)])
    low, high = np.array(box[::2]), np.array(box[1::2])
    share = np.prod(high - low) / (sensor.reach_m * 2.0 * np.pi * np.radians(sensor.elevation_span_deg))
    scans = []
    for k, at in enumerate(truth):
        here = at[rng.random(len(at)) < sensor.p_detection]
        ground = np.hypot(here[:, 0], here[:, 1])
        true = np.column_stack(
            [np.hypot(ground, here[:, 2]), np.arctan2(here[:, 0], here[:, 1]), np.arctan2(here[:, 2], ground)]
        )
        true += sigma * rng.normal(size=true.shape)
        false = rng.uniform(low, high, (rng.poisson(share * sensor.clutter_per_scan), 3))
        z = np.vstack([true, false])
        names = ("range_m", "azimuth_rad", "elevation_rad")
        scans.append({"time_s": np.full(len(z), k * sensor.scan_period_s)} | dict(zip(names, z.T, strict=True)))
    return scans


def track(scans: list[dict[str, Any]], truth: np.ndarray, sensor: Sensor, options: TrackerOptions, cutoff: float) -> float:
    """Mean GOSPA from the sixth scan on."""
    tracker = Tracker(TrackerConfig([sensor], "flat", options))
    found = []
    for k, plots in enumerate(scans):
        picture = tracker.step(Scan(sensor.id, plots, k * sensor.scan_period_s))
        found.append(gospa(picture.state[picture.status > 0, :3], truth[k], cutoff=cutoff).gospa)
    return float(np.mean(found[WARM:]))


def crossing(seed: int) -> dict[str, float]:
    """GNN and JPDA on formations that cross."""
    rng = np.random.default_rng([seed, 1])
    truth = formations(40, COARSE.scan_period_s)
    scans = seen(truth, COARSE, rng, (12e3, 50e3, -0.6, 0.6, 0.0, np.radians(12.0)))
    base = replace(USUAL, process_noise_m2ps3=4.0, confirm_hits=4, confirm_window=6)
    return {name: track(scans, truth, COARSE, replace(base, association=name), 1500.0) for name in ("gnn", "jpda")}


EKF_NOISES = (30.0, 300.0, 1000.0, 3000.0)


def weaving(seed: int) -> dict[str, float]:
    """EKF of constant velocity at several process noises, and IMM, on weaves. The IMM was tuned on seeds 100 to 107."""
    rng = np.random.default_rng([seed, 2])
    truth = weavers(80, FINE.scan_period_s, rng)
    scans = seen(truth, FINE, rng, (5e3, 90e3, -np.pi, np.pi, 0.0, np.radians(15.0)))
    base = replace(USUAL, filter="ekf")
    out = {f"ekf q={q:g}": track(scans, truth, FINE, replace(base, process_noise_m2ps3=q), 1500.0) for q in EKF_NOISES}
    return out | {
        "imm": track(scans, truth, FINE, replace(base, motion="imm", process_noise_m2ps3=50.0, model_stay=0.7), 1500.0)
    }


def margin(worse: np.ndarray, better: np.ndarray) -> tuple[float, float, float]:
    """Share by which the second is lower, and its 95 % interval over the seeds."""
    share = (worse - better) / worse.mean()
    half = stats.t.ppf(0.975, len(share) - 1) * share.std(ddof=1) / np.sqrt(len(share))
    return float(share.mean()), float(share.mean() - half), float(share.mean() + half)


def main() -> None:
    """Run both scenes and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--scene", choices=("weaving", "crossing"), help="only this one")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    table: dict[str, Any] = {}
    for name, scene in (("weaving", weaving), ("crossing", crossing)):
        if arguments.scene not in (None, name):
            continue
        rows = [scene(seed) for seed in range(arguments.seeds)]
        columns = {key: np.array([row[key] for row in rows]) for key in rows[0]}
        last = list(columns)[-1]
        rival = min((key for key in columns if key != last), key=lambda key: columns[key].mean())
        low_mid_high = margin(columns[rival], columns[last])
        table[name] = {"gospa_m": {k: float(v.mean()) for k, v in columns.items()}, "rival": rival, "margin": low_mid_high}
        print(name, {k: round(float(v.mean()), 1) for k, v in columns.items()}, flush=True)
        print(
            f"  {last} below {rival} by {low_mid_high[0]:.1%} ({low_mid_high[1]:.1%} to {low_mid_high[2]:.1%})", flush=True
        )
    if arguments.json:
        arguments.json.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
