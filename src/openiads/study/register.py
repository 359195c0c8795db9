"""The register of the record: the public claims of 2019, how each may be tested, and what the shipped studies say of them.

The register is data. Words come from runs and are never typed: a claim that no study tests has none.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final, Literal

from pydantic import Field, ValidationError

from openiads.errors import StudyError
from openiads.scenario.problems import Problem
from openiads.scenario.yaml_reader import Document, read_text
from openiads.study.bench import Bench, drive
from openiads.study.blocks import evaluated
from openiads.study.loading import InvalidStudyError, Study, lines_of, load_study
from openiads.study.looks import Looks, Status
from openiads.study.messages import problems_of
from openiads.study.model import Batch, Model, Outcomes
from openiads.study.parts import Listed, Name, Part, Text, Word
from openiads.study.shipped import REGISTER, find, folder, shipped
from openiads.study.sizes import Sizes, sizes_of
from openiads.study.spec import StudySpec
from openiads.study.verdicts import verdict_component
from openiads.study.words import PartyVerdict, between, capped, party_verdict

FIRST_LINE: Final = 'openiads_register: "0.1"'
QUICK_RUNS: Final = 8
"""Replications of each draw in quick mode: eight alike settle "at least half of them", and nothing finer."""
QUICK_DRAWS: Final = 4
Class = Literal["testable", "partial", "not_testable", "record_check"]
CLASSES: Final[Mapping[str, str]] = {
    "testable": "testable",
    "partial": "partly testable",
    "not_testable": "not testable here",
    "record_check": "a matter of record",
}
CANNOT_SETTLE: Final = "public data cannot settle this"
HEAVY: Final = frozenset({"standalone-vs-integrated"})
"""Studies whose measures need more runs than quick mode makes: rates of rare events, defended area."""


class TestSpec(Part):
    """The claim of a shipped study that tests an entry."""

    study: Word
    claim: Name


class EntrySpec(Part):
    """One claim of the record."""

    id: Word
    article: Word
    who: Text
    side: Literal["ankara", "washington", "neutral"]
    date: str
    quote: Text
    wording: Literal["verbatim", "paraphrase"]
    class_: Class = Field(alias="class")
    tests: Listed[TestSpec] = ()
    why: Text
    record: Text | None = None
    hinges_on: Listed[str] = ()


class ArticleSpec(Part):
    """One of the articles."""

    cite: Text
    date: str


class ContradictionSpec(Part):
    """Where articles contradict one another or the record."""

    topic: Text
    between: Listed[Word] = Field(min_length=1)
    text: Text
    claims: Listed[Word] = Field(min_length=1)


class RegisterSpec(Part):
    """The whole register."""

    openiads_register: Literal["0.1"]
    articles: dict[Word, ArticleSpec]
    claims: Listed[EntrySpec] = Field(min_length=1)
    contradictions: Listed[ContradictionSpec] = ()


def load_register(text: str | None = None, name: str = REGISTER) -> RegisterSpec:
    """The shipped register, or one from text.

    Raises
    ------
    StudyError
        With one line `file:line:column: path: message` per problem: form, references, classes.
    """
    given = (folder() / REGISTER).read_text(encoding="utf-8") if text is None else text
    document = read_text(given, name=name, first_line=FIRST_LINE)
    try:
        found = RegisterSpec.model_validate(document.data)
    except ValidationError as error:
        problems = problems_of(error.errors(include_url=False), document.data, {"": list(RegisterSpec.model_fields)})
        raise InvalidStudyError(lines_of(document, problems)) from None
    _require_sound(found, document)
    return found


def _require_sound(found: RegisterSpec, document: Document) -> None:
    problems = list(register_problems(found))
    if problems:
        raise InvalidStudyError(lines_of(document, problems))


def register_problems(found: RegisterSpec) -> Iterable[Problem]:
    """What is wrong with a register: ids twice, unknown articles, studies or claims, classes without tests or reasons."""
    seen: set[str] = set()
    for number, entry in enumerate(found.claims):
        path = ("claims", number)
        if entry.id in seen:
            yield Problem((*path, "id"), f"claim {entry.id} stands here twice. Remove one")
        seen.add(entry.id)
        if entry.article not in found.articles:
            yield Problem((*path, "article"), f"no article is called {entry.article!r}. Known: {', '.join(found.articles)}")
        if entry.class_ in ("testable", "partial") and not entry.tests:
            yield Problem((*path, "class"), f"claim {entry.id} is {CLASSES[entry.class_]}, but names no test. Add tests")
        if entry.class_ in ("not_testable", "record_check") and entry.tests:
            yield Problem((*path, "tests"), f"claim {entry.id} is {CLASSES[entry.class_]}, so it has no tests. Remove them")
        if (entry.class_ == "record_check") != (entry.record is not None):
            yield Problem((*path, "class"), f"claim {entry.id}: record belongs to record_check, and only there. Correct it")
        for k, test in enumerate(entry.tests):
            yield from _test_problems(test, (*path, "tests", k))
    for number, one in enumerate(found.contradictions):
        for word, known in ((one.between, found.articles), (one.claims, seen)):
            for name in word:
                if name not in known:
                    yield Problem(("contradictions", number), f"{name!r} is not known. Known: {', '.join(sorted(known))}")


def _test_problems(test: TestSpec, path: tuple[str | int, ...]) -> Iterable[Problem]:
    if test.study not in shipped():
        yield Problem((*path, "study"), f"no shipped study is called {test.study!r}. Known: {', '.join(shipped())}")
        return
    claims = {claim.id: claim for claim in study_named(test.study).spec.claims}
    if test.claim not in claims:
        yield Problem((*path, "claim"), f"study {test.study} has no claim {test.claim!r}. Known: {', '.join(claims)}")
    elif not any(reading.measure for reading in claims[test.claim].readings):
        yield Problem((*path, "claim"), f"claim {test.claim} of {test.study} has no measured reading. Name another")


@cache
def study_named(name: str) -> Study:
    """A shipped study, its scenario not yet read."""
    return load_study(find(name), scenario=False)


@dataclass(frozen=True)
class Word3:
    """What a run said of one reading: the words of both parties, and between them."""

    study: str
    claim: str
    reading: str
    label: str
    party: Mapping[str, PartyVerdict]
    between: str


@dataclass(frozen=True)
class Cheap:
    """Runs made at once in this process; a world whose runs fail counts as missing."""

    model: Model
    on_runs: Callable[[int], None]
    on_plan: Callable[[int], None]

    def run(self, batches: Mapping[str, Batch]) -> dict[str, Outcomes]:
        """As `Runs.run`."""
        found = {}
        self.on_plan(sum(batch.runs for batch in batches.values()))
        for key, batch in batches.items():
            found[key] = evaluated(self.model, batch)[0]
            self.on_runs(batch.runs)
        return found


def wanted(register: RegisterSpec, *, heavy: bool = False) -> dict[str, tuple[str, ...]]:
    """Claims of each shipped study that the register refers to; those of the heavy studies only where asked for."""
    found: dict[str, list[str]] = {}
    for entry in register.claims:
        for test in entry.tests:
            if (heavy or test.study not in HEAVY) and test.claim not in found.setdefault(test.study, []):
                found[test.study].append(test.claim)
    return {study: tuple(claims) for study, claims in sorted(found.items()) if claims}


def quick_sizes(spec: StudySpec) -> Sizes:
    """Sizes of quick mode: one draw where the parties state single points, a few where they state ranges."""
    positions = [p for a in spec.assumptions for p in (a.agreed, *(a.positions or {}).values()) if p is not None]
    points = all(p.form == "value" for p in positions)
    draws = 1 if points else QUICK_DRAWS
    return replace(sizes_of(spec, quick=True), epistemic=draws, replicates=1, looks=Looks(QUICK_RUNS, 2, 1), heavy=1)


def narrowed(spec: StudySpec, claims: Iterable[str]) -> StudySpec:
    """The study with some of its claims, and their measured readings only; Holm's family shrinks with it."""
    kept = tuple(c for c in spec.claims if c.id in set(claims))
    measured = tuple(c.model_copy(update={"readings": tuple(r for r in c.readings if r.measure)}) for c in kept)
    analysis = spec.analysis.model_copy(update={"bridging": (), "sensitivity": None})
    return spec.model_copy(update={"claims": measured, "analysis": analysis})


def judge(
    name: str,
    claims: Iterable[str],
    *,
    model: Model | None = None,
    on_runs: Callable[[int], None] = lambda done: None,
    on_plan: Callable[[int], None] = lambda more: None,
) -> list[Word3]:
    """Words on some claims of a shipped study in quick mode: the verdicts of both parties, and nothing that splits or searches.

    Ends of ranges are not searched, so that no word says "throughout" for a party that states ranges.
    """
    study = load_study(find(name))
    spec = narrowed(study.spec, claims)
    from openiads.study.engine_model import EngineModel  # noqa: PLC0415 - brings the engine along

    chosen = model or EngineModel(spec, study.scenario)
    bench = Bench(spec, chosen, quick_sizes(spec), spec.replications.seed)
    pair = bench.pairs[0]
    found: dict[str, Any] = drive(
        {party: verdict_component(bench, party) for party in pair}, Cheap(chosen, on_runs, on_plan)
    )
    rules = spec.analysis.verdict
    words = []
    for claim in spec.claims:
        for reading in claim.readings:
            said = {
                party: capped(
                    party_verdict(
                        party,
                        found[party][reading.id].statuses,
                        best_end=end_of(bench, party),
                        worst_end=end_of(bench, party),
                        robust_share=rules.robust_share,
                        min_resolved_share=rules.min_resolved_share,
                    ),
                    absolute=found[party][reading.id].reading.absolute,
                )
                for party in pair
            }
            words.append(
                Word3(
                    name,
                    claim.id,
                    reading.id,
                    reading.label or "",
                    said,
                    between(said[pair[0]], said[pair[1]], owner=claim.owner, offset=False),
                )
            )
    return words


def end_of(bench: Bench, party: str) -> Status | None:
    """The extreme end of a party's range: unresolved, since nothing searched for it; none where it states single points."""
    return Status.UNRESOLVED if bench.assumptions.with_intervals(party) else None


def headline(entry: EntrySpec, words: Iterable[Word3]) -> str:
    """One line for an entry, from its class and the words of its readings."""
    if entry.class_ == "record_check":
        return f"{CLASSES[entry.class_]}: {entry.record}"
    if entry.class_ == "not_testable":
        return CANNOT_SETTLE
    said = list(words)
    if not said:
        names = ", ".join(dict.fromkeys(test.study for test in entry.tests))
        return f"not run in quick mode: openiads study run {names}"
    pairs = [tuple(v.leaning for v in word.party.values()) for word in said]
    if all(set(pair) == {"not_resolved"} for pair in pairs):
        return "not resolved with the runs made"
    if any({"holds", "fails"} <= set(pair) for pair in pairs):
        return f"{CANNOT_SETTLE}: it turns on whose assumptions hold"
    return "; ".join(dict.fromkeys(word.between for word in said))


def run_register(
    register: RegisterSpec,
    *,
    heavy: bool = False,
    on_runs: Callable[[int], None] = lambda done: None,
    on_plan: Callable[[int], None] = lambda more: None,
) -> dict[tuple[str, str], list[Word3]]:
    """Words on every tested claim, by study and claim."""
    found: dict[tuple[str, str], list[Word3]] = {}
    for study, claims in wanted(register, heavy=heavy).items():
        for word in judge(study, claims, on_runs=on_runs, on_plan=on_plan):
            found.setdefault((study, word.claim), []).append(word)
    return found


def words_of(entry: EntrySpec, found: Mapping[tuple[str, str], list[Word3]]) -> list[Word3]:
    """The words on one entry, in the order of its tests."""
    return [word for test in entry.tests for word in found.get((test.study, test.claim), [])]


def require_complete(register: RegisterSpec, ids: Iterable[str]) -> None:
    """Every claim of a sheet stands in the register.

    Raises
    ------
    StudyError
        Naming those that are missing.
    """
    missing = sorted(set(ids) - {entry.id for entry in register.claims})
    if missing:
        raise StudyError(f"the register lacks {', '.join(missing)}. Add an entry for each")
