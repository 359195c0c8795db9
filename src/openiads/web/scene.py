"""One replication as the page needs it: positions as Arrow integers, everything else as plain data.

Positions are scaled integers (1e-6 degree, whole metres, whole milliseconds) ordered by object and then time, so that the page
maps them into typed arrays without parsing. What a node perceived (tracks, shots, events) and what is true (objects,
association) stay apart, as in the run.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from openiads import api
from openiads.engine.links import active_links
from openiads.engine.sites import Sites
from openiads.errors import ResultsError
from openiads.results.schema import TAG
from openiads.results.stream import iter_rows
from openiads.scenario.loader import Scenario, load_scenario_text
from openiads.web.columns import NANOSECONDS_PER_MILLISECOND, Columns, coded, milliseconds, texts
from openiads.web.layout import layout
from openiads.web.paths import TruePath, true_paths
from openiads.web.tracks import Tracks

Array = NDArray[Any]
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
    def truth(self) -> "Truth":
        """Where its objects truly are; nothing else is laid out, since nothing else is shown."""
        return _truth(true_paths(self.scenario.spec, Sites(self.scenario.spec)))

    def holds(self, number: int) -> bool:
        """Whether the run holds replication `number` in full; `ResultsError` when it has no such replication."""
        manifest = self.run.reader.manifest
        self.run.reader.require_replication(number)
        return manifest.record == "full" or number in manifest.full_replications

    def replication(self, number: int) -> api.Run:
        """A run that holds replication `number` in full: this one, or the replication walked again."""
        return self.run if self.holds(number) else self._again(number)

    def _again(self, number: int) -> api.Run:
        held: dict[int, api.Run] = self.__dict__.setdefault("_replayed", {})
        if number not in held:
            held.clear()  # one at a time: a replication in full may be large
            held[number] = api.replay(self.run, number)
        return held[number]


@dataclass(frozen=True)
class Truth:
    """Names of all objects, when each begins [ms], and their positions as an Arrow stream ordered by object and time."""

    names: tuple[str, ...]
    start_ms: tuple[int, ...]
    arrow: Columns


def _truth(paths: Iterator[TruePath]) -> Truth:
    names, starts = [], []
    columns: dict[str, list[Array]] = {name: [] for name in ("object", "time", "longitude", "latitude", "altitude")}
    for number, path in enumerate(paths):
        names.append(path.name)
        starts.append(int(path.time_ms[0]))
        columns["object"].append(np.full(len(path.time_ms), number, np.int32))
        columns["time"].append(path.time_ms)
        for name, values in path.places.items():
            columns[name].append(values)
    whole = {name: np.concatenate(parts) if parts else np.empty(0, np.int32) for name, parts in columns.items()}
    return Truth(tuple(names), tuple(starts), Columns(whole))


def scene(shown: Shown, replication: int, tracks: Tracks) -> dict[str, Any]:
    """Everything about one replication but the positions, as plain data for JSON."""
    return dict(scene_parts(shown, replication, tracks))


def scene_parts(shown: Shown, replication: int, tracks: Tracks) -> Iterator[tuple[str, Any]]:
    """The parts of `scene` one by one, so that a long run needs the memory of the largest only."""
    run = shown.replication(replication)
    manifest = shown.run.reader.manifest
    spec = shown.scenario.spec
    yield "events", _events(run, replication, tracks.ids)
    yield "objects", _objects(shown, run, replication)
    yield "shots", _shots(run, replication)
    owners = _owners(run, replication, tracks.ids, shown.truth.names)
    yield "tracks", {"ids": tracks.ids, "object": owners, "step_ms": tracks.step_ms}
    yield from layout(shown.scenario, active=active_links(spec)).items()
    yield from {
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
    }.items()


def _objects(shown: Shown, run: api.Run, replication: int) -> list[dict[str, Any]]:
    known = {row["object_id"]: row for row in run.table("objects").to_pylist()}
    ends = {row["object_id"]: row for row in run.table("outcomes", replication).to_pylist()}
    causes = {row["object_id"]: row for row in run.table("ledger", replication).to_pylist()}
    stages, chains = _chains(run, replication)
    found = []
    for name, start_ms in zip(shown.truth.names, shown.truth.start_ms, strict=True):
        if name not in known or name not in ends:
            raise ResultsError(f"{run.folder}: object {name!r} of the scenario is not in its tables; the run was changed.")
        row, end = known[name], ends[name]
        found.append(
            {
                "id": name,
                "side": row["side"],
                "kind": row["kind"],
                "system": row["system"],
                "start": start_ms,
                "end": end["at_ns"] // NANOSECONDS_PER_MILLISECOND,
                "end_state": end["end_state"],
                "killed_by": end["killed_by"],
                "first_detection": _ms(end["first_detection_ns"]),
                "first_firm": _ms(end["first_firm_ns"]),
                "plots": end["plots"],
                "shots": end["shots"],
                "stages": stages.get(name, []),
                "chain": chains.get(name, []) if row["side"] == "hostile" else [],
                "cause": {"first": causes[name]["cause"], "unit": causes[name]["node"] or ""} if name in causes else None,
            }
        )
    return found


def _chains(run: api.Run, replication: int) -> tuple[dict[str, list[list[Any]]], dict[str, list[dict[str, Any]]]]:
    """By object: when it first passed each stage anywhere (pairs of stage and time in ms, in order of time), and how far the chain
    of each node got with it, with the numbers that the cause of a leak rests on."""
    passed, chains = {}, defaultdict(list)
    for row in iter_rows(run.reader, "timeline", replication):
        stages: list[Any] = [[stage, at_ms] for stage in STAGES if (at_ms := _ms(row[f"{stage}_ns"])) is not None]
        if not row["node"]:
            passed[row["object_id"]] = sorted(stages, key=lambda pair: pair[1])
        elif stages or row["cause"]:
            chains[row["object_id"]].append(
                {
                    "node": row["node"],
                    "stages": dict(stages),
                    "window": [_ms(row["window_from_ns"]), _ms(row["window_to_ns"])],
                    "identity": row["identity"],
                    "shots": row["shots"],
                    "cause": row["cause"],
                }
            )
    return passed, chains


def _ms(value: int | None) -> int | None:
    return None if value is None else value // NANOSECONDS_PER_MILLISECOND


def _owners(run: api.Run, replication: int, ids: list[str], names: tuple[str, ...]) -> list[int]:
    """The object that each track really belongs to, as its place in `names`; -1 for a false track or one that was never firm."""
    rows = run.table("association", replication)
    tracks = rows.filter(pc.equal(rows.column("reference"), "track"))
    owner = dict(zip(tracks.column("reference_id").to_pylist(), texts(tracks.column("object_id")), strict=True))
    place = {name: number for number, name in enumerate(names)}
    return [place.get(owner.get(name, ""), -1) for name in ids]


def _events(run: api.Run, replication: int, ids: list[str]) -> dict[str, Any]:
    """Events in order of time, their texts as places in lists of words: a long run has hundreds of thousands.

    The words of `track_id` go on where `ids` ends, so that no name of a track is sent twice.
    """
    rows = run.table("events", replication).sort_by(
        [("at_ns", "ascending"), ("node", "ascending"), ("track_id", "ascending")]
    )
    found: dict[str, Any] = {"time": milliseconds(rows.column("at_ns")).tolist(), "words": {}}
    for name in ("node", "event", "detail"):
        found[name], found["words"][name] = coded(rows.column(name))
    places, words = coded(rows.column("track_id"))
    known = {name: number for number, name in enumerate(ids)}
    others = [word for word in words if word not in known]
    known.update((word, len(ids) + number) for number, word in enumerate(others))
    of_word = [known[word] for word in words]
    found["track_id"], found["words"]["track_id"] = [of_word[place] for place in places], others
    return {**found, "value": rows.column("value").to_pylist()}


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
