"""The same work by other people's programs, in the same run: detection by SciPy, visibility by GDAL, tracking by Stone Soup."""

import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from rows import Row, cpu_s

HERE = Path(__file__).parent
PULSES, P_FA = 10, 1e-6


def detection(*, tiny: bool = False) -> Iterator[Row]:
    """Pd of a steady target with ten pulses: our series against SciPy's noncentral chi-square; and look-ups in a table."""
    from scipy.stats import ncx2

    from openiads.physics.detection import detection_probability, detection_threshold, fluctuation_shape

    points = 200 if tiny else 20_000
    snr = 10.0 ** (np.random.default_rng(1).uniform(-5.0, 15.0, points) / 10.0)
    threshold = float(detection_threshold(p_fa=P_FA, pulses=PULSES))
    steady = fluctuation_shape(swerling=0, pulses=PULSES)

    def series() -> object:
        return detection_probability(snr=snr, p_fa=P_FA, pulses=PULSES, shape=steady)[0]

    def scipy() -> object:
        return ncx2.sf(2.0 * threshold, 2 * PULSES, 2.0 * PULSES * snr)

    apart = float(np.max(np.abs(np.asarray(series()) - np.asarray(scipy()))))
    ratio = cpu_s(scipy, 5) / cpu_s(series, 5)
    what = f"Pd, {points:,} points: SciPy's ncx2 over our exact series (apart at most {apart:.0e})"
    yield Row("pd_scipy_ratio", what, f"{ratio:.2f} times", ratio)
    lookups = pd_lookups(rounds=2 if tiny else 500)
    yield Row("pd_lookups_per_cpu_s", "Pd look-ups per CPU second", f"{lookups / 1e6:.0f} million", lookups)
    over = lookups / (points / cpu_s(scipy, 5))
    yield Row("pd_lookup_scipy_ratio", "a look-up against a value of SciPy's ncx2", f"{over:,.0f} times", over)


def pd_lookups(rounds: int) -> float:
    """Look-ups of a Pd table per CPU second."""
    from openiads.kernels import kernel
    from openiads.physics.detection import detection_table, interpolate_pd

    @kernel
    def many(table: np.ndarray, snr_db: np.ndarray, rounds: int) -> float:
        total = 0.0
        for _ in range(rounds):
            for k in range(len(snr_db)):
                total += interpolate_pd(table, 0, snr_db[k])
        return total

    table = np.array([detection_table(p_fa=1e-6, pulses=10, shape=1.0)])
    snr_db = np.random.default_rng(1).uniform(-10.0, 30.0, 10_000)
    many(table, snr_db, 1)
    return 10_000 * rounds / cpu_s(lambda: many(table, snr_db, rounds), 5)


def viewshed(*, tiny: bool = False) -> Iterator[Row]:
    """Lines of `benchmarks/viewshed.py`, which needs GDAL's programs and elevation tiles."""
    if shutil.which("gdal_viewshed") is None:
        yield Row("viewshed", "visibility against gdal_viewshed", "gdal_viewshed is not installed here")
        return
    cells, runs = ("20", "1") if tiny else ("400", "7")
    command = [sys.executable, str(HERE / "viewshed.py"), "--cells", cells, "--runs", runs]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        reason = done.stderr.strip().splitlines()[-1]
        yield Row("viewshed", "visibility against gdal_viewshed", f"did not run: {reason}")
        return
    for number, line in enumerate(done.stdout.splitlines()):
        name, _, value = line.partition(": ")
        times = [part.split(" times ours")[0].rpartition(" ")[2] for part in [value] if " times ours" in part]
        yield Row(f"viewshed_{number}", f"visibility to 400 km, {name}", value, float(times[0]) if times else None)


def tracker(*, tiny: bool = False) -> Iterator[Row]:
    """Confirmed updates per CPU second and GOSPA against Stone Soup, on the same plots of two scenes."""
    if importlib.util.find_spec("stonesoup") is None:
        yield Row("tracker", "tracker against Stone Soup", "Stone Soup is not installed here")
        return
    from tracking import MISSES, ours, stone_soup
    from tracking_scenes import larger

    scenes = (
        {"5 targets, 2 false, 8 scans": larger(5, 2.0, 8, seed=1)}
        if tiny
        else {
            "50 targets, 20 false, 40 scans": larger(50, 20.0, 40, seed=50),
            "300 targets, 50 false, 12 scans": larger(300, 50.0, 12, seed=300),
        }
    )
    for name, scene in scenes.items():
        misses = MISSES.get(name, 2)
        rival = stone_soup(scene, misses)
        for who, alike in (("as it comes", False), ("alike: same filter and ranking", True)):
            mine = ours(scene, misses, alike)
            rate, slow = (row["updates"] / row["cpu_s"] for row in (mine, rival))
            off = 100.0 * (mine["gospa_m"] / rival["gospa_m"] - 1.0)
            yield Row(
                f"tracker_{len(scene.truth[0])}{'_alike' if alike else ''}_ratio",
                f"tracker, {name}, {who}: updates per CPU second against Stone Soup's",
                f"{rate / slow:,.0f} times ({rate:,.0f} to {slow:,.0f}); GOSPA {off:+.3f} %",
                rate / slow,
            )
