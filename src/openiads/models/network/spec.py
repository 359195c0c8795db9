"""Who tells whom: links between nodes, and the mode that says which of them are used."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from openiads.models.base import Id, Spec, figure

Content = Literal["tracks", "status"]
Contents = Annotated[tuple[Content, ...], Field(strict=False), AfterValidator(lambda given: tuple(sorted(set(given))))]
"""What a link carries, sorted: the order in the file means nothing."""

Mode = Literal["standalone", "procedural", "cue_only", "integrated"]


class LinkSpec(Spec):
    """A one-way data link between two nodes."""

    default_group: ClassVar[str] = "link"

    from_node: Id = Field(alias="from", description="Node that sends")
    to_node: Id = Field(alias="to", description="Node that receives")
    carries: Contents = Field(description="What it carries: tracks, status")
    cycle_s: float = figure("Time between two messages", gt=0, le=3600)
    latency_s: float = figure("Time from sending to receiving", ge=0, le=3600)
    p_loss: float = figure("Probability that a message is lost", ge=0, le=1)
    within_system: bool = Field(
        default=False, description="True: it belongs to one system (a regiment's own link) and works in every mode"
    )


class NetworkSpec(Spec):
    """The links of the scenario and how far they are used."""

    mode: Mode = Field(
        default="standalone",
        description="Links between systems: standalone and procedural use none; cue_only those towards a fire unit or the "
        "post that commands it; integrated all of them. Links within_system always work",
    )
    usable_track_share: float = Field(
        default=1.0, ge=0, le=1, description="Share of received tracks that are accurate and timely enough to cue a radar"
    )
    links: Mapping[Id, LinkSpec] = Field(default_factory=dict, description="Links by id")
