"""Snapshots: the state of one replication at an instant of the calendar, saved and resumed to the same bytes."""

import io
import os
import zipfile
import zlib
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from openiads.engine.lowering import Lowered
from openiads.errors import ResultsError
from openiads.records import state as records
from openiads.records.state import State
from openiads.tracking.records import PLOT, TRACK, TRACKER_STATE

FORMAT = 1
UNREADABLE: Final = (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile, zlib.error, NotImplementedError)
"""What reading a missing, cut or damaged file may raise."""

STATE_DTYPES: Final[dict[str, np.dtype[Any]]] = {
    "clock": records.CLOCK,
    "counts": records.COUNTS,
    "objects": records.OBJECT_STATE,
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
    "events": records.EVENT_LOG,
    "associations": records.ASSOCIATION_LOG,
    "plot_log": records.PLOT_LOG,
    "track_log": records.TRACK_LOG,
    "message_log": records.MESSAGE_LOG,
    "seen": np.dtype(np.int32),
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
    np.savez_compressed(buffer, allow_pickle=False, **about, **state._asdict())
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    with aside.open("wb") as file:
        file.write(buffer.getvalue())
        file.flush()
        os.fsync(file.fileno())
    aside.rename(path)


def load_snapshot(path: Path, *, scenario_sha256: str) -> State:
    """Read a state written by `save_snapshot`.

    Raises
    ------
    ResultsError
        When the file is missing, damaged, no snapshot, or of another scenario.
    """
    try:
        with np.load(path, allow_pickle=False) as held:
            arrays = {name: held[name] for name in held.files}
    except UNREADABLE as error:
        raise ResultsError(f"{path}: cannot be read as a snapshot ({error}). Save it again with save_snapshot.") from error
    missing = {"snapshot_format", "scenario_sha256", *State._fields} - set(arrays)
    if missing:
        raise ResultsError(f"{path}: is no snapshot of this version; it lacks {', '.join(sorted(missing))}")
    if str(arrays["snapshot_format"]) != str(FORMAT):
        raise ResultsError(f"{path}: has snapshot format {arrays['snapshot_format']}; this version reads {FORMAT}")
    found = str(arrays["scenario_sha256"])
    if found != scenario_sha256:
        raise ResultsError(
            f"{path}: is a snapshot of scenario {found[:12]}, not of {scenario_sha256[:12]}. Load the scenario it was saved with."
        )
    return State(**{name: _as_kept(path, name, arrays[name]) for name in State._fields})


def _as_kept(path: Path, name: str, array: NDArray[Any]) -> NDArray[Any]:
    """The array with the very dtype of this version. A file loses whether a dtype was aligned, and compiled code would differ."""
    wanted = STATE_DTYPES[name]
    if array.dtype.itemsize != wanted.itemsize or np.dtype(array.dtype.descr) != np.dtype(wanted.descr):
        raise ResultsError(f"{path}: was saved by another version: {name} has other fields. Run the replication again.")
    return array.view(wanted)


def same_state(a: State, b: State) -> bool:
    """Whether two states are equal to the byte."""
    return all(getattr(a, name).tobytes() == getattr(b, name).tobytes() for name in State._fields)


def advance_to(lowered: Lowered, at_ns: int) -> int:
    """Row of the calendar at which a walk has taken everything up to and at `at_ns`."""
    return int(np.searchsorted(lowered.case.calendar["at_ns"], at_ns, side="right"))
