"""Adapters: atmosphere, refraction, attenuation by gas and rain."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from openiads.errors import OutOfRangeError
from openiads.physics import atmosphere, gas, rain, refraction
from openiads.verify.quantities import Quantities, answer, no_answer
from openiads.verify.shared import ANTENNA, GRADIENTS, RANGE, TARGET, earth_radius

Inputs = Mapping[str, Any]
Answer = dict[str, Any]

HECTOPASCAL: Final = 100.0
KILOGRAM: Final = 1e3
DEFAULT_EDITION: Final[gas.Edition] = "P.676-13"


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
    found = answer(
        "pressure", saturation_vapour_pressure=saturated * HECTOPASCAL, water_vapour_pressure=vapour * HECTOPASCAL
    )
    wet = atmosphere.refractivity(dry_pressure_hpa=0.0, temperature_k=temperature, vapour_hpa=vapour)
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
        factor = atmosphere.refraction_factor(gradient_n_per_m=gradient, earth_radius_m=earth_radius(q))
        found |= {"k_factor": factor.tolist(), "k": factor.tolist()}
        found |= answer("length", effective_earth_radius=factor * earth_radius(q))
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
        "earth_radius_m": earth_radius(q),
    }
    height = q.find("length", *TARGET)
    if height is None:
        height = refraction.exponential_height_m(propagated_range_m=q.need("length", "propagated_range", *RANGE), **path)
    ray = refraction.exponential_ray(target_height_m=height, **path)
    found = answer("length", target_height=height, propagated_range=ray.propagated_range_m, range=ray.propagated_range_m)
    found |= answer("length", true_slant_range=ray.true_slant_range_m, ground_range=ray.ground_range_m)
    error = np.asarray(path["elevation_rad"]) - ray.true_elevation_rad
    return found | answer("angle", true_elevation=ray.true_elevation_rad, elevation_error=error)


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
        raise OutOfRangeError(
            f"effective_path {model!r} is not known: leave it out for P.530-17, or 'd/(1+d/d0)...', 'none'"
        )
    loss = gamma * effective
    found |= answer("bare", path_attenuation_db=loss, two_way_path_attenuation_db=2.0 * loss)
    return found | answer("length", effective_path_length=effective * 1e3)


def _named_tilt(q: Quantities) -> float:
    text = q.text("polarization", "polarisation", default="horizontal")
    return {"v": np.pi / 2, "c": rain.CIRCULAR_TILT}.get(text[:1], 0.0)
