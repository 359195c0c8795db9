"""The plots of a run through Stone Soup, beside the tracks that a node of the run made of them: one table.

    python tools/compare_trackers.py RUN --node NODE

Both start from the same positions and covariances, with the same process noise, gate, confirmation and dropping, and are scored by
`openiads.tracking.scoring` at the end of each scan of the node's search radar. Needs stonesoup.
"""

import argparse
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import chi2

import openiads
from openiads.engine.sites import node_spec
from openiads.interop import stonesoup
from openiads.interop.source import Source
from openiads.tracking.scoring import score

SECTORS = 8
"""Parts of a scan in which plots are associated together, as in the engine."""

COLUMNS = ("east_m", "north_m", "up_m", "velocity_east_mps", "velocity_north_mps", "velocity_up_mps")
Rows = list[tuple[float, str, Any]]


def table(rows: Rows) -> dict[str, Any]:
    """Columns of a table of tracks or truth out of times, names and states (6,); tracks are numbered by name."""
    states = np.array([row[2] for row in rows], dtype=np.float64).reshape(-1, 6)
    names = np.array([row[1] for row in rows])
    numbers = np.unique(names, return_inverse=True)[1]
    found: dict[str, Any] = {"time_s": np.array([row[0] for row in rows]), "track_id": numbers, "object_id": names}
    found["status"] = np.full(len(rows), "firm")
    return found | {name: states[:, k] for k, name in enumerate(COLUMNS)}


def own_tracks(source: Source, node: str, times: Any) -> Rows:
    """The node's own firm tracks moved on to each time, from being firm until they are dropped."""
    frame = stonesoup.Frame(source)
    dropped = {
        r["track_id"]: r["at_ns"] / 1e9 for r in source.rows("events") if r["event"] == "dropped" and r["node"] == node
    }
    updates: dict[str, list[tuple[float, Any]]] = {}
    for row in source.rows("tracks"):
        if row["node"] == node and row["source"] == "own" and row["status"] == "firm":
            position = frame.position([row[f"position_ecef_{a}_m"] for a in "xyz"])
            velocity = frame.vector([row[f"velocity_ecef_{a}_mps"] for a in "xyz"])
            updates.setdefault(row["track_id"], []).append((row["at_ns"] / 1e9, np.concatenate([position, velocity])))
    rows: Rows = []
    for name, found in updates.items():
        stamps = np.array([at for at, _ in found])
        for now in times:
            k = int(np.searchsorted(stamps, now, side="right")) - 1
            if k >= 0 and now < dropped.get(name, np.inf):
                rows.append((now, name, moved(found[k][1], now - stamps[k])))
    return rows


def moved(state: Any, elapsed: float) -> Any:
    """A state (6,) after some seconds at its velocity."""
    return np.concatenate([state[:3] + elapsed * state[3:], state[3:]])


def stone_soup(source: Source, node: str, times: Any, period: float) -> Rows:
    """Stone Soup's tracks of the node's plots, moved on to each time."""
    from stonesoup.dataassociator.neighbour import GNNWith2DAssignment
    from stonesoup.deleter.time import UpdateTimeDeleter
    from stonesoup.hypothesiser.distance import DistanceHypothesiser
    from stonesoup.initiator.simple import MultiMeasurementInitiator
    from stonesoup.measures import Mahalanobis
    from stonesoup.models.transition.linear import CombinedLinearGaussianTransitionModel, ConstantVelocity
    from stonesoup.predictor.kalman import KalmanPredictor
    from stonesoup.types.state import GaussianState
    from stonesoup.updater.kalman import KalmanUpdater

    spec = node_spec(source.scenario.spec, node).tracker
    predictor = KalmanPredictor(CombinedLinearGaussianTransitionModel([ConstantVelocity(spec.process_noise_m2ps3)] * 3))
    updater = KalmanUpdater(None)
    gate = float(np.sqrt(chi2.ppf(spec.gate_probability, 3)))
    associator = GNNWith2DAssignment(DistanceHypothesiser(predictor, updater, Mahalanobis(), missed_distance=gate))
    start = source.start.replace(tzinfo=None)
    deleter = UpdateTimeDeleter(timedelta(seconds=spec.drop_after_updates * period))
    waiting = UpdateTimeDeleter(timedelta(seconds=(spec.confirm_window - spec.confirm_hits + 1.5) * period))
    speed = (spec.max_speed_mps / 3) ** 2
    prior = GaussianState(np.zeros((6, 1)), np.diag([1e8, speed] * 3), timestamp=start)
    initiator = MultiMeasurementInitiator(
        prior, waiting, associator, updater, min_points=spec.confirm_hits, measurement_model=None, updates_only=True
    )
    tracks: set[Any] = set()
    rows: Rows = []
    groups = iter(sectors(source, node, start, period / SECTORS))
    ready = next(groups, None)
    for now in times:
        while ready is not None and ready[0] <= now:
            when, found = start + timedelta(seconds=ready[0]), ready[1]
            hypotheses = associator.associate(tracks, found, when)
            used = set()
            for track in tracks:
                if hypotheses[track]:
                    track.append(updater.update(hypotheses[track]))
                    used.add(hypotheses[track].measurement)
            tracks -= deleter.delete_tracks(tracks, timestamp=when)
            tracks |= initiator.initiate(found - used, when)
            ready = next(groups, None)
        for track in tracks:
            state = np.asarray(track.state_vector, dtype=np.float64).ravel()
            elapsed = now - (track.timestamp - start).total_seconds()
            rows.append((now, track.id, moved(np.concatenate([state[::2], state[1::2]]), elapsed)))
    return rows


def sectors(source: Source, node: str, start: Any, length: float) -> Any:
    """The node's plots in pieces of a scan: the end of the piece in seconds, and its detections."""
    end, held = length, set()
    for when, found in stonesoup.detections(source):
        at = (when - start).total_seconds()
        while at >= end:
            yield end, held
            end, held = end + length, set()
        held |= {d for d in found if d.metadata["sensor_id"] == f"{node}/search"}
    yield end, held


def main() -> None:
    """Track, score, and print the table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("--node", required=True)
    arguments = parser.parse_args()
    source = Source.open(openiads.open_run(arguments.run).reader)
    period = source.radars[arguments.node, "search"].spec.scan_period_s
    times = np.arange(6, int(source.until_ns / 1e9 / period)) * period  # from the sixth scan on
    frame = stonesoup.Frame(source)
    truth: Rows = []
    for at_ns, alive, position, velocity in source.instants(1_000_000_000):
        states = np.concatenate([frame.position(position), frame.vector(velocity)], axis=-1)
        truth += [(at_ns / 1e9, source.things[k].object_id, states[k]) for k in np.nonzero(alive)[0].tolist()]
    results = {}
    for name, make in (
        ("openiads", lambda: own_tracks(source, arguments.node, times)),
        ("Stone Soup", lambda: stone_soup(source, arguments.node, times, period)),
    ):
        began = time.process_time()
        rows = make()
        results[name] = {m.name: m for m in score(table(rows), table(truth))}
        print(f"{name}: {time.process_time() - began:.0f} CPU s with reading and scoring")
    print(f"\n| measure | {' | '.join(results)} |\n|---|---|---|")
    for measure in results["openiads"].values():
        values = " | ".join(f"{results[name][measure.name].value:.4g}" for name in results)
        print(f"| {measure.name} ({measure.unit}) | {values} |")


if __name__ == "__main__":
    main()
