"""What lies between radars and objects, as a scenario may say it: switches, each with a default that the manual defends."""

from typing import Literal

from pydantic import Field

from openiads.models.base import Spec


class SensingSpec(Spec):
    """What all radars of a scenario have in common: how echoes fluctuate."""

    fluctuation: Literal["correlated", "independent"] = Field(
        default="correlated",
        description="correlated: a fluctuation holds for the object's rcs_decorrelation_s; independent: one per look",
    )
