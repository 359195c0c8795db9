"""What all sections of a study file share: names, lists, and a base with closed keys."""

from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", max_length=80)]
Word = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$", max_length=80)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Text = Annotated[str, StringConstraints(min_length=1)]
Basis = Literal["stated", "attributed", "neutral_default", "placeholder"]
Op = Literal[">=", "<="]
Scalar = bool | int | float | str


def as_tuple(value: Any) -> Any:
    """A list as a tuple, so that a section stays frozen; anything else as it is."""
    return tuple(value) if isinstance(value, list) else value


Item = TypeVar("Item")
Listed = Annotated[tuple[Item, ...], BeforeValidator(as_tuple)]
Names = Listed[Name]
Pair = Annotated[tuple[float, float], BeforeValidator(as_tuple)]
Scalars = Listed[Scalar]


class Part(BaseModel):
    """A section of a study file: frozen, no unknown keys, nothing converted."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False, protected_namespaces=())
