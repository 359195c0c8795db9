"""Tracks against the truth: what `openiads score` measures."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from openiads.geo.ellipsoid import geodetic_to_ecef
from openiads.stats.consistency import nees_bounds
from openiads.tracking.metrics import assigned_truths, gospa, nees, ospa
from openiads.tracking.setup import TrackingError
from openiads.tracking.siap import Segment, siap
from openiads.tracking.tables import COVARIANCE, GEODETIC, POSITION, UPPER, VELOCITY

Floats = NDArray[np.float64]

USUAL_CUTOFF: Final = 3000.0
"""[m]: farther apart, a track and an object are not the same thing."""

USUAL_GAP: Final = 60.0
"""[s]: an object that the truth does not mention for longer is not there meanwhile."""

BAND: Final = 0.95


@dataclass(frozen=True)
class Truth:
    """Objects at the times of the pictures: positions (t, j, 3), NaN where an object is not there; velocities or None."""

    names: list[str]
    position: Floats
    velocity: Floats | None


@dataclass(frozen=True)
class Measure:
    """One line of the score."""

    name: str
    value: float
    unit: str
    meaning: str


def positions_of(table: Mapping[str, Any], names: tuple[str, ...], where: str) -> Floats:
    """Positions, (n, 3), from flat columns, or in ECEF from geodetic ones. [m]"""
    missing = [name for name in names if name not in table]
    if missing:
        raise TrackingError(f"{where}: column {missing[0]} is missing; found {', '.join(table)}")
    values = [np.asarray(table[name], dtype=np.float64) for name in names]
    if names == POSITION:
        return np.column_stack(values)
    return np.asarray(
        geodetic_to_ecef(latitude_rad=np.radians(values[0]), longitude_rad=np.radians(values[1]), height_m=values[2])
    )


def common_columns(tracks: Mapping[str, Any], truth: Mapping[str, Any]) -> tuple[str, ...]:
    """The three columns by which both tables give positions: flat where both have them, else geodetic.

    Raises
    ------
    TrackingError
        When they share neither.
    """
    for names in (POSITION, GEODETIC):
        if all(name in tracks and name in truth for name in names):
            return names
    raise TrackingError(
        f"tracks and truth share no position columns: give both {', '.join(POSITION)} or both {', '.join(GEODETIC)}; "
        f"the truth has {', '.join(truth)}"
    )


def truth_at(table: Mapping[str, Any], times_s: Floats, names: tuple[str, ...], *, gap_s: float = USUAL_GAP) -> Truth:
    """The truth at given times: linear between its rows, absent before the first, after the last and in gaps over `gap_s`.

    Raises
    ------
    TrackingError
        When a column is missing.
    """
    for name in ("time_s", "object_id"):
        if name not in table:
            raise TrackingError(f"truth: column {name} is missing; found {', '.join(table)}")
    at = positions_of(table, names, "truth")
    moving = names == POSITION and all(name in table for name in VELOCITY)
    values = np.column_stack([at, *(np.asarray(table[name], dtype=np.float64) for name in VELOCITY)]) if moving else at
    stamps = np.asarray(table["time_s"], dtype=np.float64)
    good = np.isfinite(stamps) & np.isfinite(values).all(axis=1)
    labels = np.asarray(table["object_id"]).astype(str)
    objects = sorted(set(labels[good]))
    out = np.full((len(times_s), len(objects), values.shape[1]), math.nan)
    order = np.lexsort([stamps[good], labels[good]])
    sorted_labels, sorted_stamps, sorted_values = labels[good][order], stamps[good][order], values[good][order]
    for j, name in enumerate(objects):
        first, last = np.searchsorted(sorted_labels, name), np.searchsorted(sorted_labels, name, side="right")
        out[:, j] = _between(sorted_stamps[first:last], sorted_values[first:last], times_s, gap_s)
    return Truth(objects, out[:, :, :3], out[:, :, 3:] if moving else None)


def _between(stamps: Floats, values: Floats, times_s: Floats, gap_s: float) -> Floats:
    stamps, first = np.unique(stamps, return_index=True)
    values = values[first]
    after = np.searchsorted(stamps, times_s)
    exact = (after < len(stamps)) & (stamps[np.minimum(after, len(stamps) - 1)] == times_s)
    right = np.clip(after, 1, max(len(stamps) - 1, 1))
    out = np.full((len(times_s), values.shape[1]), math.nan)
    if len(stamps) > 1:
        width = stamps[right] - stamps[right - 1]
        share = ((times_s - stamps[right - 1]) / width)[:, None]
        inside = (times_s >= stamps[0]) & (times_s <= stamps[-1]) & (width <= gap_s)
        out[inside] = (values[right - 1] + share * (values[right] - values[right - 1]))[inside]
    out[exact] = values[after[exact]]
    return out


def _covariances(tracks: Mapping[str, Any], rows: NDArray[np.int64]) -> Floats | None:
    if any(name not in tracks for name in COVARIANCE):
        return None
    out = np.empty((len(rows), 6, 6))
    for name, (i, j) in zip(COVARIANCE, UPPER, strict=True):
        out[:, i, j] = out[:, j, i] = np.asarray(tracks[name], dtype=np.float64)[rows]
    return out


class _Sums:
    """What is gathered picture by picture."""

    def __init__(self) -> None:
        self.gospa: list[float] = []
        self.ospa: list[float] = []
        self.missed: list[int] = []
        self.false: list[int] = []
        self.position2 = 0.0
        self.velocity2 = 0.0
        self.pairs = 0
        self.nees: list[float] = []
        self.in_band: list[bool] = []
        self.associated: dict[tuple[int, int], list[int]] = {}
        self.first_seen: dict[int, int] = {}
        self.first_tracked: dict[int, int] = {}


def score(
    tracks: Mapping[str, Any],
    truth: Mapping[str, Any],
    *,
    cutoff_m: float = USUAL_CUTOFF,
    gap_s: float = USUAL_GAP,
    tentative: bool = False,
) -> list[Measure]:
    """GOSPA, OSPA, errors, consistency, SIAP and latency of tracks, averaged over the times of the table of tracks.

    Parameters
    ----------
    tracks, truth : mapping of columns
        As `openiads.tracking.tables.read_table` returns them.
    cutoff_m : float
        Distance from which on a track and an object are not the same thing: c of GOSPA and OSPA (p = 2), and the limit of
        association for SIAP, where each track goes to the object nearest to it. [m]
    gap_s : float
        Longest gap of the truth that is bridged. [s]
    tentative : bool
        Whether tentative tracks count.

    Raises
    ------
    TrackingError
        When a column is missing, there are no tracks, or the tables share no times.
    """
    for name in ("time_s", "track_id", "status"):
        if name not in tracks:
            raise TrackingError(f"tracks: column {name} is missing; found {', '.join(tracks)}")
    names = common_columns(tracks, truth)
    stamps = np.asarray(tracks["time_s"], dtype=np.float64)
    times = np.unique(stamps[np.isfinite(stamps)])
    if not len(times):
        raise TrackingError("tracks: the file holds no track at any time; there is nothing to score")
    objects = truth_at(truth, times, names, gap_s=gap_s)
    there = ~np.isnan(objects.position[:, :, 0])
    if not there.any():
        raise TrackingError("the truth holds no object at any time of the tracks; are both in the same seconds?")
    at = positions_of(tracks, names, "tracks")
    counted = np.isfinite(at).all(axis=1) & (tentative | (np.asarray(tracks["status"]).astype(str) != "tentative"))
    velocity = np.column_stack([tracks[name] for name in VELOCITY]) if objects.velocity is not None else None
    numbers = np.asarray(tracks["track_id"]).astype(np.int64)
    sums = _Sums()
    order = np.argsort(stamps, kind="stable")
    edges = np.searchsorted(stamps[order], times), np.searchsorted(stamps[order], times, side="right")
    present = np.zeros(len(times))
    for k in range(len(times)):
        rows = order[edges[0][k] : edges[1][k]]
        rows = rows[counted[rows]]
        present[k] = len(rows)
        covariance = _covariances(tracks, rows) if names == POSITION else None
        _one_time(
            sums, k, at[rows], numbers[rows], objects, velocity[rows] if velocity is not None else None, covariance, cutoff_m
        )
    return _measures(sums, times, there, present, objects.velocity is not None)


def _one_time(
    sums: _Sums,
    k: int,
    at: Floats,
    numbers: NDArray[np.int64],
    objects: Truth,
    velocity: Floats | None,
    covariance: Floats | None,
    cutoff_m: float,
) -> None:
    alive = np.flatnonzero(~np.isnan(objects.position[k, :, 0]))
    truths = objects.position[k, alive]
    found = gospa(at, truths, cutoff=cutoff_m)
    sums.gospa.append(found.gospa)
    sums.ospa.append(ospa(at, truths, cutoff=cutoff_m))
    sums.missed.append(found.missed)
    sums.false.append(found.false)
    for j in alive.tolist():
        sums.first_seen.setdefault(j, k)
    matched = assigned_truths(at, truths, cutoff=cutoff_m)
    mine = np.flatnonzero(matched >= 0)
    theirs = alive[matched[mine]]
    error = at[mine] - objects.position[k, theirs]
    sums.position2 += float((error * error).sum())
    sums.pairs += len(mine)
    if velocity is not None and objects.velocity is not None:
        speed_error = velocity[mine] - objects.velocity[k, theirs]
        sums.velocity2 += float((speed_error * speed_error).sum())
        error = np.column_stack([error, speed_error])
    if covariance is not None and len(mine):
        size = error.shape[1]
        values = nees(error, covariance[mine][:, :size, :size])
        low, high = nees_bounds(runs=len(mine), dimension=size, probability=BAND)
        sums.nees.extend(values.tolist())
        sums.in_band.append(bool(low <= values.mean() <= high))
    _associate(sums, k, at, numbers, alive, truths, cutoff_m)


def _associate(
    sums: _Sums, k: int, at: Floats, numbers: NDArray[np.int64], alive: NDArray[np.int64], truths: Floats, cutoff_m: float
) -> None:
    """Each track to the object nearest to it within the cutoff; several tracks may be on one object."""
    if not len(at) or not len(truths):
        return
    distance = np.linalg.norm(at[:, None] - truths[None], axis=2)
    nearest = distance.argmin(axis=1)
    for i in np.flatnonzero(distance[np.arange(len(at)), nearest] < cutoff_m).tolist():
        j = int(alive[nearest[i]])
        sums.associated.setdefault((j, int(numbers[i])), []).append(k)
        sums.first_tracked.setdefault(j, k)


def _segments(sums: _Sums, times: Floats) -> list[Segment]:
    """Runs of pictures in a row in which a track was on an object."""
    segments = []
    for (j, number), steps in sums.associated.items():
        begin = steps[0]
        for before, now in zip(steps, [*steps[1:], -1], strict=True):
            if now != before + 1:
                segments.append(Segment(j, number, float(times[begin]), float(times[before])))
                begin = now
    return segments


def _measures(sums: _Sums, times: Floats, there: NDArray[np.bool_], present: Floats, moving: bool) -> list[Measure]:
    lifetimes = [float(times[rows[-1]] - times[rows[0]]) for rows in map(np.flatnonzero, there.T) if len(rows)]
    picture = siap(times, _segments(sums, times), truths=there.sum(axis=1), tracks=present, lifetimes_s=lifetimes)
    waits = [times[k] - times[sums.first_seen[j]] for j, k in sums.first_tracked.items()]
    rms = math.sqrt(sums.position2 / sums.pairs) if sums.pairs else math.nan
    rms_speed = math.sqrt(sums.velocity2 / sums.pairs) if sums.pairs and moving else math.nan
    hour = 3600.0
    return [
        Measure("times", float(len(times)), "", "pictures scored"),
        Measure("objects", float(len(lifetimes)), "", "objects of the truth"),
        Measure("gospa", float(np.mean(sums.gospa)), "m", "GOSPA, p = 2, alpha = 2, mean over pictures"),
        Measure("ospa", float(np.mean(sums.ospa)), "m", "OSPA, p = 2, mean over pictures"),
        Measure("missed", float(np.mean(sums.missed)), "", "objects without a track, mean over pictures"),
        Measure("false", float(np.mean(sums.false)), "", "tracks without an object, mean over pictures"),
        Measure("position_rms", rms, "m", "root mean square error of position"),
        Measure("velocity_rms", rms_speed, "m/s", "root mean square error of velocity"),
        Measure("nees", float(np.mean(sums.nees)) if sums.nees else math.nan, "", f"{6 if moving else 3} is consistent"),
        Measure(
            "nees_in_band", float(np.mean(sums.in_band)) if sums.in_band else math.nan, "", "share of pictures in 95 % band"
        ),
        Measure("siap_completeness", picture.completeness, "", "share of objects with a track"),
        Measure("siap_ambiguity", picture.ambiguity, "", "tracks for each tracked object"),
        Measure("siap_spuriousness", picture.spuriousness, "", "share of tracks on no object"),
        Measure("siap_track_changes", hour * picture.track_number_changes, "1/h", "changes of number, per hour on track"),
        Measure("siap_longest_segment", picture.longest_segment, "", "longest time of one track, of the lifetime"),
        Measure("track_latency_median", _quantile(waits, 0.5), "s", "from an object's first picture to its first track"),
        Measure("track_latency_p95", _quantile(waits, BAND), "s", "the same, 95th percentile"),
        Measure("objects_tracked", float(len(waits)), "", "objects that had a track at all"),
    ]


def _quantile(values: list[Any], level: float) -> float:
    return float(np.quantile(values, level)) if values else math.nan
