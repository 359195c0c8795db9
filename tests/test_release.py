"""What a release promises: the public names and their arguments, the version in one voice, licences, pinned actions, typed."""

import importlib.util
import inspect
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

import openiads

ROOT = Path(__file__).parents[1]

FACE = {
    "Comparison": "baseline, runs, differences",
    "OpeniadsError": None,
    "Run": "reader, temporary",
    "compare": "scenario, *, variants, replications, seed, workers, out, names, overwrite, on_progress",
    "counterfactual": "run, *, objects, replications, limit, all_links, on_progress",
    "coverage": None,
    "export": "run, to, out, *, replication, from_s, until_s, overwrite, on_time, **options",
    "exposure_table": "scenario, by, *, on_progress, **settings",
    "import_file": "of, path, out, *, overwrite, **options",
    "ledger": "run, *, counterfactual",
    "load_scenario": "path, *, variant, vignette, overrides",
    "measures": "run, names, *, on_progress",
    "open_run": "folder",
    "replay": "run, replication, out",
    "run": "scenario, *, replications, seed, workers, out, record, full_replications, first_replication, resume, overwrite, "
    "on_progress",
}
"""Public names and the names of their arguments. A change here is a change of what a release promises: say so in CHANGELOG.md."""


def arguments(value: Any) -> str:
    """Names of the arguments as one text, with the marks that say how they are passed."""
    found, keyword = [], False
    for parameter in inspect.signature(value).parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and not keyword:
            found.append("*")
            keyword = True
        mark = {parameter.VAR_POSITIONAL: "*", parameter.VAR_KEYWORD: "**"}.get(parameter.kind, "")
        found.append(mark + parameter.name)
    return ", ".join(found)


def test_the_public_names_and_arguments_are_these() -> None:
    assert set(openiads.__all__) == {*FACE, "__version__"}
    for name, wanted in FACE.items():
        value = getattr(openiads, name)
        if wanted is not None:
            assert arguments(value) == wanted, name


def test_the_version_stands_the_same_everywhere() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == openiads.__version__
    assert citation["license"] == "Apache-2.0"
    assert re.fullmatch(r"\d+\.\d+\.\d+(\.dev\d+|rc\d+)?", openiads.__version__)
    assert (ROOT / "src" / "openiads" / "py.typed").is_file()


def test_actions_are_pinned_by_commit_and_nothing_may_write() -> None:
    text = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    used = re.findall(r"uses: *(\S+)(.*)", text)
    assert used
    for action, comment in used:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", action), action
        assert re.search(r"# v\d+\.\d+\.\d+", comment), action
    tree = yaml.safe_load(text)
    assert tree["permissions"] == {"contents": "read"}
    assert all("permissions" not in job for job in tree["jobs"].values())


def test_every_tool_that_the_hooks_name_is_a_dependency() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"][0]["hooks"]
    needed = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    for hook in hooks:
        tool = hook["entry"].split()[0].rsplit("/", 1)[-1]
        assert {"lint-imports": "import-linter"}.get(tool, tool) in needed
    json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def sbom() -> Iterator[ModuleType]:
    spec = importlib.util.spec_from_file_location("make_sbom", ROOT / "tools" / "make_sbom.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["make_sbom"] = module  # a dataclass asks for its module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["make_sbom"]


def test_no_dependency_has_a_licence_that_the_distribution_may_not_have(sbom: Any) -> None:
    found = sbom.parts()
    names = {part.name for part in found}
    assert {"numpy", "scipy", "numba", "pydantic", "pyarrow", "libasterix", "matplotlib"} <= names
    assert not names & {"opendis", "simplekml", "asterix-decoder", "openturns", "py7zr", "stonesoup", "pytest"}
    assert sbom.refused(found) == []
    bill = sbom.bill(found)
    refs = {component["bom-ref"] for component in bill["components"]}
    assert len(refs) == len(found)
    assert all(ref in refs for entry in bill["dependencies"] for ref in entry["dependsOn"])
    listed = (ROOT / "docs" / "reference" / "dependencies.md").read_text(encoding="utf-8")
    assert {line.split(" | ")[0].lstrip("| ") for line in listed.splitlines() if " | " in line} >= names


@pytest.mark.parametrize(
    ("licence", "allowed"),
    [
        ("MIT", True),
        ("GPL-3.0-or-later", False),
        ("LGPL-3.0-only", False),
        ("GNU Lesser General Public License v3 (LGPLv3)", False),
        ("AGPL-3.0", False),
        ("Unknown", False),
        ("MIT OR GPL-2.0", True),
        ("MPL-2.0", True),
    ],
)
def test_licences_that_are_refused(sbom: Any, licence: str, allowed: bool) -> None:
    part = sbom.Part("a", "1", licence, (), ())
    assert (sbom.refused([part]) == []) is allowed
