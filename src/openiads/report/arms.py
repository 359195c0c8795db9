"""What a report is made of: runs with their scenarios, and the sites that stand in them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from openiads.engine.sites import node_spec
from openiads.results.measures import RunData
from openiads.scenario.standing import standing

if TYPE_CHECKING:
    from openiads.results.measures.paths import Paths
    from openiads.results.store import RunReader
    from openiads.scenario.loader import Scenario
    from openiads.scenario.resolve import UsedFigure
    from openiads.scenario.schema import ScenarioSpec


@dataclass(frozen=True)
class Arm:
    """One run, under the name that the report gives it."""

    name: str
    reader: "RunReader"

    @cached_property
    def data(self) -> RunData:
        """Its tables for measures."""
        return RunData.of(self.reader)

    @cached_property
    def scenario(self) -> "Scenario":
        """Its scenario, with the catalogue figures that filled it, as the manifest names them."""
        stated = self.data.scenario
        return replace(stated, figures=tuple(_used(stated, self.reader.manifest.figures)))

    @cached_property
    def spec(self) -> "ScenarioSpec":
        """Its scenario with the nodes that stand on the day."""
        return standing(self.data.scenario.spec)

    @property
    def paths(self) -> "Paths":
        """Where its objects fly and its nodes stand."""
        return self.data.paths

    @cached_property
    def sites(self) -> tuple["Site", ...]:
        """Its sites: fire units, their command posts and sensors that stand at one place; the main one first."""
        found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for kind in ("fire_units", "command_posts", "sensors"):
            for node, owner in sorted(getattr(self.spec, kind).items()):
                found[owner.place][kind].append(node)
        main = self.paths.main_node
        sites = [
            Site(place, *(tuple(kinds[k]) for k in ("fire_units", "command_posts", "sensors")))
            for place, kinds in found.items()
        ]
        return tuple(sorted(sites, key=lambda s: (main not in s.nodes, not s.fire_units, s.place)))

    def radar(self, node: str) -> Any:
        """The radar that stands for a node on a map: that which guides, else that which searches."""
        owner: Any = node_spec(self.spec, node)
        return getattr(owner, "engagement_radar", None) or owner.search_radar

    def search_radar(self, site: "Site") -> str | None:
        """Node of the search radar of a site that is published to reach farthest; None when it has none."""
        owners: dict[str, Any] = {node: node_spec(self.spec, node) for node in site.nodes}
        found = {node: owner.search_radar for node, owner in owners.items() if getattr(owner, "search_radar", None)}
        return max(found, key=lambda node: (found[node].range_km, node), default=None)


@dataclass(frozen=True)
class Site:
    """Nodes that stand at one place."""

    place: str
    fire_units: tuple[str, ...]
    command_posts: tuple[str, ...]
    sensors: tuple[str, ...]

    @property
    def nodes(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.fire_units, *self.command_posts, *self.sensors)


def _used(scenario: "Scenario", figures: Mapping[str, Iterable[str]]) -> "Iterator[UsedFigure]":
    """The figures of the catalogue that a run used, with the value that it used."""
    from openiads.catalogue import load_catalogue  # noqa: PLC0415 - reads files
    from openiads.errors import CatalogueError  # noqa: PLC0415 - only here
    from openiads.scenario.resolve import UsedFigure  # noqa: PLC0415 - slow to import

    catalogue = load_catalogue()
    for path, used_at in sorted(figures.items()):
        try:
            figure = catalogue.figure(path)
        except CatalogueError:  # the run was made with another catalogue
            continue
        places = tuple(used_at)
        value = scenario.get(places[0]) if places else figure.value
        yield UsedFigure.of(figure, path=path, used_at=places, value=figure.value if value is None else value)


def place_name(place: str) -> str:
    """Short name of a place: that of the catalogue without what stands in brackets, else its id."""
    from openiads.catalogue import load_catalogue  # noqa: PLC0415 - reads files

    catalogue = load_catalogue()
    if place in catalogue.ids("places"):
        return str(catalogue.entry("places", place).name).split(" (")[0].split(",")[0]
    return place
