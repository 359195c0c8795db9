"""What the draws of a replication make of each sortie, worked out again: its cross-section, its reflectors, whether it flies."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.engine.resolve import begin
from openiads.records.case import Case
from openiads.records.state import CLOCK, OBJECT_STATE
from openiads.streams.draws import uniforms
from openiads.streams.names import SORTIE


@dataclass(frozen=True)
class Sorties:
    """Median cross-section of each object in one replication, (objects, 3) by sector [dB above 1 m2], and who wears reflectors."""

    rcs_db: NDArray[np.float64]
    reflectors: NDArray[np.bool_]


def sorties(case: Case, *, seed: int, replication: int) -> Sorties:
    """The sorties of a replication, by the walk's own first step and its own draws."""
    clock = np.zeros(1, CLOCK)
    clock["seed"], clock["replication"] = seed, replication
    states = np.zeros(len(case.objects), OBJECT_STATE)
    begin(case.control, case.objects, clock, states)
    return Sorties(states["rcs_db"].copy(), np.array([_fitted(clock, thing) for thing in case.objects], dtype=bool))


def _fitted(clock: Any, thing: Any) -> bool:
    drawn = uniforms(clock[0]["seed"], clock[0]["replication"], SORTIE, thing["name"], 0)[0]
    return bool(drawn < thing["reflector_share"] and not np.isnan(thing["reflectors_db"]))
