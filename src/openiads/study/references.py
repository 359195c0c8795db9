"""What one section of a study file refers to in another: sources, parties, measures, options, levels, `$references`, loops."""

from collections.abc import Iterable, Iterator
from typing import Any

from openiads.scenario.problems import Path, Problem, did_you_mean
from openiads.study.spec import ReadingSpec, StudySpec


def reference_problems(spec: StudySpec) -> Iterator[Problem]:
    """Everything that is referred to and not there."""
    sources = {s.id for s in spec.sources}
    parties = {p.id for p in spec.parties}
    yield from _sources(spec, sources)
    for number, a in enumerate(spec.assumptions):
        for party in a.positions or {}:
            if party not in parties:
                yield _unknown(("assumptions", number, "positions", party), "party", party, parties, at_key=True)
    for number, claim in enumerate(spec.claims):
        yield from _known((claim.owner,), ("claims", number, "owner"), "party", parties, whole=True)
        for party in claim.expected:
            if party not in parties:
                yield _unknown(("claims", number, "expected", party), "party", party, parties, at_key=True)
        for r, reading in enumerate(claim.readings):
            yield from _reading(spec, reading, ("claims", number, "readings", r), parties)
    yield from _measures(spec)
    yield from _options(spec)
    yield from _analysis(spec, parties)


def _unknown(path: Path, what: str, name: str, known: Iterable[str], *, at_key: bool = False) -> Problem:
    return Problem(path, f"no {what} is called {name!r}. {did_you_mean(str(name), map(str, known))}", at_key=at_key)


def _known(names: Iterable[str], path: Path, what: str, known: set[str], *, whole: bool = False) -> Iterator[Problem]:
    for number, name in enumerate(names):
        if name not in known:
            yield _unknown(path if whole else (*path, number), what, name, known)


def _sources(spec: StudySpec, known: set[str]) -> Iterator[Problem]:
    for number, a in enumerate(spec.assumptions):
        path: Path = ("assumptions", number)
        if a.agreed is not None:
            yield from _known(a.agreed.sources, (*path, "agreed", "sources"), "source", known)
        for party, position in (a.positions or {}).items():
            yield from _known(position.sources, (*path, "positions", party, "sources"), "source", known)
    for number, claim in enumerate(spec.claims):
        yield from _known(claim.sources, ("claims", number, "sources"), "source", known)
        for r, reading in enumerate(claim.readings):
            here: Path = ("claims", number, "readings", r, "threshold_sources")
            yield from _known(reading.threshold_sources, here, "source", known)


def _reading(spec: StudySpec, reading: ReadingSpec, path: Path, parties: set[str]) -> Iterator[Problem]:
    yield from _known(reading.by, (*path, "by"), "party", parties)
    if reading.bridging is not None:
        searches = {b.id for b in spec.analysis.bridging}
        yield from _known((reading.bridging,), (*path, "bridging"), "bridging search", searches, whole=True)
        return
    measures = {m.id for m in spec.measures}
    yield from _known((reading.measure or "",), (*path, "measure"), "measure", measures, whole=True)
    options = {o.id: [v.id for v in o.values] for o in spec.options}
    if reading.contrast is not None:
        option = reading.contrast.option
        yield from _known((option,), (*path, "contrast", "option"), "option", set(options), whole=True)
        for name in ("value", "minus"):
            value = getattr(reading.contrast, name)
            if option in options and value not in options[option]:
                yield _unknown((*path, "contrast", name), f"value of option {option!r}", value, options[option])
    for number, entry in enumerate(reading.scope):
        yield from _scope(spec, entry, (*path, "scope", number), options)


def _scope(spec: StudySpec, entry: Any, path: Path, options: dict[str, list[str]]) -> Iterator[Problem]:
    if entry.option is not None:
        if entry.option not in options:
            yield _unknown((*path, "option"), "option", entry.option, options)
            return
        for value in entry.levels:
            if value not in options[entry.option]:
                yield _unknown(path, f"value of option {entry.option!r}", str(value), options[entry.option])
        return
    conditions = {c.id: c for c in spec.conditions}
    if entry.condition not in conditions:
        yield _unknown((*path, "condition"), "condition", str(entry.condition), conditions)
        return
    condition = conditions[entry.condition]
    for value in entry.levels:
        if condition.levels is not None and value not in condition.levels:
            known = map(str, condition.levels)
            yield _unknown(path, f"level of condition {condition.id!r}", str(value), known)
        elif condition.range is not None and not condition.range[0] <= value <= condition.range[1]:
            low, high = condition.range
            text = f"{value} is outside the range {low:g} to {high:g} of condition {condition.id!r}. Correct it"
            yield Problem(path, text)


def _measures(spec: StudySpec) -> Iterator[Problem]:
    assumptions = {a.id for a in spec.assumptions}
    for number, measure in enumerate(spec.measures):
        path: Path = ("measures", number)
        if measure.vignette is not None and measure.vignette not in spec.scenario.vignettes:
            yield _unknown((*path, "vignette"), "vignette", measure.vignette, spec.scenario.vignettes)
        for key, name in dollar_references(measure.args):
            if name not in assumptions:
                yield _unknown((*path, "args", key), "assumption", name, assumptions)


def dollar_references(args: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Arguments that name an assumption as `$name`."""
    for key, value in args.items():
        if isinstance(value, str) and value.startswith("$"):
            yield key, value[1:]


def _options(spec: StudySpec) -> Iterator[Problem]:
    for number, option in enumerate(spec.options):
        known = {v.id for v in option.values}
        if option.baseline not in known:
            yield _unknown(("options", number, "baseline"), f"value of option {option.id!r}", option.baseline, known)


def _analysis(spec: StudySpec, parties: set[str]) -> Iterator[Problem]:
    path: Path = ("analysis",)
    for number, pair in enumerate(spec.analysis.attribution.pairs):
        yield from _known(pair, (*path, "attribution", "pairs", number), "party", parties)
    assumptions = {a.id for a in spec.assumptions}
    for number, d in enumerate(spec.dependence):
        yield from _known((d.party,), ("dependence", number, "party"), "party", parties, whole=True)
        yield from _known(d.members, ("dependence", number, "members"), "assumption", assumptions)
    measures = {m.id for m in spec.measures}
    for name in spec.replications.stopping.half_width:
        if name not in measures:
            yield _unknown(("replications", "stopping", "half_width", name), "measure", name, measures, at_key=True)
    readings = {r.id: r for c in spec.claims for r in c.readings}
    for number, b in enumerate(spec.analysis.bridging):
        here: Path = (*path, "bridging", number)
        yield from _known(b.over, (*here, "over"), "option", {o.id for o in spec.options})
        yield from _known(b.for_parties, (*here, "for_parties"), "party", parties)
        for r, name in enumerate(b.require):
            if name not in readings:
                yield _unknown((*here, "require", r), "reading", name, readings)
            elif readings[name].bridging is not None:
                text = f"reading {name!r} is itself a bridging reading, so the search goes in a circle"
                yield Problem((*here, "require", r), f"{text}. Require measured readings")
