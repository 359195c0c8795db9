"""What each array of a case, of a state and of a tracker is: the machine-readable half of `docs/reference/records.md`.

The meaning of a field stands behind it as a comment where its dtype is defined; what needs no comment there is told here.
`tools/make_records_page.py` writes the page, and a test refuses a field without a meaning and a page that is stale.
"""

from dataclasses import dataclass
from typing import Final

LOWERING: Final = "engine.lowering"
SIMULATION: Final = "engine.simulation"
NOBODY: Final = "nobody after lowering"


@dataclass(frozen=True)
class Array:
    """One array: its dtype by name (`int32` or the name of a record), its shape, who allocates it and who writes it."""

    dtype: str
    shape: str
    meaning: str
    owner: str
    writer: str


def _case(dtype: str, shape: str, meaning: str) -> Array:
    return Array(dtype, shape, meaning, LOWERING, NOBODY)


def _state(dtype: str, shape: str, meaning: str, writer: str) -> Array:
    return Array(dtype, shape, meaning, SIMULATION, writer)


CASE: Final = {
    "control": _case("CONTROL", "(1,)", "what holds for the whole scenario"),
    "calendar": _case("CALENDAR", "(rows,)", "every instant that all replications share, sorted"),
    "looks": _case("LOOKS", "(looks,)", "geometry of every look of a rotating radar, in calendar order"),
    "candidates": _case("CANDIDATES", "(candidates,)", "what a multifunction radar could see in a frame, in calendar order"),
    "objects": _case("OBJECTS", "(objects,)", "what flies, by name"),
    "knots": _case("KNOTS", "(knots,)", "true paths at even time steps, joined by cubic Hermite arcs"),
    "windows": _case(
        "WINDOWS", "(nodes, objects)", "what the true path of an object offers a node: truth, for the ledger only"
    ),
    "radars": _case("RADARS", "(radars,)", "radars by node, engagement before search"),
    "nodes": _case("NODES", "(nodes,)", "command posts, sensors and fire units, by name"),
    "evidence": _case("EVIDENCE", "(nodes,)", "how each node weighs evidence about an identity"),
    "trackers": _case("TRACKER_CONFIG", "(nodes,)", "settings of each node's tracker"),
    "fire_units": _case("FIRE_UNITS", "(fire units,)", "fire units, by name"),
    "missiles": _case("MISSILES", "(missiles,)", "missiles by fire unit, those of shortest reach first"),
    "flight": _case("FLIGHT", "(rows,)", "time-of-flight tables, one after another"),
    "links": _case("LINKS", "(links,)", "links in use under the network mode, by name"),
    "gaps": _case("GAPS", "(gaps,)", "when links carry nothing, by link and time"),
    "assets_m": _case(
        "float64", "(assets, 3)", "ECEF positions [m] of what is defended; the fire units where nothing is named"
    ),
    "pd_table": _case("float64", "(tables, grid)", "Pd over SNR in dB, one row per Pfa, number of pulses and Swerling case"),
    "mask_first": _case("int64", "(masks, 361)", "where the steps of each degree of azimuth begin in the two arrays below"),
    "mask_range_m": _case("float64", "(steps,)", "ground range [m] at which a step of a terrain mask begins"),
    "mask_elevation_rad": _case("float64", "(steps,)", "apparent elevation [rad] that the step hides"),
    "radar_object": _case("uint64", "(radars, objects)", "hash of the pair: keys draws that belong to radar and object"),
    "node_object": _case("uint64", "(nodes, objects)", "hash of the pair: keys draws that belong to node and object"),
    "speed_limits": _case("SPEED_LIMITS", "(rows,)", "limits of missiles by speed of the target, one after another"),
    "launchers": _case("LAUNCHERS", "(launchers,)", "launchers that limit the fire, by fire unit"),
    "marches": _case("MARCHES", "(times,)", "when fire units are out of action"),
    "supplies": _case("SUPPLIES", "(supplies,)", "missiles that are brought, by fire unit and time"),
    "zones": _case("ZONES", "(sectors,)", "sectors with a state of weapons of their own, by fire unit"),
    "assets": _case("ASSETS", "(assets,)", "what the things that are defended are worth"),
    "desks": _case(
        "DESKS", "(nodes, 2)", "how long decisions of each node take: ordinary ones, and those asked for by voice"
    ),
    "fighters": _case("FIGHTERS", "(bases,)", "bases of defensive fighters, by name"),
    "fighter_zones": _case("ZONES", "(sectors,)", "by base: sectors of weapons, then zones of missiles"),
}
"""Arrays of `records.case.Case`."""

STATE: Final = {
    "clock": _state(
        "CLOCK", "(1,)", "where the walk is, and how full the logs are", "engine, records.log, models.engagement"
    ),
    "counts": _state("COUNTS", "(1,)", "totals for the table `counts`", "models.sensing, engine"),
    "objects": _state("OBJECT_STATE", "(objects,)", "how each object fares", "engine.resolve, engine.shots"),
    "stages": _state("STAGES", "(nodes, objects)", "how far each node's chain got with each object", "engine.stages"),
    "tracks": _state(
        "TRACK",
        "(slots,)",
        "tracks of all nodes; `TRACKER_CONFIG` says which slots are whose",
        "tracking; identity: models.identification; engaged: models.engagement, models.assessment, engine.shots; "
        "user: models.assessment, engine.shots",
    ),
    "track_truth": _state(
        "int32", "(slots,)", "object of the last plot of each track; -1: a false alarm", "engine.resolve, engine.shots"
    ),
    "node_states": _state("TRACKER_STATE", "(nodes,)", "counters of each node's tracker", "tracking"),
    "plots": _state(
        "PLOT", "(room,)", "plots of the look or frame in hand", "models.sensing; position, r, track, new: tracking"
    ),
    "plot_truth": _state("int32", "(room,)", "object of each plot; -1: a false alarm", "models.sensing"),
    "radar_plots": _state("int64", "(radars,)", "plots of each radar so far", "engine.replication"),
    "fire_units": _state(
        "FIRE_UNIT_STATE",
        "(fire units and other antennas,)",
        "antenna, raster and load",
        "engine.replication, engine.shots, models.sensing",
    ),
    "missiles_left": _state("int32", "(missiles,)", "ready missiles", "engine.replication, engine.shots"),
    "shots": _state(
        "SHOTS", "(places,)", "missiles planned, flying, assessed", "models.engagement, engine.shots, models.assessment"
    ),
    "shot_truth": _state("SHOT_TRUTH", "(places,)", "what each missile really met", "engine.shots, engine.resolve"),
    "shot_index": _state("int32", "(objects,)", "intercepts so far: indexes draws", "engine.resolve"),
    "identity_index": _state("int32", "(nodes, objects)", "interrogations so far: indexes draws", "engine.resolve"),
    "messages": _state("MESSAGES", "(room,)", "messages in transit", "models.network, engine.shots"),
    "queue": _state("int32", "(room,)", "places of `messages`: a heap by due time, then the free ones", "models.network"),
    "link_states": _state("LINK_STATE", "(links,)", "load of each link", "models.network, engine.messages"),
    "contacts": _state("CONTACT", "(nodes,)", "what each node knows of its links", "engine.messages, engine.outages"),
    "orders": _state("TRACK_ORDERS", "(slots,)", "last order received about the track in each slot", "models.network"),
    "traffic": _state(
        "TRAFFIC", "(links, contents, identities)", "messages by link, content and identity", "engine.messages"
    ),
    "beliefs": _state(
        "BELIEF", "(slots,)", "evidence gathered about the track in each slot", "models.identification, engine.identity"
    ),
    "spurious": _state("SPURIOUS", "(nodes,)", "false ballistic tracks", "engine.spurious"),
    "belief_log": _state("BELIEF_LOG", "(room,)", "log behind the table `identifications`", "records.log"),
    "events": _state("EVENT_LOG", "(room,)", "log behind the table `events`", "records.log"),
    "associations": _state("ASSOCIATION_LOG", "(room,)", "log behind the table `association`", "records.log"),
    "plot_log": _state("PLOT_LOG", "(room,)", "log behind the tables `plots` and `plot_association`", "records.log"),
    "track_log": _state("TRACK_LOG", "(room,)", "log behind the table `tracks`", "records.log"),
    "message_log": _state("MESSAGE_LOG", "(room,)", "log behind the table `messages`", "records.log"),
    "seen": _state("int32", "(objects,)", "frame in which each object was last looked at", "models.sensing"),
    "launchers": _state("LAUNCHER_STATE", "(launchers,)", "load of each launcher", "models.engagement"),
    "spare": _state("int32", "(missiles,)", "missiles beside the launchers", "models.engagement"),
    "supplied": _state("int32", "(missiles,)", "missiles brought so far", "models.engagement"),
    "desks": _state("DESK_STATE", "(nodes, 2)", "decisions in hand", "models.command"),
    "assigned": _state("ASSIGNED_TARGETS", "(slots,)", "targets that command posts have given to units", "engine.assigning"),
    "message_truth": _state("int32", "(room,)", "object of the track that each message is about", "engine.messages"),
    "pairs": _state("PAIRS", "(pairs,)", "pairs of fighters, by base", "engine.fighters, models.fighters"),
    "pair_truth": _state("PAIR_TRUTH", "(pairs,)", "what each pair was really sent at", "engine.fighter_stages"),
    "pair_stages": _state(
        "PAIR_STAGES", "(bases, objects)", "how far each base got with each object", "engine.fighter_stages"
    ),
    "pair_index": _state("int32", "(objects,)", "meetings with pairs so far: indexes draws", "engine.fighter_stages"),
    "reports": _state("REPORTS", "(nodes, missiles)", "what nodes were told of magazines", "engine.messages"),
}
"""Arrays of `records.state.State`."""

SCRATCH_RECORDS: Final = ("ROW", "CELL", "PAIR", "SORT_KEY", "WORK")
"""Records of the tracker's working space: nothing in them outlives one call, and no other room may rely on them."""

TRACKING_RECORDS: Final = ("TRACK", "PLOT", "TRACKER_CONFIG", "TRACKER_STATE", "CHANGE", "TRACK_MESSAGE")
"""Records of `tracking.records` that others read or fill."""

ECEF: Final = "ECEF"
LOCAL: Final = "east-north-up at the radar"

FRAMES: Final = {
    "position_m": ECEF,
    "velocity_mps": ECEF,
    "site_m": ECEF,
    "foot_m": ECEF,
    "axes": "rows in ECEF",
    "x": ECEF,
    "p": ECEF,
    "position": ECEF,
    "r": ECEF,
    "azimuth_rad": LOCAL,
    "elevation_rad": LOCAL,
    "boresight_rad": LOCAL,
    "wanted_rad": LOCAL,
    "elevation_min_rad": "apparent, at the radar",
    "elevation_max_rad": "apparent, at the radar",
}
"""Frame of a field, by its name."""

COMMON: Final = {
    "at_ns": "when",
    "name": "hash of its name",
    "object": "index of the object; -1: none",
    "node": "index of the node",
    "fire_unit": "index of the fire unit",
    "radar": "index of the radar",
    "link": "index of the link",
    "missile": "index of the missile",
    "number": "track number at the node",
    "status": "see the constants beside the record",
    "identity": "index into IDENTITIES",
    "due_ns": "when it falls due",
    "cycle_ns": "time between two of them",
    "origin": "node that sent the track; -1: its own",
    "origin_number": "track number at the node that sent it",
    "update_ns": "time of the last plot",
    "x": "position [m] and velocity [m/s]",
    "p": "covariance of `x` [m2, m2/s, m2/s2]",
    "range_m": "slant range",
    "azimuth_rad": "clockwise from north",
    "elevation_rad": "above the horizontal",
    "sigma_range_m": "standard error that the radar states",
    "sigma_azimuth_rad": "standard error that the radar states",
    "sigma_elevation_rad": "standard error that the radar states",
    "snr_db": "signal-to-noise ratio at the detector",
}
"""Meaning of a field that says the same in every record, by its name."""

MEANINGS: Final = {
    "CANDIDATES.object": "index of the object",
    "CANDIDATES.azimuth_rad": "in the middle of the frame",
    "CANDIDATES.elevation_rad": "in the middle of the frame",
    "CANDIDATES.margin_rad": "how far it moves in half a frame",
    "OBJECTS.side": "FRIENDLY, NEUTRAL or HOSTILE",
    "OBJECTS.swerling": "fluctuation model, 0 to 4",
    "OBJECTS.start_ns": "when it appears",
    "OBJECTS.end_ns": "when it reaches the end of its path",
    "OBJECTS.knot_count": "how many knots",
    "OBJECTS.knot_step_ns": "time between two knots",
    "KNOTS.position_m": "where it is",
    "KNOTS.velocity_mps": "how it moves",
    "RADARS.kind": "ROTATING or MULTIFUNCTION",
    "RADARS.refraction_factor": "effective earth radius over the real one",
    "RADARS.p_fa": "probability of false alarm of one resolution cell and look",
    "RADARS.pulses": "pulses integrated in one look",
    "RADARS.beam_azimuth_rad": "half-power beamwidth",
    "RADARS.beam_elevation_rad": "half-power beamwidth",
    "RADARS.resolution_m": "range resolution",
    "RADARS.floor_range_m": "error that no signal removes",
    "RADARS.floor_azimuth_rad": "error that no signal removes",
    "RADARS.floor_elevation_rad": "error that no signal removes",
    "RADARS.instrumented_m": "farthest slant range that the receiver listens to",
    "RADARS.elevation_min_rad": "lowest apparent elevation that it covers",
    "RADARS.elevation_max_rad": "highest apparent elevation that it covers",
    "RADARS.sector_half_rad": "half the width of the azimuth sector",
    "RADARS.slew_radps": "how fast the sector turns; 0: fixed",
    "NODES.friend_correct": "probability that a friendly object is declared friendly",
    "NODES.friend_as_hostile": "probability that it is declared hostile",
    "NODES.neutral_correct": "probability that a neutral object is declared neutral",
    "NODES.neutral_as_hostile": "probability that it is declared hostile",
    "NODES.hostile_correct": "probability that a hostile object is declared hostile",
    "NODES.hostile_as_friend": "probability that it is declared friendly",
    "FIRE_UNITS.reaction_ns": "from decision to launch",
    "FIRE_UNITS.channels_targets": "tracks engaged at a time, at most",
    "FIRE_UNITS.channels_missiles": "missiles planned or in flight at a time, at most",
    "FIRE_UNITS.doctrine": "SHOOT_LOOK_SHOOT, SALVO_2, SHOOT_SHOOT_LOOK or SALVO",
    "FIRE_UNITS.max_track_age_ns": "oldest track on which it decides, launches and guides",
    "FIRE_UNITS.assess_delay_ns": "from intercept to verdict",
    "FIRE_UNITS.missile_first": "its first row in `missiles`",
    "FIRE_UNITS.missile_count": "how many rows",
    "MISSILES.count": "ready at the start",
    "MISSILES.min_range_m": "envelope: least slant range",
    "MISSILES.max_range_m": "envelope: greatest slant range",
    "MISSILES.max_range_ballistic_m": "the same against what is faster than `ballistic_mps`",
    "MISSILES.min_altitude_m": "envelope: least height above sea level",
    "MISSILES.max_altitude_m": "envelope: greatest height above sea level",
    "MISSILES.max_target_speed_mps": "envelope: fastest target",
    "MISSILES.p_kill": "single-shot kill probability",
    "MISSILES.flight_count": "how many rows",
    "FLIGHT.time_s": "time to fly that far",
    "MISSILES.ballistic_min_altitude_m": "lowest intercept of a ballistic object above sea level",
    "MISSILES.ballistic_max_speed_mps": "fastest ballistic object",
    "MISSILES.dive_min_rad": "flattest descent of a ballistic object at the intercept",
    "MISSILES.dive_max_rad": "steepest such descent",
    "MISSILES.terminal_ns": "length of the last part of the flight",
    "MISSILES.reserved": "how many are kept",
    "MISSILES.reload_ns": "from an empty launcher to a loaded one",
    "MISSILES.per_launcher": "missiles on one launcher; 0: launchers do not limit them",
    "SPEED_LIMITS.up_to_mps": "fastest target of the class",
    "SPEED_LIMITS.max_range_m": "farthest intercept, slant range",
    "SPEED_LIMITS.max_crossing_m": "farthest that the line of such a target may pass the unit at",
    "MARCHES.from_ns": "first instant out of action",
    "MARCHES.to_ns": "first instant in action again",
    "SUPPLIES.count": "how many",
    "FIRE_UNITS.zone_count": "how many rows",
    "ZONES.from_rad": "first azimuth, clockwise from north",
    "ZONES.width_rad": "from there clockwise",
    "ZONES.far_m": "slant range",
    "DESKS.b": "second parameter",
    "NODES.assigns": "rule by which it gives targets to the units that report to it (`models.command.assigning`); 0: it does not",
    "FIRE_UNITS.preferred": "missiles by class, first choice first; -1: no more, and all -1: those of shortest reach first",
    "FIRE_UNITS.out_count": "how many rows",
    "FIRE_UNITS.supply_count": "how many rows",
    "MISSILES.speed_count": "how many rows",
    "SHOTS.aim_error_mps": "standard error of that velocity",
    "ASSETS.value": "value, in whatever unit the scenario counts",
    "LAUNCHER_STATE.loaded": "missiles on it",
    "LAUNCHER_STATE.loading": "missiles that are being loaded",
    "LINKS.sender": "node",
    "LINKS.receiver": "node",
    "LINKS.latency_ns": "from sending to receiving: the value, the middle, the median or the least",
    "LINKS.gap_count": "how many rows",
    "GAPS.from_ns": "begins",
    "GAPS.to_ns": "is over",
    "TRACK_ORDERS.sender": "node that gave it",
    "TRACK_ORDERS.sent_ns": "when it was sent",
    "TRACK_ORDERS.until_ns": "it holds until",
    "OBJECTS.p_iff_code": "set to the right code",
    "OBJECTS.p_flight_plan": "flight plan filed",
    "OBJECTS.p_corridor": "keeps to ordered corridors",
    "EVIDENCE.p_plan_match": "a filed plan fits its track",
    "EVIDENCE.p_plan_false": "a plan fits a track without one",
    "EVIDENCE.p_corridor_seen": "a track that keeps to its corridor is seen inside",
    "EVIDENCE.p_corridor_false": "one that does not is seen inside",
    "EVIDENCE.p_type_right": "aircraft or not is told rightly",
    "EVIDENCE.p_told_right": "what another node reports is right",
    "EVIDENCE.log_prior": "logarithm of the weight before any evidence",
    "EVIDENCE.civil": "answers civil modes, when the transponder works",
    "EVIDENCE.code": "answers in code, when the transponder works",
    "EVIDENCE.plan": "flight plan filed",
    "EVIDENCE.corridor": "keeps to ordered corridors",
    "EVIDENCE.crewed": "an aircraft",
    "EVIDENCE.as_missile": "moves as a missile",
    "EVIDENCE.rule_mps": "speed from which the rule applies",
    "EVIDENCE.false_duration_ns": "how long one lasts",
    "EVIDENCE.false_range_m": "farthest slant range at which one begins",
    "EVIDENCE.false_mps": "how fast it comes down",
    "BELIEF.civil_asked": "civil interrogations",
    "BELIEF.code_asked": "coded interrogations",
    "BELIEF.code_yes": "of them answered",
    "BELIEF.plan_asked": "comparisons with flight plans",
    "BELIEF.plan_yes": "of them that fitted",
    "BELIEF.corridor_asked": "comparisons with corridors",
    "BELIEF.corridor_yes": "of them inside",
    "BELIEF.p": "probabilities of friendly, neutral, hostile",
    "BELIEF_LOG.code": "coded reply",
    "BELIEF_LOG.plan": "a flight plan fits",
    "BELIEF_LOG.corridor": "seen inside its corridor",
    "BELIEF_LOG.crewed": "an aircraft by the echo",
    "BELIEF_LOG.as_missile": "1: it moved as a missile",
    "BELIEF_LOG.told": "last identity that another node reported, index into IDENTITIES; 0: none",
    "BELIEF_LOG.p": "probabilities of friendly, neutral, hostile",
    "SPURIOUS.slot": "slot of its track",
    "CLOCK.belief_rows": "rows used",
    "TRAFFIC.sent": "handed to the link",
    "TRAFFIC.arrived": "taken in by the receiver",
    "LINKS.p_loss": "probability that a message is lost",
    "LINKS.usable_share": "share of received tracks good enough to use",
    "CONTROL.weapons_free_share": "share of replications in which weapons are free",
    "CONTROL.duration_ns": "length of the scenario",
    "CONTROL.ballistic_mps": "speed above which a track counts as ballistic",
    "CLOCK.seed": "study seed",
    "CLOCK.replication": "which replication",
    "CLOCK.associations": "rows used",
    "CLOCK.plot_rows": "rows used",
    "CLOCK.track_rows": "rows used",
    "CLOCK.message_rows": "rows used",
    "OBJECT_STATE.end_ns": "when it ended; -1 while it lives",
    "OBJECT_STATE.killed_by": "index of the fire unit, or behind them of the base of fighters; -1: none",
    "OBJECT_STATE.first_detection_ns": "first plot of it at any node; -1: never",
    "OBJECT_STATE.first_firm_ns": "first firm track of it at any node; -1: never",
    "OBJECT_STATE.plots": "plots of it so far",
    "OBJECT_STATE.shots": "missiles launched at tracks of it",
    "STAGES.assigned_ns": "first decision to fire at a track of it",
    "STAGES.launched_ns": "first launch at a track of it",
    "STAGES.intercept_ns": "first time a missile fired at a track of it met something or gave up",
    "STAGES.assessed_ns": "first assessment of such a shot",
    "FIRE_UNIT_STATE.boresight_rad": "where the antenna points",
    "FIRE_UNIT_STATE.next_shot": "number of its next launch",
    "SHOTS.status": "FREE_SHOT, PLANNED, FLYING, ASSESSING or DONE",
    "SHOTS.track_slot": "slot of the track it was fired at",
    "SHOTS.track_number": "number of that track: the slot may be used anew",
    "SHOTS.due_ns": "when it is launched, meets its target or is assessed next",
    "SHOTS.launch_ns": "when it leaves or left",
    "SHOTS.predicted_ns": "intercept as predicted at launch",
    "SHOTS.intercept_ns": "when it met its target or gave up; -1: not yet",
    "SHOTS.assessed_ns": "when the verdict came; -1: not yet",
    "SHOT_TRUTH.index": "number of this intercept of the object: indexes draws",
    "SHOT_TRUTH.result": "index into SHOT_RESULTS",
    "MESSAGES.content": "CONTENT_TRACKS, CONTENT_STATUS or CONTENT_ORDERS",
    "MESSAGES.due_ns": "when it arrives",
    "EVENT_LOG.value": "number that the event defines; NaN: none",
    "ASSOCIATION_LOG.number": "number of the track or shot",
    "ASSOCIATION_LOG.result": "for a shot index into SHOT_RESULTS, for an interrogation into IDENTIFICATIONS, else -1",
    "PLOT_LOG.number": "counter of the radar's plots",
    "TRACK_LOG.status": "1 tentative, 2 firm",
    "TRACK_LOG.sigma_position_m": "root of the trace of the position covariance",
    "TRACK_LOG.sigma_velocity_mps": "root of the trace of the velocity covariance",
    "MESSAGE_LOG.content": "CONTENT_TRACKS, CONTENT_STATUS or CONTENT_ORDERS",
    "TRACK_LOG.horizontal_m2": "covariance of the position in the local horizontal plane: east, north, east with north",
    "MESSAGE_LOG.due_ns": "when it arrives; -1: lost",
    "TRACK.interrogations": "identifications accepted",
    "TRACKER_CONFIG.confirm_hits": "plots that make a track firm",
    "TRACKER_CONFIG.confirm_window": "looks within which they must come",
    "TRACKER_CONFIG.drop_after_updates": "update periods without a plot after which a firm track is dropped",
    "TRACKER_CONFIG.capacity": "slots of the node",
    "TRACKER_CONFIG.max_speed_mps": "fastest target looked for",
    "TRACKER_STATE.next_number": "number of its next track",
    "CHANGE.slot": "slot of the track",
    "CHANGE.what": "CHANGED_TENTATIVE, CHANGED_FIRM, CHANGED_DROPPED or CHANGED_UPDATED",
}
"""Meaning of a field that has no comment where its dtype is defined, as `RECORD.field`. A comment there wins."""
