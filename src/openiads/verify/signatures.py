"""Adapters: radar cross-sections of shapes, and their statistics."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from openiads.errors import OutOfRangeError
from openiads.physics import signature
from openiads.verify.quantities import Quantities, answer
from openiads.verify.shared import wavelength

Inputs = Mapping[str, Any]
Answer = dict[str, Any]


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
    size = 2.0 * np.pi * q.need("length", "radius", default=radius) / wavelength(q) if size is None else size
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
    wave = wavelength(q)
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
