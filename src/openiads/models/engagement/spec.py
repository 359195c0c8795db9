"""A missile as the public sees it: an envelope, a time of flight and a single-shot kill probability. No guidance."""

from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from openiads.models.base import Id, Spec, figure, require_rising

Row = Annotated[tuple[Annotated[float, Field(gt=0)], Annotated[float, Field(gt=0)]], Field(strict=False)]
"""Slant range in km and time of flight in s."""


class MissileSpec(Spec):
    """Ready missiles of one type at a fire unit."""

    catalogue_families: ClassVar[tuple[str, ...]] = ("missiles",)
    default_group: ClassVar[str] = "missile"

    system: Id | None = Field(default=None, description="Entry of catalogue.missiles that fills the figures left out")
    count: int = Field(ge=0, le=10_000, description="Ready missiles at the start")
    min_range_km: float = figure("Nearest intercept, slant range", ge=0, le=1000)
    max_range_km: float = figure("Farthest intercept of an aircraft, slant range", gt=0, le=1000)
    max_range_ballistic_km: float = figure("Farthest intercept of a ballistic object, slant range; 0: none", ge=0, le=1000)
    min_altitude_m: float = figure("Lowest intercept above the ground of the fire unit", ge=0, le=50_000)
    max_altitude_km: float = figure("Highest intercept above mean sea level", gt=0, le=500)
    mean_speed_mps: float = figure("Mean speed to the farthest intercept, when there is no time_of_flight", gt=0, le=10_000)
    max_target_speed_mps: float = figure("Fastest object that it can engage", gt=0, le=20_000)
    p_kill: float = figure("Single-shot kill probability inside the envelope", ge=0, le=1)
    time_of_flight: Annotated[tuple[Row, ...], Field(strict=False)] | None = figure(
        "Table [[range_km, time_s], ...] that replaces mean_speed_mps", optional=True
    )

    @model_validator(mode="after")
    def _envelope_holds_something(self) -> Self:
        if self.min_range_km >= self.max_range_km:
            raise ValueError(
                f"min_range_km is {self.min_range_km:g}, not below max_range_km = {self.max_range_km:g}. Correct one of them"
            )
        if self.min_altitude_m >= self.max_altitude_km * 1000:
            raise ValueError(
                f"min_altitude_m is {self.min_altitude_m:g}, not below max_altitude_km = {self.max_altitude_km:g}. "
                "One is in metres, the other in kilometres"
            )
        if self.time_of_flight is not None:
            if not self.time_of_flight:
                raise ValueError("time_of_flight is empty. Leave it out, or give rows of [range_km, time_s]")
            require_rising("range_km of time_of_flight", table=self.time_of_flight, key=lambda row: float(row[0]))
            require_rising("time_s of time_of_flight", table=self.time_of_flight, key=lambda row: float(row[1]))
        return self
