"""Adapters: probability of detection, thresholds, required signal-to-noise ratio, CFAR, binary integration."""

import math
from typing import Any

import numpy as np

from openiads.errors import OutOfRangeError
from openiads.physics import approximations, binary_integration, cfar, detection, marcum
from openiads.physics.decibels import ratio_from_db
from openiads.verify.inputs import Inputs, over_lists, read


def _snr(inputs: Inputs) -> float:
    return read(inputs, "snr", "mean_snr", "snr_per_pulse", "mean_snr_per_pulse", units=("db", "linear", "ratio"))


def _pulses(inputs: Inputs) -> int:
    return int(inputs.get("n_pulses", inputs.get("pulses", 1)))


ROMAN = {"0": 0, "I": 1, "II": 2, "III": 3, "IV": 4, "V": 0}


def _swerling(inputs: Inputs, default: int = 0) -> int:
    """The case number, in figures or Roman; 5 is another name of the steady case 0.

    Raises
    ------
    OutOfRangeError
        When it is no whole number from 0 to 5: a shape in between is given as `kappa`.
    """
    given = inputs.get("swerling", inputs.get("swerling_case", default))
    number = float(ROMAN[given] if isinstance(given, str) and given in ROMAN else given)
    if number not in {0, 1, 2, 3, 4, 5}:
        raise OutOfRangeError(f"swerling = {given} is not one of the cases 0 to 5; give a shape between them as kappa")
    return int(number) % 5


def _shape(inputs: Inputs) -> float:
    """Chi-square shape: of any name that speaks of kappa or a shape, half the degrees of freedom, or that of the Swerling case."""
    for name, value in inputs.items():
        if "kappa" in name or "shape" in name or name == "diversity_number":
            return float(value)
        if "degrees_of_freedom" in name or name == "dof":
            return float(value) / 2.0
    return detection.fluctuation_shape(swerling=_swerling(inputs), pulses=_pulses(inputs))


def _detector(inputs: Inputs) -> str:
    """One of: square law, known phase, random phase, real."""
    text = str(inputs.get("detector", "square-law")).lower()
    if "random" in text or "unknown phase" in text:
        return "random phase"
    if "real" in text:
        return "real"
    if ("coherent" in text and "noncoherent" not in text and "non-coherent" not in text) or "known phase" in text:
        return "known phase"
    return "square law"


def detection_probability(inputs: Inputs) -> dict[str, Any]:
    """Pd and the probability of a miss, from a false-alarm probability or a threshold."""
    for a, b in (("a", "b"), ("alpha", "beta")):
        if a in inputs and b in inputs:
            found = marcum.marcum_q(order=_pulses(inputs), a=inputs[a], b=inputs[b])
            return {"pd": float(found[0]), "p_miss": float(found[1])}
    snr, pulses = _snr(inputs), _pulses(inputs)
    detector = _detector(inputs)
    if "pfa" not in inputs:
        found = detection.detection_probability_above(
            snr=snr,
            threshold=read(inputs, "threshold", units=("linear", "ratio", "db")),
            pulses=pulses,
            shape=_shape(inputs),
        )
    elif detector == "known phase":
        found = marcum.coherent_detection_probability(snr=snr, p_fa=inputs["pfa"], pulses=pulses)
    elif detector == "real":
        found = marcum.coherent_detection_probability(snr=snr / 2.0, p_fa=inputs["pfa"], pulses=pulses)
    elif detector == "random phase":
        shape = detection.fluctuation_shape(swerling=_swerling(inputs), pulses=1)
        found = detection.detection_probability(snr=snr * pulses, p_fa=inputs["pfa"], pulses=1, shape=shape)
    else:
        found = detection.detection_probability(snr=snr, p_fa=inputs["pfa"], pulses=pulses, shape=_shape(inputs))
    return {"pd": float(found[0]), "p_miss": float(found[1])}


def detection_threshold(inputs: Inputs) -> dict[str, Any]:
    """The threshold itself, and as a signal-to-noise ratio."""
    pulses, p_fa, detector = _pulses(inputs), inputs["pfa"], _detector(inputs)
    if detector in {"real", "known phase"}:
        level = float(marcum.coherent_threshold(p_fa=p_fa, pulses=pulses, real=detector == "real"))
        return {"threshold": level, "snr_threshold_db": 20.0 * math.log10(level)}
    power = float(detection.detection_threshold(p_fa=p_fa, pulses=1 if detector == "random phase" else pulses))
    power *= pulses if detector == "random phase" else 1
    return {"threshold": power, "snr_threshold_db": 10.0 * math.log10(power)}


def required_snr(inputs: Inputs) -> dict[str, Any]:
    """Exact mean signal-to-noise ratio per pulse."""
    pulses, detector = _pulses(inputs), _detector(inputs)
    p_d, p_fa = float(inputs["pd"]), float(inputs["pfa"])
    if detector in {"known phase", "real"}:
        ratio = float(marcum.coherent_required_snr(p_d=p_d, p_fa=p_fa, pulses=pulses))
        ratio *= 2.0 if detector == "real" else 1.0
    elif detector == "random phase":
        shape = detection.fluctuation_shape(swerling=_swerling(inputs), pulses=1)
        ratio = detection.required_snr(p_d=p_d, p_fa=p_fa, pulses=1, shape=shape) / pulses
    else:
        ratio = detection.required_snr(p_d=p_d, p_fa=p_fa, pulses=pulses, shape=_shape(inputs))
    return {"snr": ratio, "snr_linear": ratio, "snr_db": 10.0 * math.log10(ratio)}


def marcum_q(inputs: Inputs) -> dict[str, Any]:
    """Marcum's function and its complement."""
    q, complement = marcum.marcum_q(order=float(inputs.get("order", 1)), a=inputs["a"], b=inputs["b"])
    return {"marcum_q": q, "q": q, "complement": complement, "one_minus_q": complement}


def albersheim(inputs: Inputs) -> dict[str, Any]:
    """The bare formula: cases may lie outside of the range in which it is accurate."""
    found = approximations.albersheim_snr_db(
        p_d=inputs["pd"], p_fa=inputs["pfa"], pulses=_pulses(inputs), enforce_range=False
    )
    return {"snr_db": found}


def shnidman(inputs: Inputs) -> dict[str, Any]:
    """The bare formula."""
    found = approximations.shnidman_snr_db(
        p_d=inputs["pd"], p_fa=inputs["pfa"], pulses=_pulses(inputs), shape=_shape(inputs), enforce_range=False
    )
    return {"snr_db": found}


def cfar_detector(inputs: Inputs) -> dict[str, Any]:
    """Multiplier, probability of detection and loss: ordered statistic when a rank is given, else cell averaging."""
    cells, pulses = int(inputs["n_reference_cells"]), _pulses(inputs)
    rank = inputs.get("rank_k", inputs.get("rank"))
    if "pfa" not in inputs:
        return _cfar_false_alarms(float(inputs["threshold_multiplier"]), cells, rank, pulses)
    p_fa = float(inputs["pfa"])
    swerling = _swerling(inputs, default=1)
    snr = inputs.get("snr_linear_for_pd", inputs.get("snr_linear"))
    if snr is None and ("snr_db" in inputs or "snr_db_for_pd" in inputs):
        snr = ratio_from_db(inputs.get("snr_db", inputs.get("snr_db_for_pd")))
    p_d = inputs.get("pd_for_loss", inputs.get("pd"))
    out: dict[str, Any] = {}
    if rank is not None:
        if swerling not in {1, 2}:
            raise OutOfRangeError("an ordered statistic is answered for Swerling 1 (or 2) and one pulse only")
        out["threshold_multiplier"] = float(cfar.os_multiplier(p_fa=p_fa, cells=cells, rank=int(rank)))
        if snr is not None:
            out["pd"] = float(cfar.os_detection_probability(snr=snr, p_fa=p_fa, cells=cells, rank=int(rank)))
        if p_d is not None:
            out["cfar_loss_db"] = cfar.os_loss_db(p_d=p_d, p_fa=p_fa, cells=cells, rank=int(rank))
        return out
    out["threshold_multiplier"] = float(cfar.ca_multiplier(p_fa=p_fa, cells=cells, pulses=pulses))
    if snr is not None:
        shape = detection.fluctuation_shape(swerling=swerling, pulses=pulses)
        out["pd"] = float(cfar.ca_detection_probability(snr=snr, p_fa=p_fa, cells=cells, shape=shape, pulses=pulses))
    if p_d is not None:
        out["cfar_loss_db"] = cfar.ca_loss_db(p_d=p_d, p_fa=p_fa, cells=cells, swerling=swerling, pulses=pulses)
    return out


def _cfar_false_alarms(multiplier: float, cells: int, rank: Any, pulses: int) -> dict[str, Any]:
    """Probability of false alarm of a multiplier."""
    if rank is not None:
        return {"pfa": float(cfar.os_false_alarm_probability(multiplier=multiplier, cells=cells, rank=int(rank)))}
    if pulses != 1:
        raise OutOfRangeError("a given multiplier of cell averaging is answered for one pulse only")
    return {"pfa": float((1.0 + multiplier / cells) ** -cells)}


def binary(inputs: Inputs) -> dict[str, Any]:
    """M of N, and the M to choose."""
    looks = int(inputs.get("n", inputs.get("n_pulses", inputs.get("looks", 0))))
    out: dict[str, Any] = {"m_optimum": binary_integration.near_optimum_hits(looks=looks, swerling=_swerling(inputs))}
    hits = inputs.get("m")
    if hits is not None:
        given = inputs.get("p_single", inputs.get("pd_single", inputs.get("pfa_single")))
        if given is not None:
            found = binary_integration.m_of_n_probability(p_single=given, hits=int(hits), looks=looks)
            out |= {"p_out": np.asarray(found), "pd": np.asarray(found), "pfa": np.asarray(found)}
        if "p_out" in inputs:
            found = binary_integration.single_look_probability(p_out=inputs["p_out"], hits=int(hits), looks=looks)
            out["p_single"] = np.asarray(found)
    return out


ADAPTERS = {
    "detection_probability": over_lists(detection_probability),
    "detection_threshold": over_lists(detection_threshold),
    "required_snr": over_lists(required_snr),
    "marcum_q": marcum_q,
    "albersheim": albersheim,
    "shnidman": shnidman,
    "cfar": over_lists(cfar_detector),
    "binary_integration": binary,
}
