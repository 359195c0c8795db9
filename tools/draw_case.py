"""Draw a map of one replication of a run: who flew where, who was seen and tracked, what was shot at (needs the extra `plot`).

    python tools/draw_case.py RUN_FOLDER -o picture.png [--unit murted-1] [--replication 0]

Paths are the scenario's, in truth. Thick lines are the fire unit's own firm tracks, first detections and intercepts come from
the tables of the run. The dashed ring is the published reach of the unit's farthest missile, and claims nothing else.
"""

import argparse
import textwrap
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray
from PIL import Image

import openiads
from map_parts import Labels, Plane
from openiads.catalogue import load_catalogue, world_map
from openiads.engine.lowering import Lowered, lower
from openiads.engine.sites import Sites, node_spec
from openiads.scenario.loader import Scenario

Array = NDArray[np.float64]
SIDES = {"friendly": ("#0b62a4", "o"), "neutral": ("#4b7a34", "s"), "hostile": ("#c1440e", "D")}
INK, MUTED, FAINT = "#22272b", "#5d666d", "#b9c0c5"
TOGETHER_KM = 5.0
"""Sites closer than this share one mark."""
LATE_S = 15.0
"""A first detection this long after the start of a path is worth a distance."""
GAP_S = 60.0
"""A track without rows for longer than this is drawn as two lines."""
COLORS = 64
"""Colours of the picture file: few, so that it stays small."""
SEEN_BEYOND_RING = 1.75
"""How far the map reaches beyond the ring, as a multiple of its radius."""


@dataclass(frozen=True)
class Flight:
    """The true path of one object on the map, with the text that names it."""

    name: str
    side: str
    label: str
    times_s: Array
    xy_km: Array

    def at(self, time_s: float) -> Array:
        """Where it was at a time."""
        return np.array([np.interp(time_s, self.times_s, self.xy_km[:, k]) for k in range(2)])


def flights(lowered: Lowered, scenario: Scenario, plane: Plane) -> Iterator[Flight]:
    """Every object of a case with its path."""
    case, names = lowered.case, lowered.names
    for o, name in enumerate(names.objects):
        thing = case.objects[o]
        first, count = int(thing["knot_first"]), int(thing["knot_count"])
        knots = case.knots[first : first + count]
        times_ns = np.minimum(thing["start_ns"] + np.arange(count) * thing["knot_step_ns"], thing["end_ns"])
        spec = scenario.spec.objects.get(name)
        label = _label(name, spec) if spec is not None else name
        xy_km = plane.project_ecef(knots["position_m"])
        yield Flight(name, names.object_rows[o]["side"], label, times_ns / 1e9, xy_km)


def _label(name: str, spec: Any) -> str:
    motion = spec.motion
    if motion.kind == "ballistic":
        return f"{name}\napogee {motion.apogee_km:g} km"
    heights = {w.altitude_m if w.altitude_m is not None else motion.altitude_m for w in motion.waypoints}
    reference = {"amsl": "above sea level", "agl": "above ground"}[motion.altitude_reference]
    metres = sorted(h for h in heights if h is not None)
    text = f"{metres[0]:,.0f}" if len(metres) == 1 else f"{metres[0]:,.0f} to {metres[-1]:,.0f}"
    return f"{name}\n{text} m {reference}"


def backdrop(ax: Axes, plane: Plane) -> None:
    """Coasts, borders and a graticule."""
    (west, east), (south, north) = ax.get_xlim(), ax.get_ylim()
    corners = [plane.corner(x, y) for x in np.linspace(west, east, 9) for y in (south, 0.0, north)]
    latitudes, longitudes = zip(*corners, strict=True)
    box = {
        "west_deg": max(-180.0, min(longitudes) - 1),
        "east_deg": min(180.0, max(longitudes) + 1),
        "south_deg": max(-90.0, min(latitudes) - 1),
        "north_deg": min(90.0, max(latitudes) + 1),
    }
    lines = world_map.lines_within(**box)
    for group, color, style, width in (
        (lines.coasts, "#7f9db0", "-", 1.1),
        (lines.borders, "#a79d94", (0, (6, 2, 1, 2)), 0.9),
    ):
        for line in group:
            xy_km = plane.project(np.radians(line[:, 1]), np.radians(line[:, 0]))
            ax.plot(*xy_km.T, color=color, lw=width, ls=style, zorder=1)
    for latitude in range(int(box["south_deg"]), int(box["north_deg"]) + 1):
        _graticule(
            ax, plane, np.full(60, float(latitude)), np.linspace(box["west_deg"], box["east_deg"], 60), f"{latitude}° N"
        )
    for longitude in range(int(box["west_deg"]), int(box["east_deg"]) + 1, 2):
        _graticule(
            ax, plane, np.linspace(box["south_deg"], box["north_deg"], 60), np.full(60, float(longitude)), f"{longitude}° E"
        )


def _graticule(ax: Axes, plane: Plane, latitude_deg: Array, longitude_deg: Array, text: str) -> None:
    xy = plane.project(np.radians(latitude_deg), np.radians(longitude_deg))
    ax.plot(*xy.T, color="#e6e9eb", lw=0.6, zorder=0)
    parallel = text.endswith("N")
    edge = ax.get_xlim()[0] if parallel else ax.get_ylim()[0]
    across, along = (xy[:, 1], xy[:, 0]) if parallel else (xy[:, 0], xy[:, 1])
    order = np.argsort(along)
    where = float(np.interp(edge, along[order], across[order]))
    low, high = ax.get_ylim() if parallel else ax.get_xlim()
    if not low + 25 < where < high - 25:
        return
    place = {"xy": (edge, where) if parallel else (where, edge), "xytext": (4, 2) if parallel else (2, 3)}
    ax.annotate(text, textcoords="offset points", fontsize=6.5, color="#8b949a", zorder=1, **place)


def held(run: openiads.Run, node: str, replication: int) -> dict[str, list[tuple[Array, Array]]]:
    """Firm tracks of a node by the object that they really followed: times [s] and ECEF positions of each stretch."""
    association = run.table("association", replication).to_pylist()
    owner: dict[str, tuple[list[int], list[str]]] = {}
    for row in association:
        if row["reference"] in ("track", "identification") and row["node"] == node:
            times, objects = owner.setdefault(row["reference_id"], ([], []))
            times.append(row["at_ns"])
            objects.append(row["object_id"])
    tracks = run.table("tracks", replication).to_pandas()
    tracks = tracks[(tracks["node"] == node) & (tracks["source"] == "own") & (tracks["status"] != "tentative")]
    found: dict[str, list[tuple[Array, Array]]] = {}
    for track_id, rows in tracks.sort_values("at_ns").groupby("track_id"):
        times, objects = owner.get(str(track_id), ([0], [""]))
        name = objects[max(0, bisect_left(times, int(rows["at_ns"].iloc[-1])) - 1)]
        if not name:
            continue
        seconds = rows["at_ns"].to_numpy() / 1e9
        positions = rows[[f"position_ecef_{axis}_m" for axis in "xyz"]].to_numpy()
        for part in np.split(np.arange(len(rows)), np.flatnonzero(np.diff(seconds) > GAP_S) + 1):
            found.setdefault(name, []).append((seconds[part], positions[part]))
    return found


def intercepts(run: openiads.Run, replication: int) -> list[tuple[str, float, str]]:
    """Object, time [s] and result of every intercept."""
    rows = run.table("association", replication).to_pylist()
    return [
        (row["object_id"], row["at_ns"] / 1e9, row["result"])
        for row in rows
        if row["reference"] == "shot" and row["object_id"]
    ]


def draw_flights(
    ax: Axes,
    labels: Labels,
    run: openiads.Run,
    things: list[Flight],
    tracks: dict[str, list[tuple[Array, Array]]],
    args: Any,
) -> None:
    """Paths, tracks, first detections, intercepts and names."""
    outcomes = {row["object_id"]: row for row in run.table("outcomes", args.replication).to_pylist()}
    shots = intercepts(run, args.replication)
    seen: list[tuple[Array, str]] = []
    for thing in things:
        color, shape = SIDES[thing.side]
        end_s = outcomes[thing.name]["at_ns"] / 1e9
        flown = thing.times_s <= end_s
        path = np.concatenate([thing.xy_km[flown], [thing.at(end_s)]])
        ax.plot(*thing.xy_km.T, color=color, lw=0.9, ls=(0, (1, 2.2)), zorder=3)
        ax.plot(*path.T, color=color, lw=1.1, zorder=4)
        for times_s, _ in tracks.get(thing.name, []):
            grid = np.linspace(times_s[0], times_s[-1], 80)
            ax.plot(
                *np.array([thing.at(t) for t in grid]).T, color=color, lw=4.2, alpha=0.38, solid_capstyle="butt", zorder=3
            )
        _arrow(ax, path, color)
        ax.plot(*thing.xy_km[0], marker=shape, color=color, ms=6.5, mec="white", mew=0.8, zorder=6)
        labels.reserve_line(path)
        labels.reserve(thing.xy_km[0])
        seen_ns = outcomes[thing.name]["first_detection_ns"]
        if seen_ns is not None:
            point = thing.at(seen_ns / 1e9)
            ax.plot(*point, marker="o", ms=10.5, mfc="none", mec=INK, mew=1.1, zorder=7)
            labels.reserve(point, 10)
            if seen_ns / 1e9 - thing.times_s[0] > LATE_S:
                seen.append((point, f"seen at {np.hypot(*point):.0f} km"))
        for _, at_s, result in [s for s in shots if s[0] == thing.name]:
            point = thing.at(at_s)
            killed = result == "killed"
            ax.plot(
                *point,
                marker="X" if killed else "x",
                ms=10 if killed else 7,
                mec=INK,
                mfc=INK,
                mew=0.5 if killed else 1.4,
                zorder=8,
            )
            labels.reserve(point, 9)
    for point, text in seen:
        labels.put(point[None, :], text, INK, size=7.6)


def _arrow(ax: Axes, path: Array, color: str) -> None:
    """An arrowhead two thirds along a path."""
    k = max(1, min(len(path) - 2, 2 * len(path) // 3))
    ax.annotate("", xy=path[k + 1] if len(path) > k + 1 else path[k], xytext=path[k - 1],
                arrowprops={"arrowstyle": "-|>", "color": color, "lw": 0, "mutation_scale": 13}, zorder=5)  # fmt: skip


def name_flights(ax: Axes, labels: Labels, run: openiads.Run, things: list[Flight], replication: int) -> None:
    """Names and ends beside the paths, the shortest paths first: they have the least room."""
    ends = {row["object_id"]: row["end_state"].replace("_", " ") for row in run.table("outcomes", replication).to_pylist()}
    for thing in sorted(things, key=lambda t: len(t.xy_km)):
        low, high = np.array([ax.get_xlim()[0], ax.get_ylim()[0]]), np.array([ax.get_xlim()[1], ax.get_ylim()[1]])
        inside = thing.xy_km[((thing.xy_km > low) & (thing.xy_km < high)).all(axis=1)]
        if not len(inside):
            continue
        anchors = inside[np.linspace(0, len(inside) - 1, 9).astype(int)]
        labels.put(anchors, f"{thing.label}; {ends[thing.name]}", SIDES[thing.side][0], size=8.0)


def draw_sites(ax: Axes, labels: Labels, scenario: Scenario, sites: Sites, plane: Plane, unit: str) -> list[Line2D]:
    """Fire units, posts, sensors and the places that objects or assets use."""
    spec = scenario.spec
    keys: list[Line2D] = []
    drawn: set[str] = set()
    named: dict[str, Array] = {}
    groups = (("fire unit", "^", spec.fire_units), ("command post", "P", spec.command_posts), ("sensor", "v", spec.sensors))
    for meaning, shape, group in groups:
        for key in group:
            owner = node_spec(spec, key)
            radar = owner.engagement_radar if key in spec.fire_units else owner.search_radar
            latitude, longitude, _ = sites.antenna(key, radar) if radar is not None else sites.locate(owner.place)
            point = plane.project(np.array([latitude]), np.array([longitude]))[0]
            size = 11 if shape == "^" else 8
            if all(np.hypot(*(point - p)) > TOGETHER_KM for p in named.values()):
                drawn.add(meaning)
                ax.plot(*point, marker=shape, color=INK, ms=size, mec="white", mew=0.9, zorder=10)
                labels.reserve(point, 9)
            named.setdefault(owner.place, point)
        if meaning in drawn:
            keys.append(Line2D([], [], marker=shape, color=INK, ls="", ms=8, mec="white", label=meaning))
    used = {w.place for o in spec.objects.values() for w in getattr(o.motion, "waypoints", ()) if w.place}
    for place in sorted(used | {asset.place for asset in spec.assets.values()}):
        if place not in named:
            latitude, longitude, _ = sites.locate(place)
            named[place] = plane.project(np.array([latitude]), np.array([longitude]))[0]
            ax.plot(*named[place], marker=".", color=MUTED, ms=5, zorder=5)
    for place, point in named.items():
        labels.put(np.array([point]), _place_name(place), INK, size=7.6)
    return keys


def _place_name(place: str) -> str:
    catalogue = load_catalogue()
    if place in catalogue.ids("places"):
        return str(catalogue.entry("places", place).name).split(" (")[0].split(",")[0]
    return place


def ring(ax: Axes, scenario: Scenario, unit: str) -> tuple[float, str]:
    """The published reach of the unit's farthest missile; its radius and the text that explains it."""
    missiles = scenario.spec.fire_units[unit].missiles
    key = max(missiles, key=lambda k: (missiles[k].max_range_km, k))
    radius_km = missiles[key].max_range_km
    turn = np.linspace(0, 2 * np.pi, 361)
    ax.plot(radius_km * np.sin(turn), radius_km * np.cos(turn), color=INK, lw=1.2, ls=(0, (7, 4)), zorder=2)
    system = missiles[key].system
    spread = ""
    if system is not None:
        figure = load_catalogue().figure(f"missiles.{system}.max_range_km")
        spread = f" (public figures: {figure.low:g} to {figure.high:g} km)" if figure.low != figure.high else ""
    return radius_km, f"published reach of {key.upper()}: {radius_km:g} km{spread}"


def scale_bar(ax: Axes) -> None:
    """100 km, in the lower left corner."""
    (west, _), (south, _) = ax.get_xlim(), ax.get_ylim()
    x, y = west + 45, south + 22
    ax.plot([x, x + 100], [y, y], color=INK, lw=2.2, solid_capstyle="butt", zorder=9)
    for k in range(3):
        ax.plot([x + 50 * k] * 2, [y - 3, y + 3], color=INK, lw=1, zorder=9)
    for k, text in ((0, "0"), (50, "50"), (100, "100 km")):
        ax.text(x + k, y + 6, text, ha="center", fontsize=7, color=INK, zorder=9)


def extent(things: list[Flight], radius_km: float) -> tuple[float, float, float, float]:
    """West, east, south and north of the map in kilometres."""
    points = np.concatenate([thing.xy_km for thing in things])
    far = SEEN_BEYOND_RING * radius_km
    low = np.maximum(np.minimum(points.min(axis=0), -radius_km) - 25, -far)
    high = np.minimum(np.maximum(points.max(axis=0), radius_km) + 25, far)
    return float(low[0]), float(high[0]), float(low[1]), float(high[1])


def legend(ax: Axes, sites: list[Line2D], sides: set[str], unit: str, ring_text: str) -> None:
    """What the shapes mean, below the map."""
    handles = [
        *(Line2D([], [], color=SIDES[s][0], marker=SIDES[s][1], lw=1.1, ms=6, mec="white", label=f"{s}: path and start")
          for s in SIDES if s in sides),
        Line2D([], [], color=MUTED, lw=4.2, alpha=0.4, label=f"firm track held by {unit}"),
        Line2D([], [], color=MUTED, lw=0.9, ls=(0, (1, 2.2)), label="path not flown"),
        Line2D([], [], marker="o", mfc="none", mec=INK, ls="", ms=9, label="first detection by any radar"),
        Line2D([], [], marker="X", color=INK, ls="", ms=9, label="intercept: killed"),
        Line2D([], [], marker="x", color=INK, ls="", ms=7, label="intercept: not killed"),
        *sites,
        Line2D([], [], color=INK, lw=1.2, ls=(0, (7, 4)), label=ring_text),
    ]  # fmt: skip
    ax.legend(handles=handles, loc="upper left", bbox_to_anchor=(0.0, -0.015), ncols=4, fontsize=7.2, frameon=False,
              columnspacing=1.6, handlelength=2.4, borderaxespad=0.2, labelspacing=0.55)  # fmt: skip


def main() -> None:
    """Read the run, draw, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path, help="run folder")
    parser.add_argument("-o", "--out", type=Path, default=Path("case.png"), help="picture to write")
    parser.add_argument("--unit", help="fire unit in the middle (default: the first by name)")
    parser.add_argument("--replication", type=int, default=0, help="which replication; it must be recorded in full")
    args = parser.parse_args()
    run = openiads.open_run(args.run)
    scenario = openiads.load_scenario(run.folder / "scenario.yaml")
    unit = args.unit or min(scenario.spec.fire_units)
    sites, lowered = Sites(scenario.spec), lower(scenario)
    latitude, longitude, _ = sites.antenna(unit, scenario.spec.fire_units[unit].engagement_radar)
    plane = Plane(latitude, longitude)
    things = list(flights(lowered, scenario, plane))

    fig = plt.figure(figsize=(10, 7.5), dpi=180)
    ax = fig.add_axes((0.012, 0.172, 0.976, 0.745))
    missiles = scenario.spec.fire_units[unit].missiles
    west, east, south, north = extent(things, max(m.max_range_km for m in missiles.values()))
    box = ax.get_window_extent()
    middle, half = (south + north) / 2, max((north - south) / 2, (east - west) / 2 * box.height / box.width)
    wide = half * box.width / box.height
    ax.set_xlim((west + east) / 2 - wide, (west + east) / 2 + wide)
    ax.set_ylim(middle - half, middle + half)
    ax.set_xticks([])
    ax.set_yticks([])
    for spine in ax.spines.values():
        spine.set_color(FAINT)
    labels = Labels(ax)
    backdrop(ax, plane)
    _, ring_text = ring(ax, scenario, unit)
    draw_flights(ax, labels, run, things, held(run, unit, args.replication), args)
    keys = draw_sites(ax, labels, scenario, sites, plane, unit)
    name_flights(ax, labels, run, things, args.replication)
    scale_bar(ax)
    legend(ax, keys, {t.side for t in things}, unit, ring_text)
    manifest = run.reader.manifest
    fig.text(0.012, 0.982, manifest.title, fontsize=12.5, fontweight="bold", color=INK, va="top")
    note = (
        f"Public figures, in this model. Replication {args.replication} of {manifest.replications}, seed {manifest.seed}; "
        f"others end otherwise. Distances are from {unit}."
    )
    fig.text(0.012, 0.945, note, fontsize=8.4, color=MUTED, va="top")
    source = (
        f"Figures and their sources: openiads catalogue show PATH. {len(manifest.placeholders)} of the figures used are "
        f"placeholders without a public source. Map: Natural Earth {world_map.origin().natural_earth_version}, public domain. "
        f"{world_map.origin().disclaimer} Azimuthal equidistant around {unit}: distances from there are true. "
        f"openiads {openiads.__version__}."
    )
    fig.text(0.012, 0.012, "\n".join(textwrap.wrap(source, 190)), fontsize=6.8, color=MUTED, va="bottom", linespacing=1.3)
    fig.savefig(args.out)
    Image.open(args.out).quantize(COLORS, method=Image.Quantize.FASTOCTREE).save(args.out, optimize=True)
    print(args.out)


if __name__ == "__main__":
    main()
