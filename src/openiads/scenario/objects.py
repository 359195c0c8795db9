"""What flies: objects, their signatures and the places that positions refer to."""

from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from openiads.models.base import Id, Spec, figure, section
from openiads.models.identification.spec import SortieSpec
from openiads.models.motion.spec import MotionSpec


class PlaceSpec(Spec):
    """A named place with its ground and, if stated, its horizon."""

    latitude_deg: float = Field(ge=-90, le=90, description="Geodetic latitude (WGS 84)")
    longitude_deg: float = Field(ge=-180, le=180, description="Longitude (WGS 84)")
    ground_m: float = Field(ge=-500, le=9_000, description="Ground above the ellipsoid (geoid = ellipsoid)")
    skyline: Id | None = Field(default=None, description="Skyline of the catalogue that masks low objects")
    mask_angle_deg: float | None = Field(
        default=None, ge=-10, le=60, description="One mask angle for all azimuths, instead of a skyline"
    )

    @model_validator(mode="after")
    def _has_one_horizon(self) -> Self:
        if self.skyline is not None and self.mask_angle_deg is not None:
            raise ValueError("skyline and mask_angle_deg are both given. Keep one of them")
        return self


class SignatureSpec(Spec):
    """Median radar cross section in three coarse sectors. A side left out is as the front, a rear as the side."""

    default_group: ClassVar[str] = "object"

    front_m2: float = Field(gt=0, le=1e5, description="Median RCS in the front sector")
    side_m2: float | None = Field(default=None, gt=0, le=1e5, description="Median RCS in the side sector, else as the front")
    rear_m2: float | None = Field(default=None, gt=0, le=1e5, description="Median RCS in the rear sector, else as the side")
    side_over_front_db: float | None = Field(default=None, ge=-60, le=60, description="Side over front, instead of side_m2")
    rear_over_front_db: float | None = Field(default=None, ge=-60, le=60, description="Rear over front, instead of rear_m2")
    reflectors_m2: float | None = Field(default=None, gt=0, le=1e5, description="RCS in all sectors with reflectors fitted")
    swerling: int = figure("Fluctuation model", ge=0, le=4)

    @model_validator(mode="after")
    def _says_each_thing_once(self) -> Self:
        for absolute, relative in (("side_m2", "side_over_front_db"), ("rear_m2", "rear_over_front_db")):
            if getattr(self, absolute) is not None and getattr(self, relative) is not None:
                raise ValueError(f"{absolute} and {relative} are both given. Keep one of them")
        return self


class RcsSpec(Spec):
    """The radar cross section of one object; what is left out comes from its signature or its catalogue entry."""

    default_group: ClassVar[str] = "object"

    front_m2: float = figure("Median RCS in the front sector", gt=0, le=1e5)
    side_m2: float = figure("Median RCS in the side sector", gt=0, le=1e5)
    rear_m2: float = figure("Median RCS in the rear sector", gt=0, le=1e5)
    reflectors_m2: float | None = figure("RCS in all sectors with reflectors fitted", optional=True, gt=0, le=1e5)
    swerling: int = figure("Fluctuation model", ge=0, le=4)


class ObjectSpec(Spec):
    """One object, or a stream of `count` equal ones `spacing_s` apart."""

    catalogue_families: ClassVar[tuple[str, ...]] = ("signatures",)
    default_group: ClassVar[str] = "object"

    side: Literal["friendly", "hostile", "neutral"] = Field(description="Truth; nodes must find out")
    system: Id | None = Field(default=None, description="Entry of catalogue.signatures that fills kind and rcs")
    signature: Id | None = Field(default=None, description="Signature of this scenario, instead of a system")
    kind: Literal["aircraft", "cruise_missile", "drone", "ballistic", "decoy"] = figure("What it is")
    rcs: RcsSpec = section("Radar cross section of this object")
    rcs_sortie_sigma_db: float = figure("Spread of its RCS from sortie to sortie, standard deviation in dB", ge=0, le=15)
    rcs_decorrelation_s: float = figure(
        "Time for which a fluctuation of its RCS holds (Swerling 1 and 3); 0: every look is independent", ge=0, le=3600
    )
    motion: MotionSpec = Field(description="How it moves")
    count: int = Field(default=1, ge=0, le=10_000, description="How many follow each other on the same path; 0: none")
    spacing_s: float | None = figure("Time between two of them", only_when=("count", "several"), gt=0, le=86_400)
    reflector_share: float = Field(default=0.0, ge=0, le=1, description="Share of replications with reflectors fitted")
    notified: bool = Field(default=False, description="True: the flight is announced, and silent_on_notice radars go silent")
    sorties_per_month: float | None = Field(
        default=None, ge=0, le=1e6, description="Sorties a month that one run stands for"
    )
    p_kill_factor: float = Field(
        default=1.0, ge=0, le=1, description="Factor of its countermeasures on the kill probability of what meets it"
    )
    sortie: SortieSpec | None = Field(
        default=None,
        description="What holds for a whole sortie, for nodes that identify by evidence; filled where the scenario has one",
        json_schema_extra={"x-filled": True, "x-only-when": ["sortie", "stated"]},
    )
    draws_as: Id | None = Field(default=None, description="Id whose random numbers it uses instead of its own")

    @model_validator(mode="after")
    def _follows_at_a_distance(self) -> Self:
        if self.count > 1 and self.spacing_s is None:
            raise ValueError(f"count is {self.count}, but spacing_s is missing. Give the time between two of them")
        return self

    @model_validator(mode="after")
    def _has_reflectors_to_fit(self) -> Self:
        if self.reflector_share > 0 and self.rcs.reflectors_m2 is None:
            raise ValueError(
                f"reflector_share is {self.reflector_share:g}, but no reflectors_m2 is stated. "
                "Give rcs.reflectors_m2, or set the share to 0"
            )
        return self
