"""The tables of the demo's summary, each line within 100 columns."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openiads.api import Run
    from openiads.report.arms import Arm
    from openiads.results.paired import Difference
    from openiads.stats.intervals import Estimate


def table(rows: Sequence[Sequence[str]], *, right: int) -> Iterator[str]:
    """Rows as lines; the first `right` columns stand to the left, the others to the right."""
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    for row in rows:
        cells = [text.ljust(w) if k < right else text.rjust(w) for k, (text, w) in enumerate(zip(row, widths, strict=True))]
        yield ("  " + "  ".join(cells)).rstrip()


def group_lines(arm: "Arm") -> Iterator[str]:
    """What became of each group of objects."""
    from openiads.report.groups import STAGES, groups

    rows = [["object", "side", *(stage if stage != "leaked" else "got through" for stage in STAGES)]]
    for g in groups(arm):
        name = g.key if g.count == 1 else f"{g.key} \N{MULTIPLICATION SIGN}{g.count}"
        rows.append([name, g.side, *(_percent(getattr(g, stage)) for stage in STAGES)])
    return table(rows, right=2)


def why_lines(arms: "Sequence[Arm]") -> Iterator[str]:
    """The ledger of each run, cause by cause."""
    from openiads.report.answers import arm_label
    from openiads.report.why import causes

    found = [{cause.name: cause for cause in causes(arm)} for arm in arms]
    rows = [["cause", "what it says", *(arm_label(arm.name) for arm in arms)]]
    for name in dict.fromkeys(name for one in found for name in one):
        meaning = next(one[name].meaning for one in found if name in one)
        rows.append([name, meaning, *(str(one[name].leaks) if name in one else "0" for one in found)])
    rows.append(["all", "", *(str(sum(cause.leaks for cause in one.values())) for one in found)])
    return table(rows, right=2)


def measure_lines(differences: "Sequence[Difference]") -> Iterator[str]:
    """The measures of the first page under both arms, and their paired differences."""
    from openiads.report.page import KEY_MEASURES, READABLE
    from openiads.results.wording import difference_text, number, unit_of

    rows = [["measure", "stand-alone", "integrated", "difference (paired interval)"]]
    for d in differences:
        if d.label in KEY_MEASURES and d.first.value is not None and d.second.value is not None:
            cells = [
                f"{number(d.measure, e.value or 0.0, figures=2)} {unit_of(d.measure)}".strip() for e in (d.first, d.second)
            ]
            star = " *" if d.resolved else "  "
            rows.append([READABLE[d.label], *cells, difference_text(d, figures=2) + star])
    yield from table(rows, right=1)
    yield "  * the interval leaves out 0; the others are not resolved with the runs made"


def exposure_lines(quiet: "Run") -> Iterator[str]:
    """Hours a month, by system and kind of friendly aircraft."""
    from openiads.results.exposure import exposure
    from openiads.results.wording import significant

    rows = [["system", "aircraft", "sorties", "in sight, h", "firm track, h", "alone, h"]]
    for e in exposure(quiet.reader):
        rows.append(
            [
                e.system,
                e.aircraft,
                significant(e.sorties),
                significant(e.in_sight_h),
                *(_hours(x) for x in (e.held_h, e.alone_h)),
            ]
        )
    return table(rows, right=2)


def gain_lines(arm: "Arm") -> Iterator[str]:
    """What the main site adds to what the other one sees."""
    from openiads.report.arms import place_name
    from openiads.report.gain import gains
    from openiads.results.wording import significant

    found = gains(arm)
    if found is None:
        return
    main, other = place_name(found.main.place), place_name(found.other.place)
    yield f"What {main} adds to what {other} sees: firm track of one flight, minutes"
    rows = [["object", "sorties a month", f"{other} alone", "both", f"added by {main}"]]
    for row in found.shown:
        monthly = "" if row.sorties_per_month is None else significant(row.sorties_per_month)
        times = [significant(e.value) if e.value else "none" for e in (row.other, row.both, row.added)]
        rows.append([row.object_id, monthly, *times])
    yield from table(rows, right=1)


def _percent(e: "Estimate") -> str:
    from openiads.results.wording import significant

    if e.value is None:
        return "missing"
    return "none seen" if e.value == 0.0 else significant(100.0 * e.value, 2 if e.value < 0.995 else 3)


def _hours(e: "Estimate") -> str:
    from openiads.results.wording import significant

    if not e.value:
        return "none seen"
    if e.low is None or e.high is None:
        return significant(e.value)
    return f"{significant(e.value)} ({significant(e.low)} to {significant(e.high)})"
