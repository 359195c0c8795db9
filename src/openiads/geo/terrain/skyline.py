"""Skylines: per degree of azimuth, the terrain points that can mask something, for any antenna height and refraction.

An object is masked only by terrain nearer than itself, so what counts along a ray is the running maximum of the terrain's
elevation angle. Which points make that maximum depends on the antenna height and the refraction factor k; a skyline keeps
those that do for at least one pair of them, and `masks.mask_steps` computes the angles for the pair that a run uses.

Azimuth i covers the wedge from i to i + 1 degrees and holds the maximum over several rays inside it: terrain anywhere in
the wedge masks the whole wedge. Along each ray only *crests* are kept, points behind which ground falls into shadow; a
rising slope masks nothing that is above the ground. Crests that raise the mask by less than a tolerance are left out.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openiads.geo import geodesic, horizon
from openiads.geo.shapes import Floats
from openiads.geo.terrain.grid import Terrain

AZIMUTHS = 360


@dataclass(frozen=True)
class Skyline:
    """What can mask something from one site.

    `first` (361,) indexes `range_m` and `height_amsl_m` (n,): the points of azimuth i are first[i] to first[i + 1],
    nearest first. Valid for antennas of `antenna_low_amsl_m` to `antenna_high_amsl_m`, for refraction factors of
    `factor_low` to `factor_high`, and for terrain out to `reach_m`. `ground_m` is the ground of the elevation model at the
    site, `spacing_arcsec` the distance between its posts.
    """

    id: str
    latitude_rad: float
    longitude_rad: float
    ground_m: float
    antenna_low_amsl_m: float
    antenna_high_amsl_m: float
    factor_low: float
    factor_high: float
    reach_m: float
    spacing_arcsec: float
    source: str
    first: NDArray[np.int64]
    range_m: Floats
    height_amsl_m: Floats


@dataclass(frozen=True)
class Survey:
    """How a skyline is computed.

    Attributes
    ----------
    rays : int
        Rays inside each degree of azimuth, evenly spread.
    range_m : (n,) ndarray
        Ground ranges of the samples along a ray, increasing; the first one leaves out the post spacing around the site,
        where the grid says nothing about the slope.
    antenna_amsl_m, factors : (a,), (k,) ndarray
        Antenna heights above mean sea level and refraction factors, both increasing, for which crests are sought.
    crest_rad, step_rad : float
        Ground within `crest_rad` of the line of sight counts as seen; a crest that raises the mask by less than
        `step_rad` for every pair is left out. Their sum bounds how much a mask is too low.
    """

    rays: int
    range_m: Floats
    antenna_amsl_m: Floats
    factors: Floats
    crest_rad: float
    step_rad: float


def wedge_heights_m(terrain: Terrain, survey: Survey, *, latitude_rad: float, longitude_rad: float, azimuth: int) -> Floats:
    """Ground heights (rays, samples) [m] inside the degree of azimuth number `azimuth`. Voids count as 0 m."""
    rays = np.radians(azimuth + (np.arange(survey.rays) + 0.5) / survey.rays)
    lat, lon = geodesic.direct(
        latitude_rad=latitude_rad, longitude_rad=longitude_rad, azimuth_rad=rays[:, None], distance_m=survey.range_m
    )
    return np.nan_to_num(terrain.elevation_m(lat, lon), nan=0.0)


def survey_azimuth(terrain: Terrain, survey: Survey, *, latitude_rad: float, longitude_rad: float, azimuth: int) -> Floats:
    """The points (n, 2: range, height) [m] that one degree of azimuth keeps, nearest first."""
    ground = wedge_heights_m(terrain, survey, latitude_rad=latitude_rad, longitude_rad=longitude_rad, azimuth=azimuth)
    return _thin(survey, _crests(survey, ground))


def survey_skyline(
    terrain: Terrain,
    survey: Survey,
    *,
    skyline_id: str,
    latitude_rad: float,
    longitude_rad: float,
    source: str,
) -> Skyline:
    """Compute the skyline of a site from a terrain: some ten seconds at level 0 to 450 km.

    Ranges are rounded to 1 m and heights to 0.1 m, so that a file holds exactly what the mask is computed from.
    """
    ranges, heights = [], []
    first = np.zeros(AZIMUTHS + 1, dtype=np.int64)
    for azimuth in range(AZIMUTHS):
        points = survey_azimuth(terrain, survey, latitude_rad=latitude_rad, longitude_rad=longitude_rad, azimuth=azimuth)
        ranges.append(points[:, 0])
        heights.append(points[:, 1])
        first[azimuth + 1] = first[azimuth] + len(points)
    return Skyline(
        id=skyline_id,
        latitude_rad=latitude_rad,
        longitude_rad=longitude_rad,
        ground_m=float(terrain.elevation_m(latitude_rad, longitude_rad)),
        antenna_low_amsl_m=float(survey.antenna_amsl_m[0]),
        antenna_high_amsl_m=float(survey.antenna_amsl_m[-1]),
        factor_low=float(survey.factors[0]),
        factor_high=float(survey.factors[-1]),
        reach_m=float(survey.range_m[-1]),
        spacing_arcsec=terrain.spacing_arcsec(terrain.cells[0])[0],
        source=source,
        first=first,
        range_m=np.concatenate(ranges),
        height_amsl_m=np.concatenate(heights),
    )


def _elevations(survey: Survey, range_m: Floats, height_m: Floats) -> Floats:
    """Elevation angles of points, with antenna height and factor as two new leading axes."""
    antenna = survey.antenna_amsl_m.reshape(-1, 1, *[1] * height_m.ndim)
    factor = survey.factors.reshape(1, -1, *[1] * height_m.ndim)
    return horizon.apparent_elevation_rad(
        ground_range_m=range_m, height_m=height_m, antenna_height_m=antenna, refraction_factor=factor
    )


def _crests(survey: Survey, ground_m: Floats) -> Floats:
    """Points (n, 2: range, height), rounded, where sight leaves the ground of some ray for some pair; sorted by range."""
    angle = _elevations(survey, survey.range_m, ground_m)
    samples = np.arange(angle.shape[-1])
    highest = np.maximum.accumulate(angle, axis=-1)
    peak = np.maximum.accumulate(np.where(angle == highest, samples, 0), axis=-1)
    seen = angle >= highest - survey.crest_rad
    leaves = seen.copy()
    leaves[..., :-1] &= ~seen[..., 1:]
    crest = np.zeros(ground_m.shape, dtype=bool)
    _, _, ray, at = np.nonzero(leaves)
    crest[ray, peak[leaves]] = True
    ray, at = np.nonzero(crest)
    points = np.column_stack([np.round(survey.range_m[at]), np.round(ground_m[ray, at], 1)])
    return points[np.lexsort((-points[:, 1], points[:, 0]))]


def _thin(survey: Survey, points: Floats) -> Floats:
    """The points that raise the running maximum of those kept by more than the tolerance, for some pair."""
    angle = _elevations(survey, points[:, 0], points[:, 1]).reshape(-1, len(points)).T
    kept = []
    best = np.full(angle.shape[1], -np.inf)
    for i in range(len(points)):
        if (angle[i] > best + survey.step_rad).any():
            kept.append(i)
            best = np.maximum(best, angle[i])
    return points[kept]
