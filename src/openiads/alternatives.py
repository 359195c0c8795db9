"""Alternatives under one raid: defended area, leakage by class of object, shots and cost, with spreads; no winner.

Variants stand in the order of the alphabet. Every variant meets the same raid under the same draws, at the low, nominal and high
ends of the public figures of its radars, missiles and units. Composes runs, measures, the defended area and the costs.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from openiads.errors import ResultsError

if TYPE_CHECKING:
    from openiads.catalogue.costs import Cost, Interval
    from openiads.coverage.views import End
    from openiads.scenario.loader import Scenario
    from openiads.stats.intervals import Estimate

FAMILIES: Final = ("radars", "missiles", "units")
"""Families of the catalogue whose figures are those of a system."""

SECTIONS: Final = ("fire_units", "command_posts")
"""Sections of a scenario whose nodes are the defence; the sensors of others stay nominal."""

DEFENCE: Final[Mapping[str, bool]] = {"channels_targets": True, "channels_missiles": True, "p_kill": True}
"""Further figures that make a defence stronger (true) or weaker as they grow."""


@dataclass(frozen=True)
class Spread:
    """A value at the nominal figures with its 95 % interval over replications, and the values at the other two ends."""

    nominal: "Estimate"
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Alternative:
    """What one variant does under the raid.

    `area_km2` is the defended area all round by class of object; `leakage` is by kind of object, `shots` are missiles launched.
    `cost` is None where no package is named for it.
    """

    variant: str
    units: tuple[str, ...]
    area_km2: Mapping[str, "Interval"]
    leakage: Mapping[str, Spread]
    shots: Spread
    cost: "Cost | None"


def alternatives(
    scenario: "Scenario",
    variants: Sequence[str],
    *,
    replications: int = 32,
    seed: int = 1,
    workers: int = 1,
    targets: Sequence[str] | None = None,
    packages: Mapping[str, str] | None = None,
    axes: int = 16,
    on_step: Callable[[], None] | None = None,
) -> tuple[Alternative, ...]:
    """Run the raid of a scenario against several variants at three ends of the figures of their systems.

    Parameters
    ----------
    variants : sequence of str
        Variants of the scenario, in any order; the result is in that of the alphabet.
    targets : sequence of str, optional
        Objects whose classes the defended area is for; the first of each kind of hostile object unless given.
    packages : mapping of str to str, optional
        Package of the catalogue whose price stands for a variant.
    axes : int
        Directions of the defended area.
    on_step : callable, optional
        Called after each run and each map.

    Raises
    ------
    OpeniadsError
        For a variant or a package that does not exist.
    """
    from openiads.catalogue.costs import package_costs  # noqa: PLC0415

    step = on_step or (lambda: None)
    named = dict(packages or {})
    for name in named:
        if name not in variants:
            raise ResultsError(
                f"a package is named for {name!r}, which is not compared. Compared: {', '.join(sorted(variants))}."
            )
    costs = {name: package_costs([package])[0] for name, package in named.items()}
    found = []
    for name in sorted(set(variants)):
        arm = scenario.with_variant(name)
        areas = _areas(arm, targets, axes, step)
        ends = {}
        for end in ("low", "nominal", "high"):
            ends[end] = _raid(arm.with_overrides(figures_at(arm, end)), replications, seed, workers)
            step()
        kinds = sorted(ends["nominal"][0])
        found.append(
            Alternative(
                variant=name,
                units=_units(arm),
                area_km2=areas,
                leakage={kind: _spread({end: found[0][kind] for end, found in ends.items()}) for kind in kinds},
                shots=_spread({end: found[1] for end, found in ends.items()}),
                cost=costs.get(name),
            )
        )
    return tuple(found)


def figures_at(scenario: "Scenario", end: "End") -> dict[str, float]:
    """Overrides that put every figure of the scenario's systems at one end of its spread: worse for the defence, or better."""
    from openiads.coverage.defended import RAISES_AREA  # noqa: PLC0415

    if end == "nominal":
        return {}
    from openiads.scenario.standing import standing  # noqa: PLC0415

    raises = {**RAISES_AREA, **DEFENCE}
    stands = standing(scenario.spec)
    owned = tuple(f"{section}.{key}." for section in SECTIONS for key in getattr(stands, section))
    found = {}
    for figure in scenario.figures:
        family, entry, name = figure.path.removeprefix("catalogue.").split(".")
        ours = family in FAMILIES or (family, entry) in (("defaults", "missile"), ("defaults", "command"))
        ours = ours and any(path.startswith(owned) for path in figure.used_at)
        if not ours or name not in raises or figure.low is None or figure.high is None or figure.value != figure.nominal:
            continue
        value = figure.low if raises[name] == (end == "low") else figure.high
        if value != figure.value:
            found[figure.path] = int(value) if isinstance(figure.value, int) else value
    return found


def classes(scenario: "Scenario") -> tuple[str, ...]:
    """The first hostile object of each kind, by kind."""
    first: dict[str, str] = {}
    for key in sorted(scenario.spec.objects):
        thing = scenario.spec.objects[key]
        if thing.side == "hostile" and thing.count > 0:
            first.setdefault(thing.kind, key)
    return tuple(first[kind] for kind in sorted(first))


def _units(scenario: "Scenario") -> tuple[str, ...]:
    from openiads.scenario.standing import standing  # noqa: PLC0415

    return tuple(sorted(standing(scenario.spec).fire_units))


def _areas(
    scenario: "Scenario", targets: Sequence[str] | None, axes: int, step: Callable[[], None]
) -> dict[str, "Interval"]:
    from openiads.catalogue.costs import Interval  # noqa: PLC0415
    from openiads.coverage.defended import footprints  # noqa: PLC0415

    chosen = classes(scenario) if targets is None else targets
    maps = {(one.target, one.end): one.all_round_km2 for one in footprints(scenario, chosen, axes=axes, on_step=step)}
    return {key: Interval(maps[key, "low"], maps[key, "nominal"], maps[key, "high"]) for key in chosen}


def _raid(scenario: "Scenario", replications: int, seed: int, workers: int) -> tuple[dict[str, "Estimate"], "Estimate"]:
    """Leakage by kind of hostile object, and shots, of one run."""
    from openiads.api import run  # noqa: PLC0415
    from openiads.results.measures import RunData, measure  # noqa: PLC0415
    from openiads.results.measures.base import sample  # noqa: PLC0415
    from openiads.results.measures.table import find  # noqa: PLC0415

    one = run(scenario, replications=replications, seed=seed, workers=workers, full_replications=())
    data = RunData.of(one.reader)
    law, hostile = find("leakage"), data.side("hostile")
    leaked, killed = data.outcomes.ended("leaked"), data.outcomes.ended("killed")
    by_kind: dict[str, Any] = {}
    for kind in sorted(set(data.objects.kinds[hostile])):
        of_kind = hostile & (data.objects.kinds == kind)
        through = leaked[:, of_kind].sum(axis=1)
        by_kind[kind] = law.estimate(sample(through, through + killed[:, of_kind].sum(axis=1)))
    (shots,) = measure(data, ["shots"])
    return by_kind, shots.estimate


def _spread(ends: Mapping[str, "Estimate"]) -> Spread:
    return Spread(ends["nominal"], ends["low"].value, ends["high"].value)
