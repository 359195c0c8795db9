"""All measures by name, and working some of them out for one run."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, Final

from openiads.errors import ResultsError
from openiads.results.measures import (
    covered,
    engagement,
    exchange,
    fighters,
    friendly,
    identities,
    intercepts,
    looks,
    network,
    observation,
    picture,
    raids,
    sensing,
)
from openiads.results.measures.base import Measure, Measured
from openiads.results.measures.data import RunData

Wanted = str | tuple[str, Mapping[str, Any]]
"""A measure by name, as `leakage` or `asset_survival:asset=ankara`, or a name with its arguments."""

ROOMS: Final = (
    engagement,
    friendly,
    sensing,
    picture,
    observation,
    looks,
    identities,
    exchange,
    covered,
    intercepts,
    network,
    raids,
    fighters,
)

registry: Final[Mapping[str, Measure]] = MappingProxyType({m.name: m for room in ROOMS for m in room.MEASURES})
"""Every measure that a run can give, by name."""


def find(name: str) -> Measure:
    """The measure `name`.

    Raises
    ------
    ResultsError
        When there is none, with the nearest name.
    """
    if name not in registry:
        near = get_close_matches(name, registry, n=1)
        hint = f"Did you mean {near[0]!r}?" if near else f"Known: {', '.join(registry)}."
        raise ResultsError(f"no measure is called {name!r}. {hint}")
    return registry[name]


def parse(text: str) -> tuple[str, dict[str, Any]]:
    """Name and arguments of a measure written as `name:key=value,key=value`; numbers become numbers."""
    name, _, told = text.partition(":")
    arguments: dict[str, Any] = {}
    for part in filter(None, told.split(",")):
        key, equals, value = part.partition("=")
        if not equals:
            raise ResultsError(f"measure {text!r}: {part!r} is no argument. Write name:key=value,key=value.")
        arguments[key] = _number(value)
    find(name)
    return name, arguments


def _number(value: str) -> Any:
    try:
        return float(value)
    except ValueError:
        return value


def available(tables: Iterable[str]) -> tuple[Measure, ...]:
    """Measures whose tables are all among `tables` and which are quick, in the order of the registry."""
    held = set(tables)
    return tuple(m for m in registry.values() if m.listed and held.issuperset(m.tables))


def measure(data: RunData, wanted: Iterable[Wanted]) -> tuple[Measured, ...]:
    """Work measures out, in the order asked for.

    A measure that comes in several instances (one for every asset, say) and is asked for without arguments gives all.

    Raises
    ------
    ResultsError
        For a measure or an argument that does not exist, or a table that the run does not hold.
    """
    found = []
    for one in wanted:
        name, arguments = parse(one) if isinstance(one, str) else one
        chosen = find(name)
        for told in (arguments,) if arguments else chosen.instances(data):
            said = chosen.sample(data, **told)
            found.append(Measured(chosen, dict(told), said, chosen.estimate(said)))
    return tuple(found)
