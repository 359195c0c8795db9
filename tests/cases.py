"""Runs of the small case for tests: in memory, on disk, in other processes, with and without the JIT."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

import openiads
from openiads import api
from openiads.engine.decode import concatenate, decode, object_table
from openiads.engine.lowering import Lowered, lower
from openiads.engine.simulation import Simulation
from openiads.records.tables import Level
from openiads.results.schema import to_table
from openiads.scenario.loader import Scenario, load_scenario_text

SMALL = Path(__file__).with_name("scenarios") / "small.yaml"
SOURCES = Path(openiads.__file__).parents[1]
Tables = dict[str, Any]


def small(overrides: Mapping[str, Any] | None = None) -> Scenario:
    """The small case, with fields set by path."""
    return api.load_scenario(SMALL, overrides=overrides)


def edited(edit: Callable[[dict[str, Any]], None]) -> Scenario:
    """The small case after `edit` changed its tree in place."""
    return load_scenario_text(edited_text(edit), "edited.yaml")


def edited_text(edit: Callable[[dict[str, Any]], None]) -> str:
    tree = yaml.safe_load(SMALL.read_text(encoding="utf-8"))
    edit(tree)
    return yaml.safe_dump(json.loads(json.dumps(tree)), sort_keys=False)  # a part used twice becomes two, not an alias


def reversed_order(tree: Any) -> Any:
    """The same tree with the keys of every mapping the other way round."""
    if isinstance(tree, dict):
        return {key: reversed_order(tree[key]) for key in reversed(tree)}
    return [reversed_order(item) for item in tree] if isinstance(tree, list) else tree


@cache
def lowered(scenario: Scenario) -> Lowered:
    return lower(scenario)


@cache
def run(scenario: Scenario, replications: int, *, level: Level = "events", seed: int = 1) -> Tables:
    """Tables by name as Arrow tables sorted by key, computed in this process and never written."""
    found = lowered(scenario)
    simulation = Simulation(found, seed)
    parts = [decode(found, simulation.run(k, level), level) for k in range(replications)]
    columns = {**concatenate(list(parts)), "objects": object_table(found.names)}
    return {name: to_table(name, table) for name, table in columns.items()}


def column(table: Any, name: str) -> Any:
    """A column as a NumPy array."""
    return np.asarray(table.column(name).to_pylist())


def rows(table: Any) -> list[dict[str, Any]]:
    return table.to_pylist()  # type: ignore[no-any-return]


def environment(**more: str) -> dict[str, str]:
    """This environment with these sources first."""
    return {**os.environ, "PYTHONPATH": str(SOURCES), **more}


def openiads_command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "openiads", *map(str, arguments)]


def cli(*arguments: str | Path, cwd: Path | None = None, **more: str) -> subprocess.CompletedProcess[str]:
    """`openiads` in a process of its own."""
    return subprocess.run(
        openiads_command(*arguments), cwd=cwd, env=environment(**more), capture_output=True, text=True, check=False
    )


def near(found: float, stated: float, standard_error: float, *, sigmas: float = 3.0) -> None:
    """Assert that a measured rate lies within so many standard errors of the stated one."""
    assert abs(found - stated) <= sigmas * standard_error, (
        f"measured {found:.5g}, stated {stated:.5g}: {(found - stated) / standard_error:+.2f} standard errors"
    )


def near_share(hits: int, trials: int, stated: float, *, least: int = 100) -> None:
    """Assert that `hits` of `trials` fit the stated probability; too few trials would show nothing."""
    assert trials >= least, f"only {trials} trials"
    near(hits / trials, stated, float(np.sqrt(stated * (1.0 - stated) / trials)))
