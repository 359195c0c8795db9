"""Tracking: from plots to tracks, one picture per node.

`records` holds the arrays, `measurement` makes positions of plots, `filters` predicts and updates, `gating`, `assignment`
and `life` are the steps of one scan, `step` puts them together, `remote` takes tracks from other nodes, `metrics` scores.
`tracker` wraps the same kernels for plots from outside, `setup` says what its sensors are, `tables` reads and writes.
A name is imported when it is first used, so that a caller pays only for that.
"""

from importlib import import_module
from typing import Any

_HOMES = {
    "Picture": "openiads.tracking.tracker",
    "Scan": "openiads.tracking.tracker",
    "Sensor": "openiads.tracking.setup",
    "Tracker": "openiads.tracking.tracker",
    "TrackerConfig": "openiads.tracking.setup",
    "TrackerOptions": "openiads.tracking.setup",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'openiads.tracking' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
