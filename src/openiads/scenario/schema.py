"""What a scenario file may say: the sections of the model families put together, with closed keys."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, field_validator, model_validator

from openiads.models.assessment.spec import AssessmentSpec
from openiads.models.base import Id, Spec, figure, section, zero
from openiads.models.command.spec import AssignmentSpec, CommandSpec, ControlSpec, DeskSpec, Weapons, ZoneSpec
from openiads.models.engagement.spec import LauncherSpec, MissileSpec, MoveSpec, SupplySpec
from openiads.models.fighters.spec import FighterSpec
from openiads.models.identification.spec import IdentificationSpec
from openiads.models.network.spec import AutonomySpec, NetworkSpec, Outages
from openiads.models.sensing.environment import SensingSpec
from openiads.models.sensing.spec import RadarSpec
from openiads.models.tracking.spec import TrackerSpec
from openiads.scenario.choices import Choice, OptionSpec, Setting, VignetteSpec, WindowsSpec
from openiads.scenario.objects import ObjectSpec, PlaceSpec, SignatureSpec

VERSION = "0.1"


class AboutSpec(Spec):
    """What the scenario is."""

    id: Id = Field(description="Short name of the scenario")
    title: str = Field(description="One line for people")
    notional: bool = Field(description="True: invented places and forces; false: named places and public figures")
    description: str | None = Field(default=None, description="What it shows, and what it leaves out")


class ClockSpec(Spec):
    """When the scenario starts and how long it lasts."""

    start_utc: str = Field(description="Start, as 2019-11-26T06:00:00Z")
    duration_s: float = Field(gt=0, le=2_678_400, description="Length of the scenario, at most 31 days")

    @field_validator("start_utc")
    @classmethod
    def _is_an_instant(cls, value: str) -> str:
        try:
            datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ")
        except ValueError:
            raise ValueError(f"{value!r} is no instant. Write it as 2019-11-26T06:00:00Z") from None
        return value


class AtmosphereSpec(Spec):
    """How radar waves bend."""

    default_group: ClassVar[str] = "atmosphere"

    refraction_factor: float = figure("Effective earth radius over the real one", gt=0.1, le=10)


class TerrainSpec(Spec):
    """Where the ground comes from."""

    masks: Literal["catalogue", "none"] = Field(
        default="catalogue", description="catalogue: skylines of the places mask low objects; none: smooth earth"
    )
    elevation_directory: str | None = Field(
        default=None, description="Folder of elevation files, for altitudes above ground"
    )


class AirspaceSpec(Spec):
    """Agreed separation between fire units and friendly flights."""

    separation_km: float = zero("Least distance that friendly flights keep from fire units", ge=0, le=2000)
    compliance: float = Field(default=1.0, ge=0, le=1, description="Share of flights that keep it")


class AssetSpec(Spec):
    """Something that is defended; threats are ranked by the nearest one."""

    place: Id = Field(description="Place of this scenario or of the catalogue")
    value: float = Field(default=1.0, ge=0, le=1e9, description="What it is worth, against the other assets")
    reach_km: float | None = Field(
        default=None, gt=0, le=1000, description="What passes within this threatens it; left out: all that close in do"
    )


class ReadinessSpec(Spec):
    """On what share of days a node works that works on some days only."""

    default_group: ClassVar[str] = "readiness"

    share_test_days: float = figure("Share of days on which a node in the state test_days works", ge=0, le=1)
    share_drills: float = figure("Share of days on which a node in the state drills works", ge=0, le=1)


State = Literal["continuous", "drills", "stored", "test_days"]


class NodeSpec(Spec):
    """What all nodes have in common."""

    catalogue_families: ClassVar[tuple[str, ...]] = ("units", "nodes")

    system: Id | None = Field(
        default=None, description="Entry of catalogue.units or catalogue.nodes that fills the figures left out"
    )
    place: Id = Field(description="Place of this scenario or of the catalogue")
    offset_east_m: float = zero("East of the place", ge=-100_000, le=100_000)
    offset_north_m: float = zero("North of the place", ge=-100_000, le=100_000)
    reports_to: Id | None = Field(default=None, description="Node that commands this one")
    present: bool = Field(default=True, description="False: the scenario runs without this node")
    available_from: str | None = Field(
        default=None, description="Day from which it is there, as 2019-09-15; before it the scenario runs without this node"
    )
    state: State = Field(
        default="continuous",
        description="stored: neither radiates nor shoots nor takes part in the network; drills, test_days: works on a share "
        "of the days (readiness); continuous: works every day. A run is of a day on which it works",
    )
    outages: Outages = Field(
        default=(),
        description="Times at which it is out of action, as [[from_s, to_s], ...]: it neither looks nor tracks, sends, hears, "
        "decides or guides, and comes back with an empty picture",
    )
    autonomy: AutonomySpec | None = Field(
        default=None, description="What it does on its own when no link brings a sign of life; none: as with links"
    )
    silent: Outages = Field(
        default=(),
        description="Times at which its radars are silent, as [[from_s, to_s], ...]; all else goes on",
    )
    emission_rule: Literal["unrestricted", "silent_on_notice"] = Field(
        default="unrestricted", description="silent_on_notice: its radars are silent while a notified flight is in the air"
    )
    identification: IdentificationSpec = section("How well it tells friend from foe")
    tracker: TrackerSpec = section("How it tracks")

    @field_validator("available_from")
    @classmethod
    def _is_a_day(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                datetime.strptime(value, "%Y-%m-%d")
            except ValueError:
                raise ValueError(f"{value!r} is no day. Write it as 2019-09-15") from None
        return value


class CommandPostSpec(NodeSpec):
    """A node that commands others."""

    search_radar: RadarSpec | None = Field(default=None, description="Its radar, if it has one")
    weapons: Weapons | None = Field(default=None, description="Weapons control of all that report to it")
    zones: Annotated[tuple[ZoneSpec, ...], Field(strict=False)] = Field(
        default=(), description="Sectors with a state of weapons of their own, for all that report to it"
    )
    desk: DeskSpec = Field(default_factory=DeskSpec, description="How it decides")
    assignment: AssignmentSpec | None = Field(
        default=None, description="How it gives targets to the units that report to it under centralised control"
    )


class SensorSpec(NodeSpec):
    """A node that only looks."""

    search_radar: RadarSpec = Field(description="Its radar")


class FireUnitSpec(NodeSpec):
    """One engagement radar with its launchers."""

    engagement_radar: RadarSpec = Field(description="Radar of kind multifunction that guides the missiles")
    search_radar: RadarSpec | None = Field(default=None, description="Further radar, if it has one")
    missiles: Mapping[Id, MissileSpec] = Field(description="Ready missiles by type")
    command: CommandSpec = section("How it decides")
    assessment: AssessmentSpec = section("How it assesses")
    weapons: Weapons | None = Field(default=None, description="Weapons control of this unit, instead of control.weapons")
    zones: Annotated[tuple[ZoneSpec, ...], Field(strict=False)] = Field(
        default=(), description="Sectors with a state of weapons of their own"
    )
    desk: DeskSpec = Field(default_factory=DeskSpec, description="How long its decisions take")
    launchers: LauncherSpec = Field(default_factory=LauncherSpec, description="What its launchers have in common")
    supplies: Annotated[tuple[SupplySpec, ...], Field(strict=False)] = Field(
        default=(), description="Missiles that are brought to it"
    )
    ready_at_s: float = zero("When it is first ready to fire; before that it is being emplaced", ge=0, le=2_678_400)
    moves: Annotated[tuple[MoveSpec, ...], Field(strict=False)] = Field(default=(), description="Changes of position")

    @model_validator(mode="after")
    def _names_its_own_missiles(self) -> Self:
        named = {missile for order in self.command.preferences.values() for missile in order}
        for missile in sorted(named | {part.missile for part in self.supplies}):
            if missile not in self.missiles:
                raise ValueError(f"{missile!r} is none of its missiles. Known: {', '.join(sorted(self.missiles))}")
        return self


class ScenarioSpec(Spec):
    """A whole scenario. Every collection is a mapping by id, and every field has the path of its keys joined by dots."""

    not_paths: ClassVar[frozenset[str]] = frozenset({"openiads_scenario", "variants", "vignettes"})

    openiads_scenario: Literal["0.1"] = Field(description="Version of this format")
    scenario: AboutSpec = Field(description="What the scenario is")
    clock: ClockSpec = Field(description="When it starts and how long it lasts")
    atmosphere: AtmosphereSpec = section("How radar waves bend")
    sensing: SensingSpec = section("What lies between radars and objects")
    terrain: TerrainSpec = Field(default_factory=TerrainSpec, description="Where the ground comes from")
    places: Mapping[Id, PlaceSpec] = Field(default_factory=dict, description="Own places; others come from the catalogue")
    signatures: Mapping[Id, SignatureSpec] = Field(default_factory=dict, description="Own signatures")
    control: ControlSpec = section("Weapons control")
    airspace: AirspaceSpec = Field(default_factory=AirspaceSpec, description="Separation of friendly flights")
    assets: Mapping[Id, AssetSpec] = Field(default_factory=dict, description="What is defended")
    command_posts: Mapping[Id, CommandPostSpec] = Field(default_factory=dict, description="Nodes that command")
    sensors: Mapping[Id, SensorSpec] = Field(default_factory=dict, description="Nodes that only look")
    fire_units: Mapping[Id, FireUnitSpec] = Field(default_factory=dict, description="Nodes that engage")
    fighters: Mapping[Id, FighterSpec] = Field(
        default_factory=dict,
        description="Bases of defensive fighters, a coarse resource of a command post; none: no fighters",
    )
    readiness: ReadinessSpec = section("On what share of days nodes work that work on some days only")
    network: NetworkSpec = Field(default_factory=NetworkSpec, description="Links between nodes")
    objects: Mapping[Id, ObjectSpec] = Field(description="What flies")
    windows: WindowsSpec | None = Field(default=None, description="Which times are walked, else all")
    vignette: Choice | None = Field(default=None, description="The vignette that is run")
    vignettes: Mapping[Choice, VignetteSpec] = Field(
        default_factory=dict, description="What flies, for how long, and what else holds; `vignette` chooses"
    )
    options: Mapping[Choice, OptionSpec] = Field(
        default_factory=dict, description="Questions with named answers; each sets fields and catalogue figures by path"
    )
    variants: Mapping[Id, Mapping[str, Setting]] = Field(
        default_factory=dict, description="Arms of paired runs: each sets fields and catalogue figures by path"
    )


CHOICES = frozenset({"variants", "options", "vignettes", "vignette"})
"""What is gone once an arm is resolved: it has been applied."""

NODE_SECTIONS = ("command_posts", "sensors", "fire_units")
"""Collections whose ids are node ids."""


def file_schema() -> dict[str, Any]:
    """JSON Schema of a scenario file: as the specs say, with the fields that the catalogue fills made optional.

    Returns
    -------
    dict
        JSON Schema, draft 2020-12.
    """
    schema = ScenarioSpec.model_json_schema(by_alias=True)
    for part in (schema, *schema["$defs"].values()):
        properties = part.get("properties", {})
        filled = {name for name, prop in properties.items() if prop.get("x-figure") or prop.get("x-filled")}
        if "required" in part:
            part["required"] = [name for name in part["required"] if name not in filled]
            if not part["required"]:
                del part["required"]
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "openiads scenario"
    return schema
