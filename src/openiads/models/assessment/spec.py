"""What a fire unit believes after an intercept, and when."""

from typing import ClassVar

from pydantic import Field

from openiads.models.base import Spec, figure


class AssessmentSpec(Spec):
    """Delay and both errors of kill assessment."""

    default_group: ClassVar[str] = "assessment"

    delay_s: float = figure("Time from the intercept to the verdict", ge=0, le=3600)
    p_miss_kill: float = figure("Probability that a kill is taken for a miss", ge=0, le=1)
    p_false_kill: float = figure("Probability that a miss is taken for a kill", ge=0, le=1)
    reattack_after_s: float = figure(
        "How long a track held killed is left alone; if it lives on, it is engaged again", ge=0, le=3600
    )
    reattack_after_plots: int = Field(
        default=0,
        ge=0,
        le=10_000,
        description="Further plots of a track held killed that contradict the verdict, instead of reattack_after_s; 0: the time",
    )
