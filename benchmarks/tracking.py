"""The tracker against Stone Soup on the same plots, in the same run: accuracy, and confirmed updates per CPU second.

    python benchmarks/tracking.py DATA_FOLDER [--scene NAME] [--scans N] [--json FILE]

Stone Soup 1.9.1: extended Kalman filter on range, bearing and elevation, `GNNWith2DAssignment` with the k-d tree
(`DetectionKDTreeMixIn`), Mahalanobis gate 4.03, three hits, deletion after two (tentative) or four missed scans; in the scene of
500 false plots after one (tentative), to keep it within minutes.

Ours twice: as it comes (converted plots, rivals by likelihood, no plot beyond the fastest target), and alike (`filter: ekf`,
`assignment_cost: distance`, `speed_gate: false`), which is the row whose GOSPA to compare. Figures are CPU time of one process:
ours the median of several walks over the whole scene, Stone Soup's of one; compare the ratios, not the figures.
"""

import argparse
import datetime as dt
import json
import time
from pathlib import Path
from typing import Any

import numpy as np

from openiads.tracking import Sensor, Tracker, TrackerConfig, TrackerOptions
from openiads.tracking.batches import RAW, sorted_rows
from openiads.tracking.metrics import gospa
from tracking_scenes import Scene, larger, recorded

GATE = 4.03
GATE_PROBABILITY = 0.99898
CUTOFF = 3000.0
WARM = 5
SPEED_SIGMA = 200.0
"""Of a new track, per horizontal axis [m/s], in both trackers."""
ROUNDS = 15


def scores(pictures: list[np.ndarray], scene: Scene) -> dict[str, float]:
    """Mean GOSPA, missed and false from the sixth scan on, and the error of pairs within the cutoff."""
    found = [
        gospa(estimate, scene.truth[k, scene.alive[k]][:, ::2], cutoff=CUTOFF)
        for k, estimate in enumerate(pictures)
        if k >= WARM
    ]
    matched = sum(s.matched for s in found)
    return {
        "gospa_m": float(np.mean([s.gospa for s in found])),
        "rmse_m": float(np.sqrt(sum(s.localisation for s in found) / matched)),
        "missed": float(np.mean([s.missed for s in found])),
        "false": float(np.mean([s.false for s in found])),
    }


def tracker(scene: Scene, misses: int, alike: bool) -> Tracker:
    """Ours, with the scene's own noise and gate, three hits; `alike`: filter, ranking and gates as Stone Soup has them."""
    sensor = Sensor(
        id="radar",
        east_m=0.0,
        north_m=0.0,
        up_m=0.0,
        sigma_range_m=float(scene.sigmas[0]),
        sigma_azimuth_deg=float(np.degrees(scene.sigmas[1])),
        sigma_elevation_deg=float(np.degrees(scene.sigmas[2])),
        scan_period_s=scene.period_s,
        p_detection=scene.p_detection,
        clutter_per_scan=scene.clutter,
    )
    options = TrackerOptions(
        confirm_hits=3,
        confirm_window=1000,
        tentative_misses=misses,  # Stone Soup's rule, the same for both
        process_noise_m2ps3=float(scene.noise[0]),
        vertical_noise_reduction=float(1.0 - scene.noise[2] / scene.noise[0]),
        gate_probability=GATE_PROBABILITY,
        max_speed_mps=600.0,
        max_climb_mps=30.0,
        max_tracks=3000,
        filter="ekf" if alike else "converted",
        assignment_cost="distance" if alike else "likelihood",
        speed_gate=not alike,
    )
    return Tracker(TrackerConfig([sensor], "flat", options))


def rows_of(scene: Scene) -> tuple[np.ndarray, np.ndarray]:
    """All plots as rows of the tracker, and where each scan begins and ends."""
    counts = [len(plots) for plots in scene.plots]
    raw = np.zeros(sum(counts), RAW)
    raw["at_ns"] = np.repeat(np.arange(len(counts)) * round(scene.period_s * 1e9), counts)
    polar = np.vstack(scene.plots)
    raw["range_m"], raw["azimuth_rad"], raw["elevation_rad"] = polar[:, 0], np.pi / 2 - polar[:, 1], polar[:, 2]
    edges = np.concatenate([[0], np.cumsum(counts)])
    return sorted_rows(raw), np.column_stack([edges[:-1], edges[1:]])


def ours(scene: Scene, misses: int, alike: bool) -> dict[str, float]:
    """Scores, updates of firm tracks, and the median CPU time of the whole scene without Python between its scans."""
    raw, batches = rows_of(scene)
    made, pictures, updates = tracker(scene, misses, alike), [], 0
    for k in range(len(batches)):
        made.feed_batches(raw, batches[k : k + 1])
        picture = made.picture()
        firm = picture.status > 0
        pictures.append(picture.state[firm, :3])
        updates += int((picture.update_s[firm] == picture.time_s).sum())
    spent = []
    for _ in range(ROUNDS):
        made = tracker(scene, misses, alike)
        began = time.process_time()
        made.feed_batches(raw, batches)
        spent.append(time.process_time() - began)
    return scores(pictures, scene) | {"updates": updates, "cpu_s": float(np.median(spent))}


def stone_soup(scene: Scene, misses: int) -> dict[str, float]:
    """The same of Stone Soup, one run."""
    make = _stone_soup_parts(scene, misses)
    start = dt.datetime(2026, 1, 1)
    tracks: set[Any] = set()
    pictures, updates, spent = [], 0, 0.0
    for k, plots in enumerate(scene.plots):
        now = start + dt.timedelta(seconds=k * scene.period_s)
        detections = make["detections"](plots, now)
        began = time.process_time()
        used = set()
        for track, hypothesis in make["associator"].associate(tracks, detections, now).items():
            if hypothesis:
                track.append(make["updater"].update(hypothesis))
                used.add(hypothesis.measurement)
                updates += 1
            else:
                track.append(hypothesis.prediction)
        tracks -= make["deleter"].delete_tracks(tracks)
        tracks |= make["initiator"].initiate(detections - used, now)
        spent += time.process_time() - began
        pictures.append(np.array([np.asarray(t.state_vector, dtype=float)[[0, 2, 4], 0] for t in tracks]).reshape(-1, 3))
    return scores(pictures, scene) | {"updates": updates, "cpu_s": spent}


def _stone_soup_parts(scene: Scene, misses: int) -> dict[str, Any]:
    from stonesoup.dataassociator.neighbour import GNNWith2DAssignment
    from stonesoup.dataassociator.tree import DetectionKDTreeMixIn
    from stonesoup.deleter.time import UpdateTimeStepsDeleter
    from stonesoup.hypothesiser.distance import DistanceHypothesiser
    from stonesoup.initiator.simple import MultiMeasurementInitiator
    from stonesoup.measures import Mahalanobis
    from stonesoup.models.measurement.nonlinear import CartesianToElevationBearingRange
    from stonesoup.models.transition.linear import CombinedLinearGaussianTransitionModel, ConstantVelocity
    from stonesoup.predictor.kalman import ExtendedKalmanPredictor
    from stonesoup.types.array import StateVector
    from stonesoup.types.detection import Detection
    from stonesoup.types.state import GaussianState
    from stonesoup.updater.kalman import ExtendedKalmanUpdater

    class Tree(DetectionKDTreeMixIn, GNNWith2DAssignment):
        """Global nearest neighbour with the k-d tree."""

    motion = CombinedLinearGaussianTransitionModel([ConstantVelocity(q) for q in scene.noise])
    cover = np.diag(scene.sigmas[[2, 1, 0]] ** 2)
    sensor = CartesianToElevationBearingRange(ndim_state=6, mapping=(0, 2, 4), noise_covar=cover)
    predictor, updater = ExtendedKalmanPredictor(motion), ExtendedKalmanUpdater(sensor)
    hypothesiser = DistanceHypothesiser(predictor, updater, Mahalanobis(), missed_distance=GATE)

    def associator() -> Any:
        # The reach is the multiplier times the largest *variance* (of range): a whole gate at the noise of a plot, more than that
        # for new tracks, whose reach is bounded apart. No plot in a gate is lost, and no more are offered than that takes.
        reach = 1.02 * GATE / float(scene.sigmas[0])
        most = 1.05 * GATE * SPEED_SIGMA * scene.period_s * misses
        return Tree(
            hypothesiser,
            predictor,
            updater,
            number_of_neighbours=None,
            max_distance=most,
            max_distance_covariance_multiplier=reach,
        )

    prior = GaussianState(StateVector([0.0] * 6), np.diag([0.0, SPEED_SIGMA**2, 0.0, SPEED_SIGMA**2, 0.0, 10.0**2]))
    initiator = MultiMeasurementInitiator(
        prior,
        deleter=UpdateTimeStepsDeleter(misses),
        data_associator=associator(),
        updater=updater,
        measurement_model=sensor,
        min_points=3,
    )

    def detections(plots: np.ndarray, now: dt.datetime) -> set[Any]:
        from stonesoup.types.angle import Bearing, Elevation

        return {
            Detection(StateVector([Elevation(e), Bearing(b), r]), timestamp=now, measurement_model=sensor)
            for r, b, e in plots
        }

    return {
        "associator": associator(),
        "updater": updater,
        "deleter": UpdateTimeStepsDeleter(4),
        "initiator": initiator,
        "detections": detections,
    }


SCENES = ("50 targets, 20 false", "300 targets, 50 false", "300 targets, 500 false")
USUAL, ALIKE, RIVAL = "openiads", "openiads, alike", "Stone Soup"
MISSES = {SCENES[2]: 1}
"""Missed scans after which a tentative track is deleted, where not two."""


def made_scene(name: str, data: Path, scans: int | None) -> Scene:
    """One of `SCENES`; the larger ones have 60 and 40 scans unless told."""
    if name == SCENES[0]:
        return recorded(data / "tracking_scene_50.npz")
    if name == SCENES[1]:
        return larger(300, 50.0, scans or 60, seed=300)
    return larger(300, 500.0, scans or 40, seed=301)


def main() -> None:
    """Run the scenes and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder with tracking_scene_50.npz")
    parser.add_argument("--scene", choices=SCENES, action="append", help="only this one")
    parser.add_argument("--scans", type=int, help="scans of the 300-target scenes; Stone Soup takes seconds for each")
    parser.add_argument("--json", type=Path, help="write the figures here")
    parser.add_argument("--ours", action="store_true", help="only ours")
    arguments = parser.parse_args()
    table = {}
    print("| scene | scans | tracker | GOSPA m | against Stone Soup | RMSE m | missed | false | updates per CPU s | ratio |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for name in arguments.scene or SCENES:
        scene = made_scene(name, arguments.data, arguments.scans)
        misses = MISSES.get(name, 2)
        rows = {USUAL: ours(scene, misses, False), ALIKE: ours(scene, misses, True)}
        if not arguments.ours:
            rows[RIVAL] = stone_soup(scene, misses)
        table[name] = rows
        slow = rows.get(RIVAL, rows[USUAL])
        for who, row in rows.items():
            rate = row["updates"] / row["cpu_s"]
            off = f"{100.0 * (row['gospa_m'] / rows[RIVAL]['gospa_m'] - 1.0):+.3f} %" if RIVAL in rows else ""
            print(
                f"| {name} | {len(scene.plots)} | {who} | {row['gospa_m']:.1f} | {off} | {row['rmse_m']:.1f} "
                f"| {row['missed']:.2f} | {row['false']:.2f} | {rate:,.0f} | {rate / (slow['updates'] / slow['cpu_s']):,.0f} |",
                flush=True,
            )
    if arguments.json:
        arguments.json.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
