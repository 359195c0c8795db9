"""What a verdict does to the track, and that another track in the same slot is left alone."""

import numpy as np
import pytest

from openiads.models.assessment.kernels import holds, take_assessment
from openiads.records.case import FIRE_UNITS
from openiads.records.state import ASSESSING, DONE, SHOTS, USER_HELD_DEAD
from openiads.records.tables import ASSESSMENTS
from openiads.tracking.records import TRACK


@pytest.mark.parametrize("dead", [True, False])
def test_a_verdict(dead: bool) -> None:
    unit, shot, track = np.zeros(1, FIRE_UNITS)[0], np.zeros(1, SHOTS)[0], np.zeros(1, TRACK)[0]
    unit["reattack_ns"], shot["status"], shot["track_number"] = 15, ASSESSING, 7
    track["status"], track["number"], track["engaged"] = 2, 7, 2
    take_assessment(unit, shot, track, dead, 100)
    assert (shot["status"], shot["assessed_ns"]) == (DONE, 100)
    assert ASSESSMENTS[shot["assessment"]] == ("killed" if dead else "alive")
    assert track["engaged"] == 1
    assert track["user"][USER_HELD_DEAD] == (115 if dead else 0)


@pytest.mark.parametrize(("field", "value"), [("number", 8), ("status", 0)])
def test_a_track_that_is_gone_is_left_alone(field: str, value: int) -> None:
    unit, shot, track = np.zeros(1, FIRE_UNITS)[0], np.zeros(1, SHOTS)[0], np.zeros(1, TRACK)[0]
    unit["reattack_ns"], shot["track_number"] = 15, 7
    track["status"], track["number"], track["engaged"] = 2, 7, 1
    track[field] = value
    assert not holds(shot, track)
    take_assessment(unit, shot, track, True, 100)
    assert track["engaged"] == 1
    assert track["user"][USER_HELD_DEAD] == 0
