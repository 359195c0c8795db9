"""Where decisions are made: so many in hand at a time, further ones wait, and each takes a time that is drawn."""

import math
from typing import Any, Final

from numpy.typing import NDArray

from openiads.kernels import kernel
from openiads.streams.draws import normal_from_uniform, uniforms
from openiads.streams.names import DECIDE

Record = Any
Records = NDArray[Any]
NONE, CONSTANT, UNIFORM, LOGNORMAL = 0, 1, 2, 3
DELAYS: Final = {"constant": CONSTANT, "uniform": UNIFORM, "lognormal": LOGNORMAL}
REFUSED: Final = -1


@kernel
def decision_s(desk: Record, clock: Records, index: int) -> float:
    """Seconds that the decision number `index` of a desk takes.

    Constant `a`; uniform from `a` to `b`; lognormal with median `a` and standard deviation `b` of the logarithm.
    """
    if desk["kind"] == CONSTANT:
        return float(desk["a"])
    u = uniforms(clock[0]["seed"], clock[0]["replication"], DECIDE, desk["name"], index)[0]
    if desk["kind"] == UNIFORM:
        return float(desk["a"] + u * (desk["b"] - desk["a"]))
    return float(desk["a"] * math.exp(desk["b"] * normal_from_uniform(u)))


@kernel
def decide(desk: Record, desk_state: Record, clock: Records, at_ns: int) -> int:
    """When a decision that comes to a desk at `at_ns` is made; REFUSED when it would wait longer than the desk lets it.

    First come, first served, by `span` people of whom each has one decision in hand; a span of 0 has no limit.
    """
    if desk["kind"] == NONE:
        return at_ns
    first = 0
    for k in range(1, desk["span"]):
        if desk_state["free_ns"][k] < desk_state["free_ns"][first]:
            first = k
    start_ns = max(at_ns, desk_state["free_ns"][first]) if desk["span"] > 0 else at_ns
    if start_ns - at_ns > desk["longest_wait_ns"]:
        return REFUSED
    done_ns = start_ns + int(decision_s(desk, clock, desk_state["decisions"]) * 1e9)
    desk_state["free_ns"][first] = done_ns
    desk_state["decisions"] += 1
    desk_state["waited_ns"] += start_ns - at_ns
    return done_ns
