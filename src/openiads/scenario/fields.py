"""The shape of the specs, read from the specs themselves: what a section may hold, and what each field is.

Paths, filling from the catalogue and error messages all walk this one description.
"""

import types
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from openiads.models.base import Spec


@dataclass(frozen=True)
class Shape:
    """One field of a section.

    `models` are the specs that its value may follow (none for a leaf, two for a motion). `collection` says that ids stand
    between the field and the spec, `sequence` that positions do, and `leaf` that a plain value is allowed.
    """

    name: str
    models: tuple[type[Spec], ...]
    collection: bool
    sequence: bool
    leaf: bool
    required: bool
    nullable: bool
    figure: bool
    optional: bool
    filled: bool
    only_when: tuple[str, str] | None
    choices: tuple[Any, ...]
    description: str

    @property
    def creatable(self) -> bool:
        """Whether a path may go through this section when the file does not hold it: nothing appears that was not there."""
        return bool(self.models) and not self.leaf and not self.sequence and not self.collection and not self.equipment

    @property
    def equipment(self) -> bool:
        """Whether the section stands for a thing (a radar, a motion) that must not appear because a path names it."""
        return bool(self.models) and (self.required or self.nullable) and not self.filled


def _strip(annotation: Any) -> tuple[Any, ...]:
    """The alternatives of an annotation without `Annotated` and without `None`."""
    if get_origin(annotation) is Annotated:
        return _strip(get_args(annotation)[0])
    if get_origin(annotation) in {Union, types.UnionType}:
        return tuple(part for argument in get_args(annotation) for part in _strip(argument))
    return (annotation,)


@cache
def fields_of(model: type[Spec]) -> Mapping[str, Shape]:
    """The fields of a spec by the name that a file uses."""
    return {shape.name: shape for shape in (_shape(name, info) for name, info in model.model_fields.items())}


def _shape(name: str, info: Any) -> Shape:
    extra = info.json_schema_extra or {}
    parts = _strip(info.annotation)
    nullable = type(None) in parts
    parts = tuple(part for part in parts if part is not type(None))
    collection = any(get_origin(part) in {Mapping, dict} for part in parts)
    inner = parts
    if collection:
        inner = tuple(p for part in parts for p in _strip(get_args(part)[1]))
    sequence = any(get_origin(part) is tuple for part in parts)
    if sequence:
        inner = tuple(p for part in parts for p in _strip(get_args(part)[0]))
    models = tuple(part for part in inner if isinstance(part, type) and issubclass(part, Spec))
    choices = tuple(value for part in parts if get_origin(part) is Literal for value in get_args(part))
    only_when = extra.get("x-only-when")
    return Shape(
        name=info.alias or name,
        models=models,
        collection=collection and bool(models),
        sequence=sequence and bool(models),
        leaf=not models or len(models) < len(inner),
        required=info.is_required(),
        nullable=nullable,
        figure=bool(extra.get("x-figure")),
        optional=bool(extra.get("x-optional")),
        filled=bool(extra.get("x-filled")),
        only_when=(only_when[0], only_when[1]) if only_when else None,
        choices=choices,
        description=info.description or "",
    )


def pick(models: tuple[type[Spec], ...], value: Any) -> type[Spec] | None:
    """Which of several specs `value` follows: the one whose `kind` it states. None when it states none of them."""
    if len(models) == 1:
        return models[0]
    kind = value.get("kind") if isinstance(value, dict) else None
    for model in models:
        if kind in fields_of(model)["kind"].choices:
            return model
    return None
