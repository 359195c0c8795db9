"""What a study would cost and how precise it would be, before anything starts."""

import math
import time
from dataclasses import dataclass

from openiads.stats.proportions import clopper_pearson
from openiads.study.bench import Bench, Component, Wish
from openiads.study.disagreement import attribution_component
from openiads.study.drivers import drivers_component, turning_component
from openiads.study.ends import ends_component, ends_wait
from openiads.study.safeguards import safeguards_component
from openiads.study.verdicts import verdict_component

SECONDS_PER_HOUR = 3600


@dataclass(frozen=True)
class Plan:
    """Runs by stage in the first wave, what further looks may add at most, time and expected precision."""

    stages: dict[str, int]
    further: int
    seconds_per_run: float | None
    path_half_width: float
    look_half_width: float
    lines: tuple[str, ...]

    @property
    def runs(self) -> int:
        """Runs of the first wave."""
        return sum(self.stages.values())


def components(bench: Bench) -> dict[str, Component]:
    """The parts of a study that begin in the first wave."""
    found: dict[str, Component] = {}
    for party in bench.parties:
        found[f"verdicts of {party}"] = verdict_component(bench, party)
        if not ends_wait(bench):
            found[f"ends of {party}"] = ends_component(bench, party)
    for pair in bench.pairs:
        if all(p in bench.parties for p in pair):
            found[f"disagreement {pair[0]}-{pair[1]}"] = attribution_component(bench, pair)
            found[f"break-even {pair[0]}-{pair[1]}"] = turning_component(bench, pair)
    for search in bench.spec.analysis.bridging:
        found[f"safeguards {search.id}"] = safeguards_component(bench, search)
    found["sensitivity"] = drivers_component(bench)
    return found


def first_wave(bench: Bench) -> dict[str, int]:
    """Runs that each part asks for first."""
    stages = {}
    for name, part in components(bench).items():
        wish = _first(part)
        if wish:
            stages[name] = sum(batch.runs for batch in wish.values())
    return stages


def _first(part: Component) -> Wish:
    try:
        return next(part)
    except StopIteration:
        return {}


def plan(bench: Bench, *, time_it: bool = True, workers: int = 1) -> Plan:
    """The plan of a study; with `time_it` one world is run on another seed to see how long a run takes."""
    stages = first_wave(bench)
    looks = bench.sizes.looks.sizes
    first = sum(runs for name, runs in stages.items() if name.startswith("verdicts"))
    noisy = not all(r.exact for r in bench.readings)
    further = first // looks[0] * (looks[-1] - looks[0]) if noisy and len(looks) > 1 else 0
    seconds = _seconds_per_run(bench) if time_it else None
    draws = bench.sizes.path_draws
    confidence = bench.sizes.looks.confidence(bench.spec.replications.confidence)
    last = clopper_pearson(round(0.9 * looks[-1]), looks[-1], confidence=confidence)
    half = ((last.high or 1.0) - (last.low or 0.0)) / 2.0
    made = Plan(stages, further, seconds, 2.0 * 0.4 / math.sqrt(draws), half, ())
    return Plan(stages, further, seconds, made.path_half_width, half, tuple(_lines(bench, made, workers)))


def _seconds_per_run(bench: Bench) -> float | None:
    """Seconds for one run with its own lowering, from one world run twice on another seed."""
    if not bench.parties:
        return None
    wish = _first(verdict_component(bench, bench.parties[0]))
    if not wish:
        return None
    batch = next(iter(wish.values()))
    times = []
    for row in (0, min(1, batch.rows - 1)):
        part = batch.slice(row, row + 1)
        began = time.perf_counter()
        bench.model.evaluate(type(part)(part.vignette, part.cell, part.measures, part.worlds, part.first, 1, part.seed ^ 1))
        times.append(time.perf_counter() - began)
    return times[-1]


def _lines(bench: Bench, made: Plan, workers: int) -> list[str]:
    width = max((len(name) for name in made.stages), default=10)
    lines = [f"{name:<{width}}  {runs:>12,} runs" for name, runs in made.stages.items()]
    lines.append(f"{'first wave':<{width}}  {made.runs:>12,} runs")
    if made.further:
        lines.append(f"{'further looks':<{width}}  {made.further:>12,} runs at most; a draw stops once it is resolved")
    if made.seconds_per_run is not None:
        hours = made.seconds_per_run * made.runs / SECONDS_PER_HOUR / workers
        most = made.seconds_per_run * (made.runs + made.further) / SECONDS_PER_HOUR / workers
        which = f"{workers} worker{'s' if workers > 1 else ''}"
        lines.append(f"time  about {hours:.2g} h for the first wave on {which}, {most:.2g} h at most")
    budget = bench.spec.design.budget
    if budget.max_runs is not None:
        over = "over" if made.runs > budget.max_runs else "within"
        lines.append(f"budget  {budget.max_runs:,} runs: the first wave is {over} it")
    if any(not r.exact for r in bench.readings):
        lines.append(f"precision  shares of a disagreement within ±{made.path_half_width:.2g} for outcomes of 0 or 1 (95 %)")
        lines.append(f"precision  a rate near 0.9 in one world within ±{made.look_half_width:.2g} at the last look")
    else:
        lines.append(
            f"precision  no chance in the measures; shares of ranges within ±{1.0 / bench.sizes.draws:.1g} or better"
        )
    return lines
