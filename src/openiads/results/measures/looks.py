"""Observation by signal, aspect and configuration: hours, independent looks, share of aspects. What could be observed only."""

import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from openiads.catalogue import load_catalogue
from openiads.errors import ResultsError
from openiads.results.measures.base import Measure, Sample, sample
from openiads.results.measures.data import RunData

if TYPE_CHECKING:
    from openiads.results.sightings import Seen

Array = NDArray[Any]
NANOSECONDS_PER_HOUR: Final = 3.6e12
CONFIGURATIONS: Final = ("any", "clean", "reflectors")
SECTORS: Final = ("front", "side", "rear")
TABLES: Final = ("objects", "outcomes", "events", "association")
ROUNDING: Final = 1e-9
BREAKDOWN: Final = ("aspect3", "snr_band")
"""By what `openiads observation` breaks hours down; the measure itself is the total."""


def yardstick(name: str) -> float:
    """What counts unless a study says otherwise: a figure of `catalogue.defaults.observation`."""
    return float(load_catalogue().figure(f"defaults.observation.{name}").value)


def observation_hours(
    data: RunData,
    *,
    of: str | None = None,
    min_snr_db: float = -math.inf,
    configuration: str = "any",
    aspect: str | None = None,
    node: str | None = None,
    by: Sequence[str] = (),
) -> Sample:
    """Hours a month of firm track of friendly objects while a radar of the node that holds it sees them at least so strongly."""
    for one in by:
        _require("by", one, BREAKDOWN)
    sector = None if aspect is None else SECTORS.index(_require("aspect", aspect, SECTORS))
    times: dict[tuple[int, int], list[tuple[Array, Array]]] = defaultdict(list)
    for seen in _chosen(data, configuration, node):
        useful = seen.snr_db >= min_snr_db
        if sector is not None:
            useful &= seen.looks["aspect"] == sector
        good = useful[seen.of]
        times[seen.line, seen.thing].append((seen.first_ns[good], seen.last_ns[good]))
    return _monthly(data, of, {key: united_ns(parts) / NANOSECONDS_PER_HOUR for key, parts in times.items()})


def united_ns(parts: Sequence[tuple[Array, Array]]) -> int:
    """Time covered by at least one of many pieces, given as starts and ends."""
    starts, stops = (np.concatenate([part[k] for part in parts]) for k in (0, 1))
    order = np.argsort(starts, kind="stable")
    starts, reached = starts[order], np.maximum.accumulate(stops[order])
    begins = np.maximum(starts[1:], reached[:-1]) if len(starts) else starts
    return int(np.sum(reached[1:] - begins) + (reached[0] - starts[0])) if len(starts) else 0


def independent_looks(
    data: RunData,
    *,
    of: str | None = None,
    min_snr_db: float = -math.inf,
    configuration: str = "any",
    decorrelation: Mapping[str, float] | None = None,
    aspect_deg: float | None = None,
    time_s: float | None = None,
    node: str | None = None,
) -> Sample:
    """Looks a month that stand apart by so much aspect or time, radar by radar."""
    for key in decorrelation or {}:
        _require("decorrelation", key, ("aspect_deg", "time_s"))
    told = {"aspect_deg": aspect_deg, "time_s": time_s, **(decorrelation or {})}
    apart = {key: yardstick(key) if value is None else value for key, value in told.items()}
    counted: dict[tuple[int, int], float] = defaultdict(float)
    for seen in _chosen(data, configuration, node):
        good = seen.looks[seen.snr_db >= min_snr_db]
        counted[seen.line, seen.thing] += count_independent(good["at_ns"], good["angle_rad"], **apart)
    return _monthly(data, of, counted)


def count_independent(at_ns: Array, angle_rad: Array, *, aspect_deg: float, time_s: float) -> int:
    """How many looks, taken in time order, each stand apart from the last one counted by the stated aspect or time."""
    count, last_ns, last_rad = 0, 0, 0.0
    least_rad = math.radians(aspect_deg) - ROUNDING
    for when, angle in zip(at_ns.tolist(), angle_rad.tolist(), strict=True):
        turn = abs((angle - last_rad + math.pi) % (2.0 * math.pi) - math.pi)
        if count == 0 or turn >= least_rad or when - last_ns >= time_s * 1e9:
            count, last_ns, last_rad = count + 1, when, angle
    return count


def aspect_coverage(
    data: RunData,
    *,
    of: str | None = None,
    bins_deg: float | None = None,
    min_looks: float = 30.0,
    min_snr_db: float = -math.inf,
    configuration: str = "any",
    node: str | None = None,
) -> Sample:
    """Share of aspect bins, all round, from which at least so many looks a month are taken."""
    bins_deg = yardstick("bins_deg") if bins_deg is None else bins_deg
    bins = round(360.0 / bins_deg)
    if bins < 1 or abs(bins * bins_deg - 360.0) > 1e-6:
        raise ResultsError(f"bins_deg = {bins_deg:g}: bins must fill 360 degrees, as 10, 30 or 120 do")
    weights = _weights(data, of)
    looks = np.zeros((data.count, bins))
    place = _places(data)
    for seen in _chosen(data, configuration, node):
        angles = seen.looks["angle_rad"][seen.snr_db >= min_snr_db]
        found = ((angles % (2.0 * math.pi)) / (2.0 * math.pi) * bins).astype(np.int64) % bins
        looks[seen.line] += weights[place[seen.thing]] * np.bincount(found, minlength=bins)
    share = (looks >= min_looks).mean(axis=1)
    return sample(share, np.full(data.count, float(bool(weights.any()))))


def _require(name: str, value: str, allowed: Iterable[str]) -> str:
    known = tuple(allowed)
    if value not in known:
        raise ResultsError(f"{name} = {value!r}. Known: {', '.join(known)}.")
    return value


def _chosen(data: RunData, configuration: str, node: str | None) -> "Iterable[Seen]":
    """Looks under a firm track, of one node where it is named, in one configuration of the sortie."""
    _require("configuration", configuration, CONFIGURATIONS)
    names = {owner for owner, _ in data.sightings.sensors}
    if node is not None:
        _require("node", node, sorted(names))
    for seen in data.sightings.seen():
        fits = configuration == "any" or seen.reflectors == (configuration == "reflectors")
        if fits and node in (None, data.sightings.sensors[seen.radar][0]):
            yield seen


def _places(data: RunData) -> dict[int, int]:
    """Place in `data.objects` of each object of the lowered scenario."""
    index = data.objects.index()
    return {k: index[name] for k, name in enumerate(data.sightings.lowered.names.objects)}


def is_of(name: str, system: str, of: str) -> bool:
    """Whether an object is of a class: its catalogue entry, itself, or the group of the scenario that spelled it out."""
    return of in (system, name) or re.fullmatch(rf"{re.escape(of)}-\d+", name) is not None


def _weights(data: RunData, of: str | None) -> Array:
    """Sorties a month that each friendly object of the class stands for."""
    objects = data.objects
    weights = np.where(data.side("friendly"), np.nan_to_num(objects.sorties_per_month), 0.0)
    if of is None:
        return weights
    chosen = np.array([is_of(name, system, of) for name, system in zip(objects.ids, objects.systems, strict=True)])
    if not (chosen & data.side("friendly")).any():
        known = sorted(
            {s for s in objects.systems[data.side("friendly")] if s} | set(np.array(objects.ids)[data.side("friendly")])
        )
        raise ResultsError(f"of = {of!r}: no friendly object is of it. Known: {', '.join(known) or 'none'}.")
    return np.where(chosen, weights, 0.0)


def _monthly(data: RunData, of: str | None, found: Mapping[tuple[int, int], float]) -> Sample:
    """A sum a month from amounts by replication and object; missing where no sortie stands for any."""
    weights, place = _weights(data, of), _places(data)
    total = np.zeros(data.count)
    for (line, thing), amount in found.items():
        total[line] += weights[place[thing]] * amount
    return sample(total, np.full(data.count, float(bool(weights.any()))))


_OF: Final = {
    "of": "only friendly objects of this catalogue entry, or of this object of the scenario",
    "min_snr_db": "least signal-to-noise ratio of one look at the median cross-section of the sortie; any otherwise",
    "configuration": "clean, reflectors or any",
    "node": "node whose radars and tracks count; each for itself otherwise",
}


def _measure(name: str, unit: str, kind: Any, definition: str, compute: Callable[..., Sample], **more: str) -> Measure:
    return Measure(name, unit, kind, definition, TABLES, compute, {**_OF, **more})


MEASURES: Final = (
    _measure(
        "observation_hours",
        "h/month",
        "mean",
        "hours a month in which a node holds a firm track of friendly objects while one of its radars radiates and sees them at "
        "min_snr_db or more, united over nodes and radars, each object weighted with the sorties a month that it stands for",
        observation_hours,
        aspect="front, side or rear only",
        by="aspect3, snr_band: the breakdown that `openiads observation` prints; the value is the total",
    ),
    _measure(
        "independent_looks",
        "1/month",
        "mean",
        "looks a month under a firm track that stand apart from the last one counted by aspect_deg of aspect or time_s of time, "
        "radar by radar, weighted with sorties",
        independent_looks,
        decorrelation="mapping of aspect_deg and time_s, instead of the two",
        aspect_deg="change of aspect that makes a look independent, degrees; 1 otherwise",
        time_s="time that makes a look independent, seconds; 5 otherwise",
    ),
    _measure(
        "aspect_coverage",
        "1",
        "share",
        "aspect bins of bins_deg, all round, with at least min_looks looks a month under a firm track / bins; a share of geometry, "
        "nothing about any cross-section",
        aspect_coverage,
        bins_deg="width of a bin, degrees; 10 otherwise",
        min_looks="least looks a month that fill a bin; 30 otherwise",
    ),
)
