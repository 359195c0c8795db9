"""The six vignettes against their golden figures, and the effect that each of them is there to show.

`python tools/make_vignettes.py` writes the figures anew when a change of the model is meant to move them.
"""

import importlib.util
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import openiads

ROOT = Path(__file__).resolve().parents[2]
SPEC = importlib.util.spec_from_file_location("make_vignettes", ROOT / "tools" / "make_vignettes.py")
assert SPEC is not None
assert SPEC.loader is not None
MAKE: Any = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(MAKE)
GOLDEN = json.loads(MAKE.GOLDEN.read_text(encoding="utf-8"))
CASES = [(name, variant) for name in GOLDEN for variant in GOLDEN[name]]

ERRORS = 4.0
"""Standard errors of a difference that draws which are keyed anew may make."""
FLOOR = {"leakage": 0.05, "shots": 1.0, "friendly_shots": 0.5}
"""What two runs may differ by when neither shows any spread."""


@cache
def found(name: str, variant: str) -> dict[str, list[float]]:
    return MAKE.figures(name, None if variant == "base" else variant)  # type: ignore[no-any-return]


@pytest.mark.parametrize(("name", "variant"), CASES)
def test_a_vignette_gives_its_golden_figures(name: str, variant: str) -> None:
    for measure, (mean, error) in GOLDEN[name][variant].items():
        got, own = found(name, variant)[measure]
        allowed = ERRORS * (error * error + own * own) ** 0.5 + FLOOR[measure]
        assert got == pytest.approx(mean, abs=allowed), f"{measure}: see the top of this file"


def test_every_vignette_is_small_notional_and_checked() -> None:
    assert set(GOLDEN) == set(MAKE.VIGNETTES)
    for name in MAKE.VIGNETTES:
        scenario = openiads.load_scenario(MAKE.FOLDER / f"{name}.yaml")
        assert scenario.spec.scenario.notional
        assert set(GOLDEN[name]) == {"base", *scenario.variants}
        for variant in scenario.variants:
            scenario.with_variant(variant)


def leakage(name: str, variant: str = "base") -> float:
    return float(GOLDEN[name][variant]["leakage"][0])


def test_the_golden_figures_show_what_each_vignette_is_there_for() -> None:
    assert leakage("decoy-saturation") > leakage("decoy-saturation", "no-decoys") + 0.1
    assert leakage("drone-stream") > leakage("drone-stream", "larger-magazine") + 0.2
    assert leakage("link-outage", "no-link") > leakage("link-outage") > leakage("link-outage", "no-outage") + 0.1
    assert leakage("ridge-low-level") == leakage("ridge-low-level", "cued") == 1.0 > leakage("ridge-low-level", "no-ridge")
    shot_at = {key: value["friendly_shots"][0] for key, value in GOLDEN["return-to-force"].items()}
    assert shot_at["base"] > 3 * shot_at["well-identified"]
    assert shot_at["base"] > 3 * shot_at["integrated"]
    assert (
        GOLDEN["ballistic-two-assets"]["base"]["shots"][0] > GOLDEN["ballistic-two-assets"]["shoot-look-shoot"]["shots"][0]
    )
