"""Snapshots: the state of one replication at an instant of the calendar, saved and resumed to the same bytes.

The arrays are kept as raw bytes: NumPy's own format loses the padding between fields and whether a dtype was aligned, and
compiled code takes an array that is not aligned for another type.
"""

import io
import json
import math
import zipfile
import zlib
from pathlib import Path
from tokenize import TokenError
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from openiads.disk import put_whole
from openiads.engine.lowering import Lowered
from openiads.errors import ResultsError
from openiads.records import fighters
from openiads.records import state as records
from openiads.records.state import State
from openiads.tracking.records import PLOT, TRACK, TRACKER_STATE

FORMAT = 1
UNREADABLE: Final = (
    OSError,
    ValueError,
    EOFError,
    KeyError,
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    TokenError,
)
"""What reading a missing, cut or damaged file may raise."""

STATE_DTYPES: Final[dict[str, np.dtype[Any]]] = {
    "clock": records.CLOCK,
    "counts": records.COUNTS,
    "objects": records.OBJECT_STATE,
    "stages": records.STAGES,
    "tracks": TRACK,
    "track_truth": np.dtype(np.int32),
    "node_states": TRACKER_STATE,
    "plots": PLOT,
    "plot_truth": np.dtype(np.int32),
    "radar_plots": np.dtype(np.int64),
    "fire_units": records.FIRE_UNIT_STATE,
    "missiles_left": np.dtype(np.int32),
    "shots": records.SHOTS,
    "shot_truth": records.SHOT_TRUTH,
    "shot_index": np.dtype(np.int32),
    "identity_index": np.dtype(np.int32),
    "messages": records.MESSAGES,
    "queue": np.dtype(np.int32),
    "link_states": records.LINK_STATE,
    "contacts": records.CONTACT,
    "orders": records.TRACK_ORDERS,
    "traffic": records.TRAFFIC,
    "beliefs": records.BELIEF,
    "spurious": records.SPURIOUS,
    "belief_log": records.BELIEF_LOG,
    "events": records.EVENT_LOG,
    "associations": records.ASSOCIATION_LOG,
    "plot_log": records.PLOT_LOG,
    "track_log": records.TRACK_LOG,
    "message_log": records.MESSAGE_LOG,
    "seen": np.dtype(np.int32),
    "launchers": records.LAUNCHER_STATE,
    "spare": np.dtype(np.int32),
    "supplied": np.dtype(np.int32),
    "desks": records.DESK_STATE,
    "assigned": records.ASSIGNED_TARGETS,
    "message_truth": np.dtype(np.int32),
    "pairs": fighters.PAIRS,
    "pair_truth": fighters.PAIR_TRUTH,
    "pair_stages": fighters.PAIR_STAGES,
    "pair_index": np.dtype(np.int32),
    "reports": fighters.REPORTS,
}
"""What each array of a state holds; a test keeps it equal to what `make_state` makes."""


def save_snapshot(path: Path, state: State, *, scenario_sha256: str) -> None:
    """Write a state to a file: aside first, then renamed, so that a half-written one is never taken for whole.

    Parameters
    ----------
    path : Path
        File to write; by custom it ends in `.npz`.
    state : State
        As `Simulation.advance` left it, at any row of the calendar.
    scenario_sha256 : str
        Hash of the scenario it belongs to; the calendar and all indexes in a state mean nothing without it.
    """
    buffer = io.BytesIO()
    about = {"snapshot_format": np.array(FORMAT), "scenario_sha256": np.array(scenario_sha256)}
    raw = {name: np.frombuffer(array.tobytes(), np.uint8) for name, array in state._asdict().items()}
    shapes = json.dumps({name: array.shape for name, array in state._asdict().items()})
    arrays: dict[str, Any] = {**about, "shapes": np.array(shapes), "layout": np.array(_layout()), **raw}
    np.savez_compressed(buffer, **arrays)
    put_whole(path, buffer.getvalue())


def load_snapshot(path: Path, *, scenario_sha256: str) -> State:
    """Read a state written by `save_snapshot`.

    Raises
    ------
    ResultsError
        When the file is missing, damaged, no snapshot, or of another scenario.
    """
    arrays = _read(path)
    missing = {"snapshot_format", "scenario_sha256", "shapes", "layout", *State._fields} - set(arrays)
    if missing:
        raise ResultsError(f"{path}: is no snapshot of this version; it lacks {', '.join(sorted(missing))}")
    if str(arrays["snapshot_format"]) != str(FORMAT) or str(arrays["layout"]) != _layout():
        raise ResultsError(f"{path}: was saved by another version of openiads. Run the replication again.")
    found = str(arrays["scenario_sha256"])
    if found != scenario_sha256:
        raise ResultsError(
            f"{path}: is a snapshot of scenario {found[:12]}, not of {scenario_sha256[:12]}. Load the scenario it was saved with."
        )
    try:
        shapes = json.loads(str(arrays["shapes"]))
        state = {n: _array(bytearray(arrays[n].tobytes()), shapes[n], dtype) for n, dtype in STATE_DTYPES.items()}
    except (ValueError, TypeError, KeyError) as error:
        raise ResultsError(f"{path}: cannot be read as a snapshot ({error}). Save it again with save_snapshot.") from error
    return State(**state)


def _read(path: Path) -> dict[str, NDArray[Any]]:
    try:
        with path.open("rb") as file:
            held = np.load(file, allow_pickle=False)
            return {} if isinstance(held, np.ndarray) else {name: held[name] for name in held.files}
    except UNREADABLE as error:
        raise ResultsError(f"{path}: cannot be read as a snapshot ({error}). Save it again with save_snapshot.") from error


def _array(raw: bytearray, shape: list[int], dtype: np.dtype[Any]) -> NDArray[Any]:
    """An array over `raw` itself: NumPy's copy of a structured array leaves out the bytes between the fields."""
    if math.prod(shape) * dtype.itemsize != len(raw):
        raise ValueError(f"{len(raw)} bytes where {math.prod(shape)} records of {dtype.itemsize} are expected")
    return np.ndarray(tuple(shape), dtype, buffer=raw)


def _layout() -> str:
    """What tells states of two versions apart: the fields of every array."""
    return json.dumps({name: dtype.descr for name, dtype in STATE_DTYPES.items()})


def same_state(a: State, b: State) -> bool:
    """Whether two states are equal to the byte."""
    return all(getattr(a, name).tobytes() == getattr(b, name).tobytes() for name in State._fields)


def advance_to(lowered: Lowered, at_ns: int) -> int:
    """Row of the calendar at which a walk has taken everything up to and at `at_ns`."""
    return int(np.searchsorted(lowered.case.calendar["at_ns"], at_ns, side="right"))
