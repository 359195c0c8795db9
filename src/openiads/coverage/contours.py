"""Contours: where a radar really sees, tracks or engages, for each height and cross-section, at three ends of its figures."""

import dataclasses
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from openiads.constants import MEAN_EARTH_RADIUS_M, METRES_PER_KILOMETRE
from openiads.coverage.field import Aim, Covered, Field
from openiads.coverage.outline import TAG
from openiads.coverage.polygons import polygons_of
from openiads.coverage.tracks import needed_look_probability
from openiads.coverage.views import ENDS, End, Site, View, radar_ids, view_of
from openiads.coverage.visibility import RASTER_SPACING, VisibilityMap, minimum_visible_altitude
from openiads.errors import OutOfRangeError
from openiads.geo.geodesic import direct
from openiads.geo.terrain.grid import Missing

if TYPE_CHECKING:
    from openiads.scenario.loader import Scenario

Kind = Literal["detection", "track", "engagement"]
USUAL: Final = (300.0, 1000.0, 3000.0, 10_000.0)
"""Altitudes when none is asked for, in metres above mean sea level."""

RING_POINTS: Final = 360


@dataclass(frozen=True)
class Contour:
    """One contour and its conditions. `lost_to` says to which limits the rest of the ring is lost, as shares of its area."""

    radar_id: str
    kind: Kind
    end: End
    altitude_m: float
    above_ground: bool
    rcs_m2: float
    p_detection: float
    within_s: float | None
    refraction_factor: float
    ring_km: float
    ring_share: float
    lost_to: Mapping[str, float]
    area_km2: float
    ground_text: str
    flags: NDArray[np.bool_]
    seen: VisibilityMap

    def properties(self) -> dict[str, Any]:
        """The conditions, for a file."""
        return {
            "radar": self.radar_id,
            "kind": self.kind,
            "figures": self.end,
            "altitude_m": self.altitude_m,
            "altitude_reference": "ground" if self.above_ground else "mean sea level",
            "rcs_m2": self.rcs_m2,
            "p_detection": self.p_detection,
            "track_within_s": self.within_s,
            "refraction_factor": round(self.refraction_factor, 4),
            "ring_km": self.ring_km,
            "share_of_ring": None if math.isnan(self.ring_share) else round(self.ring_share, 4),
            "lost_to": {name: round(share, 4) for name, share in self.lost_to.items()},
            "binding_limit": max(self.lost_to, key=lambda n: self.lost_to[n]) if self.lost_to else "none",
            "area_km2": round(self.area_km2),
            "ground": self.ground_text,
            "tag": TAG,
        }

    def feature(self) -> dict[str, Any]:
        """A GeoJSON feature."""
        found = polygons_of(self.flags, latitude_deg=self.seen.latitude_deg, longitude_deg=self.seen.longitude_deg)
        return {
            "type": "Feature",
            "properties": self.properties(),
            "geometry": {"type": "MultiPolygon", "coordinates": [[list(ring) for ring in p] for p in found]},
        }


@dataclass(frozen=True)
class Coverage:
    """Everything about some radars: maps and contours by radar, and the union of the radars where there are several."""

    views: tuple[View, ...]
    maps: tuple[VisibilityMap, ...]
    contours: tuple[Contour, ...]
    union: tuple[Contour, ...]
    bare: bool

    def features(self) -> list[dict[str, Any]]:
        """GeoJSON features: rings first, then contours."""
        return [*(_ring_feature(v) for v in self.views), *(c.feature() for c in (*self.contours, *self.union))]


def contours(
    subject: "Scenario | Site",
    radars: Sequence[str] | None = None,
    *,
    altitudes_m: Iterable[float] = (),
    heights_agl_m: Iterable[float] = (),
    rcs_m2: Iterable[float] = (1.0,),
    p_detection: float = 0.9,
    track_within_s: float | None = None,
    p_track: float = 0.9,
    terrain: str | Path | None = None,
    range_km: float | None = None,
    ring_km: float | None = None,
    spacing_arcsec: float = RASTER_SPACING,
    refraction_factor: float | None = None,
    missing_tiles: Missing = "error",
    on_step: Callable[[], None] | None = None,
) -> Coverage:
    """Contours of one or several radars.

    Parameters
    ----------
    subject : Scenario or Site
        A scenario, or a bare antenna (then only horizon and terrain count, and cross-sections do not matter).
    radars : sequence of str, optional
        Ids as `node/role` or `node`; all radars of the scenario unless given.
    altitudes_m, heights_agl_m : iterable of float
        Heights of targets above mean sea level and above the ground. [m]
    rcs_m2 : iterable of float
        Median cross-sections. [m2]
    p_detection : float
        Probability of detection of one look that counts as seen.
    track_within_s, p_track : float
        Also contours of a firm track within so many seconds with this probability, by the rule of the node's tracker.
    terrain, range_km, spacing_arcsec, refraction_factor, missing_tiles
        As for `minimum_visible_altitude`; `range_km` is the ring unless given.
    ring_km : float, optional
        Ring whose area the shares are of, instead of the range published for the radar: that of a missile, say. [km]
    on_step : callable, optional
        Called after each radar and end.

    Returns
    -------
    Coverage
        Contours at the low, nominal and high ends of the figures. A radar that guides missiles also has engagement contours:
        places where an intercept lies in an envelope and is seen; how long a missile flies is not in them.
    """
    bare = isinstance(subject, Site)
    heights = [(h, False) for h in altitudes_m] + [(h, True) for h in heights_agl_m]
    sections = (1.0,) if bare else tuple(rcs_m2)
    names: Sequence[str | None] = [None] if bare else list(radars or radar_ids(subject))  # type: ignore[arg-type]
    views, maps, found = [], [], []
    for name in names:
        ring_m = view_of(subject, name).ring_m if ring_km is None else _asked_m(ring_km)
        for end in ENDS if not bare else ENDS[1:2]:
            seen = minimum_visible_altitude(
                subject,
                name,
                terrain=terrain,
                range_km=ring_m / METRES_PER_KILOMETRE if range_km is None else range_km,
                spacing_arcsec=spacing_arcsec,
                refraction_factor=refraction_factor,
                missing_tiles=missing_tiles,
                end=end,
            )
            if ring_km is not None:
                view = dataclasses.replace(seen.view, ring_m=ring_m, ring_text=f"asked for: {ring_km:g} km")
                seen = dataclasses.replace(seen, view=view)
            if end == "nominal":
                views.append(seen.view)
                maps.append(seen)
            aims = [
                (kind, Aim(h, rcs, p_detection, above_ground=agl))
                for h, agl in heights
                for rcs in sections
                for kind in _kinds(seen.view, track_within_s)
            ]
            found += _of_map(Field(seen, ring_m=ring_m), aims, end, track_within_s, p_track)
            if on_step is not None:
                on_step()
    return Coverage(tuple(views), tuple(maps), tuple(found), tuple(_unions(found)) if len(names) > 1 else (), bare)


def _asked_m(ring_km: float) -> float:
    if not (math.isfinite(ring_km) and ring_km > 0):
        raise OutOfRangeError(f"ring_km = {ring_km:g}: expected a radius above 0 km.")
    return ring_km * METRES_PER_KILOMETRE


def _kinds(view: View, within_s: float | None) -> list[Kind]:
    kinds: list[Kind] = ["detection"]
    if within_s is not None and view.calibration is not None:
        kinds.append("track")
    if view.envelopes:
        kinds.append("engagement")
    return kinds


def _of_map(field: Field, aims: list[tuple[Kind, Aim]], end: End, within_s: float | None, p_track: float) -> list[Contour]:
    view, found = field.map.view, []
    for kind, plain in aims:
        aim, seconds = plain, None
        if kind == "track" and within_s is not None:
            hits, window = view.confirm
            needed = needed_look_probability(
                p_track=p_track, hits=hits, window=window, within_s=within_s, look_period_s=view.look_period_s
            )
            least = 2.0 * _noise(view)  # of a look: a single look need not detect, the track decides
            aim, seconds = dataclasses.replace(plain, p_track=max(needed, least), p_detection=least), within_s
        elif kind == "engagement":
            aim = dataclasses.replace(plain, engaged=True)
        covered = field.covered(aim)
        found.append(_contour(field, kind, end, plain, covered, seconds))
    return found


def _noise(view: View) -> float:
    return 0.0 if view.calibration is None else view.calibration.p_fa


def _contour(field: Field, kind: Kind, end: End, aim: Aim, covered: Covered, within_s: float | None) -> Contour:
    view = field.map.view
    return Contour(
        radar_id=view.radar_id,
        kind=kind,
        end=end,
        altitude_m=aim.altitude_m,
        above_ground=aim.above_ground,
        rcs_m2=aim.rcs_m2,
        p_detection=aim.p_detection,
        within_s=within_s,
        refraction_factor=view.refraction_factor,
        ring_km=field.ring_m / METRES_PER_KILOMETRE,
        ring_share=covered.ring_share,
        lost_to=covered.lost_to,
        area_km2=covered.area_km2,
        ground_text=field.map.ground_text,
        flags=covered.flags,
        seen=field.map,
    )


def _unions(found: list[Contour]) -> list[Contour]:
    """Posts that at least one radar covers, for equal conditions, over a grid that holds all maps."""
    groups: dict[tuple[Any, ...], list[Contour]] = {}
    for c in found:
        groups.setdefault((c.kind, c.end, c.altitude_m, c.above_ground, c.rcs_m2, c.p_detection, c.within_s), []).append(c)
    return [_union(group) for group in groups.values() if len(group) > 1]


def _union(group: list[Contour]) -> Contour:
    seen = union_map([c.seen for c in group])
    flags = np.zeros(seen.lowest_m.shape, dtype=bool)
    for c in group:
        r, k = c.seen.south - seen.south, c.seen.west - seen.west
        flags[r : r + c.flags.shape[0], k : k + c.flags.shape[1]] |= c.flags
    step = np.radians(seen.latitude_step_arcsec / 3600)
    east = np.radians(seen.longitude_step_arcsec / 3600) * np.cos(np.radians(seen.latitude_deg))
    area = float((flags * (step * east * (MEAN_EARTH_RADIUS_M / METRES_PER_KILOMETRE) ** 2)[:, None]).sum())
    name = "union of " + ", ".join(c.radar_id for c in group)
    return dataclasses.replace(
        group[0], radar_id=name, flags=flags, seen=seen, area_km2=area, ring_share=float("nan"), lost_to={}
    )


def union_map(maps: Sequence[VisibilityMap]) -> VisibilityMap:
    """The least of several maps at every post, over a grid that holds them all."""
    if len(maps) == 1:
        return maps[0]
    first = maps[0]
    south, west = min(m.south for m in maps), min(m.west for m in maps)
    rows = max(m.south + m.lowest_m.shape[0] for m in maps) - south
    columns = max(m.west + m.lowest_m.shape[1] for m in maps) - west
    lowest = np.full((rows, columns), np.nan, dtype=np.float32)
    for m in maps:
        part = lowest[m.south - south :, m.west - west :][: m.lowest_m.shape[0], : m.lowest_m.shape[1]]
        np.fmin(part, m.lowest_m, out=part)
    return dataclasses.replace(first, lowest_m=lowest, ground_m=None, south=south, west=west)


def _ring_feature(view: View) -> dict[str, Any]:
    azimuth = np.radians(np.arange(RING_POINTS + 1) * (-360.0 / RING_POINTS))
    lat, lon = direct(
        latitude_rad=view.latitude_rad, longitude_rad=view.longitude_rad, azimuth_rad=azimuth, distance_m=view.ring_m
    )
    points = [[round(float(x), 6), round(float(y), 6)] for x, y in zip(np.degrees(lon), np.degrees(lat), strict=True)]
    properties = {"radar": view.radar_id, "kind": "published ring", "ring_km": view.ring_m / METRES_PER_KILOMETRE}
    return {
        "type": "Feature",
        "properties": {**properties, "source": view.ring_text, "tag": TAG},
        "geometry": {"type": "LineString", "coordinates": points},
    }
