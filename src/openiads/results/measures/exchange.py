"""Measures of exchange: losses against losses, and cost against cost where prices have a source or are stated."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from openiads.errors import ResultsError
from openiads.results.measures.base import Measure, Sample, sample
from openiads.results.measures.data import RunData

Array = NDArray[Any]


def exchange_ratio(data: RunData) -> Sample:
    """Hostile objects killed, and what the defence lost: friendly objects killed and assets that a hostile object reached."""
    outcomes = data.outcomes
    killed = outcomes.ended("killed")
    lost = killed[:, data.side("friendly")].sum(axis=1).astype(np.float64)
    ids = np.array(data.objects.ids, dtype=object)
    for aimed in data.paths.aimed_at().values():
        lost += outcomes.ended("leaked")[:, np.isin(ids, list(aimed))].any(axis=1)
    return sample(killed[:, data.side("hostile")].sum(axis=1), lost)


def cost_exchange_ratio(
    data: RunData, *, interceptor_usd_m: float | None = None, attacker_usd_m: float | None = None
) -> Sample:
    """Cost of the missiles fired, and of the hostile objects killed, in millions of dollars."""
    fired = data.column("magazines", "fired").astype(np.float64)
    keys = zip(data.column("magazines", "node"), data.column("magazines", "missile"), strict=True)
    stated = [interceptor_usd_m if interceptor_usd_m is not None else missile_price_usd_m(data, *key) for key in keys]
    spent = data.total("magazines", np.full(len(fired), True), fired * np.array(stated, dtype=np.float64))
    if attacker_usd_m is None:
        raise ResultsError(
            "cost_exchange_ratio: no source gives a price of what was killed. State one: attacker_usd_m=NUMBER (millions of "
            "dollars)."
        )
    killed = data.outcomes.ended("killed")[:, data.side("hostile")].sum(axis=1)
    return sample(spent, killed * attacker_usd_m)


def missile_price_usd_m(data: RunData, node: str, missile: str) -> float:
    """The nominal price of one missile: that of the catalogue's package `<system>-missile`.

    Raises
    ------
    ResultsError
        When no source gives one.
    """
    from openiads.catalogue import load_catalogue  # noqa: PLC0415 - read once a process

    system = data.scenario.spec.fire_units[node].missiles[missile].system
    entries = {entry.id: entry for entry in load_catalogue().entries("packages")}
    entry = entries.get(f"{system}-missile")
    if entry is None or "price_usd_m" not in entry.figures:
        priced = ", ".join(sorted(key for key in entries if key.endswith("-missile"))) or "none"
        raise ResultsError(
            f"cost_exchange_ratio: no source gives a price of a missile {missile!r} of {node}. Priced in the catalogue: {priced}. "
            "State one: interceptor_usd_m=NUMBER (millions of dollars)."
        )
    return float(entry.figures["price_usd_m"].nominal or 0.0)


MEASURES: Final = (
    Measure(
        "exchange_ratio",
        "1",
        "ratio",
        "hostile objects killed / friendly objects killed and assets that a hostile object reached, sums; missing when nothing is "
        "lost",
        ("objects", "outcomes"),
        exchange_ratio,
        listed=False,
    ),
    Measure(
        "cost_exchange_ratio",
        "1",
        "ratio",
        "cost of missiles fired / cost of hostile objects killed, sums; prices from the catalogue where a source gives one, else "
        "stated",
        ("objects", "outcomes", "magazines"),
        cost_exchange_ratio,
        {
            "interceptor_usd_m": "price of a missile in millions of dollars; that of the catalogue otherwise",
            "attacker_usd_m": "price of what is killed in millions of dollars; must be stated",
        },
        listed=False,
    ),
)
