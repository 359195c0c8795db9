"""Dotted paths: every field of a scenario and every catalogue figure has one, as `network.mode` or `objects.raid.count`.

A path always ends at a single field, so no two paths overlap and the order of assignments means nothing.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from openiads.catalogue import Catalogue
from openiads.errors import ScenarioError
from openiads.models.base import Spec
from openiads.scenario.fields import Shape, fields_of, pick
from openiads.scenario.problems import Path, did_you_mean, dotted
from openiads.scenario.resolve import PREFIX, catalogue_problem, copy_tree
from openiads.scenario.schema import ScenarioSpec


class PathError(ScenarioError):
    """A path that leads nowhere; the message names what is there."""


def locate(tree: Mapping[str, Any], path: str, catalogue: Catalogue) -> Path:
    """The keys of a path, after a check that it leads to a field of this scenario or to a catalogue figure.

    Parameters
    ----------
    tree : mapping
        A scenario as plain data; it says which ids exist and which kind each motion is.
    path : str
        Keys joined by dots; positions in a list count from 0.
    catalogue : Catalogue
        For paths that start with `catalogue.`.

    Raises
    ------
    PathError
        Naming the part that is wrong, what is known there, and the nearest.
    """
    if path.startswith(PREFIX):
        problem = catalogue_problem(catalogue, path)
        if problem:
            raise PathError(f"path {path!r}: {problem}")
        return tuple(path.split("."))
    found: Path = ()
    model: type[Spec] | None = ScenarioSpec
    node: Any = tree
    parts = path.split(".")
    while parts:
        shape = _field(model, parts.pop(0), node, found, path)
        found = (*found, shape.name)
        node = node.get(shape.name) if isinstance(node, Mapping) else None
        if shape.collection or shape.sequence:
            key, node = _member(shape, node, parts, found, path)
            found = (*found, key)
        if _is_leaf(shape, node):
            if parts:
                raise PathError(f"path {path!r}: {dotted(found)} is a single field. Leave out {'.'.join(parts)!r}")
            return found
        if node is not None and not isinstance(node, Mapping):
            raise PathError(f"path {path!r}: {dotted(found)} does not hold keys with values in the file. Correct it there")
        if node is None and not shape.creatable:
            raise PathError(
                f"path {path!r}: the scenario has no {dotted(found)}, and a path cannot add one. Write it in the file"
            )
        model = pick(shape.models, node)
    names = [field.name for field in _fields(model)] if model is not None else []
    raise PathError(f"path {path!r} ends at a section. Name one of its fields: {', '.join(names)}")


def get_path(tree: Mapping[str, Any], path: str, catalogue: Catalogue) -> Any:
    """What stands at a path: the value of the field (None where the tree leaves it out), or the figure's nominal value.

    Raises
    ------
    PathError
        As `locate`.
    """
    keys = locate(tree, path, catalogue)
    if path.startswith(PREFIX):
        return catalogue.figure(path.removeprefix(PREFIX)).value
    node: Any = tree
    for key in keys:
        if node is None:
            return None
        node = node.get(key) if isinstance(node, Mapping) else node[key]
    return node


def set_paths(tree: Mapping[str, Any], assignments: Mapping[str, Any], catalogue: Catalogue) -> dict[str, Any]:
    """A copy of `tree` with every field set; paths of catalogue figures are checked and leave the tree as it is.

    Every path is located in `tree` as it was, so the order of `assignments` means nothing. A value None removes the field.

    Raises
    ------
    PathError
        As `locate`, and when a value is a mapping.
    """
    located = {path: require_settable(tree, path, value, catalogue) for path, value in assignments.items()}
    changed: dict[str, Any] = copy_tree(tree)
    for path, value in assignments.items():
        if not path.startswith(PREFIX):
            _assign(changed, located[path], copy_tree(value))
    return changed


def require_settable(tree: Mapping[str, Any], path: str, value: Any, catalogue: Catalogue) -> Path:
    """The keys of a path, after a check that this value may be set there; errors as `set_paths`."""
    found = locate(tree, path, catalogue)
    if isinstance(value, Mapping):
        raise PathError(f"path {path!r} is given a mapping, but a path sets a single field. Write one path per field")
    return found


def known_paths(tree: Mapping[str, Any], catalogue: Catalogue | None = None) -> tuple[str, ...]:
    """Every path of a scenario, sorted: its fields, those that it could state and does not included.

    With a catalogue, also the path of every catalogue figure.
    """
    paths = [dotted(path) for path in _walk(ScenarioSpec, tree, ())]
    if catalogue is not None:
        paths += [
            f"{PREFIX}{family}.{key}.{name}"
            for family in catalogue.families()
            for key in catalogue.ids(family)
            for name in catalogue.entry(family, key).figures
        ]
    return tuple(sorted(paths))


def _assign(tree: dict[str, Any], keys: Path, value: Any) -> None:
    node: Any = tree
    for key in keys[:-1]:
        if isinstance(node, dict) and node.get(key) is None:
            node[key] = {}
        node = node[key]
    if value is None:
        node.pop(keys[-1], None)
    else:
        node[keys[-1]] = value


def _field(model: type[Spec] | None, name: str, node: Any, found: Path, path: str) -> Shape:
    known = {shape.name: shape for shape in _fields(model)} if model is not None else {}
    if name in known:
        return known[name]
    where = dotted(found) or "the scenario"
    if model is not None and name in model.not_paths:
        raise PathError(f"path {path!r}: {name} cannot be set by a path. Change it in the file")
    if name == "kind" and isinstance(node, Mapping) and "kind" in node:
        raise PathError(f"path {path!r}: {where}.kind cannot be set by a path. Change the whole of {where} in the file")
    names = [*known, "catalogue"] if model is ScenarioSpec else list(known)
    raise PathError(f"path {path!r}: {where} has no field {name!r}. {did_you_mean(name, names)}")


def _member(shape: Shape, node: Any, parts: list[str], found: Path, path: str) -> tuple[str | int, Any]:
    """The id or position after a collection, and what stands there."""
    if not parts:
        what = "an id" if shape.collection else "a position, from 0,"
        raise PathError(f"path {path!r} ends at {dotted(found)}. Add {what} and a field")
    name = parts.pop(0)
    if shape.collection:
        members = node if isinstance(node, Mapping) else {}
        if name in members:
            return name, members[name]
        raise PathError(f"path {path!r}: {dotted(found)} has no {name!r}. {did_you_mean(name, map(str, members))}")
    items = node if isinstance(node, list) else []
    if name.isascii() and name.isdigit() and int(name[:9]) < len(items):
        return int(name[:9]), items[int(name[:9])]
    raise PathError(f"path {path!r}: {dotted(found)} has no position {name!r}; it has 0 to {len(items) - 1}")


def _is_leaf(shape: Shape, node: Any) -> bool:
    return shape.leaf and not (shape.models and isinstance(node, Mapping))


def _fields(model: type[Spec]) -> Iterator[Shape]:
    """The fields that paths may name: the kind of a motion is fixed, since its other fields depend on it."""
    for shape in fields_of(model).values():
        fixed = shape.name == "kind" and len(shape.choices) == 1
        if not fixed and shape.name not in model.not_paths:
            yield shape


def _walk(model: type[Spec], node: Any, found: Path) -> Iterator[Path]:
    for shape in _fields(model):
        value = node.get(shape.name) if isinstance(node, Mapping) else None
        members: list[tuple[Path, Any]] = [((), value)]
        if shape.collection:
            members = [((key,), part) for key, part in value.items()] if isinstance(value, Mapping) else []
        elif shape.sequence:
            members = [((number,), part) for number, part in enumerate(value)] if isinstance(value, list) else []
        for key, part in members:
            below = pick(shape.models, part)
            if _is_leaf(shape, part):
                yield (*found, shape.name, *key)
            elif below is not None and (part is not None or shape.creatable):
                yield from _walk(below, part, (*found, shape.name, *key))
