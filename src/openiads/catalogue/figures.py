"""What one catalogue figure and one catalogue entry are."""

from collections.abc import Mapping
from dataclasses import dataclass

Value = float | int | bool | str
"""A figure is a number; a few are a yes or no, or one word out of a list."""

GRADES = ("A", "B", "C")
"""A: several independent sources agree. B: one good source. C: an estimate, disputed, or a placeholder."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of the catalogue: a value with its spread, unit, sources and grade.

    `value` is the nominal one. `low`, `nominal` and `high` span the public values (not a confidence interval); all three
    equal `value` when only one value is public, and are None when the figure is a word or a yes or no.
    """

    path: str
    value: Value
    low: float | None
    nominal: float | None
    high: float | None
    unit: str
    sources: tuple[str, ...]
    grade: str
    placeholder: bool = False
    note: str = ""
    fact: str | None = None
    derived_from: str | None = None

    @property
    def name(self) -> str:
        """Last part of the path, which is the name of the scenario field that the figure fills."""
        return self.path.rsplit(".", 1)[-1]


@dataclass(frozen=True, slots=True)
class Attribute:
    """A fact in words (a role, a band, who must hold the track), with its sources and grade."""

    path: str
    text: str
    sources: tuple[str, ...]
    grade: str
    fact: str | None = None
    derived_from: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One system, signature, place, unit or group of defaults."""

    family: str
    id: str
    name: str
    kind: str | None
    description: str
    figures: Mapping[str, Figure]
    attributes: Mapping[str, Attribute]

    @property
    def path(self) -> str:
        """Family and id, joined by a dot."""
        return f"{self.family}.{self.id}"
