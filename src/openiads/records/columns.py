"""What a table and a column of a run are, and the columns that many tables share."""

from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["str", "i4", "i8", "f8", "bool"]
Level = Literal["counts", "events", "full"]

LEVELS: Final[tuple[Level, ...]] = ("counts", "events", "full")
"""What is recorded, least first. Each level holds the tables of the levels before it."""


@dataclass(frozen=True)
class Column:
    """One column: its name (with the unit), its type and what it holds. A `nullable` column may be missing in a row."""

    name: str
    kind: Kind
    meaning: str
    nullable: bool = False


@dataclass(frozen=True)
class Table:
    """One table: the key columns come first and order the rows; together they are unique."""

    name: str
    level: Level
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    meaning: str


REPLICATION: Final = Column("replication", "i4", "replication, from 0")
AT: Final = Column("at_ns", "i8", "time since the start of the scenario")
NODE: Final = Column("node", "str", "whose picture or act it is")
TRACK: Final = Column("track_id", "str", "node and counter, as murted-1/17; empty when the row is not about a track")
