"""Doctrines against closed forms, correlated shots, preferences, reserves, launchers, marches, debris: on a firing range."""

import itertools
from collections import Counter, defaultdict
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from openiads.physics.kill import salvo_kill_probability, shoot_look_shoot

TARGETS = 40
REPLICATIONS = 40
PATIENT = {
    "tracker": {"drop_after_updates": 300},
    "command": {"max_track_age_s": 600},
}
"""A unit that holds its tracks of dead objects, so that errors of assessment show as wasted missiles."""


def ring(firing: SimpleNamespace, count: int = TARGETS, **more: Any) -> dict[str, Any]:
    """Targets all round at 40 km that come in slowly."""
    given = {"speed_mps": 20.0, **more}
    return {f"t{k:03d}": firing.thing(360.0 * k / count, 40.0, 20.0, **given) for k in range(count)}


def run(cases: ModuleType, firing: SimpleNamespace, unit: dict[str, Any], **more: Any) -> Any:
    objects = more.pop("objects", None) or ring(firing)
    replications = more.pop("replications", REPLICATIONS)
    return cases.run(firing.scenario(objects, {"u": firing.unit(**unit)}, **more), replications)


def totals(cases: ModuleType, tables: Any) -> tuple[int, int]:
    """Kills and shots."""
    return int(sum(cases.column(tables["counts"], "kills"))), int(sum(cases.column(tables["counts"], "shots")))


@pytest.mark.parametrize("p", [0.35, 0.7])
@pytest.mark.parametrize("n", [1, 2, 3])
def test_a_salvo(cases: ModuleType, firing: SimpleNamespace, p: float, n: int) -> None:
    """1 - (1 - p)^n, with n missiles at every target and no more."""
    command = {"doctrine": "salvo", "salvo_size": n, "salvo_interval_s": 0.5}
    found = run(cases, firing, {"command": command, "missiles": {"round": {"p_kill": p}}})
    kills, shots = totals(cases, found)
    trials = TARGETS * REPLICATIONS
    assert shots == n * trials
    cases.near_share(kills, trials, float(salvo_kill_probability(p_kill=p, shots=n)))


@pytest.mark.parametrize(("miss", "false"), [(0.0, 0.0), (0.3, 0.2)])
@pytest.mark.parametrize(("doctrine", "salvos"), [("shoot_look_shoot", [1, 1, 1]), ("shoot_shoot_look", [2, 2])])
def test_looks_between_salvos(
    cases: ModuleType, firing: SimpleNamespace, doctrine: str, salvos: list[int], miss: float, false: float
) -> None:
    """Kills and missiles of `physics.kill.shoot_look_shoot`, with and without errors of assessment."""
    p = 0.4
    command = {"doctrine": doctrine, "most_missiles_per_track": sum(salvos), "salvo_interval_s": 0.2}
    unit = firing.merged(PATIENT, {"command": command, "assessment": {"p_miss_kill": miss, "p_false_kill": false}})
    found = run(cases, firing, firing.merged(unit, {"missiles": {"round": {"p_kill": p}}}), duration_s=400)
    kills, shots = totals(cases, found)
    trials = TARGETS * REPLICATIONS
    if doctrine == "shoot_shoot_look" and (miss or false):
        assert 2 * trials <= shots <= 4 * trials  # two verdicts on one salvo: the closed form has one look
        return
    expected = shoot_look_shoot(p_kill=p, salvos=salvos, p_miss_kill=miss, p_false_kill=false)
    cases.near_share(kills, trials, expected.kill_probability)
    per_target = Counter((r["replication"], r["track_id"]) for r in cases.rows(found["shots"]))
    spread = float(np.std([*per_target.values()]))
    cases.near(shots / trials, expected.expected_shots, spread / np.sqrt(trials))


def test_a_common_cause_spoils_all_shots_at_a_target(cases: ModuleType, firing: SimpleNamespace) -> None:
    """(1 - q)(1 - (1 - p)^3), and targets of one replication are spoilt one by one."""
    p, q = 0.6, 0.3
    command = {"doctrine": "salvo", "salvo_size": 3, "salvo_interval_s": 0.5}
    rounds = {"round": {"p_kill": p, "p_common_failure": q}}
    found = run(cases, firing, {"command": command, "missiles": rounds})
    kills, _ = totals(cases, found)
    expected = float(salvo_kill_probability(p_kill=p, shots=3, common_failure=q))
    cases.near_share(kills, TARGETS * REPLICATIONS, expected)


def test_a_bad_batch_fails_everywhere(cases: ModuleType, firing: SimpleNamespace) -> None:
    """With probability q nobody is killed in a replication, by either unit of the same batch; else everybody."""
    q, many = 0.3, 150
    rounds = {"round": {"p_batch_failure": q}}
    units = {name: firing.unit(command={"most_missiles_per_track": 1}, missiles=rounds) for name in ("u", "v")}
    scenario = firing.scenario(ring(firing, 4), units, duration_s=120)
    kills = cases.column(cases.run(scenario, many)["counts"], "kills")
    assert set(kills) == {0, 4}
    cases.near_share(int((kills == 0).sum()), many, q)


def test_countermeasures_and_kinds(cases: ModuleType, firing: SimpleNamespace) -> None:
    """p_kill 0.8 against a kind at half, with countermeasures at half: 0.2."""
    rounds = {"round": {"p_kill": 0.8, "p_kill_by_kind": {"drone": 0.5}}}
    objects = ring(firing, kind="drone", p_kill_factor=0.5)
    found = run(cases, firing, {"command": {"most_missiles_per_track": 1}, "missiles": rounds}, objects=objects)
    cases.near_share(totals(cases, found)[0], TARGETS * REPLICATIONS, 0.2)


def test_the_luck_of_the_kth_intercept_is_the_objects(cases: ModuleType, firing: SimpleNamespace) -> None:
    """Another unit that fires instead kills the same objects: draws belong to the object, not to who fires."""
    rounds = {"round": {"p_kill": 0.5}}
    command = {"most_missiles_per_track": 1}
    killed = []
    for name in ("u", "elsewhere"):
        scenario = firing.scenario(ring(firing), {name: firing.unit(command=command, missiles=rounds)})
        killed.append([r["end_state"] for r in cases.rows(cases.run(scenario, 5)["outcomes"])])
    assert killed[0] == killed[1]
    assert 60 < killed[0].count("killed") < 140


def fired(cases: ModuleType, tables: Any) -> Counter[str]:
    return Counter(row["missile"] for row in cases.rows(tables["shots"]))


def two_kinds(firing: SimpleNamespace, **more: Any) -> dict[str, Any]:
    """Six short and six long missiles."""
    base = firing.unit()["missiles"]["round"]
    short = {**base, "count": 6, "max_range_km": 60, "max_range_ballistic_km": 60}
    return {"short": short, "long": {**base, "count": 6}, **more}


def test_preferences(cases: ModuleType, firing: SimpleNamespace) -> None:
    """Left alone, the short ones go first; a class that prefers the long ones gets them, and nothing else."""
    unit = firing.unit()
    unit["missiles"] = two_kinds(firing)
    objects = ring(firing, 4)
    plain = cases.run(firing.scenario(objects, {"u": unit}), 3)
    assert fired(cases, plain) == {"short": 12}
    unit["command"]["preferences"] = {"slow": ["long"], "fast": ["short"]}
    assert fired(cases, cases.run(firing.scenario(objects, {"u": unit}), 3)) == {"long": 12}
    unit["command"]["preferences"] = {"slow": ["long", "short"]}
    unit["missiles"]["long"] = {**unit["missiles"]["long"], "count": 1}
    assert fired(cases, cases.run(firing.scenario(objects, {"u": unit}), 3)) == {"long": 3, "short": 9}


def test_a_reserve_is_kept_for_its_class(cases: ModuleType, firing: SimpleNamespace) -> None:
    """Ten slow targets may have two of six missiles; four are kept for fast ones, that come later."""
    unit = firing.unit()
    unit["missiles"] = {
        "round": {**firing.unit()["missiles"]["round"], "count": 6, "reserve_for": "fast", "reserve_count": 4}
    }
    slow = ring(firing, 10)
    only = cases.run(firing.scenario(slow, {"u": unit}), 3)
    assert fired(cases, only) == {"round": 6}
    assert set(cases.column(only["ledger"], "cause")) <= {"magazine"}
    fast = {f"f{k}": firing.thing(90.0 * k + 10, 90.0, 5.0, speed_mps=600.0, start_s=60.0) for k in range(4)}
    both = cases.run(firing.scenario({**slow, **fast}, {"u": unit}), 3)
    assert fired(cases, both) == {"round": 18}
    killed = {r["object_id"] for r in cases.rows(both["outcomes"]) if r["end_state"] == "killed"}
    assert set(fast) <= killed


def test_reload_and_supply(cases: ModuleType, firing: SimpleNamespace) -> None:
    """Two launchers of two: four missiles at once, two more after 50 s, and after a supply at 150 s again four."""
    rounds = {"round": {"count": 4, "per_launcher": 2, "spare_count": 2, "p_kill": 0.0}}
    unit = firing.unit(
        command={"most_missiles_per_track": 1},
        missiles=rounds,
        launchers={"reload_s": 50},
        supplies=[{"at_s": 150, "missile": "round", "count": 4}],
    )
    found = cases.run(firing.scenario(ring(firing, 16), {"u": unit}, duration_s=400), 2)
    by_time: Counter[int] = Counter()
    for row in cases.rows(found["shots"]):
        by_time[round(row["at_ns"] / 1e9) // 25 * 25] += 1
    assert by_time == {0: 8, 50: 4, 200: 8}
    for row in cases.rows(found["magazines"]):
        assert (row["at_start"], row["supplied"], row["fired"], row["remaining"]) == (6, 4, 10, 0)


def test_the_interval_of_a_launcher(cases: ModuleType, firing: SimpleNamespace) -> None:
    unit = firing.unit(
        command={"most_missiles_per_track": 1},
        missiles={"round": {"count": 12, "per_launcher": 6}},
        launchers={"interval_s": 7},
    )
    found = cases.run(firing.scenario(ring(firing, 12), {"u": unit}), 1)
    times = sorted(row["at_ns"] / 1e9 for row in cases.rows(found["shots"]))
    assert len(times) == 12
    assert np.diff(times[::2]).min() == pytest.approx(7.0, rel=0, abs=1e-9)  # two launchers fire in step
    assert np.diff(times).max() == pytest.approx(7.0, rel=0, abs=1e-9)


def test_launchers_that_are_not_in_order(cases: ModuleType, firing: SimpleNamespace) -> None:
    unit = firing.unit(
        command={"most_missiles_per_track": 1},
        missiles={"round": {"count": 10, "per_launcher": 1}},
        launchers={"p_ready": 0.7},
    )
    found = cases.run(firing.scenario(ring(firing, 12), {"u": unit}, duration_s=60), 60)
    cases.near_share(totals(cases, found)[1], 600, 0.7)
    for row in cases.rows(found["magazines"]):
        assert row["fired"] + row["remaining"] == 10


def test_a_unit_on_the_march_neither_sees_nor_fires(cases: ModuleType, firing: SimpleNamespace) -> None:
    unit = firing.unit(
        ready_at_s=30, moves=[{"start_s": 60, "march_s": 40, "emplace_s": 20}], command={"most_missiles_per_track": 1}
    )
    objects = {f"t{k}": firing.thing(10.0 * k, 40.0, 30.0, speed_mps=20.0, start_s=10.0 * k) for k in range(20)}
    found = cases.run(firing.scenario(objects, {"u": unit}), 1, level="full")
    out = ((0.0, 30.0), (60.0, 120.0))
    for name, what in (("shots", 20), ("plots", 1000)):
        times = np.array([row["at_ns"] / 1e9 for row in cases.rows(found[name])])
        assert len(times) >= what
        assert not any(((times > first) & (times < last)).any() for first, last in out), name


def test_debris_draws_fire(cases: ModuleType, firing: SimpleNamespace) -> None:
    """Remains that go on giving plots are shot at once the verdict "killed" has run out, and never killed again."""
    assess = {"assessment": {"reattack_after_s": 5}}
    plain = run(cases, firing, assess, replications=4)
    assert totals(cases, plain) == (4 * TARGETS, 4 * TARGETS)
    share = 0.5
    found = run(cases, firing, assess, replications=20, control={"debris_share": share, "debris_s": 100})
    fates = Counter(r["result"] for r in cases.rows(found["association"]) if r["reference"] == "shot")
    assert fates["killed"] == 20 * TARGETS
    again = {(r["replication"], r["object_id"]) for r in cases.rows(found["association"]) if r["result"] == "target_gone"}
    cases.near_share(len(again), 20 * TARGETS, share)


def test_a_verdict_lasts_until_plots_contradict_it(cases: ModuleType, firing: SimpleNamespace) -> None:
    """Every shot misses and is taken for a kill: the next one at the same target comes after so many more plots."""
    unit = {
        "assessment": {"p_false_kill": 1.0, "reattack_after_plots": 12},
        "missiles": {"round": {"p_kill": 0.0}},
    }
    found = run(cases, firing, unit, objects=ring(firing, 3), replications=1, duration_s=200)
    shots: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in cases.rows(found["shots"]):
        shots[row["track_id"]].append(row)
    waits = [(b["at_ns"] - a["assessed_ns"]) / 1e9 for rows in shots.values() for a, b in itertools.pairwise(rows)]
    assert len(waits) >= 6
    assert min(waits) >= 11.0  # s, at one plot a second
    assert max(waits) <= 13.0
