"""How a node starts, keeps and drops tracks."""

from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from openiads.models.base import Spec, figure, zero


class TrackerSpec(Spec):
    """Track life and association of one node."""

    default_group: ClassVar[str] = "tracker"

    confirm_hits: int = figure("Plots within confirm_window that make a track firm", ge=1, le=64)
    confirm_window: int = figure("Scans or frames over which confirm_hits are counted", ge=1, le=64)
    drop_after_updates: int = figure("Scans or frames without a plot after which a track is dropped", ge=1, le=1000)
    process_noise_m2ps3: float = figure("Power spectral density of the white acceleration noise", gt=0, le=1e6)
    gate_probability: float = figure("Probability that the gate holds the plot of the tracked object", gt=0, lt=1)
    max_speed_mps: float = figure("Greatest speed of an object that a new track may have", gt=0, le=10_000)
    capacity: int = figure("Most tracks that the node holds at a time", ge=1, le=100_000)
    tentative_misses: int = Field(
        default=0, ge=0, le=64, description="Looks in a row that a new track may miss; 0: no limit"
    )
    vertical_noise_reduction: float = zero("Share by which the acceleration noise is smaller vertically", ge=0, le=1)
    max_climb_mps: float | None = Field(
        default=None,
        gt=0,
        le=10_000,
        description="Greatest vertical speed that a new track may have; max_speed_mps if left out",
    )
    resolution_sigmas: float = zero("Sigmas of a plot within which two firm tracks may share it; 0: never", ge=0, le=100)
    assignment_cost: Literal["likelihood", "distance"] = Field(
        default="likelihood", description="What tracks that want the same plot are ranked by"
    )
    speed_gate: bool = Field(
        default=True, description="Whether a plot must also lie where an object of max_speed_mps can have come to"
    )

    @model_validator(mode="after")
    def _can_confirm(self) -> Self:
        if self.confirm_hits > self.confirm_window:
            raise ValueError(
                f"confirm_hits is {self.confirm_hits}, but confirm_window is only {self.confirm_window}. "
                "Lower the hits or widen the window"
            )
        if self.max_climb_mps is not None and self.max_climb_mps > self.max_speed_mps:
            raise ValueError(
                f"max_climb_mps is {self.max_climb_mps:g}, above max_speed_mps, which is {self.max_speed_mps:g}. Lower it"
            )
        return self
