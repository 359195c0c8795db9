"""The tracker for plots from outside: the simulator's own kernels, fed scan by scan.

What may be wrong with plots has one stated answer each, and is counted in `Tracker.counts`: values that are not finite or
outside their range are set aside; an exact copy of a plot counts once; a plot older than the picture by more than `lateness_s`
is set aside; an empty scan lets time pass; what finds no room is an overflow.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.constants import NANOSECONDS_PER_SECOND
from openiads.tracking.banks import bound_noise, make_banks, refuse_sharing, wanted, widened
from openiads.tracking.batches import LATEST_S, RAW, as_columns, cut, latest_ns, merge_sorted, to_raw
from openiads.tracking.kernels import extrapolate_all, extrapolate_banks, take_batches, take_scans
from openiads.tracking.records import (
    FIRM,
    FREE,
    Rows,
    make_changes,
    make_config,
    make_plots,
    make_scratch,
    make_state,
    make_tracks,
)
from openiads.tracking.scan import scan_step
from openiads.tracking.setup import FLAT, TrackerConfig, TrackingError
from openiads.tracking.step import step

Floats = NDArray[np.float64]

STATUS: Final = ("tentative", "firm", "coasting")
TENTATIVE, FIRM_NOW, COASTING = range(3)

COASTS_AFTER = 1.5
"""Periods without a plot after which a firm track is said to coast: one look was surely missed."""

COUNTS: Final = (
    "plots", "not_finite", "out_of_range", "duplicates", "too_late", "late", "overflow", "pair_overflow", "cut", "rates_aside",
)  # fmt: skip


class Scan(NamedTuple):
    """Plots of one sensor. `time_s` is the end of the scan; it may be left out unless the scan is empty."""

    sensor_id: str
    plots: Mapping[str, ArrayLike]
    time_s: float | None = None


@dataclass(frozen=True)
class Picture:
    """All tracks at one time: positions in the tracker's frame, east, north, up of it where it is geodetic."""

    time_s: float
    track_id: NDArray[np.int64]
    status: NDArray[np.uint8]
    """Index into `STATUS`."""
    state: Floats
    """(n, 6): east, north, up [m], their velocities [m/s]."""
    covariance: Floats
    """(n, 6, 6) of `state`."""
    update_s: Floats
    """Time of the last plot of each track."""

    def __len__(self) -> int:
        return len(self.track_id)


class Tracker:
    """Tracks from plots, one picture for all sensors: plot-level fusion in order of time.

    Parameters
    ----------
    config : TrackerConfig
        Frame, sensors and options.

    Notes
    -----
    Plots are taken in order of time whatever sensor they come from. A plot may come up to `lateness_s` after a newer one; the
    picture is behind by as much. The kernels are those of the simulator: `docs/reference/tracking.md`.
    """

    def __init__(self, config: TrackerConfig) -> None:
        options = config.options
        self.config = config
        self.settings = make_config(
            confirm_hits=options.confirm_hits,
            confirm_window=options.confirm_window,
            tentative_misses=options.tentative_misses,
            drop_after_updates=options.drop_after_updates,
            process_noise_m2ps3=options.process_noise_m2ps3,
            vertical_noise_reduction=options.vertical_noise_reduction,
            gate_probability=options.gate_probability,
            max_speed_mps=options.max_speed_mps,
            max_climb_mps=options.max_climb_mps,
            capacity=options.max_tracks,
            flat=config.frame == FLAT,
            by_distance=options.assignment_cost == "distance",
            speed_gate=options.speed_gate,
            resolution_sigmas=options.resolution_sigmas,
        )
        refuse_sharing(config)
        self.banks = make_banks(config) if wanted(config) else None
        self._extended = True if options.filter == "ekf" else None  # None is a type of its own to the compiler
        if self.banks is not None:
            period_s = max(sensor.scan_period_s for sensor in config.sensors)
            gate = float(self.settings[0]["gate"])
            self.settings[0]["process_noise_m2ps3"] = bound_noise(options, period_s, gate)
        self.sensors = {sensor.id: number for number, sensor in enumerate(config.sensors)}
        places = [sensor.place(config.frame) for sensor in config.sensors]
        self.sites = np.array([site for site, _ in places])
        self.axes = np.array([axes for _, axes in places])
        self.origin, self.frame_axes = (np.zeros(3), np.eye(3)) if config.frame == FLAT else places[0]
        self.sigmas = np.array(
            [
                (s.sigma_range_m, math.radians(s.sigma_azimuth_deg), math.radians(s.sigma_elevation_deg))
                for s in config.sensors
            ]
        )
        self.periods_ns = np.array([round(s.scan_period_s * NANOSECONDS_PER_SECOND) for s in config.sensors])
        self.counts = dict.fromkeys(COUNTS, 0)
        self.now_ns: int | None = None
        self._newest_ns: int | None = None
        self._pending = np.zeros(0, RAW)
        self._tracks = make_tracks(options.max_tracks)
        self._state = make_state()
        self._changes = make_changes(options.max_tracks)
        self._plots = make_plots(1)
        self._scratch = make_scratch(1, 1)
        self._room(64)

    def step(self, scan: Scan) -> Picture:
        """Take one scan and return the picture after it (`lateness_s` behind, where that is set).

        Raises
        ------
        TrackingError
            When the sensor is unknown, a column is missing, columns differ in length, or values show another unit.
        """
        if scan.sensor_id not in self.sensors:
            raise TrackingError(f"sensor_id {scan.sensor_id!r} is not among the sensors: {', '.join(self.sensors)}")
        number = self.sensors[scan.sensor_id]
        raw = self._checked(scan, number)
        end_ns = int(raw["at_ns"].max()) if len(raw) else latest_ns(scan.plots)
        if scan.time_s is not None:
            if not abs(scan.time_s) <= LATEST_S:
                raise TrackingError(
                    f"scan of {scan.sensor_id!r}: time_s is {scan.time_s!r}; allowed: a number up to {LATEST_S:.3g}"
                )
            stated_ns = round(scan.time_s * NANOSECONDS_PER_SECOND)
            end_ns = stated_ns if end_ns is None else max(end_ns, stated_ns)
        if end_ns is None:
            raise TrackingError(
                f"scan of {scan.sensor_id!r}: no plot has a time and it has no time_s; give the time it ended"
            )
        lateness_ns = round(self.config.options.lateness_s * NANOSECONDS_PER_SECOND)
        if self._newest_ns is not None:
            late = raw["at_ns"] < self._newest_ns - lateness_ns
            self.counts["too_late"] += int(late.sum())
            raw = raw[~late]
        self._newest_ns = end_ns if self._newest_ns is None else max(end_ns, self._newest_ns)
        self._pending = merge_sorted(self._pending, raw)
        self._release(self._newest_ns - lateness_ns, number)
        return self.picture()

    def finish(self) -> Picture:
        """Take the plots that still wait, and return the last picture."""
        if self._newest_ns is not None:
            self._release(self._newest_ns, 0)
        return self.picture()

    def _release(self, until_ns: int, sensor: int) -> None:
        ready = self._pending["at_ns"] <= until_ns
        taken, self._pending = self._pending[ready], self._pending[~ready]
        self.feed_batches(taken, np.array(list(cut(taken, self.periods_ns)), dtype=np.int64).reshape(-1, 2))
        if self.now_ns is None or self.now_ns < until_ns:
            self._let_time_pass(until_ns, sensor)

    def feed_batches(self, raw: Rows, batches: NDArray[np.int64]) -> None:
        """Plots in order of time (RAW) and where their batches begin and end, (n, 2), straight to the kernels."""
        if not len(batches):
            return
        self._room(int((batches[:, 1] - batches[:, 0]).max()))
        before_ns = int(raw["at_ns"][batches[0, 0]]) if self.now_ns is None else self.now_ns
        arrays = (self.settings[0], self._state[0], self._tracks, self._plots, self._changes, self._scratch, raw, batches)
        places = (self.sites, self.axes, self.sigmas, self.periods_ns)
        if self.banks is None:
            self.now_ns = int(take_batches(*arrays, places, before_ns, self._extended))
        else:
            self.now_ns = int(take_scans(*arrays, places, before_ns, tuple(self.banks)))
        self._note_counts()

    def _let_time_pass(self, now_ns: int, sensor: int) -> None:
        period_ns = int(self.periods_ns[sensor])
        settings, state = self.settings[0], self._state[0]
        if self.banks is None:
            arrays = (settings, state, self._tracks, self._plots)
            place = (
                [(self.sites[sensor], self.axes[sensor])] if self._extended else []
            )  # left out, not None: one signature less
            step(*arrays, 0, sensor, period_ns, now_ns, self._changes, self._scratch, *place)
        else:
            own, looks, modes, lives, bank = self.banks
            scan_step(
                settings, own, looks[sensor], state, self._tracks, modes, lives, self._plots, 0, sensor, period_ns, now_ns,
                np.zeros(1, RAW), 0, (self.sites[sensor], self.axes[sensor]), self._changes, self._scratch, bank,
            )  # fmt: skip
        self.now_ns = now_ns
        self._note_counts()

    def _note_counts(self) -> None:
        for name in ("late", "overflow", "pair_overflow", "cut"):
            self.counts[name] = int(self._state[0][name])
        if self.banks is not None:
            self.counts["rates_aside"] = int(self.banks.scratch.tools[0]["rates_aside"])

    def _room(self, plots: int) -> None:
        """Grow the arrays for a batch of so many plots; the tracks keep theirs."""
        if plots > len(self._plots):
            self._plots = make_plots(2 * plots)
            self._scratch = make_scratch(self.config.options.max_tracks, 2 * plots)
            if self.banks is not None:
                self.banks = widened(self.banks, self.config.options.max_tracks, 2 * plots)

    def _checked(self, scan: Scan, sensor: int) -> Rows:
        """Rows of RAW: finite, in range, each once."""
        columns = as_columns(scan.plots, f"scan of {scan.sensor_id!r}")
        raw, counts = to_raw(columns, np.full(len(columns["time_s"]), sensor))
        for name, count in counts.items():
            self.counts[name] += count
        return raw

    def picture(self) -> Picture:
        """All tracks moved to the time of the picture, by number."""
        now_ns = self.now_ns if self.now_ns is not None else 0
        alive = self._tracks[: int(self._state[0]["high"])]
        rows = alive[alive["status"] != FREE]
        order = np.argsort(rows["number"], kind="stable")
        rows = rows[order]
        x, p = np.empty((len(rows), 6)), np.empty((len(rows), 6, 6))
        if self.banks is None:
            extrapolate_all(self.settings[0], rows, now_ns, x, p, np.zeros((3, 3)))
        else:
            modes = self.banks.modes[: len(alive)][alive["status"] != FREE][order]
            ages_s = (now_ns - rows["update_ns"]) / NANOSECONDS_PER_SECOND
            extrapolate_banks(self.settings[0], modes, ages_s, self.banks.scratch, x, p)
        turn = np.zeros((6, 6))
        turn[:3, :3] = turn[3:, 3:] = self.frame_axes
        x[:, :3] -= self.origin
        last_ns = rows["update_ns"]
        if self.banks is not None:
            last_ns = self.banks.lives["hit_ns"][: len(alive)][alive["status"] != FREE][order]
        age_ns = now_ns - last_ns
        coasting = (rows["status"] == FIRM) & (age_ns > COASTS_AFTER * rows["period_ns"])
        status = np.where(rows["status"] == FIRM, np.where(coasting, COASTING, FIRM_NOW), TENTATIVE).astype(np.uint8)
        if self.config.frame != FLAT:
            x, p = x @ turn.T, turn @ p @ turn.T
        update_s = last_ns / NANOSECONDS_PER_SECOND
        return Picture(now_ns / NANOSECONDS_PER_SECOND, rows["number"].copy(), status, x, p, update_s)
