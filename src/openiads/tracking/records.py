"""The arrays of a tracker: tracks, plots, settings, counters, changes and scratch. Positions are ECEF, SI, radians.

Whoever runs the tracker owns these arrays; the kernels of this room write them in place and allocate nothing.
"""

import math
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from openiads.constants import SPEED_OF_LIGHT_MPS
from openiads.errors import OutOfRangeError

Record = Any
"""One row of a structured array: `numpy.void` when interpreted, a record when compiled."""

Rows = NDArray[Any]
"""A structured array."""

Vector = NDArray[np.float64]
"""An array of floats; its shape is said where it is used."""

FREE: Final = 0
TENTATIVE: Final = 1
FIRM: Final = 2

OWN: Final = 0
REMOTE: Final = 1

CHANGED_TENTATIVE: Final = 1
CHANGED_FIRM: Final = 2
CHANGED_DROPPED: Final = 3
CHANGED_UPDATED: Final = 4

NEVER: Final = -1
NONE: Final = -1

TRACK: Final = np.dtype(
    [
        # What every batch asks of every track comes first, close together.
        ("status", "u1"),  # FREE, TENTATIVE, FIRM
        ("source", "u1"),  # OWN sensors or REMOTE
        ("identity", "u1"),  # 0 unknown; the other codes belong to the caller
        ("engaged", "i4"),  # missiles in flight or awaiting assessment
        ("update_ns", "i8"),  # time of the last plot: the time of `x` and `p`
        ("lapse_ns", "i8"),  # first instant at which it has lived out unless another plot comes; own tracks only
        ("x", "f8", (6,)),  # position [m] and velocity [m/s]
        ("traces", "f8", (3,)),  # of the blocks of `p`: position, twice position with velocity, velocity; own tracks only
        ("user", "i8", (4,)),  # free for the caller
        ("radar", "i4"),  # index of the radar that updated it last
        ("hits", "i4"),  # plots (own) or messages (remote) that it was made of
        ("opportunities", "i4"),  # looks from birth to the last plot, both included
        ("interrogations", "i4"),
        ("origin", "i4"),  # sending node of a remote track, else NONE
        ("number", "i8"),  # counter of the node; never used twice
        ("origin_number", "i8"),  # number at the sending node, else NONE
        ("born_ns", "i8"),  # time of the first plot
        ("firm_ns", "i8"),  # when it became firm, else NEVER
        ("identified_ns", "i8"),  # when it was identified, else NEVER
        ("hold_until_ns", "i8"),  # no new engagement before, else NEVER
        ("period_ns", "i8"),  # update period of `radar`
        ("p", "f8", (6, 6)),  # covariance of `x`, symmetric to the bit
        ("snr_db", "f8"),  # of the last plot
        ("score", "f8"),  # fading mean of the squared distance of its plots; 3 where model and noise match
    ],
    align=True,
)
"""One track of one node."""

PLOT: Final = np.dtype(
    [
        ("at_ns", "i8"),
        ("position", "f8", (3,)),  # debiased [m], filled by `convert_plot`
        ("r", "f8", (3, 3)),  # its covariance [m2], filled by `convert_plot`
        ("range_m", "f8"),
        ("azimuth_rad", "f8"),  # clockwise from north
        ("elevation_rad", "f8"),
        ("sigma_range_m", "f8"),
        ("sigma_azimuth_rad", "f8"),
        ("sigma_elevation_rad", "f8"),
        ("snr_db", "f8"),
        ("track", "i4"),  # slot that took the plot, else NONE; filled by `step`
        ("new", "u1"),  # 1 where the plot started that track; filled by `step`
    ],
    align=True,
)
"""One plot of one radar."""

TRACKER_CONFIG: Final = np.dtype(
    [
        ("confirm_hits", "i8"),
        ("confirm_window", "i8"),
        ("tentative_misses", "i8"),  # looks in a row that a tentative track may miss; 0: as many as the window allows
        ("drop_after_updates", "i8"),
        ("first_slot", "i8"),  # the node's slots are first_slot to first_slot + capacity - 1
        ("capacity", "i8"),
        ("process_noise_m2ps3", "f8"),  # power density of the white acceleration, each horizontal axis
        ("vertical_noise_reduction", "f8"),  # 0: as much vertically; 1: none vertically
        ("gate", "f8"),  # threshold on the squared Mahalanobis distance
        ("max_speed_mps", "f8"),
        ("max_climb_mps", "f8"),  # fastest vertical speed of a new track; 0: as fast as max_speed_mps
        ("flat", "i8"),  # 1: the frame is flat, up is its third axis; 0: ECEF
        ("reach_mps", "f8"),  # speed beyond which a plot cannot be a track's; that of light: no such bound
        ("resolution", "f8"),  # firm tracks closer than so many sigmas of a plot may share it; 0: never
        ("by_distance", "i8"),  # what rivals for a plot are ranked by: 0 likelihood, 1 distance alone
    ],
    align=True,
)
"""Settings of one node's tracker."""

TRACKER_STATE: Final = np.dtype(
    [
        ("next_number", "i8"),
        ("live", "i8"),  # tracks now alive, remote ones included
        ("high", "i8"),  # one past the highest slot in use, counted from first_slot
        ("packed", "i8"),  # slots surely in use, counted from first_slot: a search for a free one starts behind them
        ("overflow", "i8"),  # tracks not started because no slot was free
        ("pair_overflow", "i8"),  # track-plot pairs in the gate that did not fit the scratch
        ("late", "i8"),  # plots that fit a track which was newer already, and were set aside
        ("cut", "i8"),  # searches for an assignment that were ended early, because they grew too long
    ],
    align=True,
)
"""Counters of one node's tracker. All zero is the start."""

CHANGE: Final = np.dtype([("slot", "i4"), ("what", "u1"), ("number", "i8")], align=True)
"""What happened to a track in one step: CHANGED_TENTATIVE, _FIRM, _DROPPED or _UPDATED; one row per track and kind."""

TRACK_MESSAGE: Final = np.dtype(
    [
        ("identity", "u1"),
        ("origin", "i4"),
        ("origin_number", "i8"),
        ("update_ns", "i8"),
        ("x", "f8", (6,)),
        ("p", "f8", (6, 6)),
    ],
    align=True,
)
"""A track as one node tells it to another. `receive_remote` takes any record that has these fields."""

ROW: Final = np.dtype(
    [
        ("slot", "i8"),
        ("first", "i8"),  # its pairs are first to first + count - 1
        ("count", "i8"),
        ("cell", "i8"),  # plot assigned, else NONE
        ("pair", "i8"),  # the pair behind it
        ("shared", "u1"),  # 1: the plot may be of two targets that the radar cannot tell apart
        ("offset", "f8", (3,)),  # from this track to the one that shares its plot
        ("miss_cost", "f8"),
        ("dual", "f8"),
    ],
    align=True,
)
"""Scratch: one track that has a plot in its gate."""

CELL: Final = np.dtype(
    [
        ("plot", "i8"),
        ("taken", "u1"),
        ("late", "u1"),
        ("visited", "u1"),
        ("row", "i8"),
        ("parent", "i8"),
        ("parent_pair", "i8"),
        ("at_ns", "i8"),
        ("along", "f8"),  # the coordinate that the cells are sorted by
        ("z", "f8", (3,)),  # position of the plot
        ("trace", "f8"),  # of the plot's covariance
        ("widest", "f8"),  # largest ln det S among the tracks that gate the plot
        ("dual", "f8"),
        ("reach", "f8"),
    ],
    align=True,
)
"""Scratch: one plot, in the order of the coordinate along which the batch spreads most; or one track of a picture's index."""

PAIR: Final = np.dtype([("cell", "i8"), ("distance", "f8"), ("log_det", "f8"), ("cost", "f8")], align=True)
"""Scratch: one track-plot pair inside the gate: squared distance, ln det S, and the cost of assigning the two."""

SORT_KEY: Final = np.dtype([("a", "f8"), ("b", "f8"), ("c", "f8"), ("d", "f8")], align=True)
"""Scratch: what to sort by, most significant first."""

WORK: Final = np.dtype(
    [
        ("axis", "i8"),  # coordinate along which the plots of a batch spread most
        ("pairs", "i8"),
        ("touched", "i8"),  # cells that a search for a path has reached
        ("cut", "i8"),  # searches that were ended early
        ("changes", "i8"),
        ("drops_from", "i8"),  # where the drops start among the changes
        ("own", "i8"),  # own firm tracks in the index of a picture
        ("remote", "i8"),  # remote tracks in it
        ("first_ns", "i8"),
        ("last_ns", "i8"),
        ("soonest_ns", "i8"),  # no own firm track lapses before
        ("firm", "i8"),  # own firm tracks that the batch may concern
        ("tentative", "i8"),  # and tentative ones
        ("widest", "f8"),  # largest trace of a plot's covariance, or of a track's in the index of a picture
        ("here", "f8"),  # trace of the position covariance of the track at hand,
        ("mixed", "f8"),  # of twice its covariance with velocity,
        ("speed", "f8"),  # and of the velocity covariance
        ("distance", "f8"),
        ("log_det", "f8"),
        ("a", "f8", (3, 3)),
        ("b", "f8", (3, 3)),
        ("s", "f8", (3, 3)),
        ("w", "f8", (3, 3)),
        ("q", "f8", (3, 3)),
        ("k", "f8", (3, 3)),
        ("l", "f8", (3, 3)),
        ("j", "f8", (3, 3)),
        ("t", "f8", (3, 3)),
        ("u", "f8", (3, 3)),
        ("v", "f8", (3, 3)),
        ("nu", "f8", (3,)),
        ("x", "f8", (6,)),
        ("p", "f8", (6, 6)),
        ("low", "f8", (3,)),  # box around the gates of the track at hand
        ("high", "f8", (3,)),
        ("held", "f8", (3, 3)),
        ("z", "f8", (3,)),  # position and covariance as which the extended filter takes a plot
        ("r", "f8", (3, 3)),
        ("least", "f8", (3,)),  # box around the plots of the batch
        ("most", "f8", (3,)),
    ],
    align=True,
)
"""Scratch: 3 x 3 blocks and the summary of a batch."""

PAIRS_PER_TRACK_OR_PLOT: Final = 32
"""Room for pairs in the scratch, per track or plot, whichever are more."""


class Scratch(NamedTuple):
    """Working space of `step`, one per worker. Its content carries nothing from one call to the next."""

    rows: Rows
    cells: Rows
    pairs: Rows
    keys: Rows  # of plots, or of the tracks of a picture
    order: NDArray[np.int64]  # of the same
    row_keys: Rows
    row_order: NDArray[np.int64]
    other: NDArray[np.int64]
    picked: NDArray[np.int64]  # cells of one search, or slots of the remote tracks of a picture
    firm: NDArray[np.int64]  # slots of the firm tracks that a batch may concern
    tentative: NDArray[np.int64]
    work: Rows


def make_tracks(capacity: int) -> Rows:
    """Empty tracks, (capacity,) of TRACK. Slots of several nodes may lie in one array."""
    return np.zeros(capacity, TRACK)


def make_plots(capacity: int) -> Rows:
    """Empty plots, (capacity,) of PLOT."""
    return np.zeros(capacity, PLOT)


def make_changes(capacity_tracks: int) -> Rows:
    """A change log that no step of a node with `capacity_tracks` slots can overfill, (3 capacity,) of CHANGE."""
    return np.zeros(3 * capacity_tracks, CHANGE)


def make_state() -> Rows:
    """Counters of one node at the start, (1,) of TRACKER_STATE."""
    return np.zeros(1, TRACKER_STATE)


def make_scratch(capacity_tracks: int, capacity_plots: int) -> Scratch:
    """Working space for nodes of at most `capacity_tracks` slots and batches of at most `capacity_plots` plots."""
    most = max(capacity_tracks, capacity_plots, 1)
    return Scratch(
        rows=np.zeros(max(capacity_tracks, 1), ROW),
        cells=np.zeros(most, CELL),
        pairs=np.zeros(PAIRS_PER_TRACK_OR_PLOT * most, PAIR),
        keys=np.zeros(most, SORT_KEY),
        order=np.zeros(most, np.int64),
        row_keys=np.zeros(max(capacity_tracks, 1), SORT_KEY),
        row_order=np.zeros(max(capacity_tracks, 1), np.int64),
        other=np.zeros(most, np.int64),
        picked=np.zeros(2 * most, np.int64),
        firm=np.zeros(max(capacity_tracks, 1), np.int64),
        tentative=np.zeros(max(capacity_tracks, 1), np.int64),
        work=np.zeros(1, WORK),
    )


def gate_of_probability(probability: float) -> float:
    """Squared Mahalanobis distance in three dimensions that a true plot stays below with `probability`.

    Source: the chi-square quantile with 3 degrees of freedom; Y. Bar-Shalom, X. R. Li, T. Kirubarajan, Estimation with
    Applications to Tracking and Navigation, 2001, sect. 1.5.4.

    Raises
    ------
    OutOfRangeError
        When `probability` is not inside (0, 1).
    """
    if not 0.0 < probability < 1.0:
        raise OutOfRangeError(f"gate_probability = {probability:g} is outside (0, 1). Use for example 0.999.")
    from scipy.special import gammaincinv  # noqa: PLC0415 - slow to import, needed once per scenario

    return 2.0 * float(gammaincinv(1.5, probability))


def _require(name: str, value: float, low: float, high: float) -> float:
    if not low <= value <= high:
        raise OutOfRangeError(f"tracker: {name} = {value:g} is outside {low:g} to {high:g}. Use a value in range.")
    return value


def make_config(
    *,
    confirm_hits: int,
    confirm_window: int,
    drop_after_updates: int,
    process_noise_m2ps3: float,
    gate_probability: float,
    max_speed_mps: float,
    capacity: int,
    vertical_noise_reduction: float = 0.0,
    max_climb_mps: float | None = None,
    first_slot: int = 0,
    tentative_misses: int = 0,
    flat: bool = False,
    by_distance: bool = False,
    speed_gate: bool = True,
    resolution_sigmas: float = 0.0,
) -> Rows:
    """Settings of one node's tracker, (1,) of TRACKER_CONFIG.

    Parameters
    ----------
    confirm_hits, confirm_window : int
        A track is firm after `confirm_hits` plots in `confirm_window` looks; 1 <= hits <= window.
    drop_after_updates : int
        A firm track without a plot for more than this many update periods is dropped; at least 1.
    process_noise_m2ps3 : float
        Power density of the white acceleration. [m2/s3] at least 0
    gate_probability : float
        Share of true plots inside the gate. (0, 1)
    max_speed_mps : float
        Fastest target looked for; also sets the velocity uncertainty of a new track. [m/s] above 0
    capacity, first_slot : int
        The node's slots in the array of tracks.
    vertical_noise_reduction : float
        Share by which the process noise is smaller along the local vertical. 0 to 1
    max_climb_mps : float, optional
        Fastest climb or descent, for the velocity uncertainty of a new track; `max_speed_mps` when absent. Leave it so where
        ballistic targets are looked for. [m/s] above 0, at most `max_speed_mps`
    tentative_misses : int
        Looks in a row that a tentative track may miss; 0 for as many as the window allows.
    flat : bool
        Whether positions are east, north, up of a flat frame instead of ECEF.
    by_distance : bool
        Whether rivals for a plot are ranked by distance alone instead of by likelihood.
    speed_gate : bool
        Whether a plot must also lie where a target of `max_speed_mps` can be.
    resolution_sigmas : float
        Two firm tracks that are closer than so many sigmas of a plot may share it. At least 0

    Raises
    ------
    OutOfRangeError
        With the offending setting.
    """
    config = np.zeros(1, TRACKER_CONFIG)
    row = config[0]
    row["confirm_window"] = _require("confirm_window", confirm_window, 1, 1000)
    row["confirm_hits"] = _require("confirm_hits", confirm_hits, 1, confirm_window)
    row["drop_after_updates"] = _require("drop_after_updates", drop_after_updates, 1, 1_000_000)
    row["process_noise_m2ps3"] = _require("process_noise_m2ps3", process_noise_m2ps3, 0.0, math.inf)
    row["vertical_noise_reduction"] = _require("vertical_noise_reduction", vertical_noise_reduction, 0.0, 1.0)
    row["gate"] = gate_of_probability(gate_probability)
    row["max_speed_mps"] = _require("max_speed_mps", max_speed_mps, math.ulp(0.0), math.inf)
    if max_climb_mps is not None:
        row["max_climb_mps"] = _require("max_climb_mps", max_climb_mps, math.ulp(0.0), max_speed_mps)
    row["capacity"] = _require("capacity", capacity, 1, 2**31 - 1)
    row["first_slot"] = _require("first_slot", first_slot, 0, 2**31 - 1)
    row["tentative_misses"] = _require("tentative_misses", tentative_misses, 0, 1000)
    row["flat"] = int(flat)
    row["by_distance"] = int(by_distance)
    row["resolution"] = _require("resolution_sigmas", resolution_sigmas, 0.0, 100.0)
    row["reach_mps"] = max_speed_mps if speed_gate else SPEED_OF_LIGHT_MPS
    return config
