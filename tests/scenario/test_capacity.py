"""The published capacity: 300 objects tracked, 36 or 80 engaged at once; one fire unit fills its own channels."""

from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

import openiads
from openiads.engine.windows import union
from openiads.results.measures import RunData

FILE = Path(__file__).resolve().parents[2] / "examples" / "scenarios" / "s400-capacity.yaml"
NEVER = 10**15


def most_at_once(intervals: list[tuple[int, int]]) -> int:
    edges = sorted([(first, 1) for first, _ in intervals] + [(last, -1) for _, last in intervals])
    now = most = 0
    for _, step in edges:
        now += step
        most = max(most, now)
    return most


def capacity(choice: str, *, each: int = 5) -> dict[str, Any]:
    """Most objects tracked at the command post, targets under fire and missiles in flight at once, in all and by fire unit."""
    groups = openiads.load_scenario(FILE).spec.objects
    changes = {"options.capacity.choice": choice, **{f"objects.{key}.count": each for key in groups}}
    run = openiads.run(openiads.load_scenario(FILE, overrides=changes), replications=1)
    held = [(h.start_ns, h.end_ns) for h in RunData.of(run.reader).holds if h.node == "command" and h.thing >= 0]
    shots: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for shot in run.to_pandas("shots").itertuples():
        last = NEVER if shot.intercept_ns != shot.intercept_ns or shot.intercept_ns is None else int(shot.intercept_ns)
        shots[shot.node, shot.track_id].append((int(shot.at_ns), last))
    fired_at = {key: union(times) for key, times in shots.items()}
    units = sorted({node for node, _ in shots})
    by_unit = {u: most_at_once([i for (n, _), times in fired_at.items() if n == u for i in times]) for u in units}
    return {
        "tracked": most_at_once(held),
        "targets": most_at_once([i for times in fired_at.values() for i in times]),
        "missiles": most_at_once([i for times in shots.values() for i in times]),
        "by_unit": by_unit,
    }


def test_counting_what_happens_at_once() -> None:
    assert most_at_once([(0, 10), (5, 15), (10, 20), (30, 31)]) == 2
    assert most_at_once([]) == 0


def test_one_fire_unit_saturates_at_its_own_channels() -> None:
    """Sixty targets all round one fire unit of ten target and twenty missile channels."""
    found = capacity("one_unit", each=1)
    assert found["tracked"] == 60
    assert found["by_unit"] == {"unit-1": 10}
    assert found["missiles"] == 20


@pytest.mark.nightly
@pytest.mark.parametrize(("choice", "units", "targets", "missiles"), [("engaged_36", 6, 36, 72), ("engaged_80", 8, 80, 160)])
def test_the_full_system_reaches_its_published_figures(choice: str, units: int, targets: int, missiles: int) -> None:
    found = capacity(choice)
    assert found["tracked"] == 300
    assert found["targets"] == targets
    assert found["missiles"] == missiles
    assert found["by_unit"] == {f"unit-{k}": targets // units for k in range(1, units + 1)}
