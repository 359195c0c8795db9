"""From a file to a frozen scenario: read, set, fill, validate, check; every problem with its line and column."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path as FilePath
from typing import Any

from pydantic import ValidationError

from openiads.catalogue import Catalogue, load_catalogue
from openiads.errors import ScenarioError
from openiads.scenario import choosing as named
from openiads.scenario import lint
from openiads.scenario.messages import problems_of
from openiads.scenario.paths import PathError, get_path, known_paths, require_settable
from openiads.scenario.problems import InvalidScenarioError, Path, Problem, did_you_mean, dotted, place_of
from openiads.scenario.references import section
from openiads.scenario.resolve import PREFIX, Resolved, UsedFigure, resolve
from openiads.scenario.schema import CHOICES, ScenarioSpec
from openiads.scenario.variants import apply, variant_problems
from openiads.scenario.yaml_reader import Document, read_file, read_text, write_text


@dataclass(frozen=True, eq=False)
class Scenario:
    """One arm of a scenario file: a frozen value that says everything about a case.

    `spec` is the resolved scenario, `figures` the catalogue figures that filled it, `unused_overrides` the catalogue
    overrides that filled nothing. Two scenarios are equal when their canonical bytes are.
    """

    path: FilePath | None
    name: str
    variant: str | None
    overrides: Mapping[str, Any]
    spec: ScenarioSpec
    figures: tuple[UsedFigure, ...]
    unused_overrides: tuple[str, ...]
    choices: Mapping[str, str]
    _document: Document = field(repr=False)

    @property
    def variants(self) -> tuple[str, ...]:
        """Ids of the variants that the file defines, sorted."""
        return tuple(sorted(self.spec.variants))

    @cached_property
    def tree(self) -> dict[str, Any]:
        """The resolved scenario as plain data with sorted keys, without variants and without what is not stated."""
        dumped = self.spec.model_dump(mode="json", by_alias=True, exclude_none=True, exclude=set(CHOICES))
        return _sorted(dumped)  # type: ignore[no-any-return]

    def canonical(self) -> bytes:
        """The resolved scenario as JSON bytes: equal for files that say the same in another order or another notation."""
        return json.dumps(self.tree, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode()

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the canonical bytes, in hexadecimal."""
        return hashlib.sha256(self.canonical()).hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scenario) and self.canonical() == other.canonical()

    def __hash__(self) -> int:
        return hash(self.sha256)

    def get(self, path: str) -> Any:
        """The value at a path: of the resolved scenario, else as it was stated; of a catalogue figure with its override.

        Raises
        ------
        ScenarioError
            When the path leads nowhere.
        """
        catalogue = load_catalogue()
        given = {**section(self._document.data, "variants", self.variant or ""), **self.overrides}
        settings = {**{path: value for path, value, _, _ in named.chosen_settings(self._document.data, given)}, **given}
        stated = settings.get(path, get_path(named.stage(self._document.data, given), path, catalogue))
        if path.startswith(PREFIX):
            return stated
        try:
            resolved = get_path(self.tree, path, catalogue)
        except PathError:  # a choice, or an object that does not fly in this vignette
            return stated
        return stated if resolved is None else resolved

    def known_paths(self) -> tuple[str, ...]:
        """Every path of this scenario and of the catalogue, sorted."""
        return known_paths(self._document.data, load_catalogue())

    def with_variant(self, variant: str | None) -> "Scenario":
        """The same file with another variant (None: without one) and the same overrides.

        Raises
        ------
        ScenarioError
            When the file has no such variant, or when what it sets is not valid.
        """
        return _build(self._document, self.path, variant, self.overrides)

    def with_overrides(self, overrides: Mapping[str, Any]) -> "Scenario":
        """The same variant with further fields set by path; they win over the variant and over earlier overrides.

        Raises
        ------
        ScenarioError
            When a path leads nowhere, or when a value is not allowed.
        """
        return _build(self._document, self.path, self.variant, {**self.overrides, **overrides})

    def to_yaml(self) -> str:
        """This arm as a scenario file that states every figure itself. Loading it gives the same canonical bytes."""
        return write_text(self.tree)


def load_scenario(
    path: FilePath | str, *, variant: str | None = None, overrides: Mapping[str, Any] | None = None
) -> Scenario:
    """Read a scenario file.

    Parameters
    ----------
    path : path or str
        YAML file of at most 5 MB.
    variant : str, optional
        Id of a variant of the file whose assignments are made.
    overrides : mapping, optional
        Further assignments by path, as `{"network.mode": "integrated"}`; they win over the variant.

    Raises
    ------
    ScenarioError
        With one line `file:line:column: path: message` per problem, sorted by line, ten at most.
    """
    path = FilePath(path)
    return _build(read_file(path), path, variant, overrides or {})


def load_scenario_text(
    text: str, name: str, *, variant: str | None = None, overrides: Mapping[str, Any] | None = None
) -> Scenario:
    """Read a scenario from text; `name` stands for the file in messages. Otherwise as `load_scenario`."""
    return _build(read_text(text, name=name), None, variant, overrides or {})


def _build(document: Document, path: FilePath | None, variant: str | None, overrides: Mapping[str, Any]) -> Scenario:
    catalogue = load_catalogue()
    settings, origins = _settings(document, variant, overrides, catalogue)
    made = named.choices(document.data, settings)
    chosen = list(named.chosen_settings(document.data, settings))
    tree, figures, chosen_origins = _apply_all(document, settings, chosen, catalogue)
    origins = {**chosen_origins, **origins}
    resolved = resolve(tree, catalogue, figures)
    spec, problems = _validate(resolved)
    problems += lint.reference_problems(resolved.tree, catalogue)
    problems += lint.name_problems(resolved.tree)
    problems += variant_problems(named.stage(document.data, settings), catalogue)
    problems += named.choice_problems(document.data, made)
    if spec is not None:
        problems += lint.meaning_problems(spec)
    if problems or spec is None:
        raise InvalidScenarioError(_lines(document, problems, origins))
    used = {figure.path.removeprefix(PREFIX) for figure in resolved.figures}
    return Scenario(
        path=path,
        name=document.name,
        variant=variant,
        overrides=dict(overrides),
        spec=spec,
        figures=resolved.figures,
        unused_overrides=tuple(sorted(PREFIX + figure for figure in figures.keys() - used)),
        choices=made,
        _document=document,
    )


def _apply_all(
    document: Document,
    settings: Mapping[str, Any],
    chosen: list[tuple[str, Any, Path, str]],
    catalogue: Catalogue,
) -> tuple[dict[str, Any], dict[str, Any], dict[Path, str]]:
    """The tree with the chosen vignette and all assignments, figures set, and where the choices' assignments stand."""
    problems = []
    origins: dict[Path, str] = {}
    staged = named.stage(document.data, settings)
    for path, value, where, what in chosen:
        line, column = place_of(where, document.marks, at_key=False)
        origins[tuple(path.split("."))] = f"{document.name}:{line}:{column}: {what}: "
        try:
            apply(staged, {path: value}, catalogue)
        except PathError as error:
            problems.append(f"{document.name}:{line}:{column}: {what}: {error}")
    if problems:
        raise InvalidScenarioError(problems)
    tree, figures = apply(staged, {**{path: value for path, value, _, _ in chosen}, **settings}, catalogue)
    return named.cast(tree, settings), figures, origins


def _settings(
    document: Document, variant: str | None, overrides: Mapping[str, Any], catalogue: Catalogue
) -> tuple[dict[str, Any], dict[Path, str]]:
    """All assignments, the variant's first, and for each field where its value came from, as a line starts."""
    variants = section(document.data, "variants")
    if variant is not None and variant not in variants:
        raise ScenarioError(f"{document.name}: there is no variant {variant!r}. {did_you_mean(variant, map(str, variants))}")
    chosen = section(variants, variant) if variant is not None else {}
    staged = named.stage(document.data, {**chosen, **overrides})
    problems: list[str] = []
    origins: dict[Path, str] = {}
    for path, value in chosen.items():
        if isinstance(value, dict):
            line, column = place_of(("variants", str(variant), path), document.marks, at_key=True)
            problems.append(
                f"{document.name}:{line}:{column}: variants.{variant}: {path!r} is given a mapping, but a variant sets "
                "single fields by their full path. Write one line per field"
            )
        mark = document.marks["variants", str(variant), path]
        origins[tuple(path.split("."))] = f"{document.name}:{mark.line}:{mark.column}: variant {variant}: "
    for path in overrides:
        try:
            require_settable(staged, path, overrides[path], catalogue)
        except PathError as error:
            problems.append(f"{document.name}: override: {error}")
        origins[tuple(path.split("."))] = f"{document.name}: override: "
    problems += _lines(document, variant_problems({**staged, "variants": {variant: chosen}}, catalogue), {})
    if problems:
        raise InvalidScenarioError(problems)
    return {**chosen, **overrides}, origins


def _validate(resolved: Resolved) -> tuple[ScenarioSpec | None, list[Problem]]:
    try:
        return ScenarioSpec.model_validate(resolved.tree), list(resolved.problems)
    except ValidationError as error:
        errors = error.errors(include_url=False)
        return None, [*resolved.problems, *problems_of(errors, resolved)]


def _lines(document: Document, problems: Iterable[Problem], origins: Mapping[Path, str]) -> Iterator[str]:
    """One line per problem, in the order of the file."""
    by_text = {_as_text(path): start for path, start in origins.items()}
    found = []
    for problem in problems:
        where = problem.where if problem.where is not None else problem.path
        line, column = place_of(where, document.marks, at_key=problem.at_key)
        start = f"{document.name}:{line}:{column}: "
        start = by_text.get(_as_text(where)) or by_text.get(_as_text(problem.path)) or start
        path = f"{dotted(problem.path)}: " if problem.path else ""
        found.append((line, column, f"{start}{path}{problem.message}"))
    return iter(dict.fromkeys(text for _, _, text in sorted(found)))


def _as_text(path: Path) -> Path:
    return tuple(str(part) for part in path)


def _sorted(value: Any) -> Any:
    """The same data with sorted keys and without negative zeros."""
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    if isinstance(value, list | tuple):
        return [_sorted(item) for item in value]
    return 0.0 if isinstance(value, float) and value == 0 else value


def with_variants(scenario: Scenario) -> Iterator[Scenario]:
    """The scenario under each variant of its file, in the order of their ids."""
    for variant in scenario.variants:
        yield scenario.with_variant(variant)


def with_choices(scenario: Scenario) -> Iterator[Scenario]:
    """The scenario under each value of each option and under each vignette, one changed at a time."""
    for vignette in scenario.spec.vignettes:
        yield scenario.with_overrides({"vignette": vignette})
    for key, option in scenario.spec.options.items():
        for value in option.values:
            yield scenario.with_overrides({f"options.{key}.choice": value})
