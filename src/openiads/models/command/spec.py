"""Decisions: rules of engagement for the whole scenario, and how one fire unit decides."""

from typing import ClassVar, Literal

from pydantic import Field

from openiads.models.base import Spec, figure

Weapons = Literal["hold", "tight", "free"]


class ControlSpec(Spec):
    """Weapons control of the whole scenario."""

    default_group: ClassVar[str] = "control"

    weapons: Weapons = Field(
        default="tight",
        description="hold: no fire; tight: only at tracks held hostile; free: at every track not held friendly or neutral",
    )
    share_weapons_free: float = Field(
        default=0.0, ge=0, le=1, description="Share of replications in which weapons are free instead"
    )
    ballistic_speed_mps: float = figure("Speed above which a track counts as a ballistic object", gt=0, le=20_000)


class CommandSpec(Spec):
    """How a fire unit decides: cycle, reaction, channels, doctrine."""

    default_group: ClassVar[str] = "command"

    cycle_s: float = figure("Time between two decisions", gt=0, le=3600)
    reaction_time_s: float = figure("Time from the decision to the launch", ge=0, le=3600)
    channels_targets: int = figure("Targets that the engagement radar can engage at a time", ge=0, le=1000)
    channels_missiles: int = figure("Missiles that it can guide at a time", ge=0, le=1000)
    doctrine: Literal["shoot_look_shoot", "salvo_2"] = figure("One missile, then look; or two missiles at a time")
    max_track_age_s: float = figure("Oldest track, since its last update, on which it may decide", gt=0, le=3600)
