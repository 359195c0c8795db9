"""The benchmarks' claims as tests: where joint association and several models pay, a day without growth, load. Nightly."""

import importlib
import sys
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.nightly


@pytest.fixture(scope="module")
def benchmarks():
    folder = str(Path(__file__).parents[2] / "benchmarks")
    sys.path.insert(0, folder)
    yield importlib.import_module
    sys.path.remove(folder)


@pytest.mark.parametrize(("scene", "better", "least"), [("weaving", "imm", 0.10), ("crossing", "jpda", 0.01)])
def test_several_models_and_joint_association_pay(benchmarks, scene, better, least):
    """Over 100 seeds the whole 95 % interval of the margin, against the best rival on the average, lies above `least`."""
    quality = benchmarks("tracking_quality")
    rows = [getattr(quality, scene)(seed) for seed in range(100)]
    columns = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    rival = min((name for name in columns if name != better), key=lambda name: columns[name].mean())
    share, low, high = quality.margin(columns[rival], columns[better])
    assert low > least, f"{better} below {rival} by {share:.1%} ({low:.1%} to {high:.1%})"


@pytest.mark.parametrize("heaviest", [False, True])
def test_a_day_leaves_no_growth_and_every_target_a_track(benchmarks, heaviest):
    load = benchmarks("tracking_load")
    options = load.HEAVIEST if heaviest else {}
    load.run(20, 20.0, 50, **options)
    tracker, _, memory = load.run(20, 20.0, round(24 * 3600 / load.PERIOD), **options)
    assert memory[-1] - memory[1] < 5.0  # MB; the first tenth fills caches
    assert 18 <= int((tracker.picture().status > 0).sum()) <= 24
    assert tracker.counts["overflow"] == tracker.counts["pair_overflow"] == 0


def test_two_thousand_tracks_run_fifty_times_as_fast_as_time(benchmarks):
    load = benchmarks("tracking_load")
    load.run(50, 20.0, 20)
    tracker, spent, _ = load.run(2000, 200.0, 60)
    assert int((tracker.picture().status > 0).sum()) > 1900
    assert 60 * load.PERIOD / spent > 50.0
