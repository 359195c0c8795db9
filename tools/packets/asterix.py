"""ASTERIX records of a run: what each item must hold, from the run's tables, and three decoders side by side."""

import json
import math
import subprocess
from collections.abc import Iterator
from heapq import merge
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np

from openiads.geo.ellipsoid import ecef_to_geodetic, enu_axes, geodetic_to_ecef, polar_to_ecef
from openiads.interop.asterix.library import library
from openiads.interop.pcap import read_datagrams
from openiads.interop.source import Source
from packets.reading import Near, Report, packets, strange_lines

PORT = 8600
NM_M, FOOT_M = 1852.0, 0.3048
Wanted = dict[str, Any]

LAYOUT = {
    34: "010_SAC 010_SIC 000 030:s 041:s 120_HGT:m 120_LAT:° 120_LON:°",
    48: "010_SAC 010_SIC 140:s 020_TYP 020_SIM 040_RHO:NM 040_THETA:° 110_3DH:ft",
    62: "010_SAC 010_SIC 070:s 105_LAT:° 105_LON:° 185_VX:m/s 185_VY:m/s 040 080_MON 080_SRC 080_CNF 080_SIM 130:ft 220:ft/min "
    "500_APC_X:m 500_APC_Y:m",
}
"""Items, sub-items and units by category."""

ITEMS: dict[int, dict[str, tuple[str, list[str], str]]] = {}
for _category, _line in LAYOUT.items():
    for _name, _, _unit in (word.partition(":") for word in _line.split()):
        _item, *_parts = _name.split("_")
        ITEMS.setdefault(_category, {})[_name if _parts else f"{_item}_VALUE"] = _item, _parts, _unit
"""Items as tshark names them, and where libasterix has them: item, sub-item, unit."""

THIRD = {
    "I000/MsgTyp": "000_VALUE", "I030/ToD": "030_VALUE", "I041/RotS": "041_VALUE", "I120/Height": "120_HGT", "I120/Lon": "120_LON",
    "I140/ToD": "140_VALUE", "I110/3D_Height": "110_3DH", "I070/ToT": "070_VALUE", "I105/Lat": "105_LAT", "I105/Lon": "105_LON",
    "I185/Vx": "185_VX", "I185/Vy": "185_VY", "I040/TrkN": "040_VALUE", "I130/Alt": "130_VALUE", "I220/RoC": "220_VALUE",
    "I500/APC/APC_X": "500_APC_X", "I500/APC/APC_Y": "500_APC_Y",
}  # fmt: skip
"""Where asterix_decoder names an item otherwise."""

THIRD_PROGRAM = """
import asterix, json, sys
for line in sys.stdin:
    (record,) = asterix.parse(bytes.fromhex(line))
    found = {}
    def walk(path, tree):
        if "val" in tree:
            found[path] = tree["val"]
            return
        for name, part in tree.items():
            walk(path + "/" + name, part)
    for name, tree in record.items():
        if name[0] == "I" and isinstance(tree, dict):
            walk(name, tree)
    print(json.dumps(found))
"""


def compare(source: Source, capture: Path, report: Report, *, third: str | None) -> None:
    """Compare every record with the run, and the decoders with one another."""
    for line in strange_lines(capture, "asterix", PORT):
        report.fault(f"ASTERIX: tshark prints {line!r}")
    streams = {34: markers(source), 48: plots(source), 62: tracks(source)}
    others = [_by_libasterix(capture)] + ([_by_third(capture, third)] if third else [])
    for (frame, got), *more in zip_longest(packets(capture, "asterix", PORT), *others, fillvalue=({}, {})):
        where, category = f"packet {frame.get('frame_frame_number')}", int(got.pop("category", [0])[0])
        named = {name.removeprefix(f"{category:03d}_"): value for name, value in got.items() if value != [None]}
        told = {name: value for name, value in named.items() if name not in {"length", "FX"}}
        want = next(streams.get(category, iter(())), None)
        if want is None:
            report.fault(f"{where}: a record of category {category} that the run does not have")
            continue
        report.compare(f"ASTERIX CAT{category:03d}", where, told, want)
        for name, values in zip(("libasterix", "asterix_decoder"), more, strict=False):
            agree(report, f"ASTERIX CAT{category:03d} tshark = {name}", where, told, values)
    for category, rest in streams.items():
        left = sum(1 for _ in rest)
        if left:
            report.fault(f"{left} records of CAT{category:03d} of the run are not in the capture")


def agree(report: Report, kind: str, where: str, told: dict[str, Any], other: dict[str, Any]) -> None:
    """Two decoders give the same number for every item that both name."""
    report.packets[kind] += 1
    for name, (value, *_) in told.items():
        if name in other:
            report.compared[kind] += 1
            a, b = float(int(value, 16)) if str(value).startswith("0x") else float(value), float(other[name])
            if abs(a - b) > 1e-9 * max(1.0, abs(a)) + (2e-8 if name.endswith(("LAT", "LON")) else 0.0):
                coarse = kind.endswith("asterix_decoder") and name.startswith("120_") and abs(a - b) < 1e-5
                if not coarse:  # asterix_decoder multiplies by a rounded constant there
                    report.fault(f"{where}: {kind}: {name} is {a} and {b}")


def _by_libasterix(capture: Path) -> Iterator[dict[str, Any]]:
    for datagram in read_datagrams(capture):
        category = datagram.payload[0]
        bits = library().bits.from_bytes(datagram.payload[3:])
        (record,) = library().categories[category].cv_uap.parse(bits)
        found = {}
        for name, (item, parts, unit) in ITEMS[category].items():
            value = record.get_item(item)
            for step in parts:
                value = value.variation.get_item(step) if value is not None else None
            if value is not None:
                found[name] = _quantity(value, unit)
        yield found


def _quantity(value: Any, unit: str) -> float:
    if not unit:
        return float(value.as_uint())
    content = getattr(value, "variation", value)
    return float(content.content.as_quantity(unit))


def _by_third(capture: Path, interpreter: str) -> Iterator[dict[str, Any]]:
    lines = "\n".join(datagram.payload.hex() for datagram in read_datagrams(capture))
    command = [interpreter, "-c", THIRD_PROGRAM]
    told = subprocess.run(command, input=lines + "\n", stdout=subprocess.PIPE, text=True, check=True, env={}).stdout
    for line in told.splitlines():
        yield {THIRD.get(name, name[1:].replace("/", "_")): value for name, value in json.loads(line).items()}


def _time(source: Source, at_ns: int) -> Near:
    return Near((source.epoch_ns + at_ns) % (86_400 * 10**9) / 1e9, 1 / 256 + 1e-9)


def _codes(source: Source) -> tuple[dict[tuple[str, str], int], dict[str, int]]:
    radars = {key: k for k, key in enumerate(sorted(source.radars), start=1)}
    return radars, {name: len(radars) + k for k, name in enumerate(sorted(n.name for n in source.nodes), start=1)}


def markers(source: Source) -> Iterator[Wanted]:
    """North markers, or one service message at the start for radars that do not rotate."""
    codes, _ = _codes(source)

    def one(radar: Any) -> Iterator[tuple[int, Wanted]]:
        rotates = radar.spec.kind == "rotating"
        period_ns = round(radar.spec.scan_period_s * 1e9) if rotates else 10**18
        first = -(-source.from_ns // period_ns) * period_ns if rotates else source.from_ns
        for at_ns in range(first, source.until_ns + 1, period_ns):
            want: Wanted = {"010_SIC": codes[radar.node, radar.role], "000_VALUE": 1, "030_VALUE": _time(source, at_ns)}
            if rotates:
                want["041_VALUE"] = Near(period_ns / 1e9, 1 / 256 + 1e-9)
            want["120_HGT"] = Near(radar.height_m, 0.5)
            for name, angle in (("LAT", radar.latitude_rad), ("LON", radar.longitude_rad)):
                want[f"120_{name}"] = Near(math.degrees(angle), 90 / 2**23 + 1e-9)
            yield at_ns, want

    for _, want in merge(*(one(radar) for radar in source.radars.values()), key=lambda timed: timed[0]):
        yield want


def plots(source: Source) -> Iterator[Wanted]:
    """Plots within 256 nautical miles, with their height where 14 bits hold it."""
    codes, _ = _codes(source)
    for row in source.rows("plots"):
        radar = source.radars[row["node"], row["radar"]]
        if round(row["range_m"] / NM_M * 256) >= 65_536:
            continue
        polar = {name: np.array([row[name]]) for name in ("range_m", "azimuth_rad", "elevation_rad")}
        site_m = geodetic_to_ecef(
            latitude_rad=radar.latitude_rad, longitude_rad=radar.longitude_rad, height_m=radar.height_m
        )
        axes = enu_axes(latitude_rad=radar.latitude_rad, longitude_rad=radar.longitude_rad)
        height_ft = float(ecef_to_geodetic(polar_to_ecef(site_m, axes, **polar))[2][0]) / FOOT_M
        turn = math.degrees(row["azimuth_rad"]) % 360.0
        turn = turn - 360.0 if turn > 360.0 - 180 / 65_536 else turn
        want: Wanted = {
            "010_SIC": codes[row["node"], row["radar"]], "140_VALUE": _time(source, row["at_ns"]), "020_TYP": 1, "020_SIM": 1,
            "040_RHO": Near(row["range_m"] / NM_M, 1 / 512 + 1e-9), "040_THETA": Near(turn, 180 / 65_536 + 1e-9),
        }  # fmt: skip
        if -(1 << 13) <= round(height_ft / 25) < 1 << 13:
            want["110_3DH"] = Near(height_ft, 12.5 + 1e-6)
        yield want


def tracks(source: Source) -> Iterator[Wanted]:
    """The nodes' own tracks."""
    _, codes = _codes(source)
    for row in source.rows("tracks"):
        if row["source"] != "own":
            continue
        position = np.array([row[f"position_ecef_{a}_m"] for a in "xyz"])
        velocity = np.array([row[f"velocity_ecef_{a}_mps"] for a in "xyz"])
        latitude, longitude, height = (float(x) for x in ecef_to_geodetic(position))
        east, north, up = enu_axes(latitude_rad=latitude, longitude_rad=longitude) @ velocity
        if not all(-(1 << 15) <= round(v * 4) < 1 << 15 for v in (east, north)):
            continue
        want: Wanted = {
            "010_SIC": codes[row["node"]], "070_VALUE": _time(source, row["at_ns"]),
            "040_VALUE": int(row["track_id"].split("/")[-1]) & 0xFFFF,
            "105_LAT": Near(math.degrees(latitude), 90 / 2**25 + 1e-9), "105_LON": Near(math.degrees(longitude), 90 / 2**25 + 1e-9),
            "185_VX": Near(east, 0.125 + 1e-9), "185_VY": Near(north, 0.125 + 1e-9), "080_MON": 1, "080_SRC": 2, "080_SIM": 1,
            "080_CNF": int(row["status"] == "tentative"),
        }  # fmt: skip
        if -(1 << 15) <= round(height / FOOT_M / 6.25) < 1 << 15:
            want["130_VALUE"] = Near(height / FOOT_M, 3.125 + 1e-6)
        if -(1 << 15) <= round(up / FOOT_M * 60 / 6.25) < 1 << 15:
            want["220_VALUE"] = Near(up / FOOT_M * 60, 3.125 + 1e-6)
        sigma = min(row["sigma_position_m"] / 3**0.5, 32_767.5)
        yield want | {"500_APC_X": Near(sigma, 0.25 + 1e-9), "500_APC_Y": Near(sigma, 0.25 + 1e-9)}
