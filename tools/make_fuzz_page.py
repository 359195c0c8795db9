"""Write the table of damaged inputs into `docs/reference/faults.md` from `fuzz.json` beside it. A test fails when it is stale."""

import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "reference"
PAGE = FOLDER / "faults.md"
TOTALS = FOLDER / "fuzz.json"
PLACE = re.compile(r"(<!-- made by tools/make_fuzz_page.py -->\n).*?(<!-- end -->)", re.DOTALL)
HEAD = (
    "| reader | engines | inputs | taken | refused | crashes | memory grown, MB | longest input, ms |\n"
    "|---|---|---|---|---|---|---|---|\n"
)


def tries() -> dict[str, list[dict[str, Any]]]:
    """What was tried, by reader."""
    found = defaultdict(list)
    for one in json.loads(TOTALS.read_text(encoding="utf-8"))["tries"]:
        found[one["reader"]].append(one)
    return dict(sorted(found.items()))


def table() -> str:
    """A row for each reader over all its tries, and the sum."""
    rows, sums = [], [0, 0, 0, 0]
    for reader, ones in tries().items():
        engines = " and ".join(sorted({"mutator" if one["engine"] == "mutations" else "Atheris" for one in ones}))
        totals = [sum(one[field] for one in ones) for field in ("tried", "taken", "refused", "crashes")]
        sums = [a + b for a, b in zip(sums, totals, strict=True)]
        most = [max(one[field] for one in ones) for field in ("grown_mb", "longest_ms")]
        rows.append(f"| {reader} | {engines} | {' | '.join(f'{n:,}' for n in (*totals, *most))} |\n")
    return HEAD + "".join(rows) + f"| **all** | | {' | '.join(f'**{n:,}**' for n in sums)} | | |\n"


def page(text: str) -> str:
    """The page with its table made anew."""
    return PLACE.sub(lambda found: found[1] + table() + found[2], text)


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    print(PAGE)
