"""What drives the spread of a reading over the union of what the parties state: indices by player. And where a verdict turns."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.errors import OutOfRangeError
from openiads.study.bench import Answer, Bench, Component
from openiads.study.model import Outcomes
from openiads.study.positions import values_at
from openiads.study.readings import Lookup, Reading, attributed_values, bounds
from openiads.study.sensitivity import Index, noise_share, pick_freeze, sobol_indices
from openiads.study.spec import AssumptionSpec, PositionSpec
from openiads.study.worlds import Cell

Array = NDArray[np.float64]
STEPS_EXACT = 32
STEPS_NOISY = 4


@dataclass(frozen=True)
class Drivers:
    """Indices of one reading by player over the union of the stated ranges; None where the reading does not vary."""

    reading: str
    players: tuple[str, ...]
    first_order: Index | None
    total: Index | None
    noise: float


def union_position(a: AssumptionSpec) -> PositionSpec:
    """From the least to the greatest value that anybody states; a position with odds stands for its party's alone."""
    stated = [a.agreed] if a.agreed is not None else list((a.positions or {}).values())
    limits = [x for p in stated if p.form in ("value", "interval") for x in (p.interval or (p.value,))]
    numbers = [float(x) for x in limits if isinstance(x, int | float) and not isinstance(x, bool)]
    if len(numbers) < len(limits) or not numbers:
        words = list(dict.fromkeys(str(x) for x in limits))
        if words:
            return PositionSpec(weights={w: 1.0 / len(words) for w in words}, basis="neutral_default")
        return stated[0]
    if min(numbers) == max(numbers):
        return PositionSpec(value=numbers[0], basis="neutral_default")
    return PositionSpec(interval=(min(numbers), max(numbers)), basis="neutral_default")


def drivers_component(bench: Bench) -> Component:
    """Runs of the sensitivity analysis; returns a list of `Drivers`. Points do not share chance, or it would condition
    the index."""
    sizes = bench.sizes
    if sizes.sensitivity_n == 0 or not bench.readings:
        return []
    groups = bench.assumptions.groups
    samples = pick_freeze(
        list(groups.values()), n=sizes.sensitivity_n, replicates=sizes.sensitivity_replicates, seed=bench.seed
    )
    u = np.concatenate([s.points() for s in samples])
    worlds = {a.id: values_at(a, union_position(a), u[:, bench.assumptions.columns[a.id]]) for a in bench.spec.assumptions}
    first = np.arange(len(u), dtype=np.int64) * sizes.sensitivity_runs
    places = bench.places(bench.readings)
    asked = bench.wish(
        "sensitivity", places, worlds, first=first, count=sizes.sensitivity_runs, seed=bench.stream("sensitivity")
    )
    answer: Answer = yield dict(asked.values())
    keys = {place: key for place, (key, _) in asked.items()}
    return [_drivers(bench, r, tuple(groups), lambda *place: answer[keys[place]]) for r in bench.readings]


def _drivers(bench: Bench, reading: Reading, players: tuple[str, ...], lookup: Lookup) -> Drivers:
    runs = 1 if reading.exact else bench.sizes.sensitivity_runs
    each = np.array([attributed_values(reading, _nth(lookup, k)) for k in range(runs)])
    mean = each.mean(axis=0)
    spread = each.var(axis=0, ddof=1) / runs if runs > 1 else np.zeros_like(mean)
    sets = bench.sizes.sensitivity_replicates
    if np.isnan(mean).any() or np.var(mean) <= spread.mean():
        return Drivers(reading.id, players, None, None, float("nan"))
    try:
        first, total = sobol_indices(np.split(mean, sets), len(players), noise=np.split(spread, sets))
    except OutOfRangeError:  # the noise is all there is
        return Drivers(reading.id, players, None, None, float("nan"))
    return Drivers(reading.id, players, first, total, noise_share(mean, spread))


def _nth(lookup: Lookup, k: int) -> Lookup:
    def one(vignette: str | None, cell: Cell, heavy: bool) -> Outcomes:
        return {name: values[:, k : k + 1] for name, values in lookup(vignette, cell, heavy).items()}

    return one


@dataclass(frozen=True)
class TurningPoint:
    """Where one player's way from one party's middle to the other's first flips a verdict, others held at `others`."""

    reading: str
    pair: tuple[str, str]
    player: str
    others: str
    share: float | None
    """Share of the way, 0 at the first party and 1 at the second; None when nothing flips."""
    values: dict[str, float]
    """The player's numeric assumptions there."""


def turning_component(bench: Bench, pair: tuple[str, str]) -> Component:
    """Break-even values of every player of a pair, others at the first party, then at the second; a list of `TurningPoint`."""
    exact = all(r.exact for r in bench.readings)
    steps = STEPS_EXACT if exact else STEPS_NOISY
    players = bench.assumptions.players
    if not players or (bench.sizes.quick and not exact):
        return []
    shares = np.linspace(0.0, 1.0, steps + 1)
    middle = np.full((1, len(bench.spec.assumptions)), 0.5)
    ends = [bench.assumptions.party_world(p, middle) for p in pair]
    worlds: dict[str, list[object]] = {a.id: [] for a in bench.spec.assumptions}
    for player in players:
        for base in (0, 1):
            for share in shares:
                for a in bench.spec.assumptions:
                    one, other = ends[0][a.id][0], ends[1][a.id][0]
                    worlds[a.id].append(_between(a, one, other, float(share)) if a.player == player else ends[base][a.id][0])
    table = {
        name: np.array(v, dtype=object if any(isinstance(x, str | bool) for x in v) else np.float64)
        for name, v in worlds.items()
    }
    count = len(players) * 2 * len(shares)
    places = bench.places(bench.readings)
    label = "-".join(sorted(pair))
    first = np.zeros(count, np.int64)
    seed = bench.stream(f"turning/{label}")
    asked = bench.wish(f"turning/{'-'.join(pair)}", places, table, first=first, count=bench.sizes.end_runs, seed=seed)
    answer: Answer = yield dict(asked.values())
    keys = {place: key for place, (key, _) in asked.items()}
    found = []
    for reading in bench.readings:
        b = bounds(reading, lambda *place: answer[keys[place]], confidence=bench.spec.replications.confidence)
        turn = type(b)(b.value, b.value, b.value, b.missing).critical(reading).reshape(len(players), 2, len(shares))
        margin = (turn - (reading.spec.threshold or 0.0)) * (1.0 if reading.spec.op == ">=" else -1.0)
        for i, player in enumerate(players):
            for base in (0, 1):
                share = _crossing(margin[i, base], shares)
                found.append(_turning(bench, reading.id, pair, player, pair[base], share, ends))
    return found


def _between(a: AssumptionSpec, one: object, other: object, share: float) -> object:
    if isinstance(one, str | bool) or isinstance(other, str | bool):
        return one if share < 0.5 else other
    x, y = float(one), float(other)  # type: ignore[arg-type]
    if a.scale == "log10" and x > 0 and y > 0:
        return float(x ** (1.0 - share) * y**share)
    return x + share * (y - x)


def _crossing(margin: Array, shares: Array) -> float | None:
    """First share at which the sign of the margin changes, interpolated; None when it does not."""
    met = margin >= 0.0
    change = np.flatnonzero(met[1:] != met[:-1])
    if len(change) == 0 or np.isnan(margin).any():
        return None
    k = int(change[0])
    gap = margin[k + 1] - margin[k]
    return float(shares[k] + (shares[k + 1] - shares[k]) * (0.0 if gap == 0.0 else -margin[k] / gap))


def _turning(
    bench: Bench,
    reading: str,
    pair: tuple[str, str],
    player: str,
    others: str,
    share: float | None,
    ends: list[dict[str, NDArray[Any]]],
) -> TurningPoint:
    values: dict[str, float] = {}
    if share is not None:
        for a in bench.spec.assumptions:
            value = _between(a, ends[0][a.id][0], ends[1][a.id][0], share) if a.player == player else None
            if isinstance(value, float) and ends[0][a.id][0] != ends[1][a.id][0]:
                values[a.id] = value
    return TurningPoint(reading, pair, player, others, share, values)
