"""Tables about links and identities; `records.tables` puts them among the others."""

from typing import Final

from openiads.records.columns import AT, NODE, REPLICATION, TRACK, Column, Table

CONTENTS: Final = ("tracks", "status", "orders", "magazine")
"""What a message is about."""

ORDERS: Final = ("none", "engage", "hold", "cancel", "weapons_hold", "weapons_tight", "weapons_free")
"""What an order can say: of a track (engage it, hold fire at it, forget what was ordered), or of all of a node's weapons."""


TRAFFIC_TABLE: Final = Table(
    "traffic",
    "counts",
    ("replication", "link", "content", "identity"),
    (
        REPLICATION,
        Column("link", "str", "link"),
        Column("content", "str", "tracks, status, orders or magazine"),
        Column("identity", "str", "what the sender held the track for; pending for a message about no track"),
        Column("node", "str", "sender"),
        Column("to_node", "str", "receiver"),
        Column("boundary", "bool", "whether the link leads from one system to another"),
        Column("sent", "i8", "messages handed to the link"),
        Column("arrived", "i8", "those that arrived"),
        Column("lost", "i8", "those lost on the way or too poor to use"),
        Column("refused", "i8", "those for which the link had no place"),
        Column("replaced", "i8", "those that gave their place to a newer report of the same track"),
        Column("cut_off", "i8", "those cut off by an outage of the link or of a node at its ends"),
        Column("under_way", "i8", "those under way at the end"),
    ),
    "what each link carried, by content; a row for each content and identity that was sent at all",
)

SORTIES_TABLE: Final = Table(
    "sorties",
    "events",
    ("replication", "object_id"),
    (
        REPLICATION,
        Column("object_id", "str", "object"),
        Column("iff_working", "bool", "its transponder works"),
        Column("iff_code", "bool", "it is set to the right code"),
        Column("flight_plan", "bool", "its flight plan was filed and reached the nodes"),
        Column("corridor", "bool", "it keeps to the corridors and zones that were ordered"),
    ),
    "truth: what holds for each sortie, where a node identifies by evidence; else no rows",
)

IDENTIFICATIONS_TABLE: Final = Table(
    "identifications",
    "events",
    ("replication", "at_ns", "node", "track_id"),
    (
        REPLICATION,
        AT,
        NODE,
        TRACK,
        Column("civil", "str", "civil reply to this interrogation: yes or no; missing when it was not asked", nullable=True),
        Column("code", "str", "the same in code", nullable=True),
        Column("flight_plan", "str", "whether a flight plan fits; missing when plans are not known", nullable=True),
        Column("corridor", "str", "whether it is seen to keep to its corridor; missing as above", nullable=True),
        Column("crewed", "str", "whether the echo looks like an aircraft", nullable=True),
        Column("as_missile", "bool", "whether it moves as a missile"),
        Column("told", "str", "last identity that another node reported", nullable=True),
        Column("p_friendly", "f8", "probability, by all evidence so far"),
        Column("p_neutral", "f8", "the same for neutral"),
        Column("p_hostile", "f8", "the same for hostile"),
        Column("identity", "str", "what the node declares"),
    ),
    "every interrogation by a node that weighs evidence: answers, and what it makes of all of them",
)
