"""How well a node tells friend from foe, with both kinds of error."""

from typing import ClassVar, Self

from pydantic import model_validator

from openiads.models.base import Spec, figure


class IdentificationSpec(Spec):
    """Probabilities of the answers to one interrogation; what is left of 1 is the answer `unknown`."""

    default_group: ClassVar[str] = "identification"

    p_friend_correct_own: float = figure("Friendly object declared friendly, by the node's own means", ge=0, le=1)
    p_friend_correct_network: float = figure("Friendly object declared friendly, with a shared air picture", ge=0, le=1)
    p_friend_as_hostile: float = figure("Friendly object declared hostile", ge=0, le=1)
    p_hostile_correct: float = figure("Hostile object declared hostile", ge=0, le=1)
    p_hostile_as_friend: float = figure("Hostile object declared friendly", ge=0, le=1)
    p_neutral_correct: float = figure("Neutral object declared neutral", ge=0, le=1)
    p_neutral_as_hostile: float = figure("Neutral object declared hostile", ge=0, le=1)
    delay_s: float = figure("Time from the interrogation to its answer", ge=0, le=3600)

    @model_validator(mode="after")
    def _answers_exclude_each_other(self) -> Self:
        for right, wrong in (
            ("p_friend_correct_own", "p_friend_as_hostile"),
            ("p_friend_correct_network", "p_friend_as_hostile"),
            ("p_hostile_correct", "p_hostile_as_friend"),
            ("p_neutral_correct", "p_neutral_as_hostile"),
        ):
            total = getattr(self, right) + getattr(self, wrong)
            if total > 1 + 1e-12:
                raise ValueError(f"{right} + {wrong} is {total:g}, more than 1. Lower one of them")
        return self
