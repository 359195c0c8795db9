"""The lowest visible altitude over a grid of longitude and latitude, from terrain tiles, a skyline, or the smooth sea horizon."""

import dataclasses
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from numpy.typing import NDArray

from openiads.checks import require_within
from openiads.constants import MEAN_EARTH_RADIUS_M, METRES_PER_KILOMETRE
from openiads.coverage.views import End, Site, View, view_of
from openiads.errors import OutOfRangeError, TerrainError
from openiads.geo.ellipsoid import geodetic_to_ecef
from openiads.geo.terrain.grid import METRES_PER_ARCSEC, Missing, Terrain
from openiads.geo.terrain.masks import mask_elevation_rad
from openiads.geo.terrain.patches import Cut, cut_patch
from openiads.geo.terrain.tiles import find_tiles
from openiads.geo.terrain.viewshed import lowest_visible_m

if TYPE_CHECKING:
    from openiads.scenario.loader import Scenario

Array = NDArray[np.float64]
Heights = NDArray[np.float32]

RASTER_SPACING: Final = 30.0
"""Arc-seconds between posts of a raster, and the least for the systems of a scenario."""
NEAR_RANGE_M: Final = 20_000.0
"""Choice of the method: distance from the antenna within which finer tiles count where they are present."""
WIDEST_STEP: Final = 3600.0
"""Arc-seconds between columns at most, near a pole."""
DEGREE_ARCSEC: Final = 3600
Refraction = Literal["sub", "standard", "super", "duct"]


@dataclass(frozen=True)
class VisibilityMap:
    """Lowest visible altitude of one antenna, (rows, columns) [m above mean sea level]; NaN beyond the reach.

    Rows run from south to north and columns from west to east, `latitude_deg` and `longitude_deg` of the posts; longitudes may run
    past 180. The first post stands `south` and `west` steps from 0, 0. `ground_m` is None without elevation tiles.
    """

    view: View
    lowest_m: Heights
    ground_m: Heights | None
    south: int
    west: int
    latitude_step_arcsec: float
    longitude_step_arcsec: float
    reach_m: float
    ground_text: str

    @property
    def latitude_deg(self) -> Array:
        """Latitudes of the rows."""
        return np.asarray((self.south + np.arange(self.lowest_m.shape[0])) * (self.latitude_step_arcsec / DEGREE_ARCSEC))

    @property
    def longitude_deg(self) -> Array:
        """Longitudes of the columns."""
        return np.asarray((self.west + np.arange(self.lowest_m.shape[1])) * (self.longitude_step_arcsec / DEGREE_ARCSEC))

    def at(self, latitude_deg: float, longitude_deg: float) -> float:
        """The value of the nearest post. [m]"""
        row = round(latitude_deg * DEGREE_ARCSEC / self.latitude_step_arcsec) - self.south
        turns = round((self.longitude_deg.mean() - longitude_deg) / 360.0)
        column = round((longitude_deg + 360.0 * turns) * DEGREE_ARCSEC / self.longitude_step_arcsec) - self.west
        if not (0 <= row < self.lowest_m.shape[0] and 0 <= column < self.lowest_m.shape[1]):
            raise OutOfRangeError(f"{latitude_deg:g}, {longitude_deg:g} lies outside the map.")
        return float(self.lowest_m[row, column])


def minimum_visible_altitude(
    subject: "Scenario | Site",
    radar_id: str | None = None,
    *,
    terrain: str | Path | None = None,
    range_km: float | None = None,
    spacing_arcsec: float = RASTER_SPACING,
    refraction_factor: float | None = None,
    missing_tiles: Missing = "error",
    end: End = "nominal",
) -> VisibilityMap:
    """Lowest altitude above sea level at which a radar can see anything, at every post of a grid.

    Parameters
    ----------
    subject : Scenario or Site
        A loaded scenario, or a bare antenna.
    radar_id : str, optional
        `node/role`, or `node`; needed when the scenario has several radars.
    terrain : path, optional
        Folder of elevation tiles. Without it the skyline of the place counts, or the smooth sea horizon; the map says which.
    range_km : float, optional
        How far the map reaches; the published ring unless given.
    spacing_arcsec : float
        Between posts; 30 or more for a scenario. Finer tiles are pooled to the highest post, and count as they are within 20 km.
    refraction_factor : float, optional
        Effective-earth factor k instead of that of the scenario or site. 0.5 to 10
    missing_tiles : {"error", "sea"}
        What a place without a tile is.
    end : {"low", "nominal", "high"}
        Which end of the radar's public figures: the antenna height among them.

    Raises
    ------
    TerrainError
        When a tile is missing or broken, the antenna is below the ground, or tiles are asked for near a pole.
    OutOfRangeError
        When the spacing is too fine for a scenario, or another number is out of range.

    Notes
    -----
    Validity: the effective earth holds under about 3 km; the elevation limits and the signal of the radar are not in this map.
    """
    least = 1.0 if isinstance(subject, Site) else RASTER_SPACING
    require_within(least, spacing_arcsec, WIDEST_STEP, name="spacing_arcsec", source="a raster of this radar")
    view = view_of(subject, radar_id, end=end)
    if refraction_factor is not None:
        view = refracted(subject, view, refraction_factor)
    reach_m = view.ring_m if range_km is None else range_km * METRES_PER_KILOMETRE
    require_within(1.0, reach_m, 1e6, name="range", source="a map of visibility")
    if terrain is None:
        return _from_mask(view, reach_m, spacing_arcsec)
    free = isinstance(subject, Site) and subject.ground_m is None
    return _from_tiles(view, Path(terrain), reach_m, spacing_arcsec, missing_tiles, ground_free=free)


def refracted(subject: "Scenario | Site", view: View, refraction_factor: float) -> View:
    """The same view under another effective-earth factor, its mask made anew."""
    require_within(0.5, refraction_factor, 10.0, name="refraction_factor", source="the effective-earth model")
    if isinstance(subject, Site):
        return view_of(dataclasses.replace(subject, refraction_factor=refraction_factor))
    from openiads.engine.sites import Sites, node_spec  # noqa: PLC0415 - slow to import

    spec = subject.spec
    changed = spec.model_copy(
        update={"atmosphere": spec.atmosphere.model_copy(update={"refraction_factor": refraction_factor})}
    )
    place = node_spec(spec, view.radar_id.split("/")[0]).place
    return dataclasses.replace(view, refraction_factor=refraction_factor, mask=Sites(changed).mask(place, view.height_m))


def refraction_of(case: Refraction) -> float | None:
    """Effective-earth factor of a case of the air: the ends of the catalogue's spread for sub- and super-refraction.

    Raises
    ------
    OutOfRangeError
        For a duct, which no effective earth describes.
    """
    from openiads.catalogue import load_catalogue  # noqa: PLC0415 - reads files

    figure = load_catalogue().figure("defaults.atmosphere.refraction_factor")
    if case == "duct":
        raise OutOfRangeError(
            "a duct carries waves along the surface far beyond the horizon, now and then; no effective earth describes it, so "
            "it is outside this model. Ask for sub, standard or super."
        )
    return {"sub": figure.low, "standard": None, "super": figure.high}[case]


def _from_tiles(
    view: View, folder: Path, reach_m: float, spacing_arcsec: float, missing: Missing, *, ground_free: bool
) -> VisibilityMap:
    if not folder.is_dir():
        raise TerrainError(f"{folder}: no such folder. Name one that holds tiles such as e032/n40.dt0.")
    levels = sorted(find_tiles(folder)) or [0]
    place = {"latitude_rad": view.latitude_rad, "longitude_rad": view.longitude_rad}
    terrain = Terrain.open(folder, missing=missing, level=levels[0])
    own = terrain.spacing_arcsec(terrain.nearest_cell(**place))[0]
    spacing = max(own, spacing_arcsec)
    cut = cut_patch(terrain, reach_m=reach_m, spacing_arcsec=spacing, **place)
    near = _near_cut(folder, levels[-1], spacing, min(NEAR_RANGE_M, reach_m), place)
    finest = cut.patch if near is None else near.patch
    if ground_free:
        ground_m = finest.ground_at(*finest.place(view.latitude_rad, view.longitude_rad))
        view = dataclasses.replace(view, ground_m=ground_m, height_m=view.height_m - view.ground_m + ground_m)
    lowest = lowest_visible_m(
        cut.patch,
        antenna_height_amsl_m=view.height_m,
        refraction_factor=view.refraction_factor,
        reach_m=reach_m,
        near=None if near is None else near.patch,
        near_reach_m=min(NEAR_RANGE_M, reach_m),
        **place,
    )
    text = f"{cut.describe()}{_near_text(near, spacing)}"
    view = dataclasses.replace(view, ground_text=text)
    return VisibilityMap(view, lowest, cut.patch.ground_m, cut.patch.south, cut.patch.west, spacing, spacing, reach_m, text)


def _near_cut(folder: Path, level: int, spacing: float, reach_m: float, place: dict[str, float]) -> Cut | None:
    """The finest ground around the antenna, where all its tiles are there and finer than the rest."""
    terrain = Terrain.open(folder, level=level)
    cell = terrain.nearest_cell(**place)
    inside = (math.floor(math.degrees(place["latitude_rad"])), math.floor(math.degrees(place["longitude_rad"])))
    if cell != inside or terrain.spacing_arcsec(cell)[0] >= spacing:
        return None
    try:
        return cut_patch(terrain, reach_m=reach_m, **place)
    except TerrainError as error:
        if "no tile" in str(error):
            return None
        raise


def _near_text(near: Cut | None, spacing: float) -> str:
    text = "" if near is None else f"; within {NEAR_RANGE_M / METRES_PER_KILOMETRE:.0f} km every {near.spacing_arcsec:g}"
    if spacing >= RASTER_SPACING:
        text += f"; a {spacing * METRES_PER_ARCSEC:.0f} m grid rounds ridges off, so low flyers are masked too little"
    return text


def _from_mask(view: View, reach_m: float, spacing_arcsec: float) -> VisibilityMap:
    """From the steps of a mask: a skyline of the catalogue, a constant angle, or the sea horizon."""
    south, rows, west, columns, east_step = _grid(view, reach_m, spacing_arcsec)
    lat = np.radians((south + np.arange(rows)) * spacing_arcsec / DEGREE_ARCSEC)
    lon = np.radians((west + np.arange(columns)) * east_step / DEGREE_ARCSEC)
    distance, azimuth = distances(view, lat, lon, 0.0)
    mask = mask_elevation_rad(view.mask, azimuth_rad=azimuth, ground_range_m=distance)
    radius = view.refraction_factor * MEAN_EARTH_RADIUS_M
    theta = distance / radius
    g = 2.0 * np.sin(0.5 * theta) ** 2 + np.tan(np.maximum(mask, -1.5)) * np.sin(theta)
    lowest = np.maximum((view.height_m + radius * g) / (1.0 - g), 0.0)
    lowest[distance > reach_m] = np.nan
    return VisibilityMap(
        view, lowest.astype(np.float32), None, south, west, spacing_arcsec, east_step, reach_m, view.ground_text
    )


def _grid(view: View, reach_m: float, spacing: float) -> tuple[int, int, int, int, float]:
    """First row, rows, first column, columns and step between columns of a grid around an antenna; all longitudes at a pole."""
    angle = 1.01 * reach_m / MEAN_EARTH_RADIUS_M
    steps = DEGREE_ARCSEC / spacing
    low = max(math.degrees(view.latitude_rad - angle), -90.0)
    high = min(math.degrees(view.latitude_rad + angle), 90.0)
    south, north = math.floor(low * steps + 1e-9), math.ceil(high * steps - 1e-9)
    polar = abs(view.latitude_rad) + angle >= math.pi / 2
    half_deg = 180.0 if polar else math.degrees(math.asin(math.sin(angle) / math.cos(view.latitude_rad)))
    widen = (
        math.ceil(1.0 / max(math.cos(view.latitude_rad), spacing / WIDEST_STEP))
        if abs(view.latitude_rad) > math.pi / 3
        else 1
    )
    while WIDEST_STEP % (spacing * widen):
        widen += 1
    east = min(spacing * widen, max(WIDEST_STEP, spacing))
    middle = math.degrees(view.longitude_rad)
    west, last = (
        math.floor((middle - half_deg) * DEGREE_ARCSEC / east),
        math.ceil((middle + half_deg) * DEGREE_ARCSEC / east),
    )
    if polar:
        west, last = round(-180 * DEGREE_ARCSEC / east), round(180 * DEGREE_ARCSEC / east)
    return south, north - south + 1, west, last - west + 1, east


def distances(view: View, latitude_rad: Array, longitude_rad: Array, height_m: Array | float) -> tuple[Array, Array]:
    """Ground range [m] and azimuth [rad] from the antenna to the posts of a grid (rows, columns)."""
    lat, lon = np.broadcast_arrays(latitude_rad[:, None], longitude_rad[None, :])
    foot = geodetic_to_ecef(latitude_rad=view.latitude_rad, longitude_rad=view.longitude_rad, height_m=0.0)
    place = geodetic_to_ecef(latitude_rad=lat, longitude_rad=lon, height_m=height_m) - foot
    axes = view.axes
    east, north = place @ axes[0], place @ axes[1]
    chord = np.sqrt(np.sum(place * place, axis=-1))
    ground = 2.0 * MEAN_EARTH_RADIUS_M * np.arcsin(np.minimum(chord / (2.0 * MEAN_EARTH_RADIUS_M), 1.0))
    return ground, np.arctan2(east, north) % (2.0 * np.pi)
