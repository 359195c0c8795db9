"""The gate against slow code goes red for work that is done twice, and not for a loaded machine."""

import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def gate() -> Iterator[Any]:
    sys.path.insert(0, str(BENCHMARKS))
    yield importlib.import_module("gate")
    sys.path.remove(str(BENCHMARKS))


@pytest.fixture(scope="module")
def instructions(gate: ModuleType) -> Any:
    return gate.instructions


def test_every_piece_of_work_has_a_recorded_cost(gate: Any) -> None:
    recorded = json.loads(gate.RECORD.read_text(encoding="utf-8"))
    assert {gate.name_of(work) for work in gate.WORK} <= set(recorded)
    assert sum(name.startswith("instructions of ") for name in recorded) == 3
    assert all(cost > 0 for cost in recorded.values())


def test_work_done_twice_is_refused_and_noise_is_not(gate: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    recorded = json.loads(gate.RECORD.read_text(encoding="utf-8"))
    monkeypatch.setattr(sys, "argv", ["gate.py"])
    for times, code in ((1.0, 0), (1.15, 0), (2.0, 1)):
        monkeypatch.setattr(gate, "measured", lambda _slowed, t=times: [(name, t * cost) for name, cost in recorded.items()])
        assert gate.main() == code
        assert ("SLOWER THAN ALLOWED" in capsys.readouterr().out) is bool(code)
    slow = {name: cost * (2.0 if name.startswith("viewshed") else 1.0) for name, cost in recorded.items()}
    assert [one.name for one in gate.judge(slow, recorded) if not one.passed] == ["viewshed / reference"]


def test_what_was_never_recorded_is_an_error(gate: Any) -> None:
    with pytest.raises(SystemExit, match="never recorded: other"):
        gate.judge({"other": 1.0}, {"series / reference": 1.0})


def test_a_ratio_is_of_work_to_reference_and_sees_work_done_twice(gate: Any) -> None:
    once = gate.ratio(gate.reference, rounds=5)
    assert once == pytest.approx(1.0, abs=0.35)  # a ratio, on a loaded machine
    assert gate.ratio(gate.reference, slowed=2, rounds=5) / once > 1.6


def test_instructions_are_counted_and_see_an_added_operation(instructions: Any, tmp_path: Path) -> None:
    reason = instructions.missing()
    if reason:
        pytest.skip(reason)
    counts = {}
    for name, body in (("once", "total += third[k & 7];"), ("twice", "total += third[k & 7]; total += second[k & 7];")):
        source = tmp_path / f"{name}-work.c"
        source.write_text(
            "double work(double *first, double *second, double *third, long calls) "
            f"{{ volatile double total = first[0]; for (long k = 0; k < calls; k++) {{ {body} }} return total; }}\n"
        )
        compiled = tmp_path / f"{name}.o"
        instructions.subprocess.run(["cc", "-O1", "-c", str(source), "-o", str(compiled)], check=True)
        counts[name] = instructions._count(compiled)
    assert 4 <= counts["once"] < counts["twice"] <= 3 * counts["once"]
