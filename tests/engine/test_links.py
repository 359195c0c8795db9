"""Links and nodes that fail: what is told, what is cut off, and sums that come out; the same bytes with and without the JIT."""

from collections import Counter
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from openiads import api
from openiads.engine.decode import decode
from openiads.engine.links import active_links, link_gaps
from openiads.engine.simulation import Simulation
from openiads.engine.snapshot import load_snapshot, same_state, save_snapshot
from openiads.errors import ScenarioError
from openiads.records.case import COMMAND, FRAME, LINK, LOOK

S = 1_000_000_000
UP, DOWN = "network.links.up", "network.links.down"
CALM = {"control.weapons": "hold", "control.share_weapons_free": 0.0}
FATES = ("arrived", "lost", "refused", "replaced", "cut_off", "under_way")
EVERYTHING = {
    f"{UP}.latency": "lognormal",
    f"{UP}.latency_sigma": 0.8,
    f"{UP}.carries": ["tracks", "status", "orders"],
    f"{UP}.outages": [[60, 80]],
    f"{DOWN}.latency": "exponential",
    f"{DOWN}.latency_spread_s": 3.0,
    f"{DOWN}.capacity_per_min": 40,
    f"{DOWN}.queue": 4,
    f"{DOWN}.when_full": "replace",
    "command_posts.post-1.outages": [[100, 130]],
    "fire_units.unit-1.outages": [[170, 180]],
    "fire_units.unit-1.identification.kind": "bayes",
    "command_posts.post-1.identification.kind": "bayes",
    "fire_units.unit-1.identification.motion_rule": "missile",
    "fire_units.unit-1.identification.false_tracks": "ballistic",
    "fire_units.unit-1.identification.false_interval_min": 1,
}


def traffic(cases: ModuleType, overrides: dict[str, Any], replications: int = 6) -> tuple[Any, list[dict[str, Any]]]:
    found = cases.run(cases.small({**CALM, **overrides}), replications, level="full")
    return found, cases.rows(found["traffic"])


def total(rows: list[dict[str, Any]], link: str, fate: str) -> int:
    return sum(row[fate] for row in rows if row["link"] == link)


@pytest.mark.parametrize(
    "overrides", [{}, EVERYTHING, {f"{DOWN}.capacity_per_min": 5, f"{DOWN}.queue": 2}], ids=["plain", "all", "full"]
)
def test_every_message_has_one_fate(cases: ModuleType, overrides: dict[str, Any]) -> None:
    found, rows = traffic(cases, overrides)
    for row in rows:
        assert row["sent"] == sum(row[fate] for fate in FATES), row
        assert min(row[fate] for fate in FATES) >= 0
        assert row["boundary"]
    sent = Counter((r["replication"], r["link"], r["content"]) for r in cases.rows(found["messages"]))
    counted: Counter[Any] = Counter()
    for row in rows:
        counted[row["replication"], row["link"], row["content"]] += row["sent"]
    assert sent == counted
    lost = sum(r["due_ns"] is None for r in cases.rows(found["messages"]))
    assert lost == sum(row[fate] for row in rows for fate in ("lost", "refused", "cut_off"))
    assert lost == sum(cases.column(found["counts"], "messages_lost"))


def test_a_full_link_carries_what_it_can_and_refuses_the_rest(cases: ModuleType) -> None:
    """Six a minute for 240 s, busy from the first firm tracks on: 22 to 24 in each replication; all tracks have their turn."""
    slow = {f"{DOWN}.capacity_per_min": 6, f"{DOWN}.queue": 2, f"{DOWN}.p_loss": 0.0, "network.usable_track_share": 1.0}
    found, rows = traffic(cases, slow)
    for replication in range(6):
        mine = [row for row in rows if row["replication"] == replication]
        assert 19 <= total(mine, "down", "arrived") <= 24
        assert total(mine, "down", "refused") > total(mine, "down", "arrived")
    told = Counter(
        (r["replication"], r["track_id"])
        for r in cases.rows(found["messages"])
        if r["link"] == "down" and r["due_ns"] is not None
    )
    due = sorted(
        (r["replication"], r["due_ns"])
        for r in cases.rows(found["messages"])
        if r["link"] == "down" and r["due_ns"] is not None
    )
    gaps = [b[1] - a[1] for a, b in pairwise(due) if a[0] == b[0]]
    assert min(gaps) >= 10 * S  # one after the other
    assert max(told.values()) <= 12
    waits = [
        r["due_ns"] - r["at_ns"] for r in cases.rows(found["messages"]) if r["link"] == "down" and r["due_ns"] is not None
    ]
    assert max(waits) <= 20 * S + S // 2  # two places: at most one is carried before


def test_a_newer_report_takes_the_place_of_one_that_waits(cases: ModuleType) -> None:
    slow = {f"{DOWN}.capacity_per_min": 6, f"{DOWN}.queue": 3, f"{DOWN}.p_loss": 0.0, "network.usable_track_share": 1.0}
    plain, renewed = (traffic(cases, {**slow, f"{DOWN}.when_full": rule})[1] for rule in ("refuse", "replace"))
    assert total(plain, "down", "replaced") == 0
    assert total(renewed, "down", "replaced") > 20
    assert abs(total(renewed, "down", "arrived") - total(plain, "down", "arrived")) <= 12


def test_nothing_arrives_over_a_link_that_is_out(cases: ModuleType) -> None:
    """Nor what was on its way when it went out, nor what is sent so late that it would arrive in the outage."""
    slow = {
        f"{DOWN}.outages": [[100, 140]],
        f"{DOWN}.latency_s": 6,
        f"{DOWN}.p_loss": 0.0,
        "network.usable_track_share": 1.0,
    }
    found, rows = traffic(cases, slow)
    down = [r for r in cases.rows(found["messages"]) if r["link"] == "down"]
    through = {r["at_ns"] // S for r in down if r["due_ns"] is not None}
    cut = {r["at_ns"] // S for r in down if r["due_ns"] is None}
    assert cut == set(range(96, 140, 4))
    assert not through & cut
    assert {140, 92} <= through
    assert total(rows, "down", "cut_off") == sum(r["due_ns"] is None for r in down) > 20


def test_gaps_join_the_outages_of_link_and_ends(cases: ModuleType) -> None:
    spec = cases.small(
        {
            f"{DOWN}.outages": [[10, 20], [50, 60]],
            "command_posts.post-1.outages": [[15, 30]],
            "fire_units.unit-1.outages": [[100, 101]],
        }
    ).spec
    assert link_gaps(spec, spec.network.links["down"]) == [(10 * S, 30 * S), (50 * S, 60 * S), (100 * S, 101 * S)]


def test_a_dead_node_does_nothing_and_comes_back_with_nothing(cases: ModuleType) -> None:
    out = {"fire_units.unit-1.outages": [[100, 140]], "control.weapons": "free"}
    lowered = cases.lowered(cases.small(out))
    unit = lowered.names.nodes.index("unit-1")
    case = lowered.case
    inside = case.calendar[(case.calendar["at_ns"] >= 100 * S) & (case.calendar["at_ns"] < 140 * S)]
    assert not ((inside["kind"] == COMMAND) & (inside["index"] == unit)).any()
    looks = inside[np.isin(inside["kind"], (LOOK, FRAME))]
    assert set(case.radars["node"][looks["index"]]) == {1 - unit}
    sends = inside[inside["kind"] == LINK]
    assert set(case.links["sender"][sends["index"]]) == {1 - unit}
    found = cases.run(cases.small(out), 6, level="full")
    mine = [r for r in cases.rows(found["events"]) if r["node"] == "unit-1"]
    assert {r["at_ns"] for r in mine if r["event"] in ("down", "up")} == {100 * S, 140 * S}
    during = {r["event"] for r in mine if 100 * S < r["at_ns"] < 140 * S}
    assert during <= {"withheld", "intercept"}  # shots that were under way when it died
    firm = Counter(r["event"] for r in mine if r["at_ns"] <= 100 * S and r["event"] in ("firm", "dropped"))
    assert firm["firm"] == firm["dropped"] > 6  # its whole picture is gone
    assert min(r["at_ns"] for r in mine if r["event"] == "firm" and r["at_ns"] > 100 * S) > 140 * S
    late = {
        r["result"] for r in cases.rows(found["association"]) if r["reference"] == "shot" and 100 * S < r["at_ns"] < 140 * S
    }
    assert late <= {"track_lost"}
    assert [r for r in cases.rows(found["messages"]) if r["node"] == "unit-1" and 100 * S <= r["at_ns"] < 140 * S] == []
    heard = [
        r for r in cases.rows(found["messages"]) if r["to_node"] == "unit-1" and 100 * S <= (r["due_ns"] or 0) < 140 * S
    ]
    assert heard == []


def test_what_the_modes_use(cases: ModuleType) -> None:
    def used(mode: str, **more: Any) -> list[str]:
        return active_links(cases.small({"network.mode": mode, **more}).spec)

    voice = {f"{DOWN}.medium": "voice"}
    assert used("standalone", **voice) == []
    assert used("procedural", **voice) == ["down"]
    assert used("procedural") == []
    assert used("integrated", **voice) == ["down", "up"]
    assert used("standalone", **{f"{UP}.within_system": True}) == ["up"]


def test_alone_it_goes_by_its_own_rule_and_table(cases: ModuleType) -> None:
    """Cut off by an outage of its only link, the unit identifies friends by its own means: as if it had no link at all."""
    section = "fire_units.unit-1.identification"
    rates = {f"{section}.p_friend_correct_own": 0.0, f"{section}.p_friend_correct_network": 0.95, "airspace.compliance": 0.0}
    shares = {}
    for name, outage in (("linked", []), ("cut off", [[0, 240]])):
        found = cases.run(cases.small({**CALM, **rates, "network.usable_track_share": 0.0, f"{DOWN}.outages": outage}), 24)
        mine = [
            r["result"]
            for r in cases.rows(found["association"])
            if (r["reference"], r["node"], r["object_id"]) == ("identification", "unit-1", "patrol") and r["at_ns"] > 40 * S
        ]
        shares[name] = mine.count("right") / len(mine)
    assert shares["linked"] > 0.8
    assert shares["cut off"] == 0.0


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({f"{UP}.latency": "uniform"}, "latency is uniform, and latency_spread_s is missing. Give it"),
        ({f"{UP}.latency_sigma": 0.5}, "latency is constant, and latency_sigma is given. Leave it out"),
        (
            {f"{UP}.latency": "uniform", f"{UP}.latency_spread_s": 2},
            "more than latency_s = 0.5: messages would arrive before",
        ),
        ({f"{UP}.capacity_per_min": 5}, "queue is missing. Give it"),
        ({f"{UP}.outages": [[5, 3]]}, "an outage from 5 to 3 s has no length"),
        ({f"{UP}.outages": [[5, 9], [8, 12]]}, "two outages overlap: one begins at 8 s, before 9 s. Join them"),
        ({"fire_units.unit-1.identification.kind": "guess"}, "Known: bayes, table"),
    ],
)
def test_what_a_file_may_not_say(cases: ModuleType, overrides: dict[str, Any], message: str) -> None:
    with pytest.raises(ScenarioError, match=message.replace("(", r"\(")):
        cases.small(overrides)


def test_with_everything_on_a_snapshot_resumes_to_the_same_bytes(cases: ModuleType, tmp_path: Path) -> None:
    scenario = cases.small(EVERYTHING)
    simulation = Simulation(cases.lowered(scenario), seed=1)
    whole = simulation.advance(simulation.fresh(1, "full"))
    assert whole.clock["overflow"][0] == 0
    for share in (0.3, 0.55, 0.75):
        row = int(share * len(simulation.lowered.case.calendar))
        save_snapshot(
            tmp_path / "s.npz", simulation.advance(simulation.fresh(1, "full"), row), scenario_sha256=scenario.sha256
        )
        assert same_state(simulation.advance(load_snapshot(tmp_path / "s.npz", scenario_sha256=scenario.sha256)), whole)
    tables = decode(simulation.lowered, whole, "full")
    assert len(tables["identifications"]["at_ns"]) > 50
    assert set(tables["events"]["event"]) >= {"down", "up", "identified", "launched"}


def test_with_everything_on_compiled_and_interpreted_are_one(cases: ModuleType, tmp_path: Path) -> None:
    settings = cases.edited_text(lambda tree: None)
    (tmp_path / "case.yaml").write_text(settings, encoding="utf-8")
    scenario = api.load_scenario(tmp_path / "case.yaml", overrides=EVERYTHING)
    (tmp_path / "all.yaml").write_text(scenario.to_yaml(), encoding="utf-8")
    for name, disabled in (("compiled", "0"), ("interpreted", "1")):
        run = cases.cli(
            "run",
            tmp_path / "all.yaml",
            "--replications",
            1,
            "--record",
            "full",
            "-o",
            tmp_path / name,
            NUMBA_DISABLE_JIT=disabled,
        )
        assert run.returncode == 0, run.stderr
    assert api.open_run(tmp_path / "interpreted").digest() == api.open_run(tmp_path / "compiled").digest()


def test_with_everything_on_two_workers_and_another_order(cases: ModuleType, tmp_path: Path) -> None:
    scenario = cases.small(EVERYTHING)
    one = api.run(scenario, replications=6)
    assert api.run(scenario, replications=6, workers=2, out=tmp_path / "two").digest() == one.digest()
