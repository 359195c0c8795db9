"""Identification of a scenario as arrays: how each node weighs evidence, and what holds for the sorties of each object."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.constants import METRES_PER_KILOMETRE, NANOSECONDS_PER_SECOND, SECONDS_PER_MINUTE
from openiads.engine.sites import node_spec
from openiads.models.identification.spec import EvidenceSpec, IdentificationSpec
from openiads.records import case as records
from openiads.scenario.objects import ObjectSpec
from openiads.scenario.schema import ScenarioSpec

MODES = {
    "civil": records.MODE_CIVIL,
    "mode_4": records.MODE_4,
    "mode_5": records.MODE_5,
    "national": records.MODE_NATIONAL,
}
USUAL_MODES = {"friendly": ("civil", "mode_4"), "neutral": ("civil",), "hostile": ("civil",)}
"""Modes that a transponder answers where the scenario does not say."""

SIDES = ("friendly", "neutral", "hostile")
"""In the order of the codes."""


def mode_bits(modes: tuple[str, ...]) -> int:
    """MODE_ bits of some modes."""
    return sum(MODES[mode] for mode in modes)


def lower_evidence(spec: ScenarioSpec, nodes: list[str]) -> NDArray[Any]:
    """EVIDENCE of each node."""
    out = np.zeros(len(nodes), records.EVIDENCE)
    for row, node in zip(out, nodes, strict=True):
        ident = node_spec(spec, node).identification
        if ident.kind == "bayes":
            _weighing(row, ident.evidence, spec.network.mode)
        _mechanisms(row, ident)
    return out


def _weighing(row: Any, evidence: EvidenceSpec, mode: str) -> None:
    row["weighs"] = 1
    row["modes"] = mode_bits(evidence.interrogates)
    row["procedures"] = evidence.procedures == "known" or (evidence.procedures == "by_mode" and mode != "standalone")
    row["repeat_ns"] = round(evidence.repeat_s * NANOSECONDS_PER_SECOND)
    for name in ("p_reply", "p_false_reply", "p_plan_match", "p_plan_false", "p_corridor_seen", "p_corridor_false"):
        row[name] = getattr(evidence, name)
    row["p_type_right"], row["p_told_right"] = evidence.p_type_right, evidence.p_told_right
    row["missile_mps"], row["missile_dive"] = evidence.missile_speed_mps, _sine(evidence.missile_dive_deg)
    for k, side in enumerate(SIDES):
        belief = getattr(evidence, side)
        row["declare"][k] = getattr(evidence, f"p_declare_{side}")
        row["log_prior"][k] = math.log(belief.prior)
        row["working"][k], row["civil"][k], row["code"][k] = belief.p_iff_working, belief.p_iff_civil, belief.p_iff_code
        row["plan"][k], row["corridor"][k] = belief.p_flight_plan, belief.p_corridor
        row["crewed"][k], row["as_missile"][k] = belief.p_crewed, belief.p_as_missile


def _mechanisms(row: Any, ident: IdentificationSpec) -> None:
    if ident.motion_rule == "missile":
        row["rule"] = 1
        row["rule_mps"], row["rule_dive"] = ident.rule_speed_mps, _sine(ident.rule_dive_deg)
    if ident.false_tracks == "ballistic":
        row["false_interval_ns"] = (ident.false_interval_min or 0.0) * SECONDS_PER_MINUTE * NANOSECONDS_PER_SECOND
        row["false_duration_ns"] = round((ident.false_duration_s or 0.0) * NANOSECONDS_PER_SECOND)
        row["false_range_m"] = (ident.false_range_km or 0.0) * METRES_PER_KILOMETRE
        row["false_mps"] = ident.false_speed_mps
        row["capture_m"] = (ident.false_capture_km or 0.0) * METRES_PER_KILOMETRE


def fill_sortie(record: Any, thing: ObjectSpec) -> None:
    """What holds for the sorties of an object, and whether it is an aircraft."""
    record["crewed"] = thing.kind == "aircraft"
    if thing.sortie is not None:
        modes = thing.sortie.iff_modes
        record["iff_modes"] = mode_bits(USUAL_MODES[thing.side] if modes is None else modes)
        for name in ("p_iff_working", "p_iff_code", "p_flight_plan", "p_corridor"):
            record[name] = getattr(thing.sortie, name)


def _sine(angle_deg: float | None) -> float:
    return math.sin(math.radians(angle_deg or 0.0))
