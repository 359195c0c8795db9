"""Silent times of a node: looks that do not happen are not in the calendar, and everything else of the node goes on."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import openiads
from openiads.engine.lowering import lower
from openiads.errors import ScenarioError
from openiads.records.case import COMMAND, FRAME, LOOK

UNIT = "unit-1"
FILE = Path(__file__).resolve().parents[2] / "examples" / "scenarios" / "link-outage.yaml"


def rows(**changes: Any) -> Any:
    overrides = {f"fire_units.{UNIT}.{key}": value for key, value in changes.items()}
    return lower(openiads.load_scenario(FILE, overrides=overrides)).case.calendar


def between(calendar: Any, kind: int, first_s: float, last_s: float, index: int | None = None) -> int:
    chosen = (calendar["kind"] == kind) & (calendar["at_ns"] > first_s * 1e9) & (calendar["at_ns"] <= last_s * 1e9)
    return int((chosen if index is None else chosen & (calendar["index"] == index)).sum())


def test_a_silent_radar_has_no_look_and_its_node_goes_on() -> None:
    loud, quiet = rows(), rows(silent=[[100, 200]])
    assert between(loud, FRAME, 102, 198) > 40
    assert between(quiet, FRAME, 102, 198) == 0
    assert between(quiet, FRAME, 0, 98) == between(loud, FRAME, 0, 98) > 0
    assert between(quiet, FRAME, 202, 1000) == between(loud, FRAME, 202, 1000) > 0
    assert between(quiet, COMMAND, 0, 1100) == between(loud, COMMAND, 0, 1100)
    assert between(quiet, LOOK, 0, 1100) == between(loud, LOOK, 0, 1100) > 0  # the other node is not asked to be silent


def test_silent_times_and_a_duty_cycle_go_together() -> None:
    duty = {"engagement_radar.duty": 0.5, "engagement_radar.duty_period_s": 100}
    half = {f"fire_units.{UNIT}.{key}": value for key, value in duty.items()}
    both = lower(openiads.load_scenario(FILE, overrides={**half, f"fire_units.{UNIT}.silent": [[200, 250]]})).case.calendar
    alone = lower(openiads.load_scenario(FILE, overrides=half)).case.calendar
    assert between(both, FRAME, 202, 300) == 0  # silent for the first half, off for the second
    assert between(alone, FRAME, 202, 300) > 15
    np.testing.assert_array_equal(both["at_ns"][both["kind"] == COMMAND], alone["at_ns"][alone["kind"] == COMMAND])


@pytest.mark.parametrize(("given", "message"), [([[200, 100]], "has no length"), ([[0, 50], [40, 60]], "overlap")])
def test_silent_times_must_be_times(given: Any, message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        rows(silent=given)
