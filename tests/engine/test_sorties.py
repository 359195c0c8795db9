"""The sorties of a replication are worked out again as the walk itself has them."""

import numpy as np
import pytest

import openiads
from openiads.engine.lowering import lower
from openiads.engine.simulation import Simulation
from openiads.engine.sorties import sorties


def test_cross_sections_are_those_of_the_walk_and_reflectors_follow_their_share() -> None:
    scenario = openiads.load_scenario(
        "co-location", vignette="crisis_raid", overrides={"objects.f-35a.reflector_share": 0.5}
    )
    lowered = lower(scenario)
    walk = Simulation(lowered, 7)
    o = lowered.names.objects.index("f-35a")
    worn = []
    for k in range(8):
        found = sorties(lowered.case, seed=7, replication=k)
        np.testing.assert_array_equal(found.rcs_db, walk.run(k, "counts").objects["rcs_db"])
        worn.append(bool(found.reflectors[o]))
        level_db = found.rcs_db[o]
        assert (np.ptp(level_db) == 0.0) == worn[-1]  # reflectors are the same from all sides, the bare aircraft is not
        assert not found.reflectors[lowered.names.objects.index("f-16")]
    assert 0 < sum(worn) < 8


def test_another_seed_flies_other_sorties() -> None:
    case = lower(openiads.load_scenario("skeleton")).case
    a, b = sorties(case, seed=1, replication=0), sorties(case, seed=2, replication=0)
    assert not np.array_equal(a.rcs_db, b.rcs_db)
    assert sorties(case, seed=1, replication=0).rcs_db == pytest.approx(a.rcs_db, abs=0, rel=0)
