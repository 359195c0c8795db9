"""What pydantic found wrong, in the words of a scenario file: what was found, what is allowed, what to do."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from openiads.models.base import Spec
from openiads.scenario.fields import Shape, fields_of, pick
from openiads.scenario.problems import Path, Problem, did_you_mean
from openiads.scenario.resolve import Resolved
from openiads.scenario.schema import ScenarioSpec

_TAG = re.compile(r"<.*>")
_WORD = re.compile(r"[a-z][a-z0-9_]*")
_BOUNDS = {
    "greater_than": ("gt", "more than {} is allowed"),
    "greater_than_equal": ("ge", "at least {} is allowed"),
    "less_than": ("lt", "less than {} is allowed"),
    "less_than_equal": ("le", "at most {} is allowed"),
}
_EXPECTED = {
    "float_type": "a number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "string_type": "text",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "mapping_type": "keys with values",
    "dict_type": "keys with values",
    "model_type": "keys with values",
    "model_attributes_type": "keys with values",
    "finite_number": "a finite number",
}


def problems_of(errors: Sequence[Mapping[str, Any]], resolved: Resolved) -> Iterator[Problem]:
    """One problem per pydantic error; fields missing from one section share one."""
    missing: dict[Path, list[str]] = {}
    for error in errors:
        path = _path(error["loc"])
        if error["type"] == "missing":
            if not _explained(path, resolved):
                missing.setdefault(path[:-1], []).append(str(path[-1]))
        else:
            yield _problem(path, error, resolved)
    for path, names in missing.items():
        yield Problem(path, _missing(path, names, resolved.tree), at_key=True)


def describe(value: Any) -> str:
    """A value as a message shows it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"the text {value[:60]!r}"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    return f"{value!r}"


def section_at(path: Path, tree: Any) -> tuple[type[Spec] | None, Shape | None]:
    """Spec and field that `path` leads to: the spec when it ends at a section, the field in any case but the top."""
    model: type[Spec] | None = ScenarioSpec
    shape: Shape | None = None
    skip = False
    for part in path:
        tree = _child(tree, part)
        if skip:
            skip = False
        elif model is not None and part in fields_of(model):
            shape = fields_of(model)[str(part)]
            skip = shape.collection or shape.sequence
            if skip:
                model = None
                continue
        else:
            return None, shape
        model = pick(shape.models, tree) if shape is not None and shape.models else None
    return model, shape


def _child(tree: Any, part: str | int) -> Any:
    if isinstance(tree, dict):
        return tree.get(part)
    if isinstance(tree, list) and isinstance(part, int) and 0 <= part < len(tree):
        return tree[part]
    return None


def _path(loc: Sequence[str | int]) -> Path:
    """The path in the file: without the marks of alternatives and of keys that pydantic adds."""
    return tuple(part for part in loc if not (isinstance(part, str) and (part == "[key]" or _TAG.fullmatch(part))))


def _explained(path: Path, resolved: Resolved) -> bool:
    """Whether an unknown system above already explains why a field is missing."""
    return any(path[: len(above)] == above for above in resolved.unknown)


def _missing(path: Path, names: list[str], tree: dict[str, Any]) -> str:
    model, _ = section_at(path, tree)
    shapes = fields_of(model) if model is not None else {}
    what = f"{', '.join(names)} {'is' if len(names) == 1 else 'are'} missing"
    if model is not None and any(name in shapes and shapes[name].figure for name in names):
        if model.catalogue_families:
            families = " or ".join(f"catalogue.{family}" for family in model.catalogue_families)
            return f"{what}, and no default stands in. State it here, or name a `system` of {families} that has it"
        return f"{what}, and no default stands in. State it, or name a system or a signature that has it"
    described = [f"{name} ({shapes[name].description})" for name in names if name in shapes]
    return f"{what}. Add {', '.join(described) or 'it'}"


def _problem(path: Path, error: Mapping[str, Any], resolved: Resolved) -> Problem:
    kind, value = error["type"], error.get("input")
    origin = resolved.origins.get(path)
    suffix = f" (the value comes from {origin})" if origin else ""
    shape = section_at(path, resolved.tree)[1]
    if kind == "extra_forbidden":
        return _unknown_key(path, resolved)
    if kind in {"string_pattern_mismatch", "string_too_long"} and "[key]" in error["loc"]:
        return Problem(path, f"{path[-1]!r} cannot be an id. {_ID_RULE}", at_key=True)
    if kind in {"string_pattern_mismatch", "string_too_long"}:
        return Problem(path, f"{describe(value)} is no id. {_ID_RULE}")
    if kind in _BOUNDS:
        limit, text = _BOUNDS[kind]
        return Problem(path, f"is {value:g}, but {text.format(_plain(error['ctx'][limit]))}{_unit(path)}{suffix}")
    if path == ("openiads_scenario",) and not isinstance(value, str):
        return Problem(path, f'is {describe(value)}, but text is expected. Write "0.1" in quotes')
    if kind == "literal_error":
        choices = [str(choice) for choice in shape.choices] if shape else []
        given = value if isinstance(value, str) else describe(value)
        return Problem(path, f"{describe(value)} is not allowed. {did_you_mean(str(given), choices)}{suffix}")
    if kind == "union_tag_invalid":
        return _wrong_kind(path, value, shape)
    if kind == "value_error":
        return _stated_by_a_check(path, str(error["ctx"]["error"]), resolved)
    if kind in _EXPECTED:
        hint = ". Write true or false" if kind == "bool_type" else _hint(value)
        return Problem(path, f"is {describe(value)}, but {_EXPECTED[kind]} is expected{hint}{suffix}")
    return Problem(path, f"is {describe(value)}: {error['msg']}{suffix}")


_ID_RULE = "Use lower-case letters, digits and hyphens, starting with a letter or digit, without dots"


def _unknown_key(path: Path, resolved: Resolved) -> Problem:
    model, _ = section_at(path[:-1], resolved.tree)
    known = fields_of(model) if model is not None else {}
    return Problem(path, f"there is no such key here. {did_you_mean(str(path[-1]), known)}", at_key=True)


def _wrong_kind(path: Path, value: Any, shape: Shape | None) -> Problem:
    kinds = [choice for model in (shape.models if shape else ()) for choice in fields_of(model)["kind"].choices]
    if not isinstance(value, Mapping):
        return Problem(
            path, f"is {describe(value)}, but keys with values are expected, with `kind` one of {', '.join(kinds)}"
        )
    if "kind" not in value:
        return Problem(path, f"kind is missing. Add `kind`, one of {', '.join(kinds)}", at_key=True)
    kind = value["kind"]
    return Problem((*path, "kind"), f"{describe(kind)} is not allowed. {did_you_mean(str(kind), kinds)}")


def _stated_by_a_check(path: Path, message: str, resolved: Resolved) -> Problem:
    """A check over several fields: point to the first field that the message names and the section holds."""
    tree: Any = resolved.tree
    for part in path:
        tree = _child(tree, part)
    held = tree if isinstance(tree, dict) else {}
    named = [word for word in _WORD.findall(message) if word in held]
    origins = [f"{word} comes from {resolved.origins[*path, word]}" for word in named if (*path, word) in resolved.origins]
    suffix = f" ({', '.join(dict.fromkeys(origins))})" if origins else ""
    stated = [word for word in named if (*path, word) not in resolved.origins]
    where = (*path, stated[0]) if stated else None
    return Problem(path, message + suffix, at_key=isinstance(tree, dict), where=where)


def _plain(bound: Any) -> str:
    return f"{bound:g}" if isinstance(bound, float) else str(bound)


_UNITS = {
    "km": "km",
    "m": "m",
    "s": "s",
    "deg": "degrees",
    "mps": "m/s",
    "ghz": "GHz",
    "hz": "Hz",
    "m2": "m2",
    "us": "microseconds",
}


def _unit(path: Path) -> str:
    """A reminder of the unit, read off the name of the field."""
    unit = _UNITS.get(str(path[-1]).rsplit("_", 1)[-1])
    return f". Check the unit: {unit}" if unit else ""


def _hint(value: Any) -> str:
    if isinstance(value, str) and re.fullmatch(r"[-+]?[0-9][0-9_,.]*", value):
        return ". Write it without quotes, commas or underscores"
    return ""
