"""Who tells whom: links between nodes, and the mode that says which of them are used."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from openiads.models.base import Id, Spec, figure

Content = Literal["tracks", "status", "orders", "magazine"]
Contents = Annotated[tuple[Content, ...], Field(strict=False), AfterValidator(lambda given: tuple(sorted(set(given))))]
"""What a link carries, sorted: the order in the file means nothing."""

Mode = Literal["standalone", "procedural", "cue_only", "integrated"]
Latency = Literal["constant", "uniform", "lognormal", "exponential"]

NEEDED: dict[str, tuple[str, ...]] = {
    "constant": (),
    "uniform": ("latency_spread_s",),
    "lognormal": ("latency_sigma",),
    "exponential": ("latency_spread_s",),
}
"""Fields that each distribution of the latency needs; it takes no other."""


def _in_order(given: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    for first, last in given:
        if not 0 <= first < last:
            raise ValueError(f"an outage from {first:g} to {last:g} s has no length. Write it as [from_s, to_s]")
    found = tuple(sorted(given))
    for (_, before), (after, _) in pairwise(found):
        if after < before:
            raise ValueError(f"two outages overlap: one begins at {after:g} s, before {before:g} s. Join them")
    return found


Outages = Annotated[
    tuple[Annotated[tuple[float, float], Field(strict=False)], ...], Field(strict=False), AfterValidator(_in_order)
]
"""Times out of action as pairs [from_s, to_s], from the start of the scenario."""


class LinkSpec(Spec):
    """A one-way data or voice link between two nodes."""

    default_group: ClassVar[str] = "link"

    from_node: Id = Field(alias="from", description="Node that sends")
    to_node: Id = Field(alias="to", description="Node that receives")
    carries: Contents = Field(
        description="What it carries: tracks; status (who is engaged); orders; magazine (what a fire unit has ready, once a cycle)"
    )
    medium: Literal["data", "voice"] = Field(
        default="data", description="voice: somebody reads reports aloud; the mode procedural uses voice links only"
    )
    cycle_s: float = figure("Time between two messages", gt=0, le=3600)
    latency_s: float = figure(
        "Time from sending to receiving: the value, the middle, the median or the least", ge=0, le=3600
    )
    latency: Latency = Field(
        default="constant",
        description="Distribution of the latency of each message. uniform: latency_s, give or take latency_spread_s; lognormal: "
        "latency_s is its median; exponential: latency_s and a tail of mean latency_spread_s",
    )
    latency_spread_s: float | None = Field(
        default=None, gt=0, le=3600, description="Spread of a uniform or exponential latency"
    )
    latency_sigma: float | None = Field(
        default=None, gt=0, le=3, description="Standard deviation of the logarithm of a lognormal latency"
    )
    p_loss: float = figure("Probability that a message is lost", ge=0, le=1)
    capacity_per_min: float | None = Field(
        default=None,
        gt=0,
        le=1e6,
        description="Messages that the link carries a minute, one after the other; none: no limit",
    )
    queue: int | None = Field(
        default=None,
        ge=1,
        le=10_000,
        description="Messages that wait or are being carried at a time; needed with a capacity",
    )
    when_full: Literal["refuse", "replace"] = Field(
        default="refuse",
        description="refuse: a message for which there is no place is dropped; replace: the same, but a newer report first takes "
        "the place of one of the same track that still waits",
    )
    tells: Literal["all", "not_friendly", "hostile"] = Field(
        default="all", description="Filter by what the sender holds a track for: all; not_friendly; hostile alone"
    )
    outages: Outages = Field(default=(), description="Times at which it carries nothing, as [[from_s, to_s], ...]")
    within_system: bool = Field(
        default=False, description="True: it belongs to one system (a regiment's own link) and works in every mode"
    )

    @model_validator(mode="after")
    def _has_the_spread_of_its_latency(self) -> Self:
        for name in ("latency_spread_s", "latency_sigma"):
            given, needed = getattr(self, name) is not None, name in NEEDED[self.latency]
            if given != needed:
                said = "is given" if given else "is missing"
                raise ValueError(f"latency is {self.latency}, and {name} {said}. {'Leave it out' if given else 'Give it'}")
        if self.latency == "uniform" and (self.latency_spread_s or 0.0) > self.latency_s:
            raise ValueError(
                f"latency_spread_s is {self.latency_spread_s:g}, more than latency_s = {self.latency_s:g}: messages would arrive "
                "before they are sent. Lower it"
            )
        return self

    @model_validator(mode="after")
    def _has_places_for_what_waits(self) -> Self:
        if (self.capacity_per_min is None) != (self.queue is None):
            missing = "queue" if self.queue is None else "capacity_per_min"
            raise ValueError(f"a link of limited capacity needs capacity_per_min and queue; {missing} is missing. Give it")
        return self


class AutonomySpec(Spec):
    """What a node does on its own when it has heard nothing on any link for a while."""

    after_s: float = Field(ge=0, le=86_400, description="Time without a sign of life on a link into it")
    weapons: Literal["hold", "tight", "free"] = Field(description="Its weapons control then")


class NetworkSpec(Spec):
    """The links of the scenario and how far they are used."""

    mode: Mode = Field(
        default="standalone",
        description="Links between systems: standalone uses none; procedural those of medium voice; cue_only those towards a fire "
        "unit or the post that commands it; integrated all of them. Links within_system always work",
    )
    usable_track_share: float = Field(
        default=1.0, ge=0, le=1, description="Share of received tracks that are accurate and timely enough to cue a radar"
    )
    links: Mapping[Id, LinkSpec] = Field(default_factory=dict, description="Links by id")
