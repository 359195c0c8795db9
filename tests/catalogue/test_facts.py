"""Every figure that names a fact says what the reference sheet of public figures says."""

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from openiads.catalogue import Attribute, Entry, Figure, load_catalogue

ROOT = Path(__file__).resolve().parents[2]
SHEET = (ROOT / os.environ.get("OPENIADS_REFERENCE", "../shared/reference") / "public_facts.yaml").resolve()

pytestmark = pytest.mark.skipif(
    not SHEET.exists(), reason=f"no reference sheet at {SHEET}: set OPENIADS_REFERENCE to the folder that holds it"
)


def entries() -> Iterator[Entry]:
    catalogue = load_catalogue()
    for family in catalogue.families():
        yield from catalogue.entries(family)


FIGURES = [figure for entry in entries() for figure in entry.figures.values() if figure.fact]
ATTRIBUTES = [attribute for entry in entries() for attribute in entry.attributes.values() if attribute.fact]


@cache
def sheet() -> dict[str, Any]:
    return yaml.load(SHEET.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # type: ignore[no-any-return]


def look_up(path: str) -> tuple[dict[str, Any], dict[str, float]]:
    """The fact that `path` names (or whose part it names) and its low, nominal and high."""
    node: Any = sheet()
    fact: dict[str, Any] = {}
    for key in path.split("."):
        node = node[key]
        if isinstance(node, dict):
            fact = node
    if not isinstance(node, dict):
        return fact, dict.fromkeys(("low", "nominal", "high"), node)
    one = node.get("value")
    return fact, {key: node.get(key, one) for key in ("low", "nominal", "high")}


def in_our_unit(number: float, figure: Figure, fact: dict[str, Any]) -> float:
    unit = str(fact["unit"]).split(",")[0].split(" ")[0]
    if figure.unit == "m2" and unit == "dBsm":
        return 10.0 ** (number / 10.0)
    if figure.unit == "km" and unit == "m":
        return number / 1000.0
    if figure.name == "ground_m":
        assert figure.fact is not None
        assert figure.fact.endswith(".elevation_m")  # the unit of the fact is that of its position
    else:
        assert figure.unit == unit or figure.unit not in {"km", "m", "s", "m/s", "m2", "deg", "min", "h"}
    return number


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.path)
def test_a_figure_says_what_its_fact_says(figure: Figure) -> None:
    assert figure.fact is not None
    fact, stated = look_up(figure.fact)
    for key, number in stated.items():
        expected = in_our_unit(number, figure, fact)
        rel = 5e-4 if figure.unit == "m2" else 1e-12  # a cross-section out of dBsm is written with four digits
        assert getattr(figure, key) == pytest.approx(expected, rel=rel, abs=0), f"{figure.path}.{key} [{figure.unit}]"
    assert figure.grade == fact["confidence"]
    listed = fact["source"] if isinstance(fact["source"], list) else [fact["source"]]
    assert len(figure.sources) == len(listed)


@pytest.mark.parametrize("attribute", ATTRIBUTES, ids=lambda attribute: attribute.path)
def test_a_text_says_what_its_fact_says(attribute: Attribute) -> None:
    assert attribute.fact is not None
    fact, stated = look_up(attribute.fact)
    assert attribute.text == stated["nominal"]
    assert attribute.grade == fact["confidence"]


def test_what_is_derived_names_an_existing_fact() -> None:
    derived = [item for entry in entries() for item in (*entry.figures.values(), *entry.attributes.values())]
    for item in derived:
        if item.derived_from and item.derived_from.split(".")[0] in sheet():
            look_up(item.derived_from.split(":")[0])  # KeyError when it does not


def test_links_to_the_sheet_are_many_enough_to_mean_something() -> None:
    assert len(FIGURES) > 200


def test_public_performance_figures_of_the_case_are_all_taken() -> None:
    """Nothing numeric about radars, missiles, targets and places of the sheet is left out, bar names given here."""
    taken = {item.fact for item in (*FIGURES, *ATTRIBUTES)}
    taken |= {
        item.derived_from.split(":")[0] for entry in entries() for item in entry.attributes.values() if item.derived_from
    }
    left_out = {"patriot.missiles.PAC3_MSE.unit_cost"}
    for section in ("s400.radars", "s400.missiles", "patriot.radar", "patriot.missiles", "targets"):
        node: Any = sheet()
        for key in section.split("."):
            node = node[key]
        for name, group in node.items():
            if not isinstance(group, dict):
                continue
            facts = (
                {f"{section}.{name}": group}
                if "confidence" in group
                else {f"{section}.{name}.{k}": v for k, v in group.items()}
            )
            for path, fact in facts.items():
                if isinstance(fact.get("nominal", fact.get("value")), int | float):
                    assert path in taken | left_out, path
