"""Run a short scene and print the SHA-256 of all tracks; run by `test_same_bits.py` with the JIT on and off."""

import hashlib
import sys

import numpy as np

from openiads.tracking.measurement import convert_plot
from openiads.tracking.records import (
    TRACK_MESSAGE,
    make_changes,
    make_config,
    make_plots,
    make_scratch,
    make_state,
    make_tracks,
)
from openiads.tracking.remote import expire_remote, receive_remote
from openiads.tracking.step import step

NS = 1_000_000_000


def main() -> None:
    config = make_config(
        confirm_hits=2, confirm_window=3, drop_after_updates=2, process_noise_m2ps3=2.0, gate_probability=0.999,
        max_speed_mps=500.0, capacity=60, vertical_noise_reduction=0.5, max_climb_mps=100.0,
    )  # fmt: skip
    tracks, state, plots, changes, scratch = (
        make_tracks(60),
        make_state(),
        make_plots(60),
        make_changes(60),
        make_scratch(60, 60),
    )
    digest = hashlib.sha256()
    rng = np.random.default_rng(21)
    site_m, axes = np.array([4.1e6, 2.6e6, 4.0e6]), np.linalg.qr(rng.normal(size=(3, 3)))[0]
    range_m, azimuth_rad, rate_mps = rng.uniform(2e4, 9e4, 14), rng.uniform(0, 6.28, 14), rng.uniform(-250, 250, 14)
    azimuth_rad[1::2] = azimuth_rad[::2] + 0.004  # pairs that contend for their plots
    range_m[1::2], rate_mps[1::2] = range_m[::2], rate_mps[::2]
    firm = 0
    for k in range(8):
        seen = rng.random(14) < 0.9
        count = int(seen.sum()) + 6
        plots["range_m"][:count] = np.concatenate([(range_m + 10.0 * k * rate_mps)[seen], rng.uniform(1e4, 1e5, 6)])
        plots["azimuth_rad"][:count] = (
            np.concatenate([azimuth_rad[seen], rng.uniform(0, 6.28, 6)]) + rng.normal(size=count) * 0.002
        )
        plots["elevation_rad"][:count] = rng.normal(size=count) * 0.003 + 0.05
        plots["sigma_range_m"], plots["sigma_azimuth_rad"], plots["sigma_elevation_rad"] = 40.0, 0.002, 0.003
        plots["at_ns"][:count] = 10 * k * NS + (plots["azimuth_rad"][:count] * 1e9).astype(np.int64)
        for i in range(count):
            convert_plot(plots, i, site_m, axes)
        n = step(config[0], state[0], tracks, plots, count, 0, 10 * NS, 10 * (k + 1) * NS, changes, scratch)
        firm += int((changes["what"][:n] == 2).sum())
        message = np.zeros(1, TRACK_MESSAGE)[0]
        message["x"] = tracks[2 * k]["x"]
        message["p"] = np.eye(6) * 1e4
        message["origin_number"], message["update_ns"] = k, 10 * k * NS
        receive_remote(config[0], state[0], tracks, message, 10 * (k + 1) * NS, scratch)
        digest.update(changes[:n].tobytes())
        digest.update(plots[:count].tobytes())
    expire_remote(config[0], state[0], tracks, 30 * NS, 90 * NS, changes, scratch)
    digest.update(tracks.tobytes())
    digest.update(state.tobytes())
    sys.stdout.write(f"{digest.hexdigest()} {firm}\n")


main()
