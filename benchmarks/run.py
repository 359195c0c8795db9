"""`make bench`: what a replication costs, where the time goes, what starting costs, and the same work by other programs.

    python benchmarks/run.py [--only SECTION ...] [--tiny] [--json FILE]

CPU time throughout, medians, all in one run. Absolute figures hold for the machine and the moment; compare ratios. The
table goes to the terminal as Markdown, section by section, and with machine and versions to
`docs/reference/benchmarks.json`, out of which `tools/make_benchmarks_page.py` makes the page. A section that needs a
program or data that are not here says so in its line. `--tiny` runs everything on toy sizes, to see that it works; nothing
is written then unless `--json` names a file.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import walk_profile
from growth import growth, scaling
from interop import interop
from openiads.engine.lowering import Lowered, lower
from openiads.engine.simulation import Simulation
from openiads.results.manifest import software_versions
from openiads.scenario.loader import load_scenario_text
from rivals import detection, tracker, viewshed
from rows import Row, child_cpu_s, cpu_s, memory_mb
from scenes import scene
from study import study

HERE = Path(__file__).parent
RESULTS = HERE.parent / "docs" / "reference" / "benchmarks.json"
COUNTS = {100: 9, 300: 5, 1000: 3}
"""Replications whose median is taken, by the number of objects."""
PROFILED = 300
"""Objects of the scene whose walk is sampled."""
SLICE_ROWS = 400
"""Rows of the calendar that are walked with the JIT on and off for the ratio, from the middle of the hour."""


def lowered(objects: int, overrides: dict[str, Any] | None = None, duration_s: float = 3600.0) -> Lowered:
    """The scene of so many objects, ready to walk."""
    text = scene(objects, duration_s=duration_s)
    return lower(load_scenario_text(text, f"benchmark-{objects}", overrides=overrides or {}))


def replication_s(case: Lowered, count: int) -> float:
    """Median CPU seconds of a replication recorded as counts."""
    simulation = Simulation(case, seed=1)
    simulation.run(0, "counts")  # finds the room it needs
    numbers = iter(range(1, count + 1))
    return cpu_s(lambda: simulation.run(next(numbers), "counts"), count)


def replications(*, tiny: bool = False) -> Iterator[Row]:
    """An hour of a regiment of four fire units."""
    for objects, count in ({4: 2} if tiny else COUNTS).items():
        seconds = replication_s(lowered(objects, duration_s=120.0 if tiny else 3600.0), count)
        what = f"{objects:,} objects, an hour: replications per CPU second"
        yield Row(
            f"replications_per_cpu_s_{objects}", what, f"{1 / seconds:.2f} ({1000 * seconds:,.0f} ms each)", 1 / seconds
        )


def parts(*, tiny: bool = False) -> Iterator[Row]:
    """Share of a replication that goes when a part is switched off, and what the same source takes with the JIT off."""
    objects, count, duration_s = (4, 1, 120.0) if tiny else (100, 5, 3600.0)
    whole = replication_s(lowered(objects, duration_s=duration_s), count)
    for name, overrides in switched_off().items():
        share = 1.0 - replication_s(lowered(objects, overrides, duration_s), count) / whole
        key = f"share_{name.replace(' ', '_')}"
        yield Row(key, f"{objects} objects, without {name}", share_text(share), share)
    ratio = jit_ratio(objects)
    yield Row("jit_off_ratio", f"{objects} objects: the same source with the JIT off", f"{ratio:.0f} times slower", ratio)


def profile(*, tiny: bool = False) -> Iterator[Row]:
    """Shares of the samples that fall into each family of models."""
    objects = 4 if tiny else PROFILED
    if not walk_profile.available():
        yield Row("profile", f"{objects} objects: profile", "needs perf and nm, which are not here")
        return
    families = walk_profile.profile(objects)[0]
    outside = sum(share for name, share in families.items() if not name.startswith("tracking"))
    yield Row("profile_outside", f"{objects} objects: share of the time outside tracking", f"{100 * outside:.1f} %", outside)
    for name, share in families.items():
        key = f"profile_{name.replace(' ', '_')}"
        yield Row(key, f"{objects} objects: share of the time in {name}", f"{100 * share:.1f} %", share)


def share_text(share: float) -> str:
    """How much less time it takes; more where the part stops what others would go on with."""
    return f"{100 * abs(share):.0f} % {'less' if share >= 0.0 else 'more'} time"


def switched_off() -> dict[str, dict[str, Any]]:
    """Overrides that switch a part off. Parts lean on one another: the shares have no sum of 1."""
    units = [f"fire_units.unit-{name}" for name in ("north", "east", "south", "west")]
    post = "command_posts.post.search_radar"
    quiet = {f"{u}.{r}.p_false_alarm": 1e-12 for u in units for r in ("search_radar", "engagement_radar")}
    return {
        "search radars": {f"{u}.search_radar.duty": 0.0 for u in units} | {f"{post}.duty": 0.0},
        "engagement radars": {f"{u}.engagement_radar.duty": 0.0 for u in units},
        "false alarms (same ranges)": quiet | {f"{post}.p_false_alarm": 1e-12},
        "links": {"network.mode": "standalone"},
        "engagements": {"control.weapons": "hold"},
    }


def walk_slice(objects: int) -> float:
    """CPU seconds of `SLICE_ROWS` rows from the middle of the hour; the state there is made by the walk itself."""
    from openiads.engine.snapshot import load_snapshot, save_snapshot

    simulation = Simulation(lowered(objects), seed=1)
    middle = len(simulation.lowered.case.calendar) // 2
    path = Path(os.environ["OPENIADS_BENCH_STATE"])
    if not path.exists():
        save_snapshot(path, simulation.advance(simulation.fresh(0, "counts"), middle), scenario_sha256="slice")
    states = [load_snapshot(path, scenario_sha256="slice") for _ in range(2)]
    simulation.advance(states[0], middle + 1)  # compiles
    return cpu_s(lambda: simulation.advance(states[1], middle + SLICE_ROWS))


def jit_ratio(objects: int) -> float:
    """How much longer the same rows take with the JIT off."""
    seconds = []
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "OPENIADS_BENCH_STATE": str(Path(folder) / "state.npz")}
        command = [sys.executable, str(HERE / "run.py"), "--slice", str(objects)]
        for off in ("0", "1"):
            with_jit = {**environment, "NUMBA_DISABLE_JIT": off}
            out = subprocess.run(command, check=True, capture_output=True, text=True, env=with_jit)
            seconds.append(float(out.stdout))
    return seconds[1] / seconds[0]


def starting(*, tiny: bool = False) -> Iterator[Row]:
    """CPU seconds of starting: help, a warm process, the shipped case for the second time, and all compiling from nothing."""
    command, count = [sys.executable, "-m", "openiads"], 1 if tiny else 3
    with tempfile.TemporaryDirectory() as folder:
        run = [*command, "run", "murted-2019", "--replications", "2", "--overwrite", "-o", str(Path(folder) / "run")]
        child_cpu_s(run)
        seconds = {
            "openiads --help": min(child_cpu_s([*command, "--help"]) for _ in range(count)),
            "a warm process until it can run (openiads warmup)": min(
                child_cpu_s([*command, "warmup"]) for _ in range(count)
            ),
            "openiads run murted-2019, two replications, warm": min(child_cpu_s(run) for _ in range(count)),
        }
        if not tiny:
            seconds["compiling everything from nothing, once"] = child_cpu_s(
                [*command, "warmup"], OPENIADS_CACHE_DIR=str(Path(folder) / "cache")
            )
    for number, (what, spent) in enumerate(seconds.items()):
        yield Row(f"starting_cpu_s_{number}", what, f"{spent:.2f} CPU s", spent)


def memory(*, tiny: bool = False) -> Iterator[Row]:
    """Of the benchmark itself, at the end."""
    del tiny
    yield Row("largest_memory_mb", "largest memory of the benchmark itself", f"{memory_mb():.0f} MB", memory_mb())


SECTIONS: dict[str, Callable[..., Iterator[Row]]] = {
    "replications": replications,
    "growth": growth,
    "scaling": scaling,
    "parts": parts,
    "profile": profile,
    "tracker": tracker,
    "coverage": viewshed,
    "detection": detection,
    "study": study,
    "starting": starting,
    "export": interop,
    "memory": memory,
}


def machine() -> dict[str, Any]:
    """What it ran on: no names, no paths."""
    model, cores = platform.processor() or platform.machine(), os.cpu_count()
    info = Path("/proc/cpuinfo")
    if info.is_file():
        named = [line.partition(":")[2].strip() for line in info.read_text().splitlines() if line.startswith("model name")]
        model = named[0] if named else model
    memory_gb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return {"processor": model, "cores": cores, "memory_gb": round(memory_gb), "load_at_start": round(os.getloadavg()[0], 1)}


def measured(names: list[str], *, tiny: bool) -> Iterator[tuple[str, Row]]:
    """Rows of the sections, with a line of progress before each."""
    began = time.perf_counter()
    for number, name in enumerate(names, start=1):
        print(f"{number} of {len(names)}: {name}, after {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
        for row in SECTIONS[name](tiny=tiny):
            print(f"| {name} | {row.what} | {row.text} |", flush=True)
            yield name, row


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=SECTIONS, default=list(SECTIONS), help="sections; all unless given")
    parser.add_argument("--tiny", action="store_true", help="toy sizes, to see that every section works")
    parser.add_argument("--json", type=Path, help=f"where to keep it; {RESULTS.name} of the docs when all of it is run")
    parser.add_argument("--slice", type=int, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.slice:
        print(walk_slice(chosen.slice))
        return
    kept: dict[str, Any] = {
        "at": datetime.now(UTC).strftime("%Y-%m-%d"),
        "machine": machine(),
        "software": software_versions(),
    }
    print("| section | what | measured |\n|---|---|---|")
    began = time.perf_counter()
    kept["rows"] = [{"section": name, **asdict(row)} for name, row in measured(chosen.only, tiny=chosen.tiny)]
    kept["wall_s"] = round(time.perf_counter() - began)
    whole = chosen.only == list(SECTIONS) and not chosen.tiny
    out = chosen.json or (RESULTS if whole else None)
    if out is not None:
        out.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
        print(f"written: {out.name}", file=sys.stderr)


if __name__ == "__main__":
    main()
