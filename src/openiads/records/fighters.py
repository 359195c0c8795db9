"""Arrays about defensive fighters and about what command posts were told of magazines: of a case, and of a replication."""

from typing import Final

import numpy as np

HOME, ORDERED, FLYING, RETURNING, SPENT = 0, 1, 2, 3, 4
"""What a pair does: it is ready, readies itself on an order, is on its way, is on its way home or being turned round, has no
sortie left."""

RECALLS: Final = ("track_lost", "identity_or_rules", "missiles", "out_of_reach")
"""Why a pair is recalled: nobody holds its track any more; the rules do not allow it any more; a fire unit is at the target; the
target cannot be met any more within the radius and outside the zones of missiles."""

TRACK_ENDED, NOT_ALLOWED, LEFT_TO_MISSILES, NOT_IN_REACH = range(len(RECALLS))

FIGHTERS = np.dtype(
    [
        ("name", "u8"),
        ("node", "i4"),  # command post that orders its pairs, on its own picture
        ("superior", "i4"),  # node above that post; -1: none
        ("approval", "i4"),  # desk of that node that decides beside the post's; -1: none
        ("desk", "i4"),  # desk of the post: 0 the ordinary one, 1 that for voice
        ("weapons", "i4"),  # HOLD, TIGHT or FREE
        ("zone_first", "i4"),  # into `fighter_zones`: sectors of weapons of the post and those above it, nearest first
        ("zone_count", "i4"),  # how many rows
        ("nearest_rule", "i4"),  # 1: the nearest echelon that has a sector counts; 0: the strictest of all
        ("keep_first", "i4"),  # into `fighter_zones`: zones of missiles, in which its pairs meet nobody
        ("keep_count", "i4"),  # how many rows
        ("ground_m", "f8"),  # height above sea level of the ground of the post, for classes of tracks
        ("base_m", "f8", (3,)),  # ECEF of where its pairs start from
        ("order_ns", "i8"),  # from the decision to the pair
        ("ready_ns", "i8"),  # from the order to the take-off
        ("speed_mps", "f8"),  # mean speed from the take-off on
        ("radius_m", "f8"),  # farthest from the base at which a pair meets anything
        ("turnaround_ns", "i8"),  # from the landing until the pair is ready again
        ("sorties", "i4"),  # of each pair; 0: no limit
        ("max_track_age_ns", "i8"),  # oldest track on which pairs are ordered and meet
        ("p_kill", "f8"),  # that a pair stops what it meets
        ("kind_factor", "f8", (5,)),  # on it, by KINDS
        ("takes", "i4", (4,)),  # 1: pairs are sent at tracks of this class, by CLASSES
        ("pair_first", "i4"),  # into `pairs`
        ("pair_count", "i4"),  # of its own; those behind them are for counterfactuals
        ("pair_rows", "i4"),  # both together
    ],
    align=True,
)
"""A base of fighters: pairs that are alike, ordered by one post."""

PAIRS = np.dtype(
    [
        ("status", "i4"),  # HOME, ORDERED, FLYING, RETURNING or SPENT
        ("base", "i4"),  # index of its base
        ("slot", "i4"),  # of the post's track that it was sent at
        ("number", "i8"),  # number of that track
        ("due_ns", "i8"),  # take-off, meeting or readiness; NEVER: nothing is due
        ("off_ns", "i8"),  # take-off
        ("sorties", "i4"),  # flown so far
        ("sortie", "i4"),  # counter of the base's sorties, from 0
    ],
    align=True,
)

PAIR_TRUTH = np.dtype(
    [
        ("object", "i4"),  # what the track that it was sent at followed then; -1: nothing
    ],
    align=True,
)

PAIR_STAGES = np.dtype(
    [
        ("met", "i4"),  # most conditions met: `FIGHTER_CHAIN[met]` is unmet
        ("failed", "i4"),  # bit k: `PAIR_FAILURES[k]` became of a pair that was sent at it
        ("sent", "i4"),  # pairs that took off at a track of it
    ],
    align=True,
)
"""How far the chain of one base got with one object, in truth."""

FIGHTER_CHAIN: Final = (
    "track_quality",
    "identity",
    "rules",
    "link",
    "fighter_reach",
    "no_pair",
    "decision_queue",
    "committed",
)
"""Conditions that a track meets before a pair is sent at it, each named by its failure; the last stands for none unmet."""

PAIR_FAILURES: Final = (
    "identity",
    "link",
    "track_quality",
    "fighter_reach",
    "shot_spent_on_false_or_decoy",
    "missed_shot",
)
"""What became of pairs that were sent in vain, as causes of the ledger, the one that came furthest last."""

MOST_TYPES = 36
"""Types of missiles of which a report of a magazine has room to tell."""

REPORTS = np.dtype(
    [
        ("known", "i4"),  # 1: a report has come
        ("left", "i4"),  # missiles of this type that the unit had ready
        ("sent_ns", "i8"),  # when it said so
    ],
    align=True,
)
"""What a node was last told of one type of missile of a unit."""
