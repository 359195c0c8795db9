"""Where the numbers of a study come from: its file line by line, its sources with grades, the catalogue figures that it names."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from openiads.report.study_data import StudyData
from openiads.report.study_words import plain, said


@dataclass(frozen=True)
class Source:
    """One source of the study."""

    id: str
    cite: str
    kind: str
    grade: str
    date: str
    url: str
    quote: str
    sha256: str
    line: int
    used: int


def sources(data: StudyData) -> list[Source]:
    """Every source with how often it is cited."""
    cited = list(_cited(data))
    return [
        Source(
            said(s.id), said(s.cite), s.kind.replace("_", " "), s.grade, _told(s.date), _told(s.url), _told(s.quote),
            s.sha256 or "", data.line("sources", k), cited.count(s.id),
        )
        for k, s in enumerate(data.spec.sources)
    ]  # fmt: skip


def _told(text: str | None) -> str:
    return said(text) if text else ""


def _cited(data: StudyData) -> Iterator[str]:
    for a in data.spec.assumptions:
        for position in (a.agreed, *(a.positions or {}).values()):
            yield from position.sources if position is not None else ()
    for claim in data.spec.claims:
        yield from claim.sources
        for reading in claim.readings:
            yield from reading.threshold_sources


def placeholder_list(data: StudyData) -> list[tuple[str, int]]:
    """What rests on a placeholder, with its line."""
    found = []
    for k, a in enumerate(data.spec.assumptions):
        if a.agreed is not None and a.agreed.basis == "placeholder":
            found.append((f"{said(a.label)}, agreed", data.line("assumptions", k, "agreed")))
        for party, position in (a.positions or {}).items():
            if position.basis == "placeholder":
                found.append(
                    (f"{said(a.label)}, as {said(party)} states it", data.line("assumptions", k, "positions", party))
                )
    for view in data.views:
        if view.spec.threshold_basis == "placeholder":
            found.append((f"threshold of {said(view.id)}", data.line(*view.path, "threshold")))
    return found


def listing(data: StudyData) -> list[tuple[int, str]]:
    """The study file as lines with their numbers."""
    return [(k, said(text)) for k, text in enumerate(data.lines, start=1)]


@dataclass(frozen=True)
class UsedEntry:
    """A catalogue figure that a position names."""

    path: str
    who: str
    spread: str
    unit: str
    grade: str
    placeholder: bool
    cited: str
    line: int


def figures(data: StudyData) -> list[UsedEntry]:
    """Every catalogue figure that a position of the file names, as the catalogue of this version holds it."""
    found = []
    for k, a in enumerate(data.study.document.data.get("assumptions", ())):
        places: list[tuple[tuple[str | int, ...], Any]] = [(("agreed",), a.get("agreed"))]
        places += [(("positions", party), p) for party, p in (a.get("positions") or {}).items()]
        for path, position in places:
            if isinstance(position, dict) and "figure" in position:
                found.append(_entry(str(position["figure"]), f"{a['id']}, {path[-1]}", data.line("assumptions", k, *path)))
    return found


def _entry(path: str, who: str, line: int) -> UsedEntry:
    from openiads.catalogue import load_catalogue  # noqa: PLC0415

    figure = load_catalogue().figure(path)
    low, high = figure.low, figure.high
    spread = f"{figure.value}" if low is None or high is None or low == high else f"{figure.value} ({low} to {high})"
    cited = "; ".join(str(s) for s in figure.sources)
    return UsedEntry(said(path), said(who), said(spread), said(figure.unit), said(figure.grade),
                     bool(figure.placeholder), said(cited), line)  # fmt: skip


@dataclass(frozen=True)
class Stated:
    """One assumption with what each party states of it, each linked to its line of the study file."""

    label: Any
    player: str
    admissible: str
    stated: tuple[Any, ...]
    sources: tuple[tuple[int, str], ...]


def positions(data: StudyData) -> list[Stated]:
    """Every assumption and every position on it."""
    order = {s.id: k for k, s in enumerate(data.spec.sources)}
    found = []
    for k, a in enumerate(data.spec.assumptions):
        told: list[Any] = []
        cited: dict[str, None] = {}
        for party in data.parties:
            position = a.agreed if a.positions is None else a.positions.get(party)
            where = ("assumptions", k, "agreed") if a.positions is None else ("assumptions", k, "positions", party)
            told.append("silent" if position is None else data.at(_position(position, a.unit), *where))
            cited.update(dict.fromkeys(() if position is None else position.sources))
        bounds = " to ".join(f"{v:g}" if isinstance(v, int | float) else said(v) for v in a.admissible)
        label = data.at(said(a.label), "assumptions", k)
        found.append(
            Stated(label, said(plain(a.player or "")), bounds, tuple(told), tuple((order[s], said(s)) for s in cited))
        )
    return found


def _position(position: Any, unit: str) -> str:
    after = "" if unit == "1" else f" {said(unit)}"
    if position.interval is not None:
        text = f"{position.interval[0]:g} to {position.interval[1]:g}{after}"
    elif position.value is not None:
        text = f"{said(position.value)}{after}"
    elif position.weights is not None:
        text = ", ".join(f"{said(name)} {share:g}" for name, share in position.weights.items())
    else:
        text = f"{position.dist} {', '.join(f'{n} {v}' for n, v in (position.params or {}).items())}{after}"
    return f"{text} ({position.basis.replace('_', ' ')})"


def hashes(data: StudyData) -> list[tuple[str, str]]:
    """What identifies the study, its runs and its files."""
    m = data.manifest
    identity = m["identity"]
    found = [
        ("study, sha256", identity["study_sha256"]), ("lock, sha256", identity["lock_sha256"] or "none"),
        ("scenario, sha256", m["scenario_sha256"] or "none: a model of formulas"), ("design, sha256", m["design_sha256"]),
        ("digest of the tables", m["digest"]), ("last look, sha256", m["looks"]["last"] or "none"),
        ("model", said(identity["model"])),
        ("random numbers", m["rng"]), ("seed", f"{m['seed']['study']} ({m['seed']['how']})"), ("finished", m["finished"]),
    ]  # fmt: skip
    found += [("runs, " + said(name), f"{count:,}") for name, count in m["runs"]["by_stage"].items()]
    found += [(name, str(value)) for name, value in identity["software"].items()]
    return found
