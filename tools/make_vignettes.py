"""Write the golden figures of the six vignettes: `tests/scenario/vignettes.json`.

    python tools/make_vignettes.py

Run it when a change of the model is meant to move them, look at the difference, and say so in the changelog. Figures are means over
replications with their standard errors, so that draws that are only keyed anew stay within the tolerance of the test.
"""

import json
from pathlib import Path

import numpy as np

import openiads
from openiads.results.measures import RunData, registry

ROOT = Path(__file__).resolve().parents[1]
GOLDEN = ROOT / "tests" / "scenario" / "vignettes.json"
FOLDER = ROOT / "examples" / "scenarios"
VIGNETTES = (
    "ballistic-two-assets",
    "decoy-saturation",
    "drone-stream",
    "link-outage",
    "return-to-force",
    "ridge-low-level",
)
REPLICATIONS = 16
MEASURES = ("leakage", "shots", "friendly_shots")


def figures(name: str, variant: str | None) -> dict[str, list[float]]:
    """Mean and standard error of each measure of a vignette, under a variant."""
    scenario = openiads.load_scenario(FOLDER / f"{name}.yaml", variant=variant)
    run = openiads.run(scenario, replications=REPLICATIONS, seed=1)  # its folder goes with it
    data = RunData.of(run.reader)
    found = {}
    for measure in MEASURES:
        values = registry[measure].values(registry[measure].sample(data))
        said = values[~np.isnan(values)]
        error = float(said.std(ddof=1) / np.sqrt(len(said))) if len(said) > 1 else 0.0
        found[measure] = [round(float(said.mean()), 4), round(error, 4)] if len(said) else []
    return found


def goldens() -> dict[str, dict[str, dict[str, list[float]]]]:
    """Figures of every vignette under every variant; `base` is the file as it stands."""
    found = {}
    for name in VIGNETTES:
        variants = openiads.load_scenario(FOLDER / f"{name}.yaml").variants
        found[name] = {key or "base": figures(name, key) for key in (None, *sorted(variants))}
    return found


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(goldens(), indent=1) + "\n", encoding="utf-8")
    print(GOLDEN)
