"""Centralised control: units fire at what the post orders over a link, on their own only when they are alone; hand-over."""

from collections import Counter
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

S = 1_000_000_000


def post(firing: SimpleNamespace, rule: str = "linear", **more: Any) -> dict[str, Any]:
    """A post with a radar of its own, that knows everybody and assigns."""
    return firing.post(**{"assignment": {"rule": rule, "hold_s": 60}, "search_radar": firing.search_radar(), **more})  # type: ignore[no-any-return]


def links(*units: str, **more: Any) -> dict[str, Any]:
    given = {"from": "p", "carries": ["orders"], "cycle_s": 2, "latency_s": 1.5, "p_loss": 0.0, "within_system": True}
    return {f"to-{unit}": {**given, "to": unit, **more} for unit in units}


def ring(firing: SimpleNamespace, count: int, **more: Any) -> dict[str, Any]:
    given = {"speed_mps": 200.0, **more}
    return {f"t{k:02d}": firing.thing(360.0 * k / count, 50.0, 5.0, **given) for k in range(count)}


def built(
    firing: SimpleNamespace, objects: dict[str, Any], units: dict[str, Any], network: dict[str, Any], **more: Any
) -> Any:
    """Units under the centralised control of the post."""
    for unit in units.values():
        unit["reports_to"] = "p"
        unit["command"]["control"] = "centralised"
    posts = {"p": more.pop("post", None) or post(firing)}
    return firing.scenario(objects, units, command_posts=posts, network={"links": network}, **more)


def fire_units(firing: SimpleNamespace, *names: str, **more: Any) -> dict[str, Any]:
    command = {"channels_targets": 3, "channels_missiles": 6, "max_track_age_s": 5}
    return {name: firing.unit(**firing.merged({"command": command}, more)) for name in names}


def shots_by(cases: ModuleType, tables: Any) -> dict[str, list[tuple[str, float]]]:
    """Object and time of each shot, by unit."""
    fates = {
        (r["node"], r["reference_id"]): r["object_id"] for r in cases.rows(tables["association"]) if r["reference"] == "shot"
    }
    found: dict[str, list[tuple[str, float]]] = {}
    for row in cases.rows(tables["shots"]):
        found.setdefault(row["node"], []).append((fates[row["node"], f"{row['node']}/{row['shot']}"], row["at_ns"] / 1e9))
    return found


@pytest.mark.parametrize("rule", ["greedy", "linear", "exact"])
def test_the_post_shares_the_targets_out(cases: ModuleType, firing: SimpleNamespace, rule: str) -> None:
    """Six targets for two units of three channels: each is shot at by one unit alone, three by each, and all are killed."""
    scenario = built(firing, ring(firing, 6), fire_units(firing, "u", "v"), links("u", "v"), post=post(firing, rule))
    tables = cases.run(scenario, 1)
    by_unit = shots_by(cases, tables)
    if rule != "exact":  # that one may put two units on one target: it saves more
        assert Counter(name for shots in by_unit.values() for name, _ in shots) == {f"t{k:02d}": 1 for k in range(6)}
        assert sorted(map(len, by_unit.values())) == [3, 3]
    assert sum(cases.column(tables["counts"], "kills")) == 6
    orders = [row for row in cases.rows(tables["events"]) if row["event"] == "ordered"]
    first = min(row["at_ns"] for row in orders)
    assert {row["detail"] for row in orders} == {"engage"}
    assert min(at for shots in by_unit.values() for _, at in shots) >= first / 1e9


def test_uncoordinated_units_shoot_twice(cases: ModuleType, firing: SimpleNamespace) -> None:
    """The same two units left to themselves fire at the same targets."""
    tables = cases.run(firing.scenario(ring(firing, 6), fire_units(firing, "u", "v")), 1)
    assert len({name for shots in shots_by(cases, tables).values() for name, _ in shots}) == 6
    assert sum(cases.column(tables["counts"], "shots")) >= 9


def test_without_a_link_nobody_fires_until_it_is_alone(cases: ModuleType, firing: SimpleNamespace) -> None:
    units = fire_units(firing, "u")
    silent = cases.run(built(firing, ring(firing, 3), units, {}), 1)
    assert sum(cases.column(silent["counts"], "shots")) == 0
    assert {row["cause"] for row in cases.rows(silent["ledger"])} == {"no_order"}
    alone = fire_units(firing, "u", autonomy={"after_s": 40, "weapons": "tight"})
    tables = cases.run(built(firing, ring(firing, 3), alone, {}), 1)
    times = [at for _, at in shots_by(cases, tables)["u"]]
    assert len(times) == 3
    assert 40.0 < min(times) <= 42.0  # s


def test_the_fall_back_when_the_post_dies(cases: ModuleType, firing: SimpleNamespace) -> None:
    """The post goes at 60 s; late targets are shot at once the unit has heard nothing for 30 s."""
    units = fire_units(firing, "u", autonomy={"after_s": 30, "weapons": "tight"})
    late = {f"l{k}": firing.thing(90.0 * k, 60.0, 5.0, speed_mps=200.0, start_s=70.0) for k in range(3)}
    scenario = built(firing, late, units, links("u"), post=post(firing, outages=[[60, 400]]), duration_s=400)
    times = [at for _, at in shots_by(cases, cases.run(scenario, 1))["u"]]
    assert len(times) == 3
    assert 88.0 < min(times) <= 93.0  # s: last sign of life at 58 or 60 s


@pytest.mark.parametrize(("latency_s", "seconds"), [(1.0, 1.0), (9.0, 9.0)])
def test_orders_take_their_time(cases: ModuleType, firing: SimpleNamespace, latency_s: float, seconds: float) -> None:
    scenario = built(firing, ring(firing, 3), fire_units(firing, "u"), links("u", latency_s=latency_s))
    tables = cases.run(scenario, 1)
    decided = min(r["at_ns"] for r in cases.rows(tables["events"]) if r["event"] == "assigned" and r["node"] == "p") / 1e9
    first = min(at for _, at in shots_by(cases, tables)["u"])
    assert seconds <= first - decided <= seconds + 1.0  # s: and at most one command cycle


def test_a_lost_order_is_weighed_anew_when_its_time_is_over(cases: ModuleType, firing: SimpleNamespace) -> None:
    """Every order lost: none fires. Half lost: some only after 60 s more."""
    objects = ring(firing, 3)
    lost = cases.run(built(firing, objects, fire_units(firing, "u"), links("u", p_loss=1.0)), 1)
    assert sum(cases.column(lost["counts"], "shots")) == 0
    half = cases.run(built(firing, objects, fire_units(firing, "u"), links("u", p_loss=0.5)), 12)
    first = {}
    for row in cases.rows(half["shots"]):
        first.setdefault((row["replication"], row["track_id"]), row["at_ns"] / 1e9)
    times = np.array(list(first.values()))
    assert (times < 30.0).sum() > 6
    assert (times > 60.0).sum() > 4
    assert not ((times > 30.0) & (times < 60.0)).any()


def test_the_desk_of_the_post(cases: ModuleType, firing: SimpleNamespace) -> None:
    """One decision at a time, 20 s each: orders go out 20 s apart."""
    desk = {"delay": {"kind": "constant", "seconds": 20}, "span": 1}
    scenario = built(firing, ring(firing, 3), fire_units(firing, "u"), links("u"), post=post(firing, desk=desk))
    tables = cases.run(scenario, 1)
    times = sorted(r["at_ns"] / 1e9 for r in cases.rows(tables["events"]) if r["event"] == "assigned" and r["node"] == "p")
    assert np.diff(times[:3]).tolist() == pytest.approx([20.0, 20.0], rel=0, abs=2.0)  # s: the post acts once a scan


def test_an_engagement_is_handed_over(cases: ModuleType, firing: SimpleNamespace) -> None:
    """A target that leaves the reach of the unit that was ordered: the order is taken back, and the other unit shoots."""
    units = fire_units(firing, "u", "v")
    units["u"]["missiles"]["round"] |= {"max_range_km": 85, "max_range_ballistic_km": 85, "p_kill": 1.0}
    units["u"]["desk"] = {"delay": {"kind": "constant", "seconds": 600}, "span": 1}  # never in time
    units["v"]["missiles"]["round"] |= {"max_range_km": 150, "max_range_ballistic_km": 150, "p_kill": 0.5}
    objects = {"t": firing.thing(90.0, 35.0, 110.0, speed_mps=500.0)}
    far = {key: value for key, value in firing.point(90.0, 115.0).items() if key != "altitude_m"}
    more = {
        "post": post(firing, assignment={"rule": "linear", "hold_s": 500}),
        "places": {"far": {**far, "ground_m": 0, "mask_angle_deg": -1.0}},
        "assets": {"far": {"place": "far"}},
    }
    tables = cases.run(built(firing, objects, units, links("u", "v"), **more), 1)
    orders = [(r["node"], r["detail"]) for r in cases.rows(tables["events"]) if r["event"] == "ordered"]
    assert orders[:3] == [("u", "engage"), ("u", "cancel"), ("v", "engage")]
    assert "v" in shots_by(cases, tables)


def test_threat_decides_where_channels_are_few(cases: ModuleType, firing: SimpleNamespace) -> None:
    """One channel: the unit that goes by threat shoots first at what comes for the asset that is worth most."""
    objects = {
        "near": firing.thing(0.0, 20.0, 1.0, speed_mps=200.0),
        "dear": firing.thing(90.0, 50.0, 1.0, speed_mps=200.0),
    }
    places = {"town": {"latitude_deg": firing.point(90.0, 25.0)["latitude_deg"], "ground_m": 0, "mask_angle_deg": -1.0,
                       "longitude_deg": firing.point(90.0, 25.0)["longitude_deg"]}}  # fmt: skip
    assets = {"city": {"place": "site", "value": 1, "reach_km": 6}, "town": {"place": "town", "value": 9, "reach_km": 8}}
    first = {}
    for order in ("urgency", "threat"):
        unit = firing.unit(command={"channels_targets": 1, "channels_missiles": 1, "order_by": order})
        tables = cases.run(firing.scenario(objects, {"u": unit}, places=places, assets=assets), 1)
        first[order] = shots_by(cases, tables)["u"][0][0]
    assert first == {"urgency": "near", "threat": "dear"}


def empty_and_full(firing: SimpleNamespace, up: dict[str, Any] | None, objects: dict[str, Any], **missile: Any) -> Any:
    """A unit with one missile that saves more, and one with plenty; a link may tell the post what the first has left."""
    units = fire_units(firing, "u", "v", missiles={"round": {"p_kill": 0.9}})
    units["u"]["missiles"]["round"] |= {"count": 1, "p_kill": 1.0, **missile}
    network = links("u", "v")
    if up is not None:
        given = {
            "from": "u",
            "to": "p",
            "carries": ["magazine"],
            "cycle_s": 2,
            "latency_s": 0.5,
            "p_loss": 0.0,
            "within_system": True,
        }
        network["up"] = {**given, **up}
    return built(firing, objects, units, network, duration_s=400)


def waves(firing: SimpleNamespace) -> dict[str, Any]:
    """One target at once and two a minute and a half later."""
    starts = (0.0, 90.0, 90.0)
    return {f"t{k}": firing.thing(120.0 * k, 50.0, 5.0, speed_mps=200.0, start_s=at) for k, at in enumerate(starts)}


def engaged(cases: ModuleType, tables: Any) -> list[str]:
    """Units to which orders to engage came, in the order of time."""
    rows = [r for r in cases.rows(tables["events"]) if (r["event"], r["detail"]) == ("ordered", "engage")]
    return [r["node"] for r in sorted(rows, key=lambda r: r["at_ns"])]


@pytest.mark.parametrize(
    ("up", "told"),
    [
        (None, False),
        ({}, True),
        ({"latency_s": 300}, False),  # still on its way when it would matter: the post goes by a full magazine
        ({"p_loss": 1.0}, False),
        ({"outages": [[0, 400]]}, False),
        ({"outages": [[60, 400]]}, True),  # what came before the link went still counts
        ({"carries": ["tracks", "status"]}, False),
    ],
)
def test_the_post_goes_by_the_magazine_that_was_reported(
    cases: ModuleType, firing: SimpleNamespace, up: dict[str, Any] | None, told: bool
) -> None:
    """Without news the empty unit is ordered again, in vain, and something leaks; told of it, the post takes the other unit."""
    tables = cases.run(empty_and_full(firing, up, waves(firing)), 1)
    orders = engaged(cases, tables)
    assert orders[0] == "u"
    assert ("u" in orders[1:]) == (not told)
    assert (sum(cases.column(tables["counts"], "leaked")) > 0) == (not told)


def test_no_more_orders_than_missiles_reported(cases: ModuleType, firing: SimpleNamespace) -> None:
    """Three targets at once, before the first shot: the unit that has said that it has one missile left is ordered one of them."""
    late = ring(firing, 3, start_s=20.0)
    told = engaged(cases, cases.run(empty_and_full(firing, {}, late), 1))
    assert sorted(told[:3]) == ["u", "v", "v"]
    assert sorted(engaged(cases, cases.run(empty_and_full(firing, None, late), 1))[:3]) == ["u", "u", "u"]


def test_an_order_to_a_unit_that_has_run_empty_is_handed_over(cases: ModuleType, firing: SimpleNamespace) -> None:
    """Both units are ordered by the same post; the first fires its only missile, misses, and its target goes to the other."""
    objects = {"t0": firing.thing(0.0, 60.0, 5.0, speed_mps=150.0)}
    tables = cases.run(empty_and_full(firing, {}, objects, p_kill_by_kind={"aircraft": 0.0}), 1)
    orders = [(r["node"], r["detail"]) for r in cases.rows(tables["events"]) if r["event"] == "ordered"]
    assert orders[:3] == [("u", "engage"), ("u", "cancel"), ("v", "engage")]


def test_reports_of_magazines_are_counted_as_such(cases: ModuleType, firing: SimpleNamespace) -> None:
    tables = cases.run(empty_and_full(firing, {"p_loss": 0.5}, waves(firing)), 2)
    rows = [r for r in cases.rows(tables["traffic"]) if r["content"] == "magazine"]
    assert [(r["link"], r["sent"]) for r in rows] == [("up", 200)] * 2  # 400 s, every 2 s
    assert all(60 < r["lost"] < 140 and r["arrived"] + r["lost"] + r["under_way"] == 200 for r in rows)
