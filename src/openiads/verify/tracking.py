"""Adapters: filters, noise, conversion, models in a bank, fusion, gates, initiation, association, SIAP, assignment of weapons."""

import math
import re
from typing import Any

import numpy as np

from openiads.errors import OutOfRangeError
from openiads.models.command import weapon_target
from openiads.tracking import allocate, bank, fusion, jpda, measurement, siap, theory
from openiads.verify.inputs import Inputs, NotBuiltError


def kalman_filter(inputs: Inputs) -> dict[str, Any]:
    """Steady gains of the tracking index, or a scalar filter over measurements."""
    if "tracking_index" in inputs:
        alpha, beta = theory.alpha_beta(float(inputs["tracking_index"]))
        return {"alpha": alpha, "beta": beta, "beta_per_s": beta / float(inputs.get("sample_time_s", 1.0))}
    process = inputs.get("process_variance_m2", inputs.get("process_variance", 0.0))
    start = float(inputs["initial_variance_m2"] if "initial_variance_m2" in inputs else inputs["initial_variance"])
    found = theory.scalar_filter(
        inputs["measurements_m"] if "measurements_m" in inputs else inputs["measurements"],
        estimate=float(inputs["initial_estimate_m"] if "initial_estimate_m" in inputs else inputs["initial_estimate"]),
        variance=start + float(process),
        measurement_variance=float(
            inputs["measurement_variance_m2"] if "measurement_variance_m2" in inputs else inputs["measurement_variance"]
        ),
        process_variance=float(process),
    )
    return {
        "estimates_m": found.estimates,
        "estimates": found.estimates,
        "variances_m2": found.variances,
        "variances": found.variances,
        "gains": found.gains,
        "final_estimate_m": found.estimates[-1],
        "final_variance_m2": found.variances[-1],
    }


def process_noise(inputs: Inputs) -> dict[str, Any]:
    """Noise matrix of the continuous or the piecewise constant model."""
    order, step = int(inputs["dim"]), float(inputs["dt_s"])
    if "spectral_density_q" in inputs or "continuous" in str(inputs.get("model", "")):
        density = float(inputs.get("spectral_density_q", inputs.get("q", inputs.get("var", 1.0))))
        return {"q": theory.continuous_noise(order, step_s=step, density=density)}
    return {"q": theory.piecewise_noise(order, step_s=step, variance=float(inputs.get("var", inputs.get("variance", 1.0))))}


def measurement_conversion(inputs: Inputs) -> dict[str, Any]:
    """Polar values and slopes at a point, or mean and covariance of a converted measurement given the truth."""
    if "enu_m" in inputs:
        at = np.asarray(inputs["enu_m"], dtype=np.float64)
        z, slopes = measurement.measured(at, np.asarray(inputs.get("velocity_enu_mps", np.zeros(3)), dtype=np.float64))
        names = ("range", "azimuth", "elevation")
        values = dict(zip(("range_m", "azimuth_rad", "elevation_rad", "range_rate_mps"), z.tolist(), strict=True))
        return values | {f"d_{name}_d_enu": slopes[k, :3] for k, name in enumerate(names)}
    mean, covariance = measurement.polar_moments(
        range_m=float(inputs["true_range_m"]),
        bearing_rad=float(inputs["true_bearing_rad_from_x"]),
        sigma_range_m=float(inputs["sigma_range_m"]),
        sigma_bearing_rad=float(inputs["sigma_bearing_rad"]),
    )
    return {
        "mean_xy_m": mean,
        "cov_xx_m2": covariance[0, 0],
        "cov_yy_m2": covariance[1, 1],
        "cov_xy_m2": covariance[0, 1],
    }


def imm(inputs: Inputs) -> dict[str, Any]:
    """One cycle of interacting models with scalar states."""
    means = np.asarray(inputs["mode_means"], dtype=np.float64)
    variances = np.asarray(inputs["mode_variances"], dtype=np.float64)
    flat = means.ndim == 1
    found = bank.cycle(
        inputs["transition_matrix"],
        inputs["mode_probabilities"],
        means[:, None] if flat else means,
        variances[:, None, None] if flat else variances,
        inputs["mode_likelihoods"],
    )
    return {
        "predicted_mode_probabilities": found.predicted,
        "mixed_means": found.means[:, 0] if flat else found.means,
        "mixed_variances": found.covariances[:, 0, 0] if flat else found.covariances,
        "mixed_covariances": found.covariances,
        "updated_mode_probabilities": found.updated,
    }


def mixture_reduction(inputs: Inputs) -> dict[str, Any]:
    """Mean and covariance of a mixture."""
    weights = inputs.get("weights_unnormalized", inputs.get("weights"))
    mean, covariance = fusion.mixture_moments(inputs["means"], inputs["covariances"], weights)
    return {"mean": mean, "covariance": covariance}


def _covariance(inputs: Inputs, number: int) -> Any:
    full = inputs.get(f"cov{number}")
    return np.diag(inputs[f"cov{number}_diag"]) if full is None else np.asarray(full, dtype=np.float64)


def measures(inputs: Inputs) -> dict[str, Any]:
    """Distances of two Gaussians."""
    a, b = np.asarray(inputs["mean1"], dtype=np.float64), np.asarray(inputs["mean2"], dtype=np.float64)
    found = fusion.hellinger(a, _covariance(inputs, 1), b, _covariance(inputs, 2))
    away = a - b
    return {
        "hellinger": found,
        "hellinger_squared": found * found,
        "bhattacharyya": -math.log1p(-found * found) if found < 1.0 else math.inf,
        "euclidean": float(np.linalg.norm(away)),
        "mahalanobis": math.sqrt(float(away @ np.linalg.solve(_covariance(inputs, 1), away))),
    }


def covariance_intersection(inputs: Inputs) -> dict[str, Any]:
    """Two estimates of unknown correlation."""
    found = fusion.covariance_intersection(
        inputs["mean1"], inputs["cov1"], inputs["mean2"], inputs["cov2"], criterion=str(inputs.get("criterion", "det"))
    )
    return {
        "omega_on_1": found.weight,
        "fused_mean": found.mean,
        "fused_cov": found.covariance,
        "fused_trace": float(np.trace(found.covariance)),
        "fused_det": float(np.linalg.det(found.covariance)),
    }


def gating(inputs: Inputs) -> dict[str, Any]:
    """Threshold of a gate."""
    found = theory.gate_threshold(dimension=int(inputs["dimension"]), probability=float(inputs["gate_probability"]))
    return {"gate_threshold_squared": found, "gate_threshold": math.sqrt(found)}


def track_initiation(inputs: Inputs) -> dict[str, Any]:
    """Thresholds of the sequential test, or the probability that an M-of-N rule confirms."""
    if "alpha_false_confirm" in inputs:
        upper, lower = theory.wald_thresholds(
            false_confirm=float(inputs["alpha_false_confirm"]), false_delete=float(inputs["beta_false_delete"])
        )
        return {"upper_llr": upper, "lower_llr": lower}
    p = float(inputs["pd"])
    rules = re.findall(r"(\d+)\s*(?:/|of)\s*(\d+)", str(inputs.get("logic", "")))
    if not rules:
        rules = [(inputs["m"], inputs["n"])]
    return {"confirm_probability": math.prod(theory.at_least(p, int(m), int(n)) for m, n in rules)}


def joint_association(inputs: Inputs) -> dict[str, Any]:
    """Marginal probabilities of association, tracks by measurements, the miss last."""
    return {
        "beta": jpda.marginals(
            inputs["likelihoods"],
            p_detection=float(inputs["pd"]),
            clutter_density=float(inputs["clutter_density"]),
            gate_probability=float(inputs.get("gate_probability", 1.0)),
        )
    }


def siap_topic(inputs: Inputs) -> dict[str, Any]:
    """Measures of associations in time, where all truths and tracks last throughout."""
    times = inputs["times_s"]
    segments = [siap.Segment(a["truth"], a["track"], a["t_start_s"], a["t_end_s"]) for a in inputs["associations"]]
    j, n = int(inputs["n_truths"]), int(inputs["n_tracks"])
    lives = [times[-1] - times[0]] * j
    found = siap.siap(times, segments, truths=[j] * len(times), tracks=[n] * len(times), lifetimes_s=lives)
    return {
        "completeness": found.completeness,
        "ambiguity": found.ambiguity,
        "spuriousness": found.spuriousness,
        "rate_of_track_number_change": found.track_number_changes,
        "longest_track_segment": found.longest_segment,
    }


def assignment(inputs: Inputs) -> dict[str, Any]:
    """Cheapest, second cheapest or least largest cost."""
    costs = np.array([[math.nan if v is None else v for v in row] for row in inputs["cost"]], dtype=np.float64)
    sense = str(inputs.get("sense", "min"))
    if sense == "min-max":
        return {"bottleneck_cost": allocate.bottleneck_cost(costs)}
    if sense not in ("min", "max"):
        raise NotBuiltError(f"an assignment in the sense {sense!r}")
    sign = 1.0 if sense == "min" else -1.0
    best = allocate.best_assignments(sign * costs, int(inputs.get("k", 1)))
    if not best:
        raise OutOfRangeError("no assignment is allowed")
    totals = [sign * found.cost for found in best]
    answer = {"total_cost": totals[0], "best_cost": totals[0], "costs": totals, "assignment": best[0].columns}
    return answer | ({"second_best_cost": totals[1]} if len(totals) > 1 else {})


def weapons(inputs: Inputs) -> dict[str, Any]:
    """Value that survives a given, the best or the greedy assignment of weapons."""
    values = inputs["target_values"]
    if "survival_probability_per_shot" in inputs:
        kill = [1.0 - np.asarray(inputs["survival_probability_per_shot"], dtype=np.float64)]
        counts = [int(inputs["n_identical_weapons"])]
    else:
        kill = inputs["kill_probability"]
        counts = inputs["weapons_per_type"] if "weapons_per_type" in inputs else [1] * len(kill)
    answer: dict[str, Any] = {}
    if "assignment" in inputs:
        answer["expected_survival_value"] = weapon_target.surviving_value(values, kill, inputs["assignment"])
        return answer
    greedy = weapon_target.greedy(values, kill, counts)
    answer["greedy_mmr_expected_survival_value"] = weapon_target.surviving_value(values, kill, greedy)
    best = weapon_target.exhaustive(values, kill, counts)
    answer["optimal_expected_survival_value"] = weapon_target.surviving_value(values, kill, best)
    return answer


ADAPTERS = {
    "kalman_filter": kalman_filter,
    "process_noise": process_noise,
    "measurement_conversion": measurement_conversion,
    "imm": imm,
    "mixture_reduction": mixture_reduction,
    "measures": measures,
    "covariance_intersection": covariance_intersection,
    "gating": gating,
    "track_initiation": track_initiation,
    "jpda": joint_association,
    "siap": siap_topic,
    "assignment": assignment,
    "wta": weapons,
}
