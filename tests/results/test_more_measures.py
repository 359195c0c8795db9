"""Measures of pictures, links, reach, coverage and other raids, against values worked out by hand or by a closed form."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from by_hand import columns

from openiads.errors import ResultsError
from openiads.records.truth import motion_at
from openiads.results.measures import RunData, measure, registry
from openiads.results.measures.raids import leaks_by_cell
from openiads.results.schema import to_table
from openiads.scenario.loader import Scenario, load_scenario
from openiads.stats.quantiles import jackknifed, quantile_of_groups, ranked, reached_by
from openiads.study.shipped import folder

EXAMPLES = Path(__file__).parents[2] / "examples" / "scenarios"
S = 1_000_000_000
EFFECTIVE_M = 4 / 3 * 6_371_000.0
TARGET = {"object_id": "target", "side": "hostile", "kind": "aircraft"}
Rows = dict[str, list[dict[str, Any]]]


def radial(**overrides: Any) -> Scenario:
    """One fire unit on a smooth sea under a mask of 0.1 deg, one aircraft that flies at it at 250 m/s."""
    return load_scenario(
        EXAMPLES / "single-battery-radial.yaml", overrides={k.replace("__", "."): v for k, v in overrides.items()}
    )


def coast(**overrides: Any) -> Scenario:
    return load_scenario(Path(str(folder())) / "scenarios" / "coastal-sector-notional.yaml", overrides=overrides)


def by_hand(scenario: Scenario, tables: Rows, replications: int = 1, seed: int = 1) -> RunData:
    return RunData(
        lambda name: to_table(name, columns(name, tables.get(name, []))), lambda: scenario, range(replications), seed=seed
    )


def one(data: RunData, name: str, **arguments: Any) -> Any:
    return measure(data, [(name, arguments)])[0] if arguments else measure(data, [name])[0]


def sight_m(altitude_m: float, *, antenna_m: float = 20.0, mask_deg: float = 0.1) -> float:
    """Farthest ground range at which a target clears the mask, on the 4/3 earth (parabola)."""
    slope = math.tan(math.radians(mask_deg))
    return EFFECTIVE_M * (math.sqrt(slope * slope + 2.0 * (altitude_m - antenna_m) / EFFECTIVE_M) - slope)


def tracked(firm_ns: int, dropped_ns: int, *, end: str = "leaked", end_ns: int = 3_000 * S, line: int = 0) -> Rows:
    """The only target, held as track 1 by the battery from one time to another."""
    about = {"replication": line, "node": "battery-1", "track_id": "battery-1/1"}
    return {
        "objects": [TARGET],
        "outcomes": [
            {"replication": line, "object_id": "target", "end_state": end, "at_ns": end_ns, "first_firm_ns": firm_ns}
        ],
        "events": [{**about, "at_ns": firm_ns, "event": "firm"}, {**about, "at_ns": dropped_ns, "event": "dropped"}],
        "association": [
            {
                "node": "battery-1",
                "at_ns": firm_ns,
                "reference": "track",
                "reference_id": "battery-1/1",
                "object_id": "target",
            }
        ],
    }


# quantiles


def test_the_largest_value_that_a_share_reaches() -> None:
    values = np.array([300.0, np.nan, 100.0, 200.0])
    assert [reached_by(values, p=p).value for p in (0.25, 0.5, 0.75, 0.9)] == [300.0, 200.0, 100.0, 0.0]
    many = reached_by(np.arange(1.0, 101.0), p=0.9)
    assert (many.value, many.low, many.high) == (
        11.0,
        5.0,
        17.0,
    )  # binomial(100, 0.9): P(K <= 83) = 0.021, P(K <= 95) = 0.976


def test_quantiles_of_groups() -> None:
    assert [ranked(np.arange(1.0, 11.0), q=q) for q in (0.1, 0.15, 0.5, 1.0)] == [1.0, 2.0, 5.0, 10.0]
    found = quantile_of_groups([np.array([1.0, 5.0]), np.array([3.0]), np.empty(0)], q=0.5)
    assert (found.value, found.count, found.missing) == (3.0, 2, 1)
    assert found.low is not None
    assert found.low <= 3.0 <= (found.high or 0.0)
    assert jackknifed(2.0, np.array([1.0, 3.0])).high == pytest.approx(2.0 + 12.7062 * 1.0, rel=1e-4)  # t of 1 degree


# sensing


def test_detection_by_a_share_of_the_replications() -> None:
    at_s = (400, 800, -1)
    outcomes = [
        {
            "replication": k,
            "object_id": "target",
            "end_state": "leaked",
            "at_ns": 1,
            "first_detection_ns": at * S if at > 0 else -1,
        }
        for k, at in enumerate(at_s)
    ]
    data = by_hand(radial(), {"objects": [TARGET], "outcomes": outcomes}, 3)
    end_s = data.paths.things.objects["end_ns"][0] / S
    found = one(data, "range_at_pd", p=0.6)
    assert found.estimate.value == pytest.approx(0.25 * (end_s - 800), rel=1e-3)  # km: what is left to fly at 250 m/s
    assert one(data, "range_at_pd", p=0.9).estimate.value == 0.0
    assert one(data, "first_detection_range", object="target", p=0.3).estimate.value == pytest.approx(
        0.25 * (end_s - 400), rel=1e-3
    )
    assert one(data, "first_detection_range", object="target").estimate.missing == 1


def test_warning_before_a_ring_and_before_the_end() -> None:
    data = by_hand(radial(), tracked(1_000 * S, 2_000 * S))
    end_s = data.paths.things.objects["end_ns"][0] / S
    assert one(data, "warning_time", object="target").estimate.value == pytest.approx(end_s - 1_000, abs=1e-6)
    ring = one(data, "warning_time", boundary="asset_ring_50km").estimate.value
    assert ring == pytest.approx(end_s - 50_000 / 250 - 1_000, abs=1.0)  # 50 km before the end
    late = by_hand(radial(), tracked(2_780 * S, 2_781 * S))
    assert one(late, "warning_time", boundary="asset_ring_50km").estimate.value < 0.0  # kept
    with pytest.raises(ResultsError, match="neither path_end nor asset_ring"):
        one(data, "warning_time", boundary="somewhere")


# coverage


def test_coverage_is_the_disc_within_sight() -> None:
    data = by_hand(radial(), {"objects": [TARGET]})
    for altitude_m in (1_000.0, 3_000.0):
        share = one(data, "coverage_fraction", altitude_m=altitude_m, rcs_m2=1e4, radius_km=400).estimate
        assert share.value == pytest.approx((sight_m(altitude_m) / 400e3) ** 2, abs=0.003)
        assert (share.low, share.high) == (share.value, share.value)
    area = one(data, "coverage_area", altitude_m=3_000.0, rcs_m2=1e4, radius_km=400).estimate.value
    assert area == pytest.approx(math.pi * (sight_m(3_000.0) / 1e3) ** 2, rel=0.01)  # km2
    smaller = one(data, "coverage_fraction", altitude_m=9_000.0, rcs_m2=1e-4, radius_km=400).estimate.value
    larger = one(data, "coverage_fraction", altitude_m=9_000.0, rcs_m2=1e-4 * 16, radius_km=400).estimate.value
    assert larger / smaller == pytest.approx(4.0, rel=0.03)  # reach as the fourth root, area as its square
    assert one(data, "coverage_fraction", radius_km=400).estimate.value > 0.2  # of the target itself


def test_lowest_covered_altitude_is_the_mask() -> None:
    data = by_hand(radial(), {"objects": [TARGET]})
    by_formula = 20 + 200e3 * math.tan(math.radians(0.1)) + (200e3) ** 2 / (2 * EFFECTIVE_M)
    found = one(data, "min_covered_altitude", range_km=200, rcs_m2=1e4).estimate.value
    assert found == pytest.approx(by_formula, abs=8.0)  # m, of 2,724; the formula is a parabola
    assert one(data, "min_covered_altitude", range_km=600, rcs_m2=1e-4).estimate.value is None
    with pytest.raises(ResultsError, match="no radar or node is called 'x'"):
        one(data, "coverage_area", radar="x", radius_km=400)


# engagement


def test_largest_range_of_intercept_is_the_least_of_track_sight_and_missile() -> None:
    whole = tracked(1 * S, 2_780 * S)
    sight = one(by_hand(radial(), whole), "max_intercept_range").estimate.value
    assert sight == pytest.approx(sight_m(9_000.0) / 1e3, abs=1.0)  # km: the horizon, though the missile flies 400
    near = {"fire_units__battery-1__missiles__long-range__max_range_km": 150.0}
    missile = one(by_hand(radial(**near), whole), "max_intercept_range").estimate.value
    assert missile == pytest.approx(math.sqrt(150.0**2 - 9.0**2), abs=0.5)
    late = by_hand(radial(), tracked(2_000 * S, 2_780 * S))
    left = 0.25 * (late.paths.things.objects["end_ns"][0] / S - 2_000)
    assert one(late, "max_intercept_range").estimate.value == pytest.approx(left, abs=0.5)  # the track came late
    never = by_hand(radial(), {**whole, "events": [], "association": []})
    assert one(never, "max_intercept_range").estimate.value == 0.0


def test_range_kept_out_is_the_tenth_percentile_of_intercepts() -> None:
    rows = tracked(1 * S, 2_780 * S)
    end_s = by_hand(radial(), rows).paths.things.objects["end_ns"][0] / S
    shots = [
        {
            "node": "battery-1",
            "at_ns": int((end_s - km / 0.25) * S),
            "reference": "shot",
            "reference_id": str(km),
            "object_id": "target",
        }
        for km in range(10, 210, 10)
    ]
    results = [{**row, "result": "missed"} for row in shots[:-1]] + [{**shots[-1], "result": "track_lost"}]
    data = by_hand(radial(), {**rows, "association": [*rows["association"], *results]})
    assert one(data, "keep_out_range").estimate.value == pytest.approx(20.0, rel=1e-3)  # second of 19: ceil(1.9)
    assert one(data, "keep_out_range", q=0.5).estimate.value == pytest.approx(100.0, rel=1e-3)


def test_launches_that_fit_before_the_end() -> None:
    data = by_hand(radial(), tracked(1 * S, 2_780 * S))
    unit = data.lowered.case.fire_units[0]
    reaction_s, assess_s, end_s = (
        unit["reaction_ns"] / S,
        unit["assess_delay_ns"] / S,
        data.paths.things.objects["end_ns"][0] / S,
    )
    far_s = end_s - sight_m(9_000.0) / 250.0
    ready_s = max(1 + reaction_s, far_s - sight_m(9_000.0) / 1_200.0)
    count = 0
    while True:  # missile at 1,200 m/s against target at 250 m/s, on one line
        meet_s = (1_200.0 * ready_s + 250.0 * end_s) / 1_450.0
        if meet_s > end_s - 9_000.0 / 250.0:  # overhead: above the elevation limit
            break
        count, ready_s = count + 1, meet_s + assess_s + reaction_s
    assert abs(one(data, "shot_opportunities").estimate.value - count) <= 1  # the last one stands at the edge
    salvo = by_hand(radial(**{"fire_units__battery-1__command__doctrine": "salvo_2"}), tracked(1 * S, 2_780 * S))
    assert one(salvo, "shot_opportunities").estimate.value == 2 * one(data, "shot_opportunities").estimate.value


def test_exchange() -> None:
    objects = [
        {"object_id": "raid", "side": "hostile", "kind": "aircraft"},
        {"object_id": "raid-2", "side": "hostile", "kind": "aircraft"},
        {"object_id": "friendly", "side": "friendly", "kind": "aircraft"},
    ]
    ends = [("killed", "killed", "killed"), ("killed", "leaked", "left")]
    outcomes = [
        {"replication": k, "object_id": o["object_id"], "end_state": end, "at_ns": 1}
        for k, states in enumerate(ends)
        for o, end in zip(objects, states, strict=True)
    ]
    magazines = [
        {"replication": k, "node": "battalion-1", "missile": "long-range", "at_start": 32, "fired": fired}
        for k, fired in enumerate((4, 2))
    ]
    data = by_hand(coast(), {"objects": objects, "outcomes": outcomes, "magazines": magazines}, 2)
    assert one(data, "exchange_ratio").estimate.value == 3 / 2  # one friendly killed, one asset reached
    cost = one(data, "cost_exchange_ratio", interceptor_usd_m=2.0, attacker_usd_m=1.5)
    assert cost.estimate.value == pytest.approx(12.0 / 4.5, rel=1e-12)
    with pytest.raises(ResultsError, match="no source gives a price of a missile 'long-range'"):
        one(data, "cost_exchange_ratio", attacker_usd_m=1.5)
    with pytest.raises(ResultsError, match="State one: attacker_usd_m"):
        one(data, "cost_exchange_ratio", interceptor_usd_m=2.0)


# pictures


def picture() -> RunData:
    """Two tracks of one friendly aircraft at the battalion, 0 to 100 s and 60 to 120 s; identified at 20 s and 80 s."""
    objects = [{"object_id": "friendly", "side": "friendly", "kind": "aircraft"}]
    node = {"node": "battalion-1"}
    spans = {"battalion-1/1": (0, 100, 20, "hostile", "wrong"), "battalion-1/2": (60, 120, 80, "friendly", "right")}
    events, association, tracks = [], [], []
    for track, (start, end, at, word, result) in spans.items():
        about = {**node, "track_id": track}
        events += [
            {**about, "at_ns": start * S, "event": "firm"},
            {**about, "at_ns": end * S, "event": "dropped"},
            {**about, "at_ns": at * S, "event": "identified", "detail": word},
        ]
        truth = {**node, "reference_id": track, "object_id": "friendly"}
        association += [
            {**truth, "at_ns": start * S, "reference": "track"},
            {**truth, "at_ns": at * S, "reference": "identification", "result": result},
        ]
    data = by_hand(coast(), {"objects": objects})
    case, place = data.lowered.case, data.lowered.names.objects.index("friendly")
    for at, off in ((10, 30.0), (50, 40.0)):
        x, y, z, *_ = motion_at(case.objects, case.knots, place, at * S)
        position = {"position_ecef_x_m": x + off, "position_ecef_y_m": y, "position_ecef_z_m": z}
        tracks.append(
            {
                **node,
                "at_ns": at * S,
                "track_id": "battalion-1/1",
                "status": "firm",
                "source": "own",
                "identity": "pending",
                **position,
            }
        )
    outcomes = [{"object_id": "friendly", "end_state": "left", "at_ns": 200 * S}]
    sent = {"node": "battalion-1", "link": "battalion-to-sector", "to_node": "sector-ops", "content": "tracks"}
    messages = [
        {**sent, "track_id": track, "at_ns": at * S, "due_ns": due}
        for track, at, due in (("battalion-1/1", 30, 32 * S), ("battalion-1/1", 55, -1), ("battalion-1/1", 60, 61 * S))
    ]
    messages.append(
        {
            **messages[0],
            "node": "sector-ops",
            "to_node": "battalion-1",
            "link": "sector-to-battalion",
            "track_id": "sector-ops/9",
        }
    )
    tables = {
        "objects": objects,
        "outcomes": outcomes,
        "events": events,
        "association": association,
        "tracks": tracks,
        "messages": messages,
    }
    link = {"link": "battalion-to-sector", "node": "battalion-1", "to_node": "sector-ops", "boundary": True}
    tables["traffic"] = [
        {**link, "content": "tracks", "identity": "friendly", "sent": 2, "arrived": 1, "lost": 1},
        {**link, "content": "tracks", "identity": "hostile", "sent": 1, "arrived": 1},
        {
            **link,
            "link": "sector-to-battalion",
            "node": "sector-ops",
            "to_node": "battalion-1",
            "content": "status",
            "identity": "hostile",
            "sent": 5,
        },
        {
            **link,
            "link": "radar-to-sector",
            "node": "allied-radar-1",
            "content": "tracks",
            "identity": "friendly",
            "sent": 9,
        },
    ]
    return PictureData(tables)


class PictureData(RunData):
    """One aircraft of the coast; places of objects are those of the table, which the coast's own case must match."""

    def __init__(self, tables: Rows) -> None:
        alone = coast(
            **{
                "objects.raid.count": 0,
                "objects.friendly.count": 1,
                "objects.friendly-low.count": 0,
                "objects.airliner.count": 0,
            }
        )
        super().__init__(lambda name: to_table(name, columns(name, tables.get(name, []))), lambda: alone, range(1), seed=1)


def test_identity_of_tracks_over_time() -> None:
    data = picture()
    # tracked 0 to 120 s; some identity from 20 s; right on all tracks only 100 to 120 s; apart 80 to 100 s
    assert one(data, "siap_id_completeness").estimate.value == pytest.approx(100 / 120, rel=1e-12)
    assert one(data, "siap_id_correctness").estimate.value == pytest.approx(20 / 120, rel=1e-12)
    assert one(data, "siap_id_ambiguity").estimate.value == pytest.approx(20 / 120, rel=1e-12)


def test_what_crosses_links() -> None:
    data = picture()
    rates = {  # an hour; what the allied radar tells its own post crosses no boundary
        ("both", "any"): 8.0,
        ("into", "any"): 5.0,
        ("out_of", "tracks"): 3.0,
        ("out_of", "friendly_position"): 2.0,
        ("into", "friendly_position"): 0.0,
    }
    for (direction, content), expected in rates.items():
        found = one(data, "boundary_message_rate", direction=direction, content=content)
        assert found.estimate.value == pytest.approx(expected, rel=1e-12)
    with pytest.raises(ResultsError, match="direction 'up' is not one of"):
        one(data, "boundary_message_rate", direction="up")
    # sent at 30 s with data of 10 s and at 60 s with data of 50 s; the one at 55 s is lost, that of sector-ops has no track
    assert one(data, "track_latency", q=1.0).estimate.value == pytest.approx(22.0, rel=1e-12)
    assert one(data, "track_latency", q=0.5).estimate.value == pytest.approx(11.0, rel=1e-12)
    hold_s = data.lowered.case.nodes["remote_hold_ns"][data.lowered.names.nodes.index("sector-ops")] / S
    assert hold_s == 0.0  # stand-alone: nothing is remembered, so nothing is in common
    assert one(data, "siap_commonality", node="battalion-1", other="sector-ops").estimate.value == 0.0


def test_pictures_in_common(monkeypatch: pytest.MonkeyPatch) -> None:
    from openiads.results.measures import network

    monkeypatch.setattr(network, "_remembered_ns", lambda data, node: 10 * S)
    found = one(picture(), "siap_commonality", node="battalion-1", other="sector-ops")
    assert found.estimate.value == pytest.approx((10 + 10) / 120, rel=1e-12)  # 32 to 42 s and 61 to 71 s of 120 s


def test_distance_of_tracks_from_the_truth() -> None:
    assert one(picture(), "siap_position_accuracy").estimate.value == pytest.approx(35.0, abs=1e-6)  # m


# exposure


def exposed(*, state: str = "continuous") -> RunData:
    """A flight of 60 sorties a month that the Turkish site holds from 0 to 60 min and the Russian one from 30 to 90 min."""
    from openiads.scenario.shipped import find

    paths = {
        "command_posts.s400-command.state": state,
        "fire_units.s400-1.state": state,
        "fire_units.s400-2.state": state,
    }
    objects = [
        {"object_id": "f-35a", "side": "friendly", "kind": "aircraft", "system": "f-35a", "sorties_per_month": 60.0},
        {"object_id": "f-16", "side": "friendly", "kind": "aircraft", "system": "f-16", "sorties_per_month": 9.0},
    ]
    spans = {"s400-1": (0, 60, "f-35a"), "hmeimim-1": (30, 90, "f-35a"), "s400-2": (10, 20, "f-16")}
    events, association = [], []
    for node, (start, end, thing) in spans.items():
        about = {"node": node, "track_id": f"{node}/1"}
        events += [
            {**about, "at_ns": start * 60 * S, "event": "firm"},
            {**about, "at_ns": end * 60 * S, "event": "dropped"},
        ]
        association.append(
            {"node": node, "at_ns": start * 60 * S, "reference": "track", "reference_id": f"{node}/1", "object_id": thing}
        )
    outcomes = [{"object_id": o["object_id"], "end_state": "landed", "at_ns": 7200 * S} for o in objects]
    order = sorted(objects, key=lambda o: str(o["object_id"]))
    tables = {"objects": order, "outcomes": outcomes, "events": events, "association": association}
    return by_hand(load_scenario(find("exposure-baseline"), overrides=paths), tables)


def test_hours_of_a_system_in_all_and_alone() -> None:
    told = {"system": "s400-command", "aircraft": "f-35a"}
    assert one(exposed(), "exposure_hours", **told).estimate.value == pytest.approx(
        60.0, rel=1e-12
    )  # 60 sorties, one hour each
    assert one(exposed(), "exposure_hours", **told, alone=1.0).estimate.value == pytest.approx(30.0, rel=1e-12)
    hmeimim = one(exposed(), "exposure_hours", system="hmeimim-command", aircraft="f-35a")
    assert hmeimim.estimate.value == pytest.approx(60.0, rel=1e-12)
    assert one(exposed(), "exposure_hours", system="s400-command").estimate.value == pytest.approx(
        60.0 + 9.0 / 6.0, rel=1e-12
    )
    share = exposed().scenario.spec.readiness.share_drills
    drills = one(exposed(state="drills"), "exposure_hours", **told).estimate.value
    assert drills == pytest.approx(60.0 * share, rel=1e-12)
    assert one(exposed(state="stored"), "exposure_hours", **told).estimate.value == 0.0
    with pytest.raises(ResultsError, match="no node is called 'x'"):
        one(exposed(), "exposure_hours", system="x")


# other raids


def alone(**more: Any) -> Scenario:
    """One attacker that a perfect missile kills at the first intercept."""
    unit = "fire_units__battery-1__missiles__long-range"
    return radial(
        **{f"{unit}__p_kill": 1.0, f"{unit}__max_range_km": 100.0, "signatures__fighter__front_m2": 1000.0, **more}
    )


def test_an_asset_is_defended_behind_the_first_intercept() -> None:
    tables = {"objects": [TARGET], "outcomes": [{"object_id": "target", "end_state": "killed", "at_ns": 1}]}
    data = by_hand(alone(), tables, 1)
    leaks = leaks_by_cell(data, grid_km=50.0, radius_km=50.0)
    # paths 50 km left, through the middle and 50 km right; cells 50 km apart on each, those within the radius
    assert len(leaks) == 5
    assert one(data, "defended_area", asset_grid_km=50, radius_km=50).estimate.value == 2_500.0 * (leaks == 0.0).sum()
    assert leaks.sum() <= 1.0, "the first intercept lies 90 km out, so that only a cell farther out than that leaks"
    none = by_hand(alone(**{"fire_units__battery-1__missiles__long-range__p_kill": 0.0}), tables, 1)
    assert one(none, "defended_area", asset_grid_km=50, radius_km=50).estimate.value == 0.0
    held = by_hand(alone(control__weapons="hold"), tables, 1)
    assert leaks_by_cell(held, grid_km=50.0, radius_km=50.0).min() == 1.0


def test_more_attackers_than_missiles_saturate() -> None:
    scenario = alone(**{"fire_units__battery-1__missiles__long-range__count": 2})
    data = by_hand(scenario, {"objects": [TARGET]}, 1)
    assert one(data, "saturation_raid", max_leak=0.2).estimate.value == 3.0  # a third gets through
    assert one(data, "saturation_raid", max_leak=0.4).estimate.value == 4.0


def test_no_smallest_raid_on_a_named_place() -> None:
    from openiads.scenario.shipped import find

    data = by_hand(load_scenario(find("turkey-2019")), {"objects": []})
    with pytest.raises(ResultsError, match="no single smallest raid"):
        one(data, "saturation_raid")


def test_the_quick_ones_stand_in_a_table_of_all() -> None:
    assert {m.name for m in registry.values() if not m.listed} >= {
        "defended_area",
        "saturation_raid",
        "track_latency",
        "coverage_area",
    }


def test_what_a_measure_needs_is_said() -> None:
    data = by_hand(radial(), {"objects": [TARGET]})
    with pytest.raises(ResultsError, match=r"measure min_covered_altitude needs range_km \(ground range\)"):
        one(data, "min_covered_altitude", rcs_m2=1.0)
    with pytest.raises(ResultsError, match="coverage_area: radius_km = 'far' is no number"):
        one(data, "coverage_area", radius_km="far")
