"""SIAP measures: is every object tracked, once, by the same track, and is every track on an object?

0/0 is NaN ("missing"), never 0. Forms of J. Votruba, S. Elsaesser, A. Gnagi, "Single Integrated Air Picture metrics", as
implemented in Stone Soup, with one difference: objects that were never tracked do not enter the rate of number change (they
would give -1 each).
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray


class Segment(NamedTuple):
    """A track that stays on an object without a break, both ends included. [s]"""

    truth: int
    track: int
    start_s: float
    end_s: float


class Siap(NamedTuple):
    """The measures that need no identity; ratios of sums over all times and objects."""

    completeness: float
    ambiguity: float
    spuriousness: float
    track_number_changes: float
    """Per object and second of time on track."""
    longest_segment: float


def siap(
    times_s: ArrayLike, segments: Sequence[Segment], *, truths: ArrayLike, tracks: ArrayLike, lifetimes_s: ArrayLike
) -> Siap:
    """SIAP measures of associations in time.

    Parameters
    ----------
    times_s : (t,) array_like
        Times at which the picture is looked at, ascending. [s]
    segments : sequence of Segment
        Which track was on which object from when to when.
    truths, tracks : (t,) array_like of int
        How many objects and tracks there were at each time.
    lifetimes_s : (j,) array_like
        How long each object was there. [s]
    """
    times = np.asarray(times_s, dtype=np.float64)
    on, tracked = (_counted(times, segments, kind) for kind in ("track", "truth"))
    lives = np.asarray(lifetimes_s, dtype=np.float64)
    needed, on_track, longest = 0, 0.0, 0.0
    for spans in _by(segments, "truth").values():
        needed += fewest_segments(spans) - 1
        on_track += covered_s(times, spans)
        longest += max(sum(s.end_s - s.start_s for s in own) for own in _by(spans, "track").values())
    j, n = float(np.sum(truths)), float(np.sum(tracks))
    return Siap(
        _ratio(float(tracked.sum()), j),
        _ratio(float(on.sum()), float(tracked.sum())),
        _ratio(n - float(on.sum()), n),
        _ratio(float(needed), on_track),
        _ratio(longest, float(lives.sum())),
    )


def _counted(times: NDArray[np.float64], segments: Sequence[Segment], kind: str) -> NDArray[np.float64]:
    """How many tracks, or truths, are in some segment at each time, (t,)."""
    total = np.zeros(len(times))
    for spans in _by(segments, kind).values():
        inside = np.zeros(len(times), bool)
        for s in spans:
            inside[np.searchsorted(times, s.start_s) : np.searchsorted(times, s.end_s, side="right")] = True
        total += inside
    return total


def _ratio(over: float, under: float) -> float:
    return over / under if under > 0.0 else math.nan


def _by(segments: Sequence[Segment], kind: str) -> dict[int, list[Segment]]:
    groups: dict[int, list[Segment]] = {}
    for segment in segments:
        groups.setdefault(getattr(segment, kind), []).append(segment)
    return groups


def fewest_segments(segments: Sequence[Segment]) -> int:
    """How many segments it takes to stay with one object whenever any track is on it."""
    count, reached = 0, -math.inf
    rest = sorted(segments, key=lambda s: s.start_s)
    while rest:
        start = rest[0].start_s if rest[0].start_s > reached else reached
        reached = max(s.end_s for s in rest if s.start_s <= max(start, reached))
        count += 1
        rest = [s for s in rest if s.end_s > reached]
    return count


def covered_s(times: NDArray[np.float64], segments: Sequence[Segment]) -> float:
    """Time in which some segment goes from one time to the next. [s]"""
    on = np.zeros(max(len(times) - 1, 0), bool)
    for s in segments:
        on[np.searchsorted(times, s.start_s) : max(np.searchsorted(times, s.end_s, side="right") - 1, 0)] = True
    return float(np.diff(times)[on].sum())
