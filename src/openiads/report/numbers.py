"""Numbers on the first page: two significant figures, the interval beside, and a note of the table row that holds each in full."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from openiads.results.measures.base import Measure, Sample
from openiads.results.paired import Difference
from openiads.results.wording import difference_text, estimate_text, significant
from openiads.stats.intervals import Estimate

FIGURES: Final = 2
NARROW: Final = "\N{NO-BREAK SPACE}"
"""Between a number and its unit."""


def exact(values: Sequence[float | None]) -> str:
    """Values of a table row as the attribute that page-one numbers are checked against."""
    return " ".join("" if v is None else f"{v:.10g}" for v in values)


def shown(row: str, text: str) -> Markup:
    """A text with numbers that the table row of this id holds."""
    for unit in ("%", "km", "m", "min", "points", "replications"):
        text = text.replace(f" {unit}", f"{NARROW}{unit}")
    return Markup('<a class="n" href="#{}">{}</a>').format(row, text)


def nothing(data: object) -> Sample:
    """Stands for the computation of a measure that is only a way to write numbers."""
    raise NotImplementedError(str(data))


SHARE: Final = Measure("share", "1", "share", "a share", (), nothing)
"""How a share is written."""


def amount(row: str, value: float, unit: str) -> Markup:
    """A number with its unit."""
    return shown(row, f"{significant(value, FIGURES)} {unit}")


def estimate(row: str, measure: Measure, e: Estimate) -> Markup:
    """An estimate with its interval."""
    return shown(row, estimate_text(measure, e, figures=FIGURES))


def difference(row: str, d: Difference) -> Markup:
    """A paired difference with its interval."""
    return shown(row, difference_text(d, figures=FIGURES))


@dataclass(frozen=True)
class Note:
    """A link to a figure of the catalogue."""

    number: int | None

    def __html__(self) -> Markup:
        """The link, or nothing when the figure is the scenario's own."""
        if self.number is None:
            return Markup("")
        return Markup('<sup class="ref"><a href="#f{0}">{0}</a></sup>').format(self.number)
