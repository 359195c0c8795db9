"""Write `docs/explanation/validation.md`: what was checked, by which test, and how far that carries. Every test named exists."""

import json
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from validation_evidence import LEVELS, RELATIONS

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "explanation" / "validation.md"
MUTATION = ROOT / "docs" / "reference" / "mutation.json"
DRILL = ROOT / "docs" / "reference" / "drill.json"

HEAD = (Path(__file__).parent / "validation_head.md").read_text(encoding="utf-8")


def tests_there() -> set[str]:
    """Ids of all tests, as `file::name`."""
    found = set()
    for file in (ROOT / "tests").rglob("test_*.py"):
        for name in re.findall(r"^def (test_\w+)", file.read_text(encoding="utf-8"), re.MULTILINE):
            found.add(f"{file.relative_to(ROOT / 'tests')}::{name}")
    return found


def named(tests: tuple[str, ...]) -> str:
    """Tests as a reader finds them; an unknown one is an error."""
    missing = set(tests) - tests_there()
    if missing:
        raise SystemExit(f"no such test: {', '.join(sorted(missing))}. Correct tools/validation_evidence.py")
    return "<br>".join(f"`{test}`" for test in tests)


def mutation() -> list[str]:
    """The score and its survivors."""
    found = json.loads(MUTATION.read_text(encoding="utf-8"))
    alive, count = found["survivors"], found["mutants"]
    lines = [
        "## Mutation score",
        "",
        (
            f"`python tools/mutation.py --count {count} --seed {found['seed']}`: of {count} one-place changes, drawn with a seed "
            f"from {found['of']:,} in physics and statistics, the tests kill **{1 - len(alive) / count:.1%}**. "
            f"The {len(alive)} that survive:"
        ),
        "",
        "| where | from | to |",
        "|---|---|---|",
    ]
    for mutant in alive:
        before, after = (mutant[key].replace("|", "\\|").replace("\n", " ") for key in ("before", "after"))
        lines.append(f"| `{mutant['module'].removeprefix('openiads.')}` {mutant['line']} | `{before}` | `{after}` |")
    return lines


def drill() -> list[str]:
    """The seeded defects."""
    lines = [
        "",
        "## Defect drill",
        "",
        "Three plausible defects, put in on purpose (`python tools/defect_drill.py`):",
        "",
        "| defect | where | caught by |",
        "|---|---|---|",
    ]
    for entry in json.loads(DRILL.read_text(encoding="utf-8")):
        seen = "<br>".join(f"`{name.removeprefix('tests/')}`" for name in entry["failed"]) or "**unseen**"
        lines.append(f"| {entry['name']} | `{entry['file']}` | {seen} |")
    return lines


def page() -> str:
    """The whole page."""
    lines = ["", "## What was checked", "", "| level | question | evidence | tests |", "|---|---|---|---|"]
    lines += [f"| {level} | {question} | {said} | {named(tests)} |" for level, question, said, tests in LEVELS]
    lines += ["", "## Relations that must hold", "", "| relation | test |", "|---|---|"]
    lines += [f"| {relation} | {named(tests)} |" for relation, tests in RELATIONS]
    lines += ["", *mutation(), *drill()]
    return HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(PAGE)
