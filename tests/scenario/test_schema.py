"""The JSON Schema and the reference page are fresh and agree with the loader."""

import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
import yaml
from jsonschema import Draft202012Validator

from openiads.models.base import Spec
from openiads.scenario.fields import fields_of
from openiads.scenario.schema import ScenarioSpec, file_schema
from openiads.scenario.yaml_reader import read_text

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "examples" / "scenarios").glob("*.yaml"))


def test_committed_schema_and_tables_are_fresh() -> None:
    run = subprocess.run(
        [sys.executable, ROOT / "tools" / "make_schema.py", "--check"], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_schema_is_valid_and_takes_the_examples(sample: ModuleType) -> None:
    schema = json.loads((ROOT / "docs" / "reference" / "scenario.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    for text in (sample.BASE, *(path.read_text(encoding="utf-8") for path in EXAMPLES)):
        assert not list(validator.iter_errors(read_text(text, name="f").data))


@pytest.mark.parametrize(
    ("old", "new"),
    [("range_km: 240", "rnge_km: 240"), ("count: 8", "count: -8"), ("side: hostile\n    sign", "side: red\n    sign")],
)
def test_schema_refuses_what_the_loader_refuses(sample: ModuleType, old: str, new: str) -> None:
    data = yaml.safe_load(sample.edited(old, new).replace("2019-11-26T06:00:00Z", "'2019-11-26T06:00:00Z'"))
    assert list(Draft202012Validator(file_schema()).iter_errors(data))


def _specs(model: type[Spec], found: set[type[Spec]]) -> set[type[Spec]]:
    if model not in found:
        found.add(model)
        for shape in fields_of(model).values():
            for below in shape.models:
                _specs(below, found)
    return found


def test_every_field_says_what_it_is() -> None:
    specs = _specs(ScenarioSpec, set())
    assert len(specs) > 20
    assert not [(spec.__name__, shape.name) for spec in specs for shape in fields_of(spec).values() if not shape.description]


def test_figures_state_no_number_of_their_own() -> None:
    for spec in _specs(ScenarioSpec, set()):
        for name, info in spec.model_fields.items():
            if (info.json_schema_extra or {}).get("x-figure"):
                assert info.is_required() or info.default is None, (spec.__name__, name)


def test_top_level_keys() -> None:
    assert list(fields_of(ScenarioSpec)) == [
        "openiads_scenario",
        "scenario",
        "clock",
        "atmosphere",
        "sensing",
        "terrain",
        "places",
        "signatures",
        "control",
        "airspace",
        "assets",
        "command_posts",
        "sensors",
        "fire_units",
        "fighters",
        "readiness",
        "network",
        "objects",
        "windows",
        "vignette",
        "vignettes",
        "options",
        "variants",
    ]
