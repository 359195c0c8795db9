"""Adapters: radar equation, noise, waveform, moving-target indication."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from openiads.constants import REFERENCE_TEMPERATURE_K
from openiads.physics import accuracy, mti, noise, radar_equation, waveform
from openiads.verify.inputs import (
    ANGLE,
    FREQUENCY,
    LENGTH,
    POWER,
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


def _temperature(inputs: Inputs) -> float:
    if "system_temperature_k" not in inputs and "noise_figure_db" in inputs:
        return float(noise.matched_system_temperature_k(noise_figure_db=inputs["noise_figure_db"]))
    return float(inputs.get("system_temperature_k", REFERENCE_TEMPERATURE_K))


def radar_range_equation(inputs: Inputs) -> dict[str, Any]:
    """Signal-to-noise ratio, received power, peak power, range or cross-section, whichever the inputs leave open."""
    out: dict[str, Any] = {}
    if has(inputs, "rcs", ("m2", "dbsm")):
        gain = radar_equation.target_gain(rcs_m2=read(inputs, "rcs", units=("m2", "dbsm")), wavelength_m=wavelength(inputs))
        out["target_gain_factor"] = float(gain)
        out["target_gain_factor_db"] = 10.0 * math.log10(gain)
    if not any(name.startswith(("gain", "antenna_gain")) for name in inputs):
        return out
    link: dict[str, Any] = {
        "gain_tx_db": read_db(inputs, "gain_tx", "gain", "antenna_gain"),
        "gain_rx_db": read_db(inputs, "gain_rx", "gain", "antenna_gain"),
        "wavelength_m": wavelength(inputs),
        "loss_db": read_db(inputs, "loss", default=1.0),
        "field_factor_tx": inputs.get("propagation_factor_tx", inputs.get("propagation_factor", 1.0)),
        "field_factor_rx": inputs.get("propagation_factor_rx", inputs.get("propagation_factor", 1.0)),
    }
    has_range = has(inputs, "range", LENGTH) or has(inputs, "range_tx", LENGTH)
    has_power, has_rcs = has(inputs, "peak_power", POWER), has(inputs, "rcs", ("m2", "dbsm"))
    if has_range:
        link["range_tx_m"] = read(inputs, "range_tx", "range", units=LENGTH)
        link["range_rx_m"] = read(inputs, "range_rx", "range", units=LENGTH)
    if has_power:
        link["peak_power_w"] = read(inputs, "peak_power", units=POWER)
    if has_rcs:
        link["rcs_m2"] = read(inputs, "rcs", units=("m2", "dbsm"))
    if has_range and has_power and has_rcs:
        power = float(radar_equation.received_power_w(**link))
        out |= {"received_power_w": power, "received_power_dbw": 10.0 * math.log10(power)}
        out["received_power_dbm"] = 10.0 * math.log10(power / 1e-3)
    if has(inputs, "pulse_width", TIME) or has(inputs, "bandwidth", FREQUENCY):
        link |= {"pulse_width_s": pulse_width(inputs), "system_temperature_k": _temperature(inputs)}
        out |= _solved(inputs, link, has_range, has_power, has_rcs)
    return out


def _solved(inputs: Inputs, link: dict[str, Any], has_range: bool, has_power: bool, has_rcs: bool) -> dict[str, Any]:
    if has_range and has_power and has_rcs:
        snr = float(radar_equation.echo_snr_db(**link))
        return {"snr_db": snr, "snr": 10.0 ** (snr / 10.0), "snr_linear": 10.0 ** (snr / 10.0)}
    wanted = read_db(inputs, "snr", "snr_min", "required_snr")
    if has_range and has_rcs:
        power = float(radar_equation.required_peak_power_w(snr_db=wanted, **link))
        return {"peak_power_w": power, "peak_power_dbw": 10.0 * math.log10(power)}
    if has_power and has_rcs:
        found = float(radar_equation.free_space_range_m(snr_db=wanted, **link))
        return {"range_m": found, "range_km": found / 1e3, "maximum_range_m": found}
    one = 1.0
    needed = wanted - float(radar_equation.echo_snr_db(rcs_m2=one, **link))
    return {"rcs_m2": 10.0 ** (needed / 10.0), "rcs_dbsm": needed}


def radar_search_equation(inputs: Inputs) -> dict[str, Any]:
    """Power-aperture product, range or signal-to-noise ratio of a search radar."""
    if "solid_angle_sr" in inputs:
        angle = float(inputs["solid_angle_sr"])
    else:
        low = read(inputs, "elevation_min", "elevation_low", units=ANGLE, default=0.0)
        high = read(inputs, "elevation_max", "elevation_high", "elevation_extent", units=ANGLE)
        azimuth = read(inputs, "azimuth_extent", units=ANGLE)
        angle = float(
            radar_equation.solid_angle_sr(azimuth_extent_rad=azimuth, elevation_low_rad=low, elevation_high_rad=high)
        )
    search: dict[str, Any] = {
        "rcs_m2": read(inputs, "rcs", units=("m2", "dbsm")),
        "search_time_s": read(inputs, "search_time", "scan_time", units=TIME),
        "solid_angle_sr": angle,
        "system_temperature_k": _temperature(inputs),
        "loss_db": read_db(inputs, "loss", default=1.0),
    }
    out: dict[str, Any] = {"solid_angle_sr": angle}
    if "power_aperture_w_m2" in inputs or "average_power_w" in inputs:
        product = inputs.get("power_aperture_w_m2")
        search["power_aperture_w_m2"] = (
            product if product is not None else inputs["average_power_w"] * inputs["effective_aperture_m2"]
        )
    if has(inputs, "range", LENGTH):
        search["range_m"] = read(inputs, "range", units=LENGTH)
    if "power_aperture_w_m2" not in search:
        wanted = read_db(inputs, "snr", "required_snr")
        out["power_aperture_w_m2"] = float(radar_equation.required_power_aperture_w_m2(snr_db=wanted, **search))
    elif "range_m" not in search:
        out["range_m"] = float(radar_equation.search_range_m(snr_db=read_db(inputs, "snr", "required_snr"), **search))
    else:
        out["snr_db"] = float(radar_equation.search_snr_db(**search))
    return out


def noise_temperature(inputs: Inputs) -> dict[str, Any]:
    """Temperatures from a noise figure, Blake's system temperature, cascades, noise power."""
    out: dict[str, Any] = {}
    reference = float(inputs.get("reference_temperature_k", REFERENCE_TEMPERATURE_K))
    figures = inputs.get("noise_figures_db", inputs.get("stage_noise_figures_db"))
    if figures is not None:
        gains = inputs.get("gains_db", inputs.get("stage_gains_db"))
        gains = list(gains) + [0.0] * (len(figures) - len(gains)) if gains is not None else [0.0]
        figure = noise.cascade_noise_figure_db(noise_figures_db=figures, gains_db=gains)
        excess = float(noise.receiver_temperature_k(noise_figure_db=figure, reference_temperature_k=reference))
        out |= {"noise_figure_db": figure, "cascade_noise_figure_db": figure}
        out |= {"effective_temperature_k": excess, "receiver_temperature_k": excess}
    if "noise_figure_db" in inputs or "receiver_noise_figure_db" in inputs:
        figure = inputs.get("noise_figure_db", inputs.get("receiver_noise_figure_db"))
        excess = float(noise.receiver_temperature_k(noise_figure_db=figure, reference_temperature_k=reference))
        system = excess + reference
        out |= {"effective_temperature_k": excess, "receiver_temperature_k": excess, "system_temperature_k": system}
        if "bandwidth_hz" in inputs:
            power = noise.noise_power_w(system_temperature_k=system, bandwidth_hz=inputs["bandwidth_hz"])
            out |= {"noise_power_w": float(power), "noise_power_dbw": 10.0 * math.log10(power)}
            out["noise_power_dbm"] = 10.0 * math.log10(power / 1e-3)
    if "stage_temperatures_k" in inputs or "temperatures_k" in inputs:
        stages = inputs.get("stage_temperatures_k", inputs.get("temperatures_k"))
        gains = list(inputs.get("gains_db", inputs.get("stage_gains_db", [])))
        gains += [0.0] * (len(stages) - len(gains))
        out["effective_temperature_k"] = noise.cascade_temperature_k(temperatures_k=stages, gains_db=gains)
    return out | _blake(inputs, out)


def _blake(inputs: Inputs, known: dict[str, Any]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    if "sky_temperature_k" in inputs:
        loss = inputs.get("antenna_loss_db", 0.0)
        antenna = noise.antenna_temperature_k(sky_temperature_k=inputs["sky_temperature_k"], antenna_loss_db=loss)
        out["antenna_temperature_k"] = float(antenna)
    antenna_k = inputs.get("antenna_temperature_k", out.get("antenna_temperature_k"))
    receiver_k = inputs.get("receiver_temperature_k", known.get("receiver_temperature_k"))
    if antenna_k is not None and receiver_k is not None:
        system = noise.system_temperature_k(
            antenna_temperature_k=antenna_k,
            line_loss_db=inputs.get("line_loss_db", inputs.get("receive_line_loss_db", 0.0)),
            receiver_temperature_k=receiver_k,
            line_temperature_k=inputs.get("line_temperature_k", REFERENCE_TEMPERATURE_K),
        )
        out["system_temperature_k"] = float(system)
    return out


def waveforms(inputs: Inputs) -> dict[str, Any]:
    """What pulse repetition frequency, pulse width and bandwidth allow."""
    c = light(inputs)
    scale = c / light({})
    out: dict[str, Any] = {}
    if has(inputs, "unambiguous_range", LENGTH):
        reach = read(inputs, "unambiguous_range", units=LENGTH)
        prf = float(waveform.highest_prf_hz(unambiguous_range_m=reach, speed_of_light_mps=c))
        out |= {"prf_hz": prf, "pri_s": 1.0 / prf}
    if has(inputs, "prf", FREQUENCY) or has(inputs, "pri", TIME):
        prf = (
            read(inputs, "prf", units=FREQUENCY) if has(inputs, "prf", FREQUENCY) else 1.0 / read(inputs, "pri", units=TIME)
        )
        out["unambiguous_range_m"] = float(waveform.unambiguous_range_m(prf_hz=prf)) * scale
        if has(inputs, "pulse_width", TIME):
            duty = float(waveform.duty_factor(prf_hz=prf, pulse_width_s=read(inputs, "pulse_width", units=TIME)))
            out |= {"duty_factor": duty, "duty_cycle": duty}
            if has(inputs, "peak_power", POWER):
                out["average_power_w"] = duty * read(inputs, "peak_power", units=POWER)
        if has(inputs, "wavelength", ("m",)) or has(inputs, "frequency", FREQUENCY):
            speed = waveform.unambiguous_velocity_mps(wavelength_m=wavelength(inputs), prf_hz=prf)
            out |= {"unambiguous_velocity_m_per_s": float(speed), "first_blind_speed_m_per_s": 2.0 * float(speed)}
    if has(inputs, "beamwidth", ANGLE) and ("scan_rate_deg_per_s" in inputs or "rotation_rate_rpm" in inputs):
        rate = math.radians(inputs.get("scan_rate_deg_per_s", 6.0 * inputs.get("rotation_rate_rpm", 0.0)))
        width = read(inputs, "beamwidth", units=ANGLE)
        out["n_pulses"] = float(waveform.hits_per_scan(beamwidth_rad=width, scan_rate_radps=rate, prf_hz=prf))
    if has(inputs, "bandwidth", FREQUENCY):
        cell = accuracy.range_resolution_m(bandwidth_hz=read(inputs, "bandwidth", units=FREQUENCY))
        out["range_resolution_m"] = float(cell) * scale
    elif has(inputs, "pulse_width", TIME):
        cell = accuracy.range_resolution_m(bandwidth_hz=1.0 / read(inputs, "pulse_width", units=TIME))
        out |= {"range_resolution_m": float(cell) * scale, "blind_range_m": float(cell) * scale}
    if has(inputs, "range_resolution", LENGTH):
        width = 2.0 * read(inputs, "range_resolution", units=LENGTH) / c
        out |= {"bandwidth_hz": 1.0 / width, "pulse_width_s": width}
    if "radial_velocity_m_per_s" in inputs:
        shift = waveform.doppler_shift_hz(
            radial_velocity_mps=inputs["radial_velocity_m_per_s"], wavelength_m=wavelength(inputs)
        )
        out["doppler_hz"] = out["doppler_shift_hz"] = float(shift)
    return out


def _doppler(inputs: Inputs, prf: float) -> float | None:
    for name in ("doppler_over_prf", "normalized_doppler"):
        if name in inputs:
            return float(inputs[name]) * prf
    if "radial_velocity_m_per_s" in inputs:
        speed = inputs["radial_velocity_m_per_s"]
        return float(waveform.doppler_shift_hz(radial_velocity_mps=speed, wavelength_m=wavelength(inputs)))
    return float(inputs["doppler_hz"]) if "doppler_hz" in inputs else None


def moving_target(inputs: Inputs) -> dict[str, Any]:
    """Blind speeds, improvement factor, response of a canceller."""
    out: dict[str, Any] = {}
    prfs = inputs.get("prf_hz", 1.0 / inputs["pri_s"] if "pri_s" in inputs else 1.0)
    if isinstance(prfs, list):
        speed = waveform.first_common_blind_speed_mps(prfs_hz=prfs, wavelength_m=wavelength(inputs))
        return {"first_true_blind_speed_m_per_s": speed, "first_blind_speed_m_per_s": speed}
    if has(inputs, "wavelength", ("m",)) or has(inputs, "frequency", FREQUENCY):
        speed = float(waveform.blind_speed_mps(order=inputs.get("n", 1), wavelength_m=wavelength(inputs), prf_hz=prfs))
        out |= {"blind_speed_m_per_s": speed, "first_blind_speed_m_per_s": speed}
    pulses = inputs.get("pulses_in_canceller", inputs.get("canceller_pulses", inputs.get("n_pulses")))
    if pulses is None:
        return out
    weights = mti.binomial_weights(int(pulses))
    interval = 1.0 / prfs
    shift = _doppler(inputs, prfs)
    if shift is not None:
        gain = mti.canceller_gain(doppler_hz=shift, weights=weights, interval_s=interval)
        relative = gain / mti.noise_gain(weights)
        out |= {"response": float(gain), "power_response": float(gain), "voltage_response": float(np.sqrt(gain))}
        out |= {"response_db": 10.0 * math.log10(gain), "gain_over_noise_db": 10.0 * math.log10(relative)}
    spread = inputs.get("clutter_spectral_std_hz", inputs.get("clutter_spread_hz"))
    if spread is None and "sigma_f_over_prf" in inputs:
        spread = inputs["sigma_f_over_prf"] * prfs
    if spread is None and "clutter_velocity_std_m_per_s" in inputs:
        std = inputs["clutter_velocity_std_m_per_s"]
        spread = mti.clutter_spread_hz(velocity_std_mps=std, wavelength_m=wavelength(inputs))
    if spread is not None:
        law: Callable[..., Any] = mti.improvement_factor
        law = law if inputs.get("coherent", True) else mti.noncoherent_improvement_factor
        factor = float(law(weights=weights, interval_s=interval, clutter_spread_hz=spread))
        out |= {"improvement_factor": factor, "improvement_factor_db": 10.0 * math.log10(factor)}
    return out


ADAPTERS = {
    "radar_range_equation": over_lists(radar_range_equation),
    "radar_search_equation": over_lists(radar_search_equation),
    "noise_temperature": noise_temperature,
    "waveform": waveforms,
    "mti": moving_target,
}
