"""From runs to one self-contained HTML page: no script, no outside request, every text escaped."""

from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from openiads import __version__
from openiads.errors import ResultsError
from openiads.report import answers, numbers
from openiads.report.arms import Arm, place_name
from openiads.report.figures import figure_table
from openiads.report.gain import Gains, draw_gains, gains
from openiads.report.groups import STAGES, groups
from openiads.report.map import draw_map
from openiads.report.reach import FireUnitReach, fire_unit_reach, reach_chart
from openiads.report.timeline import draw_timeline
from openiads.report.why import causes, draw_causes
from openiads.results.measures import measure
from openiads.results.paired import differences, every_measure
from openiads.results.wording import difference_text, estimate_text, in_percent, number, ratio_text, significant, unit_of

if TYPE_CHECKING:
    from openiads.results.store import RunReader

KEY_MEASURES: Final = (
    "leakage",
    "pk_engagement",
    "missiles_per_kill",
    "magazine_depth",
    "p_any_friendly_engaged",
    "misid_friend_as_hostile",
    "held_fire_share",
    "siap_completeness",
)
"""Measures that stand on the first page."""

READABLE: Final = {
    "leakage": "hostile objects that get through",
    "pk_engagement": "engaged hostile objects killed",
    "missiles_per_kill": "missiles launched per kill",
    "magazine_depth": "ready missiles left at the end",
    "p_any_friendly_engaged": "replications with a launch at a friend",
    "misid_friend_as_hostile": "friendly objects taken for hostile",
    "held_fire_share": "hostile objects left alone: identity",
    "siap_completeness": "object time on the fire unit's picture",
}


@dataclass(frozen=True)
class Report:
    """What a page is about: a run, one under another variant with the same draws, and one of peacetime flying.

    Raises
    ------
    ResultsError
        When a run was recorded without events.
    """

    main: Arm
    other: Arm | None = None
    peacetime: Arm | None = None
    question: str = ""
    replay: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        """Every run must hold its events."""
        for arm in self.arms:
            if "events" not in arm.reader.manifest.tables():
                raise ResultsError(
                    f"{arm.reader.folder}: a report needs the events of every replication. Run again with --record events."
                )

    @property
    def arms(self) -> tuple[Arm, ...]:
        """All runs."""
        return tuple(arm for arm in (self.main, self.other, self.peacetime) if arm is not None)

    @property
    def pair(self) -> tuple[Arm, ...]:
        """The run, and the one that it is compared with."""
        return tuple(arm for arm in (self.main, self.other) if arm is not None)

    @cached_property
    def context(self) -> dict[str, Any]:
        """Everything that the template shows."""
        main, figures = self.main, figure_table(arm.scenario for arm in self.arms)
        wanted = every_measure(main.reader.manifest.tables())
        rows = differences(main.data, self.other.data, wanted) if self.other else ()
        alone = measure(main.data, wanted) if self.other is None else ()
        reaches = tuple(fire_unit_reach(main, site) for site in main.sites if site.fire_units)
        gain = gains(self.peacetime or main)
        manifest = main.reader.manifest
        return {
            "title": self.question or manifest.title,
            "subtitle": manifest.title,
            "manifest": manifest,
            "digests": [(answers.arm_label(arm.name), arm.reader.manifest, _digest(arm.reader)) for arm in self.arms],
            "figures": figures,
            "sentences": [
                *answers.about_leakage(self.pair, rows, alone),
                *answers.about_friends(self.pair, rows, alone),
                *(answers.about_reach(reaches[0], figures) if reaches else ()),
                *(answers.about_gain(gain) if gain else ()),
            ],
            "paired": bool(rows),
            "labels": [answers.arm_label(arm.name) for arm in self.pair],
            "key_rows": _key_rows(rows, alone),
            "measure_rows": _measure_rows(rows, alone),
            "group_tables": [
                (answers.arm_label(arm.name), arm.reader.manifest, groups(arm)) for arm in self.arms if arm is not self.other
            ],
            "exposure": _exposure(self.peacetime),
            "gain": gain,
            "gain_arm": answers.arm_label((self.peacetime or main).name),
            "replay": self.replay,
            **self._pictures(reaches, gain),
            **_tools(),
        }

    def _pictures(self, reaches: tuple[FireUnitReach, ...], gain: Gains | None) -> dict[str, Any]:
        """The drawings, with what their tables show."""
        rows = reaches[0].rows if reaches else ()
        why = tuple((answers.arm_label(arm.name), causes(arm)) for arm in self.pair)
        names = (place_name(gain.main.place), place_name(gain.other.place)) if gain else ("", "")
        return {
            "reaches": reaches,
            "reach_chart": reach_chart(reaches[0]).markup() if reaches else None,
            "reach_rows": [(answers.row_id(row.height), answers.height_text(row.height), row) for row in rows],
            "why": why,
            "why_chart": draw_causes(why).markup() if any(found for _, found in why) else None,
            "map": draw_map(self.main, reaches).markup(),
            "timeline": draw_timeline(self.main, self.main.reader.manifest.first_replication).markup(),
            "gain_chart": draw_gains(gain, names).markup() if gain else None,
        }

    def html(self) -> str:
        """The page. The same runs give the same bytes."""
        from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - slow, and only reports need it

        environment = Environment(
            loader=PackageLoader("openiads.report"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        return environment.get_template("report.html.j2").render(self.context)


def _tools() -> dict[str, Any]:
    """What the template writes numbers with, and what it is dressed in."""
    return {
        "version": __version__,
        "style": (files("openiads.report") / "templates" / "report.css").read_text(encoding="utf-8"),
        "place_name": place_name,
        "stages": STAGES,
        "percent": lambda e: estimate_text(numbers.SHARE, e, figures=2, unit=False),
        "sig": significant,
        "exact": numbers.exact,
    }


def _exposure(arm: Arm | None) -> tuple[Any, ...]:
    """Hours a month that each system holds of each kind of friendly aircraft; only a run that walks windows tells."""
    from openiads.results.exposure import exposure  # noqa: PLC0415 - only for months

    return exposure(arm.reader) if arm is not None and arm.reader.manifest.walk else ()


def _digest(reader: "RunReader") -> str:
    from openiads.results.digest import digest  # noqa: PLC0415 - reads every table

    return digest(reader).total


def _key_rows(rows: Any, alone: Any) -> list[dict[str, Any]]:
    """Rows of the table on the first page."""
    found = []
    for name in KEY_MEASURES:
        row = f"m-{name}"
        paired = next((d for d in rows if d.label == name), None)
        single = next((m for m in alone if m.label == name), None)
        if paired is not None and paired.first.value is not None:
            found.append(
                {
                    "name": READABLE[name],
                    "values": [numbers.estimate(row, paired.measure, e) for e in (paired.first, paired.second)],
                    "difference": numbers.difference(row, paired),
                    "resolved": paired.resolved,
                    "higher": (paired.difference.value or 0.0) > 0.0,
                }
            )
        elif paired is None and single is not None and single.estimate.value is not None:
            found.append({"name": READABLE[name], "values": [numbers.estimate(row, single.measure, single.estimate)]})
    return found


def _measure_rows(rows: Any, alone: Any) -> list[dict[str, Any]]:
    """Rows of the table of all measures; those of single objects are in it when they differ between the arms."""
    found = []
    for one in rows or alone:
        estimates = [one.first, one.second] if rows else [one.estimate]
        if rows and one.arguments and one.alike == one.pairs:
            continue
        values = [v for e in estimates for v in (e.value, e.low, e.high)]
        row = {
            "id": f"m-{one.label}",
            "label": one.label,
            "definition": one.measure.definition,
            "unit": unit_of(one.measure),
            "texts": [estimate_text(one.measure, e, unit=False) for e in estimates],
            "missing": max(e.missing for e in estimates),
        }
        if rows:
            d = one.difference
            values += [d.value, d.low, d.high]
            row |= {
                "difference": difference_text(one, unit=False),
                "ratio": ratio_text(one.variance_ratio),
                "whisker": _whisker(one),
            }
        row["exact"] = numbers.exact([100.0 * v if v is not None and in_percent(one.measure) else v for v in values])
        found.append(row)
    return found


def _whisker(d: Any) -> Any:
    """The interval of a difference as a small drawing around zero."""
    from openiads.report.svg import Drawing, Scale  # noqa: PLC0415 - drawing only

    e = d.difference
    if e.value is None or e.low is None or e.high is None:
        return ""
    most = max(abs(e.low), abs(e.high)) or 1.0
    x = Scale(-most, most, 6.0, 94.0)
    told = f"{number(d.measure, e.low, signed=True)} to {number(d.measure, e.high, signed=True)} around 0"
    drawing = Drawing(100.0, 16.0, f"Interval of the difference of {d.label}", told, style="whisker")
    drawing.line((x(0.0), 1.0), (x(0.0), 15.0), "zero")
    drawing.line((x(e.low), 8.0), (x(e.high), 8.0), "interval")
    drawing.mark((x(e.value), 8.0), "circle" if d.resolved else "ring", "fill ink" if d.resolved else "ink", 4.0)
    return drawing.markup()
