"""`openiads track`: plots of a closed file through the tracker of the simulator."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from openiads.cli.progress import Progress
from openiads.errors import OpeniadsError, ScenarioError

if TYPE_CHECKING:
    from openiads.tracking.setup import TrackerConfig
    from openiads.tracking.tracker import Tracker

NOTES = {
    "not_finite": "plots set aside: a value is missing or not finite",
    "out_of_range": "plots set aside: range, azimuth or elevation outside its range",
    "duplicates": "copies of a plot, each counted once",
    "late": "plots set aside: older than the track they fit",
    "overflow": "tracks not started for want of room; raise tracker.max_tracks",
    "pair_overflow": "pairs of track and plot beyond the room for them",
    "rates_aside": "range rates set aside: more than 5 sigma from those of their track; positive is outward",
    "cut": "searches for an assignment ended early in crowded places",
}


def track(
    detections: Annotated[Path, typer.Argument(metavar="DETECTIONS", help="Plots, CSV or Parquet (closed file).")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="TRACKS", help="Tracks to write, CSV or Parquet.")],
    sensors: Annotated[Path | None, typer.Option(metavar="FILE", help="Sensors and options (YAML); needed.")] = None,
    every: Annotated[
        float | None, typer.Option(min=0.0, metavar="SECONDS", help="Time between pictures; about a scan unless given.")
    ] = None,
) -> None:
    """Turn recorded plots into tracks.

    Columns of the plots: time_s, sensor_id, range_m, azimuth_rad (clockwise from north), elevation_rad, optional range_rate_mps,
    snr_db. Plots may come in any order. The same file gives the same bytes.
    """
    from openiads.tracking.setup import TrackingError
    from openiads.tracking.tables import format_of
    from openiads.tracking.tracker import Tracker

    if sensors is None:
        raise TrackingError(
            "--sensors FILE is missing: plots are range and angles, and only the sensor file says from where and how well. "
            "`frame: flat` or `geodetic`, then `sensors:` with id, position, sigmas and scan period; see docs/how-to/track-plots.md"
        )
    format_of(output)
    refuse_same_file(output, detections, sensors)
    config = read_sensors(sensors)
    try:
        tracker = Tracker(config)
    except OpeniadsError as error:
        raise TrackingError(f"{sensors}: {error}") from None
    rows, pictures = _run(tracker, detections, output, every)
    counts = tracker.counts
    typer.echo(f"{counts['plots']} plots, {len(tracker.sensors)} sensors, {pictures} pictures, {rows} rows in {output}")
    for name, text in NOTES.items():
        if counts[name]:
            typer.echo(f"{counts[name]:>8} {text}")


def refuse_same_file(output: Path, *inputs: Path) -> None:
    """Refuse to write over a file that is being read.

    Raises
    ------
    TrackingError
        When `output` is one of the inputs.
    """
    from openiads.tracking.setup import TrackingError

    for path in inputs:
        if output.exists() and path.exists() and output.samefile(path):
            raise TrackingError(f"{output}: is the file that is read; write to another one")


def read_sensors(path: Path) -> "TrackerConfig":
    """The configuration in a sensor file.

    Raises
    ------
    TrackingError
        With the file, and what is wrong in it.
    """
    from openiads.scenario.yaml_reader import read_file
    from openiads.tracking.setup import TrackerConfig, TrackingError

    try:
        tree = read_file(path).data
    except ScenarioError as error:
        raise TrackingError(str(error).replace("a scenario file", "a sensor file")) from None
    try:
        return TrackerConfig.from_mapping(tree)
    except OpeniadsError as error:
        raise TrackingError(f"{path}: {error}") from None


def _run(tracker: "Tracker", detections: Path, output: Path, every_s: float | None) -> tuple[int, int]:
    """Track the file and write the result whole or not at all; returns rows and pictures."""
    from openiads.disk import whole_file
    from openiads.tracking.recording import pictures, read_recording
    from openiads.tracking.setup import TrackingError
    from openiads.tracking.tables import TrackWriter, format_of

    raw = read_recording(detections, tracker)
    done = 0
    try:
        with whole_file(output) as file, Progress(max(len(raw), 1), "tracking", unit="plots") as progress:
            writer = TrackWriter(file, format_of(output), tracker)
            for picture, plots in pictures(tracker, raw, every_s=every_s):
                writer.write(picture)
                progress.advance(plots)
                done += 1
            writer.close()
    except OSError as error:
        raise TrackingError(f"{output}: cannot be written: {error.strerror or error}") from None
    return writer.rows, done
