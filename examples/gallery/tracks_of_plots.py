"""Tracks out of plots: four aircraft among false alarms, tracked by `openiads track`.

    python tracks_of_plots.py FOLDER -o tracks.png

Writes plots.csv and sensors.yaml of a notional radar into FOLDER, runs the command on them, and draws what came out.
Replace the two files by those of a recording of yours. A line begins where the track became firm.
"""

import csv
import subprocess
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from picture import COLOURS, MUTED, arguments, save

SCANS, PERIOD_S, REACH_M, FALSE_PER_SCAN, P_DETECTION = 40, 10.0, 1e5, 12.0, 0.9
SIGMA_RANGE_M, SIGMA_AZIMUTH_DEG, SIGMA_ELEVATION_DEG, HEIGHT_M = 60.0, 0.15, 0.2, 6000.0
FLIGHTS = (
    (-70e3, 40e3, 210.0, -60.0),
    (65e3, 55e3, -180.0, -120.0),
    (-50e3, -65e3, 150.0, 140.0),
    (70e3, -20e3, -230.0, 30.0),
)
"""East, north [m] and their rates [m/s] of each aircraft at the start."""
SENSORS = f"""frame: flat
sensors:
  - id: north
    east_m: 0
    north_m: 0
    up_m: 0
    sigma_range_m: {SIGMA_RANGE_M}
    sigma_azimuth_deg: {SIGMA_AZIMUTH_DEG}
    sigma_elevation_deg: {SIGMA_ELEVATION_DEG}
    p_detection: {P_DETECTION}
    clutter_per_scan: {FALSE_PER_SCAN}
    scan_period_s: {PERIOD_S}
"""
HEAD = ("time_s", "range_m", "azimuth_rad", "elevation_rad")

NOTE = "In this model. A notional radar: nine looks of ten see, 12 false plots a scan; the mark is where a track is firm."


def plots() -> np.ndarray:
    """Plots of all scans, true ones with the errors of the radar, false ones evenly over its area."""
    draw, rows = np.random.default_rng(7), []
    for time_s in PERIOD_S * np.arange(SCANS):
        for east, north, east_mps, north_mps in FLIGHTS:
            at = np.array([east + east_mps * time_s, north + north_mps * time_s, HEIGHT_M])
            away = np.linalg.norm(at)
            if draw.random() < P_DETECTION and away < REACH_M:
                polar = np.array([away, np.arctan2(at[0], at[1]), np.arcsin(at[2] / away)])
                rows.append((time_s, *(polar + draw.normal(0.0, errors()))))
        for _ in range(int(draw.poisson(FALSE_PER_SCAN))):
            place = (REACH_M * np.sqrt(draw.uniform(0.02, 1.0)), draw.uniform(-np.pi, np.pi), draw.uniform(0.02, 0.3))
            rows.append((time_s, *place))
    return np.array(rows)


def errors() -> np.ndarray:
    """Standard deviations of range, azimuth, elevation."""
    return np.array([SIGMA_RANGE_M, np.radians(SIGMA_AZIMUTH_DEG), np.radians(SIGMA_ELEVATION_DEG)])


def tracked(folder: Path, seen: np.ndarray) -> dict[str, np.ndarray]:
    """East and north of the firm tracks, as the command wrote them."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sensors.yaml").write_text(SENSORS, encoding="utf-8")
    with (folder / "plots.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([HEAD, *seen.tolist()])
    command = [sys.executable, "-m", "openiads", "track", "plots.csv", "--sensors", "sensors.yaml", "-o", "tracks.csv"]
    subprocess.run(command, cwd=folder, check=True)
    lines: dict[str, list[tuple[float, float]]] = {}
    with (folder / "tracks.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["status"] != "tentative":
                lines.setdefault(row["track_id"], []).append((float(row["east_m"]), float(row["north_m"])))
    return {name: np.array(line) for name, line in lines.items()}


def main() -> None:
    chosen = arguments(__doc__, folder="folder for the plots, the sensors and the tracks")
    seen = plots()
    lines = tracked(chosen.folder, seen)
    flat_m = seen[:, 1] * np.cos(seen[:, 3])
    figure, axes = plt.subplots()
    axes.plot(flat_m * np.sin(seen[:, 2]) / 1e3, flat_m * np.cos(seen[:, 2]) / 1e3, ".", ms=3, color="0.72", label="plots")
    for k, (name, line) in enumerate(lines.items()):
        axes.plot(*(line.T / 1e3), color=COLOURS[k % 4], lw=2, marker="so^D"[k % 4], markevery=[0], label=f"track {name}")
    axes.plot(0, 0, "+", color=MUTED, ms=12)
    axes.set(xlim=(-105, 105), ylim=(-105, 105), aspect="equal", xlabel="east of the radar [km]", ylabel="north [km]")
    axes.set_title(f"{len(seen):,} plots of {SCANS} scans, {len(lines)} firm tracks")
    axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(1.02, 1.0), fontsize=9)
    save(figure, chosen.out, NOTE)


if __name__ == "__main__":
    main()
