"""One replication as the page needs it: positions as Arrow integers, everything else as plain data.

Positions are scaled integers (1e-6 degree, whole metres, whole milliseconds) ordered by object and then time, so that the page
maps them into typed arrays without parsing. What a node perceived (tracks, shots, events) and what is true (objects,
association) stay apart, as in the run.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from openiads import api
from openiads.engine.links import active_links
from openiads.engine.sites import Sites
from openiads.geo.ellipsoid import ecef_to_geodetic
from openiads.results.schema import TAG
from openiads.results.stream import iter_batches
from openiads.scenario.loader import Scenario, load_scenario_text
from openiads.web.layout import layout
from openiads.web.paths import TruePath, true_paths

Array = NDArray[Any]
NANOSECONDS_PER_MILLISECOND: Final = 1_000_000
MICRODEGREES: Final = 1e6
LEAST_STEP: Final = 4000
"""Truth is sent at knots at least this far apart; the page joins them by straight lines. [ms]"""

TRACK_STEP: Final = 2000
"""Of the updates of a track in one such time the first is sent. [ms]"""

MOST_UPDATES: Final = 1_500_000
"""Updates of tracks in a replication above which they are sent more coarsely."""

TRACK_COLUMNS: Final = ("track", "time", "longitude", "latitude", "altitude", "status", "identity", "sigma", "speed")
STATUS: Final = ("tentative", "firm")
STAGES: Final = (
    "above_horizon",
    "first_detection",
    "first_firm",
    "identified",
    "assigned",
    "launched",
    "intercept",
    "assessed",
    "outcome",
)
IDENTITIES: Final = ("pending", "unknown", "friendly", "neutral", "hostile")


@dataclass(frozen=True)
class Shown:
    """A run opened for the page. `label` tells two runs apart."""

    run: api.Run
    label: str

    @cached_property
    def scenario(self) -> Scenario:
        """The scenario that was run, read from the copy in the run folder."""
        reader = self.run.reader
        return load_scenario_text(reader.scenario(), reader.manifest.scenario_name)

    @cached_property
    def paths(self) -> tuple[TruePath, ...]:
        """Where its objects truly are; nothing else is worked out, since nothing else is shown."""
        return true_paths(self.scenario.spec, Sites(self.scenario.spec), least_step_ms=LEAST_STEP)

    def replication(self, number: int) -> api.Run:
        """A run that holds replication `number` in full: this one, or the replication walked again."""
        manifest = self.run.reader.manifest
        self.run.reader.require_replication(number)
        if manifest.record == "full" or number in manifest.full_replications:
            return self.run
        return self._again(number)

    def _again(self, number: int) -> api.Run:
        held: dict[int, api.Run] = self.__dict__.setdefault("_replayed", {})
        if number not in held:
            held.clear()  # one at a time: a replication in full may be large
            held[number] = api.replay(self.run, number)
        return held[number]


def milliseconds(column: Any) -> Array:
    """Nanoseconds of an Arrow column as int32 milliseconds; what is missing becomes -1."""
    values = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    filled = np.asarray(pc.fill_null(values, -NANOSECONDS_PER_MILLISECOND))
    return (filled // NANOSECONDS_PER_MILLISECOND).astype(np.int32)


def _positions(ecef_m: Array) -> dict[str, Array]:
    latitude, longitude, height_m = ecef_to_geodetic(ecef_m)
    return {
        "longitude": np.round(np.degrees(longitude) * MICRODEGREES).astype(np.int32),
        "latitude": np.round(np.degrees(latitude) * MICRODEGREES).astype(np.int32),
        "altitude": np.round(height_m).astype(np.int32),
    }


def truth_table(shown: Shown) -> Any:
    """True positions of every object, ordered by object and time: object, time, longitude, latitude, altitude."""
    columns: dict[str, list[Array]] = {name: [] for name in ("object", "time", "longitude", "latitude", "altitude")}
    for number, path in enumerate(shown.paths):
        columns["object"].append(np.full(len(path.time_ms), number, np.int32))
        columns["time"].append(path.time_ms)
        for name, values in _positions(path.position_m).items():
            columns[name].append(values)
    return pa.table({name: np.concatenate(parts) if parts else np.empty(0, np.int32) for name, parts in columns.items()})


def track_table(run: api.Run, replication: int) -> tuple[Any, list[str]]:
    """Updates of every track, ordered by track and time, and the ids of the tracks in that order.

    Of the updates of a track within one `track_step_ms` the first is sent; read in batches, so that a long run fits in memory.
    """
    numbers: dict[str, int] = {}
    last: list[int] = []
    step_ms = track_step_ms(run, replication)
    kept = []
    for batch in iter_batches(run.reader, "tracks", replication):
        picked = _updates(batch, numbers, last, step_ms)
        if picked is not None:
            kept.append(picked)
    ids = sorted(numbers)
    rank = np.empty(len(ids), np.int32)
    rank[[numbers[name] for name in ids]] = np.arange(len(ids), dtype=np.int32)
    columns = {
        name: np.concatenate([part[name] for part in kept]) if kept else np.empty(0, np.int32) for name in TRACK_COLUMNS
    }
    columns["track"] = rank[columns["track"]] if kept else columns["track"]
    turn = np.lexsort((columns["time"], columns["track"]))
    return pa.table({name: columns.pop(name)[turn] for name in TRACK_COLUMNS}), ids


def track_step_ms(run: api.Run, replication: int) -> int:
    """How finely tracks are sent: `TRACK_STEP`, or a multiple of it in a run of so many updates that a page could not hold them."""
    counted = sum(len(batch) for batch in iter_batches(run.reader, "tracks", replication))
    return TRACK_STEP * max(1, -(-counted // MOST_UPDATES))


def _updates(batch: Any, numbers: dict[str, int], last: list[int], step_ms: int) -> dict[str, Array] | None:
    """The rows of a batch that are sent. `numbers` gives each track its number, `last` the step of the last row sent of each."""
    coded = pc.dictionary_encode(batch.column("track_id"))
    known = []
    for name in coded.dictionary.to_pylist():
        known.append(numbers.setdefault(name, len(numbers)))
    last += [-1] * (len(numbers) - len(last))
    number = np.array(known, np.int32)[np.asarray(coded.indices)]
    time = milliseconds(batch.column("at_ns"))
    step = time // step_ms
    pair = number.astype(np.int64) * (1 << 32) + step
    first = np.sort(np.unique(pair, return_index=True)[1])
    first = first[step[first] != np.array(last)[number[first]]]
    if not len(first):
        return None
    for k in first:
        last[number[k]] = int(step[k])
    rows = batch.take(pa.array(first))
    ecef_m = np.stack([np.asarray(rows.column(f"position_ecef_{axis}_m")) for axis in "xyz"], axis=1)
    return {
        "track": number[first],
        "time": time[first],
        **_positions(np.ascontiguousarray(ecef_m)),
        "status": _codes(rows.column("status"), STATUS),
        "identity": _codes(rows.column("identity"), IDENTITIES),
        "sigma": np.round(np.asarray(rows.column("sigma_position_m"))).clip(0, 2**31 - 1).astype(np.int32),
        "speed": np.round(_speed(rows)).astype(np.int32),
    }


def _speed(rows: Any) -> Array:
    return np.sqrt(sum(np.asarray(rows.column(f"velocity_ecef_{axis}_mps")) ** 2 for axis in "xyz"))


def _codes(column: Any, words: tuple[str, ...]) -> Array:
    """Texts as their place in `words`; a word that is not there becomes -1."""
    found = pc.index_in(column, value_set=pa.array(words))
    return np.asarray(pc.fill_null(found, -1)).astype(np.int8)


def arrow_bytes(table: Any) -> bytes:
    """An Arrow IPC file of one batch, uncompressed: the page reads it in place."""
    sink = pa.BufferOutputStream()
    table = table.combine_chunks()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()  # type: ignore[no-any-return]


def scene(shown: Shown, replication: int) -> dict[str, Any]:
    """Everything about one replication but the positions, as plain data for JSON."""
    run = shown.replication(replication)
    manifest = shown.run.reader.manifest
    spec = shown.scenario.spec
    tracks = track_table(run, replication)[1]
    return {
        "format": 1,
        "label": shown.label,
        "folder": shown.run.folder.name,
        "title": manifest.title,
        "notional": spec.scenario.notional,
        "variant": manifest.variant,
        "seed": str(manifest.seed),
        "replication": replication,
        "first_replication": manifest.first_replication,
        "replications": manifest.replications,
        "start_utc": str(spec.clock.start_utc),
        "duration_ms": round(spec.clock.duration_s * 1000),
        "tag": TAG,
        "placeholders": dict(manifest.placeholders.items()),
        **layout(shown.scenario, active=active_links(spec)),
        "objects": _objects(shown, run, replication),
        "tracks": {"ids": tracks, "object": _owners(run, replication, tracks)},
        "events": _events(run, replication),
        "shots": _shots(run, replication),
    }


def _objects(shown: Shown, run: api.Run, replication: int) -> list[dict[str, Any]]:
    known = {row["object_id"]: row for row in run.table("objects").to_pylist()}
    ends = {row["object_id"]: row for row in run.table("outcomes", replication).to_pylist()}
    causes = {row["object_id"]: row for row in run.table("ledger", replication).to_pylist()}
    stages = _stages(run, replication)
    found = []
    for path in shown.paths:
        name = path.name
        row, end = known[name], ends[name]
        found.append(
            {
                "id": name,
                "side": row["side"],
                "kind": row["kind"],
                "system": row["system"],
                "start": int(path.time_ms[0]),
                "end": end["at_ns"] // NANOSECONDS_PER_MILLISECOND,
                "end_state": end["end_state"],
                "killed_by": end["killed_by"],
                "first_detection": _ms(end["first_detection_ns"]),
                "first_firm": _ms(end["first_firm_ns"]),
                "plots": end["plots"],
                "shots": end["shots"],
                "stages": stages.get(name, []),
                "cause": {"first": causes[name]["cause"], "unit": causes[name]["node"] or ""} if name in causes else None,
            }
        )
    return found


def _stages(run: api.Run, replication: int) -> dict[str, list[list[Any]]]:
    """When each object first passed each stage of the chain anywhere: pairs of stage and time in ms, in order of time."""
    found = {}
    for row in run.table("timeline", replication).to_pylist():
        if not row["node"]:
            passed = [
                [stage, row[f"{stage}_ns"] // NANOSECONDS_PER_MILLISECOND]
                for stage in STAGES
                if row[f"{stage}_ns"] is not None
            ]
            found[row["object_id"]] = sorted(passed, key=lambda pair: pair[1])
    return found


def _ms(value: int | None) -> int | None:
    return None if value is None else value // NANOSECONDS_PER_MILLISECOND


def _owners(run: api.Run, replication: int, ids: list[str]) -> list[str]:
    """The object that each track really belongs to; empty for a false track or one that was never firm."""
    rows = run.table("association", replication)
    tracks = rows.filter(pc.equal(rows.column("reference"), "track")).to_pylist()
    owner = {row["reference_id"]: row["object_id"] for row in tracks}
    return [owner.get(name, "") for name in ids]


def _events(run: api.Run, replication: int) -> dict[str, Any]:
    rows = run.table("events", replication).sort_by(
        [("at_ns", "ascending"), ("node", "ascending"), ("track_id", "ascending")]
    )
    return {
        "time": milliseconds(rows.column("at_ns")).tolist(),
        **{name: rows.column(name).to_pylist() for name in ("node", "track_id", "event", "detail", "value")},
    }


def _shots(run: api.Run, replication: int) -> list[dict[str, Any]]:
    truth = run.table("association", replication)
    hits = truth.filter(pc.equal(truth.column("reference"), "shot")).to_pylist()
    really = {row["reference_id"]: row for row in hits}
    found = []
    for row in run.table("shots", replication).to_pylist():
        actual = really.get(f"{row['node']}/{row['shot']}", {"object_id": "", "result": ""})
        found.append(
            {
                "time": _ms(row["at_ns"]),
                "node": row["node"],
                "shot": row["shot"],
                "track": row["track_id"],
                "missile": row["missile"],
                "predicted": _ms(row["predicted_intercept_ns"]),
                "intercept": _ms(row["intercept_ns"]),
                "assessed": _ms(row["assessed_ns"]),
                "assessment": row["assessment"],
                "object": actual["object_id"],
                "result": actual["result"],
            }
        )
    return found
