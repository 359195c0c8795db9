"""From a study file to a study: read, validate, look up catalogue figures, check; every problem with its line and column."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from openiads.errors import OpeniadsError, StudyError
from openiads.scenario.problems import Problem, dotted, place_of
from openiads.scenario.yaml_reader import Document, read_file, read_text
from openiads.study import cautions, design_spec, lint, scenario_rules, spec
from openiads.study.messages import problems_of
from openiads.study.spec import StudySpec

if TYPE_CHECKING:
    from openiads.scenario.loader import Scenario

FIRST_LINE = 'openiads_study: "0.1"'


class InvalidStudyError(StudyError):
    """A study file that is wrong: its message is the first problem, `lines` holds all, one line each.

    `name` is that of a study file, which the linter can be asked about.
    """

    def __init__(self, lines: Iterable[str], *, name: str | None = None) -> None:
        self.lines = tuple(lines)
        more = len(self.lines) - 1
        how = f": openiads study lint {name} --all" if name is not None else ""
        also = f" (and {more} more{how})" if more else ""
        super().__init__(self.lines[0].splitlines()[0] + also)


@dataclass(frozen=True)
class Study:
    """A study file that passed all rules. `spec` has its catalogue figures looked up; `warnings` are lines for people."""

    path: FilePath | None
    name: str
    spec: StudySpec
    warnings: tuple[str, ...]
    document: Document = field(repr=False)

    def canonical(self) -> bytes:
        """What the file says, as JSON bytes with sorted keys: equal for files that differ in layout, order or comments only.

        The section `registration` is left out, since it is written when the rest is frozen.
        """
        return canonical_json({k: v for k, v in self.document.data.items() if k != "registration"})

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the canonical bytes."""
        return hashlib.sha256(self.canonical()).hexdigest()

    @property
    def scenario_path(self) -> FilePath:
        """Where the scenario file is: relative to the study file."""
        base = self.path.parent if self.path is not None else FilePath()
        return base / self.spec.scenario.file

    @cached_property
    def scenario(self) -> "Scenario":
        """The scenario without a vignette."""
        from openiads.scenario.loader import load_scenario  # noqa: PLC0415 - slow to import

        return load_scenario(self.scenario_path)

    @property
    def placeholders(self) -> tuple[str, ...]:
        """Assumptions and thresholds that rest on a placeholder."""
        found = []
        for a in self.spec.assumptions:
            if a.agreed is not None and a.agreed.basis == "placeholder":
                found.append(a.id)
            found += [f"{a.id} of {party}" for party, p in (a.positions or {}).items() if p.basis == "placeholder"]
        for claim in self.spec.claims:
            found += [f"threshold of {r.id}" for r in claim.readings if r.threshold_basis == "placeholder"]
        return tuple(found)


def canonical_json(value: Any) -> bytes:
    """Plain data as JSON bytes: sorted keys, no spaces, ASCII, no NaN; whole floats as integers, so that 4 and 4.0 are the same."""
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def is_study(path: FilePath) -> bool:
    """Whether a file says that it is a study; it may be a wrong one."""
    key = FIRST_LINE.split(":", maxsplit=1)[0]
    try:
        return any(line.startswith(f"{key}:") for line in path.read_text(encoding="utf-8").splitlines())
    except (OSError, UnicodeDecodeError):
        return False


def load_study(path: FilePath | str, *, scenario: bool = True) -> Study:
    """Read a study file and check all rules.

    Parameters
    ----------
    path : path or str
    scenario : bool
        Whether to read the scenario too and check every path and value against it.

    Raises
    ------
    StudyError
        With one line `file:line:column: path: message` on the first problem in the file; `lines` holds all, sorted by place.
    """
    path = FilePath(path)
    try:
        document = read_file(path, first_line=FIRST_LINE)
    except OpeniadsError as error:
        raise InvalidStudyError(str(error).splitlines(), name=str(path)) from None
    return _checked(document, path, scenario=scenario)


def load_study_text(text: str, name: str, *, path: FilePath | None = None, scenario: bool = True) -> Study:
    """As `load_study`, from text; `path` is where the file would stand."""
    try:
        document = read_text(text, name=name, first_line=FIRST_LINE)
    except OpeniadsError as error:
        raise InvalidStudyError(str(error).splitlines(), name=name) from None
    return _checked(document, path, scenario=scenario)


def _checked(document: Document, path: FilePath | None, *, scenario: bool) -> Study:
    try:
        found = StudySpec.model_validate(document.data)
    except ValidationError as error:
        listed = problems_of(error.errors(include_url=False), document.data, known_keys())
        raise InvalidStudyError(lines_of(document, listed), name=document.name) from None
    problems = list(lint.semantic_problems(found))
    found, more = scenario_rules.with_figures(found)
    problems += more
    study = Study(path, document.name, found, (), document)
    if scenario and not problems:
        problems += scenario_rules.scenario_problems(found, lambda: study.scenario)
    if problems:
        raise InvalidStudyError(lines_of(document, problems), name=document.name)
    return Study(path, document.name, found, tuple(lines_of(document, cautions.cautions(found))), document)


def lines_of(document: Document, problems: Iterable[Problem]) -> list[str]:
    """One line per problem, in the order of the file, with its place."""
    found = []
    for problem in problems:
        line, column = place_of(problem.where or problem.path, document.marks, at_key=problem.at_key)
        where = f"{dotted(problem.path)}: " if problem.path else ""
        found.append((line, column, f"{document.name}:{line}:{column}: {where}{problem.message}"))
    return list(dict.fromkeys(text for _, _, text in sorted(found)))


@cache
def known_keys() -> dict[str, list[str]]:
    """Keys of each section by the key that holds it, for the nearest name in messages; "" is the top."""
    found = {"": list(StudySpec.model_fields)}
    for model in _models():
        for name, info in model.model_fields.items():
            for inner in _models():
                if inner.__name__ in str(info.annotation):
                    found.setdefault(name, list(inner.model_fields))
    return found


def _models() -> Iterator[type[BaseModel]]:
    for module in (spec, design_spec):
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, BaseModel):
                yield value
