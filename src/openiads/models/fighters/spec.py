"""What a scenario may say of defensive fighters: where they stand, how soon and how far they come, and one kill probability."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from openiads.models.base import Id, Spec, figure, zero
from openiads.models.command.spec import SectorSpec, TargetClass, Weapons
from openiads.models.engagement.spec import Kind

Classes = Annotated[
    tuple[TargetClass, ...], Field(strict=False, min_length=1), AfterValidator(lambda given: tuple(sorted(set(given))))
]
"""Classes of tracks, sorted: the order in the file means nothing."""


class MissileZoneSpec(SectorSpec):
    """A sector or ring that belongs to the missiles: pairs meet nobody in it."""

    place: Id = Field(description="Place of this scenario or of the catalogue that it is seen from")

    @model_validator(mode="after")
    def _holds_something(self) -> Self:
        if self.max_range_km is not None and self.min_range_km >= self.max_range_km:
            raise ValueError(
                f"min_range_km is {self.min_range_km:g}, not below max_range_km = {self.max_range_km:g}. Correct one of them"
            )
        return self


class FighterSpec(Spec):
    """A base with pairs of fighters that are alike; one order sends one pair at one track."""

    default_group: ClassVar[str] = "fighter"

    place: Id = Field(description="Place of this scenario or of the catalogue that the pairs start from")
    altitude_m: float = zero(
        "Height of the start above the ground of the place: above 0 for a patrol in the air", ge=0, le=20_000
    )
    reports_to: Id = Field(description="Command post that orders the pairs, on its own picture")
    present: bool = Field(default=True, description="False: the scenario runs without this base")
    pairs: int = Field(ge=0, le=1000, description="Pairs that are ready at the start")
    sorties_per_pair: int = Field(default=0, ge=0, le=1000, description="Sorties of each pair in the scenario; 0: no limit")
    order_delay_s: float = zero("Time from the decision of the post to the pair", ge=0, le=86_400)
    order_by: Literal["data", "voice"] = Field(
        default="data", description="Desk of the post at which the decision is made: the ordinary one, or that for voice"
    )
    approval: Literal["own", "superior", "superior_by_voice"] = Field(
        default="own",
        description="Who decides to send a pair: the post itself, or also the node that it reports to, by link or voice",
    )
    ready_min: float = figure("Time from the order to the take-off", ge=0, le=1440)
    speed_mps: float = figure("Mean speed from the take-off to the meeting, straight on", gt=0, le=1000)
    radius_km: float = figure("Farthest from the base that a pair meets anything", gt=0, le=5000)
    turnaround_min: float = figure("Time from the landing until the pair is ready again", ge=0, le=10_080)
    p_kill: float = figure("Probability that a pair stops what it meets", ge=0, le=1)
    p_kill_by_kind: Mapping[Kind, Annotated[float, Field(ge=0, le=10)]] = Field(
        default_factory=dict, description="Factors on p_kill by what the object really is"
    )
    max_track_age_s: float = figure("Oldest track on which a pair is sent, and meets", gt=0, le=3600)
    takes: Classes = Field(default=("fast", "low", "slow"), description="Classes of tracks that pairs are sent at")
    weapons: Weapons | None = Field(
        default=None, description="State of weapons of its pairs, instead of that of the post and those above it"
    )
    missile_zones: Annotated[tuple[MissileZoneSpec, ...], Field(strict=False)] = Field(
        default=(), description="Zones of the missiles, in which the pairs meet nobody"
    )
