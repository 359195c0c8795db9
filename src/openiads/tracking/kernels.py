"""Compiled loops over plots and tracks for callers outside the walk."""

import numpy as np
from numpy.typing import NDArray

from openiads.kernels import kernel
from openiads.tracking.bank import combine, mix
from openiads.tracking.bank_records import MIXED, BankScratch
from openiads.tracking.bank_updates import place_ahead
from openiads.tracking.measurement import convert_plot
from openiads.tracking.records import Record, Rows, Scratch, Vector
from openiads.tracking.remote import extrapolate
from openiads.tracking.scan import scan_step
from openiads.tracking.step import step

Integers = NDArray[np.int64]


@kernel
def convert_all(raw: Rows, first: int, count: int, plots: Rows, site_m: Vector, axes: Vector, sigmas: Vector) -> None:
    """Fill `count` plots from the rows from `first` on, with the sensor's sigmas (range [m], azimuth, elevation [rad])."""
    for i in range(count):
        row, plot = raw[first + i], plots[i]
        plot["at_ns"] = row["at_ns"]
        plot["range_m"] = row["range_m"]
        plot["azimuth_rad"] = row["azimuth_rad"]
        plot["elevation_rad"] = row["elevation_rad"]
        plot["snr_db"] = row["snr_db"]
        plot["sigma_range_m"] = sigmas[0]
        plot["sigma_azimuth_rad"] = sigmas[1]
        plot["sigma_elevation_rad"] = sigmas[2]
        convert_plot(plots, i, site_m, axes)


@kernel
def take_batches(
    config: Record,
    node_state: Record,
    tracks: Rows,
    plots: Rows,
    changes: Rows,
    scratch: Scratch,
    raw: Rows,
    batches: Integers,
    places: tuple[Vector, Vector, Vector, Integers],
    now_ns: int,
    extended: bool | None = None,
) -> int:
    """Give batches of rows, (n, 2) of first and last, to the tracker one after another; returns the time after them.

    `places` holds sites (s, 3), axes (s, 3, 3), sigmas (s, 3) and scan periods (s,) of the sensors. Updates are those of the
    extended filter unless `extended` is None: the type decides, so that nobody compiles what he does not use.
    """
    sites, axes, sigmas, periods_ns = places
    for k in range(len(batches)):
        first, last = batches[k, 0], batches[k, 1]
        sensor = raw[first]["sensor"]
        begin_ns, period_ns = raw[first]["at_ns"], periods_ns[sensor]
        gap = begin_ns - now_ns > period_ns  # time passes first: tracks that have lapsed meanwhile take no plot
        convert_all(raw, first, last - first, plots, sites[sensor], axes[sensor], sigmas[sensor])
        for count in range(0 if gap else last - first, last - first + 1, max(last - first, 1)):
            now_ns = max(now_ns, begin_ns if count == 0 else raw[last - 1]["at_ns"])
            if extended is None:
                step(config, node_state, tracks, plots, count, sensor, period_ns, now_ns, changes, scratch)
            else:
                place = (sites[sensor], axes[sensor])
                step(config, node_state, tracks, plots, count, sensor, period_ns, now_ns, changes, scratch, place)
    return now_ns


@kernel
def take_scans(
    config: Record,
    node_state: Record,
    tracks: Rows,
    plots: Rows,
    changes: Rows,
    scratch: Scratch,
    raw: Rows,
    batches: Integers,
    places: tuple[Vector, Vector, Vector, Integers],
    now_ns: int,
    extra: tuple[Record, Rows, Rows, Rows, BankScratch],
) -> int:
    """As `take_batches`, for tracks with banks; `extra` holds settings, looks (s,), modes, lives and the bank's scratch."""
    sites, axes, sigmas, periods_ns = places
    settings, looks, modes, lives, bank = extra
    for k in range(len(batches)):
        first, last = batches[k, 0], batches[k, 1]
        s = raw[first]["sensor"]
        begin_ns, place = raw[first]["at_ns"], (sites[s], axes[s])
        gap = begin_ns - now_ns > periods_ns[s]
        convert_all(raw, first, last - first, plots, sites[s], axes[s], sigmas[s])
        for count in range(0 if gap else last - first, last - first + 1, max(last - first, 1)):
            now_ns = max(now_ns, begin_ns if count == 0 else raw[last - 1]["at_ns"])
            scan_step(
                config, settings, looks[s], node_state, tracks, modes, lives, plots, count, s, periods_ns[s], now_ns, raw, first,
                place, changes, scratch, bank,
            )  # fmt: skip
    return now_ns


@kernel
def extrapolate_banks(config: Record, modes: Rows, ages_s: Vector, bank: BankScratch, x: Vector, p: Vector) -> None:
    """States `x`, (n, 6), and covariances `p`, (n, 6, 6), of banks, (n, m), each moved by its age."""
    for i in range(len(modes)):
        mix(modes[i], bank.transition, bank.sets[MIXED])
        if ages_s[i] > 0.0:
            place_ahead(config, bank, ages_s[i])
        else:
            combine(modes[i], bank.whole[0])
        for a in range(6):
            x[i, a] = bank.whole[0]["x"][a]
            for b in range(6):
                p[i, a, b] = bank.whole[0]["p"][a, b]


@kernel
def extrapolate_all(config: Record, rows: Rows, now_ns: int, x: Vector, p: Vector, q: Vector) -> None:
    """States `x`, (n, 6), and covariances `p`, (n, 6, 6), of tracks moved to `now_ns`; `q`, (3, 3), is scratch."""
    for i in range(len(rows)):
        extrapolate(config, rows[i], now_ns, x[i], p[i], q)
