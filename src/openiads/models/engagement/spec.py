"""A missile as the public sees it: an envelope, a time of flight and a single-shot kill probability. No guidance."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from openiads.models.base import Id, Spec, figure, require_rising, zero

Row = Annotated[tuple[Annotated[float, Field(gt=0)], Annotated[float, Field(gt=0)]], Field(strict=False)]
"""Slant range in km and time of flight in s."""


TargetClass = Literal["ballistic", "fast", "slow", "low"]
"""Class of a target as a fire unit estimates it from the motion of its track."""

Kind = Literal["aircraft", "cruise_missile", "drone", "ballistic", "decoy"]
Guidance = Literal[
    "own_radar_throughout",
    "own_radar_terminal",
    "any_track_midcourse_own_terminal",
    "any_track_throughout",
    "autonomous_terminal",
]


class BallisticLimitsSpec(Spec):
    """What limits intercepts of ballistic objects, on top of the envelope. What is left out limits nothing."""

    min_altitude_km: float | None = Field(
        default=None, ge=0, le=500, description="Lowest intercept of a ballistic object above mean sea level"
    )
    max_speed_mps: float | None = Field(default=None, gt=0, le=20_000, description="Fastest ballistic object")
    reentry_min_deg: float | None = Field(default=None, ge=-90, le=90, description="Flattest descent at the intercept")
    reentry_max_deg: float | None = Field(default=None, ge=-90, le=90, description="Steepest descent at the intercept")
    handover_tolerance_km: float | None = Field(
        default=None,
        gt=0,
        le=1000,
        description="Largest standard error of the predicted point of intercept (root of the trace of its covariance)",
    )

    @model_validator(mode="after")
    def _holds_an_angle(self) -> Self:
        low, high = self.reentry_min_deg, self.reentry_max_deg
        if low is not None and high is not None and low >= high:
            raise ValueError(f"reentry_min_deg is {low:g}, not below reentry_max_deg = {high:g}. Correct one of them")
        return self


class SpeedClassSpec(Spec):
    """What a missile reaches among targets up to a speed. What is left out limits nothing beyond the envelope."""

    up_to_mps: float = Field(gt=0, le=20_000, description="Fastest target of the class; faster than the last: not engaged")
    max_range_km: float | None = Field(default=None, gt=0, le=1000, description="Farthest intercept of such a target")
    max_crossing_km: float | None = Field(
        default=None, ge=0, le=1000, description="Farthest that the ground line of such a target may pass the fire unit"
    )
    p_kill_factor: float = Field(default=1.0, ge=0, le=10, description="Factor on p_kill against such a target")


class LauncherSpec(Spec):
    """What all launchers of a fire unit have in common; how many missiles one carries stands with the missile."""

    interval_s: float = zero("Time between two launches from one launcher", ge=0, le=3600)
    reload_s: float = zero("Time in which an empty launcher is loaded again, from the spare missiles", ge=0, le=86_400)
    p_ready: float = Field(default=1.0, ge=0, le=1, description="Probability that a launcher is in order in a replication")


class SupplySpec(Spec):
    """Missiles that are brought to a fire unit."""

    at_s: float = Field(ge=0, le=2_678_400, description="When they are there")
    missile: Id = Field(description="Which of the unit's missiles")
    count: int = Field(ge=1, le=10_000, description="How many")


class MoveSpec(Spec):
    """A change of position: from the start until it is emplaced again the unit is out of action and its radars are silent."""

    start_s: float = Field(ge=0, le=2_678_400, description="When the unit packs up")
    march_s: float = Field(ge=0, le=2_678_400, description="Time to pack up and march")
    emplace_s: float = zero("Time to be ready to fire after the march", ge=0, le=2_678_400)


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
    max_crossing_km: float | None = Field(
        default=None, gt=0, le=1000, description="Farthest that the ground line of a target may pass the fire unit"
    )
    speed_classes: Annotated[tuple[SpeedClassSpec, ...], Field(strict=False)] = Field(
        default=(), description="Limits by speed of the target, slowest first; the first whose up_to_mps holds counts"
    )
    ballistic: BallisticLimitsSpec | None = Field(default=None, description="Limits for ballistic objects alone")
    guidance: Guidance = Field(
        default="own_radar_throughout",
        description="Who must hold the track: the unit's own radar to the end (own_radar_throughout); at launch and in the last "
        "terminal_s (own_radar_terminal); any node up to there, then the own radar (any_track_midcourse_own_terminal); any node "
        "to the end (any_track_throughout); any node up to there, then nobody (autonomous_terminal)",
    )
    terminal_s: float = zero("Length of the last part of the flight, where guidance changes", ge=0, le=600)
    track_gap_s: float | None = Field(
        default=None,
        ge=0,
        le=3600,
        description="Longest time in flight in which nobody holds the track who must, asked at each command cycle; after it the "
        "missile is lost. Left out: asked only at the launch, where guidance changes, and at the intercept",
    )
    p_kill_by_kind: Mapping[Kind, Annotated[float, Field(ge=0, le=10)]] = Field(
        default_factory=dict, description="Factors on p_kill by what the object really is"
    )
    p_kill_crossing_factor: float = Field(
        default=1.0, ge=0, le=1, description="Factor on p_kill at max_crossing_km; linear from 1 at no offset"
    )
    p_batch_failure: float = zero("Probability that the whole batch fails, in a replication", ge=0, le=1)
    batch: Id | None = Field(default=None, description="Batch it belongs to, the same at all units; else its own id")
    p_common_failure: float = zero(
        "Probability that a common cause spoils all of these missiles at one object, in a replication", ge=0, le=1
    )
    per_launcher: int = Field(default=0, ge=0, le=100, description="Missiles on one launcher; 0: launchers limit nothing")
    spare_count: int = Field(default=0, ge=0, le=10_000, description="Missiles beside the launchers, for loading them again")
    reserve_for: TargetClass | None = Field(default=None, description="Class for which the last reserve_count are kept")
    reserve_count: int = Field(default=0, ge=0, le=10_000, description="Missiles kept for reserve_for")

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

    @model_validator(mode="after")
    def _says_what_belongs_together(self) -> Self:
        require_rising("up_to_mps of speed_classes", table=self.speed_classes, key=lambda part: float(part.up_to_mps))
        if self.p_kill_crossing_factor < 1.0 and self.max_crossing_km is None:
            raise ValueError("p_kill_crossing_factor is given without max_crossing_km. Give the offset at which it holds")
        if self.spare_count > 0 and self.per_launcher == 0:
            raise ValueError("spare_count is given without per_launcher. Say how many missiles one launcher carries")
        if self.reserve_count > 0 and self.reserve_for is None:
            raise ValueError("reserve_count is given without reserve_for. Say for which class they are kept")
        return self
