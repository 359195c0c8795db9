"""What could be observed of friendly flights: not what would be done with it."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from openiads.constants import NANOSECONDS_PER_SECOND
from openiads.errors import ResultsError
from openiads.results.measures.base import Measure, Sample, sample
from openiads.results.measures.data import RunData
from openiads.results.measures.network import system_of
from openiads.results.measures.tracks import covered_ns
from openiads.scenario.schema import NODE_SECTIONS

SECONDS_PER_HOUR: Final = 3600


def _weights(data: RunData, system: str | None) -> Any:
    """Sorties a month that each friendly object stands for; 0 for others and where none are stated."""
    chosen = data.side("friendly") & (
        np.full(len(data.objects.ids), True) if system is None else data.objects.systems == system
    )
    return np.where(chosen, np.nan_to_num(data.objects.sorties_per_month), 0.0)


def observed_hours(data: RunData, *, system: str | None = None, node: str | None = None) -> Sample:
    """Hours a month of firm track of friendly objects, each weighted with the sorties it stands for; missing without any."""
    weights = _weights(data, system)
    hours = data.firm_ns(node) / (NANOSECONDS_PER_SECOND * SECONDS_PER_HOUR)
    return sample(hours @ weights, np.full(data.count, float(bool(weights.any()))))


def exposure_hours(data: RunData, *, system: str, aircraft: str | None = None, alone: float = 0.0) -> Sample:
    """Hours a month of firm track at the nodes of one system on its days of work; alone: while no other system has one."""
    from openiads.scenario.standing import share_of_days  # noqa: PLC0415 - slow, and only this measure needs it

    nodes = {key: node for name in NODE_SECTIONS for key, node in getattr(data.scenario.spec, name).items()}
    weights = _weights(data, aircraft)
    stated = np.full(data.count, float(bool(weights.any())))
    if system not in nodes:
        raise ResultsError(f"exposure_hours: no node is called {system!r}. Known: {', '.join(sorted(nodes))}.")
    if system not in data.paths.nodes():
        return sample(np.zeros(data.count), stated)  # it does not stand in this arm
    mine = system_of(data, system)
    held: dict[tuple[int, int], tuple[list[tuple[int, int]], list[tuple[int, int]]]] = {}
    for hold in data.holds:
        if hold.thing >= 0 and weights[hold.thing] > 0.0:
            held.setdefault((hold.line, hold.thing), ([], []))[hold.node not in mine].append((hold.start_ns, hold.end_ns))
    hours = np.zeros(data.count)
    for (line, thing), (own, others) in held.items():
        time_ns = covered_ns([*own, *others]) - covered_ns(others) if alone else covered_ns(own)
        hours[line] += weights[thing] * time_ns / (NANOSECONDS_PER_SECOND * SECONDS_PER_HOUR)
    days = max(share_of_days(data.scenario.spec, nodes[name]) for name in mine)
    return sample(days * hours, stated)


def sorties_observed(data: RunData, *, system: str | None = None, node: str | None = None, least_s: float = 0.0) -> Sample:
    """Sorties a month with a firm track for a stated time or longer, of friendly objects; missing without any."""
    weights = _weights(data, system)
    firm_ns = data.firm_ns(node)
    seen = (firm_ns > 0) & (firm_ns >= least_s * NANOSECONDS_PER_SECOND)
    return sample(seen @ weights, np.full(data.count, float(bool(weights.any()))))


def systems(data: RunData) -> tuple[Mapping[str, Any], ...]:
    """Every system of which friendly objects with stated sorties fly."""
    weighted = data.side("friendly") & (np.nan_to_num(data.objects.sorties_per_month) > 0)
    return tuple({"system": name} for name in sorted(set(data.objects.systems[weighted])) if name)


_ARGUMENTS: Final = {
    "system": "only objects of this catalogue entry",
    "node": "node that holds the track; any otherwise",
}

MEASURES: Final = (
    Measure(
        "exposure_hours",
        "h/month",
        "mean",
        "hours a month for which any node of a system (those of one chain of command) holds a firm track of friendly objects, each "
        "weighted with the sorties a month that it stands for, times the share of days on which the system works",
        ("objects", "outcomes", "events", "association"),
        exposure_hours,
        {
            "system": "a node of the system; one that does not stand in an arm holds nothing",
            "aircraft": "only objects of this catalogue entry",
            "alone": "1: only while no node of another system holds a firm track of the object",
        },
        listed=False,
    ),
    Measure(
        "observed_hours",
        "h/month",
        "mean",
        "hours a month for which any node (or the one named) holds a firm track of friendly objects, each weighted with the "
        "sorties a month that it stands for; at any signal-to-noise ratio that keeps the track",
        ("objects", "outcomes", "events", "association"),
        observed_hours,
        _ARGUMENTS,
        systems,
    ),
    Measure(
        "sorties_observed",
        "1/month",
        "mean",
        "sorties a month of friendly objects with a firm track for least_s or longer",
        ("objects", "outcomes", "events", "association"),
        sorties_observed,
        {**_ARGUMENTS, "least_s": "least time of firm track that counts, in seconds; any otherwise"},
        systems,
    ),
)
