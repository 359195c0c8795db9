"""The same work by other people's programs, in the same run: detection by SciPy, visibility by GDAL where it is installed."""

import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from growth import Row

HERE = Path(__file__).parent
POINTS = 20_000
PULSES, P_FA = 10, 1e-6


def cpu_s(action: Callable[[], object], count: int = 5) -> float:
    """Median CPU seconds of this process."""
    seconds = []
    for _ in range(count):
        began = time.process_time()
        action()
        seconds.append(time.process_time() - began)
    return statistics.median(seconds)


def detection() -> Iterator[Row]:
    """Pd of a steady target with ten pulses: our series against SciPy's noncentral chi-square."""
    from scipy.stats import ncx2

    from openiads.physics.detection import detection_probability, detection_threshold, fluctuation_shape

    snr = 10.0 ** (np.random.default_rng(1).uniform(-5.0, 15.0, POINTS) / 10.0)
    threshold = float(detection_threshold(p_fa=P_FA, pulses=PULSES))
    steady = fluctuation_shape(swerling=0, pulses=PULSES)

    def series() -> object:
        return detection_probability(snr=snr, p_fa=P_FA, pulses=PULSES, shape=steady)[0]

    def scipy() -> object:
        return ncx2.sf(2.0 * threshold, 2 * PULSES, 2.0 * PULSES * snr)

    apart = float(np.max(np.abs(np.asarray(series()) - np.asarray(scipy()))))
    ratio = cpu_s(scipy) / cpu_s(series)
    yield (
        "pd_scipy_ratio",
        f"Pd, {POINTS:,} points: SciPy's ncx2 over our exact series (apart at most {apart:.0e})",
        f"{ratio:.2f} times",
        ratio,
    )


def viewshed() -> Iterator[Row]:
    """Lines of `benchmarks/viewshed.py`, which needs GDAL's programs and elevation tiles."""
    if shutil.which("gdal_viewshed") is None:
        yield "viewshed", "visibility against gdal_viewshed", "not installed here", float("nan")
        return
    command = [sys.executable, str(HERE / "viewshed.py"), "--cells", "400", "--runs", "5"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        yield (
            "viewshed",
            "visibility against gdal_viewshed",
            f"did not run: {done.stderr.strip().splitlines()[-1]}",
            float("nan"),
        )
        return
    for line in done.stdout.splitlines():
        name, _, value = line.partition(": ")
        yield "viewshed", name, value, float("nan")
