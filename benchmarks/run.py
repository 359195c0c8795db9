"""`make bench`: what a replication costs, where the time goes, and what starting costs. CPU time throughout, medians.

Absolute figures hold for the machine and the moment; compare ratios. The table goes to the terminal as Markdown and with
machine and versions to `benchmarks/results.json`.
"""

import argparse
import json
import math
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

import walk_profile
from growth import growth, scaling
from interop import interop
from openiads.engine.lowering import Lowered, lower
from openiads.engine.simulation import Simulation
from openiads.results.manifest import software_versions
from openiads.scenario.loader import load_scenario_text
from rivals import detection, viewshed
from scenes import scene

HERE = Path(__file__).parent
OBJECTS = (100, 300, 1000)
SPLIT_UP_TO = 300
SLICE_ROWS = 400
"""Rows of the calendar that are walked with the JIT on and off for the ratio, from the middle of the hour."""


def cpu(action: Callable[[], Any]) -> float:
    """CPU seconds of this process that `action` takes."""
    began = time.process_time()
    action()
    return time.process_time() - began


def children(command: list[str], **environment: str) -> float:
    """CPU seconds of a command and its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, **environment})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def lowered(objects: int, overrides: dict[str, Any] | None = None) -> Lowered:
    """The scene of so many objects, ready to walk."""
    return lower(load_scenario_text(scene(objects), f"benchmark-{objects}", overrides=overrides or {}))


def replications(case: Lowered, count: int) -> float:
    """Median CPU seconds of a replication recorded as counts."""
    simulation = Simulation(case, seed=1)
    simulation.run(0, "counts")  # finds the room it needs
    return median(cpu(lambda k=k: simulation.run(k, "counts")) for k in range(1, count + 1))


def walk_slice(objects: int) -> float:
    """CPU seconds of `SLICE_ROWS` rows from the middle of the hour; the state there is made by the walk itself."""
    simulation = Simulation(lowered(objects), seed=1)
    middle = len(simulation.lowered.case.calendar) // 2
    path = Path(os.environ["OPENIADS_BENCH_STATE"])
    from openiads.engine.snapshot import load_snapshot, save_snapshot

    if not path.exists():
        save_snapshot(path, simulation.advance(simulation.fresh(0, "counts"), middle), scenario_sha256="slice")
    states = [load_snapshot(path, scenario_sha256="slice") for _ in range(2)]
    simulation.advance(states[0], middle + 1)  # compiles
    return cpu(lambda: simulation.advance(states[1], middle + SLICE_ROWS))


def jit_ratio(objects: int) -> float:
    """How much longer the same rows take with the JIT off."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {"OPENIADS_BENCH_STATE": str(Path(folder) / "state.npz")}
        command = [sys.executable, str(HERE / "run.py"), "--slice", str(objects)]
        seconds = []
        for off in ("0", "1"):
            out = subprocess.run(
                command,
                check=True,
                capture_output=True,
                text=True,
                env={**os.environ, **environment, "NUMBA_DISABLE_JIT": off},
            )
            seconds.append(float(out.stdout))
    return seconds[1] / seconds[0]


def shares(objects: int, whole: float) -> dict[str, float]:
    """Share of a replication's time that goes when a part is switched off. Parts lean on one another: no sum of 1."""
    units = [f"fire_units.unit-{name}" for name in ("north", "east", "south", "west")]
    search = {f"{u}.search_radar.duty": 0.0 for u in units} | {"command_posts.post.search_radar.duty": 0.0}
    quiet = {f"{u}.{r}.p_false_alarm": 1e-12 for u in units for r in ("search_radar", "engagement_radar")}
    parts = {
        "without search radars": search,
        "without engagement radars": {f"{u}.engagement_radar.duty": 0.0 for u in units},
        "without false alarms (same ranges)": quiet | {"command_posts.post.search_radar.p_false_alarm": 1e-12},
        "without links": {"network.mode": "standalone"},
        "without engagements": {"control.weapons": "hold"},
    }
    return {name: 1.0 - replications(lowered(objects, overrides), 3) / whole for name, overrides in parts.items()}


def pd_lookups() -> float:
    """Look-ups of a Pd table per CPU second."""
    from openiads.kernels import kernel
    from openiads.physics.detection import detection_table, interpolate_pd

    @kernel
    def many(table: Any, snr_db: Any, rounds: int) -> float:
        total = 0.0
        for _ in range(rounds):
            for k in range(len(snr_db)):
                total += interpolate_pd(table, 0, snr_db[k])
        return total

    table = np.array([detection_table(p_fa=1e-6, pulses=10, shape=1.0)])
    snr_db = np.random.default_rng(1).uniform(-10.0, 30.0, 10_000)
    many(table, snr_db, 1)
    return 10_000 * 500 / median(cpu(lambda: many(table, snr_db, 500)) for _ in range(5))


def starting(cold: bool) -> dict[str, float]:
    """CPU seconds of starting: help, a warm process, the demo for the second time, and all compiling from nothing."""
    command = [sys.executable, "-m", "openiads"]
    with tempfile.TemporaryDirectory() as folder:
        demo = [*command, "demo", "-o", str(Path(folder) / "run")]
        children(demo)
        found = {
            "openiads --help": median(children([*command, "--help"]) for _ in range(3)),
            "warm process, one replication": median(children([*command, "warmup"]) for _ in range(3)),
            "second openiads demo (64 replications)": children(demo),
        }
        if cold:
            found["cold compile"] = children([*command, "warmup"], OPENIADS_CACHE_DIR=str(Path(folder) / "cache"))
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--slice", type=int, help="only walk the slice of this many objects and print its CPU seconds")
    parser.add_argument("--quick", action="store_true", help="leave out the cold compile, the shares and the JIT-off run")
    chosen = parser.parse_args()
    if chosen.slice:
        print(walk_slice(chosen.slice))
        return
    rows: list[tuple[str, str]] = []
    kept: dict[str, Any] = {"machine": platform.processor() or platform.machine(), "software": software_versions()}
    for objects in OBJECTS:
        case = lowered(objects)
        seconds = replications(case, {100: 9, 300: 5}.get(objects, 3))
        kept[f"replication_cpu_s_{objects}"] = seconds
        rows.append((f"{objects} objects: replications per CPU second", f"{1 / seconds:.2f} ({1000 * seconds:.0f} ms each)"))
        if not chosen.quick and objects <= SPLIT_UP_TO:
            kept[f"jit_off_ratio_{objects}"] = ratio = jit_ratio(objects)
            rows.append((f"{objects} objects: the same source with the JIT off", f"{ratio:.0f} times slower"))
            kept[f"shares_{objects}"] = parts = shares(objects, seconds)
            rows += [(f"{objects} objects, {name}", f"{100 * share:.0f} % less time") for name, share in parts.items()]
        if not chosen.quick and objects == SPLIT_UP_TO and walk_profile.available():
            kept[f"profile_{objects}"] = families = walk_profile.profile(objects)[0]
            rows += [(f"{objects} objects: samples in {name}", f"{100 * share:.1f} %") for name, share in families.items()]
    kept["pd_lookups_per_cpu_s"] = lookups = pd_lookups()
    rows.append(("Pd look-ups per CPU second", f"{lookups / 1e6:.0f} million"))
    kept["starting_cpu_s"] = begun = starting(not chosen.quick)
    rows += [(name, f"{seconds:.2f} CPU s") for name, seconds in begun.items()]
    if not chosen.quick:
        kept["interop"] = formats = dict(interop(SPLIT_UP_TO))
        rows += formats.items()
        for key, name, text, value in (*growth(), *scaling(), *detection(), *viewshed()):
            rows.append((name, text))
            if not math.isnan(value):
                kept[key] = value
    kept["largest_memory_mb"] = memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rows.append(("largest memory of the benchmark itself", f"{memory:.0f} MB"))
    print("| what | measured |\n|---|---|")
    for name, value in rows:
        print(f"| {name} | {value} |")
    (HERE / "results.json").write_text(json.dumps(kept, indent=1) + "\n")


if __name__ == "__main__":
    main()
