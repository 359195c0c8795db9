"""Pairs of fighters end to end on the firing range: when they come, what they stop, when they are called back."""

import math
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from openiads import api
from openiads.engine.bystanders import without_bystanders
from openiads.engine.decode import decode
from openiads.engine.simulation import Simulation
from openiads.engine.snapshot import load_snapshot, save_snapshot
from openiads.errors import ResultsError, ScenarioError
from openiads.records.truth import motion_at
from openiads.results.schema import to_table
from openiads.results.story import format_story

Tree = dict[str, Any]
COAST = Path(__file__).resolve().parents[2] / "examples" / "scenarios" / "fighters-notional.yaml"


def base(**more: Any) -> Tree:
    """A base at the site: one pair, a minute to the take-off, 250 m/s, never misses."""
    return {
        "place": "site",
        "reports_to": "p",
        "pairs": 1,
        "ready_min": 1.0,
        "speed_mps": 250.0,
        "radius_km": 300,
        "p_kill": 1.0,
        "turnaround_min": 60,
        **more,
    }


def air(
    firing: SimpleNamespace, objects: Tree, bases: Tree, *, post: Tree | None = None, units: Tree | None = None, **more: Any
) -> Any:
    """A post with a radar of its own and these bases."""
    own = firing.post(**{"search_radar": firing.search_radar(), **(post or {})})
    posts = {"p": own, **more.pop("posts", {})}
    return firing.scenario(objects, units or {}, command_posts=posts, fighters=bases, **{"duration_s": 900, **more})


def events(cases: ModuleType, tables: Any, *names: str) -> list[tuple[float, str, str]]:
    """Time, event and detail of what pairs did."""
    found = [(r["at_ns"] / 1e9, r["event"], r["detail"]) for r in cases.rows(tables["events"]) if r["event"] in names]
    return sorted(found)


def ends(cases: ModuleType, tables: Any) -> dict[str, str]:
    return {r["object_id"]: r["killed_by"] or r["end_state"] for r in cases.rows(tables["outcomes"])}


def test_a_pair_comes_when_its_speed_lets_it(cases: ModuleType, firing: SimpleNamespace) -> None:
    """Take-off a minute after the decision; met where distance over speed is the time since; then home, and turned round."""
    scenario = air(firing, {"t": firing.thing(30.0, 150.0, 5.0, speed_mps=200.0)}, {"f": base(turnaround_min=1)})
    tables = cases.run(scenario, 1)
    found = events(cases, tables, "committed", "airborne", "met", "ready")
    assert [(name, detail) for _, name, detail in found] == [(n, "f") for n in ("committed", "airborne", "met", "ready")]
    committed, airborne, met, ready = (at for at, _, _ in found)
    assert airborne - committed == pytest.approx(60.0, rel=0, abs=1e-9)  # s
    assert met == pytest.approx((150e3 + 250.0 * airborne) / 450.0, rel=0, abs=1.0)  # s, head-on, 5 km of height beside it
    assert ready - met == pytest.approx((met - airborne) + 60.0, rel=0, abs=1e-6)  # s
    case = cases.lowered(scenario).case
    x, y, z = motion_at(case.objects, case.knots, 0, round(met * 1e9))[:3]
    away_m = math.dist((x, y, z), case.fighters[0]["base_m"])
    assert away_m / 250.0 == pytest.approx(met - airborne, rel=0, abs=0.05)  # s
    assert ends(cases, tables) == {"t": "f"}
    sortie = [r for r in cases.rows(tables["association"]) if r["reference"] == "sortie"]
    assert [(r["reference_id"], r["object_id"], r["result"]) for r in sortie] == [("f/0", "t", "killed")]


@pytest.mark.parametrize(
    ("kind", "p_kill", "factor"), [("aircraft", 0.6, 1.0), ("drone", 0.6, 0.5), ("cruise_missile", 0.9, 1.1)]
)
def test_the_share_that_is_stopped(
    cases: ModuleType, firing: SimpleNamespace, kind: str, p_kill: float, factor: float
) -> None:
    """Twelve objects and as many pairs of one sortie each: one meeting each, stopped with p_kill times the factor of the kind."""
    objects = {f"t{k:02d}": firing.thing(30.0 * k, 100.0, 5.0, speed_mps=200.0, kind=kind) for k in range(12)}
    bases = {"f": base(pairs=12, sorties_per_pair=1, p_kill=p_kill, p_kill_by_kind={kind: factor}, ready_min=0.1)}
    tables = cases.run(air(firing, objects, bases), 40)
    results = [r["result"] for r in cases.rows(tables["association"]) if r["reference"] == "sortie"]
    assert set(results) == {"killed", "missed"}
    assert len(results) == 12 * 40
    cases.near_share(results.count("killed"), len(results), p_kill * factor)
    assert sum(cases.column(tables["counts"], "kills")) == results.count("killed")


def test_when_all_pairs_are_away_the_rest_gets_through(cases: ModuleType, firing: SimpleNamespace) -> None:
    objects = {f"t{k}": firing.thing(90.0 * k, 120.0 + k, 5.0, speed_mps=200.0) for k in range(4)}
    tables = cases.run(air(firing, objects, {"f": base(pairs=3, sorties_per_pair=1, turnaround_min=0)}), 1)
    assert sorted(ends(cases, tables).values()) == ["f", "f", "f", "leaked"]
    assert [(r["node"], r["cause"]) for r in cases.rows(tables["ledger"])] == [("f", "no_pair")]
    again = cases.run(air(firing, objects, {"f": base(pairs=3, turnaround_min=0)}, duration_s=1500), 1)
    assert sorted(ends(cases, again).values()) == ["f", "f", "f", "leaked"]  # home too late for the fourth
    four = cases.run(air(firing, objects, {"f": base(pairs=4)}), 1)
    assert set(ends(cases, four).values()) == {"f"}


def test_the_base_that_is_there_first_is_taken(cases: ModuleType, firing: SimpleNamespace) -> None:
    """Two bases: a slow one that is ready at once and a fast one that is not; each is first at another distance."""
    bases = {"a-slow": base(ready_min=0, speed_mps=200.0), "b-fast": base(ready_min=5, speed_mps=600.0)}
    for far_km, first in ((60.0, "a-slow"), (195.0, "b-fast")):
        objects = {"t": firing.thing(10.0, far_km, 1.0, speed_mps=100.0)}
        tables = cases.run(air(firing, objects, bases, duration_s=2000), 1)
        assert events(cases, tables, "committed")[0][2] == first
        assert ends(cases, tables) == {"t": first}


def test_a_pair_is_called_back_where_the_rules_end(cases: ModuleType, firing: SimpleNamespace) -> None:
    """Weapons on hold within 130 km: the pair on its way turns round when the target comes there, and none is sent again."""
    zones = [{"max_range_km": 130, "weapons": "hold"}]
    objects = {"t": firing.thing(30.0, 150.0, 5.0, speed_mps=200.0)}
    tables = cases.run(air(firing, objects, {"f": base(turnaround_min=1)}, post={"zones": zones}), 1)
    found = events(cases, tables, "airborne", "recalled", "ready")
    assert [(n, d) for _, n, d in found] == [("airborne", "f"), ("recalled", "f: identity_or_rules"), ("ready", "f")]
    airborne, recalled, ready = (at for at, _, _ in found)
    assert recalled == pytest.approx(100.0, rel=0, abs=2.5)  # s: 20 km at 200 m/s, and one cycle of the post
    assert ready - recalled == pytest.approx(recalled - airborne + 60.0, rel=0, abs=1e-6)  # s
    assert [r["cause"] for r in cases.rows(tables["ledger"])] == ["identity"]


def test_a_pair_whose_target_is_gone_comes_home(cases: ModuleType, firing: SimpleNamespace) -> None:
    objects = {"t": firing.thing(30.0, 150.0, 110.0, speed_mps=200.0, end="leave")}
    tables = cases.run(air(firing, objects, {"f": base()}), 1)
    assert [(n, d) for _, n, d in events(cases, tables, "met", "recalled")] == [("recalled", "f: track_lost")]
    assert ends(cases, tables) == {"t": "left"}


@pytest.mark.parametrize(("p_wrong", "lost"), [(1.0, 1), (0.0, 0)])
def test_a_friend_that_is_taken_for_hostile_is_shot_down(
    cases: ModuleType, firing: SimpleNamespace, p_wrong: float, lost: int
) -> None:
    right = {"p_friend_correct_own": 1.0 - p_wrong, "p_friend_correct_network": 1.0 - p_wrong}
    ident = {"delay_s": 0, "p_friend_as_hostile": p_wrong, **right}
    objects = {"t": firing.thing(30.0, 150.0, 5.0, speed_mps=200.0, side="friendly", end="land")}
    tables = cases.run(air(firing, objects, {"f": base()}, post={"identification": ident}), 3)
    assert list(cases.column(tables["counts"], "friendly_kills")) == [lost] * 3
    assert {r["end_state"] for r in cases.rows(tables["outcomes"])} == {"killed" if lost else "landed"}
    assert len(events(cases, tables, "airborne")) == 3 * lost


def mixed(firing: SimpleNamespace, *, zone_km: float | None, status: bool) -> Any:
    """A fire unit of 60 km at the site, a pair at the same place, one object that comes in."""
    unit = firing.unit(reports_to="p", missiles={"round": {"max_range_km": 60, "max_range_ballistic_km": 60}})
    zones = [] if zone_km is None else [{"place": "site", "max_range_km": zone_km}]
    carries = ["status"] if status else ["tracks"]
    link = {"cycle_s": 2, "latency_s": 0.1, "p_loss": 0.0, "within_system": True, "carries": carries}
    links = {"down": {"from": "p", "to": "u", **link}, "up": {"from": "u", "to": "p", **link}}
    bases = {"f": base(ready_min=0.5, speed_mps=150.0, missile_zones=zones)}
    objects = {"t": firing.thing(30.0, 110.0, 5.0, speed_mps=200.0)}  # would meet the pair 50 km out
    return air(firing, objects, bases, units={"u": unit}, network={"links": links})


def test_zones_keep_pairs_from_where_the_missiles_are(cases: ModuleType, firing: SimpleNamespace) -> None:
    tables = cases.run(mixed(firing, zone_km=70.0, status=False), 1)
    assert events(cases, tables, "committed") == []
    assert ends(cases, tables) == {"t": "u"}


def test_status_messages_keep_missiles_and_pairs_apart(cases: ModuleType, firing: SimpleNamespace) -> None:
    """Without them the unit fires at what the pair is sent at; with them not before the pair has been there."""
    without = cases.run(mixed(firing, zone_km=None, status=False), 1)
    assert events(cases, without, "committed") != []
    assert ends(cases, without) == {"t": "u"}
    told = cases.run(mixed(firing, zone_km=None, status=True), 1)
    assert ends(cases, told) == {"t": "f"}
    met = events(cases, told, "met")[0][0]
    assert all(row["at_ns"] / 1e9 > met for row in cases.rows(told["shots"]))  # at a track that still lives


def test_a_pair_is_called_back_when_a_unit_tells_that_it_fires(cases: ModuleType, firing: SimpleNamespace) -> None:
    """Only the unit tells: it fires when the target is in reach, and the pair that is on its way turns round."""
    unit = firing.unit(missiles={"round": {"max_range_km": 100, "max_range_ballistic_km": 100, "mean_speed_mps": 400}})
    up = {
        "from": "u",
        "to": "p",
        "cycle_s": 2,
        "latency_s": 0.1,
        "p_loss": 0.0,
        "within_system": True,
        "carries": ["status"],
    }
    objects = {"t": firing.thing(30.0, 150.0, 5.0, speed_mps=200.0)}
    tables = cases.run(air(firing, objects, {"f": base()}, units={"u": unit}, network={"links": {"up": up}}), 1)
    assert events(cases, tables, "recalled")[0][2] == "f: missiles"
    assert ends(cases, tables) == {"t": "u"}


def test_orders_by_voice_wait_in_the_queue_for_voice(cases: ModuleType, firing: SimpleNamespace) -> None:
    """One decision at a time, 40 s each, 10 s to the pair: take-offs 110, 150 and 190 s after the first decision was asked for."""
    desk = {"voice_delay": {"kind": "constant", "seconds": 40}, "voice_span": 1}
    objects = {f"t{k}": firing.thing(120.0 * k, 150.0, 5.0, speed_mps=150.0) for k in range(3)}
    bases = {"f": base(pairs=3, order_by="voice", order_delay_s=10)}
    tables = cases.run(air(firing, objects, bases, post={"desk": desk}), 1)
    asked = events(cases, tables, "committed")[0][0]
    times = [at - asked for at, _, _ in events(cases, tables, "airborne")]
    assert times == pytest.approx([110.0, 150.0, 190.0], rel=0, abs=1e-6)  # s
    data = cases.run(air(firing, objects, {"f": base(pairs=3)}, post={"desk": desk}), 1)
    asked = events(cases, data, "committed")[0][0]
    assert [at - asked for at, _, _ in events(cases, data, "airborne")] == pytest.approx([60.0] * 3, rel=0, abs=1e-6)  # s


def test_a_post_above_may_have_to_approve(cases: ModuleType, firing: SimpleNamespace) -> None:
    higher = firing.post(desk={"delay": {"kind": "constant", "seconds": 25}})
    objects = {"t": firing.thing(30.0, 150.0, 5.0, speed_mps=200.0)}
    bases = {"f": base(approval="superior")}
    tables = cases.run(air(firing, objects, bases, post={"reports_to": "high"}, posts={"high": higher}), 1)
    asked, off = (events(cases, tables, name)[0][0] for name in ("committed", "airborne"))
    assert off - asked == pytest.approx(25.0 + 60.0, rel=0, abs=1e-6)  # s


def test_when_the_post_dies_its_pairs_come_home(cases: ModuleType, firing: SimpleNamespace) -> None:
    objects = {"t": firing.thing(30.0, 150.0, 5.0, speed_mps=200.0)}
    tables = cases.run(air(firing, objects, {"f": base()}, post={"outages": [[200, 900]]}), 1)
    assert [d for _, _, d in events(cases, tables, "recalled", "met")] == ["f: track_lost"]
    assert ends(cases, tables) == {"t": "leaked"}
    assert [(r["node"], r["cause"]) for r in cases.rows(tables["ledger"])] == [("f", "track_quality")]


def test_a_patrol_in_the_air_needs_no_readiness(cases: ModuleType, firing: SimpleNamespace) -> None:
    places = {"station": {"latitude_deg": 40.0, "longitude_deg": 33.5, "ground_m": 0, "mask_angle_deg": -1.0}}
    patrol = base(place="station", altitude_m=7000, ready_min=0)
    objects = {"t": firing.thing(90.0, 150.0, 5.0, speed_mps=200.0)}
    tables = cases.run(air(firing, objects, {"f": patrol}, places=places), 1)
    off, met = (events(cases, tables, name)[0][0] for name in ("airborne", "met"))
    station_km = 0.5 * firing.KM_PER_DEG * math.cos(math.radians(40.0))
    assert met - off == pytest.approx(
        (150e3 - 1e3 * station_km - 200.0 * off) / 450.0, rel=0, abs=1.5
    )  # s: a degree is not 111.2 km to the metre


def busy(firing: SimpleNamespace, bases: Tree) -> Any:
    """Misses, false alarms, wrong identities, a unit beside: everything that could move a draw."""
    objects = {f"t{k}": firing.thing(45.0 * k, 140.0, 5.0, speed_mps=180.0 + 10 * k) for k in range(6)}
    objects["friend"] = firing.thing(300.0, 140.0, 5.0, speed_mps=200.0, side="friendly", end="land")
    post = {
        "identification": {
            "delay_s": 0,
            "p_hostile_correct": 0.7,
            "p_hostile_as_friend": 0.1,
            "p_friend_as_hostile": 0.3,
            "p_friend_correct_own": 0.6,
            "p_friend_correct_network": 0.6,
        },
        "search_radar": firing.search_radar(p_false_alarm=1e-7),
        "desk": {"delay": {"kind": "lognormal", "median_s": 5, "sigma_ln": 0.5}},
    }
    unit = firing.unit(missiles={"round": {"max_range_km": 40, "max_range_ballistic_km": 40, "p_kill": 0.5}})
    return air(firing, objects, bases, post=post, units={"u": unit})


TWO = {"a": base(pairs=2, p_kill=0.5), "b": base(pairs=1, p_kill=0.7, ready_min=0.2, turnaround_min=1)}


def test_a_base_that_is_not_there_changes_nothing(cases: ModuleType, firing: SimpleNamespace) -> None:
    """Neither a base that is absent, nor one without pairs, moves a byte of any table."""
    plain = cases.run(busy(firing, {}), 3, level="full")
    for idle in ({"z": base(present=False)}, {"z": base(pairs=0, weapons="hold")}):
        found = cases.run(busy(firing, idle), 3, level="full")
        different = [name for name in plain if not plain[name].equals(found[name])]
        assert different in ([], ["ledger", "timeline"]), different  # a base may be what got furthest
    mine = cases.run(busy(firing, TWO), 3, level="full")
    assert not mine["outcomes"].equals(plain["outcomes"])


def test_a_walk_with_pairs_under_way_is_cut_and_resumed(cases: ModuleType, firing: SimpleNamespace, tmp_path: Path) -> None:
    lowered = cases.lowered(busy(firing, TWO))
    simulation = Simulation(lowered, seed=3)
    whole = decode(lowered, simulation.run(1, "events"), "events")
    for share in (0.2, 0.45, 0.7):
        state = simulation.advance(simulation.fresh(1, "events"), int(share * len(lowered.case.calendar)))
        if share == 0.45:
            assert np.isin(state.pairs["status"], (1, 2, 3)).any()
        save_snapshot(tmp_path / "state.npz", state, scenario_sha256="x")
        again = simulation.advance(load_snapshot(tmp_path / "state.npz", scenario_sha256="x"))
        found = decode(lowered, again, "events")
        assert [name for name in whole if not to_table(name, whole[name]).equals(to_table(name, found[name]))] == []


def test_who_orders_must_be_a_command_post(firing: SimpleNamespace) -> None:
    objects = {"t": firing.thing(30.0, 150.0, 5.0, speed_mps=200.0)}
    with pytest.raises(ScenarioError, match=r"fighters\.f\.reports_to: is 'u', but fighters are ordered by a command post"):
        air(firing, objects, {"f": base(reports_to="u")}, units={"u": firing.unit()})
    with pytest.raises(ScenarioError, match=r"no node is called 'nobody'"):
        air(firing, objects, {"f": base(reports_to="nobody")})
    with pytest.raises(ScenarioError, match=r"'p' is also the id of command_posts\.p"):
        air(firing, objects, {"p": base()})


def test_the_story_tells_of_pairs(firing: SimpleNamespace) -> None:
    run = api.run(air(firing, {"t": firing.thing(30.0, 150.0, 5.0, speed_mps=200.0)}, {"f": base()}), replications=1)
    told = format_story(run.reader, "t")
    assert "t (hostile) was killed by f" in told
    for line in ("f sends a pair at track p/0", "a pair of f takes off", "a pair of f meets track p/0: in truth killed"):
        assert line in told, told


def test_measures_of_pairs(firing: SimpleNamespace) -> None:
    """Three targets, two pairs of one sortie at one base and one pair at another: sorties, meetings, kills, by base and in all."""
    objects = {f"t{k}": firing.thing(120.0 * k, 150.0, 5.0, speed_mps=200.0) for k in range(3)}
    bases = {"a": base(pairs=2, sorties_per_pair=1), "b": base(pairs=1, sorties_per_pair=1, p_kill=0.0, ready_min=2)}
    run = api.run(air(firing, objects, bases), replications=2)
    names = ["fighter_sorties", "fighter_meetings", "fighter_kills", "fighter_recalls"]
    assert [m.estimate.value for m in api.measures(run, names)] == [3.0, 3.0, 2.0, 0.0]
    of_b = [m.estimate.value for m in api.measures(run, [(name, {"base": "b"}) for name in names])]
    assert of_b == [1.0, 1.0, 0.0, 0.0]
    with pytest.raises(ResultsError, match=r"no base of fighters is called 'c'\. Known: a, b"):
        api.measures(run, [("fighter_kills", {"base": "c"})])


def test_without_the_jit(cases: ModuleType, tmp_path: Path) -> None:
    """The same source, interpreted, gives the same bytes; the example has sorties, meetings and reports of a magazine in it."""
    for name, disabled in (("compiled", "0"), ("interpreted", "1")):
        options = ("run", COAST, "--replications", 1, "--record", "full", "-o", tmp_path / name)
        run = cases.cli(*options, NUMBA_DISABLE_JIT=disabled)
        assert run.returncode == 0, run.stderr
    one, other = (api.open_run(tmp_path / name) for name in ("compiled", "interpreted"))
    assert one.digest() == other.digest()
    assert {"airborne", "met"} <= set(one.table("events").column("event").to_pylist())
    assert "magazine" in one.table("traffic").column("content").to_pylist()


def test_what_the_example_shows(cases: ModuleType) -> None:
    """Without fighters the raider from the west gets through; a slower alert comes too late; a patrol in the air does not."""
    through = {}
    for variant in (None, "without-fighters", "slow-alert", "patrol"):
        rows = cases.rows(cases.run(api.load_scenario(COAST, variant=variant), 12)["outcomes"])
        through[variant] = sum(r["object_id"] == "west" and r["end_state"] == "leaked" for r in rows)
    assert through["without-fighters"] == through["slow-alert"] == 12
    assert through[None] < 6  # two pairs of 0.6 each
    assert through["patrol"] < 6


def test_a_post_that_sends_fighters_is_no_bystander(cases: ModuleType, firing: SimpleNamespace) -> None:
    """Those who ask only who is killed leave out nodes that no fire unit hears of, but not the post of the pairs."""
    objects = {"t": firing.thing(30.0, 90.0, 5.0, speed_mps=200.0)}
    aside = {"lone": firing.post(search_radar=firing.search_radar())}
    lowered = cases.lowered(air(firing, objects, {"f": base()}, posts=aside, duration_s=500))
    fewer = without_bystanders(lowered)
    assert len(fewer.case.calendar) < len(lowered.case.calendar)
    ends = [Simulation(one, seed=1).run(0, "counts").objects for one in (lowered, fewer)]
    assert [(int(o["end_ns"][0]), int(o["killed_by"][0])) for o in ends[:1]] == [
        (int(o["end_ns"][0]), int(o["killed_by"][0])) for o in ends[1:]
    ]
    assert ends[0]["killed_by"][0] == 0
