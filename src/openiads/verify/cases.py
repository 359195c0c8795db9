"""Files of truth cases: reading them, and saying what is wrong with one."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from openiads.errors import OpeniadsError


class CasesError(OpeniadsError):
    """A file of truth cases is missing or malformed."""


@dataclass(frozen=True)
class Case:
    """One truth case: what goes in, what must come out, and how near."""

    id: str
    topic: str
    inputs: Mapping[str, Any]
    expected: Mapping[str, Any]
    rtol: float
    atol: float
    source: str
    negative_control: bool


def load_cases(path: str | Path | None = None) -> tuple[Case, ...]:
    """Cases of a file, or of the pack that the package ships.

    Raises
    ------
    CasesError
        When the file cannot be read, is not JSON, or a case lacks a field or repeats an identifier.
    """
    if path is None:
        name = "the shipped pack"
        text = resources.files("openiads.catalogue").joinpath("data", "truth_cases.json").read_text(encoding="utf-8")
    else:
        name = str(path)
        try:
            text = Path(path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            raise CasesError(f"{name}: cannot be read: {reason}. Give a JSON file of truth cases.") from error
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError) as error:
        place = f"{error.lineno}:{error.colno}: {error.msg}" if isinstance(error, json.JSONDecodeError) else str(error)
        raise CasesError(f"{name}:{place}. A file of truth cases is one JSON object.") from error
    return parse_cases(tree, name=name)


def parse_cases(tree: Any, *, name: str) -> tuple[Case, ...]:
    """Cases of a parsed JSON tree; `name` is how messages call it."""
    entries = tree.get("cases") if isinstance(tree, dict) else None
    if not isinstance(entries, list) or not entries:
        raise CasesError(f"{name}: found no list 'cases'; the file must be an object with a list of at least one case")
    cases = [_case(entry, f"{name}: case {number}") for number, entry in enumerate(entries, start=1)]
    seen: set[str] = set()
    for case in cases:
        if case.id in seen:
            raise CasesError(f"{name}: case {case.id!r} stands twice; identifiers must be unique")
        seen.add(case.id)
    return tuple(cases)


def _case(entry: Any, where: str) -> Case:
    if not isinstance(entry, dict):
        raise CasesError(f"{where} is {_kind(entry)}; a case is an object with id, topic, inputs and expected")
    for field in ("id", "topic"):
        if not isinstance(entry.get(field), str) or not entry[field]:
            raise CasesError(f"{where}: {field} is {_kind(entry.get(field))}; it must be a text")
    where = f"{where} ({entry['id']})"
    for field in ("inputs", "expected"):
        if not isinstance(entry.get(field), dict):
            raise CasesError(f"{where}: {field} is {_kind(entry.get(field))}; it must be an object of named values")
    if not entry["expected"]:
        raise CasesError(f"{where}: expected is empty; it must name at least one value")
    return Case(
        id=entry["id"],
        topic=entry["topic"],
        inputs=entry["inputs"],
        expected=entry["expected"],
        rtol=_tolerance(entry, "rtol", where),
        atol=_tolerance(entry, "atol", where),
        source=str(entry.get("source", "")),
        negative_control=bool(entry.get("negative_control", False)),
    )


def _tolerance(entry: Mapping[str, Any], field: str, where: str) -> float:
    value = entry.get(field, 0.0)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0.0 <= value < math.inf:
        raise CasesError(f"{where}: {field} is {value!r}; it must be a number of 0 or more")
    return float(value)


def _kind(value: Any) -> str:
    if value is None:
        return "missing"
    names = {dict: "an object", list: "a list", str: "a text", bool: "a truth value", int: "a number", float: "a number"}
    return names.get(type(value), "something else")
