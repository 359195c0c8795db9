"""Links of a scenario as arrays: which of them the mode uses, how they carry messages, and when they carry nothing."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.constants import SECONDS_PER_MINUTE
from openiads.engine.clock import nanoseconds
from openiads.engine.sites import node_spec
from openiads.models.network.spec import LinkSpec
from openiads.records import case as records
from openiads.scenario.schema import NODE_SECTIONS, ScenarioSpec
from openiads.streams.names import name_hash

Interval = tuple[int, int]
LATENCIES = {
    "constant": records.CONSTANT,
    "uniform": records.UNIFORM,
    "lognormal": records.LOGNORMAL,
    "exponential": records.EXPONENTIAL,
}
WHEN_FULL = {"refuse": records.REFUSE_NEW, "replace": records.REPLACE_OLDER}
TELLS = {"all": records.TELL_ALL, "not_friendly": records.TELL_NOT_FRIENDLY, "hostile": records.TELL_HOSTILE}


def active_links(spec: ScenarioSpec) -> list[str]:
    """Links in use: those within a system always; of the others, by the mode, all, those towards fire units, voice, or none."""
    return sorted(key for key in spec.network.links if in_use(spec, key))


def in_use(spec: ScenarioSpec, key: str) -> bool:
    """Whether the mode uses a link."""
    link, mode = spec.network.links[key], spec.network.mode
    if link.within_system or mode == "integrated":
        return True
    if mode == "procedural":
        return link.medium == "voice"
    commanding = set(spec.fire_units) | {unit.reports_to for unit in spec.fire_units.values() if unit.reports_to}
    return mode == "cue_only" and link.to_node in commanding and link.from_node not in commanding


def outages_ns(given: tuple[tuple[float, float], ...]) -> list[Interval]:
    """Outages of a node or a link in whole nanoseconds."""
    return [(nanoseconds(first), nanoseconds(last)) for first, last in given]


def link_gaps(spec: ScenarioSpec, link: LinkSpec) -> list[Interval]:
    """When a link carries nothing: its own outages and those of the nodes at its ends, joined, in order of time."""
    ends = (node_spec(spec, link.from_node), node_spec(spec, link.to_node))
    found: list[Interval] = []
    for first, last in sorted(outages_ns(link.outages) + [gap for node in ends for gap in outages_ns(node.outages)]):
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return found


def without_outages(spec: ScenarioSpec) -> ScenarioSpec:
    """The scenario with nodes that are never out of action, for counterfactuals."""
    kept = {
        section: {key: node.model_copy(update={"outages": ()}) for key, node in getattr(spec, section).items()}
        for section in NODE_SECTIONS
    }
    return spec.model_copy(update=kept)


def lower_links(
    spec: ScenarioSpec, links: list[str], nodes: list[str], used: list[str]
) -> tuple[NDArray[Any], NDArray[Any]]:
    """LINKS of `links` by name, of which the mode uses `used`, and their GAPS."""
    out = np.zeros(len(links), records.LINKS)
    gaps: list[Interval] = []
    for k, key in enumerate(links):
        link, row = spec.network.links[key], out[k]
        own = link_gaps(spec, link)
        row["name"] = name_hash(key)
        row["sender"] = nodes.index(link.from_node)
        row["receiver"] = nodes.index(link.to_node)
        row["tracks"] = "tracks" in link.carries
        row["status"] = "status" in link.carries
        row["orders"] = "orders" in link.carries
        row["magazine"] = "magazine" in link.carries
        row["latency_ns"] = nanoseconds(link.latency_s)
        row["latency_kind"] = LATENCIES[link.latency]
        row["spread_ns"] = nanoseconds(link.latency_spread_s or 0.0)
        row["latency_sigma"] = link.latency_sigma or 0.0
        row["cycle_ns"] = nanoseconds(link.cycle_s)
        row["p_loss"] = link.p_loss
        row["usable_share"] = spec.network.usable_track_share
        row["restored"] = key not in used
        row["boundary"] = not link.within_system
        if link.capacity_per_min is not None:
            row["service_ns"] = max(1, nanoseconds(SECONDS_PER_MINUTE / link.capacity_per_min))
            row["queue"] = link.queue
        row["full"] = WHEN_FULL[link.when_full]
        row["tells"] = TELLS[link.tells]
        row["gap_first"], row["gap_count"] = len(gaps), len(own)
        gaps += own
    return out, np.array(gaps, dtype=records.GAPS) if gaps else np.zeros(0, records.GAPS)
