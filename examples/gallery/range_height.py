"""Range and height at which a radar sees: a Blake chart, with lobes from the sea and the horizon.

    python range_height.py -o range-height.png

A notional 0.4 GHz radar, 20 m above a sea of 0.5 m waves, that sees a steady 1 m2 at 200 km in free space in half of its
looks. The echo from the sea takes away and adds: the published range is one point of this picture.
"""

import matplotlib.pyplot as plt
import numpy as np

from openiads.constants import MEAN_EARTH_RADIUS_M, SPEED_OF_LIGHT_MPS
from openiads.physics.detection import detection_probability, fluctuation_shape, required_snr_db
from openiads.physics.multipath import fresnel_reflection, roughness_factor, spherical_factor, spherical_reflection
from openiads.physics.propagation import small_angle_horizon_m
from picture import BLUE, INK, arguments, save

FREQUENCY_HZ, ANTENNA_M, WAVES_M = 4.0e8, 20.0, 0.5
FREE_SPACE_M, PULSES, P_FA = 200e3, 10, 1e-6
EARTH_M = 4.0 / 3.0 * MEAN_EARTH_RADIUS_M
SEA = {"relative_permittivity": 75.0, "conductivity_spm": 5.0}  # sea water below 1 GHz, about (ITU-R P.527)

NOTE = "In this model. A notional radar: 0.4 GHz, 20 m above a sea of 0.5 m waves; 4/3 earth; two rays (L. V. Blake, 1986)."


def seen(ground_m: np.ndarray, height_m: np.ndarray) -> np.ndarray:
    """Probability of detection of one look; none beyond the horizon."""
    horizon_m = small_angle_horizon_m(antenna_height_m=ANTENNA_M, target_height_m=height_m, effective_radius_m=EARTH_M)
    above = ground_m < 0.995 * horizon_m
    geometry = spherical_reflection(
        antenna_height_m=ANTENNA_M,
        target_height_m=height_m[above],
        ground_range_m=ground_m[above],
        effective_radius_m=EARTH_M,
    )
    wave_m = SPEED_OF_LIGHT_MPS / FREQUENCY_HZ
    factor = spherical_factor(
        geometry=geometry,
        wavelength_m=wave_m,
        reflection=fresnel_reflection(
            grazing_rad=geometry.grazing_rad, wavelength_m=wave_m, polarisation="horizontal", **SEA
        ),
        roughness=roughness_factor(grazing_rad=geometry.grazing_rad, height_deviation_m=WAVES_M / 4.0, wavelength_m=wave_m),
    )
    shape = fluctuation_shape(swerling=0, pulses=PULSES)
    half_db = float(required_snr_db(p_d=0.5, p_fa=P_FA, pulses=PULSES, shape=shape))
    snr = np.minimum(10.0 ** (half_db / 10.0) * (FREE_SPACE_M / geometry.direct_m) ** 4 * factor**4, 1e6)  # sure beyond
    p_d = np.full(ground_m.shape, np.nan)
    p_d[above], _ = detection_probability(snr=snr, p_fa=P_FA, pulses=PULSES, shape=shape)
    return p_d


def main() -> None:
    chosen = arguments(__doc__)
    ground_m, height_m = np.meshgrid(np.linspace(2e3, 420e3, 520), np.geomspace(30.0, 15e3, 420))
    figure, axes = plt.subplots()
    p_d = seen(ground_m, height_m)
    levels, colours = [0.1, 0.5, 0.9, 1.01], ["#cfe0ee", "#86b3d4", BLUE]
    filled = axes.contourf(ground_m / 1e3, height_m / 1e3, p_d, levels=levels, colors=colours)
    heights_m = np.linspace(0.0, 15e3, 200)
    horizon_m = small_angle_horizon_m(antenna_height_m=ANTENNA_M, target_height_m=heights_m, effective_radius_m=EARTH_M)
    axes.plot(horizon_m / 1e3, heights_m / 1e3, color=INK, lw=1.6, ls="--")
    axes.annotate("radio horizon", (392, 8.1), rotation=37, fontsize=9, ha="center", va="top")
    axes.axvline(FREE_SPACE_M / 1e3, color=INK, lw=1.2, ls=":")
    axes.annotate("the published\nnumber: 200 km", (205, 0.25), fontsize=9)
    bar = figure.colorbar(filled, ticks=[0.1, 0.5, 0.9])
    bar.set_label("probability of detection of one look")
    axes.set(xlim=(0, 420), ylim=(0, 15))
    axes.set_xlabel("distance over ground [km]")
    axes.set_ylabel("height above sea level [km]")
    axes.set_title("Where a radar by the sea sees 1 m²: lobes, gaps and the horizon")
    save(figure, chosen.out, NOTE)


if __name__ == "__main__":
    main()
