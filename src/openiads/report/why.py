"""Why leakers got through, from the ledger of a run: a cause for each, in the order of the chain."""

from dataclasses import dataclass
from typing import Final

from openiads.report.arms import Arm
from openiads.report.svg import Drawing, Scale, axis_below
from openiads.results.ledger import MEANINGS, ledger

PERCENT: Final = 100.0


@dataclass(frozen=True)
class Cause:
    """One cause: what it says, how many leaks it accounts for, and which share of all."""

    name: str
    meaning: str
    leaks: int
    share: float


def causes(arm: Arm) -> tuple[Cause, ...]:
    """The causes of a run that account for any leak; none when nothing leaked or the run holds no ledger."""
    if "ledger" not in arm.reader.manifest.tables():
        return ()
    found = ledger(arm.reader)
    return tuple(
        Cause(row["cause"].replace("_", " "), MEANINGS[row["cause"]], row["leaks"], row["share"])
        for row in found.causes.to_pylist()
        if row["leaks"]
    )


def draw_causes(arms: tuple[tuple[str, tuple[Cause, ...]], ...]) -> Drawing:
    """Bars of the causes, one colour and one pattern per run, in leaks."""
    names = list(dict.fromkeys(cause.name for _, found in arms for cause in found))
    bar = 11.0 if len(arms) > 1 else 15.0
    row = bar * len(arms) + 12.0
    left = 172.0
    d = Drawing(
        430.0,
        max(120.0, 34.0 + row * len(names) + 44.0),
        "Why hostile objects got through",
        "Leaks by the first condition that was not met at the fire unit that got furthest",
    )
    most = max((cause.leaks for _, found in arms for cause in found), default=1)
    x = Scale(0.0, most * 1.15, left, 415.0)
    start = left
    for (name, _), style in zip(arms, ("a", "b"), strict=False):
        d.rect(start, 6.0, 14.0, 10.0, f"bar-{style}")
        d.text((start + 19.0, 15.0), name, "t small")
        start += 40.0 + 7.0 * len(name)
    for number, name in enumerate(names):
        y = 34.0 + row * number
        d.text((left - 8.0, y + bar * len(arms) / 2.0 + 4.0), name, "t small", anchor="end")
        for k, ((_, found), style) in enumerate(zip(arms, ("a", "b"), strict=False)):
            leaks = next((cause.leaks for cause in found if cause.name == name), 0)
            d.rect(left, y + k * bar, x(leaks) - left, bar - 2.0, f"bar-{style}")
            d.text((x(leaks) + 5.0, y + k * bar + bar - 3.0), str(leaks), "t tiny")
    axis_below(d, x, 34.0 + row * len(names) + 2.0, "leaks in all replications")
    return d
