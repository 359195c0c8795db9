"""Variants: named sets of assignments, the arms of paired runs."""

from collections.abc import Iterator, Mapping
from typing import Any

from openiads.catalogue import Catalogue
from openiads.scenario.paths import PathError, locate, set_paths
from openiads.scenario.problems import Problem
from openiads.scenario.references import section
from openiads.scenario.resolve import PREFIX


def apply(
    tree: Mapping[str, Any], assignments: Mapping[str, Any], catalogue: Catalogue
) -> tuple[dict[str, Any], dict[str, Any]]:
    """A scenario with assignments made: the changed tree, and the figures that they replace (path without `catalogue.`).

    Applying the same assignments twice, or in another order, gives the same.

    Raises
    ------
    PathError
        When a path leads nowhere.
    """
    figures = {path.removeprefix(PREFIX): value for path, value in assignments.items() if path.startswith(PREFIX)}
    return set_paths(tree, assignments, catalogue), figures


def variant_problems(tree: Mapping[str, Any], catalogue: Catalogue) -> Iterator[Problem]:
    """Every path in every variant that leads nowhere."""
    for name, assignments in section(tree, "variants").items():
        for path, value in assignments.items() if isinstance(assignments, dict) else ():
            if isinstance(value, dict):
                continue  # the schema says so
            try:
                locate(tree, path, catalogue)
            except PathError as error:
                yield Problem(("variants", name, path), _without_path(str(error), path), at_key=True)


def _without_path(message: str, path: str) -> str:
    """The message alone: the line already starts with the path."""
    return message.removeprefix(f"path {path!r}").lstrip(": ")
