"""Snapshots: saved at a row of the calendar and resumed, a replication ends in the same bytes; other files are refused."""

import hashlib
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from openiads.engine.decode import decode
from openiads.engine.simulation import Simulation
from openiads.engine.snapshot import STATE_DTYPES, advance_to, load_snapshot, same_state, save_snapshot
from openiads.errors import ResultsError
from openiads.records.state import State

AT_NS = 130_000_000_000


@pytest.fixture(scope="module")
def saved(cases: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, Simulation]:
    """A snapshot of replication 1 with missiles in the air and messages on the way."""
    scenario = cases.small()
    simulation = Simulation(cases.lowered(scenario), seed=1)
    state = simulation.advance(simulation.fresh(1, "full"), advance_to(simulation.lowered, AT_NS))
    assert 0 < state.clock["row"][0] < len(simulation.lowered.case.calendar)
    assert state.counts["shots"][0] > 0
    assert (state.tracks["status"] > 0).any()
    path = tmp_path_factory.mktemp("snapshot") / "state.npz"
    save_snapshot(path, state, scenario_sha256=scenario.sha256)
    return path, scenario.sha256, simulation


def test_the_state_comes_back_to_the_byte(saved: tuple[Path, str, Simulation]) -> None:
    path, sha256, simulation = saved
    expected = simulation.advance(simulation.fresh(1, "full"), advance_to(simulation.lowered, AT_NS))
    found = load_snapshot(path, scenario_sha256=sha256)
    assert same_state(found, expected)
    for name in State._fields:
        assert getattr(found, name).dtype == getattr(expected, name).dtype == STATE_DTYPES[name]
        assert getattr(found, name).dtype.isalignedstruct == getattr(expected, name).dtype.isalignedstruct
    assert not same_state(found, simulation.fresh(1, "full"))


def test_resumed_it_ends_in_the_same_bytes(saved: tuple[Path, str, Simulation]) -> None:
    path, sha256, simulation = saved
    whole = simulation.advance(simulation.fresh(1, "full"))
    resumed = simulation.advance(load_snapshot(path, scenario_sha256=sha256))
    assert same_state(resumed, whole)
    tables, again = (decode(simulation.lowered, state, "full") for state in (whole, resumed))
    for name, columns in tables.items():
        for column, values in columns.items():
            np.testing.assert_array_equal(values, again[name][column], err_msg=f"{name}.{column}")


def test_stopping_at_many_rows_changes_nothing(cases: ModuleType) -> None:
    simulation = Simulation(cases.lowered(cases.small()), seed=3)
    whole = simulation.advance(simulation.fresh(0, "events"))
    state = simulation.fresh(0, "events")
    for row in range(0, len(simulation.lowered.case.calendar), 37):
        state = simulation.advance(state, row)
    assert same_state(simulation.advance(state), whole)


def test_a_snapshot_of_another_scenario(saved: tuple[Path, str, Simulation]) -> None:
    with pytest.raises(ResultsError, match=r"is a snapshot of scenario .* not of 000000000000"):
        load_snapshot(saved[0], scenario_sha256="0" * 64)


@pytest.mark.parametrize("keep", [0, 1, 100, 0.5, 0.999])
def test_a_cut_file(saved: tuple[Path, str, Simulation], tmp_path: Path, keep: float) -> None:
    data = saved[0].read_bytes()
    path = tmp_path / "cut.npz"
    path.write_bytes(data[: int(keep if keep >= 1 else keep * len(data))])
    with pytest.raises(ResultsError, match="cannot be read as a snapshot"):
        load_snapshot(path, scenario_sha256=saved[1])


def test_damaged_files(saved: tuple[Path, str, Simulation], tmp_path: Path) -> None:
    """One byte changed anywhere: either it is refused, or (in names and times of the archive) the state is whole."""
    data = saved[0].read_bytes()
    whole = load_snapshot(saved[0], scenario_sha256=saved[1])
    refused = 0
    for k in range(60):
        place = int.from_bytes(hashlib.sha256(bytes([k])).digest()[:4], "big") % len(data)
        path = tmp_path / "damaged.npz"
        path.write_bytes(data[:place] + bytes([data[place] ^ 0x55]) + data[place + 1 :])
        try:
            found = load_snapshot(path, scenario_sha256=saved[1])
        except ResultsError:
            refused += 1
            continue
        assert same_state(found, whole)
    assert refused > 40


def _rewritten(saved: tuple[Path, str, Simulation], path: Path, **changes: Any) -> Path:
    with np.load(saved[0]) as held:
        arrays = {name: held[name] for name in held.files}
    arrays.update(changes)
    np.savez(path, **{name: value for name, value in arrays.items() if value is not None})
    return path


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"tracks": None}, "it lacks tracks"),
        ({"snapshot_format": np.array(99)}, "another version"),
        ({"layout": np.array("{}")}, "another version"),
        ({"counts": np.zeros(7, np.uint8)}, "cannot be read as a snapshot"),
        ({"shapes": np.array("[1")}, "cannot be read as a snapshot"),
        ({"shapes": np.array("{}")}, "cannot be read as a snapshot"),
    ],
)
def test_foreign_contents(saved: tuple[Path, str, Simulation], tmp_path: Path, changes: Any, message: str) -> None:
    path = _rewritten(saved, tmp_path / "foreign.npz", **changes)
    with pytest.raises(ResultsError, match=message):
        load_snapshot(path, scenario_sha256=saved[1])


def test_no_file_no_archive_and_no_snapshot(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("hello", encoding="utf-8")
    np.savez(tmp_path / "other.npz", x=np.zeros(3))
    np.save(tmp_path / "single.npy", np.zeros(3))
    for name, message in [
        ("absent", "cannot be read"),
        ("text", "cannot be read"),
        ("single.npy", "cannot be read|is no snapshot"),
        ("other.npz", "is no snapshot of this version; it lacks"),
    ]:
        with pytest.raises(ResultsError, match=message):
            load_snapshot(tmp_path / name, scenario_sha256="")


def test_saving_leaves_one_whole_file(saved: tuple[Path, str, Simulation]) -> None:
    assert [path.name for path in saved[0].parent.iterdir()] == ["state.npz"]
