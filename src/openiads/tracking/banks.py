"""From a tracker's options to the arrays of its banks of models."""

import math
from typing import Any, Final, NamedTuple

import numpy as np

from openiads.tracking.bank_records import BANK_CONFIG, LIFE, LOOK, BankScratch, make_bank_scratch, pairs_room
from openiads.tracking.estimate import CONVERTED, EXTENDED, UNSCENTED
from openiads.tracking.motion import BALLISTIC, CONSTANT_ACCELERATION, CONSTANT_VELOCITY, MODE, MODEL, TURN
from openiads.tracking.records import Record, Rows
from openiads.tracking.setup import Sensor, TrackerConfig, TrackerOptions, TrackingError
from openiads.tracking.theory import wald_thresholds

ESTIMATORS: Final = {"converted": CONVERTED, "ekf": EXTENDED, "ukf": UNSCENTED}

LEAST_CLUTTER: Final = 0.01
"""False plots per scan assumed where a sensor claims none: no likelihood ratio may be infinite."""


class Banks(NamedTuple):
    """Everything that tracks with banks need beyond the tracker's own arrays."""

    settings: Record
    looks: Rows
    modes: Rows
    lives: Rows
    scratch: BankScratch


def wanted(config: TrackerConfig) -> bool:
    """Whether tracks need banks: for more than constant velocity, converted or extended, nearest neighbour and M of N.

    Range rate is taken in by banks alone.
    """
    options = config.options
    usual = (options.motion, options.association, options.initiation) == ("cv", "gnn", "m_of_n") and options.filter != "ukf"
    return not usual or any(sensor.sigma_range_rate_mps is not None for sensor in config.sensors)


def refuse_sharing(config: TrackerConfig) -> None:
    """Refuse plots shared by unresolved targets where the filter could not widen them.

    Raises
    ------
    TrackingError
        When `resolution_sigmas` is above 0 and tracks need banks, or the filter is not that of converted plots.
    """
    if config.options.resolution_sigmas > 0.0 and (wanted(config) or config.options.filter != "converted"):
        raise TrackingError(
            f"tracker: resolution_sigmas is {config.options.resolution_sigmas:g}, but plots are shared only with motion cv, filter "
            "converted, association gnn, initiation m_of_n and no sigma_range_rate_mps. Set it to 0, or use these"
        )


def models_of(options: TrackerOptions) -> Rows:
    """The models of the wanted motion, (m,) of MODEL."""
    kinds = {
        "cv": [(CONSTANT_VELOCITY, 0.0)],
        "ca": [(CONSTANT_ACCELERATION, 0.0)],
        "turn": [(TURN, options.turn_mps2), (TURN, -options.turn_mps2)],
        "ballistic": [(BALLISTIC, 0.0)],
        "imm": [(CONSTANT_VELOCITY, 0.0), (TURN, options.turn_mps2), (TURN, -options.turn_mps2)],
    }[options.motion]
    rows = np.zeros(len(kinds), MODEL)
    for row, (kind, turn) in zip(rows, kinds, strict=True):
        row["kind"] = kind
        row["noise"] = options.jerk_noise_m2ps5 if kind == CONSTANT_ACCELERATION else options.process_noise_m2ps3
        row["vertical"] = options.vertical_noise_reduction
        row["turn_mps2"] = turn
        row["drag_m2pkg"] = options.drag_m2pkg
        row["acceleration_mps2"] = options.turn_mps2 / 3.0 if kind == CONSTANT_ACCELERATION else 0.0
    return rows


def transition_of(count: int, stay: float) -> Any:
    """Each model stays with probability `stay` and else becomes any other, (count, count)."""
    if count == 1:
        return np.ones((1, 1))
    return np.full((count, count), (1.0 - stay) / (count - 1)) + np.eye(count) * (stay - (1.0 - stay) / (count - 1))


def look_of(sensor: Sensor) -> tuple[float, float, float]:
    """One row of LOOK."""
    volume = sensor.reach_m * 2.0 * math.pi * math.radians(sensor.elevation_span_deg)
    rate = math.nan if sensor.sigma_range_rate_mps is None else sensor.sigma_range_rate_mps
    return sensor.p_detection, max(sensor.clutter_per_scan, LEAST_CLUTTER) / volume, rate


def make_banks(config: TrackerConfig) -> Banks:
    """Arrays for `config.options.max_tracks` tracks."""
    options = config.options
    settings = np.zeros(1, BANK_CONFIG)
    settings["estimator"] = ESTIMATORS[options.filter]
    settings["joint"] = options.association == "jpda"
    settings["sequential"] = options.initiation == "sprt"
    upper, lower = wald_thresholds(false_confirm=options.false_confirm, false_delete=options.false_delete)
    settings["upper"], settings["lower"] = upper, lower
    settings["gate_probability"] = options.gate_probability
    models = models_of(options)
    looks = np.array([look_of(sensor) for sensor in config.sensors], LOOK)
    scratch = make_bank_scratch(models, transition_of(len(models), options.model_stay), options.max_tracks, 1)
    modes, lives = np.zeros((options.max_tracks, len(models)), MODE), np.zeros(options.max_tracks, LIFE)
    return Banks(settings[0], looks, modes, lives, scratch)


def widened(banks: Banks, tracks: int, plots: int) -> Banks:
    """The same with room for the pairs of larger batches."""
    old = banks.scratch
    wider = make_bank_scratch(old.models, old.transition, tracks, pairs_room(tracks, plots))
    return banks._replace(scratch=wider._replace(tools=old.tools))  # which count what was set aside


def bound_noise(options: TrackerOptions, period_s: float, gate: float) -> float:
    """Process noise that bounds where any of the models may be a few periods on, for the search. [m2/s3]

    A turn of acceleration a leads a t^2 / 2 away; gate q t^3 covers it where q >= a^2 t / (4 gate).
    """
    longest_s = (options.drop_after_updates + 1) * period_s
    level = options.process_noise_m2ps3
    if options.motion in ("turn", "imm", "ballistic"):
        level += options.turn_mps2**2 * longest_s / (4.0 * gate)
    if options.motion == "ca":
        level += options.jerk_noise_m2ps5 * longest_s**2 + options.turn_mps2**2 * longest_s / (4.0 * gate)
    return level
