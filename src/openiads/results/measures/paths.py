"""Where objects fly and nodes stand, for measures of range: the scenario's own paths, sampled as the engine samples them."""

from collections import defaultdict
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from openiads.constants import METRES_PER_KILOMETRE
from openiads.engine.objects import Things, lower_objects, members
from openiads.engine.sites import Sites, node_spec
from openiads.errors import ResultsError
from openiads.geo.ellipsoid import geodetic_to_ecef
from openiads.geo.geodesic import ground_range_m
from openiads.scenario.schema import NODE_SECTIONS, ScenarioSpec

Array = NDArray[np.float64]

INSIDE_STEPS: Final = 400
"""Points of a path at which it is asked whether an object is inside the reach of a fire unit."""


class Paths:
    """Positions of the objects and the nodes of a scenario.

    Between the knots of the engine positions are interpolated linearly, which is off by under 10 m for aircraft.
    """

    def __init__(self, spec: ScenarioSpec) -> None:
        self.spec: Final = spec
        self.sites: Final = Sites(spec)

    @cached_property
    def things(self) -> Things:
        """The objects as the engine has them."""
        return lower_objects(self.spec, self.sites)

    def nodes(self) -> tuple[str, ...]:
        """Ids of all nodes, sorted."""
        return tuple(sorted(node for section in NODE_SECTIONS for node in getattr(self.spec, section)))

    def require_node(self, node: str) -> str:
        """`node`, or a ResultsError that lists the nodes."""
        if node not in self.nodes():
            raise ResultsError(f"no node is called {node!r}. Known: {', '.join(self.nodes())}.")
        return node

    @cached_property
    def main_node(self) -> str:
        """The node whose picture stands for the defence: the fire unit nearest to an asset, ties by id; else the first node."""
        units = sorted(self.spec.fire_units)
        if not units:
            return min(self.nodes())
        places = [self.sites.position_m(asset.place) for asset in self.spec.assets.values()]
        if not places:
            return units[0]
        return min(units, key=lambda unit: (float(ground_range_m(self.site_m(unit), np.array(places)).min()), unit))

    def site_m(self, node: str) -> Array:
        """ECEF of the ground under a node, (3,)."""
        owner: Any = node_spec(self.spec, self.require_node(node))
        radar = getattr(owner, "engagement_radar", None) or owner.search_radar
        if radar is None:
            return self.sites.position_m(owner.place)
        latitude, longitude, height_m = self.sites.antenna(node, radar)
        height_m -= radar.antenna_height_m
        return np.asarray(geodetic_to_ecef(latitude_rad=latitude, longitude_rad=longitude, height_m=height_m))

    def positions_m(self, thing: int, at_ns: NDArray[Any]) -> Array:
        """ECEF of an object at times (n,), (n, 3); before its start and after its end, where it then is."""
        record = self.things.objects[thing]
        first, count = int(record["knot_first"]), int(record["knot_count"])
        knots = self.things.knots["position_m"][first : first + count]
        elapsed = np.clip(at_ns - int(record["start_ns"]), 0, int(record["end_ns"] - record["start_ns"]))
        steps = elapsed / int(record["knot_step_ns"])
        return np.stack([np.interp(steps, np.arange(count), knots[:, axis]) for axis in range(3)], axis=-1)

    def ground_range_km(self, node: str, thing: int, at_ns: NDArray[Any]) -> Array:
        """Ground range from a node to an object at times (n,)."""
        found = ground_range_m(self.site_m(node), self.positions_m(thing, at_ns))
        return np.asarray(found / METRES_PER_KILOMETRE)

    def reach_km(self, node: str) -> float:
        """Farthest range of any missile that a fire unit has."""
        return max((m.max_range_km for m in self.spec.fire_units[node].missiles.values() if m.count > 0), default=0.0)

    def inside_ns(self, thing: int) -> tuple[Array, Array]:
        """Times (n,) along the path of an object, and its time until then inside the reach of a fire unit that may fire."""
        record = self.things.objects[thing]
        times = np.linspace(int(record["start_ns"]), int(record["end_ns"]), INSIDE_STEPS)
        inside = np.zeros(INSIDE_STEPS, dtype=bool)
        for node, unit in self.spec.fire_units.items():
            if (unit.weapons or self.spec.control.weapons) == "hold":
                continue
            inside |= self.ground_range_km(node, thing, times) <= self.reach_km(node)
        step = times[1] - times[0]
        return times, np.concatenate([[0.0], np.cumsum(0.5 * (inside[1:] + 0.0 + inside[:-1]) * step)])

    def aimed_at(self) -> dict[str, tuple[str, ...]]:
        """Assets at whose place the path of a hostile object ends, and the ids of these objects."""
        found: dict[str, list[str]] = defaultdict(list)
        for key, thing in self.spec.objects.items():
            motion = thing.motion
            place = motion.to_point if motion.kind == "ballistic" else motion.waypoints[-1].place
            for asset, stated in self.spec.assets.items():
                if thing.side == "hostile" and motion.end == "leak" and stated.place == place:
                    found[asset] += [name for name, _, _ in members(key, thing)]
        return {asset: tuple(sorted(names)) for asset, names in sorted(found.items())}
