"""How an object moves: along waypoints at a stated speed, or on a ballistic arc. A motion is an input, never a result."""

from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from openiads.models.base import Id, Spec, zero

End = Literal["leak", "land", "leave", "stay"]


class WaypointSpec(Spec):
    """One point of a path: a place or a latitude and longitude, with its altitude."""

    place: Id | None = Field(default=None, description="Place of this scenario or of the catalogue, instead of coordinates")
    latitude_deg: float | None = Field(default=None, ge=-90, le=90, description="Geodetic latitude (WGS 84)")
    longitude_deg: float | None = Field(default=None, ge=-180, le=180, description="Longitude (WGS 84)")
    altitude_m: float | None = Field(default=None, ge=-500, le=100_000, description="Altitude here, else that of the motion")
    ground_m: float | None = Field(
        default=None, ge=-500, le=9_000, description="Height of the ground here above the ellipsoid (geoid = ellipsoid)"
    )
    speed_mps: float | None = Field(default=None, gt=0, le=3_000, description="Speed from here on, else that of the motion")

    @model_validator(mode="after")
    def _is_somewhere(self) -> Self:
        _one_position(self.place, self.latitude_deg, self.longitude_deg)
        return self


class WaypointMotionSpec(Spec):
    """Straight legs (geodesics) between waypoints at constant speed per leg."""

    kind: Literal["waypoints"] = Field(description="waypoints")
    start_s: float = zero("Time at the first waypoint, from the start of the scenario", ge=0)
    speed_mps: float = Field(gt=0, le=3_000, description="Ground speed")
    altitude_m: float | None = Field(
        default=None, ge=-500, le=100_000, description="Altitude at every waypoint that states none of its own"
    )
    altitude_reference: Literal["amsl", "agl"] = Field(
        description="amsl: above mean sea level (geoid = ellipsoid); agl: above the ground of each waypoint"
    )
    waypoints: Annotated[tuple[WaypointSpec, ...], Field(strict=False)] = Field(
        description="Two waypoints or more, in order"
    )
    end: End = Field(
        description="At the last waypoint: leak (it reached its target), land, leave (the area), stay (hold there alive)"
    )

    @model_validator(mode="after")
    def _can_be_flown(self) -> Self:
        if len(self.waypoints) < 2:
            raise ValueError(
                f"waypoints holds {len(self.waypoints)} point(s); a path needs at least 2. Add the missing ones"
            )
        for number, waypoint in enumerate(self.waypoints):
            if waypoint.altitude_m is None and self.altitude_m is None:
                raise ValueError(f"waypoint {number} has no altitude_m and the motion states none. Give one of the two")
        return self


class PointSpec(Spec):
    """A point in space."""

    latitude_deg: float = Field(ge=-90, le=90, description="Geodetic latitude (WGS 84)")
    longitude_deg: float = Field(ge=-180, le=180, description="Longitude (WGS 84)")
    altitude_m: float = Field(ge=-500, le=100_000, description="Altitude above mean sea level (geoid = ellipsoid)")


def _point_or_place(value: Any) -> str:
    return "<point>" if isinstance(value, dict | PointSpec) else "<place>"


EndPoint = Annotated[Annotated[Id, Tag("<place>")] | Annotated[PointSpec, Tag("<point>")], Discriminator(_point_or_place)]
"""A place by its id, or a point."""


class BallisticMotionSpec(Spec):
    """A ballistic arc between two points with a stated apogee."""

    kind: Literal["ballistic"] = Field(description="ballistic")
    start_s: float = zero("Time of launch, from the start of the scenario", ge=0)
    from_point: EndPoint = Field(alias="from", description="Place, or latitude_deg, longitude_deg and altitude_m")
    to_point: EndPoint = Field(alias="to", description="Place, or latitude_deg, longitude_deg and altitude_m")
    apogee_km: float = Field(gt=0, le=2_000, description="Greatest altitude above mean sea level")
    end: Literal["leak"] = Field(default="leak", description="At the end of the arc: leak")


def _kind(value: Any) -> str:
    kind = value.get("kind") if isinstance(value, dict) else getattr(value, "kind", None)
    return f"<{kind}>"


MotionSpec = Annotated[
    Annotated[WaypointMotionSpec, Tag("<waypoints>")] | Annotated[BallisticMotionSpec, Tag("<ballistic>")],
    Discriminator(_kind),
]
"""Either kind of motion, told apart by `kind`."""


def _one_position(place: str | None, latitude_deg: float | None, longitude_deg: float | None) -> None:
    has_both = latitude_deg is not None and longitude_deg is not None
    has_any = latitude_deg is not None or longitude_deg is not None
    if (place is not None and has_any) or (place is None and not has_both):
        raise ValueError("give either place, or latitude_deg and longitude_deg, and not both")
