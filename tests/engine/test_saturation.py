"""Limits with closed forms: lost calls of a unit under Poisson arrivals, perfect sensors, patterns of arrival, capacities."""

import math
from collections.abc import Sequence
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from openiads.engine.simulation import Simulation
from openiads.records.state import ASSESSING, FLYING, PLANNED


def erlang_b(load: float, channels: int) -> float:
    """Share of calls lost by `channels` under Poisson arrivals, whatever the distribution of the service times.

    A. K. Erlang, 1917, by the usual recursion.
    """
    lost = 1.0
    for k in range(1, channels + 1):
        lost = load * lost / (k + load * lost)
    return lost


def passing(firing: SimpleNamespace, arrivals_s: Sequence[float], rng: np.random.Generator) -> dict[str, Any]:
    """Objects that are there while the raster passes them once: one plot, and one decision on a track that is fresh enough.

    The raster of a frame of one second passes azimuths of 60 to 175 degrees between 0.5 and 0.9 s.
    """
    found = {}
    for k, at in enumerate(arrivals_s):
        azimuth, range_km = float(rng.uniform(60, 175)), float(rng.uniform(40.0, 110.0))
        start_s = math.floor(at) + 0.5
        found[f"p{k:05d}"] = firing.thing(
            azimuth, range_km, range_km - 0.000225, speed_mps=0.5, start_s=start_s, end="leave", altitude_m=9000.0
        )
    return found


@pytest.mark.parametrize(("channels", "mean_s"), [(1, 40.0), (4, 9.0), (8, 4.0)])
def test_saturation_under_poisson_arrivals(cases: ModuleType, firing: SimpleNamespace, channels: int, mean_s: float) -> None:
    """Erlang's loss formula within three standard errors.

    Decisions come once a second. A channel taken at one decision is seen busy at the next ones while its target is engaged, and
    by half of the others of its own second: the load is the rate times the mean time from decision to verdict, to first order.
    """
    rng = np.random.default_rng(channels)
    many, until_s = 1200, 0.0
    gaps = rng.exponential(mean_s, many)
    arrivals = 5.0 + np.cumsum(gaps)
    until_s = float(arrivals[-1] + 60.0)
    unit = firing.unit(
        tracker={
            "confirm_hits": 1,
            "confirm_window": 1,
            "drop_after_updates": 60,
            "capacity": 200,
            "max_speed_mps": 1,
            "process_noise_m2ps3": 1e-9,
        },
        command={"channels_targets": channels, "max_track_age_s": 0.55},
        assessment={"delay_s": 19.5},
        engagement_radar={"dwells_per_frame": 3000},
        missiles={"round": {"count": 2000, "mean_speed_mps": 8000}},
    )
    tables = cases.run(firing.scenario(passing(firing, arrivals, rng), {"u": unit}, duration_s=until_s), 1)
    shots = cases.rows(tables["shots"])
    served = [(row["assessed_ns"] - row["at_ns"]) * 1e-9 for row in shots if row["assessed_ns"] is not None]
    assert len(served) == len(shots)
    seen = sum(row["first_firm_ns"] is not None for row in cases.rows(tables["outcomes"]))
    assert seen == many
    taken = {row["track_id"] for row in shots}
    assert len(taken) == len(shots)
    expected = erlang_b(float(np.mean(served)) / mean_s, channels)
    blocks = np.array_split(np.argsort(arrivals), 24)
    shot_at = {row["object_id"] for row in cases.rows(tables["outcomes"]) if row["shots"]}
    lost = np.array([np.mean([f"p{k:05d}" not in shot_at for k in block]) for block in blocks])
    cases.near(float(lost.mean()), expected, float(lost.std(ddof=1) / math.sqrt(len(lost))))
    assert 0.1 < expected < 0.6


def test_perfect_sensors_and_missiles_leak_what_was_not_detected(cases: ModuleType, firing: SimpleNamespace) -> None:
    """One look at each object with Pd 0.6, one missile that kills: leakers are exactly those that were never detected."""
    count, replications, p_d = 24, 60, 0.6
    objects = {
        f"t{k:02d}": firing.thing(
            360.0 * k / count,
            80.0,
            79.3,
            speed_mps=4.0,
            rcs={"front_m2": 1, "side_m2": 1, "rear_m2": 1, "swerling": 1},
        )
        for k in range(count)
    }
    unit = firing.unit(
        tracker={"confirm_hits": 1, "confirm_window": 1, "drop_after_updates": 1000},
        command={"max_track_age_s": 1000},
        engagement_radar={
            "range_km": 80.0,
            "p_detection": p_d,
            "swerling_reference": 1,
            "p_false_alarm": 1e-9,
            "reference_altitude_m": 5000,
            "duty": 0.01,  # the first frame alone
            "duty_period_s": 200,
            "frame_s": 2,
            "dwells_per_frame": 4000,
        },
    )
    tables = cases.run(firing.scenario(objects, {"u": unit}, duration_s=190.0), replications)
    rows = cases.rows(tables["outcomes"])
    for row in rows:
        assert (row["end_state"] == "leaked") == (row["plots"] == 0), row
        assert row["end_state"] in ("leaked", "killed")
    leaked = sum(row["end_state"] == "leaked" for row in rows)
    assert leaked == sum(cases.column(tables["counts"], "leaked"))
    assert 0.1 < leaked / len(rows) < 0.9
    assert {row["cause"] for row in cases.rows(tables["ledger"])} == {"not_detected"}
    cases.near_share(leaked, len(rows), 1.0 - p_d, least=1000)


def raid(firing: SimpleNamespace, starts_s: Sequence[float]) -> dict[str, Any]:
    """Equal objects on the same distance all round, one for each start."""
    return {
        f"r{k:02d}": firing.thing(360.0 * k / len(starts_s), 60.0, 3.0, speed_mps=300.0, start_s=start)
        for k, start in enumerate(starts_s)
    }


def test_patterns_of_arrival_at_equal_raid_size(cases: ModuleType, firing: SimpleNamespace) -> None:
    """Twelve objects against two channels: all at once saturate most, two waves less, a stream least."""
    unit = firing.unit(
        command={"channels_targets": 2, "channels_missiles": 2},
        missiles={"round": {"p_kill": 0.7, "max_range_km": 40, "max_range_ballistic_km": 40}},
        assessment={"delay_s": 10},
    )
    patterns = {
        "simultaneous": [0.0] * 12,
        "waves": [250.0 * (k // 6) for k in range(12)],
        "stream": [45.0 * k for k in range(12)],
    }
    leaked = {}
    for name, starts in patterns.items():
        scenario = firing.scenario(raid(firing, starts), {"u": unit}, duration_s=900.0)
        leaked[name] = cases.column(cases.run(scenario, 60)["counts"], "leaked")
    for more, less in (("simultaneous", "waves"), ("waves", "stream")):
        difference = leaked[more] - leaked[less]  # of the same replication, under the same draws
        assert difference.mean() > 3 * difference.std(ddof=1) / math.sqrt(len(difference)) > 0, (more, less)


def engaged(simulation: Simulation, state: Any) -> tuple[int, list[int], int]:
    """Distinct objects engaged now, tracks engaged by each unit, and distinct objects that somebody holds firm."""
    case = simulation.lowered.case
    now = [s for s in state.shots[: int(state.clock["shots"][0])] if s["status"] in (PLANNED, FLYING, ASSESSING)]
    pairs = {(int(s["fire_unit"]), int(s["track_number"])) for s in now}
    objects = {int(state.track_truth[s["track_slot"]]) for s in now}
    firm = {int(o) for o in state.track_truth[state.tracks["status"] == 2] if o >= 0}
    return len(objects), [sum(f == k for f, _ in pairs) for k in range(len(case.fire_units))], len(firm)


@pytest.mark.parametrize(("units", "channels", "published"), [(6, 6, 36), (8, 10, 80), (1, 6, 6), (1, 10, 10)])
def test_published_capacity(cases: ModuleType, firing: SimpleNamespace, units: int, channels: int, published: int) -> None:
    """300 objects: every one is tracked, as many are engaged at once as all channels together allow, and never more.

    Fire units share the horizon, so that no two can engage one object. One unit alone saturates at its own channels.
    """
    count, width = 300, 360.0 / units
    objects = {
        f"t{k:03d}": firing.thing(1.2 * k + 0.6, 50.0 + k % 5, 49.0 + k % 5, speed_mps=10.0, end="stay")
        for k in range(count)
    }
    found = {}
    for k in range(units):
        found[f"u{k}"] = firing.unit(
            tracker={"capacity": 400},
            command={"channels_targets": channels, "channels_missiles": 2 * channels, "most_missiles_per_track": 1},
            engagement_radar={
                "sector_deg": width,
                "boresight_deg": (k + 0.5) * width,
                "frame_s": 2,
                "beamwidth_azimuth_deg": 1,
                "beamwidth_elevation_deg": 2,
                "dwells_per_frame": 20000,
            },
            missiles={"round": {"mean_speed_mps": 800}},
        )
    simulation = Simulation(cases.lowered(firing.scenario(objects, found, duration_s=100.0)), seed=1)
    state = simulation.fresh(0, "counts")
    most, most_by_unit, most_firm = 0, 0, 0
    for row in range(0, len(simulation.lowered.case.calendar), 7):
        state = simulation.advance(state, row)
        distinct, by_unit, firm = engaged(simulation, state)
        most, most_by_unit, most_firm = max(most, distinct), max(most_by_unit, *by_unit), max(most_firm, firm)
    assert most == published
    assert most_by_unit == channels
    assert most_firm == count


def test_guidance_costs_dwells(cases: ModuleType, firing: SimpleNamespace) -> None:
    """The budget is one: where each missile takes half of a frame, what it guides is held and the search stands still."""
    objects = {"near": firing.thing(45.0, 60.0, 40.0, speed_mps=100.0)}
    objects |= {f"late{k}": firing.thing(90.0 + 20 * k, 60.0, 55.0, speed_mps=100.0, start_s=20.0) for k in range(8)}
    plots = {}
    for cost in (0, 4000):
        unit = firing.unit(
            command={"channels_targets": 1},
            engagement_radar={"dwells_per_missile": cost},
            missiles={"round": {"p_kill": 0.0}},
        )
        tables = cases.run(firing.scenario(objects, {"u": unit}, duration_s=55.0), 1)
        plots[cost] = {row["object_id"]: row["plots"] for row in cases.rows(tables["outcomes"])}
    assert plots[4000]["near"] == plots[0]["near"] > 40
    assert all(plots[0][f"late{k}"] > 30 for k in range(8))
    assert all(plots[4000][f"late{k}"] == 0 for k in range(8))
