"""Write `constraints.txt`: the exact versions that continuous integration installs, per Python version.

Run it with each supported interpreter on the path (`python3.11`, `python3.12`, `python3.13`). Nothing is installed: pip
resolves `.[all,dev]` and reports what it would have taken.
"""

import json
import subprocess
import tempfile
from collections import defaultdict
from pathlib import Path

PYTHONS = ("3.11", "3.12", "3.13")
ROOT = Path(__file__).resolve().parents[1]
HEAD = "# Written by tools/make_constraints.py: the versions that the tests ran with. Install with `pip install -c`.\n"


def resolve(python: str) -> dict[str, str]:
    """Name and version of every distribution that pip would install for `.[all,dev]` on `python`."""
    with tempfile.TemporaryDirectory() as folder:
        venv, report = Path(folder) / "venv", Path(folder) / "report.json"
        subprocess.run([f"python{python}", "-m", "venv", venv], check=True)
        command = [
            venv / "bin/pip",
            "install",
            "--quiet",
            "--dry-run",
            "--report",
            report,
            f"{ROOT}[all,dev]",
            "hatchling",
        ]
        subprocess.run(command, check=True)
        items = json.loads(report.read_text())["install"]
    return {i["metadata"]["name"].lower().replace("_", "-"): i["metadata"]["version"] for i in items}


def main() -> None:
    """Resolve for every Python and write one file with environment markers where the versions differ."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for python in PYTHONS:
        for name, version in resolve(python).items():
            if name != "openiads":
                found[name][python] = version
    lines = []
    for name in sorted(found):
        versions = found[name]
        if len(versions) == len(PYTHONS) and len(set(versions.values())) == 1:
            lines.append(f"{name}=={next(iter(versions.values()))}")
            continue
        lines += [f'{name}=={version} ; python_version == "{python}"' for python, version in versions.items()]
    (ROOT / "constraints.txt").write_text(HEAD + "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
