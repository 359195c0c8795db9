"""The arrays of tracks with banks of models, beyond those of `records`."""

from typing import Final, NamedTuple

import numpy as np

from openiads.tracking.jpda import make_jpda_scratch
from openiads.tracking.motion import MODE
from openiads.tracking.records import PAIRS_PER_TRACK_OR_PLOT, Rows, Vector
from openiads.tracking.tools import TOOLS

BANK_CONFIG: Final = np.dtype(
    [
        ("estimator", "i8"),
        ("joint", "i8"),  # 1: joint probabilistic association of firm tracks
        ("sequential", "i8"),  # 1: confirmed and deleted by likelihood ratio
        ("upper", "f8"),
        ("lower", "f8"),
        ("gate_probability", "f8"),
    ],
    align=True,
)
"""Settings beyond TRACKER_CONFIG."""

LOOK: Final = np.dtype(
    [
        ("p_detection", "f8"),
        ("clutter", "f8"),  # false plots per scan and per m, rad, rad of range, azimuth, elevation
        ("sigma_rate_mps", "f8"),  # NaN where range rate is not measured
    ],
    align=True,
)
"""What one sensor sees."""

LIFE: Final = np.dtype([("ratio", "f8"), ("looks", "i8"), ("hit_ns", "i8")], align=True)
"""Of one track: log-likelihood ratio, looks counted in it, time of the last plot that was likely its own."""

ALL_IN_ONE: Final = 0.5
"""A plot belongs to a track, and a track has a plot, where that is more likely than not."""


MIXED: Final = 0
AHEAD: Final = 1
TRIAL: Final = 2
TOTAL: Final = 3


class BankScratch(NamedTuple):
    """Working space and models of a bank."""

    models: Rows
    transition: Vector
    sets: Rows
    """(4, m) of MODE, for the track at hand: mixed; moved to a plot's time; with a plot taken in; sums over plots."""
    whole: Rows
    """(2,): a bank as one estimate."""
    tools: Rows
    joint_pairs: Rows
    joint_rows: Rows


def make_bank_scratch(models: Rows, transition: Vector, tracks: int, pairs: int) -> BankScratch:
    """Working space for a bank of these models."""
    joint = make_jpda_scratch(tracks, pairs)
    sets, whole = np.zeros((4, len(models)), MODE), np.zeros(2, MODE)
    return BankScratch(models, transition, sets, whole, np.zeros(1, TOOLS), joint.pairs, joint.rows)


def pairs_room(tracks: int, plots: int) -> int:
    """How many pairs the scratch for so many tracks and plots holds."""
    return PAIRS_PER_TRACK_OR_PLOT * max(tracks, plots, 1)
