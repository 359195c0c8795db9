"""A node with its tracker, fed with plots given as positions or as range, azimuth and elevation."""

import numpy as np
import pytest

from openiads.tracking.measurement import convert_plot
from openiads.tracking.records import TENTATIVE, make_changes, make_config, make_plots, make_scratch, make_state, make_tracks
from openiads.tracking.step import step

NS = 1_000_000_000
SITE_M = np.array([0.0, 0.0, 6.36e6])
AXES = np.eye(3)
USUAL = {
    "confirm_hits": 3,
    "confirm_window": 5,
    "drop_after_updates": 3,
    "process_noise_m2ps3": 1.0,
    "gate_probability": 0.999,
    "max_speed_mps": 600.0,
    "capacity": 100,
}


class Node:
    """Everything that one tracker needs, with the plots of a batch as plain rows."""

    def __init__(self, *, most_plots=200, tracks=None, **settings):
        self.config = make_config(**{**USUAL, **settings})[0]
        self.capacity = int(self.config["capacity"])
        self.tracks = make_tracks(self.capacity + int(self.config["first_slot"])) if tracks is None else tracks
        self.state = make_state()[0]
        self.plots = make_plots(most_plots)
        self.changes = make_changes(self.capacity)
        self.scratch = make_scratch(self.capacity, most_plots)

    def run(self, count, now_s, period_s=10.0, radar=0):
        """One step over the first `count` plots; returns (what, number) of every change."""
        n = step(
            self.config, self.state, self.tracks, self.plots, count, radar,
            round(period_s * NS), round(now_s * NS), self.changes, self.scratch,
        )  # fmt: skip
        return [(int(c["what"]), int(c["number"])) for c in self.changes[:n]]

    def scan(self, positions_m, at_s, *, sigma_m=50.0, period_s=10.0, radar=0, now_s=None):
        """One batch of plots at positions relative to the site, with equal noise on each axis."""
        now_s = np.max(at_s) if now_s is None else now_s
        at_s = np.broadcast_to(at_s, len(positions_m))
        for plot, position_m, t in zip(self.plots, positions_m, at_s, strict=False):
            plot["position"] = SITE_M + position_m
            plot["r"] = np.eye(3) * sigma_m * sigma_m
            plot["at_ns"] = round(t * NS)
            plot["range_m"] = np.linalg.norm(position_m)
            plot["azimuth_rad"] = np.arctan2(position_m[0], position_m[1])
        return self.run(len(positions_m), now_s, period_s, radar)

    def measure(self, polar, at_s, sigmas, *, period_s=10.0):
        """One batch of plots as (range, azimuth, elevation), all at one time."""
        for i, row in enumerate(polar):
            plot = self.plots[i]
            plot["range_m"], plot["azimuth_rad"], plot["elevation_rad"] = row
            plot["sigma_range_m"], plot["sigma_azimuth_rad"], plot["sigma_elevation_rad"] = sigmas
            plot["at_ns"] = round(at_s * NS)
            convert_plot(self.plots, i, SITE_M, AXES)
        return self.run(len(polar), at_s, period_s)

    def alive(self, status=TENTATIVE):
        """Tracks of at least that status, by number."""
        rows = self.tracks[self.tracks["status"] >= status]
        return rows[np.argsort(rows["number"])]


@pytest.fixture(scope="session")
def make_node():
    return Node
