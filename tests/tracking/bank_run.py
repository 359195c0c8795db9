"""One target through every filter, motion, association and initiation; prints the last error of each as JSON.

Run without the JIT: compiling the kernels of banks takes a minute, a few scans of one target take a second.
"""

import json
import math
import sys

import numpy as np

from openiads.tracking import Scan, Sensor, Tracker, TrackerConfig, TrackerOptions

RADAR = Sensor(
    id="a", east_m=0.0, north_m=0.0, up_m=0.0, sigma_range_m=20.0, sigma_azimuth_deg=0.05, sigma_elevation_deg=0.05,
    scan_period_s=2.0, sigma_range_rate_mps=2.0,
)  # fmt: skip
CASES = {
    "converted": {},
    "ekf": {"filter": "ekf"},
    "ukf": {"filter": "ukf"},
    "jpda": {"association": "jpda"},
    "sprt": {"initiation": "sprt"},
    "ca": {"motion": "ca"},
    "turn": {"motion": "turn"},
    "imm": {"motion": "imm", "association": "jpda", "filter": "ekf"},
    "ballistic": {"motion": "ballistic"},
    "other sign": {"filter": "ekf"},
    "no number": {},
}


def path(name: str, t: float) -> tuple[np.ndarray, np.ndarray]:
    """Position and velocity: a level turn of 1 g, or free fall for the ballistic one."""
    if name == "ballistic":
        return np.array([20e3 + 300 * t, 15e3, 20e3 + 100 * t - 4.903325 * t * t]), np.array([300, 0.0, 100 - 9.80665 * t])
    rate = 9.80665 / 200.0 if name in ("imm", "ca", "turn") else 0.0
    x = 200.0 / rate * np.sin(rate * t) if rate else 200.0 * t
    y = 200.0 / rate * (1.0 - np.cos(rate * t)) if rate else 0.0
    return np.array([20e3 + x, 15e3 + y, 6e3]), 200.0 * np.array([np.cos(rate * t), np.sin(rate * t), 0.0])


def main() -> None:
    """Error of position [m] and of velocity [m/s] after 12 scans, status, definiteness of the covariance, rates set aside."""
    found = {}
    for name, options in CASES.items():
        rng = np.random.default_rng(4)
        extra = {"turn_mps2": 9.80665, "max_tracks": 10, "vertical_noise_reduction": 0.0} | options
        tracker = Tracker(TrackerConfig([RADAR], "flat", TrackerOptions(**extra)))
        for k in range(12):
            at, velocity = path(name, 2.0 * k)
            ground = np.hypot(at[0], at[1])
            z = np.array([np.hypot(ground, at[2]), np.arctan2(at[0], at[1]), np.arctan2(at[2], ground)])
            z += np.array([20.0, np.radians(0.05), np.radians(0.05)]) * rng.normal(size=3)
            rate = at @ velocity / np.linalg.norm(at) + 2.0 * rng.normal()
            rate = {"other sign": -rate, "no number": math.inf}.get(name, rate)
            columns = dict(zip(("range_m", "azimuth_rad", "elevation_rad"), ([v] for v in z), strict=True))
            picture = tracker.step(Scan("a", columns | {"time_s": [2.0 * k], "range_rate_mps": [rate]}))
        error = picture.state[0] - np.concatenate([at, velocity])
        found[name] = [
            len(picture),
            int(picture.status[0]),
            float(np.linalg.norm(error[:3])),
            float(np.linalg.norm(error[3:])),
            float(error @ np.linalg.solve(picture.covariance[0], error)),
            bool(np.all(np.linalg.eigvalsh(picture.covariance[0]) > 0.0)),
            tracker.counts["rates_aside"],
        ]
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
