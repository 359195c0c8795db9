"""YAML as scenario files may use it: plain data, read by the YAML 1.2 core rules, with the place of every entry.

Refused with one line each: tags, anchors and aliases, duplicate keys, keys that are no text, several documents, NaN and
infinity, leading zeros, deep nesting, files that are large, empty, binary or not UTF-8. Source of the rules: "YAML Ain't
Markup Language", revision 1.2.2, 2021, sect. 10.3 (core schema).
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any, NoReturn

import yaml

from openiads.errors import ScenarioError
from openiads.scenario.problems import Mark, Path

MAX_BYTES = 5_000_000
MAX_DEPTH = 32
MAX_DIGITS = 18

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?[0-9]+")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]+")
_OTHER_INT = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Document:
    """What a file says: plain data, and the place of every entry by its path. The path of the whole is `()`."""

    name: str
    data: dict[str, Any]
    marks: dict[Path, Mark]


FIRST_LINE = 'openiads_scenario: "0.1"'


def read_file(path: FilePath, *, first_line: str = FIRST_LINE) -> Document:
    """Read a YAML file.

    Parameters
    ----------
    path : pathlib.Path
        File of at most 5 MB in UTF-8.
    first_line : str
        How a file of this sort begins, for messages.

    Raises
    ------
    ScenarioError
        One line, `file:line:column: what is wrong and what to do`.
    """
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ScenarioError(f"{path}: cannot be read: {reason}. Give the path of a scenario file") from None
    if len(raw) > MAX_BYTES:
        raise ScenarioError(f"{path}: is larger than {MAX_BYTES // 1_000_000} MB. Split the scenario or shorten it")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, column = _line_and_column(raw[: error.start].decode("utf-8", "replace"))
        raise ScenarioError(
            f"{path}:{line}:{column}: byte 0x{raw[error.start]:02x} is not UTF-8 text. "
            "Is this a scenario file? Save it as UTF-8"
        ) from None
    return read_text(text, name=str(path), first_line=first_line)


def read_text(text: str, *, name: str, first_line: str = FIRST_LINE) -> Document:
    """Read YAML text; `name` stands for the file in messages.

    Raises
    ------
    ScenarioError
        One line, `name:line:column: what is wrong and what to do`.
    """
    reader = _Reader(name)
    data = reader.document(text)
    if data is None:
        raise ScenarioError(f"{name}:1:1: the file is empty. Start with `{first_line}`")
    if not isinstance(data, dict):
        mark = reader.marks[()]
        found = "a list" if isinstance(data, list) else "a single value"
        raise ScenarioError(
            f"{name}:{mark.line}:{mark.column}: the file holds {found} where keys with values are expected. "
            f"Start with `{first_line}`"
        )
    return Document(name, data, reader.marks)


def read_value(text: str, *, name: str) -> Any:
    """Read one value as it would stand after a key: `12`, `true`, `abc`, `[tracks]`.

    Raises
    ------
    ScenarioError
        As `read_text`.
    """
    return _Reader(name).document(text)


def write_text(data: dict[str, Any]) -> str:
    """Plain data as YAML that `read_text` reads back to the same data."""
    return str(yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120))


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """Quotes all text that the core schema would take for something else."""


def _represent_text(dumper: Any, text: str) -> Any:
    other = text in _NULL or text in _BOOL or any(rule.fullmatch(text) for rule in (_INT, _OTHER_INT, _FLOAT, _NOT_FINITE))
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="'" if other else None)


_Dumper.add_representer(str, _represent_text)


def _line_and_column(before: str) -> tuple[int, int]:
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


class _Reader:
    """Builds data from parser events, so that nothing of YAML's own types, tags and references ever acts."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.marks: dict[Path, Mark] = {}

    def fail(self, mark: Any, message: str) -> NoReturn:
        raise ScenarioError(f"{self.name}:{mark.line + 1}:{mark.column + 1}: {message}")

    def document(self, text: str) -> Any:
        """The one document of `text`."""
        odd = _UNPRINTABLE.search(text)
        if odd:
            line, column = _line_and_column(text[: odd.start()])
            raise ScenarioError(
                f"{self.name}:{line}:{column}: character U+{ord(odd.group()):04X} may not stand in a text file. "
                "Is this a binary file? Remove the character"
            )
        try:
            return self._document(yaml.parse(text, Loader=_LOADER))
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            where = f"{mark.line + 1}:{mark.column + 1}" if mark else "1:1"
            what = " ".join(part for part in (error.context, error.problem) if part)
            raise ScenarioError(
                f"{self.name}:{where}: not valid YAML: {' '.join(what.split())}. "
                "Check indentation (spaces, not tabs), quotes and brackets here or just before"
            ) from None
        except yaml.YAMLError as error:
            raise ScenarioError(f"{self.name}:1:1: not valid YAML: {' '.join(str(error).split())}") from None

    def _document(self, events: Iterator[Any]) -> Any:
        data: Any = None
        count = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                count += 1
                if count > 1:
                    self.fail(
                        event.start_mark, "a second document starts here; only one is allowed. Remove it with its `---`"
                    )
                if event.version or event.tags:
                    self.fail(event.start_mark, "directives (%YAML, %TAG) are not allowed. Remove them")
                data = self.node(next(events), events, ())
        return data

    def node(self, event: Any, events: Iterator[Any], path: Path, key_mark: Any = None) -> Any:
        """The value that starts with `event`."""
        start = event.start_mark
        if isinstance(event, yaml.AliasEvent):
            self.fail(start, f"alias *{event.anchor} is not allowed: it hides what a value is. Write the value out")
        if event.anchor is not None:
            self.fail(start, f"anchor &{event.anchor} is not allowed, as aliases are not. Remove it")
        if event.tag is not None:
            self.fail(
                start, f"tag {event.tag} is not allowed: values are plain text, numbers, true, false or null. Remove it"
            )
        if len(path) > MAX_DEPTH:
            self.fail(start, f"nested deeper than {MAX_DEPTH} levels; no scenario needs that. Flatten it")
        key_mark = key_mark or start
        self.marks[path] = Mark(key_mark.line + 1, key_mark.column + 1, start.line + 1, start.column + 1)
        if isinstance(event, yaml.MappingStartEvent):
            return self.mapping(events, path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(events, path)
        if event.style:
            return event.value
        return self.plain(event.value, start)

    def mapping(self, events: Iterator[Any], path: Path) -> dict[str, Any]:
        """Keys and values up to the end of the mapping."""
        data: dict[str, Any] = {}
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self.key(event)
            if key in data:
                first = self.marks[*path, key]
                self.fail(event.start_mark, f"key {key!r} stands twice; first in line {first.key_line}. Remove one of them")
            data[key] = None
            data[key] = self.node(next(events), events, (*path, key), event.start_mark)
        return data

    def key(self, event: Any) -> str:
        """The text of a key."""
        start = event.start_mark
        if not isinstance(event, yaml.ScalarEvent):
            what = f"alias *{event.anchor}" if isinstance(event, yaml.AliasEvent) else "a list or mapping"
            self.fail(start, f"{what} stands where a key is expected; keys are text. Write a name")
        if event.anchor is not None:
            self.fail(start, f"anchor &{event.anchor} is not allowed, as aliases are not. Remove it")
        if event.tag is not None:
            self.fail(start, f"tag {event.tag} is not allowed. Remove it")
        value = event.value if event.style else self.plain(event.value, start)
        if not isinstance(value, str):
            self.fail(start, f"key {event.value or 'null'} reads as {_named(value)}, but keys are text. Quote it or name it")
        return value

    def sequence(self, events: Iterator[Any], path: Path) -> list[Any]:
        """Values up to the end of the list."""
        data: list[Any] = []
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            data.append(self.node(event, events, (*path, len(data))))
        return data

    def plain(self, text: str, start: Any) -> str | int | float | bool | None:
        """The value of unquoted text by the core schema; what is no number, boolean or null is text."""
        if text in _NULL:
            return None
        if text in _BOOL:
            return _BOOL[text]
        if _LEADING_ZERO.fullmatch(text):
            decimal = text.lstrip("+-").lstrip("0") or "0"
            self.fail(start, f"{text[:40]} could be octal or decimal. Write {decimal[:40]}, or quote it if it is text")
        if _INT.fullmatch(text) or _OTHER_INT.fullmatch(text):
            digits = len(text.lstrip("+-"))
            if digits > MAX_DIGITS:
                self.fail(
                    start, f"a whole number of {digits} digits is too large; at most {MAX_DIGITS} are allowed. Shorten it"
                )
            return int(text, 0)
        if _FLOAT.fullmatch(text):
            number = float(text)
            if not math.isfinite(number):
                self.fail(start, f"{text[:40]} is too large for a number. Correct it")
            return number
        if _NOT_FINITE.fullmatch(text):
            self.fail(start, f"{text} is not a finite number. Give a number, or leave the key out")
        return text


def _named(value: object) -> str:
    if value is None:
        return "null"
    return "true or false" if isinstance(value, bool) else "a number"
