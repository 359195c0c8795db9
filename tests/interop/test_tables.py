"""The flat event log and the tables for Stone Soup."""

import csv
import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

import openiads
from openiads.interop import stonesoup
from openiads.interop.source import Source


def test_the_event_log_tells_everything_in_order(run: Any, tmp_path: Path) -> None:
    openiads.export(run, "events", tmp_path / "a.parquet")
    table = pq.read_table(tmp_path / "a.parquet").to_pandas(use_threads=False)
    assert table["time_s"].is_monotonic_increasing
    counts = table["event"].value_counts()
    source = Source.open(run.reader)
    events = run.table("events", 0).to_pandas(use_threads=False)
    for event in ("firm", "dropped", "identified", "assigned", "launched", "intercept"):
        assert counts[event] == (events["event"] == event).sum(), event
    assert counts["appeared"] == counts["ended"] == len(source.things)
    ends = table[table["event"] == "ended"].set_index("object_id")
    for thing in source.things:
        assert ends.loc[thing.object_id, "result"] == thing.end_state
    shots = table[table["event"] == "launched"]
    assert set(shots["object_side"]) <= {"hostile", "friendly", "neutral", ""}
    placed = table[table["object_id"] != ""]
    assert placed["latitude_deg"].between(39, 41).all()
    assert table[table["object_id"] == ""]["latitude_deg"].isna().all()


def test_stone_soup_tables_hold_the_run(run: Any, tmp_path: Path) -> None:
    openiads.export(run, "stonesoup", tmp_path / "a.zip")
    source = Source.open(run.reader)
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        rows = {
            name: list(csv.DictReader(io.TextIOWrapper(archive.open(f"{name}.csv"))))
            for name in ("detections", "tracks", "truth")
        }
        assert "in this model only" in archive.read("README.txt").decode()
    assert len(rows["detections"]) == run.table("plots", 0).num_rows
    assert len(rows["tracks"]) == run.table("tracks", 0).num_rows
    frame = stonesoup.Frame(source)
    for row in rows["truth"][::50]:
        at_ns = (
            (np.datetime64(row["time"][:-1]) - np.datetime64("2019-07-12T06:00:00")).astype("timedelta64[ns]").astype(int)
        )
        position, velocity = source.paths.at(source.index[row["object_id"]], at_ns)
        assert [float(row[n]) for n in stonesoup.ENU] == pytest.approx(frame.position(position), rel=0, abs=1e-6)  # m
        assert [float(row[n]) for n in stonesoup.RATES] == pytest.approx(frame.vector(velocity), rel=0, abs=1e-6)  # m/s


def test_the_covariances_of_plots_are_honest(run: Any) -> None:
    """Squared errors over stated covariances: a mean of 3 with 3 degrees of freedom."""
    source = Source.open(run.reader)
    frame = stonesoup.Frame(source)
    found = []
    for rows, position, covariance in stonesoup.plots(source):
        for row, place, spread in zip(rows, position, covariance, strict=True):
            if row["object_id"]:
                truth, _ = source.paths.at(source.index[row["object_id"]], row["at_ns"])
                off = place - frame.position(truth)
                found.append(off @ np.linalg.solve(spread, off))
    error = (6 / len(found)) ** 0.5
    assert np.mean(found) == pytest.approx(3.0, rel=0, abs=3 * error)


def test_stone_soup_objects(run: Any) -> None:
    pytest.importorskip("stonesoup")
    source = Source.open(run.reader, until_s=60)
    groups = list(stonesoup.detections(source))
    plots = run.table("plots", 0).to_pandas(use_threads=False)
    assert sum(len(found) for _, found in groups) == (plots["at_ns"] <= 60e9).sum()
    assert [when for when, _ in groups] == sorted(when for when, _ in groups)
    paths = stonesoup.truth_paths(source)
    assert len(paths) == sum(t.start_ns <= 60e9 for t in source.things)
    tracks = run.table("tracks", 0).to_pandas(use_threads=False)
    own = tracks[(tracks["source"] == "own") & (tracks["at_ns"] <= 60e9)]
    assert len(stonesoup.tracks(source)) == own["track_id"].nunique()
