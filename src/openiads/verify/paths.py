"""Adapters: radar horizon, diffraction, terrain masking, multipath."""

import re
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from openiads.constants import MEAN_EARTH_RADIUS_M
from openiads.errors import OutOfRangeError
from openiads.geo.horizon import horizon_range_m
from openiads.physics import multipath, path_profile, propagation
from openiads.verify.profiles import named_profile
from openiads.verify.quantities import Quantities, answer
from openiads.verify.shared import ANTENNA, RANGE, TARGET, earth_radius, effective_radius, wavelength

Inputs = Mapping[str, Any]
Answer = dict[str, Any]


def radar_horizon_topic(inputs: Inputs) -> Answer:
    """Range, height, elevation and horizon on the effective earth, from whichever of them are given."""
    q = Quantities(inputs)
    radius = effective_radius(q)
    found = answer("length", effective_earth_radius=radius) | answer("bare", k_factor=radius / earth_radius(q))
    if not q.has("length", *ANTENNA):
        return found
    antenna, target = q.need("length", *ANTENNA), q.find("length", *TARGET)
    elevation, distance = q.find("angle", "elevation"), q.find("length", *RANGE)
    fixed = {"antenna_height_m": antenna, "effective_radius_m": radius}
    if elevation is None and (distance is None or target is None):
        return found | _horizon(antenna, 0.0 if target is None else target, radius)
    if elevation is None:
        elevation = propagation.elevation_rad(slant_range_m=distance, target_height_m=target, **fixed)
    elif distance is None:
        distance = propagation.slant_range_m(target_height_m=q.need("length", *TARGET), elevation_rad=elevation, **fixed)
    if target is None:
        target = propagation.target_height_m(slant_range_m=distance, elevation_rad=elevation, **fixed)
    ground = propagation.ground_range_m(slant_range_m=distance, elevation_rad=elevation, **fixed)
    found |= answer("length", range=distance, slant_range=distance, target_height=target, height=target, ground_range=ground)
    return found | answer("angle", elevation=elevation)


def _horizon(antenna: Any, target: Any, radius: Any) -> Answer:
    heights = {"antenna_height_m": antenna, "target_height_m": target}
    small = propagation.small_angle_horizon_m(effective_radius_m=radius, **heights)
    exact = horizon_range_m(refraction_factor=radius / MEAN_EARTH_RADIUS_M, **heights)
    slant = propagation.horizon_slant_range_m(effective_radius_m=radius, **heights)
    found = answer("length", horizon_small_angle=small, horizon_exact_ground_arc=exact, horizon_slant_range=slant)
    return found | answer("length", horizon_range=slant, horizon_ground_range=exact, horizon_distance=small)


def diffraction_topic(inputs: Inputs) -> Answer:
    """Knife edge by its parameter or geometry, smooth earth by path, and terrain by profile.

    A knife-edge loss that is called neither exact nor approximate is the ITU approximation, as published examples mean it.
    """
    q = Quantities(inputs)
    v = q.find("bare", "fresnel_v", "fresnel_nu", "nu", "v")
    if v is None and q.has("length", "distance1", "d1"):
        v = propagation.fresnel_parameter(
            clearance_m=q.need("length", "obstacle_height", "clearance", "h"),
            distance1_m=q.need("length", "distance1", "d1"),
            distance2_m=q.need("length", "distance2", "d2"),
            wavelength_m=wavelength(q),
        )
    if v is None:
        return _long_path(q)
    exact = propagation.knife_edge_loss_db(fresnel_v=v)
    approximate = propagation.knife_edge_loss_approx_db(fresnel_v=v)
    found = answer("bare", fresnel_v=v, knife_edge_loss_exact_db=exact, knife_edge_loss_itu_approx_db=approximate)
    return found | answer("bare", knife_edge_loss_db=approximate, two_way_knife_edge_loss_db=2.0 * approximate)


def _polarisation(q: Quantities) -> propagation.Polarisation:
    text = q.text("polarization", "polarisation", default="vertical")
    if text[:1] not in ("v", "h"):
        raise OutOfRangeError(f"polarization {text!r} is neither vertical nor horizontal")
    return "vertical" if text[0] == "v" else "horizontal"


def _long_path(q: Quantities) -> Answer:
    surface = q.text("surface", default="land")
    electric: dict[str, Any] = {
        "effective_radius_m": effective_radius(q),
        "frequency_hz": q.need("frequency", "frequency"),
        "polarisation": _polarisation(q),
        "sea_share": q.need("bare", "sea_share", "sea_fraction", "omega", default=1.0 if surface.startswith("sea") else 0.0),
    }
    if _has_profile(q):
        d, h = _profile(q)
        ends: dict[str, Any] = {"height1_m": _end_height(q, "tx", h[0]), "height2_m": _end_height(q, "rx", h[-1])}
        whole = path_profile.delta_bullington_loss_db(distance_m=d, ground_m=h, **ends, **electric)
        kept = {k: electric[k] for k in ("effective_radius_m", "frequency_hz")}
        single = path_profile.bullington_loss_db(distance_m=d, ground_m=h, **ends, **kept)
        return answer("bare", bullington_loss_db=single, delta_bullington_loss_db=whole, diffraction_loss_db=whole)
    found = propagation.smooth_earth_loss_db(
        distance_m=q.need("length", "distance", "path_length"),
        height1_m=q.need("length", *ANTENNA),
        height2_m=q.need("length", *TARGET),
        **electric,
    )
    loss = float(found)
    return answer("bare", spherical_earth_diffraction_loss_db=loss, diffraction_loss_db=loss, two_way_loss_db=2.0 * loss)


PROFILE: Final = re.compile(
    r"flat,\s*(?P<ground>-?[\d.]+)\s*m,\s*(?P<first>[\d.]+)\s*\.\.\s*(?P<last>[\d.]+)\s*km"
    r" in (?P<step>[\d.]+)\s*(?P<unit>k?m) steps"
)


def _has_profile(q: Quantities) -> bool:
    return any(name.startswith(("profile", "terrain_height", "ground_height")) for name in q.inputs)


def _profile(q: Quantities) -> tuple[Any, Any]:
    """Distances and ground heights, from lists or from the text "flat, 0 m, 0..100 km in 1 km steps"."""
    text = q.inputs.get("profile")
    if isinstance(text, str):
        match = PROFILE.match(text.strip().lower())
        if match is None:
            raise OutOfRangeError(f"profile {text!r} is not understood; write 'flat, 0 m, 0..100 km in 1 km steps' or lists")
        step = float(match["step"]) * (1e3 if match["unit"] == "km" else 1.0)
        first, last = float(match["first"]) * 1e3, float(match["last"]) * 1e3
        count = round((last - first) / step)
        return np.linspace(0.0, last - first, count + 1), np.full(count + 1, float(match["ground"]))
    if isinstance(text, list):
        pairs = np.asarray(text, dtype=np.float64)
        return pairs[:, 0] * 1e3, pairs[:, 1]
    if "profile_reference" in q.inputs:
        return named_profile(str(q.inputs["profile_reference"]))
    distance = q.need("length", "profile_distance", "profile_distances", "terrain_distance", "distance", "distances")
    ground = q.need("length", "profile_height", "profile_heights", "terrain_height", "terrain_heights", "ground_height")
    return np.asarray(distance), np.asarray(ground)


def _end_height(q: Quantities, end: str, ground: float) -> float:
    above_sea = q.find("length", f"antenna_amsl_{end}")
    if above_sea is not None:
        return float(above_sea)
    number = "1" if end == "tx" else "2"
    return float(ground + q.need("length", f"antenna_height_{end}", f"antenna_agl_{end}", f"height{number}"))


def terrain_masking_topic(inputs: Inputs) -> Answer:
    """Horizon angles of both ends of a profile, and whether terrain hides one from the other."""
    q = Quantities(inputs)
    d, h = _profile(q)
    found = path_profile.path_horizon(
        distance_m=d,
        ground_m=h,
        height1_m=_end_height(q, "tx", h[0]),
        height2_m=_end_height(q, "rx", h[-1]),
        effective_radius_m=effective_radius(q),
    )
    angles = answer("angle", horizon_angle_tx=found.angle1_rad, horizon_angle_rx=found.angle2_rad)
    lengths = answer("length", horizon_distance_tx=found.distance1_m, horizon_distance_rx=found.distance2_m)
    return angles | lengths | {"trans_horizon": found.beyond_horizon, "masked": found.beyond_horizon}


def multipath_topic(inputs: Inputs) -> Answer:
    """Field factor of two rays over a flat or spherical earth, and what it does to radar power."""
    q = Quantities(inputs)
    coefficient = q.inputs.get("reflection_coefficient", -1.0)
    gamma = complex(*coefficient) if isinstance(coefficient, list) else complex(coefficient)
    path = {
        "antenna_height_m": q.need("length", *ANTENNA),
        "target_height_m": q.need("length", *TARGET),
        "ground_range_m": q.need("length", "ground_range", "range", "distance"),
    }
    wave = wavelength(q)
    deviation = q.find("length", "surface_height_deviation", "rms_height", "roughness")
    if q.text("earth", default="flat").startswith("spher"):
        return _spherical(q, path, wave, gamma, deviation)
    rough = 1.0
    if deviation is not None:
        grazing = np.arctan2(path["antenna_height_m"] + path["target_height_m"], path["ground_range_m"])
        rough = float(multipath.roughness_factor(height_deviation_m=deviation, grazing_rad=grazing, wavelength_m=wave))
    exact = multipath.flat_factor(wavelength_m=wave, reflection=gamma * rough, **path)
    found = answer("bare", propagation_factor_f_exact_path=exact, propagation_factor_f=exact, roughness_factor=rough)
    found |= answer("bare", two_way_factor_f4_exact_db=multipath.two_way_factor_db(factor=exact))
    if gamma * rough != -1.0:
        return found | answer("bare", two_way_factor_f4_db=multipath.two_way_factor_db(factor=exact))
    short = multipath.flat_factor_approx(wavelength_m=wave, **path)
    found |= answer("bare", propagation_factor_f_approx=short)
    return found | answer("bare", two_way_factor_f4_db=multipath.two_way_factor_db(factor=short))


def _spherical(q: Quantities, path: dict[str, Any], wave: Any, gamma: complex, deviation: Any) -> Answer:
    geometry = multipath.spherical_reflection(effective_radius_m=effective_radius(q), **path)
    rough = multipath.roughness_factor(
        height_deviation_m=0.0 if deviation is None else deviation, grazing_rad=geometry.grazing_rad, wavelength_m=wave
    )
    factor = multipath.spherical_factor(geometry=geometry, wavelength_m=wave, reflection=gamma, roughness=rough)
    found = answer("bare", propagation_factor_f=factor, two_way_factor_f4_db=multipath.two_way_factor_db(factor=factor))
    found |= answer("bare", divergence=geometry.divergence, divergence_factor=geometry.divergence, roughness_factor=rough)
    return (
        found | answer("length", path_difference=geometry.path_difference_m) | answer("angle", grazing=geometry.grazing_rad)
    )
