"""What the main site adds to what another site sees anyway: time with a firm track of each object, site by site."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from openiads.constants import NANOSECONDS_PER_SECOND
from openiads.report.arms import Arm, Site
from openiads.report.svg import Drawing, Scale, axis_below, text_width
from openiads.results.measures.tracks import covered_ns
from openiads.stats.intervals import Estimate, t_mean
from openiads.stats.proportions import clopper_pearson

Array = NDArray[Any]
MINUTE: Final = 60


@dataclass(frozen=True)
class Gain:
    """Minutes of firm track of one flight: by the other site alone, by both together, and what the main site adds."""

    object_id: str
    side: str
    sorties_per_month: float | None
    other: Estimate
    both: Estimate
    added: Estimate

    @property
    def limit(self) -> float:
        """The most, in percent of the replications, that may hold a firm track when none was seen. [95 %, Clopper and Pearson]"""
        return 100.0 * (clopper_pearson(0, self.both.count).high or 0.0)


@dataclass(frozen=True)
class Gains:
    """The rows, and between which sites."""

    main: Site
    other: Site
    rows: tuple[Gain, ...]
    windows: bool

    @property
    def shown(self) -> tuple[Gain, ...]:
        """Rows of objects that are not hostile, where there are any; only friendly ones in a run that walks their windows alone."""
        sides = ("friendly",) if self.windows else ("friendly", "neutral")
        return tuple(row for row in self.rows if row.side in sides) or self.rows


def gains(arm: Arm) -> Gains | None:
    """What the main site of a run adds to the first other site with fire units; None when there is no other."""
    others = [site for site in arm.sites[1:] if site.fire_units]
    if not others:
        return None
    main, other = arm.sites[0], others[0]
    seen_main, seen_other = set(main.nodes), set(other.nodes)
    stretches: dict[tuple[int, int, bool], list[tuple[int, int]]] = defaultdict(list)
    for hold in arm.data.holds:
        if hold.thing >= 0 and hold.node in seen_main | seen_other:
            stretches[hold.line, hold.thing, hold.node in seen_main].append((hold.start_ns, hold.end_ns))
    objects = arm.data.objects
    alone = np.zeros((arm.data.count, len(objects.ids)))
    together = np.zeros_like(alone)
    for line in range(arm.data.count):
        for thing in range(len(objects.ids)):
            there = stretches.get((line, thing, False), [])
            alone[line, thing] = covered_ns(there)
            together[line, thing] = covered_ns(there + stretches.get((line, thing, True), []))
    scale = MINUTE * NANOSECONDS_PER_SECOND
    rows = []
    for thing, name in enumerate(objects.ids):
        monthly = float(objects.sorties_per_month[thing])
        rows.append(
            Gain(
                name,
                str(objects.sides[thing]),
                None if np.isnan(monthly) else monthly,
                *(_mean(values[:, thing] / scale) for values in (alone, together, together - alone)),
            )
        )
    return Gains(main, other, tuple(rows), bool(arm.reader.manifest.walk))


def _mean(values: Array) -> Estimate:
    found = t_mean(values)
    if found.low is None or found.high is None:
        return found
    return Estimate(found.value, max(0.0, found.low), found.high, found.count, found.missing)


def draw_gains(found: Gains, names: tuple[str, str]) -> Drawing:
    """Bars: what the other site holds alone, and what the main site adds, in minutes of firm track of one flight."""

    rows = found.shown
    left = 14.0 + max(text_width(row.object_id, 11.0) for row in rows)
    d = Drawing(
        920.0,
        48.0 + 20.0 * len(rows) + 44.0,
        "What the main site adds",
        f"Minutes of firm track of one flight: by {names[1]} alone, and added by {names[0]}",
    )
    longest = max([row.both.value or 0.0 for row in rows] + [1.0])
    x = Scale(0.0, longest * 1.05, left, 900.0)
    d.rect(left, 6.0, 14.0, 10.0, "bar-b")
    d.text((left + 20.0, 15.0), f"held by {names[1]} alone", "t small")
    start = left + 40.0 + text_width(f"held by {names[1]} alone", 11.0)
    d.rect(start, 6.0, 14.0, 10.0, "bar-a")
    d.text((start + 20.0, 15.0), f"added by {names[0]}", "t small")
    for number, row in enumerate(rows):
        y = 40.0 + 20.0 * number
        d.text((left - 10.0, y + 4.0), row.object_id, f"t small {row.side}", anchor="end")
        other, both = row.other.value or 0.0, row.both.value or 0.0
        if both == 0.0:
            d.text((left + 6.0, y + 4.0), "no firm track in any replication", "t small muted")
        if other > 0.0:
            d.rect(x(0.0), y - 6.0, x(other) - x(0.0), 12.0, "bar-b")
        if both > other:
            d.rect(x(other), y - 6.0, x(both) - x(other), 12.0, "bar-a")
    axis_below(d, x, 34.0 + 20.0 * len(rows), "firm track of one flight, minutes")
    return d
