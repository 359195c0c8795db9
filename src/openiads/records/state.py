"""The state of one replication: every array that the walk writes. A snapshot is these arrays and nothing else.

What a node knows and what is true lie in different arrays: `records.truth_arrays` names those that only sensing and
the engine's resolve step may be given.
"""

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from openiads.records.arms import MOST_IN_HAND
from openiads.records.tables import TABLES

FREE_SHOT, PLANNED, FLYING, ASSESSING, DONE = 0, 1, 2, 3, 4
CONTENT_TRACKS, CONTENT_STATUS, CONTENT_ORDERS, CONTENT_MAGAZINE = 0, 1, 2, 3
NEVER: Final = 9_223_372_036_854_775_807
"""A due time that does not come."""

USER_ENGAGED_ELSEWHERE, USER_HELD_DEAD, USER_RELIEF = 0, 1, 2
"""Which of a track's `user` words hold: engaged by another unit until; held dead until (both nanoseconds); links of the chain
that are restored for it (bits of `records.chain`), 0 in every run and set in counterfactuals only."""

CLOCK = np.dtype(
    [
        ("seed", "u8"),
        ("replication", "i8"),
        ("row", "i8"),  # next row of the calendar
        ("due_ns", "i8"),  # earliest due time of shots, messages and pairs of fighters
        ("shot_ns", "i8"),  # of shots alone
        ("pair_ns", "i8"),  # of pairs of fighters alone
        ("weapons_free", "i4"),  # this replication runs under the more permissive rule
        ("level", "i4"),  # what is logged: 0 counts, 1 events, 2 full
        ("events", "i8"),  # rows used in each log
        ("associations", "i8"),
        ("plot_rows", "i8"),
        ("track_rows", "i8"),
        ("message_rows", "i8"),
        ("belief_rows", "i8"),
        ("shots", "i8"),  # missiles planned so far
        ("first_shot", "i8"),  # all before this one are over
        ("message_number", "i8"),  # messages sent so far
        ("in_transit", "i8"),  # messages now on their way: places of `queue` in use
        ("overflow", "i8"),  # rows or slots that were wanted and not there
    ],
    align=True,
)

OBJECT_STATE = np.dtype(
    [
        ("present", "i4"),  # not ended yet
        ("end_state", "i4"),  # index into END_STATES; -1 while it lives
        ("end_ns", "i8"),
        ("killed_by", "i4"),
        ("rcs_db", "f8", (3,)),  # this sortie's, by sector
        ("phase", "f8"),  # where in a step its fluctuation starts, 0 to 1
        ("first_detection_ns", "i8"),
        ("first_firm_ns", "i8"),
        ("plots", "i8"),
        ("shots", "i4"),
        ("debris_ns", "i8"),  # until when the remains of a killed object give plots
        ("sortie", "i4"),  # what holds for this sortie: SORTIE_ bits
    ],
    align=True,
)

SORTIE_WORKING, SORTIE_CODE, SORTIE_PLAN, SORTIE_CORRIDOR = 1, 2, 4, 8
"""Transponder works, right code, flight plan filed, corridor kept."""

STAGES = np.dtype(
    [
        ("detected_ns", "i8"),  # first plot of it by a radar of the node; -1: never, as for all instants here
        ("firm_ns", "i8"),  # first firm track of it from own plots
        ("identified_ns", "i8"),  # first answer to an interrogation
        ("identity", "i4"),  # last such answer, index into IDENTITIES; -1: none
        ("met", "i4"),  # most conditions of the chain that held at one decision in time: `LEDGER_CAUSES[met]` is unmet
        ("failed", "i4"),  # FAILED_ bits: how plans and shots at it failed
        ("shots", "i4"),  # missiles launched at tracks of it
        ("assigned_ns", "i8"),
        ("launched_ns", "i8"),
        ("intercept_ns", "i8"),
        ("assessed_ns", "i8"),
    ],
    align=True,
)
"""How far the chain of one node got with one object, in truth."""

FAILED_TRACK, FAILED_ENVELOPE, FAILED_ELSEWHERE, FAILED_MISSED, FAILED_LATE, FAILED_OUT = 1, 2, 4, 8, 16, 32
"""Track lost or stale at launch or intercept; outside the envelope there; met something else; missed; object already gone;
the unit went out of action before its shot was over."""

FAILED_READY, FAILED_GUIDANCE, FAILED_DECISION = 64, 128, 256
"""Unit or launcher not ready at launch; nobody held the track who must; too late or out of reach after waiting for a decision."""

FIRE_UNIT_STATE = np.dtype(
    [
        ("boresight_rad", "f8"),
        ("wanted_rad", "f8"),  # where the antenna is slewing to
        ("boresight_ns", "i8"),  # when `boresight_rad` held
        ("search_column", "f8"),  # where the raster goes on
        ("next_shot", "i4"),
        ("guided", "i4"),  # missiles planned or in flight
        ("supplied", "i4"),  # rows of `supplies` taken so far
        ("checked", "i4"),  # 1: it is known which launchers are in order
    ],
    align=True,
)

SHOTS = np.dtype(
    [
        ("status", "i4"),
        ("fire_unit", "i4"),
        ("missile", "i4"),
        ("number", "i4"),  # counter of the fire unit's launches
        ("track_slot", "i4"),
        ("track_number", "i8"),
        ("due_ns", "i8"),
        ("launch_ns", "i8"),
        ("predicted_ns", "i8"),
        ("intercept_ns", "i8"),
        ("assessed_ns", "i8"),
        ("assessment", "i4"),  # index into ASSESSMENTS
        ("phase", "i4"),  # 0: before the last part of its flight, 1: in it
        ("meet_ns", "i8"),  # when it should meet its target, while `due_ns` is the start of the last part
        ("delayed", "i4"),  # 1: somebody had to decide about it before
        ("held_ns", "i8"),  # when whoever must hold its track was last known to
        ("aim", "f8", (6,)),  # what it was last told about its target: position and velocity, ECEF
        ("aim_ns", "i8"),  # at this time
        ("aim_error_m", "f8"),  # standard errors of both
        ("aim_error_mps", "f8"),
    ],
    align=True,
)

DESK_STATE = np.dtype(
    [
        ("free_ns", "i8", (MOST_IN_HAND,)),  # when each of its people has no decision in hand any more
        ("decisions", "i8"),  # made so far: indexes draws
        ("waited_ns", "i8"),  # time that they waited in all
    ],
    align=True,
)

ASSIGNED_TARGETS = np.dtype(
    [
        ("number", "i8"),  # track of the slot
        ("unit", "i4"),  # fire unit that is to engage it, counted from 1; 0: none
        ("sent", "i4"),  # 1: the order is out
        ("due_ns", "i8"),  # when it is decided
        ("until_ns", "i8"),  # the order holds until
    ],
    align=True,
)
"""What a command post has decided about the track in a slot of its picture."""

LAUNCHER_STATE = np.dtype(
    [
        ("loaded", "i4"),
        ("broken", "i4"),  # 1: not in order in this replication
        ("free_ns", "i8"),  # no launch before
        ("reloaded_ns", "i8"),  # when what is being loaded is ready; NEVER: nothing is
        ("loading", "i4"),
    ],
    align=True,
)

SHOT_TRUTH = np.dtype([("object", "i4"), ("index", "i4"), ("result", "i4")], align=True)

MESSAGES = np.dtype(
    [
        ("link", "i4"),
        ("content", "i4"),
        ("identity", "u1"),
        ("number", "i8"),  # counter of all messages: of two due at once, the one sent first arrives first
        ("origin", "i4"),  # sending node
        ("origin_number", "i8"),  # its track number
        ("due_ns", "i8"),
        ("update_ns", "i8"),
        ("until_ns", "i8"),  # for status: engaged until; for an order: it holds until
        ("order", "i4"),  # for an order: index into ORDERS
        ("sent_ns", "i8"),  # when it was handed to the link
        ("depart_ns", "i8"),  # when the link begins to carry it: before, it waits
        ("x", "f8", (6,)),
        ("p", "f8", (6, 6)),
    ],
    align=True,
)

LINK_STATE = np.dtype(
    [
        ("free_ns", "i8"),  # when the link has carried all that was handed to it
        ("gap", "i4"),  # outages that are over
        ("next_slot", "i4"),  # where the next cycle of a link of limited capacity begins in the sender's picture
        ("orders", "i8"),  # orders sent: indexes their draws
    ],
    align=True,
)

CONTACT = np.dtype(
    [
        ("heard_ns", "i8"),  # last sign of life on a link into the node
        ("down", "i4"),  # 1: it is out of action
        ("weapons", "i4"),  # weapons control that was ordered last: an order of ORDERS, 0: none
        ("weapons_sent_ns", "i8"),  # when that order was sent
        ("weapons_until_ns", "i8"),  # it holds until
    ],
    align=True,
)
"""What a node knows of its links."""

TRACK_ORDERS = np.dtype(
    [
        ("number", "i8"),  # track of the slot that it is about
        ("order", "i4"),  # index into ORDERS
        ("sender", "i4"),
        ("sent_ns", "i8"),
        ("until_ns", "i8"),
    ],
    align=True,
)
"""The last order that a node received about the track in a slot."""

BELIEF = np.dtype(
    [
        ("number", "i8"),  # track of the slot that it is about
        ("next_ns", "i8"),  # when it may be interrogated next
        ("civil_asked", "i4"),
        ("civil_yes", "i4"),  # of them answered; the same for the next pairs
        ("code_asked", "i4"),
        ("code_yes", "i4"),
        ("plan_asked", "i4"),
        ("plan_yes", "i4"),
        ("corridor_asked", "i4"),
        ("corridor_yes", "i4"),
        ("crewed", "i4"),  # what the look of the echo said: SAID_NOTHING, SAID_NO or SAID_YES
        ("as_missile", "i4"),  # 1: it moved as a missile at the last interrogation
        ("told", "i4"),  # last identity that another node reported, index into IDENTITIES; 0: none
        ("own", "i4"),  # what the node would declare without that: this is what it tells others
        ("p", "f8", (3,)),  # probabilities of friendly, neutral, hostile
    ],
    align=True,
)
"""What a node that weighs evidence has gathered about the track in a slot."""

SAID_NOTHING, SAID_NO, SAID_YES = 0, 1, 2

SPURIOUS = np.dtype(
    [
        ("number", "i8"),  # its track, or that of the last one
        ("slot", "i4"),
        ("until_ns", "i8"),  # it lasts until; 0: there has been none
    ],
    align=True,
)
"""The false ballistic track of a fire unit."""

TRAFFIC = np.dtype(
    [
        ("sent", "i8"),
        ("arrived", "i8"),
        ("lost", "i8"),  # on the way, or too poor to use
        ("refused", "i8"),  # no place was free
        ("replaced", "i8"),  # gave its place to a newer report of the same track
        ("cut_off", "i8"),  # the link or a node at its ends was out
    ],
    align=True,
)
"""Messages of one link, content and identity."""

COUNTS = np.dtype([(c.name, "i8") for c in TABLES["counts"].columns[1:]], align=True)

EVENT_LOG = np.dtype(
    [
        ("at_ns", "i8"),
        ("node", "i4"),
        ("event", "i4"),  # index into EVENTS
        ("number", "i8"),  # track number, or -1
        ("detail", "i4"),  # code whose meaning the event defines, or -1
        ("value", "f8"),
    ],
    align=True,
)

ASSOCIATION_LOG = np.dtype(
    [
        ("at_ns", "i8"),
        ("node", "i4"),
        ("reference", "i4"),  # index into REFERENCES
        ("number", "i8"),
        ("object", "i4"),
        ("result", "i4"),
    ],
    align=True,
)

PLOT_LOG = np.dtype(
    [
        ("at_ns", "i8"),
        ("radar", "i4"),
        ("number", "i8"),
        ("range_m", "f8"),
        ("azimuth_rad", "f8"),
        ("elevation_rad", "f8"),
        ("sigma_range_m", "f8"),
        ("sigma_azimuth_rad", "f8"),
        ("sigma_elevation_rad", "f8"),
        ("snr_db", "f8"),
        ("object", "i4"),  # truth: the object it comes from; -1: a false alarm
    ],
    align=True,
)

TRACK_LOG = np.dtype(
    [
        ("at_ns", "i8"),
        ("node", "i4"),
        ("number", "i8"),
        ("status", "i4"),
        ("origin", "i4"),
        ("origin_number", "i8"),
        ("identity", "i4"),
        ("x", "f8", (6,)),
        ("sigma_position_m", "f8"),
        ("sigma_velocity_mps", "f8"),
        ("horizontal_m2", "f8", (3,)),  # covariance in the local horizontal plane: east, north, east with north
    ],
    align=True,
)

BELIEF_LOG = np.dtype(
    [
        ("at_ns", "i8"),
        ("node", "i4"),
        ("number", "i8"),
        ("civil", "i4"),  # this answer: SAID_NOTHING, SAID_NO or SAID_YES, as the next ones
        ("code", "i4"),
        ("plan", "i4"),
        ("corridor", "i4"),
        ("crewed", "i4"),
        ("as_missile", "i4"),
        ("told", "i4"),
        ("identity", "i4"),
        ("p", "f8", (3,)),
    ],
    align=True,
)

MESSAGE_LOG = np.dtype(
    [("at_ns", "i8"), ("link", "i4"), ("number", "i8"), ("content", "i4"), ("due_ns", "i8")],
    align=True,
)

Records = NDArray[Any]


class State(NamedTuple):
    """Everything about one replication that the walk changes."""

    clock: Records  # (1,) CLOCK
    counts: Records  # (1,) COUNTS
    objects: Records  # OBJECT_STATE
    stages: Records  # (nodes, objects) STAGES
    tracks: Records  # tracking.records.TRACK, all nodes
    track_truth: NDArray[np.int32]  # object of the last plot of each track; -1: a false alarm
    node_states: Records  # tracking.records.NODE_STATE
    plots: Records  # tracking.records.PLOT, of the look in hand
    plot_truth: NDArray[np.int32]  # object of each plot; -1: a false alarm
    radar_plots: NDArray[np.int64]  # plots of each radar so far
    fire_units: Records  # FIRE_UNIT_STATE
    missiles_left: NDArray[np.int32]
    shots: Records  # SHOTS
    shot_truth: Records  # SHOT_TRUTH
    shot_index: NDArray[np.int32]  # (objects,) intercepts so far: indexes draws
    identity_index: NDArray[np.int32]  # (nodes, objects) interrogations so far: indexes draws
    messages: Records  # MESSAGES
    queue: NDArray[np.int32]  # (messages,) places: a heap of those in transit, the next one due first; then the free ones
    link_states: Records  # LINK_STATE
    contacts: Records  # (nodes,) CONTACT
    orders: Records  # (tracks,) TRACK_ORDERS, by slot
    traffic: Records  # (links, contents, identities) TRAFFIC
    beliefs: Records  # (tracks,) BELIEF, by slot
    spurious: Records  # (nodes,) SPURIOUS
    belief_log: Records  # BELIEF_LOG
    events: Records  # EVENT_LOG
    associations: Records  # ASSOCIATION_LOG
    plot_log: Records  # PLOT_LOG
    track_log: Records  # TRACK_LOG
    message_log: Records  # MESSAGE_LOG
    seen: NDArray[np.int32]  # (objects,) frame number in which an object was last looked at: scratch
    launchers: Records  # LAUNCHER_STATE
    spare: NDArray[np.int32]  # (missiles,) missiles that a reload may take
    supplied: NDArray[np.int32]  # (missiles,) missiles brought so far
    desks: Records  # (nodes, 2) DESK_STATE
    assigned: Records  # (slots,) ASSIGNED_TARGETS
    message_truth: NDArray[np.int32]  # object of the track that each message is about; -1: a false alarm
    pairs: Records  # records.fighters.PAIRS, by base
    pair_truth: Records  # PAIR_TRUTH
    pair_stages: Records  # (bases, objects) PAIR_STAGES
    pair_index: NDArray[np.int32]  # (objects,) meetings with pairs so far: indexes draws
    reports: Records  # (nodes, missiles) REPORTS
