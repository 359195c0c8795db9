"""Updates of tracks as the page needs them: read in two passes over the columns wanted, so that a long run fits in memory."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from openiads import api
from openiads.records.tables import IDENTITIES, TRACK_STATES
from openiads.results.stream import iter_batches
from openiads.web.columns import Columns, milliseconds, positions

Array = NDArray[Any]

TRACK_STEP: Final = 2000
"""Of the updates of a track in one such time the first is sent; the time is longer where they would be too many. [ms]"""

MOST_UPDATES: Final = 2_000_000
"""Updates of a replication that are sent, at most."""

COLUMNS: Final[dict[str, Any]] = {
    "track": np.int32,
    "time": np.int32,
    "longitude": np.int32,
    "latitude": np.int32,
    "altitude": np.int32,
    "status": np.int8,
    "identity": np.int8,
    "sigma": np.int32,
    "speed": np.int16,
    "major": np.float32,
    "minor": np.float32,
    "bearing": np.int16,
}
"""What is sent of an update. `sigma` is the root of the trace of the position covariance; `major`, `minor` [m] and `bearing` (of
the major axis, clockwise from north, in tenths of a degree) are the ellipse of one standard error in the horizontal plane."""

READ: Final = (
    "at_ns",
    "status",
    "identity",
    *(f"position_ecef_{axis}_m" for axis in "xyz"),
    *(f"velocity_ecef_{axis}_mps" for axis in "xyz"),
    "sigma_position_m",
    "variance_east_m2",
    "variance_north_m2",
    "covariance_east_north_m2",
)


@dataclass(frozen=True)
class Tracks:
    """The updates of one replication: `COLUMNS` by track and time, the ids of the tracks in that order, and the time of which a
    track's first update is sent [ms]."""

    arrow: Columns
    ids: list[str]
    step_ms: int


def tracks(run: api.Run, replication: int) -> Tracks:
    """The tracks of a replication that `run` holds in full.

    Raises
    ------
    ResultsError
        When the table was not recorded, is missing a column or is damaged.
    """
    picked, owner, ids, step_ms = _picked(run, replication)
    turn = np.argsort(owner, kind="stable")  # rows come in order of time
    place = np.empty(len(turn), np.int64)
    place[turn] = np.arange(len(turn))
    columns = {name: np.empty(len(turn), kind) for name, kind in COLUMNS.items()}
    columns["track"][place] = owner
    done = seen = 0
    for batch in iter_batches(run.reader, "tracks", replication, columns=READ, verify=False):
        which = np.flatnonzero(picked[seen : seen + len(batch)])
        seen += len(batch)
        if len(which):
            at = place[done : done + len(which)]
            done += len(which)
            for name, values in _sent(batch.take(pa.array(which))).items():
                columns[name][at] = values
    pa.default_memory_pool().release_unused()
    return Tracks(Columns(columns), ids, step_ms)


def _picked(run: api.Run, replication: int) -> tuple[Array, Array, list[str], int]:
    """Which rows of the table are sent, the track of each of those, the ids of all tracks, sorted, and the time that holds one."""
    counted = sum(len(batch) for batch in iter_batches(run.reader, "tracks", replication, columns=()))
    times, numbers = max(1, -(-counted // MOST_UPDATES)), dict[str, int]()
    mask, owner = _first_of_each(run, replication, times * TRACK_STEP, numbers)
    while len(owner) > max(MOST_UPDATES, len(numbers)):  # every track keeps its first update
        times *= 2
        mask, owner = _first_of_each(run, replication, times * TRACK_STEP, numbers)
    ids = sorted(numbers)
    rank = np.empty(len(ids), np.int32)
    rank[[numbers[name] for name in ids]] = np.arange(len(ids), dtype=np.int32)
    return mask, rank[owner], ids, times * TRACK_STEP


def _first_of_each(run: api.Run, replication: int, step_ms: int, numbers: dict[str, int]) -> tuple[Array, Array]:
    """Which rows are the first of their track in a time of `step_ms`, and the numbers of their tracks."""
    last = np.full(1024, -1, np.int64)  # step of the last row sent of each track
    masks, owners = [np.empty(0, bool)], [np.empty(0, np.int32)]
    for number, time in _numbered(run, replication, numbers):
        while len(last) < len(numbers):
            last = np.concatenate([last, np.full(len(last), -1, np.int64)])
        step = time.astype(np.int64) // step_ms
        first = np.unique(number.astype(np.int64) * (1 << 32) + step, return_index=True)[1]
        first = np.sort(first[step[first] != last[number[first]]])
        last[number[first]] = step[first]
        masks.append(np.zeros(len(number), bool))
        masks[-1][first] = True
        owners.append(number[first])
    return np.concatenate(masks), np.concatenate(owners)


def _numbered(run: api.Run, replication: int, numbers: dict[str, int]) -> Iterator[tuple[Array, Array]]:
    """Number of the track and time in ms of each row; `numbers` is filled with what stands for which id."""
    for batch in iter_batches(run.reader, "tracks", replication, columns=("track_id", "at_ns"), verify=False):
        coded = pc.dictionary_encode(batch.column("track_id"))
        known = [numbers.setdefault(name, len(numbers)) for name in coded.dictionary.to_pylist()]
        yield np.array(known, np.int32)[np.asarray(coded.indices)], milliseconds(batch.column("at_ns"))


def _sent(rows: Any) -> dict[str, Array]:
    """The columns that are sent of some rows."""
    ecef_m = np.stack([np.asarray(rows.column(f"position_ecef_{axis}_m")) for axis in "xyz"], axis=1)
    velocity = [np.asarray(rows.column(f"velocity_ecef_{axis}_mps")) for axis in "xyz"]
    major, minor, bearing = ellipse(
        *(np.asarray(rows.column(name)) for name in ("variance_east_m2", "variance_north_m2", "covariance_east_north_m2"))
    )
    return {
        "time": milliseconds(rows.column("at_ns")),
        **positions(np.ascontiguousarray(ecef_m)),
        "status": _codes(rows.column("status"), TRACK_STATES),
        "identity": _codes(rows.column("identity"), IDENTITIES),
        "sigma": np.round(np.asarray(rows.column("sigma_position_m"))).clip(0, 2**31 - 1),
        "speed": np.round(np.sqrt(sum(part**2 for part in velocity))).clip(0, 2**15 - 1),
        "major": major,
        "minor": minor,
        "bearing": np.round(np.degrees(bearing) * 10.0),
    }


def ellipse(east: Array, north: Array, both: Array) -> tuple[Array, Array, Array]:
    """Half axes [m] and bearing of the major one (0 to pi, clockwise from north) of a horizontal covariance [m2]."""
    middle, half = (north + east) / 2.0, np.hypot((north - east) / 2.0, both)
    bearing = 0.5 * np.arctan2(2.0 * both, north - east) % np.pi
    return np.sqrt(middle + half), np.sqrt(np.maximum(middle - half, 0.0)), bearing


def _codes(column: Any, words: tuple[str, ...]) -> Array:
    """Texts as their place in `words`; a word that is not there becomes -1."""
    found = pc.index_in(column, value_set=pa.array(words))
    return np.asarray(pc.fill_null(found, -1)).astype(np.int8)
