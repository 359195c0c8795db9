"""Measures of defensive fighters: sorties, meetings, kills and recalls, in all or of one base."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from openiads.errors import ResultsError
from openiads.results.measures.base import Measure, Sample, sample
from openiads.results.measures.data import RunData

Array = NDArray[Any]


def _known(data: RunData, base: str | None) -> None:
    bases = sorted(data.scenario.spec.fighters)
    if base is not None and base not in bases:
        raise ResultsError(f"no base of fighters is called {base!r}. Known: {', '.join(bases) or 'none'}.")


def _events(data: RunData, name: str, base: str | None) -> Array:
    """Events of a kind that are about any base, or about one, (rows,)."""
    _known(data, base)
    which: Array = data.column("events", "event") == name
    if base is not None:
        about = [str(detail).partition(": ")[0] == base for detail in data.column("events", "detail")]
        which = which & np.array(about, dtype=bool)
    return which


def _meetings(data: RunData, base: str | None) -> Array:
    """Rows of `association` that are meetings of pairs of any base, or of one, (rows,)."""
    _known(data, base)
    which: Array = data.column("association", "reference") == "sortie"
    if base is not None:
        mine = [str(name).rpartition("/")[0] == base for name in data.column("association", "reference_id")]
        which = which & np.array(mine, dtype=bool)
    return which


def fighter_sorties(data: RunData, *, base: str | None = None) -> Sample:
    """Pairs that took off."""
    return sample(data.total("events", _events(data, "airborne", base)))


def fighter_recalls(data: RunData, *, base: str | None = None) -> Sample:
    """Pairs that were called back, and pairs that were sent."""
    sent = data.total("events", _events(data, "committed", base))
    return sample(data.total("events", _events(data, "recalled", base)), sent)


def fighter_meetings(data: RunData, *, base: str | None = None) -> Sample:
    """Pairs that met what their track followed, whatever that was."""
    return sample(data.total("association", _meetings(data, base)))


def fighter_kills(data: RunData, *, base: str | None = None) -> Sample:
    """Objects of any side that pairs stopped."""
    killed = data.column("association", "result") == "killed"
    return sample(data.total("association", _meetings(data, base) & killed))


_BASE: Final = {"base": "base of fighters; without it all of them"}


def _of(name: str, compute: Any, definition: str, table: str, kind: Any = "mean", unit: str = "per replication") -> Measure:
    return Measure(name, unit, kind, definition, (table,), compute, _BASE, listed=False)


MEASURES: Final = (
    _of("fighter_sorties", fighter_sorties, "pairs of fighters that took off", "events"),
    _of("fighter_meetings", fighter_meetings, "pairs that met what their track followed, whatever it was", "association"),
    _of("fighter_kills", fighter_kills, "objects of any side that pairs stopped", "association"),
    _of(
        "fighter_recalls",
        fighter_recalls,
        "pairs called back / pairs sent, sums; those on the ground and in the air",
        "events",
        "share_of_sums",
        "1",
    ),
)
