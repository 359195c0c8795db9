"""Pages made from the code are fresh, complete, and linked."""

import ast
import importlib.util
import re
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import openiads
from openiads.engine.lowering import lower
from openiads.engine.simulation import Simulation
from openiads.records import description
from openiads.records.case import Case
from openiads.records.state import State

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
CASE = ROOT / "src" / "openiads" / "scenario" / "library" / "murted-2019.yaml"


def tool(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules[name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["make_records_page", "make_cli_page", "make_validation_page"])
def test_the_page_is_fresh(name: str) -> None:
    made = tool(name)
    assert made.PAGE.read_text(encoding="utf-8") == made.page(), f"stale: run tools/{name}.py"


def test_the_table_of_purposes_is_fresh() -> None:
    made = tool("make_purposes_table")
    text = made.PAGE.read_text(encoding="utf-8")
    assert text == made.page(text), "stale: run tools/make_purposes_table.py"


def test_the_table_of_measures_is_fresh() -> None:
    made = tool("make_measures_page")
    text = made.PAGE.read_text(encoding="utf-8")
    assert text == made.page(text), "stale: run tools/make_measures_page.py"


def test_the_table_of_damaged_inputs_is_fresh_and_has_every_reader_without_a_crash() -> None:
    made = tool("make_fuzz_page")
    text = made.PAGE.read_text(encoding="utf-8")
    assert text == made.page(text), "stale: run tools/make_fuzz_page.py"
    found = made.tries()
    assert set(found) == set(readers())
    assert all(
        one["crashes"] == 0 and one["tried"] == one["taken"] + one["refused"] > 0 for ones in found.values() for one in ones
    )


def readers() -> tuple[str, ...]:
    """Readers that the tests of bad input try; another test there compares them with those that there are."""
    tree = ast.parse((ROOT / "tests" / "faults" / "test_bad_input.py").read_text(encoding="utf-8"))
    (value,) = (
        node.value for node in tree.body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "READERS"
    )
    return tuple(node.value for node in ast.walk(value) if isinstance(node, ast.Constant))


ROW = re.compile(r"`((?:[\w/]+\.py::)?test_\w+)`")


@pytest.mark.parametrize(("heading", "least"), [("Faults", 15), ("Attacks", 15)])
def test_every_row_of_faults_and_attacks_names_a_test_that_exists(heading: str, least: int) -> None:
    """A test without a file of its own is in the file named before it in its row."""
    text = (DOCS / "reference" / "faults.md").read_text(encoding="utf-8")
    table = text.split(f"## {heading}\n")[1].split("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ")][1:]
    assert len(rows) >= least
    for row in rows:
        file, names = "", ROW.findall(row)
        assert names, f"no test: {row}"
        for name in names:
            file, _, test = name.rpartition("::") if "::" in name else (file, "", name)
            found = re.search(rf"^def {test}\(", (ROOT / "tests" / file).read_text(encoding="utf-8"), re.MULTILINE)
            assert found, f"{name} is not there: {row}"


def test_every_field_of_a_record_has_a_meaning() -> None:
    made = tool("make_records_page")
    records = {a.dtype for a in (*description.CASE.values(), *description.STATE.values()) if a.dtype.isupper()}
    missing = [
        f"{record}.{field}"
        for record in sorted(records | set(description.TRACKING_RECORDS))
        for field in made.dtype_of(record).names
        if not made.meaning_of(record, field)
    ]
    assert not missing, "write a comment behind the field where its dtype is defined"


def test_meanings_are_of_fields_that_exist() -> None:
    made = tool("make_records_page")
    for key in description.MEANINGS:
        record, field = key.split(".")
        assert field in made.dtype_of(record).names, key


def test_arrays_are_as_described() -> None:
    made = tool("make_records_page")
    lowered = lower(openiads.load_scenario(CASE))
    state = Simulation(lowered, seed=1).fresh(replication=0, level="events")
    assert tuple(description.CASE) == Case._fields
    assert tuple(description.STATE) == State._fields
    for arrays, told in ((lowered.case, description.CASE), (state, description.STATE)):
        for name, a in told.items():
            array = getattr(arrays, name)
            wanted = made.dtype_of(a.dtype) if a.dtype.isupper() else np.dtype(a.dtype)
            assert array.dtype == wanted, name
            dimensions = len([part for part in a.shape.strip("()").split(",") if part.strip()])
            assert array.ndim == dimensions, name


def test_links_between_pages_lead_somewhere() -> None:
    for page in [*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]:
        text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            if "://" in target:
                continue
            path, _, anchor = target.partition("#")
            file = (page.parent / path).resolve() if path else page
            assert file.exists(), f"{page.name}: {target}"
            if anchor:
                heads = re.findall(r"^#+ (.*)$", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
                slugs = {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}
                assert anchor in slugs, f"{page.name}: {target}"


def test_every_reference_page_is_in_the_index() -> None:
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    assert not [page.name for page in (DOCS / "reference").glob("*.md") if f"reference/{page.name}" not in index]


def test_the_register_of_claims_is_fresh() -> None:
    from openiads.study.register import load_register

    made = tool("make_claims_page")
    assert made.PAGE.read_text(encoding="utf-8") == made.page(load_register(), made.words()), (
        "stale: run tools/make_claims_page.py"
    )
    assert {one["id"] for one in made.words()} in (set(), {entry.id for entry in load_register().claims})
