"""Adapters: intervals of a proportion, pairing, sample sizes, consistency bands, sensitivity indices, distances of sets."""

import math
from typing import Any

import numpy as np

from openiads.errors import OutOfRangeError
from openiads.stats import consistency, intervals, pairing, proportions, sensitivity
from openiads.tracking import metrics
from openiads.verify.inputs import Inputs, NotBuiltError


def proportion_interval(inputs: Inputs) -> dict[str, Any]:
    """Interval by the method that the case names; without successes also the one-sided upper limit."""
    successes, trials = int(inputs.get("successes", inputs.get("events", 0))), int(inputs.get("trials", inputs.get("n", 0)))
    confidence = float(inputs.get("confidence", 0.95))
    method = str(inputs.get("method", "wilson")).lower()
    if successes == 0 and any(word in method for word in ("zero", "one-sided", "rule of three")):
        upper = proportions.zero_events_upper(trials, confidence=confidence)
        return {"lower": 0.0, "upper": upper, "upper_bound": upper}
    laws = {
        "clopper": proportions.clopper_pearson,
        "exact": proportions.clopper_pearson,
        "wilson": intervals.wilson,
        "jeffreys": proportions.jeffreys,
        "agresti": proportions.agresti_coull,
    }
    for word, law in laws.items():
        if word in method:
            found = law(successes, trials, confidence=confidence)
            return {"lower": found.low, "upper": found.high, "estimate": found.value}
    raise OutOfRangeError(f"method {method!r} is not one of {', '.join(laws)}, zero events")


def common_random_numbers(inputs: Inputs) -> dict[str, Any]:
    """Variance of a difference of means, paired and independent."""
    a = inputs["variance_a"] if "variance_a" in inputs else inputs["std_a"] ** 2
    b = inputs["variance_b"] if "variance_b" in inputs else inputs["std_b"] ** 2
    n, rho = inputs.get("n", 1), inputs["correlation"]
    paired = float(pairing.variance_of_mean_difference(variance_a=a, variance_b=b, correlation=rho, replications=n))
    apart = float(pairing.variance_of_mean_difference(variance_a=a, variance_b=b, correlation=0.0, replications=n))
    factor = float(pairing.variance_reduction(variance_a=a, variance_b=b, correlation=rho))
    return {
        "variance_of_mean_difference": paired,
        "independent_variance": apart,
        "variance_reduction_factor": factor,
        "variance_ratio": 1.0 / factor if factor else math.inf,
        "standard_error": math.sqrt(paired),
    }


def sequential_stopping(inputs: Inputs) -> dict[str, Any]:
    """Trials that a half-width needs, or the half-width that trials give."""
    confidence = float(inputs.get("confidence", 1.0 - inputs.get("alpha", 0.05)))
    spread = float(inputs.get("range", inputs.get("spread", 1.0)))
    method = str(inputs.get("method", inputs.get("bound", "normal"))).lower()
    if "half_width" not in inputs:
        trials, looks = int(inputs.get("n", inputs.get("trials", 0))), int(inputs.get("looks", 1))
        return {"half_width": proportions.hoeffding_half_width(trials, confidence=confidence, spread=spread, looks=looks)}
    half = float(inputs["half_width"])
    if "hoeffding" in method:
        return {"n_required": proportions.trials_hoeffding(half_width=half, confidence=confidence, spread=spread)}
    worst = float(inputs.get("p_worst", inputs.get("p", 0.5)))
    normal = proportions.trials_for_half_width(half_width=half, confidence=confidence, p_worst=worst)
    bound = proportions.trials_hoeffding(half_width=half, confidence=confidence, spread=spread)
    return {"n_required": normal, "n_required_hoeffding": bound, "n_hoeffding": bound}


def filter_consistency(inputs: Inputs) -> dict[str, Any]:
    """Band of the mean normalised error squared."""
    runs = int(inputs.get("n_runs", inputs.get("runs", 1)))
    probability = float(inputs.get("probability", inputs.get("confidence", 0.95)))
    low, high = consistency.nees_bounds(runs=runs, dimension=int(inputs["dimension"]), probability=probability)
    return {"lower": low, "upper": high}


def sensitivity_indices(inputs: Inputs) -> dict[str, Any]:
    """Sobol indices and Shapley effects of a test function."""
    name = str(inputs["function"]).lower()
    if "ishigami" in name:
        found = sensitivity.ishigami_indices(a=inputs.get("a", 7.0), b=inputs.get("b", 0.1))
    elif "prod" in name or "g-function" in name or "sobol" in name:
        found = sensitivity.g_function_indices(inputs["a"])
    elif "x1" in name or "linear" in name:
        found = _linear(inputs)
    else:
        raise NotBuiltError(f"no formula for the function {name!r}")
    return {
        "first_order": found.first_order,
        "total": found.total,
        "total_order": found.total,
        "shapley_effects": found.shapley,
        "first_order_sum": float(found.first_order.sum()),
        "variance": found.variance,
    }


def _linear(inputs: Inputs) -> sensitivity.Indices:
    std = np.asarray(inputs["std"], dtype=np.float64)
    correlation = np.asarray(inputs.get("correlation", inputs.get("correlation_matrix", 0.0)), dtype=np.float64)
    if correlation.ndim == 0:
        correlation = np.where(np.eye(len(std)) == 1.0, 1.0, correlation)
    coefficients = inputs.get("coefficients", np.ones(len(std)))
    return sensitivity.linear_gaussian_indices(coefficients=coefficients, covariance=correlation * np.outer(std, std))


def _order(inputs: Inputs) -> float:
    return float(inputs.get("order_p", inputs.get("p", 2)))


def ospa(inputs: Inputs) -> dict[str, Any]:
    """Optimal sub-pattern assignment metric of two sets."""
    return {"ospa": metrics.ospa(inputs["set_x"], inputs["set_y"], cutoff=inputs["cutoff_c"], order=_order(inputs))}


def gospa(inputs: Inputs) -> dict[str, Any]:
    """Generalised metric of two sets with its parts, each to the power p."""
    if "switching_penalty" in inputs:
        totals, parts = metrics.gospa_over_time(
            inputs["set_x_per_step"],
            inputs["set_y_per_step"],
            cutoff=float(inputs["cutoff_c"]),
            order=_order(inputs),
            switching_penalty=float(inputs["switching_penalty"]),
        )
        return {"gospa_per_step": totals, "switching_per_step": parts}
    if float(inputs.get("alpha", 2)) != 2.0:
        raise NotBuiltError("a generalised metric with alpha other than 2")
    cutoff, order = float(inputs["cutoff_c"]), _order(inputs)
    found = metrics.gospa(inputs["set_x"], inputs["set_y"], cutoff=cutoff, order=order)
    each = cutoff**order / 2.0
    return {
        "gospa": found.gospa,
        "localisation_p": found.localisation,
        "missed_p": each * found.missed,
        "false_p": each * found.false,
        "n_missed": found.missed,
        "n_false": found.false,
    }


ADAPTERS = {
    "proportion_interval": proportion_interval,
    "common_random_numbers": common_random_numbers,
    "sequential_stopping": sequential_stopping,
    "consistency": filter_consistency,
    "sensitivity": sensitivity_indices,
    "ospa": ospa,
    "gospa": gospa,
}
