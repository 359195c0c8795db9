"""The event log as one flat table of who did what to whom, for wargame tools and spreadsheets.

Unlike the tables of a run it puts perception and truth side by side: `object_id` is truth, `track_id` is what the node saw.
"""

from collections import Counter
from collections.abc import Iterator
from heapq import merge
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np

from openiads.interop.files import TableWriter
from openiads.interop.shapes import utc
from openiads.interop.source import Source, geodetic_degrees
from openiads.interop.truth import schema

COLUMNS: Final = {
    "time_s": "f8",
    "utc": "str",
    "event": "str",
    "node": "str",
    "node_side": "str",
    "track_id": "str",
    "object_id": "str",
    "object_side": "str",
    "object_kind": "str",
    "weapon": "str",
    "result": "str",
    "detail": "str",
    "latitude_deg": "f8",
    "longitude_deg": "f8",
    "height_m": "f8",
}
"""Columns; the place is that of the object, where there is one."""

BATCH: Final = 4096
Row = dict[str, Any]


def rows(source: Source) -> Iterator[Row]:
    """Appearances, perceptions, launches, ends of missiles and ends of objects, in the order of time."""
    yield from merge(_lives(source), _shots(source), _perceptions(source), key=lambda row: row["at_ns"])


def _lives(source: Source) -> Iterator[Row]:
    found: list[Row] = []
    for thing in source.things:
        if source.from_ns <= thing.start_ns <= source.until_ns:
            found.append({"at_ns": thing.start_ns, "event": "appeared", "object_id": thing.object_id})
        if source.from_ns <= thing.end_ns <= source.until_ns:
            found.append({"at_ns": thing.end_ns, "event": "ended", "object_id": thing.object_id, "result": thing.end_state})
    yield from sorted(found, key=lambda row: row["at_ns"])


def _shots(source: Source) -> Iterator[Row]:
    truth = {row["reference_id"]: row for row in source.rows("association") if row["reference"] == "shot"}
    found: list[Row] = []
    for row in source.rows("shots"):
        end = truth.get(f"{row['node']}/{row['shot']}")
        common = {
            "node": row["node"],
            "track_id": row["track_id"],
            "weapon": row["missile"],
            "detail": f"shot {row['shot']}",
        }
        common["object_id"] = end["object_id"] if end else ""
        found.append({"at_ns": row["at_ns"], "event": "launched", **common})
        if end is not None:
            found.append({"at_ns": end["at_ns"], "event": "intercept", "result": end["result"], **common})
    yield from sorted(found, key=lambda row: row["at_ns"])


def _perceptions(source: Source) -> Iterator[Row]:
    """Rows of `events` that no shot tells, each with the object that its track followed when it became firm or was identified."""
    owners: dict[str, str] = {}
    truth = merge(
        ((row["at_ns"], 0, row) for row in source.rows("association") if row["reference"] != "shot"),
        ((row["at_ns"], 1, row) for row in source.rows("events") if row["event"] not in {"launched", "intercept"}),
        key=lambda timed: timed[:2],
    )
    for at_ns, is_event, row in truth:
        if not is_event:
            owners[row["reference_id"]] = row["object_id"]
            continue
        told = {name: row[name] for name in ("event", "node", "track_id", "detail")}
        yield {"at_ns": at_ns, **told, "object_id": owners.get(row["track_id"], "")}


def _columns(source: Source, found: list[Row]) -> dict[str, Any]:
    things = [source.things[source.index[row["object_id"]]] if row.get("object_id") else None for row in found]
    places: Any = np.full((len(found), 3), np.nan)
    known = [k for k, thing in enumerate(things) if thing is not None]
    if known:
        index = [source.index[found[k]["object_id"]] for k in known]
        position, _ = source.paths.at(index, [found[k]["at_ns"] for k in known])
        places[known] = np.stack(geodetic_degrees(position), axis=-1)
    texts = {
        name: [row.get(name, "") for row in found]
        for name in ("event", "node", "track_id", "object_id", "weapon", "result", "detail")
    }
    place = {
        name: [None if np.isnan(x) else x for x in places[:, k]]
        for k, name in enumerate(("latitude_deg", "longitude_deg", "height_m"))
    }
    return {
        **texts,
        **place,
        "time_s": [row["at_ns"] / 1e9 for row in found],
        "utc": [utc(source, row["at_ns"]) for row in found],
        "node_side": ["friendly" if row.get("node") else "" for row in found],
        "object_side": [thing.side if thing else "" for thing in things],
        "object_kind": [thing.kind if thing else "" for thing in things],
    }


def write(source: Source, file: BinaryIO, name: str, counts: Counter[str], left_out: Counter[str]) -> None:
    """Write the table as CSV or Parquet."""
    log = rows(source)
    with TableWriter(file, Path(name).suffix, schema(COLUMNS, source.provenance)) as writer:
        while found := list(islice(log, BATCH)):
            columns = _columns(source, found)
            writer.write({column: columns[column] for column in COLUMNS})
            counts.update(f"{row['event']} rows" for row in found)
