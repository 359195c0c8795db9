"""True paths of the objects, thinned as they are laid out, so that thousands of them fit in memory."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.constants import NANOSECONDS_PER_SECOND
from openiads.engine.objects import members
from openiads.engine.sites import Sites
from openiads.models.motion.lowering import hold, path_of
from openiads.scenario.schema import ScenarioSpec

NANOSECONDS_PER_MILLISECOND = 1_000_000


@dataclass(frozen=True)
class TruePath:
    """Where an object is: times (n,) in ms since the start of the scenario, ECEF (n, 3)."""

    name: str
    time_ms: NDArray[np.int32]
    position_m: NDArray[np.float64]


def true_paths(spec: ScenarioSpec, sites: Sites, *, least_step_ms: int) -> Iterator[TruePath]:
    """Paths of all objects by name, at points of the run's own path at least `least_step_ms` apart; the last is always there.

    One at a time, so that a scenario of thousands needs the memory of one.
    """
    by_name = {name: (key, start_s) for key, thing in spec.objects.items() for name, _, start_s in members(key, thing)}
    laid: tuple[str, Any, Any] = ("", None, None)
    for name in sorted(by_name):
        key, start_s = by_name[name]
        if laid[0] != key:
            laid = (key, *_laid(spec, sites, key, least_step_ms))
        yield TruePath(name, (round(start_s * 1000.0) + laid[1]).astype(np.int32), laid[2])


def _laid(spec: ScenarioSpec, sites: Sites, key: str, least_step_ms: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    thing = spec.objects[key]
    step_ns, _, path = path_of(thing.motion, sites.locate, sites.ground)
    if thing.motion.end == "stay":
        path = hold(path, round(spec.clock.duration_s * NANOSECONDS_PER_SECOND) // step_ns + 1)
    return _thinned(path, step_ns, least_step_ms)


def _thinned(path: NDArray[Any], step_ns: int, least_step_ms: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    stride = max(1, -(-least_step_ms * NANOSECONDS_PER_MILLISECOND // step_ns))
    picked = np.unique(np.append(np.arange(0, len(path), stride), len(path) - 1))
    return picked * step_ns // NANOSECONDS_PER_MILLISECOND, np.ascontiguousarray(path["position_m"][picked])
