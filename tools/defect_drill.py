"""Three plausible defects, seeded on purpose: does the suite catch them? Run before a release; the result is published.

Each drill changes one line of a copy of the sources and runs the tests of the rooms concerned. A drill is *caught* when a
test fails; the names of the first tests that failed are kept. A drill whose line has gone from the source is an error.

    python tools/defect_drill.py -o docs/reference/drill.json
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MOST_NAMES = 4


@dataclass(frozen=True)
class Drill:
    """A slip that a careful person could make, and the tests that ought to see it."""

    name: str
    file: str
    right: str
    wrong: str
    tests: tuple[str, ...]


DRILLS = (
    Drill(
        "half of the earth's curvature is lost in the elevation of a distant point",
        "geo/horizon.py",
        "rise = height - antenna_height - 2.0 * outer * sine * sine",
        "rise = height - antenna_height - outer * sine * sine",
        ("tests/geo",),
    ),
    Drill(
        "the two errors of kill assessment are exchanged",
        "engine/resolve.py",
        'error = u < (unit["p_miss_kill"] if dead else unit["p_false_kill"])',
        'error = u < (unit["p_false_kill"] if dead else unit["p_miss_kill"])',
        ("tests/engine/test_error_rates.py",),
    ),
    Drill(
        "process noise grows with half of the cube of time instead of a third",
        "tracking/filters.py",
        "third = dt_s * dt_s * dt_s / 3.0",
        "third = dt_s * dt_s * dt_s / 2.0",
        ("tests/tracking",),
    ),
)


def run(drill: Drill) -> list[str]:
    """Names of the tests that fail with the defect in place; none: it went unseen."""
    with tempfile.TemporaryDirectory() as folder:
        sources = Path(folder) / "src"
        shutil.copytree(ROOT / "src", sources, ignore=shutil.ignore_patterns("__pycache__"))
        target = sources / "openiads" / drill.file
        text = target.read_text(encoding="utf-8")
        if text.count(drill.right) != 1:
            raise SystemExit(f"{drill.file} holds {drill.right!r} {text.count(drill.right)} times: choose another defect")
        target.write_text(text.replace(drill.right, drill.wrong), encoding="utf-8")
        environment = os.environ | {"PYTHONPATH": str(sources), "OPENIADS_CACHE_DIR": str(Path(folder) / "cache")}
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "--maxfail", str(MOST_NAMES), "-p", "no:cacheprovider", *drill.tests],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    return re.findall(r"^(?:FAILED|ERROR) (\S+)", done.stdout, re.MULTILINE)


def main() -> int:
    """Run all drills, print them, and write what was found; 1 when one went unseen."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--out", type=Path)
    asked = parser.parse_args()
    found = []
    for drill in DRILLS:
        failed = run(drill)
        found.append({**asdict(drill), "failed": failed})
        print(f"{'caught' if failed else 'UNSEEN'}: {drill.name} ({drill.file})", *failed, sep="\n  ", flush=True)
    if asked.out is not None:
        asked.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return 0 if all(entry["failed"] for entry in found) else 1


if __name__ == "__main__":
    sys.exit(main())
