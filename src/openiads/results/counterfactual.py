"""Counterfactuals of a run: which leaks to ask about, and the table of answers."""

from collections.abc import Callable, Iterable
from typing import Any

from openiads.engine.counterfactual import trial_columns, try_links
from openiads.errors import ResultsError
from openiads.records.chain import Leak
from openiads.results.schema import to_table
from openiads.results.store import RunReader
from openiads.scenario.loader import load_scenario_text


def chosen_leaks(
    run: RunReader,
    *,
    objects: Iterable[str] | None = None,
    replications: Iterable[int] | None = None,
    limit: int | None = None,
) -> list[Leak]:
    """Leaks of a run, of these objects and replications only, thinned evenly to `limit`.

    Raises
    ------
    ResultsError
        For an object or a replication that the run does not have.
    """
    found = [Leak(r["replication"], r["object_id"], r["cause"]) for r in run.table("ledger").to_pylist()]
    if objects is not None:
        wanted, known = set(objects), set(run.table("objects").column("object_id").to_pylist())
        if wanted - known:
            raise ResultsError(
                f"{run.folder}: no object is called {min(wanted - known)!r}. Known: {', '.join(sorted(known))}"
            )
        found = [leak for leak in found if leak.object_id in wanted]
    if replications is not None:
        asked = set(replications)
        for k in asked:
            run.require_replication(k)
        found = [leak for leak in found if leak.replication in asked]
    if limit is not None and len(found) > limit:
        found = [found[k * len(found) // limit] for k in range(limit)]
    return found


def counterfactual(
    run: RunReader, leaks: Iterable[Leak], *, all_links: bool = False, on_progress: Callable[[int], None]
) -> Any:
    """The table `counterfactual` (`docs/reference/tables.md`) for these leaks of a run, as a `pyarrow.Table`.

    Each leaker's replication is walked again with one link restored for this object: first the link that its cause in the ledger
    names, then down the chain and round, until one stops the leak.

    Parameters
    ----------
    all_links : bool
        Try every link, also after one stopped the leak.
    on_progress : callable
        Called with 1 after each leak.

    Raises
    ------
    ResultsError
        When this version does not reproduce the run.
    """
    scenario = load_scenario_text(run.scenario(), run.manifest.scenario_name)
    trials = try_links(scenario, leaks, seed=run.manifest.seed, all_links=all_links, on_done=on_progress)
    return to_table("counterfactual", trial_columns(list(trials)))
