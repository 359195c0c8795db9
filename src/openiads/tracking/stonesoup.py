"""Plots and tracks to Stone Soup and back. Stone Soup itself is needed only when one of these is called.

Stone Soup counts bearing counter-clockwise from the x axis (east) and orders elevation, bearing, range; its Cartesian states
are x, vx, y, vy, z, vz, here east, north, up. Times are seconds after `start`.
"""

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.tracking.setup import Sensor, TrackingError
from openiads.tracking.tracker import Picture

Array = NDArray[np.float64]

INTERLEAVED = (0, 2, 4, 1, 3, 5)
"""Places of east, north, up and their velocities in a state of Stone Soup."""


def _missing(error: ImportError) -> TrackingError:
    return TrackingError(f"Stone Soup is not installed ({error}); install it with `pip install stonesoup`")


def to_detections(plots: Mapping[str, ArrayLike], sensor: Sensor, *, start: dt.datetime) -> list[Any]:
    """Plots of one sensor in a flat frame as Stone Soup detections, with their measurement model.

    Raises
    ------
    TrackingError
        When Stone Soup is not installed, or the sensor has no flat position.
    """
    try:
        from stonesoup.models.measurement.nonlinear import CartesianToElevationBearingRange  # noqa: PLC0415
        from stonesoup.types.angle import Bearing, Elevation  # noqa: PLC0415
        from stonesoup.types.array import StateVector  # noqa: PLC0415
        from stonesoup.types.detection import Detection  # noqa: PLC0415
    except ImportError as error:
        raise _missing(error) from error
    site, _ = sensor.place("flat")
    sigmas = [math.radians(sensor.sigma_elevation_deg), math.radians(sensor.sigma_azimuth_deg), sensor.sigma_range_m]
    model = CartesianToElevationBearingRange(
        ndim_state=6, mapping=(0, 2, 4), noise_covar=np.diag(np.square(sigmas)), translation_offset=site[:, None]
    )
    times, ranges, azimuths, elevations = (
        np.atleast_1d(np.asarray(plots[name], dtype=np.float64))
        for name in ("time_s", "range_m", "azimuth_rad", "elevation_rad")
    )
    return [
        Detection(
            StateVector([Elevation(e), Bearing(0.5 * math.pi - a), r]),
            timestamp=start + dt.timedelta(seconds=float(t)),
            measurement_model=model,
            metadata={"sensor_id": sensor.id},
        )
        for t, r, a, e in zip(times, ranges, azimuths, elevations, strict=True)
    ]


def from_detections(detections: Iterable[Any], *, start: dt.datetime) -> dict[str, Any]:
    """Detections of elevation, bearing and range as columns of plots; `sensor_id` from their metadata, where it is there."""
    rows = [
        (
            (one.timestamp - start).total_seconds(),
            float(one.state_vector[2, 0]),
            (0.5 * math.pi - float(one.state_vector[1, 0])) % (2.0 * math.pi),
            float(one.state_vector[0, 0]),
            str(one.metadata.get("sensor_id", "")),
        )
        for one in detections
    ]
    names = ("time_s", "range_m", "azimuth_rad", "elevation_rad", "sensor_id")
    columns: dict[str, Any] = {name: np.array([row[k] for row in rows]) for k, name in enumerate(names)}
    return columns


def to_tracks(pictures: Sequence[Picture], *, start: dt.datetime, tentative: bool = False) -> list[Any]:
    """Pictures in a row as Stone Soup tracks of Gaussian states, one for each number; `id` is the number.

    Raises
    ------
    TrackingError
        When Stone Soup is not installed.
    """
    try:
        from stonesoup.types.array import StateVector  # noqa: PLC0415
        from stonesoup.types.state import GaussianState  # noqa: PLC0415
        from stonesoup.types.track import Track  # noqa: PLC0415
    except ImportError as error:
        raise _missing(error) from error
    states: dict[int, list[Any]] = {}
    place = np.argsort(INTERLEAVED)
    for picture in pictures:
        stamp = start + dt.timedelta(seconds=picture.time_s)
        for k in np.flatnonzero(tentative | (picture.status > 0)):
            mean, covariance = picture.state[k][place], picture.covariance[k][np.ix_(place, place)]
            state = GaussianState(StateVector(mean), covariance, timestamp=stamp)
            states.setdefault(int(picture.track_id[k]), []).append(state)
    return [Track(history, id=str(number)) for number, history in sorted(states.items())]


def from_tracks(tracks: Iterable[Any], *, start: dt.datetime) -> dict[str, Any]:
    """Tracks of Gaussian states x, vx, y, vy, z, vz as columns of a table of tracks, numbered from 0 in their order."""
    from openiads.tracking.tables import COVARIANCE, POSITION, UPPER, VELOCITY  # noqa: PLC0415 - avoids pyarrow

    order = list(INTERLEAVED)
    rows = [
        (
            (state.timestamp - start).total_seconds(),
            number,
            np.ravel(state.state_vector).astype(float),
            np.array(state.covar),
        )
        for number, track in enumerate(tracks)
        for state in track.states
    ]
    means = np.array([row[2] for row in rows]).reshape(-1, 6)[:, order]
    spreads = np.array([row[3] for row in rows], dtype=np.float64).reshape(-1, 6, 6)[:, order][:, :, order]
    columns: dict[str, Any] = {
        "time_s": np.array([row[0] for row in rows]),
        "track_id": np.array([row[1] for row in rows], dtype=np.int64),
        "status": np.full(len(rows), "firm", dtype=object),
    }
    columns |= {name: means[:, k] for k, name in enumerate((*POSITION, *VELOCITY))}
    return columns | {name: spreads[:, i, j] for name, (i, j) in zip(COVARIANCE, UPPER, strict=True)}
