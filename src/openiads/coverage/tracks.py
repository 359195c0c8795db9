"""How well each look must detect for a track to be firm in time."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.checks import require_within
from openiads.errors import OutOfRangeError

Array = NDArray[np.float64]


def firm_track_probability(*, p_detection: ArrayLike, hits: int, window: int, looks: int) -> Array:
    """Probability that a track is firm after so many looks, each detecting independently.

    Parameters
    ----------
    p_detection : (...) array_like
        Probability of detection of one look, the same at all looks. [-]
    hits, window : int
        The rule of the tracker: so many plots within a window of looks that begins with the first plot; a track that can no longer
        reach them is dropped, and the next plot starts a new one.
    looks : int
        Looks in the time that is given. [-] 0 or more

    Returns
    -------
    (...) ndarray
        Probability. [-] Exact for the rule, as a Markov chain over (plots, looks since the first).

    Source: S. S. Blackman and R. Popoli, Design and Analysis of Modern Tracking Systems, 1999, sect. 6.2 (track confirmation).
    """
    p = require_within(0.0, p_detection, 1.0, name="p_detection", source="a probability")
    if not 1 <= hits <= window or looks < 0:
        raise OutOfRangeError(
            f"hits = {hits}, window = {window}, looks = {looks}: 1 <= hits <= window and looks >= 0 must hold"
        )
    empty, firm = np.ones_like(p), np.zeros_like(p)
    states: dict[tuple[int, int], Array] = {}
    for _ in range(looks):
        following: dict[tuple[int, int], Array] = {}
        vacant = empty * (1.0 - p)
        if hits == 1:
            firm = firm + empty * p
        else:
            following[1, 1] = empty * p
        for (n, age), weight in states.items():
            for plots, share in ((n + 1, p), (n, 1.0 - p)):
                if plots >= hits:
                    firm = firm + weight * share
                elif plots + window - age - 1 < hits:
                    vacant = vacant + weight * share
                else:
                    following[plots, age + 1] = following.get((plots, age + 1), 0.0) + weight * share
        empty, states = vacant, following
    return np.asarray(firm)


def needed_look_probability(*, p_track: float, hits: int, window: int, within_s: float, look_period_s: float) -> float:
    """Single-look Pd with which a track is firm within a time with probability `p_track`: the inverse of the above.

    Raises
    ------
    OutOfRangeError
        When the time holds fewer looks than the rule needs, or `p_track` is not between 0 and 1.
    """
    if not 0.0 < p_track < 1.0 or look_period_s <= 0:
        raise OutOfRangeError(f"p_track = {p_track:g} must lie between 0 and 1, and the radar must look again and again")
    looks = math.floor(within_s / look_period_s)
    if looks < hits:
        raise OutOfRangeError(
            f"in {within_s:g} s the radar looks {looks} times, but a firm track takes {hits} plots. "
            f"Give at least {hits * look_period_s:g} s."
        )
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        if firm_track_probability(p_detection=middle, hits=hits, window=window, looks=looks) < p_track:
            low = middle
        else:
            high = middle
    return high
