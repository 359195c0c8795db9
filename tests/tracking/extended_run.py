"""A scene through the extended filter of tracks without banks and of those with; prints how far apart they come out, as JSON.

A sensor that measures range rate makes banks; its plots here hold none. Banks gate by the converted plot, tracks without
by the extended filter itself: the gate is wide and nothing contends, so that nothing else differs.
"""

import json
import sys

import numpy as np

from openiads.tracking import Scan, Sensor, Tracker, TrackerConfig, TrackerOptions

RADAR = {
    "id": "a", "east_m": 500.0, "north_m": -200.0, "up_m": 30.0, "sigma_range_m": 50.0, "sigma_azimuth_deg": 0.1,
    "sigma_elevation_deg": 0.2, "scan_period_s": 10.0,
}  # fmt: skip


def main() -> None:
    """Six targets, two of them near due south, where azimuth wraps."""
    options = TrackerOptions(filter="ekf", max_tracks=60, vertical_noise_reduction=0.5, gate_probability=1.0 - 1e-12)
    lean = Tracker(TrackerConfig([Sensor(**RADAR)], "flat", options))
    bank = Tracker(TrackerConfig([Sensor(**RADAR, sigma_range_rate_mps=1.0)], "flat", options))
    if lean.banks is not None or bank.banks is None:
        raise SystemExit("the two must differ")
    rng = np.random.default_rng(3)
    start = np.array([[40, 30, 8], [0.1, -50, 6], [-0.4, -60, 9], [70, -20, 5], [-30, 5, 10], [15, 80, 7]]) * 1e3
    velocity = rng.uniform(-200.0, 200.0, (6, 3)) * [1.0, 1.0, 0.05]
    worst, off_p, firm, scans = 0.0, 0.0, 0, 0
    for k in range(8):
        x = start + 10.0 * k * velocity - [500.0, -200.0, 30.0]
        z = np.column_stack(
            [np.linalg.norm(x, axis=1), np.arctan2(x[:, 0], x[:, 1]), np.arcsin(x[:, 2] / np.linalg.norm(x, axis=1))]
        )
        z = z[rng.random(6) < 0.9]
        z += np.array([50.0, np.radians(0.1), np.radians(0.2)]) * rng.normal(size=z.shape)
        plots = {"time_s": 10.0 * k + z[:, 1], "range_m": z[:, 0], "azimuth_rad": z[:, 1], "elevation_rad": z[:, 2]}
        one, other = (made.step(Scan("a", plots, 10.0 * k + 5.0)) for made in (lean, bank))
        if one.track_id.tolist() != other.track_id.tolist() or one.status.tolist() != other.status.tolist():
            raise SystemExit(f"other tracks after scan {k}")
        worst = max(worst, float(np.abs(one.state - other.state).max()))
        off_p = max(off_p, float(np.abs(one.covariance - other.covariance).max() / other.covariance.max()))
        firm, scans = int((one.status > 0).sum()), scans + 1
    sys.stdout.write(json.dumps({"scans": scans, "firm": firm, "off_m": worst, "off_p": off_p}))


if __name__ == "__main__":
    main()
