"""The map: coasts and borders, sites, flight paths, the published ring and the real outline at several heights."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from openiads.catalogue import world_map
from openiads.geo.ellipsoid import ecef_to_geodetic
from openiads.report.arms import Arm, Site, place_name
from openiads.report.plane import Plane
from openiads.report.reach import FireUnitReach
from openiads.report.svg import Drawing, Labels, Point

Array = NDArray[np.float64]

WIDTH: Final = 920.0
MARGIN_KM: Final = 30.0
"""Choice of the method: map around what it shows."""
TALLEST: Final = 780.0
SIDES: Final = {"friendly": "circle", "neutral": "square", "hostile": "diamond"}
"""Shape of the start of a path."""
SITE_SHAPES: Final = (("fire_units", "triangle"), ("command_posts", "plus"), ("sensors", "wedge"))
DASHES: Final = ("near", "middle", "far")
"""Line styles of the outlines, lowest height first."""


@dataclass(frozen=True)
class Frame:
    """From kilometres east and north of the middle to pixels."""

    west: float
    north: float
    per_km: float
    width: float
    height: float

    def __call__(self, xy_km: Array) -> list[Point]:
        """Pixels of (n, 2) positions."""
        return [((x - self.west) * self.per_km, (self.north - y) * self.per_km) for x, y in np.atleast_2d(xy_km).tolist()]


def draw_map(arm: Arm, reaches: tuple[FireUnitReach, ...]) -> Drawing:
    """The map of a run around its main site; `reaches` are the fire units whose ring and outlines it shows."""
    site_ll = {site.place: _position(arm, site) for site in arm.sites}
    plane = Plane(*site_ll[arm.sites[0].place])
    flights = _flights(arm, plane)
    rings = [plane.project(*r.ring()) for r in reaches]
    shown = np.concatenate([*rings, *(plane.project(*ll) for ll in site_ll.values()), *flights.values()])
    frame = _frame(shown, rings[0] if rings else shown)
    d = Drawing(
        frame.width,
        frame.height,
        "Map of the sites, the flights and the reach",
        "Coasts and borders, fire units, flight paths, published rings as dashed circles, and outlines of what can be engaged",
        style="map",
    )
    d.rect(0.0, 0.0, frame.width, frame.height, "sea")
    labels = Labels((0.0, 0.0, frame.width, frame.height))
    _backdrop(d, frame, plane)
    for number, found in enumerate(reaches):
        _reach(d, labels, frame, plane, found, "a" if number == 0 else "b")
    for site in arm.sites:
        labels.reserve(frame(plane.project(*site_ll[site.place]))[0], 10.0)
    _draw_flights(d, labels, frame, arm, flights)
    for site in arm.sites:
        at = frame(plane.project(*site_ll[site.place]))[0]
        shape = next(shape for kind, shape in SITE_SHAPES if getattr(site, kind))
        d.mark(at, shape, "site", 7.0)
        labels.put(d, [at], place_name(site.place), "t strong", size=14.5)
    _scale_bar(d, frame)
    return d


def _position(arm: Arm, site: Site) -> tuple[float, float]:
    latitude, longitude, _ = arm.paths.sites.locate(site.place)
    return latitude, longitude


def _frame(shown: Array, ring: Array) -> Frame:
    """Everything shown, but not farther than three rings away."""
    far = 3.1 * float(np.abs(ring).max())
    low = np.maximum(shown.min(axis=0), -far) - MARGIN_KM
    high = np.minimum(shown.max(axis=0), far) + MARGIN_KM
    per_km = min(WIDTH / (high[0] - low[0]), TALLEST / (high[1] - low[1]))
    wide = WIDTH / per_km
    west = (low[0] + high[0] - wide) / 2.0
    return Frame(float(west), float(high[1]), float(per_km), WIDTH, float((high[1] - low[1]) * per_km))


def _flights(arm: Arm, plane: Plane) -> dict[str, Array]:
    """Path of each object of the scenario, of one of its group. [km]"""
    things = arm.paths.things
    place = {name: k for k, name in enumerate(things.names)}
    found = {}
    for key in arm.spec.objects:
        if key in place:
            record = things.objects[place[key]]
            first, count = int(record["knot_first"]), int(record["knot_count"])
            knots = things.knots["position_m"][first : first + count]
            chosen = knots[np.unique(np.linspace(0, count - 1, min(count, 160)).astype(int))]
            latitude, longitude, _ = ecef_to_geodetic(chosen)
            found[key] = plane.project(latitude, longitude)
    return found


def _backdrop(d: Drawing, frame: Frame, plane: Plane) -> None:
    right, bottom = frame.west + frame.width / frame.per_km, frame.north - frame.height / frame.per_km
    corners = [plane.corner(x, y) for x in np.linspace(frame.west, right, 7) for y in np.linspace(bottom, frame.north, 5)]
    latitudes, longitudes = zip(*corners, strict=True)
    west, east = np.clip([min(longitudes) - 1.0, max(longitudes) + 1.0], -180.0, 180.0)
    south, north = np.clip([min(latitudes) - 1.0, max(latitudes) + 1.0], -90.0, 90.0)
    lines = world_map.lines_within(west_deg=west, east_deg=east, south_deg=south, north_deg=north)
    for group, style in ((lines.coasts, "coast"), (lines.borders, "border")):
        for line in group:
            d.polyline(frame(plane.project(np.radians(line[:, 1]), np.radians(line[:, 0]))), style)


def _reach(d: Drawing, labels: Labels, frame: Frame, plane: Plane, found: FireUnitReach, style: str) -> None:
    ring = frame(plane.project(*found.ring()))
    d.polyline(ring, f"ring {style}")
    for (height, latitude, longitude), dash in zip(found.outlines(), DASHES, strict=True):
        points = frame(plane.project(latitude, longitude))
        d.polyline([*points, points[0]], f"outline {dash} {style}")
        step = len(points) // 8
        text = f"{height:g} km up" if height >= 1.0 else f"{1000.0 * height:.0f} m up"
        labels.reserve_line(points[::6])
        labels.put(d, points[step // 2 :: step], text, f"t small {style}", size=10.0)
    text = f"published {found.ring_km:g} km, {found.ring_missile.upper()}"
    labels.put(d, [ring[k] for k in (103, 93, 13, 23, 67, 80, 47)], text, f"t small {style}", size=10.0)


def _draw_flights(d: Drawing, labels: Labels, frame: Frame, arm: Arm, flights: dict[str, Array]) -> None:
    for key, path in flights.items():
        side, points = arm.spec.objects[key].side, frame(path)
        d.polyline(points, f"path {side}")
        d.mark(points[0], SIDES[side], f"fill {side}", 4.5)
        _arrow(d, points, side)
        labels.reserve(points[0])
        labels.reserve_line(points[:: max(1, len(points) // 24)])
    for key, path in sorted(flights.items(), key=lambda item: len(item[1])):
        thing, points = arm.spec.objects[key], frame(path)
        inside = [p for p in points if 0 < p[0] < frame.width and 0 < p[1] < frame.height]
        text = key if thing.count == 1 else f"{key} \N{MULTIPLICATION SIGN}{thing.count}"
        if inside:
            anchors = [inside[k] for k in np.unique(np.linspace(0, len(inside) - 1, 9).astype(int))]
            labels.put(d, anchors, text, f"t small {thing.side}", size=10.5)


def _arrow(d: Drawing, points: list[Point], side: str) -> None:
    """An arrowhead two thirds along a path."""
    k = 2 * len(points) // 3
    if not 0 < k < len(points):
        return
    (x0, y0), (x, y) = points[k - 1], points[k]
    length = float(np.hypot(x - x0, y - y0))
    if length == 0.0:
        return
    ux, uy = (x - x0) / length, (y - y0) / length
    d.polygon([(x + 6 * ux, y + 6 * uy), (x - 4 * uy, y + 4 * ux), (x + 4 * uy, y - 4 * ux)], f"fill {side}")


def _scale_bar(d: Drawing, frame: Frame) -> None:
    """100 km, in the lower left corner."""
    x, y, long = 24.0, frame.height - 22.0, 100.0 * frame.per_km
    d.line((x, y), (x + long, y), "bar")
    for share in (0.0, 1.0):
        d.line((x + share * long, y - 4.0), (x + share * long, y + 4.0), "bar")
    d.text((x + long / 2.0, y - 7.0), "100 km", "t small halo", anchor="middle")
