"""A target that passes over the radar, through every filter on angles; prints tracks, status and the worst NEES as JSON."""

import json
import sys

import numpy as np

from openiads.tracking import Scan, Sensor, Tracker, TrackerConfig, TrackerOptions

RADAR = Sensor(
    id="a", east_m=0.0, north_m=0.0, up_m=0.0, sigma_range_m=30.0, sigma_azimuth_deg=0.3, sigma_elevation_deg=0.3,
    scan_period_s=4.0,
)  # fmt: skip
CASES = {"ekf": {"filter": "ekf"}, "ukf": {"filter": "ukf"}, "imm": {"filter": "ekf", "motion": "imm"}}


def main() -> None:
    """From 16 km south to 16 km north at 10 km, 20 m beside the zenith, at 200 m/s."""
    found = {}
    for name, options in CASES.items():
        rng = np.random.default_rng(8)
        tracker = Tracker(TrackerConfig([RADAR], "flat", TrackerOptions(max_tracks=10, process_noise_m2ps3=1.0, **options)))
        worst = 0.0
        for k in range(41):
            at = np.array([20.0, 200.0 * (4.0 * k - 80.0), 10e3])
            z = np.array([np.linalg.norm(at), np.arctan2(at[0], at[1]), np.arcsin(at[2] / np.linalg.norm(at))])
            z += np.array([30.0, np.radians(0.3), np.radians(0.3)]) * rng.normal(size=3)
            if z[2] > np.pi / 2:  # as a radar reports a plot beyond the zenith
                z[1:] = z[1] + np.pi, np.pi - z[2]
            columns = dict(zip(("range_m", "azimuth_rad", "elevation_rad"), ([v] for v in z), strict=True))
            picture = tracker.step(Scan("a", columns | {"time_s": [4.0 * k]}))
            error = picture.state[0] - np.concatenate([at, [0.0, 200.0, 0.0]])
            worst = max(worst, float(error @ np.linalg.solve(picture.covariance[0], error)))
        found[name] = [len(picture), int(picture.status[0]), worst]
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
