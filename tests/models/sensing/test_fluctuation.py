"""The cross-section of a sortie: its offset, how its fluctuation holds, and what that does to the first detection."""

import math
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from openiads.models.sensing.fluctuation import held_power, holds, sortie_offset_db
from openiads.records.case import OBJECTS
from openiads.records.state import CLOCK, OBJECT_STATE
from openiads.streams.names import name_hash

SECOND = 1_000_000_000
STEP_S = 4.0


def thing(swerling: int, decorrelation_s: float) -> Any:
    record = np.zeros(1, OBJECTS)[0]
    record["swerling"], record["decorrelation_ns"] = swerling, round(decorrelation_s * SECOND)
    return record


def powers(swerling: int, times_s: list[float], sorties: int = 4000) -> Any:
    """Power over its mean at each time of each sortie, (sorties, times)."""
    clock, state = np.zeros(1, CLOCK), np.zeros(1, OBJECT_STATE)[0]
    one, pair = thing(swerling, STEP_S), name_hash("radar", "object")
    found = np.empty((sorties, len(times_s)))
    for k in range(sorties):
        clock[0]["replication"], state["phase"] = k, (k + 0.5) / sorties
        found[k] = [held_power(clock, pair, one, state, round(t * SECOND)) for t in times_s]
    return found


@pytest.mark.parametrize(("swerling", "shape"), [(1, 1.0), (3, 2.0)])
def test_power_follows_its_case_and_forgets_linearly(swerling: int, shape: float) -> None:
    """Mean 1, variance 1/shape; correlation 1 - dt/T: 0.75, 0.5 and 0 one, two and four seconds later with T = 4 s."""
    found = powers(swerling, [10.0, 11.0, 12.0, 14.0, 15.0])
    error = 3.0 / math.sqrt(len(found))
    assert found.mean() == pytest.approx(1.0, rel=0, abs=error / math.sqrt(shape))
    assert found[:, 0].var() == pytest.approx(1.0 / shape, rel=0.15, abs=0)
    correlation = np.corrcoef(found.T)[0, 1:]
    assert correlation == pytest.approx([0.75, 0.5, 0.0, 0.0], rel=0, abs=error * 1.5)


def test_only_slow_fluctuation_holds() -> None:
    assert [holds(thing(case, STEP_S)) for case in range(5)] == [False, True, False, True, False]
    assert not holds(thing(1, 0.0))


def test_the_offset_is_normal_and_cut_off() -> None:
    one = thing(1, 0.0)
    one["sortie_sigma_db"] = 2.0
    assert sortie_offset_db(one, 0.5) == pytest.approx(0.0, rel=0, abs=1e-12)  # dB
    assert sortie_offset_db(one, 0.8413447460685429) == pytest.approx(2.0, rel=1e-9, abs=0)  # one sigma
    assert sortie_offset_db(one, 1e-12) == -6.0


def inbound(fluctuation: str, decorrelation_s: float, sigma_db: float) -> Any:
    """Edit of the small case: one target flies straight at the search radar, and nobody shoots or sees ghosts."""

    def edit(tree: dict[str, Any]) -> None:
        tree["control"] = {"weapons": "hold"}
        tree["sensing"] = {"fluctuation": fluctuation}
        tree["clock"]["duration_s"] = 500
        tree["objects"] = {
            "raider": {
                **{k: v for k, v in tree["objects"]["raider"].items() if k != "signature"},
                "rcs": {"front_m2": 1, "side_m2": 1, "rear_m2": 1, "swerling": 1},
                "rcs_decorrelation_s": decorrelation_s,
                "rcs_sortie_sigma_db": sigma_db,
                "motion": {
                    **tree["objects"]["raider"]["motion"],
                    "waypoints": [{"latitude_deg": 40.0, "longitude_deg": 34.6}, {"place": "site"}],
                },
            }
        }
        tree["fire_units"]["unit-1"]["engagement_radar"]["duty"] = 0.0
        tree["command_posts"]["post-1"]["search_radar"]["duty"] = 0.0
        for radar in (tree["fire_units"]["unit-1"]["search_radar"], tree["command_posts"]["post-1"]["search_radar"]):
            radar |= {"p_false_alarm": 1e-6, "instrumented_range_km": 150}

    return edit


def first_detections_s(cases: ModuleType, *settings: Any, replications: int = 400) -> Any:
    found = cases.run(cases.edited(inbound(*settings)), replications, level="counts")
    return cases.column(found["outcomes"], "first_detection_ns").astype(float) / SECOND


def test_independent_looks_detect_farther_out(cases: ModuleType) -> None:
    """Every look is a new chance when looks are independent: the first of many succeeds early.

    A fluctuation that holds for the whole approach leaves one chance per sortie. The target closes at 260 m/s with a look every
    5 s. Both kinds of look have the same Pd one by one, so the average number of plots is the same.
    """
    independent = first_detections_s(cases, "independent", 1e3, 0.0)
    held = first_detections_s(cases, "correlated", 1e3, 0.0)
    none = first_detections_s(cases, "correlated", 0.0, 0.0)
    assert np.array_equal(none, independent)  # a time of 0 is the same option
    farther_km = 0.26 * (held - independent).mean()
    assert farther_km > 15.0
    assert held.std() > 2.0 * independent.std()


def test_one_look_detects_as_often_either_way(cases: ModuleType) -> None:
    """Plots per sortie: the same mean, to within three standard errors, whether the fluctuation holds or not."""
    mean, error = {}, 0.0
    for name in ("independent", "correlated"):
        found = cases.run(cases.edited(inbound(name, 1e3 if name == "independent" else 20.0, 0.0)), 400, level="counts")
        plots = cases.column(found["outcomes"], "plots").astype(float)
        mean[name] = plots.mean()
        error = max(error, plots.std() / math.sqrt(len(plots)))
    assert mean["independent"] > 10.0
    assert abs(mean["independent"] - mean["correlated"]) < 3.0 * math.sqrt(2.0) * error


def test_sorties_differ(cases: ModuleType) -> None:
    """With an offset of 3 dB the time of the first detection spreads more than by the looks alone."""
    alone = first_detections_s(cases, "independent", 0.0, 0.0)
    spread = first_detections_s(cases, "independent", 0.0, 3.0)
    assert spread.std() > 1.3 * alone.std()
