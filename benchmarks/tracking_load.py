"""Load of the tracker: memory over a simulated day, and 2,000 tracks in one picture against real time.

python benchmarks/tracking_load.py [--hours 24]
"""

import argparse
import gc
import resource
import time
from typing import Any

import numpy as np

from openiads.tracking import Sensor, Tracker, TrackerConfig, TrackerOptions
from openiads.tracking.batches import RAW, cut, sorted_rows

PERIOD = 10.0
QUALITY = {"sigma_range_m": 50.0, "sigma_azimuth_deg": 0.1, "sigma_elevation_deg": 0.2, "scan_period_s": PERIOD}
RADAR = Sensor(id="radar", east_m=0.0, north_m=0.0, up_m=0.0, clutter_per_scan=20.0, **QUALITY)
SIGMAS = np.array([50.0, np.radians(0.1), np.radians(0.2)])


def circling(targets: int, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Targets on large circles around the radar, that never end: radius, start, rate, height."""
    radius = rng.uniform(4e4, 2.5e5, targets)
    return (
        radius,
        rng.uniform(-np.pi, np.pi, targets),
        rng.choice([-1, 1], targets) * 220.0 / radius,
        rng.uniform(3e3, 1.2e4, targets),
    )


def scan(paths: tuple[np.ndarray, ...], k: int, clutter: float, rng: np.random.Generator) -> np.ndarray:
    """Rows of one turn of the antenna, each at the time its beam passes."""
    radius, start, rate, height = paths
    azimuth = np.mod(start + rate * k * PERIOD, 2.0 * np.pi)
    seen = rng.random(len(radius)) < 0.9
    true = np.column_stack([np.hypot(radius, height), azimuth, np.arctan2(height, radius)])[seen]
    true += SIGMAS * rng.normal(size=true.shape)
    count = rng.poisson(clutter)
    false = np.column_stack([rng.uniform(1e4, 3e5, count), rng.uniform(0, 2 * np.pi, count), rng.uniform(0, 0.17, count)])
    z = np.vstack([true, false])
    raw = np.zeros(len(z), RAW)
    raw["range_m"], raw["azimuth_rad"], raw["elevation_rad"] = z.T
    raw["at_ns"] = np.rint((k + np.mod(z[:, 1], 2 * np.pi) / (2 * np.pi)) * PERIOD * 1e9)
    return sorted_rows(raw)


HEAVIEST = {"motion": "imm", "filter": "ukf", "association": "jpda", "initiation": "sprt"}
"""Options that cost most."""


def run(targets: int, clutter: float, scans: int, **options: Any) -> tuple[Tracker, float, list[float]]:
    """A tracker after so many scans, its CPU seconds, and the resident memory [MB] at ten times."""
    rng = np.random.default_rng(7)
    tracker = Tracker(TrackerConfig([RADAR], "flat", TrackerOptions(max_tracks=max(4 * targets, 1000), **options)))
    paths, spent, memory = circling(targets, rng), 0.0, []
    for k in range(scans):
        raw = scan(paths, k, clutter, rng)
        batches = np.array(list(cut(raw, tracker.periods_ns)), dtype=np.int64)
        began = time.process_time()
        tracker.feed_batches(raw, batches)
        tracker.picture()
        spent += time.process_time() - began
        if k % max(scans // 10, 1) == max(scans // 10, 1) - 1:
            gc.collect()
            with open("/proc/self/statm", encoding="ascii") as f:
                memory.append(int(f.read().split()[1]) * resource.getpagesize() / 1e6)
    return tracker, spent, memory


def main() -> None:
    """Both figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=float, default=24.0)
    arguments = parser.parse_args()
    scans = round(arguments.hours * 3600.0 / PERIOD)
    for options in ({}, HEAVIEST):
        run(50, 20.0, 20, **options)  # compiles
        tracker, spent, memory = run(20, 20.0, scans, **options)
        print(f"{arguments.hours:g} h, 20 targets, 20 false plots a scan, {options or 'as it comes'}: {spent:.1f} CPU s")
        print(f"  resident MB {[round(m, 1) for m in memory]}, tracks started {int(tracker._state[0]['next_number'])}")
        print(f"  alive {len(tracker.picture())}, counts {tracker.counts}", flush=True)
    tracker, spent, _ = run(2000, 200.0, 60)
    firm = int((tracker.picture().status > 0).sum())
    print(
        f"2,000 targets, 200 false plots a scan: {firm} firm tracks, {60 * PERIOD / spent:.0f} times real time on one core"
    )


if __name__ == "__main__":
    main()
