"""What every part of a scenario is: a frozen value with closed keys, real numbers and a place in the catalogue."""

from collections.abc import Callable
from itertools import pairwise
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

ID_PATTERN = r"^[a-z0-9][a-z0-9-]*$"
"""What an id may look like: it stands between the dots of a path and in table columns."""

Id = Annotated[str, StringConstraints(pattern=ID_PATTERN, max_length=80)]


class Spec(BaseModel):
    """A section of a scenario: frozen, no unknown keys, no NaN or infinity, and no text or boolean where a number belongs.

    A section says with `catalogue_families` which catalogue families its `system:` may name, and with `default_group` under
    which `catalogue.defaults` entry its remaining figures stand.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False, protected_namespaces=())

    catalogue_families: ClassVar[tuple[str, ...]] = ()
    default_group: ClassVar[str] = ""
    not_paths: ClassVar[frozenset[str]] = frozenset()
    """Fields that no path may set."""


def figure(description: str, *, optional: bool = False, only_when: tuple[str, str] | None = None, **limits: Any) -> Any:
    """A field that the catalogue fills when the file leaves it out.

    Parameters
    ----------
    description : str
        What the figure is, for the schema.
    optional : bool
        True when the section also works without it.
    only_when : (str, str), optional
        Field and value of the same section for which the figure is needed, as `("kind", "rotating")`; the value `several`
        stands for any number above 1.
    **limits
        Bounds as pydantic's `Field` takes them: `gt`, `ge`, `lt`, `le`.
    """
    extra: dict[str, Any] = {"x-figure": True, "x-optional": optional or only_when is not None}
    if only_when is not None:
        extra["x-only-when"] = list(only_when)
    if optional or only_when is not None:
        limits.setdefault("default", None)
    return Field(description=description, json_schema_extra=extra, **limits)


def section(description: str) -> Any:
    """A part that a file may leave out because the catalogue fills all of it."""
    return Field(description=description, json_schema_extra={"x-filled": True})


def zero(description: str, **limits: Any) -> Any:
    """A number that is zero unless the file says otherwise."""
    return Field(default=0.0, description=description, **limits)


def require_rising(text: str, *, table: tuple[Any, ...], key: Callable[[Any], float]) -> None:
    """Check that `table` rises strictly in `key`.

    Raises
    ------
    ValueError
        With `text` and the first row that does not rise.
    """
    for number, (before, after) in enumerate(pairwise(table), start=2):
        if key(after) <= key(before):
            raise ValueError(f"{text} must rise from row to row, but row {number} has {key(after):g} after {key(before):g}")
