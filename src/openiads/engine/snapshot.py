"""Snapshots: the state of one replication at an instant of the calendar, saved and resumed to the same bytes."""

import io
import os
from pathlib import Path

import numpy as np

from openiads.engine.lowering import Lowered
from openiads.errors import ResultsError
from openiads.records.state import State

FORMAT = 1


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
    except (OSError, ValueError, EOFError, KeyError) as error:
        raise ResultsError(f"{path}: cannot be read as a snapshot ({error}). Save it again with save_snapshot.") from error
    missing = {"snapshot_format", "scenario_sha256", *State._fields} - set(arrays)
    if missing:
        raise ResultsError(f"{path}: is no snapshot of this version; it lacks {', '.join(sorted(missing))}")
    found = str(arrays["scenario_sha256"])
    if found != scenario_sha256:
        raise ResultsError(
            f"{path}: is a snapshot of scenario {found[:12]}, not of {scenario_sha256[:12]}. Load the scenario it was saved with."
        )
    return State(**{name: arrays[name] for name in State._fields})


def same_state(a: State, b: State) -> bool:
    """Whether two states are equal to the byte."""
    return all(getattr(a, name).tobytes() == getattr(b, name).tobytes() for name in State._fields)


def advance_to(lowered: Lowered, at_ns: int) -> int:
    """Row of the calendar at which a walk has taken everything up to and at `at_ns`."""
    return int(np.searchsorted(lowered.case.calendar["at_ns"], at_ns, side="right"))
