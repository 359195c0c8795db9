"""How the cost of a replication grows: with objects, with fire units, with the scan rate; and what a second worker brings.

Slopes are of the logarithms, by least squares: 1 is in proportion, 2 is with the square. CPU time, medians of one process.
"""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

import openiads
from openiads.engine.lowering import lower
from openiads.engine.simulation import Simulation
from openiads.scenario.loader import Scenario, load_scenario_text
from rows import Row, all_cpu_s, cpu_s
from scenes import UNITS, scene

DURATION_S = 600.0
OBJECTS = (50, 100, 200, 400)
SCANS = (4.0, 2.0, 1.0)
"""Search radars turn so many times slower."""


def replication_s(scenario: Scenario, count: int = 5) -> float:
    """Median CPU seconds of a replication recorded as counts."""
    simulation = Simulation(lower(scenario), seed=1)
    simulation.run(0, "counts")  # finds the room it needs
    numbers = iter(range(1, count + 1))
    return cpu_s(lambda: simulation.run(next(numbers), "counts"), count)


def slope(sizes: list[float], seconds: list[float]) -> float:
    """Exponent of the growth of cost with size."""
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])


def growth(*, tiny: bool = False) -> Iterator[Row]:
    """Slopes over objects, fire units and the scan rate."""
    duration_s, base = (60.0, 5) if tiny else (DURATION_S, 100)
    sizes = [3, 6] if tiny else list(OBJECTS)

    def case(objects: int, **more: Any) -> Scenario:
        overrides = more.pop("overrides", None)
        return load_scenario_text(scene(objects, duration_s=duration_s, **more), "growth.yaml", overrides=overrides)

    yield _row("objects", [float(n) for n in sizes], [replication_s(case(n)) for n in sizes])
    names = tuple(UNITS)
    counts = range(1, len(names) + 1)
    seconds = [replication_s(case(base, units=names[:n])) for n in counts]
    yield _row("fire units", [float(n) for n in counts], seconds)
    seconds = [replication_s(case(base, overrides=slower(by))) for by in SCANS]
    yield _row("scan rate", [1.0 / by for by in SCANS], seconds)


def slower(by: float) -> dict[str, Any]:
    """The search radars of the scene, turning so many times slower."""
    radars = ["command_posts.post.search_radar", *(f"fire_units.unit-{name}.search_radar" for name in UNITS)]
    scenario = load_scenario_text(scene(1, duration_s=DURATION_S), "growth.yaml")
    return {f"{radar}.scan_period_s": by * float(scenario.get(f"{radar}.scan_period_s")) for radar in radars}


def _row(what: str, sizes: list[float], seconds: list[float]) -> Row:
    exponent = slope(sizes, seconds)
    shown = ", ".join(f"{size:g}: {1000 * s:.0f} ms" for size, s in zip(sizes, seconds, strict=True))
    return Row(f"slope_{what.replace(' ', '_')}", f"growth with {what} ({shown})", f"exponent {exponent:.2f}", exponent)


def scaling(*, tiny: bool = False) -> Iterator[Row]:
    """Wall time with one worker over that with two, start of the processes included, and the CPU that a second costs."""
    objects, replications, duration_s = (5, 4, 60.0) if tiny else (50, 256, DURATION_S)
    scenario = load_scenario_text(scene(objects, duration_s=duration_s), "scaling.yaml")
    openiads.run(scenario, replications=1)
    wall, cpu = [], []
    with tempfile.TemporaryDirectory() as folder:
        for workers in (1, 2):
            began, spent = time.perf_counter(), all_cpu_s()
            openiads.run(scenario, replications=replications, workers=workers, out=Path(folder) / str(workers))
            wall.append(time.perf_counter() - began)
            cpu.append(all_cpu_s() - spent)
    gain = wall[0] / wall[1]
    yield Row("scaling_wall", f"{replications} replications, wall time of 1 worker over that of 2", f"{gain:.2f}", gain)
    yield Row("scaling_cpu", "CPU time of 2 workers over that of 1", f"{cpu[1] / cpu[0]:.2f}", cpu[1] / cpu[0])
