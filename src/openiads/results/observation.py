"""Observation of friendly flights, sensor by sensor: hours by aspect, signal and configuration, looks, sorties.

What could be observed: nothing about what is done with it, and no estimate of a signature.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np

from openiads.errors import ResultsError
from openiads.results.measures.data import RunData
from openiads.results.measures.looks import NANOSECONDS_PER_HOUR, SECTORS, count_independent, yardstick
from openiads.results.sightings import Seen
from openiads.results.store import RunReader
from openiads.stats.intervals import Estimate, t_mean

CLEAN: Final = "clean"
REFLECTORS: Final = "reflectors"


@dataclass(frozen=True)
class Observed:
    """What one sensor observes of one kind of friendly aircraft in one configuration in a month, with 95 % intervals.

    `hours` are by aspect sector (front, side, rear) and band of the signal; they add up to `total`. `looks` are independent ones,
    `sorties` those of `flown` with a firm track for long enough.
    """

    sensor: str
    aircraft: str
    configuration: str
    share_of_days: float
    flown: float
    hours: Mapping[tuple[str, int], Estimate]
    total: Estimate
    looks: Estimate
    sorties: Estimate


@dataclass(frozen=True)
class Rules:
    """What counts: edges of the bands [dB], when a look is independent, how long a sortie must be tracked."""

    bands_db: tuple[float, ...]
    aspect_deg: float
    time_s: float
    least_s: float

    def __post_init__(self) -> None:
        """Bands rise."""
        if list(self.bands_db) != sorted(set(self.bands_db)):
            raise ResultsError(f"bands {self.bands_db}: the edges must rise")


def rules(
    *,
    bands_db: Sequence[float] | None = None,
    aspect_deg: float | None = None,
    time_s: float | None = None,
    least_s: float | None = None,
) -> Rules:
    """What counts; what is left out is as `catalogue.defaults.observation` says, and any time makes a sortie observed."""
    usual = [yardstick(f"band_{name}_db") for name in ("low", "middle", "high")]
    return Rules(
        bands_db=tuple(usual if bands_db is None else bands_db),
        aspect_deg=yardstick("aspect_deg") if aspect_deg is None else aspect_deg,
        time_s=yardstick("time_s") if time_s is None else time_s,
        least_s=least_s or 0.0,
    )


def observation(run: RunReader, told: Rules | None = None) -> tuple[Observed, ...]:
    """Observation of every kind of friendly aircraft by every sensor that ever held one, sorted.

    Parameters
    ----------
    run : RunReader
        A run recorded with events, of a scenario whose friendly objects state `sorties_per_month`.
    told : Rules, optional
        What counts, as `rules` gives it.

    Raises
    ------
    ResultsError
        When the run has no events, or no friendly object states its sorties.
    """
    told = told or rules()
    data = RunData.of(run)
    weights = np.nan_to_num(data.objects.sorties_per_month)
    if not (data.side("friendly") & (weights > 0)).any():
        raise ResultsError(f"{run.folder}: no friendly object states sorties_per_month, so there is no month to observe")
    index = data.objects.index()
    names = data.lowered.names
    kinds = {o: str(data.objects.systems[index[name]] or name) for o, name in enumerate(names.objects)}
    flights = {o: float(weights[index[name]]) for o, name in enumerate(names.objects)}
    days = run.manifest.walk.get("share_of_days", {}) if run.manifest.walk else {}
    tallies: dict[tuple[int, str], _Tally] = {}
    for seen in data.sightings.seen():
        key = (seen.radar, kinds[seen.thing])
        tally = tallies.setdefault(key, _Tally(data.count, told))
        tally.add(seen, flights[seen.thing])
    found = []
    for (r, kind), tally in tallies.items():
        node, role = names.radars[r]
        flown = _flown(data, {o for o in kinds if kinds[o] == kind and o in data.sightings.things}, flights)
        found += tally.rows(f"{node}/{role}", kind, days.get(node, 1.0), flown)
    return tuple(sorted(found, key=lambda one: (one.aircraft, one.sensor, one.configuration)))


def as_rows(found: Sequence[Observed], told: Rules | None = None) -> list[dict[str, Any]]:
    """One plain row per sensor, aircraft, configuration, aspect and band, for a file."""
    labels = band_labels((told or rules()).bands_db)
    rows = []
    for one in found:
        for (aspect, band), hours in one.hours.items():
            rows.append(
                {
                    "sensor": one.sensor,
                    "aircraft": one.aircraft,
                    "configuration": one.configuration,
                    "aspect": aspect,
                    "snr_band_db": labels[band],
                    "hours_per_month": hours.value,
                    "hours_low": hours.low,
                    "hours_high": hours.high,
                    "independent_looks_per_month": one.looks.value,
                    "sorties_observed_per_month": one.sorties.value,
                    "sorties_flown_per_month": one.flown,
                    "share_of_days": one.share_of_days,
                }
            )
    return rows


def band_labels(edges: Sequence[float]) -> tuple[str, ...]:
    """Names of the bands between edges in dB."""
    if not edges:
        return ("any",)
    inner = [f"{a:g} to {b:g}" for a, b in pairwise(edges)]
    return (f"< {edges[0]:g}", *inner, f">= {edges[-1]:g}")


def _flown(data: RunData, things: set[int], flights: Mapping[int, float]) -> dict[str, float]:
    """Sorties a month of some objects by configuration, by the share of sorties that wear reflectors."""
    shares = {o: float(data.sightings.case.objects[o]["reflector_share"]) for o in things}
    worn = sum(flights[o] * shares[o] for o in things)
    return {CLEAN: sum(flights[o] for o in things) - worn, REFLECTORS: worn}


class _Tally:
    """Hours, looks and sorties of one sensor and one kind of aircraft, replication by replication."""

    def __init__(self, replications: int, told: Rules) -> None:
        self.rules = told
        self.bands = len(told.bands_db) + 1
        shape = (replications, len(SECTORS), self.bands)
        self.hours = {name: np.zeros(shape) for name in (CLEAN, REFLECTORS)}
        self.looks = {name: np.zeros(replications) for name in (CLEAN, REFLECTORS)}
        self.sorties = {name: np.zeros(replications) for name in (CLEAN, REFLECTORS)}
        self.used: set[str] = set()

    def add(self, seen: Seen, flights: float) -> None:
        """Add the looks of one sortie, which stands for so many a month."""
        name, line = REFLECTORS if seen.reflectors else CLEAN, seen.line
        self.used.add(name)
        band = np.searchsorted(self.rules.bands_db, seen.snr_db, side="right")
        np.add.at(self.hours[name][line], (seen.looks["aspect"], band), flights * seen.held_ns / NANOSECONDS_PER_HOUR)
        apart = {"aspect_deg": self.rules.aspect_deg, "time_s": self.rules.time_s}
        self.looks[name][line] += flights * count_independent(seen.looks["at_ns"], seen.looks["angle_rad"], **apart)
        held_s = float(seen.held_ns.sum()) / 1e9
        if held_s > self.rules.least_s:
            self.sorties[name][line] += flights

    def rows(self, sensor: str, aircraft: str, days: float, flown: Mapping[str, float]) -> list[Observed]:
        """What was tallied, by configuration."""
        return [
            Observed(
                sensor=sensor,
                aircraft=aircraft,
                configuration=name,
                share_of_days=days,
                flown=days * flown[name],
                hours={
                    (aspect, band): t_mean(days * self.hours[name][:, k, band])
                    for k, aspect in enumerate(SECTORS)
                    for band in range(self.bands)
                },
                total=t_mean(days * self.hours[name].sum(axis=(1, 2))),
                looks=t_mean(days * self.looks[name]),
                sorties=t_mean(days * self.sorties[name]),
            )
            for name in sorted(self.used)
        ]


def total_hours(found: Sequence[Observed]) -> dict[tuple[str, str], float]:
    """Hours a month by sensor and aircraft, both configurations together."""
    summed: dict[tuple[str, str], float] = defaultdict(float)
    for one in found:
        summed[one.sensor, one.aircraft] += one.total.value or 0.0
    return dict(summed)
