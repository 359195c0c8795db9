"""Reach by altitude beside the published ring: what a fire unit can see and engage, against one named target."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from openiads.constants import METRES_PER_KILOMETRE
from openiads.coverage.outline import Reach, Target, reach_of
from openiads.coverage.views import ENDS, View, view_of
from openiads.engine.sites import node_spec
from openiads.report.arms import Arm, Site
from openiads.report.svg import Drawing, Scale, axis_below, axis_left

Array = NDArray[np.float64]

HEIGHTS: tuple[float, ...] = (0.1, 0.3, 1.0, 3.0, 6.0, 9.0, 12.0)
"""Heights of the target above the ground of the site at which the reach is worked out, in kilometres."""

MAP_HEIGHTS: Final = (0.3, 3.0, 9.0)
"""Those whose outline is drawn on the map."""

AZIMUTHS: Final = 36
MAP_AZIMUTHS: Final = 120
P_SEEN: Final = 0.9
"""Probability of detection of one look that counts as seen."""


@dataclass(frozen=True)
class Band:
    """Median over the azimuths at the low, nominal and high end of the public figures. [km]"""

    low: float
    nominal: float
    high: float


@dataclass(frozen=True)
class Row:
    """Reach at one height above the ground of the site [km]: intercepts and detections."""

    height: float
    engaged: Band
    seen: Band


@dataclass(frozen=True)
class FireUnitReach:
    """Reach of one fire unit against one target, from public figures, in this model."""

    arm: Arm
    node: str
    target_name: str
    target_rcs: float
    swerling: int
    searcher: str | None
    """Node whose search radar serves the same site."""

    @property
    def ring_km(self) -> float:
        """Published reach of the farthest missile that it has."""
        return self.arm.paths.reach_km(self.node)

    @property
    def ring_missile(self) -> str:
        """The missile whose published reach that is."""
        missiles = self.arm.spec.fire_units[self.node].missiles
        return max((k for k in missiles if missiles[k].count > 0), key=lambda k: (missiles[k].max_range_km, k))

    @cached_property
    def _views(self) -> dict[str, View]:
        return {end: view_of(self.arm.scenario, f"{self.node}/engagement", end=end) for end in ENDS}

    @cached_property
    def _search_views(self) -> dict[str, View]:
        if self.searcher is None:
            return self._views
        return {end: view_of(self.arm.scenario, f"{self.searcher}/search", end=end) for end in ENDS}

    @property
    def search_text(self) -> str:
        """Which radar it is that sees."""
        if self.searcher is None:
            return "its engagement radar"
        radar: Any = node_spec(self.arm.spec, self.searcher)
        return (radar.search_radar.system or f"the search radar of {self.searcher}").upper()

    def _reach(self, view: View, height: float, azimuths: int) -> Reach:
        bearing = 2.0 * np.pi * (np.arange(azimuths) + 0.5) / azimuths
        target = Target(view.ground_m + METRES_PER_KILOMETRE * height, self.target_rcs, P_SEEN, self.swerling)
        return reach_of(view, target, bearing, ring_m=METRES_PER_KILOMETRE * self.ring_km)

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """Reach at every height of `HEIGHTS`."""
        found = []
        for height in HEIGHTS:
            engaged, seen = {}, {}
            for end, view in self._views.items():
                engaged[end] = _median_km(self._reach(view, height, AZIMUTHS).engaged_m)
                seen[end] = _median_km(self._reach(self._search_views[end], height, AZIMUTHS).farthest_m)
            found.append(Row(height, Band(**engaged), Band(**seen)))
        return tuple(found)

    def outlines(self) -> list[tuple[float, Array, Array]]:
        """Height [km], latitudes and longitudes [rad] of the outline of intercepts at nominal figures."""
        from openiads.geo.geodesic import direct  # noqa: PLC0415 - compiled

        view = self._views["nominal"]
        bearing = 2.0 * np.pi * (np.arange(MAP_AZIMUTHS) + 0.5) / MAP_AZIMUTHS
        found = []
        for height in MAP_HEIGHTS:
            reach = self._reach(view, height, MAP_AZIMUTHS)
            latitude, longitude = direct(
                latitude_rad=view.latitude_rad,
                longitude_rad=view.longitude_rad,
                azimuth_rad=bearing,
                distance_m=np.maximum(reach.engaged_m if reach.engaged_m is not None else reach.farthest_m, 1.0),
            )
            found.append((height, latitude, longitude))
        return found

    def ring(self) -> tuple[Array, Array]:
        """Latitudes and longitudes [rad] of the published ring."""
        from openiads.geo.geodesic import direct  # noqa: PLC0415 - compiled

        view = self._views["nominal"]
        bearing = np.linspace(0.0, 2.0 * np.pi, MAP_AZIMUTHS + 1)
        return direct(
            latitude_rad=view.latitude_rad,
            longitude_rad=view.longitude_rad,
            azimuth_rad=bearing,
            distance_m=np.full_like(bearing, METRES_PER_KILOMETRE * self.ring_km),
        )

    @property
    def ground_text(self) -> str:
        """What hides low targets there."""
        return self._views["nominal"].ground_text


def fire_unit_reach(arm: Arm, site: Site) -> FireUnitReach:
    """Reach of the first fire unit of a site against the first hostile aircraft by id, else the first hostile object, else any."""
    things: dict[str, Any] = dict(sorted(arm.spec.objects.items()))
    order = sorted(things, key=lambda k: (things[k].side != "hostile", things[k].kind != "aircraft", k))
    rcs = things[order[0]].rcs
    return FireUnitReach(arm, site.fire_units[0], order[0], rcs.front_m2, rcs.swerling, arm.search_radar(site))


def _median_km(reach_m: Array | None) -> float:
    return 0.0 if reach_m is None else float(np.median(reach_m)) / METRES_PER_KILOMETRE


def reach_chart(found: FireUnitReach) -> Drawing:
    """Height against reach: intercepts and detections with their bands, and the published ring."""
    d = Drawing(
        430.0,
        318.0,
        f"Reach of {found.node} by altitude",
        f"Median reach over all directions against {found.target_name}; published ring at {found.ring_km:g} km",
    )
    farthest = max(found.ring_km, *(row.seen.high for row in found.rows)) * 1.08
    x, y = Scale(0.0, farthest, 52.0, 415.0), Scale(0.0, HEIGHTS[-1], 280.0, 14.0)
    axis_below(d, x, 280.0, "ground range, km")
    axis_left(d, y, 52.0, "height above the site's ground, km", [2.0 * k for k in range(7)])
    for style, name in (("b", "seen"), ("a", "engaged")):
        bands = [getattr(row, name) for row in found.rows]
        low = [(x(band.low), y(row.height)) for band, row in zip(bands, found.rows, strict=True)]
        high = [(x(band.high), y(row.height)) for band, row in zip(bands, found.rows, strict=True)]
        d.polygon([*low, *reversed(high)], f"band {style}")
        d.polyline(
            [(x(0.0), y(0.0)), *((x(b.nominal), y(r.height)) for b, r in zip(bands, found.rows, strict=True))],
            f"curve {style}",
        )
        for band, row in zip(bands, found.rows, strict=True):
            d.mark((x(band.nominal), y(row.height)), "square" if name == "seen" else "circle", f"fill {style}", 3.0)
    d.line((x(found.ring_km), y.start), (x(found.ring_km), y.end), "ring")
    d.turned((x(found.ring_km) - 6.0, 205.0), f"published {found.ring_km:g} km", "t small halo")
    d.mark((72.0, 26.0), "circle", "fill a", 3.5)
    d.text((80.0, 30.0), "can be engaged", "t small halo")
    d.mark((72.0, 44.0), "square", "fill b", 3.5)
    d.text((80.0, 48.0), f"can be seen by {found.search_text}", "t small halo")
    return d
