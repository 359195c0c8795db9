"""Adapters from truth cases to the functions about earth, air, propagation and signatures, by topic."""

from collections.abc import Callable
from typing import Any, Final

from openiads.verify import air, paths, signatures

ADAPTERS: Final[dict[str, Callable[[dict[str, Any]], object]]] = {
    "atmosphere": air.atmosphere_topic,
    "diffraction": paths.diffraction_topic,
    "gas_attenuation": air.gas_attenuation_topic,
    "multipath": paths.multipath_topic,
    "radar_horizon": paths.radar_horizon_topic,
    "rain_attenuation": air.rain_attenuation_topic,
    "rcs_plate": signatures.rcs_plate_topic,
    "rcs_sphere": signatures.rcs_sphere_topic,
    "rcs_statistics": signatures.rcs_statistics_topic,
    "refraction": air.refraction_topic,
    "terrain_masking": paths.terrain_masking_topic,
}
