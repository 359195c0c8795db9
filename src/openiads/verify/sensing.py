"""Adapters: surface clutter, measurement accuracy, noise jamming."""

import math
from typing import Any

import numpy as np

from openiads.physics import accuracy, clutter, interference
from openiads.verify.inputs import (
    ANGLE,
    FREQUENCY,
    LENGTH,
    POWER,
    RATIO,
    TIME,
    Inputs,
    has,
    light,
    over_lists,
    pulse_width,
    read,
    read_db,
    wavelength,
)


def _reflectivity(inputs: Inputs, grazing: float) -> float:
    if "sea_state" in inputs:
        found = clutter.nrl_sea_reflectivity(
            sea_state=inputs["sea_state"],
            grazing_rad=grazing,
            frequency_hz=read(inputs, "frequency", units=FREQUENCY),
            polarization=str(inputs["polarization"])[:1].upper(),
        )
        return float(found)
    if has(inputs, "gamma", RATIO):
        return float(clutter.constant_gamma_reflectivity(gamma_db=read_db(inputs, "gamma"), grazing_rad=grazing))
    return read(inputs, "nrcs", "sigma0", units=("m2_per_m2", *RATIO), default=1.0)


def surface_clutter(inputs: Inputs) -> dict[str, Any]:
    """Reflectivity of sea and land, and the cross-section of a patch."""
    out: dict[str, Any] = {}
    grazing = read(inputs, "grazing_angle", "grazing", units=ANGLE)
    value = _reflectivity(inputs, grazing)
    out["nrcs_m2_per_m2"] = out["sigma0"] = value
    out["nrcs_db"] = out["sigma0_db"] = 10.0 * math.log10(value)
    if has(inputs, "range", LENGTH):
        patch = clutter.clutter_patch_m2(
            range_m=read(inputs, "range", units=LENGTH),
            azimuth_beamwidth_rad=read(inputs, "azimuth_beamwidth", units=ANGLE),
            elevation_beamwidth_rad=read(inputs, "elevation_beamwidth", units=ANGLE),
            grazing_rad=grazing,
            pulse_width_s=pulse_width(inputs),
        )
        out["patch_area_m2"] = float(patch)
        out["clutter_rcs_m2"] = float(clutter.clutter_rcs_m2(reflectivity=value, patch_m2=patch))
        out["clutter_rcs_dbsm"] = 10.0 * math.log10(out["clutter_rcs_m2"])
    return out


def measurement_accuracy(inputs: Inputs) -> dict[str, Any]:
    """Standard errors of range, angle, Doppler and radial velocity, with floors, and resolutions."""
    out: dict[str, Any] = {}
    snr = read(inputs, "snr_after_integration", "snr", "energy_over_noise", "e_over_n0", units=RATIO)
    if has(inputs, "beamwidth", ANGLE):
        slope = float(inputs.get("monopulse_slope_km", inputs.get("monopulse_slope", accuracy.MONOPULSE_SLOPE)))
        floor = read(inputs, "sigma_floor", "floor", "sigma_fixed", units=ANGLE, default=0.0)
        sigma = accuracy.angle_sigma_rad(
            beamwidth_rad=read(inputs, "beamwidth", units=ANGLE), snr=snr, floor_rad=floor, slope=slope
        )
        out |= {"sigma_angle_rad": float(sigma), "sigma_angle_deg": math.degrees(sigma)}
    if has(inputs, "bandwidth", FREQUENCY) or has(inputs, "pulse_width", TIME):
        band = 1.0 / pulse_width(inputs) if has(inputs, "pulse_width", TIME) else read(inputs, "bandwidth", units=FREQUENCY)
        floor = read(inputs, "sigma_floor", "floor", "sigma_fixed", units=LENGTH, default=0.0)
        sigma = accuracy.range_sigma_m(bandwidth_hz=band, snr=snr, floor_m=floor)
        out |= {"sigma_range_m": float(sigma), "range_resolution_m": float(accuracy.range_resolution_m(bandwidth_hz=band))}
        if "sweep" in str(inputs.get("waveform", "")) or "fm" in str(inputs.get("waveform", "")).lower():
            rms = float(accuracy.rms_bandwidth_linear_sweep_rad_per_s(bandwidth_hz=band))
            out |= _delay(rms, snr, light(inputs)) | {"rms_bandwidth_rad_per_s": rms}
    if "rms_bandwidth_rad_per_s" in inputs:
        out |= _delay(inputs["rms_bandwidth_rad_per_s"], snr, light(inputs))
    elif has(inputs, "rms_bandwidth", FREQUENCY):
        out |= _delay(2.0 * math.pi * read(inputs, "rms_bandwidth", units=FREQUENCY), snr, light(inputs))
    if has(inputs, "coherent_time", TIME):
        time = read(inputs, "coherent_time", units=TIME)
        zero = np.zeros(())
        out["sigma_doppler_hz"] = float(accuracy.doppler_sigma_hz(coherent_time_s=time, snr=snr, floor_hz=zero))
        if has(inputs, "wavelength", ("m",)) or has(inputs, "frequency", FREQUENCY):
            wave = wavelength(inputs)
            sigma = accuracy.radial_velocity_sigma_mps(wavelength_m=wave, coherent_time_s=time, snr=snr, floor_mps=zero)
            cell = accuracy.velocity_resolution_mps(wavelength_m=wave, coherent_time_s=time)
            out |= {"sigma_radial_velocity_m_per_s": float(sigma), "velocity_resolution_m_per_s": float(cell)}
    return out


def _delay(rms_bandwidth: float, snr: float, c: float) -> dict[str, float]:
    sigma = float(accuracy.delay_sigma_bound_s(rms_bandwidth_rad_per_s=rms_bandwidth, energy_over_noise=snr))
    return {"sigma_delay_s": sigma, "sigma_time_s": sigma, "sigma_range_m": c * sigma / 2.0}


def _jammed_temperature(inputs: Inputs) -> float:
    found = interference.jammed_temperature_k(
        system_temperature_k=inputs["system_temperature_k"],
        jammer_power_w=read(inputs, "jammer_power", units=POWER),
        jammer_gain_db=read_db(inputs, "jammer_gain", default=1.0),
        jammer_bandwidth_hz=read(inputs, "jammer_bandwidth", units=FREQUENCY),
        jammer_range_m=read(inputs, "jammer_range", "range", units=LENGTH),
        jammer_loss_db=read_db(inputs, "jammer_loss", "loss", default=1.0),
        gain_to_jammer_db=read_db(inputs, "sidelobe_gain", "gain_to_jammer", "antenna_gain", "gain"),
        wavelength_m=wavelength(inputs),
    )
    return float(found)


def jamming(inputs: Inputs) -> dict[str, Any]:
    """Signal to jamming, burn-through and crossover range: stand-off when the jammer has its own range, else on the target."""
    out: dict[str, Any] = {}
    if "system_temperature_k" in inputs:
        out["jammed_temperature_k"] = out["effective_temperature_k"] = _jammed_temperature(inputs)
        if not has(inputs, "peak_power", POWER):
            return out
    pair: dict[str, Any] = {
        "peak_power_w": read(inputs, "peak_power", units=POWER),
        "gain_db": read_db(inputs, "antenna_gain", "gain"),
        "rcs_m2": read(inputs, "rcs", units=("m2", "dbsm")),
        "radar_bandwidth_hz": read(inputs, "radar_bandwidth", units=FREQUENCY),
        "jammer_power_w": read(inputs, "jammer_power", units=POWER),
        "jammer_gain_db": read_db(inputs, "jammer_gain", default=1.0),
        "jammer_bandwidth_hz": read(inputs, "jammer_bandwidth", units=FREQUENCY),
    }
    stand_off = has(inputs, "jammer_range", LENGTH)
    wanted = read(inputs, "required_s_to_j", "required_signal_to_jamming", units=RATIO, default=1.0)
    if stand_off:
        pair["jammer_range_m"] = read(inputs, "jammer_range", units=LENGTH)
        pair["gain_to_jammer_db"] = read_db(inputs, "sidelobe_gain", "gain_to_jammer")
        reach = float(interference.stand_off_burn_through_m(required_signal_to_jamming=wanted, **pair))
    else:
        reach = float(interference.self_screening_burn_through_m(required_signal_to_jamming=wanted, **pair))
    out |= {"burn_through_range_m": reach, "crossover_range_m": reach}
    if has(inputs, "range", LENGTH) or has(inputs, "target_range", LENGTH):
        target = read(inputs, "range", "target_range", units=LENGTH)
        if not stand_off:
            pair |= {"jammer_range_m": target, "gain_to_jammer_db": pair["gain_db"]}
        ratio = float(interference.signal_to_jamming(range_m=target, **pair))
        out |= {"s_to_j": ratio, "s_to_j_db": 10.0 * math.log10(ratio), "j_to_s_db": -10.0 * math.log10(ratio)}
        out["jsr_db"] = out["j_to_s_db"]
    return out


ADAPTERS = {
    "surface_clutter": over_lists(surface_clutter),
    "measurement_accuracy": over_lists(measurement_accuracy),
    "jamming": over_lists(jamming),
}
