"""Whose number a draw is: another object, another name or another order of names moves no draw of anybody else."""

from types import ModuleType
from typing import Any

import pytest

TABLES = (
    "objects",
    "outcomes",
    "ledger",
    "magazines",
    "counts",
    "timeline",
    "shots",
    "events",
    "association",
    "plots",
    "plot_association",
)
TABLES += ("tracks", "messages", "traffic", "sorties", "identifications")
REPLICATIONS = 12
FAR = {
    "side": "neutral",
    "kind": "aircraft",
    "rcs": {"front_m2": 50, "side_m2": 50, "rear_m2": 50, "swerling": 2},
    "motion": {
        "kind": "waypoints",
        "speed_mps": 250,
        "altitude_m": 11000,
        "altitude_reference": "amsl",
        "waypoints": [{"latitude_deg": 22.0, "longitude_deg": 33.0}, {"latitude_deg": 21.0, "longitude_deg": 33.0}],
        "end": "stay",
    },
}


@pytest.fixture(scope="module")
def reference(cases: ModuleType) -> Any:
    return cases.run(cases.small(), REPLICATIONS, level="full")


@pytest.mark.parametrize("name", ["aaa-far", "patrol-2", "zzz-far"])
def test_an_aircraft_2000_km_away_changes_no_row_of_anybody(cases: ModuleType, reference: Any, name: str) -> None:
    """First, in the middle or last by name: rows about it stand in `objects`, `outcomes` and `timeline`, and nothing else moves."""
    found = cases.run(cases.edited(lambda tree: tree["objects"].update({name: FAR})), REPLICATIONS, level="full")
    assert set(found) == set(TABLES)
    for table in TABLES:
        rows = cases.rows(found[table])
        mine = [row for row in rows if row.get("object_id") == name]
        own = {"objects": 1, "outcomes": REPLICATIONS, "timeline": 3 * REPLICATIONS}
        assert len(mine) == own.get(table, 0), table
        assert [row for row in rows if row.get("object_id") != name] == cases.rows(reference[table]), table
    assert {row["end_state"] for row in cases.rows(found["outcomes"]) if row["object_id"] == name} == {"alive_at_end"}


def permuted(tree: dict[str, Any], new: dict[str, str]) -> None:
    """Give every flight the id that `new` says, and let it keep its draws."""
    tree["objects"] = {new[key]: {**thing, "draws_as": key} for key, thing in tree["objects"].items()}


@pytest.mark.parametrize("shift", [1, 2, 5])
def test_ids_permuted_leave_everything_that_nodes_know(cases: ModuleType, reference: Any, shift: int) -> None:
    """Plots, tracks, shots, events and messages are the same to the byte; truth names the same flights by their new ids."""
    ids = sorted(row["object_id"] for row in cases.rows(reference["objects"]))
    new = {old: ids[(k + shift) % len(ids)] for k, old in enumerate(ids)}
    found = cases.run(cases.edited(lambda tree: permuted(tree, new)), REPLICATIONS, level="full")
    for table in ("plots", "tracks", "shots", "events", "messages", "magazines", "counts"):
        assert found[table].equals(reference[table]), table
    assert len(reference["plots"]) > 1000
    assert len(reference["shots"]) > 10
    for table in ("association", "plot_association", "outcomes"):
        expected = [{**row, "object_id": new.get(row["object_id"], "")} for row in cases.rows(reference[table])]
        assert sorted(map(str, cases.rows(found[table]))) == sorted(map(str, expected)), table
        assert not found[table].equals(reference[table])


def test_ids_without_draws_as_are_other_draws(cases: ModuleType, reference: Any) -> None:
    """The check above could not fail if names meant nothing to the draws."""

    def rename(tree: dict[str, Any]) -> None:
        tree["objects"]["stranger"] = tree["objects"].pop("raider")

    found = cases.run(cases.edited(rename), REPLICATIONS, level="full")
    assert not found["plots"].equals(reference["plots"])


def test_one_more_intruder_moves_no_draw_of_the_search_radars(cases: ModuleType, reference: Any) -> None:
    """A copy of the raider, well in view: the plots of search radars of everybody else stay, each with its own numbers."""

    def add(tree: dict[str, Any]) -> None:
        tree["objects"]["another"] = {**tree["objects"]["liner"]}

    found = cases.run(cases.edited(add), REPLICATIONS, level="full")

    def seen(tables: Any) -> set[tuple[Any, ...]]:
        return {
            (row["replication"], row["at_ns"], row["node"], row["range_m"], row["azimuth_rad"], row["elevation_rad"])
            for row in cases.rows(tables["plots"])
            if row["radar"] == "search"
        }

    more = seen(found)
    quiet = [k for k in range(REPLICATIONS) if ends(cases, found, k) == ends(cases, reference, k)]
    assert quiet, "in some replication the extra aircraft should cost nobody a missile"
    for replication in quiet:
        before = {plot for plot in seen(reference) if plot[0] == replication}
        assert before < {plot for plot in more if plot[0] == replication}


def ends(cases: ModuleType, tables: Any, replication: int) -> dict[str, tuple[str, int]]:
    return {
        row["object_id"]: (row["end_state"], row["at_ns"])
        for row in cases.rows(tables["outcomes"])
        if row["replication"] == replication and row["object_id"] != "another"
    }


def test_ids_permuted_leave_the_order_in_which_radars_look(cases: ModuleType) -> None:
    """Looks at one time and candidates of one frame are in the order of the flights' draws, not of their ids."""

    def formation(tree: dict[str, Any]) -> None:
        for number in range(6):
            tree["objects"][f"wing-{number}"] = {**tree["objects"]["raider"]}

    def turned(tree: dict[str, Any]) -> None:
        formation(tree)
        ids = sorted(tree["objects"])
        permuted(tree, dict(zip(ids, reversed(ids), strict=True)))

    orders = []
    for edit in (formation, turned):
        case = cases.lowered(cases.edited(edit)).case
        orders.append([case.objects["name"][rows["object"]].tolist() for rows in (case.looks, case.candidates)])
    assert orders[0] == orders[1]
    assert min(map(len, orders[0])) > 200
