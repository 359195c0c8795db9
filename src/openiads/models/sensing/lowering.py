"""From a radar in a scenario to its record: calibration, accuracy, scan or dwell budget, false alarms."""

import math
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.constants import METRES_PER_KILOMETRE, NANOSECONDS_PER_SECOND
from openiads.models.sensing.environment import SensingSpec
from openiads.models.sensing.fluctuation import STEADY
from openiads.models.sensing.looks import best_rcs_db
from openiads.models.sensing.paths import Paths, paths_of
from openiads.models.sensing.spec import RadarSpec
from openiads.physics.decibels import ratio_from_db
from openiads.physics.detection import (
    TABLE_LOW_DB,
    detection_probability,
    detection_table,
    detection_threshold,
    fluctuation_shape,
    required_snr_db,
)
from openiads.physics.link_budget import calibrate, propagation_loss_db
from openiads.records.case import CANDIDATES, MULTIFUNCTION, ROTATING
from openiads.records.chain import RELIEF_HORIZON

Array = NDArray[np.float64]
SECTORS_PER_ROTATION = 8
"""Calendar rows per rotation: how long plots wait at most until the tracker has them."""
NOISE_FACTOR = 3.0
"""A look whose Pd stays below this many times Pfa is noise: the false alarms hold it already."""
LIKELY = 0.5
"""Where that many times Pfa is as likely as this, nothing counts as noise: such a radar is all false alarms."""


kept_table = lru_cache(maxsize=128)(detection_table)
"""Tables by their conditions: a study lowers thousands of scenarios with the same few. Nobody writes to them."""


class PdTables:
    """The Pd tables of a case, one per different (Pfa, pulses, Swerling)."""

    def __init__(self) -> None:
        self._rows: dict[tuple[float, int, int], int] = {}
        self._tables: list[Array] = []
        self._noise: list[float] = []

    def row(self, *, p_fa: float, pulses: int, swerling: int) -> int:
        """Row of the table for these conditions, built when it is new."""
        key = (p_fa, pulses, swerling)
        if key not in self._rows:
            self._rows[key] = len(self._tables)
            shape = fluctuation_shape(swerling=swerling, pulses=pulses)
            self._tables.append(kept_table(p_fa=p_fa, pulses=pulses, shape=shape))
            self._noise.append(noise_level_db(p_fa=p_fa, pulses=pulses, shape=shape))
        return self._rows[key]

    def noise_db(self, row: int) -> float:
        """Mean SNR below which a look is no more than noise, for the conditions of a row. [dB]"""
        return self._noise[row]

    def array(self) -> Array:
        """All tables, (rows, grid)."""
        return np.array(self._tables) if self._tables else np.zeros((1, 4))


@lru_cache(maxsize=256)
def noise_level_db(*, p_fa: float, pulses: int, shape: float) -> float:
    """Mean SNR at which a look detects `NOISE_FACTOR` times as often as noise does; the low end of the tables at most. [dB]"""
    lowest_db = float(TABLE_LOW_DB)
    p_d = NOISE_FACTOR * p_fa
    at_low, _ = detection_probability(snr=ratio_from_db(lowest_db), p_fa=p_fa, pulses=pulses, shape=shape)
    if p_d >= LIKELY or float(at_low) >= p_d:
        return lowest_db
    return float(required_snr_db(p_d=p_d, p_fa=p_fa, pulses=pulses, shape=shape))


@lru_cache(maxsize=256)
def _published_gain_db(spec: RadarSpec, sensing: SensingSpec, antenna_height_m: float, refraction_factor: float) -> float:
    paths = paths_of(spec, sensing, antenna_height_m=antenna_height_m, refraction_factor=refraction_factor)
    reference_km = spec.reference_range_km if spec.instrumented_limit else spec.range_km
    return calibrate(
        range_m=(reference_km or spec.range_km) * METRES_PER_KILOMETRE,
        rcs_m2=spec.rcs_m2,
        p_d=spec.p_detection,
        p_fa=spec.p_false_alarm,
        pulses=spec.pulses_integrated,
        swerling=spec.swerling_reference,
        cumulative=spec.detection == "cumulative",
        closing_speed_mps=spec.closing_speed_mps or 0.0,
        scan_period_s=spec.scan_period_s or spec.frame_s or 0.0,
        instrumented_range_m=spec.instrumented_range_km * METRES_PER_KILOMETRE,
        path_loss_db=paths.published_loss_db,
    )


def radar_gain_db(spec: RadarSpec, paths: Paths) -> float:
    """SNR on 1 m2 at 1 km in free space that makes the radar meet its published point through the run's own air. [dB]"""
    return _published_gain_db(spec, paths.sensing, paths.antenna_height_m, paths.refraction_factor)


def raster(spec: RadarSpec) -> tuple[int, int]:
    """Columns of the search raster of a radar, and beams one above the other in each."""
    across = math.radians(spec.sector_deg) / math.radians(spec.beamwidth_azimuth_deg)
    up = math.radians(spec.elevation_max_deg - spec.elevation_min_deg) / math.radians(spec.beamwidth_elevation_deg)
    return max(1, math.ceil(across)), max(1, math.ceil(up))


def fill_radar(record: Any, spec: RadarSpec, paths: Paths, tables: PdTables, swerlings: set[int]) -> None:
    """Write everything that follows from the spec and the air into a RADARS record. Place, names and masks are the caller's."""
    rotating = spec.kind == "rotating"
    period = spec.scan_period_s if rotating else spec.frame_s
    record["kind"] = ROTATING if rotating else MULTIFUNCTION
    record["gain_db"] = radar_gain_db(spec, paths)
    if paths.sensing.false_alarms == "clustered":
        record["clutter_share"] = paths.sensing.clutter_share
        record["clutter_patch_m"] = (paths.sensing.clutter_patch_km or 0.0) * METRES_PER_KILOMETRE
    record["p_fa"] = spec.p_false_alarm
    record["threshold"] = float(detection_threshold(p_fa=spec.p_false_alarm, pulses=spec.pulses_integrated))
    record["pulses"] = spec.pulses_integrated
    for swerling in swerlings | {STEADY}:
        row = tables.row(p_fa=spec.p_false_alarm, pulses=spec.pulses_integrated, swerling=swerling)
        record["pd_row"][swerling] = row
        record["noise_db"][swerling] = tables.noise_db(row)
    record["beam_azimuth_rad"] = math.radians(spec.beamwidth_azimuth_deg)
    record["beam_elevation_rad"] = math.radians(spec.beamwidth_elevation_deg)
    record["resolution_m"] = spec.range_resolution_m
    record["floor_range_m"] = spec.sigma_range_floor_m
    record["floor_azimuth_rad"] = math.radians(spec.sigma_azimuth_floor_deg)
    record["floor_elevation_rad"] = math.radians(spec.sigma_elevation_floor_deg)
    record["instrumented_m"] = spec.instrumented_range_km * METRES_PER_KILOMETRE
    record["elevation_min_rad"] = math.radians(spec.elevation_min_deg)
    record["elevation_max_rad"] = math.radians(spec.elevation_max_deg)
    record["sector_half_rad"] = math.radians(spec.sector_deg) / 2.0
    record["slew_radps"] = math.radians(spec.slew_deg_per_s)
    record["boresight_rad"] = math.radians(spec.boresight_deg) % (2.0 * math.pi)
    record["sectors"] = SECTORS_PER_ROTATION if rotating else 1
    sector_ns = round((period or 0.0) * NANOSECONDS_PER_SECOND / int(record["sectors"]))
    record["period_ns"] = sector_ns * int(record["sectors"])
    record["dwells"] = spec.dwells_per_frame or 0
    record["missile_dwells"] = spec.dwells_per_missile
    record["columns"], beams_up = raster(spec)
    record["column_dwells"] = beams_up
    cells_per_beam = record["instrumented_m"] / spec.range_resolution_m
    beams = 2.0 * math.pi / record["beam_azimuth_rad"] * beams_up / SECTORS_PER_ROTATION if rotating else 1.0
    record["false_alarm_mean"] = spec.p_false_alarm * cells_per_beam * beams


def change_at(paths: Paths, sights: NDArray[Any]) -> Array:
    """What the path adds on the way to where looks or candidates stand, (n,). [dB]"""
    return paths.change_db(**{name: sights[name] for name in ("range_m", "ground_m", "height_m", "closing_mps")})


def take_path(
    paths: Paths,
    radar: Any,
    objects: NDArray[Any],
    rows: NDArray[Any],
    sights: NDArray[Any],
    *,
    change_db: Array | None = None,
) -> NDArray[np.bool_]:
    """Put what the path adds into looks or candidates, in place; returns which of them can still rise above the noise.

    `change_db` is what `change_at` gives for these sights, where somebody has it already.
    """
    if not paths.changes or not len(rows):
        return np.ones(len(rows), dtype=bool)
    change_db = change_at(paths, sights) if change_db is None else change_db
    things = rows["object"]
    lifted = (objects["relief"][things] & RELIEF_HORIZON) != 0  # a horizon that is restored takes no toll either
    change_db = np.where(lifted, np.maximum(change_db, 0.0), change_db)
    bare_db = np.asarray([best_rcs_db(thing) for thing in objects])[things] + change_db
    if rows.dtype == CANDIDATES:
        rows["path_db"] = change_db
        snr_db = radar["gain_db"] - propagation_loss_db(range_m=sights["range_m"]) + bare_db
    else:
        snr_db = rows["snr_1m2_db"] + bare_db
        rows["snr_1m2_db"] += change_db
    return np.asarray(snr_db >= radar["noise_db"][objects["swerling"][things]])
