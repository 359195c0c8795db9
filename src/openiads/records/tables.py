"""The tables that a run leaves: names, columns, keys, units. Engine and results share this page and nothing else.

Names instead of indexes, whole nanoseconds instead of float seconds, enums as strings. What a node perceives and what is
true never share a table: truth is in `association`, `plot_association`, `outcomes`, `ledger`, `timeline`, `sorties` and
`counts` only.
"""

from typing import Final

from openiads.records.columns import AT, LEVELS, NODE, REPLICATION, TRACK, Column, Level, Table
from openiads.records.more_tables import CONTENTS, IDENTIFICATIONS_TABLE, ORDERS, SORTIES_TABLE, TRAFFIC_TABLE

__all__ = [
    "ASSESSMENTS",
    "CONTENTS",
    "END_STATES",
    "EVENTS",
    "IDENTIFICATIONS",
    "IDENTITIES",
    "LEVELS",
    "ORDERS",
    "REFERENCES",
    "REPLICATION",
    "SHOT_RESULTS",
    "TABLES",
    "TRACK_STATES",
    "Column",
    "Level",
    "Table",
    "tables_at",
]

END_STATES: Final = ("killed", "leaked", "landed", "left", "aborted", "alive_at_end")
"""How an object may end; every object ends in exactly one."""

IDENTITIES: Final = ("pending", "unknown", "friendly", "neutral", "hostile")
"""What a node holds of a track's identity; `pending` until the first interrogation is answered."""

TRACK_STATES: Final = ("tentative", "firm")
"""Life of a track, at each of its updates."""

SHOT_RESULTS: Final = ("in_flight", "killed", "missed", "track_lost", "out_of_envelope", "no_object", "target_gone")
"""What became of a missile, in truth. `no_object`: the track was false; `target_gone`: killed or at its end before."""

ASSESSMENTS: Final = ("none", "killed", "alive")
"""What the fire unit believes of a shot; `none` while it waits or when there was nothing to assess."""

REFERENCES: Final = ("track", "shot", "identification", "sortie")
"""What a row of `association` is about."""

IDENTIFICATIONS: Final = ("right", "wrong", "undecided")
"""How an identification turned out, in truth. Undecided: the reply was unknown."""

EVENTS: Final = (
    "firm",
    "dropped",
    "identified",
    "assigned",
    "launched",
    "intercept",
    "assessed",
    "slewed",
    "withheld",
    "ordered",
    "down",
    "up",
    "committed",
    "airborne",
    "met",
    "recalled",
    "ready",
)
"""What can stand in the `events` table."""


def _instants(**meanings: str) -> tuple[Column, ...]:
    return tuple(Column(name, "i8", meaning, nullable=True) for name, meaning in meanings.items())


def _counts(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, "i8", name.replace("_", " ")) for name in names)


_TABLES: Final = (
    Table(
        "objects",
        "counts",
        ("object_id",),
        (
            Column("object_id", "str", "object, as the scenario names it"),
            Column("side", "str", "friendly, neutral or hostile"),
            Column("kind", "str", "aircraft, cruise_missile, drone, ballistic or decoy"),
            Column("system", "str", "catalogue entry, empty when the scenario describes it itself"),
            Column("start_ns", "i8", "when it appears"),
            Column("sorties_per_month", "f8", "how many sorties a month it stands for", nullable=True),
        ),
        "the objects of the scenario; the same in every replication",
    ),
    Table(
        "outcomes",
        "counts",
        ("replication", "object_id"),
        (
            REPLICATION,
            Column("object_id", "str", "object"),
            Column("end_state", "str", "one of killed, leaked, landed, left, aborted, alive_at_end"),
            Column("at_ns", "i8", "when it ended"),
            Column("killed_by", "str", "fire unit whose missile killed it, or base of the fighters that did", nullable=True),
            Column("first_detection_ns", "i8", "first plot of it at any node", nullable=True),
            Column("first_firm_ns", "i8", "first firm track of it at any node", nullable=True),
            Column("plots", "i8", "plots of it at all nodes"),
            Column("shots", "i8", "missiles launched at tracks of it"),
        ),
        "truth: how each object ended",
    ),
    Table(
        "ledger",
        "counts",
        ("replication", "object_id"),
        (
            REPLICATION,
            Column("object_id", "str", "hostile object that leaked"),
            Column("at_ns", "i8", "when it leaked"),
            Column(
                "node",
                "str",
                "fire unit or base of fighters that got furthest, ties by name; missing when the scenario has none",
                nullable=True,
            ),
            Column("cause", "str", "first unmet condition of the chain at that fire unit"),
        ),
        "truth: why each leaker got through; as many rows as the table `counts` counts leaked",
    ),
    Table(
        "magazines",
        "counts",
        ("replication", "node", "missile"),
        (
            REPLICATION,
            NODE,
            Column("missile", "str", "missile, as the scenario names it"),
            Column("at_start", "i8", "missiles at the start, those for loading launchers again included"),
            Column("supplied", "i8", "missiles brought since"),
            Column("fired", "i8", "missiles fired"),
            Column("remaining", "i8", "missiles left at the end, loaded or not"),
        ),
        "missiles fired plus remaining equals the start plus what was brought",
    ),
    Table(
        "counts",
        "counts",
        ("replication",),
        (
            REPLICATION,
            *_counts(
                "looks",
                "plots",
                "false_alarms",
                "tracks_started",
                "tracks_firm",
                "false_tracks_firm",
                "tracks_refused",
                "interrogations",
                "misidentified",
                "shots",
                "kills",
                "assessments",
                "assessment_errors",
                "messages_sent",
                "messages_lost",
                "leaked",
                "friendly_shots",
                "friendly_kills",
            ),
        ),
        "truth: totals of a replication",
    ),
    TRAFFIC_TABLE,
    Table(
        "timeline",
        "events",
        ("replication", "object_id", "node"),
        (
            REPLICATION,
            Column("object_id", "str", "object"),
            Column(
                "node", "str", "whose chain it is; empty for the whole defence, which holds the earliest of each instant"
            ),
            *_instants(
                above_horizon_ns="first above horizon and terrain and within the elevation limits of a radar of the node, "
                "whatever its range",
                first_detection_ns="first plot of it",
                first_firm_ns="first firm track of it from own plots",
                identified_ns="first answer to an interrogation of a track of it",
            ),
            Column("identity", "str", "last such answer", nullable=True),
            *_instants(
                window_from_ns="first instant at which a decision to fire could have led to an intercept, on its true path",
                window_to_ns="last such instant",
                assigned_ns="first decision to fire at a track of it",
                launched_ns="first launch at a track of it",
                intercept_ns="first time a missile fired at a track of it met something or gave up",
                assessed_ns="first assessment of such a shot",
            ),
            Column("shots", "i8", "missiles launched at tracks of it"),
            Column("outcome", "str", "how the object ended, as in `outcomes`"),
            Column("outcome_ns", "i8", "when it ended"),
            Column(
                "cause",
                "str",
                "for a leaker the first unmet condition at this fire unit; in all, that of `ledger`",
                nullable=True,
            ),
        ),
        "truth: when each object passed each stage of the chain, by node and for the whole defence",
    ),
    Table(
        "shots",
        "events",
        ("replication", "at_ns", "node", "shot"),
        (
            REPLICATION,
            AT,
            NODE,
            Column("shot", "i4", "counter of the node's launches, from 0"),
            TRACK,
            Column("missile", "str", "missile"),
            Column("predicted_intercept_ns", "i8", "as predicted at launch"),
            Column("intercept_ns", "i8", "when the missile met or gave up", nullable=True),
            Column("assessed_ns", "i8", "when the assessment came", nullable=True),
            Column("assessment", "str", "what the fire unit believes: none, killed or alive"),
        ),
        "every launch, as the fire unit knows it",
    ),
    Table(
        "events",
        "events",
        ("replication", "at_ns", "node", "track_id", "event", "detail"),
        (
            REPLICATION,
            AT,
            NODE,
            TRACK,
            Column("event", "str", "what happened"),
            Column(
                "detail", "str", "identity, missile, order, base of fighters or reason; empty when there is nothing to add"
            ),
            Column(
                "value",
                "f8",
                "range in metres, seconds to intercept or another number that the event defines",
                nullable=True,
            ),
        ),
        "what each node did and came to know",
    ),
    Table(
        "association",
        "events",
        ("replication", "at_ns", "node", "reference", "reference_id"),
        (
            REPLICATION,
            AT,
            NODE,
            Column("reference", "str", "track (when it becomes firm), shot, identification or sortie of fighters"),
            Column("reference_id", "str", "track_id, or counter of the shot or sortie"),
            Column("object_id", "str", "the object it really is; empty for a false one"),
            Column(
                "result",
                "str",
                "for a shot or sortie what became of it, for an identification whether it was right; else empty",
            ),
        ),
        "truth: what tracks and shots really belong to",
    ),
    SORTIES_TABLE,
    IDENTIFICATIONS_TABLE,
    Table(
        "plots",
        "full",
        ("replication", "at_ns", "node", "radar", "plot_id"),
        (
            REPLICATION,
            AT,
            NODE,
            Column("radar", "str", "search or engagement radar of the node"),
            Column("plot_id", "str", "radar and counter within the replication"),
            Column("range_m", "f8", "slant range"),
            Column("azimuth_rad", "f8", "clockwise from north at the radar"),
            Column("elevation_rad", "f8", "above the horizontal at the radar, corrected for refraction"),
            Column("sigma_range_m", "f8", "standard error that the radar states"),
            Column("sigma_azimuth_rad", "f8", "standard error that the radar states"),
            Column("sigma_elevation_rad", "f8", "standard error that the radar states"),
            Column("snr_db", "f8", "signal-to-noise ratio at the detector"),
        ),
        "every detection, false ones included",
    ),
    Table(
        "plot_association",
        "full",
        ("replication", "node", "radar", "plot_id"),
        (
            REPLICATION,
            NODE,
            Column("radar", "str", "search or engagement radar of the node"),
            Column("plot_id", "str", "radar and counter within the replication"),
            Column("object_id", "str", "the object it really comes from; empty for a false alarm"),
        ),
        "truth: what plots really come from",
    ),
    Table(
        "tracks",
        "full",
        ("replication", "at_ns", "node", "track_id"),
        (
            REPLICATION,
            AT,
            NODE,
            TRACK,
            Column("status", "str", "tentative or firm"),
            Column("source", "str", "own or the node that sent it"),
            Column("identity", "str", "pending, unknown, friendly, neutral or hostile"),
            *(Column(f"position_ecef_{axis}_m", "f8", "estimate") for axis in "xyz"),
            *(Column(f"velocity_ecef_{axis}_mps", "f8", "estimate") for axis in "xyz"),
            Column("sigma_position_m", "f8", "root of the trace of the position covariance"),
            Column("sigma_velocity_mps", "f8", "root of the trace of the velocity covariance"),
            Column("variance_east_m2", "f8", "of the position, in the horizontal plane at the estimate"),
            Column("variance_north_m2", "f8", "likewise; the vertical variance is sigma_position_m squared less both"),
            Column("covariance_east_north_m2", "f8", "likewise"),
        ),
        "every update of every track",
    ),
    Table(
        "messages",
        "full",
        ("replication", "at_ns", "node", "link", "track_id"),
        (
            REPLICATION,
            AT,
            NODE,
            Column("link", "str", "link that carried it"),
            TRACK,
            Column("to_node", "str", "receiver"),
            Column("content", "str", "tracks, status, orders or magazine"),
            Column("due_ns", "i8", "when it arrives; missing when it is lost", nullable=True),
        ),
        "every message on every link",
    ),
)

TABLES: Final[dict[str, Table]] = {table.name: table for table in _TABLES}
"""All tables by name."""


def tables_at(level: Level) -> tuple[Table, ...]:
    """Tables that a run recorded at `level` holds."""
    return tuple(t for t in _TABLES if LEVELS.index(t.level) <= LEVELS.index(level))
