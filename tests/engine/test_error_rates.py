"""Measured rates of every error lie within three standard errors of what the scenario states, and no default is zero."""

from collections import Counter
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from openiads import api
from openiads.records.case import FRAME, LOOK

MANY = 250
UNIT = "fire_units.unit-1"
ALWAYS = {f"{UNIT}.missiles.far.p_kill": 1.0, f"{UNIT}.missiles.near.p_kill": 1.0}
NEVER = {f"{UNIT}.missiles.far.p_kill": 0.0, f"{UNIT}.missiles.near.p_kill": 0.0}


@pytest.fixture(scope="module")
def plain(cases: ModuleType) -> Any:
    return cases.run(cases.small(), MANY)


def test_no_default_error_rate_is_zero(cases: ModuleType) -> None:
    """What the shipped case and the small one use where they state nothing themselves."""
    from importlib.resources import as_file, files

    with as_file(files("openiads.scenario") / "library" / "murted-2019.yaml") as path:
        shipped = api.load_scenario(path)
    for spec in (shipped.spec, cases.small().spec):
        nodes = [*spec.command_posts.values(), *spec.sensors.values(), *spec.fire_units.values()]
        assert nodes
        radars = [node.search_radar for node in nodes] + [unit.engagement_radar for unit in spec.fire_units.values()]
        assert all(radar.p_false_alarm > 0 for radar in radars if radar is not None)
        for node in nodes:
            ident = node.identification
            assert ident.p_friend_as_hostile > 0
            assert ident.p_neutral_as_hostile > 0
            assert ident.p_hostile_as_friend > 0
            assert max(ident.p_friend_correct_own, ident.p_hostile_correct, ident.p_neutral_correct) < 1
        for unit in spec.fire_units.values():
            assert unit.assessment.p_miss_kill > 0
            assert unit.assessment.p_false_kill > 0
            assert all(0 < missile.p_kill < 1 for missile in unit.missiles.values())
        assert all(link.p_loss > 0 for link in spec.network.links.values())


def test_default_false_alarms_misidentifications_and_assessment_errors_happen(cases: ModuleType) -> None:
    """With the catalogue's own figures, not those of the small case."""
    found = cases.run(cases.small({f"{UNIT}.search_radar.p_false_alarm": 1e-6}), MANY)
    for name in ("false_alarms", "misidentified", "assessment_errors"):
        assert sum(cases.column(found["counts"], name)) > 0, name


def test_false_alarms_per_look_and_frame(cases: ModuleType) -> None:
    """Poisson with the mean that Pfa, range cells and beams give; every radar of the case by itself."""
    replications = 40
    found = cases.run(cases.small({"clock.duration_s": 120}), replications, level="full")
    lowered = cases.lowered(cases.small({"clock.duration_s": 120}))
    truth = Counter((row["node"], row["radar"]) for row in cases.rows(found["plots"]))
    expected_total = 0.0
    for r, (node, role) in enumerate(lowered.names.radars):
        radar = lowered.case.radars[r]
        kind = FRAME if role == "engagement" else LOOK
        looks = int(((lowered.case.calendar["kind"] == kind) & (lowered.case.calendar["index"] == r)).sum())
        mean = float(radar["false_alarm_mean"]) * (int(radar["dwells"]) if role == "engagement" else 1)
        expected_total += mean * looks * replications
        assert truth[node, role] > 0.8 * mean * looks * replications
    total = int(sum(cases.column(found["counts"], "false_alarms")))
    cases.near(total, expected_total, float(np.sqrt(expected_total)))
    assert expected_total > 10_000


@pytest.mark.parametrize(
    ("path", "cells", "looks_s"),
    [
        # 60 km in cells of 150 m, 240 beams of 1.5 deg round, 11 of 2 deg from -1 to 20 deg: one rotation
        (f"{UNIT}.search_radar", 400 * 240 * 11, 5.0),
        # 80 km for the command post
        ("command_posts.post-1.search_radar", 533.3333333 * 240 * 11, 6.0),
        # 60 km in cells of 50 m, 200 dwells of one beam each: one frame
        (f"{UNIT}.engagement_radar", 1200 * 200, 2.0),
    ],
)
def test_false_alarm_mean_worked_separately(cases: ModuleType, path: str, cells: float, looks_s: float) -> None:
    """One radar at a time is left on: cells x Pfa per rotation or frame, 240 s, 30 replications."""
    radars = (f"{UNIT}.search_radar", f"{UNIT}.engagement_radar", "command_posts.post-1.search_radar")
    off = {f"{other}.duty": 0.0 for other in radars if other != path}
    scenario = cases.small({**off, f"{path}.p_false_alarm": 3e-6})
    found = cases.run(scenario, 30, level="counts")
    expected = 3e-6 * cells * int(240 / looks_s) * 30
    cases.near(int(sum(cases.column(found["counts"], "false_alarms"))), expected, float(np.sqrt(expected)))


def test_detections_of_an_object_at_the_calibrated_point(cases: ModuleType) -> None:
    """An object that stands on the published range with the published cross-section is detected with the published Pd."""

    def edit(tree: dict[str, Any]) -> None:
        tree["objects"] = {
            "still": {
                "side": "neutral",
                "kind": "aircraft",
                "rcs": {"front_m2": 1, "side_m2": 1, "rear_m2": 1, "swerling": 1},
                "motion": {
                    "kind": "waypoints",
                    "speed_mps": 0.5,
                    "altitude_m": 3000,
                    "altitude_reference": "amsl",
                    "waypoints": [
                        {"latitude_deg": 40.0, "longitude_deg": 33.6},
                        {"latitude_deg": 40.0001, "longitude_deg": 33.6},
                    ],
                    "end": "stay",
                },
            }
        }
        radar = tree["fire_units"]["unit-1"]["search_radar"]
        radar["range_km"], radar["rcs_m2"], radar["p_detection"], radar["p_false_alarm"] = range_km, 1.0, 0.7, 1e-6
        tree["fire_units"]["unit-1"]["engagement_radar"]["duty"] = 0.0
        tree["command_posts"]["post-1"]["search_radar"]["duty"] = 0.0

    range_km = 50.0
    seen = cases.lowered(cases.edited(edit)).case.looks
    range_km = float(seen["range_m"].mean()) / 1000.0  # slant range, from the geometry alone
    scenario = cases.edited(edit)
    looks = len(cases.lowered(scenario).case.looks)
    found = cases.run(scenario, 100)
    assert looks == 48  # one per rotation of 5 s in 240 s
    cases.near_share(int(sum(cases.column(found["outcomes"], "plots"))), looks * 100, 0.7)


@pytest.mark.parametrize("networked", [True, False])
def test_misidentification_by_side(cases: ModuleType, networked: bool) -> None:
    """Right, wrong and undecided identifications of each side against the node's table; the first of each object and node
    counts, and those of the fire unit only, whose own rates differ with and without a network.
    """
    rates = {
        "friendly": (0.6 if networked else 0.4, 0.15),
        "neutral": (0.5, 0.2),
        "hostile": (0.55, 0.25),
    }
    section = f"{UNIT}.identification"
    overrides = {
        "network.mode": "integrated" if networked else "standalone",
        "network.usable_track_share": 0.0,  # a networked node whose links bring nothing: its own answers alone
        "control.weapons": "hold",
        "airspace.compliance": 0.0,
        f"{section}.p_friend_correct_network": 0.6,
        f"{section}.p_friend_correct_own": 0.4,
        f"{section}.p_friend_as_hostile": 0.15,
        f"{section}.p_neutral_correct": 0.5,
        f"{section}.p_neutral_as_hostile": 0.2,
        f"{section}.p_hostile_correct": 0.55,
        f"{section}.p_hostile_as_friend": 0.25,
    }
    found = cases.run(cases.small(overrides), MANY)
    sides = {row["object_id"]: row["side"] for row in cases.rows(found["objects"])}
    results: Counter[tuple[str, str]] = Counter()
    for row in cases.rows(found["association"]):
        if row["reference"] == "identification" and row["node"] == "unit-1" and row["object_id"]:
            results[sides[row["object_id"]], row["result"]] += 1
    for side, (right, wrong) in rates.items():
        trials = sum(count for (one, _), count in results.items() if one == side)
        cases.near_share(results[side, "right"], trials, right)
        cases.near_share(results[side, "wrong"], trials, wrong)
        cases.near_share(results[side, "undecided"], trials, 1.0 - right - wrong)


def test_default_misidentification(plain: Any, cases: ModuleType) -> None:
    """All nodes, all objects, the catalogue's figures: the mean of the stated rates, weighted by who was interrogated."""
    spec = cases.small().spec
    ident = {"unit-1": spec.fire_units["unit-1"].identification, "post-1": spec.command_posts["post-1"].identification}
    sides = {row["object_id"]: row["side"] for row in cases.rows(plain["objects"])}
    wrong, stated = 0, []
    for row in cases.rows(plain["association"]):
        if row["reference"] == "identification" and row["object_id"]:
            node = ident[row["node"]]
            by_side = {
                "friendly": node.p_friend_as_hostile,
                "neutral": node.p_neutral_as_hostile,
                "hostile": node.p_hostile_as_friend,
            }
            stated.append(by_side[sides[row["object_id"]]])
            wrong += row["result"] == "wrong"
    rates = np.array(stated)
    assert rates.min() > 0
    cases.near(wrong, float(rates.sum()), float(np.sqrt((rates * (1 - rates)).sum())))
    assert wrong == sum(cases.column(plain["counts"], "misidentified")) > 10


def assessed(cases: ModuleType, tables: Any) -> Counter[tuple[str, str]]:
    """How many shots had a fate in truth and a verdict."""
    fates = {
        (r["replication"], r["reference_id"]): (r["result"], r["object_id"])
        for r in cases.rows(tables["association"])
        if r["reference"] == "shot"
    }
    verdicts: Counter[tuple[str, str]] = Counter()
    for row in cases.rows(tables["shots"]):
        fate, thing = fates[row["replication"], f"{row['node']}/{row['shot']}"]
        if row["assessment"] != "none" and thing and fate != "track_lost":
            verdicts[fate, row["assessment"]] += 1
    return verdicts


def test_kills_taken_for_misses(cases: ModuleType) -> None:
    """Every intercept kills; a quarter of the kills is taken for a miss."""
    found = cases.run(cases.small({**ALWAYS, f"{UNIT}.assessment.p_miss_kill": 0.25}), MANY)
    verdicts = assessed(cases, found)
    assert not verdicts["missed", "alive"]
    dead = sum(count for (fate, _), count in verdicts.items() if fate in ("killed", "target_gone"))
    errors = verdicts["killed", "alive"] + verdicts["target_gone", "alive"]
    cases.near_share(errors, dead, 0.25)
    cases.near_share(verdicts["killed", "alive"], verdicts["killed", "alive"] + verdicts["killed", "killed"], 0.25)


def test_misses_taken_for_kills(cases: ModuleType) -> None:
    """No intercept kills; three tenths of the misses are taken for kills."""
    found = cases.run(cases.small({**NEVER, f"{UNIT}.assessment.p_false_kill": 0.3}), MANY)
    verdicts = assessed(cases, found)
    assert not verdicts["killed", "killed"]
    cases.near_share(verdicts["missed", "killed"], verdicts["missed", "killed"] + verdicts["missed", "alive"], 0.3)


def test_a_second_shot_at_a_dead_target_is_assessed_by_its_own_draw(cases: ModuleType) -> None:
    """Salvos of two, every intercept kills: the verdicts on killer and follower must not be one and the same."""
    overrides = {**ALWAYS, f"{UNIT}.assessment.p_miss_kill": 0.5, f"{UNIT}.command.doctrine": "salvo_2"}
    found = cases.run(cases.small(overrides), MANY)
    fates = {(r["replication"], r["reference_id"]): r for r in cases.rows(found["association"]) if r["reference"] == "shot"}
    by_target: dict[Any, dict[str, str]] = {}
    for row in cases.rows(found["shots"]):
        fate = fates[row["replication"], f"{row['node']}/{row['shot']}"]
        if row["assessment"] != "none" and fate["object_id"]:
            by_target.setdefault((row["replication"], fate["object_id"]), {}).setdefault(fate["result"], row["assessment"])
    pairs = [(v["killed"], v["target_gone"]) for v in by_target.values() if {"killed", "target_gone"} <= set(v)]
    cases.near_share(sum(a == b for a, b in pairs), len(pairs), 0.5)


def test_default_assessment_errors(plain: Any, cases: ModuleType) -> None:
    spec = cases.small().spec.fire_units["unit-1"].assessment
    verdicts = assessed(cases, plain)
    dead = {key: n for key, n in verdicts.items() if key[0] in ("killed", "target_gone")}
    alive = {key: n for key, n in verdicts.items() if key[0] in ("missed", "out_of_envelope")}
    cases.near_share(sum(n for (_, said), n in dead.items() if said == "alive"), sum(dead.values()), spec.p_miss_kill)
    cases.near_share(sum(n for (_, said), n in alive.items() if said == "killed"), sum(alive.values()), spec.p_false_kill)


def test_kill_probability(plain: Any, cases: ModuleType) -> None:
    """Of the intercepts that reached a living target inside the envelope, each missile kills its stated share."""
    missiles = {(r["replication"], f"{r['node']}/{r['shot']}"): r["missile"] for r in cases.rows(plain["shots"])}
    results: Counter[tuple[str, str]] = Counter()
    for row in cases.rows(plain["association"]):
        if row["reference"] == "shot" and row["result"] in ("killed", "missed"):
            results[missiles[row["replication"], row["reference_id"]], row["result"]] += 1
    for name, missile in cases.small().spec.fire_units["unit-1"].missiles.items():
        cases.near_share(results[name, "killed"], results[name, "killed"] + results[name, "missed"], missile.p_kill)


@pytest.mark.parametrize(("p_loss", "usable"), [(0.1, 0.9), (0.3, 1.0), (0.0, 0.6)])
def test_link_loss(cases: ModuleType, p_loss: float, usable: float) -> None:
    """A message arrives when it is neither lost nor too poor to use."""
    overrides = {
        "network.links.up.p_loss": p_loss,
        "network.links.down.p_loss": p_loss,
        "network.usable_track_share": usable,
    }
    found = cases.run(cases.small(overrides), 60, level="counts")
    sent, lost = (int(sum(cases.column(found["counts"], f"messages_{name}"))) for name in ("sent", "lost"))
    cases.near_share(lost, sent, 1.0 - (1.0 - p_loss) * usable, least=5000)


def test_messages_arrive_after_their_latency(cases: ModuleType) -> None:
    found = cases.run(cases.small({"network.links.up.latency_s": 1.7}), 4, level="full")
    delays = Counter((r["link"], r["due_ns"] - r["at_ns"]) for r in cases.rows(found["messages"]) if r["due_ns"] is not None)
    assert set(delays) == {("up", 1_700_000_000), ("down", 500_000_000)}


def test_no_link_no_message(cases: ModuleType) -> None:
    for mode in ("standalone", "procedural"):
        found = cases.run(cases.small({"network.mode": mode}), 4, level="full")
        assert len(found["messages"]) == 0
        assert set(cases.column(found["tracks"], "source")) == {"own"}
    cue = cases.run(cases.small({"network.mode": "cue_only"}), 4, level="full")
    assert "up" not in set(cases.column(cue["messages"], "link"))


def test_reflectors_and_compliance_and_the_rule_of_the_day(plain: Any, cases: ModuleType) -> None:
    """Shares that hold for a whole sortie or replication: `patrol` stays away, flies with reflectors; weapons are free."""
    patrol = [row["end_state"] for row in cases.rows(plain["outcomes"]) if row["object_id"] == "patrol"]
    cases.near_share(patrol.count("aborted"), MANY, 0.5)
    from openiads.engine.simulation import Simulation

    for share in (0.5, 0.2):
        scenario = cases.small(
            {
                "objects.patrol.reflector_share": share,
                "control.share_weapons_free": share,
                "objects.patrol.rcs_sortie_sigma_db": 0,
            }
        )
        simulation = Simulation(cases.lowered(scenario), seed=1)
        patrol_index = simulation.lowered.names.objects.index("patrol")
        fitted = free = 0
        for replication in range(1000):
            state = simulation.advance(simulation.fresh(replication, "counts"), 1)
            rcs_db = state.objects[patrol_index]["rcs_db"]
            assert list(rcs_db) == pytest.approx([10 * np.log10(20)] * 3) or rcs_db[0] == pytest.approx(10 * np.log10(2))
            fitted += bool(rcs_db[0] > 10.0)
            free += int(state.clock["weapons_free"][0])
        cases.near_share(fitted, 1000, share)
        cases.near_share(free, 1000, share)


def test_weapons_free_replications_shoot_at_unknown_tracks(cases: ModuleType) -> None:
    """Free against tight: the same draws, more tracks may be shot at."""
    tight = cases.run(cases.small({"control.share_weapons_free": 0.0}), 100)
    free = cases.run(cases.small({"control.share_weapons_free": 1.0}), 100)
    assert free["shots"].equals(cases.run(cases.small({"control.weapons": "free"}), 100)["shots"])

    def shot_at(tables: Any) -> set[str]:
        held: dict[Any, str] = {}
        found = set()
        for row in cases.rows(tables["events"]):
            key = (row["replication"], row["track_id"])
            if row["event"] == "identified":
                held[key] = row["detail"]
            if row["event"] == "assigned":
                found.add(held.get(key, "from a link"))
        return found

    assert "unknown" not in shot_at(tight)
    assert {"unknown", "hostile"} <= shot_at(free)
    assert not {"friendly", "neutral"} & shot_at(free)
