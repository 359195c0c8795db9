"""Every figure that a run uses, numbered, with its spread, its sources and its grade; and the sources, numbered too."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from openiads.scenario.loader import Scenario
    from openiads.scenario.resolve import UsedFigure


IDENTIFICATION = tuple(f"defaults.{group}" for group in ("identification.", "evidence.", "belief-", "sortie-"))
"""Groups of the catalogue that say how friend is told from foe."""


@dataclass(frozen=True)
class Line:
    """One figure as the page shows it."""

    number: int
    path: str
    value: str
    spread: str
    unit: str
    grade: str
    placeholder: bool
    sources: tuple[int, ...]
    used_at: tuple[str, ...]


@dataclass(frozen=True)
class FigureTable:
    """All figures used by some scenarios, sorted by path, and the citations behind them."""

    lines: tuple[Line, ...]
    sources: tuple[str, ...]

    def number(self, path: str) -> int | None:
        """Number of a figure by its catalogue path, with or without `catalogue.`."""
        wanted = path.removeprefix("catalogue.")
        return next((line.number for line in self.lines if line.path == wanted), None)

    @property
    def placeholders(self) -> int:
        """How many stand in for figures that nobody published."""
        return sum(line.placeholder for line in self.lines)

    @property
    def identification(self) -> tuple[int, int]:
        """How many figures say how friend is told from foe, and how many of them are placeholders."""
        mine = [line for line in self.lines if line.path.startswith(IDENTIFICATION)]
        return len(mine), sum(line.placeholder for line in mine)

    def graded(self) -> dict[str, int]:
        """How many figures carry each grade, placeholders apart."""
        grades = sorted({line.grade for line in self.lines})
        return {g: sum(line.grade == g and not line.placeholder for line in self.lines) for g in grades}


def figure_table(scenarios: Iterable["Scenario"]) -> FigureTable:
    """The figures that any of these scenarios uses."""
    found: dict[str, UsedFigure] = {}
    for scenario in scenarios:
        for figure in scenario.figures:
            found.setdefault(figure.path.removeprefix("catalogue."), figure)
    sources: dict[str, int] = {}
    lines = []
    for number, path in enumerate(sorted(found), start=1):
        figure = found[path]
        cited = tuple(sources.setdefault(text, len(sources) + 1) for text in figure.sources)
        spread = f"{text(figure.low)} to {text(figure.high)}" if figure.low != figure.high else ""
        lines.append(
            Line(
                number,
                path,
                text(figure.value),
                spread,
                figure.unit,
                figure.grade,
                figure.placeholder,
                cited,
                figure.used_at,
            )
        )
    return FigureTable(tuple(lines), tuple(sources))


def text(value: Any) -> str:
    """A figure as the catalogue writes it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, int | float) else str(value)
