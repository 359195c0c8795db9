"""A gate against slow code, made for loaded machines: `python benchmarks/gate.py [--record] [--slowed FACTOR]`, `make gate`.

Nothing here is judged in seconds. Each piece of work is timed, in CPU time and in turns, beside a fixed piece of Python
and NumPy that no change of ours can make faster or slower; the median of the ratios is compared with the one in
`gate.json`. Where Valgrind and a C compiler are installed, instructions of some kernels are counted too
(`instructions.py`): these are the same to a fraction of a per cent on any machine. Ends with 1 when something costs more
than its bound. `--record` writes the ratios of now as those to compare with; `--slowed 2` does every piece of work twice,
to see the gate fail.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

import instructions
from scenes import scene

RECORD = Path(__file__).with_name("gate.json")
ROUNDS = 15
LIMIT = 1.8
"""Times the recorded ratio that is allowed. Runs on a loaded machine stay within 1.3, other processors within 1.7; a piece of work done twice is at 2."""
COUNT_LIMIT = 1.2
"""The same for instructions, which other versions of the compiler move a little."""
WORTH_RECORDING = 0.6
"""Below this share of the recorded ratio the gate says that it could be tightened."""

_ORDER = np.random.default_rng(1).permutation(40_000)
_START = np.random.default_rng(2).uniform(0.5, 1.5, 40_000)


def reference() -> float:
    """The fixed work: plain Python on whole numbers, floats and a dictionary, and NumPy passes over a shuffled array."""
    state, total, seen = 12345, 0.0, {}
    for k in range(25_000):
        state = (1103515245 * state + 12345) & 0x7FFFFFFF
        total += (state % 1000) / (k + 1.0)
        seen[state & 0xFFF] = k
    x = _START
    for _ in range(25):
        x = x[_ORDER] * 0.999 + 0.001
    return total + len(seen) + float(x[0])


@dataclass(frozen=True)
class Verdict:
    """One piece of work against its bound."""

    name: str
    found: float
    recorded: float
    limit: float

    @property
    def times(self) -> float:
        """How many times the recorded cost it has now."""
        return self.found / self.recorded

    @property
    def passed(self) -> bool:
        """Whether it is within its bound."""
        return self.times <= self.limit

    def line(self) -> str:
        """For the terminal."""
        note = "" if self.passed else "  SLOWER THAN ALLOWED"
        if self.times < WORTH_RECORDING:
            note = "  faster: record it with --record"
        return f"{self.name:<42} {self.found:>12.4g} {self.recorded:>12.4g} {self.times:>7.2f} {self.limit:>6.1f}{note}"


def replication() -> Callable[[], Any]:
    """Ten minutes of thirty objects and four fire units, recorded as counts."""
    from openiads.engine.lowering import lower
    from openiads.engine.simulation import Simulation
    from openiads.scenario.loader import load_scenario_text

    simulation = Simulation(lower(load_scenario_text(scene(30, duration_s=600.0), "gate.yaml")), seed=1)
    return lambda: simulation.run(0, "counts")


def tracker() -> Callable[[], Any]:
    """Twenty scans of a hundred targets among fifty false plots."""
    from tracking import rows_of
    from tracking import tracker as made
    from tracking_scenes import larger

    picture = larger(100, 50.0, 20, seed=5)
    raw, batches = rows_of(picture)
    return lambda: made(picture, 2, alike=False).feed_batches(raw, batches)


def viewshed() -> Callable[[], Any]:
    """The lowest visible altitude at 361 x 361 posts of made-up hills."""
    from openiads.geo.terrain.viewshed import Patch, lowest_visible_m

    half, step = 180, np.radians(1 / 120)
    y, x = np.mgrid[-half : half + 1, -half : half + 1].astype(float)
    ground = (400.0 + 200.0 * np.sin(0.21 * x + 0.13 * y) + 150.0 * np.sin(0.05 * x - 0.31 * y)).astype(np.float32)
    patch = Patch(ground, 4800 - half, 3900 - half, step, step)
    place = {"latitude_rad": float(4800 * step), "longitude_rad": float(3900 * step)}
    return lambda: lowest_visible_m(patch, **place, antenna_height_amsl_m=900.0, refraction_factor=4.0 / 3.0, reach_m=120e3)


def series() -> Callable[[], Any]:
    """The exact detection series at 2,000 points."""
    from openiads.physics.detection import detection_probability

    snr = 10.0 ** (np.random.default_rng(1).uniform(-0.5, 1.5, 2_000))
    return lambda: detection_probability(snr=snr, p_fa=1e-6, pulses=10, shape=1.0)


def loading() -> Callable[[], Any]:
    """A scenario of ten objects from its text to the records that are walked."""
    from openiads.engine.lowering import lower
    from openiads.scenario.loader import load_scenario_text

    text = scene(10, duration_s=300.0)
    return lambda: lower(load_scenario_text(text, "gate.yaml"))


WORK = (replication, tracker, viewshed, series, loading)


def name_of(work: Callable[[], Any]) -> str:
    """The first line of its description, as a row of the table."""
    return f"{work.__name__} / reference"


def cpu_s(action: Callable[[], Any]) -> float:
    """CPU seconds of one call in this process."""
    began = time.process_time()
    action()
    return time.process_time() - began


def ratio(action: Callable[[], Any], *, slowed: int = 1, rounds: int = ROUNDS) -> float:
    """Median of CPU time over that of the reference, taken in turns so that both meet the same moment of the machine."""
    action()
    found = []
    for _ in range(rounds):
        before = cpu_s(reference)
        own = sum(cpu_s(action) for _ in range(slowed))
        found.append(2.0 * own / (before + cpu_s(reference)))
    return median(found)


def measured(slowed: int) -> Iterator[tuple[str, float]]:
    """Name and cost of everything that is watched."""
    for work in WORK:
        yield name_of(work), ratio(work(), slowed=slowed)
    reason = instructions.missing()
    if reason:
        print(f"instructions are not counted: {reason}")
        return
    for name, count in instructions.counts().items():
        yield f"instructions of {name}", float(slowed * count)


def judge(found: dict[str, float], recorded: dict[str, float]) -> list[Verdict]:
    """Each cost against the recorded one; one that was never recorded is an error."""
    unknown = sorted(set(found) - set(recorded))
    if unknown:
        raise SystemExit(f"never recorded: {', '.join(unknown)}; run `python benchmarks/gate.py --record`")
    limits = {name: COUNT_LIMIT if name.startswith("instructions") else LIMIT for name in found}
    return [Verdict(name, cost, recorded[name], limits[name]) for name, cost in found.items()]


def main() -> int:
    """Measure, compare, say."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--record", action="store_true", help="write what is measured as what to compare with")
    parser.add_argument("--slowed", type=int, default=1, help="do every piece of work so many times, to see the gate fail")
    chosen = parser.parse_args()
    found = dict(measured(chosen.slowed))
    if chosen.record:
        RECORD.write_text(json.dumps({name: float(f"{cost:.4g}") for name, cost in found.items()}, indent=1) + "\n")
    verdicts = judge(found, json.loads(RECORD.read_text(encoding="utf-8")))
    print(f"{'cost':<42} {'now':>12} {'recorded':>12} {'times':>7} {'limit':>6}")
    for verdict in verdicts:
        print(verdict.line())
    failed = [verdict.name for verdict in verdicts if not verdict.passed]
    if failed:
        print(f"slower than allowed: {', '.join(failed)}. Find out why; if it is meant, record it with --record and say so.")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
