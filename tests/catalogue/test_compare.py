"""The comparison with the reference sheet: every figure is in a class, nothing differs, and a wrong figure is found."""

import importlib.util
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from openiads.catalogue import load_catalogue

TOOL = Path(__file__).resolve().parents[2] / "tools" / "compare_catalogue.py"


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("compare_catalogue", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["compare_catalogue"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    if not module.SHEET.exists():
        pytest.skip(f"no reference sheet at {module.SHEET}: set OPENIADS_REFERENCE to the folder that holds it")
    return module


def test_every_figure_of_the_catalogue_is_compared(tool: ModuleType) -> None:
    found = [tool.compare(figure) for entry in tool.entries() for figure in entry.figures.values()]
    assert not [tool.line(one) for one in found if one.differs]
    counts = Counter(one.kind for one in found)
    assert set(counts) == {"equal", "derived", "placeholder", "stated"}
    assert counts["equal"] > 220
    assert counts["stated"] == len(tool.STATED)


def test_nothing_of_the_sheet_is_left_out_without_a_reason(tool: ModuleType) -> None:
    assert tool.not_taken() == []
    for path in tool.LEFT_OUT:
        tool.look_up(path)  # KeyError when the sheet no longer has it


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"nominal": 251.0}, "nominal is 251.0 and should be 250"),
        ({"low": 24.0}, "low is 24.0 and should be 240"),
        ({"grade": "A"}, "grade is A and should be B"),
        ({"unit": "m"}, "should be None"),
        ({"sources": ("one",)}, "1 sources where the sheet has 3"),
        ({"fact": None}, "names no fact"),
    ],
)
def test_a_wrong_figure_is_found(tool: ModuleType, changes: dict[str, object], words: str) -> None:
    figure = load_catalogue().figure("missiles.48n6e3.max_range_km")
    assert not tool.compare(figure).differs
    assert words in tool.compare(replace(figure, **changes)).differs  # type: ignore[arg-type]
