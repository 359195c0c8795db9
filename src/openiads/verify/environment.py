"""Adapters from truth cases to the functions about earth, air, propagation and signatures."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

from openiads.constants import MEAN_EARTH_RADIUS_M, STANDARD_REFRACTION_FACTOR
from openiads.errors import OutOfRangeError
from openiads.geo.horizon import horizon_range_m
from openiads.physics import (
    atmosphere,
    gas,
    multipath,
    path_profile,
    propagation,
    rain,
    refraction,
    signature,
)
from openiads.verify.profiles import named_profile
from openiads.verify.quantities import Quantities, answer, no_answer

Inputs = Mapping[str, Any]
Answer = dict[str, Any]

HECTOPASCAL: Final = 100.0
KILOGRAM: Final = 1e3
DEFAULT_EDITION: Final[gas.Edition] = "P.676-13"


def _earth(q: Quantities) -> Any:
    return q.need("length", "earth_radius", default=MEAN_EARTH_RADIUS_M)


def _effective_radius(q: Quantities) -> Any:
    """Effective earth radius, given as such, or by k, a refractivity gradient, or the standard k."""
    given = q.find("length", "effective_earth_radius", "effective_radius")
    if given is not None:
        return given
    factor = q.find("bare", "k", "k_factor", "refraction_factor")
    if factor is None and q.has("n_gradient", *GRADIENTS):
        factor = atmosphere.refraction_factor(gradient_n_per_m=q.need("n_gradient", *GRADIENTS), earth_radius_m=_earth(q))
    return _earth(q) * (STANDARD_REFRACTION_FACTOR if factor is None else factor)


GRADIENTS: Final = ("refractivity_gradient", "gradient", "dn_dh")
ANTENNA: Final = ("antenna_height", "radar_height", "antenna_height_tx", "height1", "h1")
TARGET: Final = ("target_height", "antenna_height_rx", "height2", "h2")
RANGE: Final = ("range", "slant_range")


def _wavelength(q: Quantities) -> Any:
    given = q.find("length", "wavelength")
    return given if given is not None else propagation.wavelength_m(frequency_hz=q.need("frequency", "frequency"))


def atmosphere_topic(inputs: Inputs) -> Answer:
    """Standard atmospheres by height, or refractivity by weather."""
    q = Quantities(inputs)
    if "835" in q.text("model", "atmosphere"):
        return _reference_air(q)
    geopotential = q.find("length", "geopotential_height", "geopotential_altitude")
    geometric = q.find("length", "geometric_height", "geometric_altitude", "height", "altitude")
    if geopotential is None and geometric is None:
        return _weather(q)
    found: Answer = {}
    if geopotential is None:
        geopotential = atmosphere.geopotential_height_m(geometric_height_m=geometric)
        found |= answer("density", density=atmosphere.air_density_kgpm3(geometric_height_m=geometric))
    else:
        geometric = atmosphere.geometric_height_m(geopotential_height_m=geopotential)
    found |= answer("length", geopotential_height=geopotential, geometric_height=geometric)
    if np.all(np.asarray(geopotential) <= atmosphere.LAYER_TOP):
        air = atmosphere.standard_air(geopotential_height_m=geopotential)
        found |= {"temperature_k": air.temperature_k.tolist()}
        found |= answer("pressure", pressure=air.pressure_pa) | answer("speed", speed_of_sound=air.speed_of_sound_mps)
        found |= answer("density", density=air.density_kgpm3, air_density=air.density_kgpm3)
    return found


def _reference_air(q: Quantities) -> Answer:
    vapour = q.need("density", "surface_water_vapour_density", default=atmosphere.REFERENCE_VAPOUR / KILOGRAM) * KILOGRAM
    air = atmosphere.reference_air(
        geometric_height_m=q.need("length", "height", "geometric_height", "altitude"), surface_water_vapour_gpm3=vapour
    )
    partial = atmosphere.vapour_pressure_hpa(
        water_vapour_gpm3=air.water_vapour_density_gpm3, temperature_k=air.temperature_k
    )
    found: Answer = {"temperature_k": air.temperature_k.tolist()}
    found |= answer("pressure", pressure=air.pressure_hpa * HECTOPASCAL, water_vapour_pressure=partial * HECTOPASCAL)
    return found | answer("density", water_vapour_density=air.water_vapour_density_gpm3 / KILOGRAM)


def _temperature(q: Quantities, *stems: str) -> Any:
    for stem in stems:
        kelvin, celsius = q.find("bare", f"{stem}_k"), q.find("bare", f"{stem}_c")
        if kelvin is not None:
            return kelvin
        if celsius is not None:
            return celsius + 273.15
    raise OutOfRangeError(f"{stems[0]}_k is missing")


def _weather(q: Quantities) -> Answer:
    """Refractivity and water vapour from temperature, pressure and humidity."""
    temperature = _temperature(q, "temperature")
    total = q.find("pressure", "pressure", "total_pressure")
    dry = q.find("pressure", "dry_air_pressure", "dry_pressure")
    partial = q.find("pressure", "water_vapour_pressure", "vapour_pressure")
    density = q.find("density", "water_vapour_density")
    humidity = q.find("bare", "relative_humidity_percent", "relative_humidity_pct")
    reference = total if total is not None else atmosphere.REFERENCE_PRESSURE * HECTOPASCAL
    ice = "ice" in q.text("phase", "type_of_hydrometeor")
    saturated = atmosphere.saturation_pressure_hpa(
        temperature_c=temperature - 273.15, pressure_hpa=reference / HECTOPASCAL, phase="ice" if ice else "water"
    )
    if density is not None:
        vapour = atmosphere.vapour_pressure_hpa(water_vapour_gpm3=density * KILOGRAM, temperature_k=temperature)
    elif humidity is not None:
        vapour = saturated * humidity / 100.0
    else:
        vapour = np.asarray((partial or 0.0) / HECTOPASCAL)
    found = answer("pressure", saturation_vapour_pressure=saturated * HECTOPASCAL, water_vapour_pressure=vapour * HECTOPASCAL)
    wet = 72.0 * vapour / temperature + 3.75e5 * vapour / temperature**2
    found |= answer("bare", wet_refractivity_n=wet, n_wet=wet)
    if total is None and dry is None:
        return found
    dry_hpa = dry / HECTOPASCAL if dry is not None else total / HECTOPASCAL - vapour
    value = atmosphere.refractivity(dry_pressure_hpa=dry_hpa, temperature_k=temperature, vapour_hpa=vapour)
    return found | answer("bare", refractivity_n=value, dry_refractivity_n=value - wet, refractive_index=1.0 + 1e-6 * value)


def refraction_topic(inputs: Inputs) -> Answer:
    """k-factor of a gradient, refractivity at a height, a ray through the exponential atmosphere."""
    q = Quantities(inputs)
    decay = q.find("per_length", "decay")
    if q.has("angle", "elevation") and (decay is not None or q.has("length", "scale_height")):
        return _exponential_ray(q, decay if decay is not None else 1.0 / q.need("length", "scale_height"))
    found: Answer = {}
    gradient = q.find("n_gradient", *GRADIENTS)
    if gradient is not None:
        factor = atmosphere.refraction_factor(gradient_n_per_m=gradient, earth_radius_m=_earth(q))
        found |= {"k_factor": factor.tolist(), "k": factor.tolist()}
        found |= answer("length", effective_earth_radius=factor * _earth(q))
        if np.ndim(gradient) == 0:
            regime = atmosphere.propagation_regime(gradient_n_per_m=gradient)
            found |= {"regime": regime, "ducting": regime == "duct"}
    height = q.find("length", "height")
    surface = q.find("bare", "n0", "surface_refractivity_n", "n_s")
    if height is not None and surface is not None:
        scale = q.need("length", "scale_height", default=1.0 / decay if decay else None)
        value, slope = atmosphere.exponential_refractivity(surface_n=surface, height_m=height, scale_height_m=scale)
        found |= answer("bare", refractivity_n=value) | answer("n_gradient", gradient=slope)
        modified = atmosphere.modified_refractivity(refractivity_n=value, height_m=height)
        found |= answer("bare", modified_refractivity_m=modified, modified_refractivity=modified)
    elif height is not None and q.has("bare", "refractivity_n"):
        modified = atmosphere.modified_refractivity(refractivity_n=q.need("bare", "refractivity_n"), height_m=height)
        found |= answer("bare", modified_refractivity_m=modified, modified_refractivity=modified)
    if found:
        return found
    return _weather(q) if q.has("bare", "temperature_k", "temperature_c") else _nothing("refraction", inputs)


def _nothing(topic: str, inputs: Inputs) -> Answer:
    raise no_answer(topic, inputs)


def _exponential_ray(q: Quantities, decay: float) -> Answer:
    path = {
        "antenna_height_m": q.need("length", *ANTENNA),
        "elevation_rad": q.need("angle", "elevation"),
        "surface_n": q.need("bare", "surface_refractivity_n", "n0", "n_s"),
        "decay_per_m": decay,
        "earth_radius_m": _earth(q),
    }
    height = q.find("length", *TARGET)
    if height is None:
        height = refraction.exponential_height_m(propagated_range_m=q.need("length", "propagated_range", *RANGE), **path)
    ray = refraction.exponential_ray(target_height_m=height, **path)
    found = answer("length", target_height=height, propagated_range=ray.propagated_range_m, range=ray.propagated_range_m)
    found |= answer("length", true_slant_range=ray.true_slant_range_m, ground_range=ray.ground_range_m)
    error = np.asarray(path["elevation_rad"]) - ray.true_elevation_rad
    return found | answer("angle", true_elevation=ray.true_elevation_rad, elevation_error=error)


def radar_horizon_topic(inputs: Inputs) -> Answer:
    """Range, height, elevation and horizon on the effective earth, from whichever of them are given."""
    q = Quantities(inputs)
    radius = _effective_radius(q)
    found = answer("length", effective_earth_radius=radius) | answer("bare", k_factor=radius / _earth(q))
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
    """Knife edge by its parameter or geometry, smooth earth by path, and terrain by profile."""
    q = Quantities(inputs)
    v = q.find("bare", "fresnel_v", "fresnel_nu", "nu", "v")
    if v is None and q.has("length", "distance1", "d1"):
        v = propagation.fresnel_parameter(
            clearance_m=q.need("length", "obstacle_height", "clearance", "h"),
            distance1_m=q.need("length", "distance1", "d1"),
            distance2_m=q.need("length", "distance2", "d2"),
            wavelength_m=_wavelength(q),
        )
    if v is None:
        return _long_path(q)
    exact = propagation.knife_edge_loss_db(fresnel_v=v)
    approximate = propagation.knife_edge_loss_approx_db(fresnel_v=v)
    found = answer("bare", fresnel_v=v, knife_edge_loss_exact_db=exact, knife_edge_loss_itu_approx_db=approximate)
    return found | answer("bare", knife_edge_loss_db=exact, two_way_knife_edge_loss_db=2.0 * exact)


def _polarisation(q: Quantities) -> propagation.Polarisation:
    text = q.text("polarization", "polarisation", default="vertical")
    if text[:1] not in ("v", "h"):
        raise OutOfRangeError(f"polarization {text!r} is neither vertical nor horizontal")
    return "vertical" if text[0] == "v" else "horizontal"


def _long_path(q: Quantities) -> Answer:
    surface = q.text("surface", default="land")
    electric: dict[str, Any] = {
        "effective_radius_m": _effective_radius(q),
        "frequency_hz": q.need("frequency", "frequency"),
        "polarisation": _polarisation(q),
        "sea_share": q.need("bare", "sea_share", "sea_fraction", "omega", default=1.0 if surface.startswith("sea") else 0.0),
    }
    if _has_profile(q):
        d, h = _profile(q)
        ends = {"height1_m": _end_height(q, "tx", h[0]), "height2_m": _end_height(q, "rx", h[-1])}
        whole = path_profile.delta_bullington_loss_db(distance_m=d, ground_m=h, **ends, **electric)
        kept = {k: electric[k] for k in ("effective_radius_m", "frequency_hz")}
        single = path_profile.bullington_loss_db(distance_m=d, ground_m=h, **ends, **kept)
        return answer("bare", bullington_loss_db=single, delta_bullington_loss_db=whole, diffraction_loss_db=whole)
    loss = propagation.smooth_earth_loss_db(
        distance_m=q.need("length", "distance", "path_length"),
        height1_m=q.need("length", *ANTENNA),
        height2_m=q.need("length", *TARGET),
        **electric,
    )
    return answer("bare", spherical_earth_diffraction_loss_db=loss, diffraction_loss_db=loss, two_way_loss_db=2.0 * loss)


PROFILE: Final = re.compile(
    r"flat,\s*(?P<ground>-?[\d.]+)\s*m,\s*(?P<first>[\d.]+)\s*\.\.\s*(?P<last>[\d.]+)\s*km in (?P<step>[\d.]+)\s*(?P<unit>k?m) steps"
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
        effective_radius_m=_effective_radius(q),
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
    wave = _wavelength(q)
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
    geometry = multipath.spherical_reflection(effective_radius_m=_effective_radius(q), **path)
    rough = multipath.roughness_factor(
        height_deviation_m=0.0 if deviation is None else deviation, grazing_rad=geometry.grazing_rad, wavelength_m=wave
    )
    factor = multipath.spherical_factor(geometry=geometry, wavelength_m=wave, reflection=gamma, roughness=rough)
    found = answer("bare", propagation_factor_f=factor, two_way_factor_f4_db=multipath.two_way_factor_db(factor=factor))
    found |= answer("bare", divergence=geometry.divergence, divergence_factor=geometry.divergence, roughness_factor=rough)
    return found | answer("length", path_difference=geometry.path_difference_m) | answer("angle", grazing=geometry.grazing_rad)


def gas_attenuation_topic(inputs: Inputs) -> Answer:
    """Specific attenuation of a state of the air, or a slant path by either annex and edition."""
    q = Quantities(inputs)
    method = q.text("method", "model", "edition")
    frequency = q.need("frequency", "frequency")
    elevation = q.find("angle", "elevation")
    if elevation is not None or "slant" in method or "zenith" in method:
        return _slant(q, frequency, np.pi / 2 if elevation is None else elevation, method)
    density = q.need("density", "water_vapour_density", "surface_water_vapour_density", default=0.0) * KILOGRAM
    temperature = _temperature(q, "temperature", "surface_temperature")
    state = {"frequency_hz": frequency, "temperature_k": temperature, "water_vapour_gpm3": density}
    gamma = gas.specific_attenuation(dry_pressure_hpa=_dry_pressure(q, density, temperature), **state)
    found = answer("bare", oxygen_db_per_km=gamma.oxygen_db_per_km, water_db_per_km=gamma.water_db_per_km)
    found |= answer("bare", total_db_per_km=gamma.total_db_per_km)
    length = q.find("length", "path_length", "range", "distance")
    if length is not None:
        one_way = gamma.total_db_per_km * length / 1e3
        found |= answer("bare", path_attenuation_db=one_way, two_way_attenuation_db=2.0 * one_way)
    return found


def _dry_pressure(q: Quantities, density: Any, temperature: Any) -> Any:
    dry = q.find("pressure", "dry_air_pressure", "dry_pressure", "surface_dry_pressure")
    if dry is not None:
        return dry / HECTOPASCAL
    total = q.need("pressure", "total_pressure", "pressure", "surface_pressure") / HECTOPASCAL
    return total - atmosphere.vapour_pressure_hpa(water_vapour_gpm3=density, temperature_k=temperature)


def _slant(q: Quantities, frequency: Any, elevation: Any, method: str) -> Answer:
    density = q.need("density", "surface_water_vapour_density", "water_vapour_density") * KILOGRAM
    edition: gas.Edition = "P.676-12" if "676-12" in method else DEFAULT_EDITION
    if "annex 2" in method or "approx" in method:
        temperature = _temperature(q, "surface_temperature", "temperature")
        value: Any = gas.slant_attenuation_approx_db(
            frequency_hz=frequency,
            elevation_rad=elevation,
            surface_dry_pressure_hpa=_dry_pressure(q, density, temperature),
            surface_temperature_k=temperature,
            surface_water_vapour_gpm3=density,
            edition=edition,
        )
    else:
        value = gas.slant_attenuation_db(frequency_hz=frequency, elevation_rad=elevation, surface_water_vapour_gpm3=density)
    return answer("bare", slant_path_attenuation_db=value, zenith_attenuation_db=value * np.sin(elevation))


def rain_attenuation_topic(inputs: Inputs) -> Answer:
    """Power-law coefficients, specific attenuation, and the loss of a path by either effective length."""
    q = Quantities(inputs)
    frequency = q.need("frequency", "frequency")
    path = {
        "frequency_hz": frequency,
        "elevation_rad": q.need("angle", "elevation", default=0.0),
        "tilt_rad": q.need("angle", "polarization_tilt", "polarisation_tilt", "tilt", default=_named_tilt(q)),
    }
    k, alpha = rain.rain_coefficients(**path)
    found = answer("bare", k=k, alpha=alpha)
    rate = q.find("bare", "rain_rate_mm_per_h", "rain_rate_mmph")
    if rate is None:
        return found
    rate = np.asarray(rate) if isinstance(rate, list) else rate
    gamma = rain.rain_attenuation_db_per_km(rain_rate_mmph=rate, **path)
    found |= answer("bare", gamma_db_per_km=gamma, specific_attenuation_db_per_km=gamma)
    length = q.find("length", "path_length", "range", "distance")
    if length is None:
        return found
    model = q.text("effective_path")
    if model.startswith("d/(1+d/d0)") or "530-12" in model:
        effective = rain.effective_path_old_km(path_km=length / 1e3, rain_rate_mmph=rate)
    elif model in ("none", "full", "physical"):
        effective = np.asarray(length / 1e3)
    elif model == "" or "530-17" in model:
        effective = rain.effective_path_km(path_km=length / 1e3, rain_rate_mmph=rate, alpha=alpha, frequency_hz=frequency)
    else:
        raise OutOfRangeError(f"effective_path {model!r} is not known: leave it out for P.530-17, or 'd/(1+d/d0)...', 'none'")
    loss = gamma * effective
    found |= answer("bare", path_attenuation_db=loss, two_way_path_attenuation_db=2.0 * loss)
    return found | answer("length", effective_path_length=effective * 1e3)


def _named_tilt(q: Quantities) -> float:
    text = q.text("polarization", "polarisation", default="horizontal")
    return {"v": np.pi / 2, "c": rain.CIRCULAR_TILT}.get(text[:1], 0.0)


def rcs_sphere_topic(inputs: Inputs) -> Answer:
    """Scattering by a conducting sphere of a size parameter, or of a radius and wavelength."""
    q = Quantities(inputs)
    material = q.text("material", default="pec")
    if not any(word in material for word in ("pec", "perfect", "conduct", "metal")):
        raise OutOfRangeError(f"material {material!r}: only perfectly conducting spheres are computed")
    radius = q.find("length", "radius", "sphere_radius")
    diameter = q.find("length", "diameter")
    radius = diameter / 2.0 if radius is None and diameter is not None else radius
    size = q.find("bare", "ka", "size_parameter_ka", "size_parameter", "x")
    size = 2.0 * np.pi * q.need("length", "radius", default=radius) / _wavelength(q) if size is None else size
    found = signature.sphere_scattering(size_parameter=size)
    result = answer(
        "bare",
        ka=size,
        rcs_over_pi_a2=found.backscatter,
        backscatter_efficiency=found.backscatter,
        scattering_efficiency=found.scattering,
        extinction_efficiency=found.scattering,
        asymmetry=found.asymmetry,
        asymmetry_parameter=found.asymmetry,
        rcs_over_pi_a2_db=10.0 * np.log10(found.backscatter),
    )
    if radius is None:
        return result
    return result | _cross_section(np.pi * np.asarray(radius) ** 2 * found.backscatter)


def _cross_section(rcs: Any) -> Answer:
    with np.errstate(divide="ignore"):
        return answer("area", rcs=rcs) | answer("bare", rcs_dbsm=10.0 * np.log10(rcs))


def rcs_plate_topic(inputs: Inputs) -> Answer:
    """Plate, disc, cylinder or corner, told by the dimensions that are given."""
    q = Quantities(inputs)
    wave = _wavelength(q)
    incidence = q.find("angle", "incidence_angle", "incidence", "aspect_angle", "angle_off_normal", "aspect")
    incidence = 0.0 if incidence is None else incidence
    shape = q.text("shape", "target", default="")
    radius, length = q.find("length", "radius"), q.find("length", "length", "height")
    edge = q.find("length", "edge", "corner_edge", "corner_side")
    if edge is not None or "corner" in shape or "trihedral" in shape:
        edge = q.need("length", "side") if edge is None else edge
        return _cross_section(signature.trihedral_rcs_m2(edge_m=edge, wavelength_m=wave, square="square" in shape))
    if radius is not None and length is not None:
        return _cross_section(
            signature.cylinder_rcs_m2(radius_m=radius, length_m=length, wavelength_m=wave, incidence_rad=incidence)
        )
    if radius is not None:
        if np.any(np.asarray(incidence) != 0.0):
            raise OutOfRangeError("a disc is computed at normal incidence only")
        return _cross_section(signature.disc_rcs_m2(radius_m=radius, wavelength_m=wave))
    width = q.find("length", "side", "width", "side_a")
    area = q.find("area", "area", "plate_area")
    width = float(np.sqrt(area)) if width is None and area is not None else width
    width = q.need("length", "side", default=width)
    height = q.find("length", "height", "side_b", "length")
    return _cross_section(
        signature.plate_rcs_m2(
            width_m=width, height_m=width if height is None else height, wavelength_m=wave, incidence_rad=incidence
        )
    )


def rcs_statistics_topic(inputs: Inputs) -> Answer:
    """What decibels show of a chi-square fluctuation, by shape or Swerling case."""
    q = Quantities(inputs)
    shape = q.find("bare", "k", "shape", "kappa")
    if shape is None and q.has("bare", "degrees_of_freedom"):
        shape = q.need("bare", "degrees_of_freedom") / 2.0
    if shape is None:
        shape = {1: 1.0, 2: 1.0, 3: 2.0, 4: 2.0}.get(int(q.need("bare", "swerling")))
    if shape is None:
        raise OutOfRangeError("a steady target (Swerling 0) has no fluctuation; give swerling 1 to 4, or k")
    mean_db = q.find("bare", "mean_rcs_dbsm")
    mean = 10.0 ** (mean_db / 10.0) if mean_db is not None else q.need("area", "mean_rcs", default=1.0)
    found = signature.fluctuation_statistics(shape=shape, mean_rcs_m2=mean)
    bias = found.mean_dbsm - 10.0 * np.log10(mean)
    return answer(
        "bare", mean_of_dbsm=found.mean_dbsm, std_of_dbsm=found.std_db, median_dbsm=found.median_dbsm, mean_bias_db=bias
    )


ADAPTERS: Final[dict[str, Callable[[dict[str, Any]], object]]] = {
    "atmosphere": atmosphere_topic,
    "diffraction": diffraction_topic,
    "gas_attenuation": gas_attenuation_topic,
    "multipath": multipath_topic,
    "radar_horizon": radar_horizon_topic,
    "rain_attenuation": rain_attenuation_topic,
    "rcs_plate": rcs_plate_topic,
    "rcs_sphere": rcs_sphere_topic,
    "rcs_statistics": rcs_statistics_topic,
    "refraction": refraction_topic,
    "terrain_masking": terrain_masking_topic,
}
