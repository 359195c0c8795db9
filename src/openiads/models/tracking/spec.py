"""How a node starts, keeps and drops tracks."""

from typing import ClassVar, Self

from pydantic import model_validator

from openiads.models.base import Spec, figure


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

    @model_validator(mode="after")
    def _can_confirm(self) -> Self:
        if self.confirm_hits > self.confirm_window:
            raise ValueError(
                f"confirm_hits is {self.confirm_hits}, but confirm_window is only {self.confirm_window}. "
                "Lower the hits or widen the window"
            )
        return self
