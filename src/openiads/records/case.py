"""What a scenario becomes once: the frozen arrays that every replication reads.

One structured array per family; entities are sorted by name, so that the order in a file means nothing. Positions are
ECEF metres, angles radians, times whole nanoseconds since the start of the scenario. Owner: `engine.lowering`; the walk only
reads.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

LOOK, FRAME, COMMAND, LINK, OBJECT_END, NODE_OUTAGE = 1, 2, 3, 4, 5, 6
"""Kinds of instants of the calendar, in the order in which they are taken at the same nanosecond (5 and 6 first: see RANKS)."""

RANKS = {OBJECT_END: 0, NODE_OUTAGE: 0, LOOK: 1, FRAME: 2, LINK: 3, COMMAND: 4}
"""Order of the kinds at the same nanosecond: an object that ends is not looked at; command sees all that came in."""

FRONT, SIDE, REAR = 0, 1, 2
FRIENDLY, NEUTRAL, HOSTILE = 0, 1, 2
HOLD, TIGHT, FREE = 0, 1, 2
SHOOT_LOOK_SHOOT, SALVO_2, SHOOT_SHOOT_LOOK, SALVO = 0, 1, 2, 3
ROTATING, MULTIFUNCTION = 0, 1
CONSTANT, UNIFORM, LOGNORMAL, EXPONENTIAL = 0, 1, 2, 3
"""How the latency of a link is distributed."""

REFUSE_NEW, REPLACE_OLDER = 0, 1
"""What a full or busy link does with a message: no place is no place, or a newer report takes that of the same track's."""

TELL_ALL, TELL_NOT_FRIENDLY, TELL_HOSTILE = 0, 1, 2
"""Of which identities a link carries tracks."""

CALENDAR = np.dtype(
    [
        ("at_ns", "i8"),  # when
        ("rank", "i4"),  # order of the kind at the same time
        ("kind", "i4"),  # LOOK, FRAME, COMMAND, LINK, OBJECT_END or NODE_OUTAGE
        ("index", "i4"),  # radar, node, link or object
        ("number", "i4"),  # of that radar's sector or frame, of that node's or link's cycle: indexes draws; outage: 1 begins
        ("first", "i8"),  # first row in `looks` (LOOK) or `candidates` (FRAME)
        ("count", "i4"),  # how many
    ],
    align=True,
)

LOOKS = np.dtype(
    [
        ("at_ns", "i8"),  # when the beam crosses the object
        ("object", "i4"),
        ("turn", "i4"),  # turn of the antenna: indexes the draws of this look
        ("aspect", "i4"),  # FRONT, SIDE or REAR
        ("range_m", "f8"),  # slant range
        ("azimuth_rad", "f8"),  # clockwise from north at the radar
        ("elevation_rad", "f8"),  # geometric, at the radar
        ("snr_1m2_db", "f8"),  # SNR that 1 m2 would give, through the air and over the surface
    ],
    align=True,
)

CANDIDATES = np.dtype(
    [
        ("object", "i4"),
        ("azimuth_rad", "f4"),  # at the middle of the frame; the candidates of a frame are sorted by it
        ("elevation_rad", "f4"),
        ("margin_rad", "f4"),  # how far it moves until either end of the frame
        ("stretch", "f4"),  # azimuth that one unit of angle across the line of sight spans: 1 / cos(elevation)
        ("path_db", "f4"),  # what gas, rain, surface and canceller add to the SNR at the middle of the frame
    ],
    align=True,
)
"""Objects that a multifunction radar could see during a frame."""

OBJECTS = np.dtype(
    [
        ("name", "u8"),  # hash that keys its draws
        ("side", "i4"),
        ("swerling", "i4"),
        ("start_ns", "i8"),
        ("end_ns", "i8"),
        ("end_state", "i4"),  # index into END_STATES of what happens at end_ns
        ("knot_first", "i8"),  # into `knots`
        ("knot_count", "i4"),
        ("knot_step_ns", "i8"),
        ("rcs_db", "f8", (3,)),  # dB above 1 m2: front, side, rear
        ("reflectors_db", "f8"),  # with reflectors, all sectors; NaN: it has none
        ("reflector_share", "f8"),  # share of sorties flown with them
        ("sortie_sigma_db", "f8"),  # spread of the sorties' RCS about the median
        ("decorrelation_ns", "i8"),  # how long a fluctuation (Swerling 1, 3) holds; 0: every look has its own
        ("decoy", "i4"),  # 1: it is there to be shot at
        ("relief", "i4"),  # links of the chain restored for it: bits of `records.chain`; 0 in every run
        ("compliance", "f8"),  # probability that it keeps out of a separation zone it would cross; 0: none in its way
        ("kind", "i4"),  # index into KINDS
        ("kill_factor", "f8"),  # by which its countermeasures multiply the kill probability of what meets it; 1: none
        ("iff_modes", "i4"),  # MODE_ bits that its transponder answers
        ("p_iff_working", "f8"),  # what holds for a whole sortie, as the next three
        ("p_iff_code", "f8"),
        ("p_flight_plan", "f8"),
        ("p_corridor", "f8"),
        ("crewed", "i4"),  # 1: an aircraft; 0: a missile, a drone or a decoy
    ],
    align=True,
)

WINDOWS = np.dtype(
    [
        ("above_ns", "i8"),  # first above horizon and terrain, within the elevation limits of a radar of the node; -1: never
        ("from_ns", "i8"),  # first decision of the fire unit that could lead to an intercept on the true path; -1: never
        ("to_ns", "i8"),  # last such decision
        ("out", "i4"),  # 1: the node is out of action at some of these decisions
    ],
    align=True,
)
"""What the true path of an object offers a node: nothing here depends on the replication, nothing on what anybody knows."""

KNOTS = np.dtype([("position_m", "f8", (3,)), ("velocity_mps", "f8", (3,))], align=True)
"""Truth paths: ECEF position and velocity at even time steps, joined by cubic Hermite arcs."""

RADARS = np.dtype(
    [
        ("name", "u8"),  # hash of node and role
        ("node", "i4"),
        ("kind", "i4"),
        ("antenna", "i4"),  # row of its antenna's state: that of its fire unit, or one after those; -1: it rotates
        ("site_m", "f8", (3,)),  # ECEF of the antenna
        ("axes", "f8", (3, 3)),  # rows east, north, up
        ("foot_m", "f8", (3,)),  # ECEF of the point of the ellipsoid below it
        ("height_m", "f8"),  # antenna above the ellipsoid
        ("refraction_factor", "f8"),
        ("gain_db", "f8"),  # SNR on 1 m2 at 1 km
        ("p_fa", "f8"),
        ("threshold", "f8"),  # on the power of one look, unit mean noise
        ("pulses", "i4"),
        ("pd_row", "i4", (5,)),  # row of `pd_table` by Swerling case
        ("noise_db", "f8", (5,)),  # mean SNR below which a look is no more than noise, by Swerling case
        ("beam_azimuth_rad", "f8"),
        ("beam_elevation_rad", "f8"),
        ("resolution_m", "f8"),
        ("floor_range_m", "f8"),
        ("floor_azimuth_rad", "f8"),
        ("floor_elevation_rad", "f8"),
        ("instrumented_m", "f8"),
        ("elevation_min_rad", "f8"),
        ("elevation_max_rad", "f8"),
        ("sector_half_rad", "f8"),
        ("slew_radps", "f8"),
        ("boresight_rad", "f8"),  # at the start
        ("period_ns", "i8"),  # rotation or frame
        ("sectors", "i4"),  # calendar rows per rotation
        ("dwells", "i4"),  # dwell budget of a frame
        ("columns", "i4"),  # beam columns of the search raster
        ("column_dwells", "i4"),  # dwells that one column costs
        ("false_alarm_mean", "f8"),  # per LOOK row, or per dwell of a frame
        ("clutter_share", "f8"),  # share of the false alarms that lie in patches of clutter
        ("clutter_patch_m", "f8"),  # depth of a patch
        ("mask_row", "i4"),  # which terrain mask; -1: none
        ("missile_dwells", "i4"),  # dwells of a frame that each missile at a track costs, beside the dwell on the track
    ],
    align=True,
)

NODES = np.dtype(
    [
        ("name", "u8"),
        ("fire_unit", "i4"),  # -1: it does not shoot
        ("networked", "i4"),  # whether a link in use ends here
        ("friend_correct", "f8"),
        ("friend_as_hostile", "f8"),
        ("neutral_correct", "f8"),
        ("neutral_as_hostile", "f8"),
        ("hostile_correct", "f8"),
        ("hostile_as_friend", "f8"),
        ("identify_delay_ns", "i8"),  # after the track became firm
        ("remote_hold_ns", "i8"),  # how long a track from a link lives without news
        ("friend_alone", "f8"),  # instead of `friend_correct` while no link brings a sign of life
        ("alone_ns", "i8"),  # without a sign of life on any link for so long it acts on its own; -1: it never does
        ("alone_weapons", "i4"),  # HOLD, TIGHT or FREE then
        ("assigns", "i4"),
        ("hold_ns", "i8"),  # how long an order of it holds
    ],
    align=True,
)

MODE_CIVIL, MODE_4, MODE_5, MODE_NATIONAL = 1, 2, 4, 8
"""Bits of the modes of identification that a transponder answers or an interrogator asks."""

EVIDENCE = np.dtype(
    [
        ("weighs", "i4"),  # 1: the node identifies by evidence; 0: by its table, and most of this says nothing
        ("modes", "i4"),  # MODE_ bits that it asks
        ("procedures", "i4"),  # whether it knows flight plans and corridors
        ("repeat_ns", "i8"),  # between two interrogations of a track
        ("p_reply", "f8"),  # one that could be answered is
        ("p_false_reply", "f8"),  # one that could not is read as answered
        ("p_plan_match", "f8"),
        ("p_plan_false", "f8"),
        ("p_corridor_seen", "f8"),
        ("p_corridor_false", "f8"),
        ("p_type_right", "f8"),
        ("p_told_right", "f8"),
        ("missile_mps", "f8"),  # motion as a missile: from this speed
        ("missile_dive", "f8"),  # and this sine of the angle of descent on
        ("declare", "f8", (3,)),  # by side, as the next ones: probability from which it is declared
        ("log_prior", "f8", (3,)),
        ("working", "f8", (3,)),  # believed shares of the sorties of a side
        ("civil", "f8", (3,)),
        ("code", "f8", (3,)),
        ("plan", "f8", (3,)),
        ("corridor", "f8", (3,)),
        ("crewed", "f8", (3,)),
        ("as_missile", "f8", (3,)),
        ("rule", "i4"),  # 1: what moves as a missile and is not held friendly is declared hostile
        ("rule_mps", "f8"),
        ("rule_dive", "f8"),  # sine of the angle of descent
        ("false_interval_ns", "f8"),  # mean time between false ballistic tracks; 0: none
        ("false_duration_ns", "i8"),
        ("false_range_m", "f8"),
        ("false_mps", "f8"),
        ("capture_m", "f8"),  # within which a missile fired at one meets a real object
    ],
    align=True,
)
"""How a node weighs evidence about an identity, and which documented mechanisms of error it has."""

FIRE_UNITS = np.dtype(
    [
        ("name", "u8"),
        ("node", "i4"),
        ("radar", "i4"),  # engagement radar
        ("weapons", "i4"),  # HOLD, TIGHT or FREE
        ("reaction_ns", "i8"),
        ("cycle_ns", "i8"),
        ("channels_targets", "i4"),
        ("channels_missiles", "i4"),
        ("doctrine", "i4"),
        ("max_track_age_ns", "i8"),
        ("assess_delay_ns", "i8"),
        ("p_miss_kill", "f8"),  # a kill is taken for a miss
        ("p_false_kill", "f8"),  # a miss is taken for a kill
        ("reattack_ns", "i8"),  # a target held dead is fired at again when its track still lives after this
        ("missile_first", "i4"),
        ("missile_count", "i4"),
        ("ground_m", "f8"),  # height above sea level of the ground that it stands on
        ("salvo", "i4"),  # missiles that one decision plans
        ("salvo_step_ns", "i8"),  # between two launches of a salvo
        ("most_missiles", "i4"),  # at one track; 0: no limit
        ("preferred", "i4", (4, 8)),
        ("reattack_hits", "i4"),  # plots of a track held dead after which it is taken for alive; 0: `reattack_ns` decides
        ("launcher_first", "i4"),  # into `launchers`
        ("launcher_count", "i4"),  # 0: launchers do not limit the fire
        ("launch_step_ns", "i8"),  # between two launches from one launcher
        ("ready_share", "f8"),  # probability that a launcher is in order in a replication
        ("out_first", "i4"),  # into `marches`: when it is on the march, not emplaced or otherwise out of action
        ("out_count", "i4"),
        ("zone_first", "i4"),  # into `zones`: sectors of its own and of those above it, nearest echelon first
        ("zone_count", "i4"),
        ("nearest_rule", "i4"),  # 1: the nearest echelon that has a sector counts; 0: the strictest of all
        ("superior", "i4"),  # node that it reports to; -1: none
        ("approval", "i4"),  # desk of the superior that decides beside its own; -1: none
        ("centralised", "i4"),  # 1: it engages what its superior orders, and decides by itself only when it is alone
        ("by_threat", "i4"),  # 1: it takes its tracks by the value that they threaten; 0: by the time to the nearest asset
        ("any_launch", "i4"),  # 1: it has missiles that may leave on the track of another node
        ("supply_first", "i4"),  # into `supplies`
        ("supply_count", "i4"),
        ("watches", "i4"),  # 1: it has missiles whose needs are asked for at each command cycle
    ],
    align=True,
)

MISSILES = np.dtype(
    [
        ("fire_unit", "i4"),
        ("count", "i4"),
        ("min_range_m", "f8"),
        ("max_range_m", "f8"),
        ("max_range_ballistic_m", "f8"),
        ("min_altitude_m", "f8"),  # above sea level, as the next one
        ("max_altitude_m", "f8"),
        ("max_target_speed_mps", "f8"),
        ("p_kill", "f8"),
        ("flight_first", "i4"),  # time-of-flight table: rows of `flight`
        ("flight_count", "i4"),
        ("name", "u8"),  # hash of what its batch is called
        ("farthest_m", "f8"),  # largest range of any target
        ("max_crossing_m", "f8"),  # farthest that the line of a target may pass the unit at; infinite: no limit
        ("crossing_factor", "f8"),  # on the kill probability, at `max_crossing_m`; linear from 1
        ("kind_factor", "f8", (5,)),  # on the kill probability, by KINDS
        ("p_batch_failure", "f8"),  # all of its batch fail in a replication
        ("p_common_failure", "f8"),  # all of them fail at one object in a replication
        ("speed_first", "i4"),  # rows of `speed_limits`
        ("speed_count", "i4"),
        ("ballistic_min_altitude_m", "f8"),  # limits for ballistic objects, on top of the others
        ("ballistic_max_speed_mps", "f8"),
        ("dive_min_rad", "f8"),
        ("dive_max_rad", "f8"),
        ("handover_m", "f8"),  # largest standard error of the predicted point of intercept; infinite: no limit
        ("launch_need", "i4"),  # NOBODY, ANYBODY or OWN_RADAR: at the launch,
        ("midcourse_need", "i4"),  # up to the last `terminal_ns`,
        ("terminal_need", "i4"),  # and in them
        ("terminal_ns", "i8"),
        ("reserved_class", "i4"),  # its last `reserved` missiles are kept for this class; -1: for none
        ("reserved", "i4"),
        ("spare", "i4"),  # not on launchers at the start: what a reload takes
        ("reload_ns", "i8"),
        ("per_launcher", "i4"),
        ("gap_ns", "i8"),  # longest time in flight without whoever must hold the track; -1: asked only where needs change
    ],
    align=True,
)

FLIGHT = np.dtype([("range_m", "f8"), ("time_s", "f8")], align=True)

LINKS = np.dtype(
    [
        ("name", "u8"),
        ("sender", "i4"),
        ("receiver", "i4"),
        ("tracks", "i4"),  # carries tracks
        ("status", "i4"),  # carries who is engaged
        ("magazine", "i4"),  # carries how many missiles its sender has ready
        ("latency_ns", "i8"),
        ("cycle_ns", "i8"),
        ("p_loss", "f8"),
        ("usable_share", "f8"),
        ("restored", "i4"),  # 1: the mode does not use it, it carries only objects whose link is restored; 0 in every run
        ("orders", "i4"),  # carries orders
        ("boundary", "i4"),  # 1: it leads from one system to another
        ("latency_kind", "i4"),  # CONSTANT, UNIFORM, LOGNORMAL or EXPONENTIAL
        ("spread_ns", "i8"),  # half width of a uniform latency; mean of the exponential tail above `latency_ns`
        ("latency_sigma", "f8"),  # standard deviation of the logarithm of a lognormal latency, whose median is `latency_ns`
        ("service_ns", "i8"),  # time that one message occupies the link; 0: no limit
        ("queue", "i4"),  # messages that may wait or be on the link at a time
        ("full", "i4"),  # REFUSE_NEW or REPLACE_OLDER
        ("tells", "i4"),  # TELL_ALL, TELL_NOT_FRIENDLY or TELL_HOSTILE
        ("gap_first", "i4"),  # into `gaps`
        ("gap_count", "i4"),
    ],
    align=True,
)

GAPS = np.dtype([("from_ns", "i8"), ("to_ns", "i8")], align=True)
"""When a link carries nothing: its own outages and those of the nodes at its ends, joined, in order of time."""

CONTROL = np.dtype(
    [
        ("name", "u8"),
        ("weapons_free_share", "f8"),
        ("duration_ns", "i8"),
        ("ballistic_mps", "f8"),
        ("relief", "i4"),  # all links restored for any object; 0 in every run
        ("fast_mps", "f8"),  # a track faster than this, and not ballistic, is of class FAST
        ("low_m", "f8"),  # a slow track below this height above the ground of the unit is LOW
        ("free_fall", "i4"),  # 1: tracks of ballistic objects are predicted in free fall; 0: straight on
        ("debris_share", "f8"),  # share of the killed objects whose remains go on giving plots
        ("debris_ns", "i8"),  # for how long
    ],
    align=True,
)

Records = NDArray[Any]


class Case(NamedTuple):
    """Everything about a scenario that no replication changes."""

    control: Records  # (1,) CONTROL
    calendar: Records  # (rows,) CALENDAR, sorted
    looks: Records  # LOOKS, in calendar order
    candidates: Records  # CANDIDATES, in calendar order
    objects: Records  # OBJECTS
    knots: Records  # KNOTS
    windows: Records  # (nodes, objects) WINDOWS
    radars: Records  # RADARS
    nodes: Records  # NODES
    evidence: Records  # (nodes,) EVIDENCE
    trackers: Records  # tracking.records.TRACKER_CONFIG, one per node
    fire_units: Records  # FIRE_UNITS
    missiles: Records  # MISSILES, by fire unit
    flight: Records  # FLIGHT
    links: Records  # LINKS
    gaps: Records  # GAPS, by link
    assets_m: NDArray[np.float64]  # (assets, 3) ECEF of what is defended
    pd_table: NDArray[np.float64]  # (rows, grid) see physics.detection
    mask_first: NDArray[np.int64]  # (masks, azimuths + 1) into the two below
    mask_range_m: NDArray[np.float64]
    mask_elevation_rad: NDArray[np.float64]
    radar_object: NDArray[np.uint64]  # (radars, objects) keys of draws that belong to a pair
    node_object: NDArray[np.uint64]  # (nodes, objects)
    speed_limits: Records  # SPEED_LIMITS, by missile
    launchers: Records  # LAUNCHERS, by fire unit
    marches: Records  # MARCHES, by fire unit
    supplies: Records  # SUPPLIES, by fire unit and time
    zones: Records  # ZONES, by fire unit
    assets: Records  # ASSETS, as `assets_m`
    desks: Records  # (nodes, 2) DESKS: ordinary, voice
    fighters: Records  # records.fighters.FIGHTERS, by name
    fighter_zones: Records  # ZONES, by base: sectors of weapons, then zones of missiles
