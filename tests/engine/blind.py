"""The truth-blind harness: the same pictures over another truth, and scenarios that nobody has seen, drawn from a seed."""

from collections import Counter
from types import SimpleNamespace
from typing import Any

import numpy as np

from openiads.engine.simulation import Simulation
from openiads.models.identification.evidence import wants_evidence
from openiads.models.identification.kernels import wants_interrogation
from openiads.records.case import COMMAND, LINK
from openiads.records.fighters import HOME, ORDERED
from openiads.records.state import State
from openiads.records.truth_arrays import TRUTH_ARRAYS

Tree = dict[str, Any]


def copied(state: State) -> State:
    return State(*(array.copy() for array in state))


def scrambled(state: State) -> State:
    """The same pictures over another truth: other objects behind every track, other ends, other counts."""
    other = copied(state)
    other.track_truth[:] = (other.track_truth + 2) % len(other.objects)
    other.objects["present"] = 1 - other.objects["present"]
    other.objects["rcs_db"] += 20.0
    other.objects["end_state"] = 2
    other.shot_truth["object"] = 0
    other.shot_truth["result"] = 1
    other.identity_index[:] += 1
    other.shot_index[:] += 1
    other.pair_index[:] += 1
    other.pair_truth["object"] = 0
    other.pair_stages["met"] = 3
    for name in other.counts.dtype.names:
        other.counts[name] += 1
    return other


def different(a: State, b: State) -> list[str]:
    """Fields of what nodes know that differ, to the bit."""
    found = []
    for name in State._fields:
        if name in TRUTH_ARRAYS:
            continue
        x, y = getattr(a, name), getattr(b, name)
        for field in x.dtype.names or [None]:
            one, two = (x, y) if field is None else (x[field], y[field])
            if np.ascontiguousarray(one).tobytes() != np.ascontiguousarray(two).tobytes():
                found.append(f"{name}.{field}")
    return found


def asks_the_world(simulation: Simulation, state: State, n: int, now_ns: int) -> bool:
    """Whether node `n` interrogates somebody in its cycle now: the answer is the world's."""
    case = simulation.lowered.case
    node, evidence, tracker = case.nodes[n], case.evidence[n], case.trackers[n]
    for slot in range(tracker["first_slot"], tracker["first_slot"] + tracker["capacity"]):
        track = state.tracks[slot]
        if evidence["weighs"] > 0:
            if wants_evidence(node, evidence, state.beliefs[slot], track, now_ns):
                return True
        elif wants_interrogation(node, track, now_ns):
            return True
    return False


def compare(simulation: Simulation, replications: range) -> Counter[str]:
    """Scramble the truth before each command and link cycle: nothing that a node knows or does may change.

    Left out are cycles with an interrogation, and those before which something falls due that may ask the world. Returns how many
    cycles were compared, and what was done in them.
    """
    calendar, done = simulation.lowered.case.calendar, Counter[str]()
    for replication in replications:
        state = simulation.fresh(replication, "full")
        for number, row in enumerate(calendar):
            state = simulation.advance(state, number)
            if row["kind"] not in (COMMAND, LINK) or state.clock["due_ns"][0] <= row["at_ns"]:
                continue
            if row["kind"] == COMMAND and asks_the_world(simulation, state, row["index"], row["at_ns"]):
                continue
            plain, other = copied(state), scrambled(state)
            simulation.advance(plain, number + 1)
            simulation.advance(other, number + 1)
            assert different(plain, other) == [], f"row {number}"
            done["compared"] += 1
            done["planned"] += int(plain.clock["shots"][0] - state.clock["shots"][0])
            done["sent"] += int(plain.clock["message_rows"][0] - state.clock["message_rows"][0])
            done["pairs"] += int(((plain.pairs["status"] == ORDERED) & (state.pairs["status"] == HOME)).sum())
            done["followed"] += int((plain.pairs["due_ns"] != state.pairs["due_ns"]).sum())
    return done


def drawn(firing: SimpleNamespace, seed: int) -> Tree:
    """A scenario drawn from a seed: posts, sensors, fire units, fighters, links, objects and rules as they come."""
    rng = np.random.default_rng(seed)

    def some(low: float, high: float) -> float:
        return round(float(rng.uniform(low, high)), 3)

    def one(*choices: Any) -> Any:
        return choices[int(rng.integers(len(choices)))]

    def node(more: Tree) -> Tree:
        ident = {"delay_s": one(0, 2), "p_hostile_correct": some(0.5, 0.95), "p_hostile_as_friend": 0.04}
        return {
            "offset_east_m": some(-20_000, 20_000),
            "offset_north_m": some(-20_000, 20_000),
            "identification": ident,
            **more,
        }

    posts = {"p": firing.post(**node({"search_radar": firing.search_radar(p_false_alarm=1e-8)}))}
    if one(True, False):
        posts["p"]["assignment"] = {"rule": one("greedy", "linear", "exact"), "hold_s": some(20, 90)}
    posts["p"]["desk"] = {"delay": {"kind": "uniform", "low_s": 0.5, "high_s": some(1, 8)}, "span": one(0, 1, 3)}
    sensors = {"s": {"place": "site", **node({"search_radar": firing.search_radar(scan_period_s=5)})}}
    units = {}
    for k in range(int(rng.integers(1, 4))):
        missile = {"count": int(rng.integers(1, 9)), "max_range_km": some(30, 110), "p_kill": some(0.3, 0.9)}
        missile |= {"guidance": one("own_radar_throughout", "any_track_throughout", "autonomous_terminal"), "terminal_s": 3}
        missile |= {"track_gap_s": some(0, 10)} if one(True, False) else {}
        command = {"channels_targets": int(rng.integers(1, 6)), "doctrine": one("shoot_look_shoot", "shoot_shoot_look")}
        command |= {"control": one("decentralised", "centralised"), "approval": one("own", "superior", "superior_by_voice")}
        more = node({"reports_to": "p", "missiles": {"round": missile}, "command": command})
        more["autonomy"] = {"after_s": some(10, 60), "weapons": one("hold", "tight", "free")}
        units[f"u{k}"] = firing.unit(**more)
    objects = {}
    for k in range(int(rng.integers(4, 9))):
        side = one("hostile", "hostile", "friendly", "neutral")
        path = (some(0, 360), some(70, 150), some(2, 30))
        kind = one("aircraft", "cruise_missile", "drone", "decoy")
        end = "leak" if side == "hostile" else "land"
        objects[f"o{k}"] = firing.thing(*path, speed_mps=some(120, 350), side=side, kind=kind, start_s=some(0, 60), end=end)
    pairs = {"place": "site", "reports_to": "p", "pairs": int(rng.integers(1, 4)), "ready_min": some(0, 1.5), "p_kill": 0.6}
    pairs |= {"speed_mps": some(150, 400), "order_by": one("data", "voice"), "turnaround_min": some(0, 3)}
    pairs["missile_zones"] = [{"place": "site", "max_range_km": some(5, 40)}] if one(True, False) else []
    names = ("p", "s", *units)
    links = {}
    for a in names:
        for b in names:
            if a != b and rng.random() < 0.5:
                carries = [word for word in ("tracks", "status", "orders", "magazine") if rng.random() < 0.6] or ["tracks"]
                links[f"{a}-{b}"] = {"from": a, "to": b, "carries": carries, "cycle_s": some(1, 6), "latency_s": some(0, 3)}
                links[f"{a}-{b}"] |= {"p_loss": some(0, 0.3), "within_system": True}
    control = {"weapons": one("tight", "free"), "authority": one("strictest", "nearest")}
    parts = {
        "command_posts": posts,
        "sensors": sensors,
        "fighters": {"f": pairs},
        "network": {"links": links},
        "control": control,
    }
    return firing.tree(objects, units, duration_s=240.0, **parts)  # type: ignore[no-any-return]


def turned(tree: Any) -> Any:
    """The same tree with the keys of every mapping the other way round."""
    if isinstance(tree, dict):
        return {key: turned(tree[key]) for key in reversed(tree)}
    return [turned(item) for item in tree] if isinstance(tree, list) else tree
