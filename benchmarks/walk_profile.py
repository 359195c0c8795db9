"""Where the time of a replication goes: a sampling profile of the compiled walk, by family of models and by function.

    python benchmarks/walk_profile.py --objects 300

`perf` samples the program counter of a process that walks replications; the symbols of the compiled code are read from the
object that Numba keeps, so that every sample falls to the function that was running (one that the compiler inlined counts to its
caller). Needs Linux with `perf` and `nm`. Shares are of the samples inside the compiled walk.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from bisect import bisect_right
from collections import Counter
from pathlib import Path
from statistics import median
from typing import Any

from scenes import scene

HERE = Path(__file__).resolve()
HERTZ = 1999
FAMILIES = (
    ("openiads.tracking.remote", "tracking: reports of other nodes"),
    ("openiads.tracking", "tracking: own plots"),
    ("openiads.models.sensing", "sensing"),
    ("openiads.physics", "sensing"),
    ("openiads.records.truth", "sensing"),
    ("openiads.records.visibility", "sensing"),
    ("openiads.streams", "draws"),
    ("openiads.models.network", "network"),
    ("openiads.engine.messages", "network"),
    ("openiads.engine.links", "network"),
    ("openiads.models.identification", "identification"),
    ("openiads.engine.identity", "identification"),
    ("openiads.engine.questions", "identification"),
    ("openiads.engine.spurious", "identification"),
    ("openiads.models.command", "command"),
    ("openiads.engine.assigning", "command"),
    ("openiads.engine.ordered", "command"),
    ("openiads.engine.fighter", "fighters"),
    ("openiads.models.fighters", "fighters"),
    ("openiads.engine.engage", "engagement"),
    ("openiads.engine.shots", "engagement"),
    ("openiads.engine.watching", "engagement"),
    ("openiads.models.engagement", "engagement"),
    ("openiads.models.assessment", "engagement"),
    ("openiads.engine.stages", "ledger"),
    ("openiads.engine.relief", "ledger"),
    ("openiads.records.log", "logs"),
    ("openiads.geo", "geometry"),
)
"""Family of a function by the start of its module; the first that fits counts."""


def family(name: str) -> str:
    """Family of a function by its full name."""
    return next((word for start, word in FAMILIES if name.startswith(start)), "the walk itself")


def plain_name(symbol: str) -> str:
    """`openiads.tracking.step.step` of a mangled symbol; the symbol itself when it is no Numba function of ours."""
    parts, rest = [], symbol.removeprefix("_ZN")
    while match := re.match(r"(\d+)", rest):
        length = int(match.group(1))
        parts.append(rest[match.end() : match.end() + length])
        rest = rest[match.end() + length :]
    return ".".join(parts) if parts and parts[0] == "openiads" else symbol


def walk(objects: int, count: int, symbols: Path) -> None:
    """Walk `count` replications, and write where the compiled functions lie in memory; prints the CPU seconds of each."""
    from numba.core.codegen import CPUCodeLibrary

    kept, usual = {}, CPUCodeLibrary._set_compiled_object

    def keep(library: Any, code: bytes) -> None:
        kept[library.name] = code
        usual(library, code)

    CPUCodeLibrary._set_compiled_object = keep
    from openiads.engine.lowering import lower
    from openiads.engine.replication import run_replication
    from openiads.engine.simulation import Simulation
    from openiads.scenario.loader import load_scenario_text

    simulation = Simulation(lower(load_scenario_text(scene(objects), f"benchmark-{objects}")), seed=1)
    simulation.run(0, "counts")
    compiled: Any = run_replication
    (result,) = compiled.overloads.values()
    with tempfile.NamedTemporaryFile(suffix=".o") as file:
        Path(file.name).write_bytes(kept[result.library.name])
        listed = subprocess.run(["nm", "-S", "--defined-only", file.name], check=True, capture_output=True, text=True).stdout
    rows = [line.split() for line in listed.splitlines()]
    places = {row[3]: (int(row[0], 16), int(row[1], 16)) for row in rows if len(row) == 4 and row[2] in "tTwW"}
    entry = result.fndesc.llvm_func_name
    base = result.library.get_pointer_to_function(entry) - places[entry][0]
    symbols.write_text("".join(f"{base + at} {size} {name}\n" for name, (at, size) in sorted(places.items())))
    for k in range(1, count + 1):
        began = time.process_time()
        simulation.run(k, "counts")
        print(time.process_time() - began)


def samples(objects: int, count: int) -> tuple[Counter[str], list[float]]:
    """Samples by function, and the CPU seconds of each replication."""
    with tempfile.TemporaryDirectory() as folder:
        data, symbols = Path(folder) / "perf.data", Path(folder) / "symbols"
        own = [sys.executable, str(HERE), "--objects", str(objects), "--replications", str(count), "--walk", str(symbols)]
        record = ["perf", "record", "-q", "-e", "cpu-clock:u", "-F", str(HERTZ), "-o", str(data), "--", *own]
        out = subprocess.run(record, check=True, stdout=subprocess.PIPE, text=True, env=dict(os.environ)).stdout
        script = ["perf", "script", "-i", str(data), "-F", "ip"]
        ips = [int(word, 16) for word in subprocess.run(script, check=True, capture_output=True, text=True).stdout.split()]
        known = sorted((int(a), int(b), c) for a, b, c in (line.split() for line in symbols.read_text().splitlines()))
    starts, found = [at for at, _, _ in known], Counter[str]()
    for ip in ips:
        place = bisect_right(starts, ip) - 1
        if place >= 0 and ip < known[place][0] + known[place][1]:
            found[plain_name(known[place][2])] += 1
    return found, [float(line) for line in out.split()]


def profile(objects: int, count: int = 3) -> tuple[dict[str, float], dict[str, float], float]:
    """Share of the samples by family and by function, most first, and the median CPU seconds of a replication."""
    subprocess.run([sys.executable, "-m", "openiads", "warmup"], check=True, capture_output=True)  # the code must be kept
    found, seconds = samples(objects, count)
    total, by_family = sum(found.values()), Counter[str]()
    for name, number in found.items():
        by_family[family(name)] += number
    shares = [{name: number / total for name, number in counter.most_common()} for counter in (by_family, found)]
    return shares[0], shares[1], median(seconds)


def available() -> bool:
    """Whether this machine has what the profile needs."""
    return shutil.which("perf") is not None and shutil.which("nm") is not None


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--objects", type=int, default=300)
    parser.add_argument("--replications", type=int, default=5)
    parser.add_argument("--functions", type=int, default=15, help="how many functions to list")
    parser.add_argument("--walk", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.walk:
        walk(chosen.objects, chosen.replications, chosen.walk)
        return
    if not available():
        raise SystemExit("the profile needs perf and nm, which are not here")
    families, functions, each = profile(chosen.objects, chosen.replications)
    print(
        f"{chosen.objects} objects, four fire units, one hour: {1 / each:.2f} replications per CPU second ({each:.2f} s each)"
    )
    outside = sum(share for name, share in families.items() if not name.startswith("tracking"))
    print(f"{100 * outside:.0f} % of the time is spent outside tracking")
    print("\n| family | share of the time |\n|---|---|")
    for name, share in families.items():
        print(f"| {name} | {100 * share:.1f} % |")
    print("\n| function | share of the time |\n|---|---|")
    for name, share in list(functions.items())[: chosen.functions]:
        print(f"| `{name.removeprefix('openiads.')}` | {100 * share:.1f} % |")


if __name__ == "__main__":
    main()
