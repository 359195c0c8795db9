"""What is wrong with a scenario file, and where: one line per problem, sorted as the file is."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from openiads.errors import ScenarioError

Path = tuple[str | int, ...]
"""Keys and list positions from the top of the file."""

SHOWN_PROBLEMS = 10
SHOWN_NAMES = 12


@dataclass(frozen=True)
class Mark:
    """Where an entry of the file stands: line and column of its key and of its value, from 1."""

    key_line: int
    key_column: int
    line: int
    column: int


@dataclass(frozen=True)
class Problem:
    """Something that the file may not say, at `path`. Its place is that of `where` (else of `path`), key or value."""

    path: Path
    message: str
    at_key: bool = False
    where: Path | None = None


class InvalidScenarioError(ScenarioError):
    """A scenario file with its problems, one line each in `lines`."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines = tuple(lines)
        shown = list(self.lines[:SHOWN_PROBLEMS])
        if len(self.lines) > SHOWN_PROBLEMS:
            shown.append(f"(and {len(self.lines) - SHOWN_PROBLEMS} more problems)")
        super().__init__("\n".join(shown))

    def __reduce__(self) -> tuple[type["InvalidScenarioError"], tuple[tuple[str, ...]]]:
        return type(self), (self.lines,)


def dotted(path: Path) -> str:
    """A path as people write it."""
    return ".".join(str(part) for part in path)


def place_of(path: Path, marks: Mapping[Path, Mark], *, at_key: bool) -> tuple[int, int]:
    """Line and column of the entry at `path`, or of the nearest section around it when the file does not hold it."""
    if path in marks:
        mark = marks[path]
        return (mark.key_line, mark.key_column) if at_key else (mark.line, mark.column)
    for length in range(len(path) - 1, -1, -1):
        mark_around = marks.get(path[:length])
        if mark_around is not None:
            return mark_around.key_line, mark_around.key_column
    return 1, 1


CUTOFF = 0.6
"""How alike two names must be to be taken for one spelled wrong: the ratio of difflib."""


def did_you_mean(given: str, known: Iterable[str]) -> str:
    """The end of a message about an unknown name: the nearest known one, and the known ones as far as they fit."""
    names = sorted(known)
    near = difflib.get_close_matches(given, names, n=1, cutoff=CUTOFF)
    shown = ", ".join(names[:SHOWN_NAMES]) + (f" and {len(names) - SHOWN_NAMES} more" if len(names) > SHOWN_NAMES else "")
    known_text = f"Known: {shown}." if names else "None is known here."
    return f"{known_text} Did you mean {near[0]!r}?" if near else known_text
