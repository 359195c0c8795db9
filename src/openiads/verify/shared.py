"""What several adapters read: earth radius, effective radius, wavelength, and the names that heights and ranges go by."""

from typing import Any, Final

from openiads.constants import MEAN_EARTH_RADIUS_M, STANDARD_REFRACTION_FACTOR
from openiads.physics import atmosphere, waveform
from openiads.verify.quantities import Quantities

GRADIENTS: Final = ("refractivity_gradient", "gradient", "dn_dh")
ANTENNA: Final = ("antenna_height", "radar_height", "antenna_height_tx", "height1", "h1")
TARGET: Final = ("target_height", "antenna_height_rx", "height2", "h2")
RANGE: Final = ("range", "slant_range")


def earth_radius(q: Quantities) -> Any:
    """Radius of the true earth. [m]"""
    return q.need("length", "earth_radius", default=MEAN_EARTH_RADIUS_M)


def effective_radius(q: Quantities) -> Any:
    """Effective earth radius, given as such, or by k, a refractivity gradient, or the standard k."""
    given = q.find("length", "effective_earth_radius", "effective_radius")
    if given is not None:
        return given
    factor = q.find("bare", "k", "k_factor", "refraction_factor")
    if factor is None and q.has("n_gradient", *GRADIENTS):
        factor = atmosphere.refraction_factor(
            gradient_n_per_m=q.need("n_gradient", *GRADIENTS), earth_radius_m=earth_radius(q)
        )
    return earth_radius(q) * (STANDARD_REFRACTION_FACTOR if factor is None else factor)


def wavelength(q: Quantities) -> Any:
    """Wavelength, given or from the frequency. [m]"""
    given = q.find("length", "wavelength")
    return given if given is not None else waveform.wavelength_m(frequency_hz=q.need("frequency", "frequency"))
