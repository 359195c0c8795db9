"""Write the tables of exposure of docs/explanation/turkey-2019.md; about three CPU minutes.

Run it after a change that alters results: python tools/make_exposure_tables.py
Each table stands behind the command that prints it, so that a reader can make it again.
"""

import shlex
import sys
from functools import cache
from pathlib import Path
from typing import Any

import openiads
from openiads.cli.exposure import lines
from openiads.results import exposure
from openiads.scenario.loader import Scenario
from openiads.scenario.standing import walk_key

PAGE = Path(__file__).resolve().parents[1] / "docs" / "explanation" / "turkey-2019.md"
COMMANDS = (
    "openiads exposure turkey-2019 --aircraft f-35a",
    "openiads exposure turkey-2019 --aircraft f-35a --system s400-command --by activity --by rcs_case",
    "openiads exposure turkey-2019 --aircraft f-35a --by activity --by reflectors",
    "openiads exposure turkey-2019 --aircraft f-35a --system s400-command --by activity --by air_defence",
    "openiads exposure turkey-2019 --aircraft f-16 --system s400-command --by date",
    "openiads exposure turkey-2019 --aircraft large-aircraft --by date",
    "openiads exposure turkey-2019 --aircraft large-aircraft --by date --alone",
)
ALONE = " --alone"


@cache
def exposure_rows(options: tuple[str, ...]) -> list[dict[str, Any]]:
    """Rows by the values of some options, worked out once."""
    base = openiads.load_scenario("turkey-2019", vignette="peacetime_month")
    return exposure.table(base, options, run)


@cache
def _runs() -> dict[str, openiads.Run]:
    return {}


def run(arm: Scenario) -> openiads.Run:
    """Sixteen replications, as the command makes them; the same for all tables that ask for the same."""
    key = walk_key(arm.spec)
    if key not in _runs():
        _runs()[key] = openiads.run(arm, replications=16, full_replications=())
    return _runs()[key]


def table(command: str) -> str:
    """What a command prints between its first line and its legend."""
    alone = command.endswith(ALONE)
    words = iter(shlex.split(command.removesuffix(ALONE))[3:])
    given: dict[str, list[str]] = {}
    for option in words:
        given.setdefault(option.removeprefix("--"), []).append(next(words))
    options = given.get("by", ["activity", "date"])
    rows = exposure_rows(tuple(options))
    kept = [
        row
        for row in rows
        if row["aircraft"] in given.get("aircraft", [row["aircraft"]])
        and row["system"] in given.get("system", [row["system"]])
    ]
    found: list[str] = []
    for system in dict.fromkeys(row["system"] for row in kept):
        found += lines([row for row in kept if row["system"] == system], options, alone=alone)
    return "\n".join(found[1:])


def page(text: str) -> str:
    """The page with fresh tables behind the commands that it holds."""
    for command in COMMANDS:
        begin = f"```console\n$ {command}\n```\n\n```text\n"
        before, rest = text.split(begin)
        text = before + begin + table(command) + "\n" + rest[rest.index("```\n") :]
        print(command, file=sys.stderr)
    return text


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
