"""Write `docs/reference/benchmarks.md` from `benchmarks.json` beside it, which `make bench` leaves; a test finds a stale page."""

import json
from itertools import groupby
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "reference"
PAGE = FOLDER / "benchmarks.md"
RESULTS = FOLDER / "benchmarks.json"
COMMAND = "make bench"
HEAD = """# Benchmarks

Written by `tools/make_benchmarks_page.py` from `benchmarks.json`, which `make bench` (`python benchmarks/run.py`) writes in one
run: CPU time, medians, one process unless it says otherwise. Absolute figures hold for one machine and one moment; compare ratios,
which were measured in the same run. `python benchmarks/run.py --only SECTION` runs one section, `--tiny` all on toy sizes.
"""
SECTIONS = {
    "replications": (
        "Replications",
        "An hour of a regiment of four fire units and its command post, mixed traffic, recorded as counts; one core.",
    ),
    "growth": (
        "How the cost grows",
        "Ten minutes of the same scene. Exponents are slopes of the logarithms: 1 is in proportion, 2 is with the square.",
    ),
    "scaling": (
        "A second worker",
        "Start of the processes included, so long runs gain more. On a loaded machine the second worker waits.",
    ),
    "parts": (
        "Where the time goes",
        "The same hour with a part switched off. Parts lean on one another: the shares have no sum of 100 %.",
    ),
    "profile": (
        "Profile of the walk",
        "Where the compiled walk spends its time, by family of models: samples of the program counter, taken by perf.",
    ),
    "tracker": (
        "Tracker against Stone Soup",
        (
            "Stone Soup 1.9.1 with its k-d tree and two-dimensional assignment, on the same plots, in the same process. *Alike* is "
            "with its filter and ranking, whose accuracy is to be compared; [the tracking page](tracking.md) has the longer table."
        ),
    ),
    "coverage": (
        "Coverage against gdal_viewshed",
        "Lowest visible altitude around one site to 400 km over real terrain (30 arc-seconds), and its distance from exact rays.",
    ),
    "detection": (
        "Probability of detection against SciPy",
        (
            "Our exact series also serves fluctuating targets and deep tails, and costs more than SciPy's noncentral chi-square; a "
            "replication looks a table up instead."
        ),
    ),
    "study": (
        "What a study adds",
        "Scheduling, storing with checksums, reading back, judging; on a kernel whose own time is taken off.",
    ),
    "starting": ("Starting", "With interpreter and imports."),
    "export": ("Other tools' formats", "A whole run of one replication, recorded in full."),
    "memory": ("Memory", ""),
}


def page() -> str:
    """The whole page."""
    found = json.loads(RESULTS.read_text(encoding="utf-8"))
    lines = [HEAD, *about(found)]
    for section, rows in groupby(found["rows"], key=lambda row: row["section"]):
        title, text = SECTIONS[section]
        lines += ["", f"## {title}", "", *([text, ""] if text else []), "| what | measured |", "|---|---|"]
        lines += [f"| {row['what']} | {row['text']} |" for row in rows]
    return "\n".join([*lines, "", *gate()])


def about(found: dict[str, Any]) -> list[str]:
    """Machine, versions and duration."""
    machine, software = found["machine"], found["software"]
    versions = ", ".join(f"{name} {software[name]}" for name in ("openiads", "python", "numpy", "scipy", "numba", "pyarrow"))
    told = [
        f"This run: {found['at']}, {machine['processor']}, {machine['cores']} cores, {machine['memory_gb']} GB,",
        f"{software['system']}; {versions}; kernels `{software['kernels']}`.",
        f"It took {found['wall_s'] / 60:.0f} minutes; the load of the machine was {machine['load_at_start']} when it began.",
    ]
    return ["\n".join(told)]


def gate() -> list[str]:
    """What continuous integration watches."""
    recorded = json.loads((FOLDER.parents[1] / "benchmarks" / "gate.json").read_text(encoding="utf-8"))
    rows = [f"| {name} | {cost:,.4g} |" for name, cost in recorded.items()]
    return [
        "## What continuous integration watches",
        "",
        "`make gate` compares these with what was recorded, and fails when one costs more than its bound: CPU time over that of a",
        "fixed piece of Python and NumPy taken in turns with it, never seconds, and, where Valgrind and a C compiler are",
        "installed, instructions of one call.",
        "`python benchmarks/gate.py --slowed 2` does each piece of work twice, to see it fail.",
        "",
        "| piece of work | recorded |",
        "|---|---|",
        *rows,
        "",
    ]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(PAGE)
