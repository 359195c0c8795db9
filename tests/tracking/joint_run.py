"""Joint association among tentative tracks that share its plots: it must end, and prints how many tracks are firm.

Run without the JIT, as `bank_run.py`.
"""

import json
import sys

import numpy as np

from openiads.tracking import Scan, Sensor, Tracker, TrackerConfig, TrackerOptions

RADAR = Sensor(
    id="a", east_m=0.0, north_m=0.0, up_m=0.0, sigma_range_m=60.0, sigma_azimuth_deg=0.6, sigma_elevation_deg=0.6,
    scan_period_s=4.0, p_detection=0.8, clutter_per_scan=800.0, reach_m=60e3,
)  # fmt: skip


def main() -> None:
    """Three targets side by side in clutter, ten scans."""
    rng = np.random.default_rng(2)
    tracker = Tracker(TrackerConfig([RADAR], "flat", TrackerOptions(association="jpda", max_tracks=200)))
    for k in range(10):
        range_m = 30e3 + 200.0 * 4.0 * k + 60.0 * rng.normal(size=3)
        azimuth = np.array([-0.02, 0.0, 0.02]) + 0.01 * rng.normal(size=3)
        z = np.column_stack([range_m, azimuth, 0.13 + 0.01 * rng.normal(size=3)])[rng.random(3) < 0.9]
        false = rng.uniform([25e3, -0.15, 0.05], [40e3, 0.15, 0.2], (12, 3))
        names = ("range_m", "azimuth_rad", "elevation_rad")
        columns = dict(zip(names, np.vstack([z, false]).T, strict=True))
        picture = tracker.step(Scan("a", columns | {"time_s": np.full(len(z) + 12, 4.0 * k)}))
    sys.stdout.write(json.dumps(int((picture.status > 0).sum())))


if __name__ == "__main__":
    main()
