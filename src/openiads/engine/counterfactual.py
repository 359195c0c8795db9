"""Which link of the chain, restored alone under the same draws, would have stopped a leak: the replication is walked again.

Links are tried in the order of the chain, beginning with the one that the ledger names and going round, until one stops the leak.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np

from openiads.engine.ledger import causes, leaked
from openiads.engine.lowering import Lowered, lower
from openiads.engine.relief import LOWERED, relief_bits, relieve_control, relieve_objects
from openiads.engine.simulation import Simulation
from openiads.errors import ResultsError
from openiads.records.chain import LEDGER_CAUSES, RELIEF_OF, RELIEFS, RELIEFS_OF_FIGHTERS, Leak
from openiads.records.tables import END_STATES
from openiads.scenario.loader import Scenario

Columns = dict[str, Any]


@dataclass(frozen=True)
class Trial:
    """What restoring one link for one leaker did."""

    leak: Leak
    link: str
    tried: int
    end_state: int
    at_ns: int
    by: str

    @property
    def stopped(self) -> bool:
        """Whether it no longer leaked."""
        return END_STATES[self.end_state] != "leaked"


def order_of(cause: str, *, fighters: bool = False) -> tuple[str, ...]:
    """Links in the order in which they are tried for a cause: from the one that it names, down the chain, and round.

    Those of fighters are left out where there are none.
    """
    known = tuple(link for link in RELIEFS if fighters or link not in RELIEFS_OF_FIGHTERS)
    first = known.index(RELIEF_OF[cause])
    return known[first:] + known[:first]


def relieved(scenario: Scenario, lowered: Lowered, object_ids: Iterable[str], link: str) -> Lowered:
    """The case with one link restored for some objects; what is worked out before the walk is worked out anew where it must."""
    relief = dict.fromkeys(object_ids, link)
    if link in LOWERED:
        return lower(scenario, relief)
    case = lowered.case
    bits = relief_bits(relief, lowered.names.objects)
    changed = case._replace(objects=relieve_objects(case.objects, bits), control=relieve_control(case.control, bits))
    return Lowered(case=changed, names=lowered.names, walk=lowered.walk)


def try_links(
    scenario: Scenario, leaks: Iterable[Leak], *, seed: int, all_links: bool = False, on_done: Callable[[int], None]
) -> Iterator[Trial]:
    """Walk the replication of each leak again with one link restored after another; stops at the first that stops the leak.

    Parameters
    ----------
    all_links : bool
        Try all links.
    on_done : callable
        Called with 1 after each leak.

    Raises
    ------
    ResultsError
        When the replication does not come out as the ledger has it, before anything is restored.
    """
    lowered = lower(scenario)
    ordered = sorted(leaks, key=lambda leak: (leak.object_id, leak.replication))
    _confirm(lowered, ordered[:1], seed)
    for object_id, group in groupby(ordered, key=lambda leak: leak.object_id):
        simulations: dict[str, Simulation] = {}
        o = lowered.names.objects.index(object_id)
        for leak in group:
            for tried, link in enumerate(order_of(leak.cause, fighters=bool(lowered.names.fighters))):
                if link not in simulations:
                    simulations[link] = Simulation(relieved(scenario, lowered, [object_id], link), seed)
                end = simulations[link].run(leak.replication, "counts").objects[o]
                by = lowered.names.shooters[end["killed_by"]] if end["killed_by"] >= 0 else ""
                trial = Trial(leak, link, tried, int(end["end_state"]), int(end["end_ns"]), by)
                yield trial
                if trial.stopped and not all_links:
                    break
            on_done(1)


def _confirm(lowered: Lowered, leaks: list[Leak], seed: int) -> None:
    """Refuse a run that this version does not reproduce: its counterfactuals would compare two different things."""
    for leak in leaks:
        state = Simulation(lowered, seed).run(leak.replication, "counts")
        o = lowered.names.objects.index(leak.object_id)
        found = LEDGER_CAUSES[causes(lowered, state)[1][o]] if leaked(lowered, state)[o] else "no leak"
        if found != leak.cause:
            raise ResultsError(
                f"replication {leak.replication}: {leak.object_id} comes out as {found}, but the ledger holds {leak.cause}. The "
                "run was made by another version or on another platform; run the scenario again."
            )


def trial_columns(trials: list[Trial]) -> Columns:
    """Columns of the table `counterfactual`."""
    ends = np.array(END_STATES, dtype=object)
    return {
        "replication": np.array([t.leak.replication for t in trials], np.int32),
        "object_id": np.array([t.leak.object_id for t in trials], dtype=object),
        "cause": np.array([t.leak.cause for t in trials], dtype=object),
        "link": np.array([t.link for t in trials], dtype=object),
        "tried": np.array([t.tried for t in trials], np.int32),
        "stopped": np.array([t.stopped for t in trials], dtype=bool),
        "outcome": ends[[t.end_state for t in trials]],
        "outcome_ns": np.array([t.at_ns for t in trials], np.int64),
        "by": np.array([t.by for t in trials], dtype=object),
    }
