"""Estimates in words: few significant figures, the interval always beside, and never "zero" for what was not seen."""

import math
from typing import Final

from openiads.results.measures.base import Measure
from openiads.results.paired import Difference
from openiads.stats.intervals import Estimate

MISSING: Final = "missing"
PERCENT: Final = 100.0
MINUS: Final = "\N{MINUS SIGN}"


def significant(value: float, figures: int = 3) -> str:
    """A number with so many significant figures, without exponent and with thousands apart."""
    if value == 0.0 or not math.isfinite(value):
        return "0" if value == 0.0 else str(value)
    places = figures - 1 - math.floor(math.log10(abs(value)))
    rounded = round(value, places)
    places = figures - 1 - math.floor(math.log10(abs(rounded)))  # 9.99 becomes 10.0
    return f"{rounded:,.{max(0, places)}f}".replace("-", MINUS)


def in_percent(measure: Measure) -> bool:
    """Whether a measure is a share, shown in percent."""
    return measure.unit == "1" and measure.kind in ("proportion", "share", "share_of_sums")


def unit_of(measure: Measure) -> str:
    """The unit as it stands after a number: % for a share, nothing for another pure number."""
    if in_percent(measure):
        return "%"
    return "" if measure.unit == "1" else measure.unit


def number(measure: Measure, value: float, *, figures: int = 3, signed: bool = False) -> str:
    """A value of a measure for people, without its unit; whole percents stay whole."""
    shown = PERCENT * value if in_percent(measure) else value
    text = significant(shown, figures)
    if in_percent(measure) and abs(shown) >= PERCENT:
        text = f"{shown:.0f}"
    return f"+{text}" if signed and shown > 0.0 else text


def estimate_text(measure: Measure, e: Estimate, *, figures: int = 3, unit: bool = True) -> str:
    """An estimate with its interval, as `42.7 % (37.7 to 47.7)`; when nothing was seen the upper limit alone."""
    if e.value is None:
        return MISSING
    after = f" {unit_of(measure)}" if unit and unit_of(measure) else ""

    def shown(value: float) -> str:
        return number(measure, value, figures=figures)

    if e.value == 0.0 and e.low == 0.0 and e.high is not None and e.high > 0.0:
        return f"none seen, at most {shown(e.high)}{after}"
    if e.low is None or e.high is None:
        return f"{shown(e.value)}{after} (no interval)"
    if e.low == e.high:
        return f"{shown(e.value)}{after} (the same in all)"
    return f"{shown(e.value)}{after} ({shown(e.low)} to {shown(e.high)})"


def difference_text(d: Difference, *, figures: int = 3, unit: bool = True) -> str:
    """A paired difference with its interval; those of shares in percentage points."""
    e, measure = d.difference, d.measure
    if e.value is None:
        return MISSING
    named = "points" if in_percent(measure) else unit_of(measure)
    after = f" {named}" if unit and named else ""

    def shown(value: float) -> str:
        return number(measure, value, figures=figures, signed=True)

    if e.low is None or e.high is None:
        return "the same in every pair" if d.alike == d.pairs else f"{shown(e.value)}{after} (no interval)"
    return f"{shown(e.value)}{after} ({shown(e.low)} to {shown(e.high)})"


def ratio_text(ratio: float | None) -> str:
    """A variance ratio: how many times more replications independent draws would need."""
    if ratio is None:
        return "neither varies"
    return "no spread left" if math.isinf(ratio) else significant(ratio, 2)
