"""Named choices of a scenario: options (each with its values) and vignettes (what flies, and when one looks).

Both are assignments by path under a name. A choice is made by a path, `options.<id>.choice` or `vignette`, so that a variant,
an override and a study make it as they set any other field; what is chosen comes first, and they win over it.
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field, StringConstraints, WithJsonSchema

from openiads.models.base import Id, Spec

Choice = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=80)]
"""Name of one value of an option, or of a vignette."""


def _no_mapping(value: Any) -> Any:
    if isinstance(value, dict):
        raise ValueError("a variant sets single fields by their full path. Write one line per field: `a.b.c: value`")
    return value


_VALUE_SCHEMA = {"type": ["string", "number", "boolean", "null", "array"]}
Setting = Annotated[Any, AfterValidator(_no_mapping), WithJsonSchema(_VALUE_SCHEMA)]
"""What a path may be set to: anything but a mapping."""


class OptionValueSpec(Spec):
    """One value of an option."""

    not_paths: ClassVar[frozenset[str]] = frozenset({"label", "set"})

    label: str = Field(description="What it means, in words")
    set: Mapping[str, Setting] = Field(default_factory=dict, description="Fields that it sets, by path")


class OptionSpec(Spec):
    """A question with named answers; the path `options.<id>.choice` gives the answer."""

    not_paths: ClassVar[frozenset[str]] = frozenset({"label", "disputed", "values"})

    label: str = Field(description="The question, in words")
    disputed: bool = Field(default=False, description="True: the parties or the sources do not agree on the answer")
    choice: Choice = Field(description="The answer that holds unless something else is set")
    values: Mapping[Choice, OptionValueSpec] = Field(description="Answers by name")


class WindowsSpec(Spec):
    """Walk only the times in which a friendly object is above the horizon of a radar of these nodes, and skip the rest."""

    seen_by: Annotated[tuple[Id, ...], Field(strict=False)] = Field(description="Nodes whose radars count")
    lead_s: float = Field(ge=0, le=3600, description="Walked before each such time, so that trackers have settled")
    tail_s: float = Field(ge=0, le=3600, description="Walked after it, so that tracks can end")
    skip: bool = Field(default=True, description="False: walk everything, to check what skipping changes")


class VignetteSpec(Spec):
    """Which objects fly, for how long, and what else holds; the path `vignette` chooses one."""

    not_paths: ClassVar[frozenset[str]] = frozenset({"title", "objects", "duration_s", "windows", "set"})

    title: str = Field(description="One line for people")
    objects: Annotated[tuple[Id, ...], Field(strict=False)] = Field(description="Objects that fly; the others do not")
    duration_s: float | None = Field(default=None, gt=0, le=2_678_400, description="Length, instead of clock.duration_s")
    windows: WindowsSpec | None = Field(default=None, description="Which times are walked, else all")
    set: Mapping[str, Setting] = Field(default_factory=dict, description="Fields that it sets, by path")
