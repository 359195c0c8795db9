"""The page of a study: one sheet in front, and in the full report everything behind it. No script, no outside request."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources import files
from typing import Any, Final

from openiads import __version__
from openiads.report import numbers, study_answer, study_tables
from openiads.report.study_beside import Beside
from openiads.report.study_data import Pair, StudyData, View
from openiads.report.study_moments import Moments
from openiads.report.study_more import more_charts
from openiads.report.study_override import overrides
from openiads.report.study_plots import Reference, profile_chart, share_bars, sweep_chart
from openiads.report.study_profile import Draws, Profile, profiles, stored_draws
from openiads.report.study_sources import figures, hashes, listing, placeholder_list, positions, sources
from openiads.report.study_words import checked, joined, percent, plain, said, unmarked
from openiads.results.wording import significant

SHEET_READINGS: Final = 6
"""Readings on the first sheet; the others stand in the full report."""
DENSE: Final = 4
DENSE_PARTIES: Final = 2
"""Readings and parties above which the sheet is printed smaller."""
SHEET_BARS: Final = 2
SHEET_SETTLE: Final = 3
LEVELS: Final = ("verification", "validation", "input_pedigree", "uncertainty", "robustness")
"""Factors of the credibility line."""


@dataclass(frozen=True)
class StudyPage:
    """A finished study as HTML.

    `full` adds every table and plot behind the first sheet; `moments` are links into runs that a viewer shows.
    """

    data: StudyData
    full: bool = True
    moments: Moments = field(default_factory=Moments)
    again: str = ""
    beside: Beside | None = None
    across: Sequence[str] = ()

    @property
    def pair(self) -> Pair | None:
        """The pair of the first sheet."""
        return self.data.main_pair

    @cached_property
    def draws(self) -> tuple[Draws, ...]:
        """Stored runs, for the plots over conditions."""
        return stored_draws(self.data)

    @cached_property
    def profiles(self) -> tuple[Profile, ...]:
        """Measures over conditions."""
        return profiles(self.data, self.draws)

    @cached_property
    def sheet_views(self) -> tuple[View, ...]:
        """The readings of the first sheet: all, or the disputed ones first where there are many, in the order of the file."""
        views = self.data.views
        if len(views) <= SHEET_READINGS or self.pair is None:
            return views
        first = [v for v in views if self._between(v) == "disputed"]
        kept = [*first, *(v for v in views if v not in first)][:SHEET_READINGS]
        return tuple(sorted(kept, key=lambda v: v.number))

    def _between(self, view: View) -> str:
        row = self.data.comparison(view.id, self.pair) if self.pair else None
        return "" if row is None else str(row["between"])

    @cached_property
    def context(self) -> dict[str, Any]:
        """Everything that the template shows."""
        data = self.data
        return {
            "full": self.full,
            "data": data,
            "spec": data.spec,
            "manifest": data.manifest,
            "headline": study_answer.headline(data),
            "sentences": study_answer.sentences(data),
            "status": self._status(),
            "rows": self._rows(),
            "left_out": len(data.views) - len(self.sheet_views),
            "pair": self.pair,
            "dense": len(self.sheet_views) > DENSE or len(data.parties) > DENSE_PARTIES,
            "denser": len(self.sheet_views) > DENSE and len(data.parties) > DENSE_PARTIES,
            "pair_text": joined([said(p) for p in self.pair]) if self.pair else "the parties",
            "settle": self._settle(),
            "unresolved": joined([said(v) for v in study_answer.unresolved(data, self.pair)]) if self.pair else "",
            "settled": joined([said(v) for v in study_answer.settled(data, self.pair)]) if self.pair else "",
            "not_tested": [c for c in data.spec.claims if c.testability != "testable"],
            "credibility": self._credibility(),
            "placeholders": placeholder_list(data),
            "sources": sources(data),
            "figures": figures(data),
            "positions": positions(data),
            "listing": listing(data),
            "hashes": hashes(data),
            "tables": study_tables.tables(self),
            "overrides": overrides(data.folder),
            "moments": self.moments,
            "beside": self.beside,
            "across": self.across,
            "again": self.again or f"openiads study replay {data.folder.name}",
            **self._pictures(),
            **self._tools(),
        }

    def _status(self) -> list[str]:
        """What a reader must know before anything else."""
        m, spec = self.data.manifest, self.data.spec
        told = []
        if m["draft"]:
            told.append("DRAFT: nothing was registered; positions, readings and seed can still be changed.")
        unsigned = [p for p in spec.parties if p.endorsement != "signed" and p.role != "neutral"]
        if len(unsigned) == sum(p.role != "neutral" for p in spec.parties):
            told.append("No party has signed these positions.")
        elif unsigned:
            told.append(f"Not signed by {joined([said(p.id) for p in unsigned])}.")
        if m["silent"]:
            told.append(f"{joined([said(p) for p in m['silent']])} states nothing and is never imputed.")
        after = sum(bool(a["after_results_seen"]) for a in m["amendments"])
        if m["amendments"]:
            told.append(f"{len(m['amendments'])} amendments, {after} of them made after results were seen.")
        if m["identity"]["sizes"]["quick"]:
            told.append("Quick look: few draws, one look, no sensitivity.")
        if m["runs"]["failed"]:
            told.append(f"{m['runs']['failed']:,} of {m['runs']['done']:,} runs failed and count as missing.")
        if self._silent_pair():
            told.append("One party is silent, so nothing is attributed.")
        return told

    def _silent_pair(self) -> bool:
        return self.pair is not None and any(p in self.data.manifest["silent"] for p in self.pair)

    def _rows(self) -> list[dict[str, Any]]:
        found = []
        shown = {v.id for v in self.sheet_views}
        for view in self.data.views:
            spark = sweep_chart(self.data, view, spark=True)
            found.append(
                {
                    "view": view,
                    "on_sheet": view.id in shown,
                    "cells": [study_answer.cell(self.data, view, party) for party in self.data.parties],
                    "between": self._between(view),
                    "spark": spark.markup() if spark else None,
                    "turns": self._holds_to(view),
                }
            )
        return found

    def _holds_to(self, view: View) -> list[tuple[str, Any]]:
        """The threshold up to which a reading holds over the robust share, by party."""
        found = []
        for party in self.data.parties:
            value = self.data.claim_row(view.id, party)["holds_to_threshold"]
            if value is not None:
                text = study_answer.link(study_answer.claim_id(self.data, view, party), significant(value, 2))
                found.append((said(party), text))
        return found

    def _settle(self) -> list[tuple[View, list[Any]]]:
        if self.pair is None:
            return []
        told = [(v, study_answer.settle(self.data, v, self.pair)) for v in self.data.views]
        return [(v, lines) for v, lines in told if lines]

    def _credibility(self) -> list[tuple[str, int]]:
        sheet = self.data.manifest["credibility"]
        return [(plain(name), sheet[name]["level"]) for name in LEVELS if name in sheet]

    def _pictures(self) -> dict[str, Any]:
        first = self.profiles[0] if self.profiles else None
        bars = []
        for view in self.data.views:
            drawing = share_bars(self.data, view, self.pair, most=8 if self.full else 6) if self.pair else None
            if drawing is not None:
                bars.append((view, drawing.markup()))
        sheet_bars = [(view, picture) for view, picture in bars if view in self.sheet_views][:SHEET_BARS]
        sweeps = [(v, d.markup()) for v in self.data.views if (d := sweep_chart(self.data, v)) is not None]
        return {
            "profile": first,
            "profile_chart": profile_chart(self.data, first, self.references(first)).markup() if first else None,
            "bars": bars,
            "sheet_bars": sheet_bars,
            "sheet_settle": SHEET_SETTLE,
            "sweeps": sweeps,
            "more": more_charts(self.data, self.draws, self.profiles, self.pair) if self.full else {},
        }

    def references(self, profile: Profile | None) -> Sequence[Reference]:
        """Values of a profile's measure that readings ask for."""
        found: dict[float, str] = {}
        for view in self.data.views:
            spec = view.spec
            if profile is None or spec.measure != profile.measure or spec.contrast is not None or spec.statistic is None:
                continue
            if spec.statistic.event is not None:
                found.setdefault(float(spec.statistic.event.value), view.id)
            elif spec.threshold is not None:
                found.setdefault(float(spec.threshold), view.id)
        return tuple(found.items())

    def _tools(self) -> dict[str, Any]:
        style = files("openiads.report") / "templates"
        return {
            "version": __version__,
            "style": "\n".join((style / name).read_text(encoding="utf-8") for name in ("report.css", "study.css")),
            "said": said,
            "plain": plain,
            "sig": lambda v: "" if v is None else significant(v, 3),
            "percent": percent,
            "exact": numbers.exact,
            "joined": joined,
            "classes": self._classes,
        }

    def _classes(self, first: str, party: str) -> str:
        """Classes by which a row is filtered: that of its claim, when its first cell names a reading, and that of its party."""
        found = []
        view = next((v for v in self.data.views if v.id == unmarked(first)), None)
        if view is not None:
            found += ["k", f"k{self.data.spec.claims.index(view.claim)}"]
        if party:
            found += ["q", f"q{self.data.parties.index(party)}"]
        return " ".join(found)

    def html(self) -> str:
        """The page, checked against the wording rules. The same folder gives the same bytes.

        Raises
        ------
        WordingError
            When a sentence of the program breaks a rule: a defect.
        """
        from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - slow, and only reports need it

        environment = Environment(
            loader=PackageLoader("openiads.report"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        return checked(environment.get_template("study.html.j2").render(self.context))
