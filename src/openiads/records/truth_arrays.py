"""Which arrays of the state hold truth: only sensing and the engine's resolve step may be given them."""

from typing import Final

TRUTH_ARRAYS: Final = (
    "objects",
    "stages",
    "track_truth",
    "plot_truth",
    "shot_truth",
    "shot_index",
    "identity_index",
    "associations",
    "plot_log",
    "counts",
    "seen",
    "message_truth",
    "pair_truth",
    "pair_stages",
    "pair_index",
)
"""Arrays of `State` that hold truth or that command, engagement and assessment must not read."""
