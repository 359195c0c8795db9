"""True paths of the objects, thinned as they are laid out, so that thousands of them fit in memory."""

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


def true_paths(spec: ScenarioSpec, sites: Sites, *, least_step_ms: int) -> tuple[TruePath, ...]:
    """Paths of all objects by name, at points of the run's own path at least `least_step_ms` apart; the last is always there."""
    found = []
    for key in sorted(spec.objects):
        thing = spec.objects[key]
        step_ns, _, path = path_of(thing.motion, sites.locate, sites.ground)
        if thing.motion.end == "stay":
            path = hold(path, round(spec.clock.duration_s * NANOSECONDS_PER_SECOND) // step_ns + 1)
        elapsed_ms, position_m = _thinned(path, step_ns, least_step_ms)
        for name, _, start_s in members(key, thing):
            found.append(TruePath(name, (round(start_s * 1000.0) + elapsed_ms).astype(np.int32), position_m))
    return tuple(sorted(found, key=lambda path: path.name))


def _thinned(path: NDArray[Any], step_ns: int, least_step_ms: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    stride = max(1, -(-least_step_ms * NANOSECONDS_PER_MILLISECOND // step_ns))
    picked = np.unique(np.append(np.arange(0, len(path), stride), len(path) - 1))
    return picked * step_ns // NANOSECONDS_PER_MILLISECOND, np.ascontiguousarray(path["position_m"][picked])
