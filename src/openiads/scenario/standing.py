"""Who is there and works: the nodes of a scenario less those that come later or stand in store."""

from typing import Any

from openiads.scenario.schema import CHOICES, NODE_SECTIONS, NodeSpec, ScenarioSpec


def stands(spec: ScenarioSpec, node: NodeSpec) -> bool:
    """Whether a node is present, is there on the day of the scenario, and is not stored."""
    there = node.available_from is None or node.available_from <= spec.clock.start_utc[:10]
    return node.present and there and node.state != "stored"


def share_of_days(spec: ScenarioSpec, node: NodeSpec) -> float:
    """On what share of days a node works: 0 when it is stored or not there yet, 1 when it works every day."""
    if not stands(spec, node):
        return 0.0
    shares = {"test_days": spec.readiness.share_test_days, "drills": spec.readiness.share_drills}
    return shares.get(node.state, 1.0)


def standing(spec: ScenarioSpec) -> ScenarioSpec:
    """The scenario with those nodes only that stand, without links and chains of command to the others, nor their fighters."""
    kept = {name: {k: n for k, n in getattr(spec, name).items() if stands(spec, n)} for name in NODE_SECTIONS}
    there = {key for nodes in kept.values() for key in nodes}
    fighters = {key: base for key, base in spec.fighters.items() if base.present and base.reports_to in there}
    everybody = len(there) == sum(len(getattr(spec, name)) for name in NODE_SECTIONS)
    if everybody and len(fighters) == len(spec.fighters):
        return spec
    for nodes in kept.values():
        for key, node in nodes.items():
            if node.reports_to is not None and node.reports_to not in there:
                nodes[key] = node.model_copy(update={"reports_to": None})
    links = {k: link for k, link in spec.network.links.items() if {link.from_node, link.to_node} <= there}
    network = spec.network.model_copy(update={"links": links})
    return spec.model_copy(update={**kept, "fighters": fighters, "network": network})


def walk_key(spec: ScenarioSpec) -> str:
    """Equal for scenarios whose replications are the same bytes: what stands, without the day and the days of work."""
    left_out: dict[str, Any] = dict.fromkeys((*CHOICES, "scenario", "readiness"), True)
    left_out |= {name: {"__all__": {"available_from", "state"}} for name in NODE_SECTIONS}
    return standing(spec).model_dump_json(by_alias=True, exclude={**left_out, "clock": {"start_utc"}})
