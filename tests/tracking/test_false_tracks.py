"""False tracks: what is predicted from sensor and options is what the tracker makes of clutter alone."""

import math
from dataclasses import replace

import numpy as np
import pytest

from openiads.errors import OutOfRangeError
from openiads.tracking import Scan, Sensor, Tracker, TrackerConfig, TrackerOptions
from openiads.tracking.false_tracks import predict_false_tracks

NEAREST_M = 30e3
RADAR = Sensor(
    id="a", east_m=0.0, north_m=0.0, up_m=0.0, sigma_range_m=50.0, sigma_azimuth_deg=0.2, sigma_elevation_deg=0.2,
    scan_period_s=10.0, p_detection=0.9, reach_m=150e3, elevation_span_deg=10.0,
)  # fmt: skip
OPTIONS = TrackerOptions(max_speed_mps=300.0, max_climb_mps=60.0, max_tracks=5000)


def made(sensor, options, scans, seed):
    """False tracks that the tracker confirms in so many scans of clutter, after ten to settle."""
    rng = np.random.default_rng(seed)
    tracker = Tracker(TrackerConfig([sensor], "flat", options))
    firm = set()
    for k in range(scans + 10):
        count = rng.poisson(sensor.clutter_per_scan)
        plots = {
            "time_s": np.full(count, k * sensor.scan_period_s),
            "range_m": rng.uniform(NEAREST_M, sensor.reach_m, count),
            "azimuth_rad": rng.uniform(0.0, 2.0 * math.pi, count),
            "elevation_rad": rng.uniform(0.0, math.radians(sensor.elevation_span_deg), count),
        }
        picture = tracker.step(Scan("a", plots, k * sensor.scan_period_s))
        before = len(firm)
        firm |= set(picture.track_id[picture.status > 0].tolist())
        if k < 10:
            first = len(firm)
        assert before <= len(firm)
    assert tracker.counts["overflow"] == tracker.counts["pair_overflow"] == 0
    return len(firm) - first


def agrees(clutter, scans, seed, **rule):
    """Measured and predicted counts, and their difference in standard errors (count of the one, places of the other)."""
    sensor, options = replace(RADAR, clutter_per_scan=clutter), replace(OPTIONS, **rule)
    predicted = predict_false_tracks(sensor, options, nearest_m=NEAREST_M, starts=1500, seed=seed)
    count = made(sensor, options, scans, seed)
    expected = predicted.per_scan * scans
    return count, expected, (count - expected) / math.hypot(math.sqrt(expected), predicted.error * scans), predicted


TWO_OF_THREE = {"confirm_hits": 2, "confirm_window": 3}
THREE_OF_FIVE = {"confirm_hits": 3, "confirm_window": 5}
FOUR_OF_SIX = {"confirm_hits": 4, "confirm_window": 6}
WALD = {"initiation": "sprt", "false_confirm": 1e-2}


@pytest.mark.parametrize(("clutter", "scans", "rule"), [(20.0, 250, TWO_OF_THREE), (300.0, 100, THREE_OF_FIVE)])
def test_the_tracker_makes_as_many_false_tracks_as_predicted(clutter, scans, rule):
    count, expected, off, _ = agrees(clutter, scans, 3, **rule)
    assert expected > 60.0  # enough to tell a fifth
    assert abs(off) < 3.0, f"{count} false tracks, {expected:.1f} predicted"


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("rule", "clutter"),
    [(TWO_OF_THREE, c) for c in (10.0, 30.0, 100.0)]
    + [(THREE_OF_FIVE, c) for c in (100.0, 200.0, 400.0)]
    + [(FOUR_OF_SIX, c) for c in (400.0, 800.0)]
    + [(WALD, c) for c in (50.0, 150.0)],
)
def test_the_prediction_holds_over_densities_and_rules(clutter, rule):
    probe = predict_false_tracks(replace(RADAR, clutter_per_scan=clutter), replace(OPTIONS, **rule), nearest_m=NEAREST_M)
    scans = int(min(max(400.0 / probe.per_scan, 50), 5000))
    count, expected, off, _ = agrees(clutter, scans, 5, **rule)
    assert abs(off) < 3.5, f"{count} false tracks, {expected:.1f} predicted"


def test_a_rarer_rule_and_less_clutter_make_fewer():
    def rate(clutter, **rule):
        return predict_false_tracks(
            replace(RADAR, clutter_per_scan=clutter), replace(OPTIONS, **rule), nearest_m=NEAREST_M, starts=400
        ).per_scan

    assert rate(20.0, **FOUR_OF_SIX) < 0.1 * rate(20.0, **TWO_OF_THREE)
    assert rate(40.0, **TWO_OF_THREE) == pytest.approx(4.0 * rate(20.0, **TWO_OF_THREE), rel=0.1)  # as the square


def test_other_filters_are_refused():
    with pytest.raises(OutOfRangeError, match="motion cv"):
        predict_false_tracks(RADAR, replace(OPTIONS, motion="imm"))
