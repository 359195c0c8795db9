"""The first page in sentences, made from the numbers; every one says "in this model" or stands below one that does."""

from collections.abc import Iterator, Sequence
from typing import Final

from markupsafe import Markup

from openiads.report import numbers
from openiads.report.arms import Arm, place_name
from openiads.report.figures import FigureTable
from openiads.report.gain import Gains
from openiads.report.reach import FireUnitReach
from openiads.results.measures import Measured
from openiads.results.paired import Difference
from openiads.results.wording import significant

LABELS: Final = {"standalone": "stand-alone", "base": "as stated"}
"""Names of arms as people say them."""
PERCENT: Final = 100.0


def arm_label(name: str) -> str:
    """Name of an arm in a sentence."""
    return LABELS.get(name, name.replace("_", " "))


def about_leakage(arms: Sequence[Arm], rows: Sequence[Difference], alone: Sequence[Measured]) -> Iterator[Markup]:
    """How many hostile objects get through, and whether the other arm changes that."""
    paired = next((d for d in rows if d.label == "leakage"), None)
    if paired is not None and paired.first.value is not None:
        a, b = (arm_label(arm.name) for arm in arms[:2])
        ending = (
            Markup("The same draws in both: the difference is {}.")
            if paired.resolved
            else Markup("The difference under the same draws is {}, so it is not resolved with the runs made.")
        )
        yield Markup(
            "In this model, of the hostile objects that are killed or get through, {} get through {} and {} {}. "
        ).format(
            numbers.estimate("m-leakage", paired.measure, paired.first),
            a,
            numbers.estimate("m-leakage", paired.measure, paired.second),
            b,
        ) + ending.format(numbers.difference("m-leakage", paired))
        return
    single = next((m for m in alone if m.label == "leakage"), None)
    if single is not None and single.estimate.value is not None:
        yield Markup("In this model, of the hostile objects that are killed or get through, {} get through.").format(
            numbers.estimate("m-leakage", single.measure, single.estimate)
        )


def about_friends(arms: Sequence[Arm], rows: Sequence[Difference], alone: Sequence[Measured]) -> Iterator[Markup]:
    """In how many replications a missile is launched at a friendly aircraft."""
    name = "p_any_friendly_engaged"
    paired = next((d for d in rows if d.label == name), None)
    said = [(arm_label(arms[0].name), paired.first), (arm_label(arms[1].name), paired.second)] if paired is not None else []
    measure = paired.measure if paired is not None else None
    single = next((m for m in alone if m.label == name), None)
    if paired is None and single is not None:
        said, measure = [("", single.estimate)], single.measure
    if measure is None or not any((arm.data.side("friendly")).any() for arm in arms):
        return
    parts = []
    for label, e in said:
        text = numbers.estimate(f"m-{name}", measure, e)
        parts.append(Markup("{}: {}").format(label, text) if label else text)
    yield Markup("A missile is launched at a friendly object in this share of the replications: {}.").format(
        Markup("; ").join(parts)
    )


def about_reach(found: FireUnitReach, figures: FigureTable) -> Iterator[Markup]:
    """What is left of the published ring low and high."""
    system = found.arm.spec.fire_units[found.node].missiles[found.ring_missile].system
    note = numbers.Note(figures.number(f"missiles.{system}.max_range_km") if system else None)
    low = next((row for row in found.rows if row.engaged.nominal > 0.0), None)
    if low is None:
        return
    high = max(found.rows, key=lambda row: row.engaged.nominal)
    yield Markup(
        "The published reach of {} is {}{}. An object like {} can be engaged out to {} when it flies {} above the site, and to {} "
        "at {}, where that is farthest (medians over all directions)."
    ).format(
        found.ring_missile.upper(),
        numbers.amount("r-ring", found.ring_km, "km"),
        note,
        found.target_name,
        numbers.amount(row_id(low.height), low.engaged.nominal, "km"),
        numbers.shown(row_id(low.height), height_text(low.height)),
        numbers.amount(row_id(high.height), high.engaged.nominal, "km"),
        numbers.shown(row_id(high.height), height_text(high.height)),
    )


def row_id(height: float) -> str:
    """Id of the row of a height in the table of reach."""
    return f"r-{height:g}".replace(".", "-")


def height_text(height: float) -> str:
    """A height in kilometres as people say it."""
    return f"{height:g} km" if height >= 1.0 else f"{1000.0 * height:.0f} m"


def about_gain(found: Gains) -> Iterator[Markup]:
    """What the main site adds to what the other sees of friendly flights."""
    rows = [row for row in found.rows if row.side == "friendly" and row.sorties_per_month is not None]
    main, other = place_name(found.main.place), place_name(found.other.place)
    unseen = [row for row in rows if row.both.value == 0.0]
    seen = sorted((row for row in rows if row.both.value), key=lambda row: row.object_id)
    if seen:
        parts = [
            Markup("{}: {} ({} alone: {})").format(
                row.object_id,
                numbers.amount(f"g-{row.object_id}", row.added.value or 0.0, "min"),
                other,
                numbers.amount(f"g-{row.object_id}", row.other.value, "min") if row.other.value else "none",
            )
            for row in seen
        ]
        yield Markup("Firm track of one friendly flight that {} adds to what could be observed from {} anyway. {}.").format(
            main, other, Markup("; ").join(parts)
        )
    for row in unseen:
        text = f"{row.both.count} replications; at most {significant(row.limit, numbers.FIGURES)} % of them would"
        yield Markup("No node of either site holds a firm track of {} in any of {} (95 % limit).").format(
            row.object_id, numbers.shown(f"g-{row.object_id}", text)
        )
