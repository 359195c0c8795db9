"""What pydantic found wrong with a study file, in words, at its place."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from openiads.scenario.messages import describe
from openiads.scenario.problems import CUTOFF, Path, Problem, did_you_mean

_EXPECTED = {
    "float_type": "a number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "string_type": "text",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "dict_type": "keys with values",
    "model_type": "keys with values",
    "model_attributes_type": "keys with values",
}
_BOUNDS = {
    "greater_than": ("gt", "more than"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "less than"),
    "less_than_equal": ("le", "at most"),
}


def problems_of(
    errors: Sequence[Mapping[str, Any]], tree: Any, known_keys: Mapping[str, Sequence[str]]
) -> Iterator[Problem]:
    """One problem per error of pydantic; keys missing from one section share one line.

    A key that is missing because it is spelled wrong, as the message on the wrong one says, is no problem of its own.

    Parameters
    ----------
    tree
        What the file says, to find the place of each error.
    known_keys : mapping
        Keys of each section by the name of its model, for the nearest one.
    """
    missing: dict[Path, list[str]] = {}
    meant: dict[Path, set[str]] = {}
    for error in errors:
        path = _path(error["loc"], tree)
        if error["type"] == "missing":
            missing.setdefault(path, []).append(str(error["loc"][-1]))
        else:
            if error["type"] == "extra_forbidden":
                near = difflib.get_close_matches(str(error["loc"][-1]), _keys(path, known_keys), n=1, cutoff=CUTOFF)
                meant.setdefault(path[:-1], set()).update(near)
            yield Problem(
                path, _message(error, path, known_keys), at_key=error["type"] in ("extra_forbidden", "value_error")
            )
    for path, absent in missing.items():
        names = [name for name in absent if name not in meant.get(path, ())]
        if not names:
            continue
        what = f"{', '.join(names)} {'is' if len(names) == 1 else 'are'} missing"
        yield Problem(path, f"{what}. Add {', '.join(names)}", at_key=True)


def _path(loc: Sequence[Any], tree: Any) -> Path:
    """The part of pydantic's location that the file holds; tags of its own validators are left out."""
    found: list[str | int] = []
    for part in loc:
        if (isinstance(tree, Mapping) and part in tree) or (
            isinstance(tree, list | tuple) and isinstance(part, int) and part < len(tree)
        ):
            tree = tree[part]
            found.append(part)
    return tuple(found)


def _message(error: Mapping[str, Any], path: Path, known_keys: Mapping[str, Sequence[str]]) -> str:
    kind, value = error["type"], error.get("input")
    if kind == "extra_forbidden":
        return f"there is no such key here. {did_you_mean(str(error['loc'][-1]), _keys(path, known_keys))}"
    if kind == "literal_error":
        return f"{describe(value)} is not allowed. Allowed: {error['ctx']['expected']}"
    if kind == "string_pattern_mismatch":
        return f"{describe(value)} does not have the form {error['ctx']['pattern']}. Write it so"
    if kind in _BOUNDS:
        limit, words = _BOUNDS[kind]
        return f"is {value!r}, but {words} {error['ctx'][limit]} is allowed"
    if kind == "too_short":
        return (
            f"holds {error['ctx']['actual_length']} entries, but at least {error['ctx']['min_length']} are needed. Add one"
        )
    if kind in ("too_long", "string_too_short", "string_too_long"):
        return f"is {describe(value)}: {error['msg']}"
    if kind == "value_error":
        return str(error["ctx"]["error"])
    if kind in _EXPECTED:
        return f"is {describe(value)}, but {_EXPECTED[kind]} is expected"
    return f"is {describe(value)}: {error['msg']}"


def _keys(path: Path, known_keys: Mapping[str, Sequence[str]]) -> Sequence[str]:
    """Keys of the nearest section around an entry; names that people choose, as those of parties, are none."""
    names = [str(part) for part in path[:-1] if not isinstance(part, int)]
    section = next((name for name in reversed(names) if name in known_keys), "")
    return known_keys[section]
