"""Measures of engagement and defence. Definitions follow the study method; truth comes from `outcomes` and `association`."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from openiads.errors import ResultsError
from openiads.results.measures.base import Measure, Sample, sample
from openiads.results.measures.data import RunData

Array = NDArray[Any]


def leakage(data: RunData) -> Sample:
    """Hostile objects that leaked, and those that leaked or were killed."""
    hostile = data.side("hostile")
    leaked = data.outcomes.ended("leaked")[:, hostile].sum(axis=1)
    return sample(leaked, leaked + data.outcomes.ended("killed")[:, hostile].sum(axis=1))


def p_raid_annihilation(data: RunData) -> Sample:
    """Whether no hostile object leaked; missing when there is none."""
    hostile = data.side("hostile")
    none = ~data.outcomes.ended("leaked")[:, hostile].any(axis=1)
    return sample(none, np.full(data.count, float(bool(hostile.any()))))


def kills(data: RunData) -> Sample:
    """Objects killed."""
    return sample(data.counts("kills"))


def shots(data: RunData) -> Sample:
    """Missiles launched."""
    return sample(data.counts("shots"))


def missiles_per_kill(data: RunData) -> Sample:
    """Missiles launched, and objects killed."""
    return sample(data.counts("shots"), data.counts("kills"))


def pk_engagement(data: RunData) -> Sample:
    """Hostile objects that were shot at: those killed, and all."""
    hostile = data.side("hostile")
    engaged = data.outcomes.shots[:, hostile] > 0
    return sample((engaged & data.outcomes.ended("killed")[:, hostile]).sum(axis=1), engaged.sum(axis=1))


def pk_single_shot(data: RunData) -> Sample:
    """Missiles that met a live object inside the envelope: those that killed, and all."""
    result = data.column("association", "result")
    shot = data.column("association", "reference") == "shot"
    killed = data.total("association", shot & (result == "killed"))
    return sample(killed, killed + data.total("association", shot & (result == "missed")))


def assets(data: RunData) -> tuple[Mapping[str, Any], ...]:
    """Every asset of the scenario at whose place a hostile path ends."""
    return tuple({"asset": name} for name in data.paths.aimed_at())


def asset_survival(data: RunData, *, asset: str) -> Sample:
    """Whether no hostile object whose path ends at the asset's place got there."""
    aimed = data.paths.aimed_at()
    if asset not in aimed:
        known = ", ".join(sorted(aimed)) or "none"
        raise ResultsError(f"asset_survival: no hostile path ends at an asset called {asset!r}. Known: {known}.")
    which = np.isin(np.array(data.objects.ids, dtype=object), list(aimed[asset])) & data.side("hostile")
    return sample(~data.outcomes.ended("leaked")[:, which].any(axis=1))


def _magazines(data: RunData, node: str | None) -> tuple[Array, Array]:
    units = data.column("magazines", "node")
    if node is not None and node not in set(units):
        raise ResultsError(f"magazine: no fire unit is called {node!r}. Known: {', '.join(sorted(set(units)))}.")
    which = np.full(len(units), True) if node is None else units == node
    left = data.total("magazines", which, data.column("magazines", "remaining").astype(np.float64))
    had = data.column("magazines", "at_start") + data.column("magazines", "supplied")
    return left, data.total("magazines", which, had.astype(np.float64))


def magazine_depth(data: RunData, *, node: str | None = None) -> Sample:
    """Missiles left at the end, and at the start with those brought since."""
    return sample(*_magazines(data, node))


def p_magazine_empty(data: RunData, *, node: str | None = None) -> Sample:
    """Whether no ready missile was left at the end; missing when there was none at the start."""
    left, start = _magazines(data, node)
    return sample(left == 0.0, start > 0.0)


_NODE: Final = {"node": "fire unit; without it all of them"}

MEASURES: Final = (
    Measure(
        "leakage",
        "1",
        "share",
        "hostile objects that reach the end of their path / those that do or are killed; mean of the ratios of the replications. "
        "Objects that leave, abort or are still flying at the end are left out",
        ("objects", "outcomes"),
        leakage,
    ),
    Measure(
        "p_raid_annihilation",
        "1",
        "proportion",
        "replications in which no hostile object reaches the end of its path / replications",
        ("objects", "outcomes"),
        p_raid_annihilation,
    ),
    Measure("kills", "per replication", "mean", "objects killed, of any side", ("counts",), kills),
    Measure("shots", "per replication", "mean", "missiles launched", ("counts",), shots),
    Measure("missiles_per_kill", "1", "ratio", "missiles launched / objects killed, sums", ("counts",), missiles_per_kill),
    Measure(
        "pk_engagement",
        "1",
        "share_of_sums",
        "hostile objects killed / hostile objects at whose tracks a missile was launched, sums",
        ("objects", "outcomes"),
        pk_engagement,
    ),
    Measure(
        "pk_single_shot",
        "1",
        "share_of_sums",
        "missiles that killed / missiles that reached the end game (killed or missed), sums",
        ("association",),
        pk_single_shot,
    ),
    Measure(
        "asset_survival",
        "1",
        "proportion",
        "replications in which no hostile object aimed at the asset reaches it / replications, by asset",
        ("objects", "outcomes"),
        asset_survival,
        {"asset": "asset of the scenario"},
        assets,
    ),
    Measure(
        "magazine_depth",
        "1",
        "share",
        "ready missiles left at the end / at the start; mean over replications",
        ("magazines",),
        magazine_depth,
        _NODE,
    ),
    Measure(
        "p_magazine_empty",
        "1",
        "proportion",
        "replications that end with no ready missile / replications",
        ("magazines",),
        p_magazine_empty,
        _NODE,
    ),
)
