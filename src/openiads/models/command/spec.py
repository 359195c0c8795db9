"""Decisions: rules of engagement for the whole scenario, and how one fire unit decides."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from openiads.models.base import Id, Spec, figure, zero

Weapons = Literal["hold", "tight", "free"]
TargetClass = Literal["ballistic", "fast", "slow", "low"]
Order = Annotated[tuple[Id, ...], Field(strict=False, min_length=1, max_length=8)]
"""Missiles of a unit, first choice first."""


class DelaySpec(Spec):
    """How long a decision takes, drawn for each."""

    kind: Literal["constant", "uniform", "lognormal"] = Field(default="constant", description="Distribution")
    seconds: float | None = Field(default=None, ge=0, le=86_400, description="constant: the time")
    low_s: float | None = Field(default=None, ge=0, le=86_400, description="uniform: the shortest time")
    high_s: float | None = Field(default=None, ge=0, le=86_400, description="uniform: the longest time")
    median_s: float | None = Field(default=None, gt=0, le=86_400, description="lognormal: the median")
    sigma_ln: float | None = Field(default=None, ge=0, le=5, description="lognormal: standard deviation of the logarithm")

    @model_validator(mode="after")
    def _has_its_parameters(self) -> Self:
        needed = {"constant": ("seconds",), "uniform": ("low_s", "high_s"), "lognormal": ("median_s", "sigma_ln")}
        for kind, names in needed.items():
            for name in names:
                if (getattr(self, name) is not None) != (kind == self.kind):
                    verb = "needs" if kind == self.kind else "has no"
                    raise ValueError(f"a {self.kind} delay {verb} {name}. It takes {', '.join(needed[self.kind])}")
        if self.kind == "uniform" and (self.low_s or 0.0) > (self.high_s or 0.0):
            raise ValueError(f"low_s is {self.low_s:g}, above high_s = {self.high_s:g}. Swap them")
        return self


class DeskSpec(Spec):
    """How decisions to engage are made at a node. Without a delay they take no time."""

    delay: DelaySpec | None = Field(default=None, description="Time of one decision")
    span: int = Field(default=0, ge=0, le=16, description="Decisions in hand at a time, further ones wait; 0: no limit")
    longest_wait_s: float | None = Field(
        default=None, ge=0, le=86_400, description="A decision that would wait longer is not taken up; left out: any wait"
    )
    voice_delay: DelaySpec | None = Field(default=None, description="Time of one decision that is asked for by voice")
    voice_span: int = Field(default=1, ge=1, le=16, description="The same for what is asked for by voice")


class AssignmentSpec(Spec):
    """How a command post gives targets to the fire units under its centralised control."""

    rule: Literal["greedy", "linear", "exact"] = Field(
        description="greedy: pair by pair what saves most; linear: the best assignment of one target to each channel; exact: "
        "also several channels at one target, by going through all (small cases, else linear)"
    )
    hold_s: float = Field(gt=0, le=86_400, description="How long an order holds; the target is then weighed anew")


class SectorSpec(Spec):
    """A sector or ring around where it is seen from."""

    from_deg: float = zero("First azimuth, clockwise from north", ge=-360, le=360)
    to_deg: float | None = Field(default=None, ge=-360, le=720, description="Last azimuth; left out: all round")
    min_range_km: float = zero("Nearest slant range", ge=0, le=5000)
    max_range_km: float | None = Field(default=None, gt=0, le=5000, description="Farthest slant range; left out: any")


class ZoneSpec(SectorSpec):
    """A sector or ring around a node in which a state of weapons holds for it and for all that report to it."""

    weapons: Weapons = Field(description="State of weapons in it")


class ControlSpec(Spec):
    """Weapons control of the whole scenario."""

    default_group: ClassVar[str] = "control"

    weapons: Weapons = Field(
        default="tight",
        description="hold: no fire; tight: only at tracks held hostile; free: at every track not held friendly or neutral",
    )
    authority: Literal["strictest", "nearest"] = Field(
        default="strictest",
        description="What counts where several echelons or sectors state weapons: the strictest, or the nearest echelon's",
    )
    share_weapons_free: float = Field(
        default=0.0, ge=0, le=1, description="Share of replications in which weapons are free instead"
    )
    ballistic_speed_mps: float = figure("Speed above which a track counts as a ballistic object", gt=0, le=20_000)
    fast_speed_mps: float = figure("Speed above which a track that is not ballistic is of class fast", gt=0, le=20_000)
    low_altitude_m: float = figure(
        "Height above the ground of the fire unit below which a slow track is of class low", ge=0, le=50_000
    )
    ballistic_prediction: Literal["free_fall", "straight"] = Field(
        default="free_fall", description="How tracks of ballistic objects are carried on to the intercept"
    )
    debris_share: float = Field(
        default=0.0, ge=0, le=1, description="Share of the killed objects whose remains go on giving plots on their path"
    )
    debris_s: float = zero("For how long they do", ge=0, le=3600)


class CommandSpec(Spec):
    """How a fire unit decides: cycle, reaction, channels, doctrine."""

    default_group: ClassVar[str] = "command"

    cycle_s: float = figure("Time between two decisions", gt=0, le=3600)
    reaction_time_s: float = figure("Time from the decision to the launch", ge=0, le=3600)
    channels_targets: int = figure("Targets that the engagement radar can engage at a time", ge=0, le=1000)
    channels_missiles: int = figure("Missiles that it can guide at a time", ge=0, le=1000)
    doctrine: Literal["shoot_look_shoot", "salvo_2", "shoot_shoot_look", "salvo"] = figure(
        "shoot_look_shoot: one missile, then look; shoot_shoot_look, salvo_2: two, then look; salvo: salvo_size, and no more"
    )
    max_track_age_s: float = figure("Oldest track, since its last update, on which it may decide", gt=0, le=3600)
    salvo_size: int = Field(default=1, ge=1, le=100, description="Missiles of a salvo")
    salvo_interval_s: float | None = Field(
        default=None, ge=0, le=3600, description="Time between two launches of a salvo; left out: cycle_s"
    )
    most_missiles_per_track: int = Field(
        default=0,
        ge=0,
        le=1000,
        description="Most missiles that the unit spends on one track; 0: no limit (salvo: salvo_size)",
    )
    preferences: Mapping[TargetClass, Order] = Field(
        default_factory=dict,
        description="Missiles for tracks of a class, first choice first, and no others; left out: those of shortest reach first",
    )

    approval: Literal["own", "superior", "superior_by_voice"] = Field(
        default="own",
        description="Who decides to engage: the unit itself, or also the node that it reports to, by link or voice",
    )

    control: Literal["decentralised", "centralised"] = Field(
        default="decentralised",
        description="decentralised: the unit engages what its rules allow; centralised: what the node that it reports to orders "
        "over a link, and by itself only when it is alone (autonomy)",
    )
    order_by: Literal["urgency", "threat"] = Field(
        default="urgency",
        description="urgency: tracks with the least time to an asset first; threat: those that put most value at risk first",
    )

    @model_validator(mode="after")
    def _salvo_has_a_size(self) -> Self:
        if self.salvo_size > 1 and self.doctrine != "salvo":
            raise ValueError(f"salvo_size is {self.salvo_size}, but doctrine is {self.doctrine}. Set doctrine to salvo")
        return self
