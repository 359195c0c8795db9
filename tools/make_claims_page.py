"""Write `docs/explanation/claims.md`: the register of the public claims of 2019 and, for words, the last run that was kept.

`openiads study claims --heavy --json > FILE` makes the words; `python tools/make_claims_page.py FILE` keeps them in the page.
"""

import json
import sys
from pathlib import Path
from typing import Any

from openiads.study.register import CLASSES, RegisterSpec, load_register, study_named, wanted

PAGE = Path(__file__).resolve().parents[1] / "docs" / "explanation" / "claims.md"
WORDS = PAGE.with_suffix(".json")
SIDES = {"ankara": "Ankara", "washington": "Washington", "neutral": "neutral"}
INTRODUCTION = """# The claims of 2019

<!-- made by tools/make_claims_page.py -->

Every claim of five press articles of 2019 on the S-400 and the F-35: how it may be tested, with which shipped study, and what a
run in quick mode says under each side's assumptions. The positions are attributed from public statements; none is signed. Words
come from runs, in this model and with public figures, never from a pen; there is no overall verdict. `openiads study claims` makes
them anew, and `openiads study run NAME` runs a study whole. "Public data cannot settle this" stands where the sides' assumptions
give opposite words, and where the claim is about intent, access or law.
"""


def row(*cells: str) -> str:
    """One row of a table."""
    return "| " + " | ".join(cells) + " |"


def table(head: tuple[str, ...], rows: list[str]) -> list[str]:
    """A table with its head."""
    return [row(*head), "|" + "---|" * len(head), *rows, ""]


def entries(register: RegisterSpec, said: dict[str, Any]) -> list[str]:
    """One table of claims for each article."""
    lines: list[str] = []
    for key, about in register.articles.items():
        rows = []
        for entry in register.claims:
            if entry.article != key:
                continue
            mark = '"' if entry.wording == "verbatim" else ""
            tests = ", ".join(f"`{test.study}` {test.claim}" for test in entry.tests) or "none"
            headline = said[entry.id]["headline"] if entry.id in said else "not run"
            who = f"{entry.who} ({SIDES[entry.side]})"
            quote = f"**{entry.id}** {mark}{entry.quote}{mark}"
            rows.append(row(quote, who, CLASSES[entry.class_], tests, headline, entry.why))
        lines += [f"## {about.cite}, {about.date}", ""]
        lines += table(("claim", "who", "class", "tested by", "headline in quick mode", "why"), rows)
    return lines


def page(register: RegisterSpec, words: list[dict[str, Any]]) -> str:
    """The whole page."""
    lines = [INTRODUCTION, *entries(register, {str(one["id"]): one for one in words})]
    lines += ["## The sides of each study", ""]
    parties = []
    for study in wanted(register, heavy=True):
        names = {party.id: party.name for party in study_named(study).spec.parties}
        parties.append(row(f"`{study}`", names["A"], names["B"]))
    lines += table(("study", "A", "B"), parties)
    rows: dict[tuple[str, str], str] = {}
    for one in words:
        for word in one["words"]:
            said = list(word["parties"].values())
            rows[word["study"], word["reading"]] = row(
                f"`{word['study']}` {word['reading']}", word["label"], *said, word["between"]
            )
    lines += ["## Words under each side", ""]
    lines += table(("study, reading", "what is asked", "A", "B", "between"), [rows[key] for key in sorted(rows)])
    lines += ["## Where the articles contradict one another, or the record", ""]
    apart = [row(c.topic, ", ".join(c.between), c.text, ", ".join(c.claims)) for c in register.contradictions]
    lines += table(("topic", "in", "what", "claims"), apart)
    return "\n".join(lines).rstrip() + "\n"


def words() -> list[dict[str, Any]]:
    """The words of the last run that was kept; none when there is none."""
    found: list[dict[str, Any]] = json.loads(WORDS.read_text(encoding="utf-8")) if WORDS.is_file() else []
    return found


if __name__ == "__main__":
    if len(sys.argv) > 1:
        WORDS.write_text(Path(sys.argv[1]).read_text(encoding="utf-8"), encoding="utf-8")
    PAGE.write_text(page(load_register(), words()), encoding="utf-8")
    print(PAGE)
