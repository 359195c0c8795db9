"""The Python face: scenarios, runs in a folder or a temporary one, tables for pandas, Polars, DuckDB and Arrow."""

import gc
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import openiads
from openiads import api
from openiads.errors import OpeniadsError, ResultsError, ScenarioError
from openiads.records.tables import TABLES


@pytest.fixture(scope="module")
def run(cases: ModuleType) -> Any:
    return api.run(cases.small(), replications=3)


def test_the_package_offers_its_face(cases: ModuleType) -> None:
    scenario = openiads.load_scenario(cases.SMALL)
    assert openiads.run is api.run
    assert scenario == cases.small()
    with pytest.raises(AttributeError):
        _ = openiads.no_such_name


def test_tables_in_every_form(run: Any) -> None:
    assert run.tables == tuple(TABLES)
    arrow = run.table("outcomes")
    assert arrow.num_rows == 3 * 6
    assert run.table("outcomes", 1).num_rows == 6
    frame = run.to_pandas("outcomes")
    assert list(frame.columns) == [column.name for column in TABLES["outcomes"].columns]
    assert set(frame["end_state"]) <= {"killed", "leaked", "landed", "aborted", "alive_at_end"}
    assert run.to_polars("outcomes").shape == frame.shape
    connection = run.to_duckdb()
    counted = connection.execute("select count(*) from outcomes where end_state = 'leaked'").fetchone()
    assert counted == ((frame["end_state"] == "leaked").sum(),)
    connection.close()
    with pytest.raises(ResultsError, match=r"no table is called 'outcome'. Known"):
        run.table("outcome")
    with pytest.raises(ResultsError, match="replication 3 is not in this run"):
        run.table("outcomes", 3)


def test_full_tables_are_those_of_replication_0(run: Any) -> None:
    assert set(run.to_pandas("tracks")["replication"]) == {0}
    assert set(run.to_pandas("events")["replication"]) == {0, 1, 2}
    with pytest.raises(ResultsError, match="openiads replay"):
        run.table("tracks", 1)


def test_plots_have_ids_of_their_own(run: Any) -> None:
    plots = run.to_pandas("plots")
    assert len(plots) > 1000
    assert not plots.duplicated(["replication", "node", "plot_id"]).any()
    assert (plots["sigma_range_m"] > 0).all()
    assert plots["azimuth_rad"].between(0, 6.283186).all()


def test_tracks_tell_every_update(run: Any) -> None:
    """Every track starts tentative; the update that makes it firm is there, at the time of its event."""
    tracks = run.to_pandas("tracks")
    own = tracks[tracks["source"] == "own"]
    first = own.groupby("track_id").first()
    assert set(first["status"]) == {"tentative"}
    firm = run.to_pandas("events").query("replication == 0 and event == 'firm'")
    firm_first = own[own["status"] == "firm"].groupby("track_id")["at_ns"].first()
    assert set(firm_first.index) == set(firm["track_id"])
    hits = own[own["status"] == "tentative"].groupby("track_id").size()
    assert (hits[firm_first.index] == 2).all()  # of three of five, the third makes it firm
    later = firm.set_index("track_id")["at_ns"] - firm_first
    assert later.min() >= 0
    assert later.max() < 6e9 / 8 + 2e9  # ns: within a sector or a frame


def test_temporary_runs_go_with_their_object(cases: ModuleType) -> None:
    run = api.run(cases.small(), replications=1, record="counts")
    folder = run.folder
    assert folder.is_dir()
    del run
    gc.collect()
    assert not folder.exists()
    assert not folder.parent.exists()


def test_a_run_that_fails_leaves_no_temporary_folder(
    cases: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def stop(done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        api.run(cases.small(), replications=2, on_progress=stop)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"seed": -1}, "seed = -1 does not fit 64 bits"),
        ({"seed": 2**64}, "does not fit 64 bits"),
        ({"workers": 0}, "workers = 0; 1 is the least"),
        ({"replications": 0}, "must be 1 or more"),
        ({"first_replication": -1}, "must be 0 or more"),
    ],
)
def test_wrong_arguments(cases: ModuleType, tmp_path: Path, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ResultsError, match=message):
        api.run(cases.small(), out=tmp_path / "run", **arguments)
    assert not list(tmp_path.rglob("part-*"))


def test_scenarios_that_cannot_be(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="No such file"):
        api.run(tmp_path / "absent.yaml")
    with pytest.raises(ResultsError, match="there is no such folder"):
        api.open_run(tmp_path / "absent")
    assert issubclass(ScenarioError, OpeniadsError)


def test_the_largest_seed(cases: ModuleType) -> None:
    found = api.run(cases.small(), replications=1, seed=2**64 - 1)
    assert found.digest() != api.run(cases.small(), replications=1, seed=0).digest()


def test_progress_counts_every_replication(cases: ModuleType) -> None:
    done: list[int] = []
    api.run(cases.small(), replications=9, record="counts", on_progress=done.append)
    assert sum(done) == 9


def test_replay_of_a_variant_with_overrides(cases: ModuleType, tmp_path: Path) -> None:
    """The folder keeps the scenario as it was run, with what was set."""

    def vary(tree: dict[str, Any]) -> None:
        tree["variants"] = {"quiet": {"network.mode": "standalone"}}

    (tmp_path / "case.yaml").write_text(cases.edited_text(vary), encoding="utf-8")
    scenario = openiads.load_scenario(tmp_path / "case.yaml", variant="quiet", overrides={"objects.raider.rcs.front_m2": 7})
    run = api.run(scenario, replications=3, out=tmp_path / "run")
    assert sum(run.to_pandas("counts")["messages_sent"]) == 0
    again = api.replay(run, 2)
    assert again.table("outcomes").equals(run.table("outcomes", 2))
