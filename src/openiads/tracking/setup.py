"""What a tracker is told before the first plot: the frame, the sensors, the options. From Python or from a parsed file."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from openiads.constants import STANDARD_GRAVITY_MPS2
from openiads.errors import OpeniadsError
from openiads.geo.ellipsoid import enu_axes, geodetic_to_ecef

Floats = NDArray[np.float64]

FLAT: Final = "flat"
GEODETIC: Final = "geodetic"
FRAMES: Final = (FLAT, GEODETIC)

MOST_TRACKS: Final = 20_000
"""Room for tracks unless told otherwise: 10 MB; what does not fit is counted."""

CAPACITY_LIMIT: Final = 1_000_000
"""Most room for tracks that may be asked for: 2 GB with the scratch."""

USUAL_NOISE: Final = 10.0
"""Power density [m2/s3]: aircraft that turn now and then, scanned every few seconds."""

USUAL_FASTEST: Final = 900.0
"""[m/s]: faster than any aircraft of the public record in level flight."""

USUAL_CLIMB: Final = 100.0
"""[m/s]: bounds the vertical speed of a new track, which radars with coarse elevation cannot measure soon."""

USUAL_JERK: Final = 10.0
"""Power density of white jerk [m2/s5] for constant acceleration."""

USUAL_REACH: Final = 300e3
"""[m]: range up to which false plots are spread, unless told."""

USUAL_SPAN: Final = 10.0
"""[deg]: elevations over which they are."""

POSITIVE: Final = (
    "sigma_range_m",
    "sigma_azimuth_deg",
    "sigma_elevation_deg",
    "scan_period_s",
    "reach_m",
    "elevation_span_deg",
)

CHOICES: Final = {
    "motion": ("cv", "ca", "turn", "ballistic", "imm"),
    "filter": ("converted", "ekf", "ukf"),
    "association": ("gnn", "jpda"),
    "initiation": ("m_of_n", "sprt"),
    "assignment_cost": ("likelihood", "distance"),
}

SWITCHES: Final = ("speed_gate",)

WHOLE: Final = ("confirm_hits", "confirm_window", "tentative_misses", "drop_after_updates", "max_tracks")


class TrackingError(OpeniadsError):
    """Plots, sensors or options that the tracker cannot use."""


def _number(value: Any, name: str, *, low: float = -math.inf, high: float = math.inf, above: bool = False) -> float:
    """`value` as a finite number in range, or an error that names it."""
    fits = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and low <= value <= high
    if not fits or (above and value == low):
        allowed = "a finite number"
        if math.isfinite(low):
            allowed = f"above {low:g}" if above else f"from {low:g}" if math.isfinite(high) else f"at least {low:g}"
            allowed += f" to {high:g}" if math.isfinite(high) else ""
        raise TrackingError(f"{name} is {value!r}; allowed: {allowed}")
    return float(value)


@dataclass(frozen=True, kw_only=True)
class Sensor:
    """One radar: where it stands, how well it measures, how often it looks.

    Position: `east_m, north_m, up_m` in a flat frame, `latitude_deg, longitude_deg, height_m` in a geodetic one. `clutter_per_scan`
    false plots lie in a volume of `reach_m` and `elevation_span_deg` all around. Range rate is used where its sigma is given.
    """

    id: str
    sigma_range_m: float
    sigma_azimuth_deg: float
    sigma_elevation_deg: float
    scan_period_s: float
    p_detection: float = 0.9
    clutter_per_scan: float = 0.0
    sigma_range_rate_mps: float | None = None
    reach_m: float = USUAL_REACH
    elevation_span_deg: float = USUAL_SPAN
    east_m: float | None = None
    north_m: float | None = None
    up_m: float | None = None
    latitude_deg: float | None = None
    longitude_deg: float | None = None
    height_m: float | None = None

    def __post_init__(self) -> None:
        """Check every field."""
        where = f"sensor {self.id!r}"
        if not self.id or not isinstance(self.id, str):
            raise TrackingError(f"sensor: id is {self.id!r}; it must be a text, the one that the plots carry as sensor_id")
        for name in POSITIVE:
            _number(getattr(self, name), f"{where}: {name}", low=0.0, above=True)
        _number(self.p_detection, f"{where}: p_detection", low=0.0, high=1.0, above=True)
        _number(self.clutter_per_scan, f"{where}: clutter_per_scan", low=0.0)
        if self.sigma_range_rate_mps is not None:
            _number(self.sigma_range_rate_mps, f"{where}: sigma_range_rate_mps", low=0.0, above=True)

    def place(self, frame: str) -> tuple[Floats, Floats]:
        """Position, (3,), and axes east, north, up as rows, (3, 3), in the tracker's frame: flat, or ECEF. [m]"""
        names = ("east_m", "north_m", "up_m") if frame == FLAT else ("latitude_deg", "longitude_deg", "height_m")
        missing = [name for name in names if getattr(self, name) is None]
        if missing:
            raise TrackingError(f"sensor {self.id!r} lacks {', '.join(missing)}; frame {frame} needs {', '.join(names)}")
        values = [_number(getattr(self, name), f"sensor {self.id!r}: {name}") for name in names]
        if frame == FLAT:
            return np.array(values), np.eye(3)
        latitude = math.radians(_number(values[0], f"sensor {self.id!r}: latitude_deg", low=-90.0, high=90.0))
        longitude = math.radians(_number(values[1], f"sensor {self.id!r}: longitude_deg", low=-360.0, high=360.0))
        site = geodetic_to_ecef(latitude_rad=latitude, longitude_rad=longitude, height_m=values[2])
        return np.asarray(site, dtype=np.float64).reshape(3), enu_axes(latitude_rad=latitude, longitude_rad=longitude)


@dataclass(frozen=True, kw_only=True)
class TrackerOptions:
    """How the tracker works; the defaults suit aircraft seen by a surveillance radar."""

    confirm_hits: int = 3
    confirm_window: int = 5
    tentative_misses: int = 0
    drop_after_updates: int = 3
    process_noise_m2ps3: float = USUAL_NOISE
    vertical_noise_reduction: float = 0.9
    gate_probability: float = 0.999
    max_speed_mps: float = USUAL_FASTEST
    max_climb_mps: float | None = USUAL_CLIMB
    max_tracks: int = MOST_TRACKS
    lateness_s: float = 0.0
    motion: str = "cv"
    filter: str = "converted"
    association: str = "gnn"
    initiation: str = "m_of_n"
    assignment_cost: str = "likelihood"
    speed_gate: bool = True
    resolution_sigmas: float = 0.0
    turn_mps2: float = 3.0 * STANDARD_GRAVITY_MPS2
    jerk_noise_m2ps5: float = USUAL_JERK
    drag_m2pkg: float = 0.0
    model_stay: float = 0.9
    false_confirm: float = 1e-4
    false_delete: float = 1e-2

    def __post_init__(self) -> None:
        """Check the types; ranges are checked where the settings become an array."""
        for option in fields(self):
            value = getattr(self, option.name)
            if option.name in CHOICES:
                if value not in CHOICES[option.name]:
                    raise TrackingError(f"tracker: {option.name} is {value!r}; allowed: {', '.join(CHOICES[option.name])}")
                continue
            if option.name in SWITCHES:
                if not isinstance(value, bool):
                    raise TrackingError(f"tracker: {option.name} is {value!r}; allowed: true, false")
                continue
            whole = option.name in WHOLE
            if value is None and option.name == "max_climb_mps":
                continue
            _number(value, f"tracker: {option.name}")
            if whole and value != int(value):
                raise TrackingError(f"tracker: {option.name} is {value!r}; it must be a whole number")
        _number(self.max_tracks, "tracker: max_tracks", low=1, high=CAPACITY_LIMIT)
        _number(self.lateness_s, "tracker: lateness_s", low=0.0)
        _number(self.turn_mps2, "tracker: turn_mps2", low=0.0, above=True)
        _number(self.jerk_noise_m2ps5, "tracker: jerk_noise_m2ps5", low=0.0)
        _number(self.drag_m2pkg, "tracker: drag_m2pkg", low=0.0)
        _number(self.model_stay, "tracker: model_stay", low=0.0, high=1.0, above=True)


@dataclass(frozen=True)
class TrackerConfig:
    """Everything that a tracker needs: frame, sensors, options."""

    sensors: Sequence[Sensor]
    frame: str = FLAT
    options: TrackerOptions = field(default_factory=TrackerOptions)

    def __post_init__(self) -> None:
        """Check the frame and that every sensor has an identifier of its own and a place in it."""
        if self.frame not in FRAMES:
            raise TrackingError(f"frame is {self.frame!r}; allowed: {', '.join(FRAMES)}")
        if not self.sensors:
            raise TrackingError("sensors: the list is empty; name at least one sensor")
        names = [sensor.id for sensor in self.sensors]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise TrackingError(f"sensors: {', '.join(twice)} stands twice; identifiers must be unique")
        for sensor in self.sensors:
            sensor.place(self.frame)

    @classmethod
    def from_mapping(cls, tree: Mapping[str, Any]) -> "TrackerConfig":
        """Configuration of a parsed sensor file: keys `frame`, `sensors` and optionally `tracker`.

        Raises
        ------
        TrackingError
            With the key, what was found and what is allowed.
        """
        _closed(tree, ("frame", "sensors", "tracker"), "sensor file")
        sensors = tree.get("sensors")
        if not isinstance(sensors, list):
            raise TrackingError("sensor file: 'sensors' must be a list of sensors, each with an id")
        built = []
        for number, entry in enumerate(sensors, start=1):
            if not isinstance(entry, Mapping):
                raise TrackingError(f"sensor file: sensor {number} is {entry!r}; it must be keys with values")
            built.append(_build(Sensor, _text_id(entry), f"sensor {number}"))
        options = tree.get("tracker") or {}
        if not isinstance(options, Mapping):
            raise TrackingError("sensor file: 'tracker' must be keys with values")
        return cls(built, tree.get("frame", FLAT), _build(TrackerOptions, options, "tracker"))


def _text_id(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An identifier written as a number is meant as text: tables of plots often number their sensors."""
    number = isinstance(entry.get("id"), int) and not isinstance(entry.get("id"), bool)
    return {**entry, "id": str(entry["id"])} if number else dict(entry)


def _closed(tree: Mapping[str, Any], allowed: Sequence[str], where: str) -> None:
    unknown = [key for key in tree if key not in allowed]
    if unknown:
        from difflib import get_close_matches  # noqa: PLC0415 - only on a mistake

        near = get_close_matches(str(unknown[0]), allowed, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise TrackingError(f"{where}: unknown key {unknown[0]!r}.{hint} Allowed: {', '.join(allowed)}")


def _build(kind: Any, entry: Mapping[str, Any], where: str) -> Any:
    _closed(entry, [f.name for f in fields(kind)], where)
    missing = [f.name for f in fields(kind) if f.default is MISSING and f.default_factory is MISSING and f.name not in entry]
    if missing:
        raise TrackingError(f"{where}: {', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing")
    return kind(**entry)
