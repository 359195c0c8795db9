"""`openiads check`: read a scenario file, say what is in it or what is wrong with it, write nothing."""

import textwrap
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from openiads.cli.options import Settings, Vignette
from openiads.errors import ScenarioError

if TYPE_CHECKING:
    from openiads.scenario.loader import Scenario
    from openiads.scenario.schema import ScenarioSpec

WIDTH = 100
"""Columns of the summary."""


def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Scenario file (YAML), or the name of a shipped one.")],
    variant: Annotated[str | None, typer.Option(help="Check this variant only.")] = None,
    vignette: Vignette = None,
    set_: Settings = None,
) -> None:
    """Check a scenario file, all its variants, vignettes and options, and say what it holds. Writes nothing."""
    from openiads import api
    from openiads.scenario.loader import with_choices, with_variants

    scenario = api.load_scenario(file, variant=variant, vignette=vignette, overrides=parse_settings(set_ or []))
    if variant is None:
        for _ in (*with_variants(scenario), *with_choices(scenario)):
            pass
    for line in summary(scenario):
        typer.echo(line)


def parse_settings(settings: list[str]) -> dict[str, Any]:
    """Assignments of the command line, `PATH=VALUE`, as a mapping.

    Raises
    ------
    ScenarioError
        When one has no `=`, or when its value cannot be read.
    """
    from openiads.scenario.yaml_reader import read_value

    parsed = {}
    for setting in settings:
        path, equals, value = setting.partition("=")
        if not equals or not path.strip():
            raise ScenarioError(f"--set {setting}: expected PATH=VALUE, for example network.mode=integrated")
        parsed[path.strip()] = read_value(value, name=f"--set {path.strip()}")
    return parsed


def running(spec: "ScenarioSpec") -> str:
    """Ids of all nodes of a scenario."""
    return ", ".join(sorted([*spec.command_posts, *spec.sensors, *spec.fire_units])) or "none"


def summary(scenario: "Scenario") -> list[str]:
    """A short table of what a scenario holds."""
    from openiads.scenario.standing import standing

    spec = scenario.spec
    units = spec.fire_units.values()
    posts, sensors = spec.command_posts.values(), spec.sensors.values()
    searching = [node.search_radar for nodes in (posts, sensors, units) for node in nodes]
    radars = [radar for radar in searching if radar is not None]
    missiles = {name for unit in units for name in unit.missiles}
    ready = sum(missile.count for unit in units for missile in unit.missiles.values())
    sides: Counter[str] = Counter()
    for thing in spec.objects.values():
        sides[thing.side] += thing.count
    placeholders = sum(figure.placeholder for figure in scenario.figures)
    rows = {
        "scenario": f"{spec.scenario.id}: {spec.scenario.title}" + (" (notional)" if spec.scenario.notional else ""),
        "duration": f"{spec.clock.duration_s:g} s from {spec.clock.start_utc}",
        "nodes": f"{len(searching)} (fire units: {len(units)}, command posts: {len(posts)}, sensors: {len(sensors)})"
        + ("" if standing(spec) is spec else f"; running on that day: {running(standing(spec))}"),
        "radars": f"{len(radars) + len(units)} (engagement: {len(units)}, search: {len(radars)})",
        "missiles": f"{ready} ready (types: {len(missiles)})",
        "network": f"{spec.network.mode} (links: {len(spec.network.links)})",
        "objects": f"{sum(sides.values())} ({', '.join(f'{side}: {sides[side]}' for side in sorted(sides)) or 'none'})",
        "figures": f"{len(scenario.figures)} from the catalogue (placeholders: {placeholders})",
        "variants": ", ".join(scenario.variants) or "none",
        "variant": scenario.variant or "none chosen",
        **({"vignettes": ", ".join(sorted(spec.vignettes))} if spec.vignettes else {}),
        **({"chosen": ", ".join(f"{key} = {value}" for key, value in scenario.choices.items())} if scenario.choices else {}),
        "sha256": scenario.sha256,
    }
    lines = [
        textwrap.fill(text, WIDTH, initial_indent=f"{name:<10}", subsequent_indent=" " * 10, break_on_hyphens=False)
        for name, text in rows.items()
    ]
    return lines + [f"{'note':<10}{path} is set but nothing in this scenario uses it" for path in scenario.unused_overrides]
