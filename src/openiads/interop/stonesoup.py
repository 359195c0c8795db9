"""Stone Soup: plots, tracks and truth of a run, as tables that its readers take and as its own objects.

All are in one local frame, east, north, up at the first radar in order of name; a plot is the position and covariance that our
tracker makes of it (`tracking.measurement`), so that another tracker starts from the same numbers.
"""

import io
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from openiads.constants import NANOSECONDS_PER_SECOND
from openiads.errors import InteropError
from openiads.interop.files import TableWriter
from openiads.interop.shapes import utc
from openiads.interop.source import Source
from openiads.interop.truth import schema
from openiads.tracking.measurement import convert_plot
from openiads.tracking.records import make_plots

Array = NDArray[np.float64]

ENU: Final = ("east_m", "north_m", "up_m")
RATES: Final = ("velocity_east_mps", "velocity_north_mps", "velocity_up_mps")
COVARIANCE: Final = ("cov_ee_m2", "cov_en_m2", "cov_eu_m2", "cov_nn_m2", "cov_nu_m2", "cov_uu_m2")
DETECTIONS: Final = dict.fromkeys(("time", "sensor_id", "plot_id", "object_id"), "str") | dict.fromkeys(
    (*ENU, *COVARIANCE, "range_m", "azimuth_rad", "elevation_rad", "snr_db"), "f8"
)
TRACKS: Final = dict.fromkeys(("time", "track_id", "node", "status", "identity"), "str") | dict.fromkeys(
    (*ENU, *RATES, "sigma_position_m", "sigma_velocity_mps"), "f8"
)
TRUTH: Final = dict.fromkeys(("time", "object_id", "side", "kind"), "str") | dict.fromkeys((*ENU, *RATES), "f8")

STEP_NS: Final = 1 * NANOSECONDS_PER_SECOND
CHUNK: Final = 4096
EPOCH: Final = (1980, 1, 1, 0, 0, 0)
Columns = dict[str, Any]

README: Final = """{provenance}

Frame: east, north, up in metres at latitude {latitude} deg, longitude {longitude} deg, height {height} m (WGS 84).

  CSVDetectionReader("detections.csv", state_vector_fields=("east_m", "north_m", "up_m"), time_field="time")
  CSVGroundTruthReader("truth.csv", state_vector_fields=("east_m", "velocity_east_mps", "north_m", "velocity_north_mps",
                       "up_m", "velocity_up_mps"), time_field="time", path_id_field="object_id")

object_id in detections.csv is truth, empty for a false alarm: use it to score, never to track.
"""


class Frame:
    """East, north, up at the first radar of a run."""

    def __init__(self, source: Source) -> None:
        if not source.radars:
            raise InteropError("the run has no radar, so it has no plots; there is nothing for a tracker")
        self.radar = source.radars[min(source.radars)]

    def position(self, ecef_m: Any) -> Array:
        """Local positions (n, 3) of ECEF positions. [m]"""
        found: Array = (np.asarray(ecef_m) - self.radar.position_m) @ self.radar.axes.T
        return found

    def vector(self, ecef: Any) -> Array:
        """Local components (n, 3) of ECEF vectors."""
        found: Array = np.asarray(ecef) @ self.radar.axes.T
        return found

    def covariance(self, ecef_m2: Any) -> Array:
        """Local covariances (n, 3, 3) of ECEF covariances. [m2]"""
        found: Array = self.radar.axes @ np.asarray(ecef_m2) @ self.radar.axes.T
        return found


def plots(source: Source) -> Iterator[tuple[list[dict[str, Any]], Array, Array]]:
    """Plots in pieces: rows of the table with the truth in `object_id`, local positions (n, 3) and covariances (n, 3, 3)."""
    frame = Frame(source)
    truth = _origins(source)
    rows = source.rows("plots")
    while chunk := list(islice(rows, CHUNK)):
        records = make_plots(len(chunk))
        for k, row in enumerate(chunk):
            row["object_id"] = truth.get((row["node"], row["plot_id"]), "")
            for name in (
                "range_m",
                "azimuth_rad",
                "elevation_rad",
                "sigma_range_m",
                "sigma_azimuth_rad",
                "sigma_elevation_rad",
            ):
                records[k][name] = row[name]
            radar = source.radars[row["node"], row["radar"]]
            convert_plot(records, k, radar.position_m, radar.axes)
        yield chunk, frame.position(records["position"]), frame.covariance(records["r"])


def _origins(source: Source) -> dict[tuple[str, str], str]:
    return {(row["node"], row["plot_id"]): row["object_id"] for row in source.rows("plot_association") if row["object_id"]}


def _detections(source: Source) -> Iterator[Columns]:
    for rows, position, covariance in plots(source):
        found: Columns = {name: [row[name] for row in rows] for name in ("plot_id", "object_id", "range_m", "azimuth_rad")}
        found |= {name: [row[name] for row in rows] for name in ("elevation_rad", "snr_db")}
        found["time"] = [utc(source, row["at_ns"]) for row in rows]
        found["sensor_id"] = [f"{row['node']}/{row['radar']}" for row in rows]
        found |= {name: position[:, k] for k, name in enumerate(ENU)}
        upper = [(i, j) for i in range(3) for j in range(i, 3)]
        yield found | {name: covariance[:, i, j] for name, (i, j) in zip(COVARIANCE, upper, strict=True)}


def _tracks(source: Source) -> Iterator[Columns]:
    frame = Frame(source)
    rows = source.rows("tracks")
    while chunk := list(islice(rows, CHUNK)):
        position = frame.position([[row[f"position_ecef_{a}_m"] for a in "xyz"] for row in chunk])
        velocity = frame.vector([[row[f"velocity_ecef_{a}_mps"] for a in "xyz"] for row in chunk])
        names = ("track_id", "node", "status", "identity", "sigma_position_m", "sigma_velocity_mps")
        found: Columns = {name: [row[name] for row in chunk] for name in names}
        found["time"] = [utc(source, row["at_ns"]) for row in chunk]
        found |= {name: position[:, k] for k, name in enumerate(ENU)}
        yield found | {name: velocity[:, k] for k, name in enumerate(RATES)}


def _truth(source: Source) -> Iterator[Columns]:
    frame = Frame(source)
    for at_ns, alive, ecef_m, ecef_mps in source.instants(STEP_NS):
        there = np.nonzero(alive)[0]
        position, velocity = frame.position(ecef_m[there]), frame.vector(ecef_mps[there])
        things = [source.things[k] for k in there.tolist()]
        found: Columns = {"time": [utc(source, at_ns)] * len(things), "object_id": [t.object_id for t in things]}
        found |= {"side": [t.side for t in things], "kind": [t.kind for t in things]}
        found |= {name: position[:, k] for k, name in enumerate(ENU)}
        yield found | {name: velocity[:, k] for k, name in enumerate(RATES)}


_MEMBERS: Final[dict[str, tuple[dict[str, str], Callable[[Source], Iterator[Columns]]]]] = {
    "detections.csv": (DETECTIONS, _detections),
    "tracks.csv": (TRACKS, _tracks),
    "truth.csv": (TRUTH, _truth),
}


def write(source: Source, file: BinaryIO, name: str, counts: Counter[str], left_out: Counter[str]) -> None:
    """Write a zip of `detections.csv`, `tracks.csv`, `truth.csv` and a note on the frame."""
    radar = Frame(source).radar
    place = {
        "latitude": np.degrees(radar.latitude_rad),
        "longitude": np.degrees(radar.longitude_rad),
        "height": radar.height_m,
    }
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_entry("README.txt"), README.format(provenance=source.provenance, **place))
        for member, (columns, batches) in _MEMBERS.items():
            with archive.open(_entry(member), "w", force_zip64=True) as raw:
                out = io.BufferedWriter(raw)
                with TableWriter(out, ".csv", schema(columns, source.provenance)) as writer:
                    for batch in batches(source):
                        writer.write({column: batch[column] for column in columns})
                    counts[member.removesuffix(".csv")] = writer.rows
                out.flush()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def detections(source: Source) -> Iterator[tuple[datetime, set[Any]]]:
    """Plots as Stone Soup `Detection` objects (needs stonesoup), grouped by instant, as its trackers take them.

    State space: east, velocity, north, velocity, up, velocity. The truth stands in the metadata as `object_id`.
    """
    from stonesoup.models.measurement.linear import LinearGaussian  # noqa: PLC0415 - heavy, and not needed for files
    from stonesoup.types.array import CovarianceMatrix, StateVector  # noqa: PLC0415
    from stonesoup.types.detection import Detection  # noqa: PLC0415

    start = source.start.replace(tzinfo=None)
    now, held = None, set()
    for rows, position, covariance in plots(source):
        for row, place, spread in zip(rows, position, covariance, strict=True):
            when = start + timedelta(microseconds=row["at_ns"] // 1000)
            if now is not None and when != now:
                yield now, held
                held = set()
            now = when
            model = LinearGaussian(6, (0, 2, 4), CovarianceMatrix(spread))
            about = {"object_id": row["object_id"], "sensor_id": f"{row['node']}/{row['radar']}"}
            held.add(Detection(StateVector(place), timestamp=when, measurement_model=model, metadata=about))
    if now is not None:
        yield now, held


def truth_paths(source: Source) -> set[Any]:
    """Truth as Stone Soup `GroundTruthPath` objects (needs stonesoup), a state each second, in the state space of `detections`."""
    from stonesoup.types.groundtruth import GroundTruthPath, GroundTruthState  # noqa: PLC0415

    frame, start = Frame(source), source.start.replace(tzinfo=None)
    paths = {thing.object_id: GroundTruthPath(id=thing.object_id) for thing in source.things}
    for at_ns, alive, ecef_m, ecef_mps in source.instants(STEP_NS):
        position, velocity = frame.position(ecef_m), frame.vector(ecef_mps)
        when = start + timedelta(microseconds=at_ns // 1000)
        for k in np.nonzero(alive)[0].tolist():
            state = np.stack([position[k], velocity[k]], axis=-1).ravel()
            paths[source.things[k].object_id].append(GroundTruthState(state[:, None], timestamp=when))
    return {path for path in paths.values() if len(path)}


def tracks(source: Source) -> set[Any]:
    """Own tracks of all nodes as Stone Soup `Track` objects of Gaussian states (needs stonesoup); covariances are isotropic."""
    from stonesoup.types.state import GaussianState  # noqa: PLC0415
    from stonesoup.types.track import Track  # noqa: PLC0415

    frame, start = Frame(source), source.start.replace(tzinfo=None)
    found: dict[str, Any] = {}
    for row in source.rows("tracks"):
        if row["source"] != "own":
            continue
        position = frame.position([row[f"position_ecef_{a}_m"] for a in "xyz"])
        velocity = frame.vector([row[f"velocity_ecef_{a}_mps"] for a in "xyz"])
        variances = [row["sigma_position_m"] ** 2 / 3, row["sigma_velocity_mps"] ** 2 / 3] * 3
        when = start + timedelta(microseconds=row["at_ns"] // 1000)
        state = GaussianState(np.stack([position, velocity], axis=-1).reshape(6, 1), np.diag(variances), timestamp=when)
        found.setdefault(row["track_id"], Track(id=row["track_id"])).append(state)
    return set(found.values())
