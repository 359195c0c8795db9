"""What could be observed of friendly flights: not what would be done with it."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from openiads.constants import NANOSECONDS_PER_SECOND
from openiads.results.measures.base import Measure, Sample, sample
from openiads.results.measures.data import RunData

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
