"""CZML: a run as JSON packets for CesiumJS. Truth paths, sites, missiles as straight lines."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any, BinaryIO

from openiads.interop.shapes import COLOURS, MISSILE_COLOUR, MISSILE_NOTE, NODE_COLOUR, label, legs, path_of, utc
from openiads.interop.source import NodeSite, Source, Thing

SPEED_UP = 10


def packets(source: Source) -> Iterator[dict[str, Any]]:
    """The packets of a run: the document first, then sites, objects and missiles.

    Paths are sampled so that Cesium, which joins positions in the earth-centred frame, stays within 1 m.
    """
    first, last = utc(source, source.from_ns), utc(source, source.until_ns)
    yield {
        "id": "document",
        "name": source.title,
        "version": "1.0",
        "description": f"{source.provenance}. {MISSILE_NOTE}",
        "clock": {"interval": f"{first}/{last}", "currentTime": first, "multiplier": SPEED_UP, "range": "LOOP_STOP"},
    }
    for node in source.nodes:
        yield _site(node)
    for thing in source.things:
        yield from _object(source, thing)
    for leg in legs(source):
        yield {
            "id": f"missile {leg.name}",
            "name": f"{leg.missile} of {leg.node}: {leg.result}",
            "description": f"At {leg.object_id}, {leg.result}. {MISSILE_NOTE}",
            "availability": f"{utc(source, leg.from_ns)}/{utc(source, leg.until_ns)}",
            "polyline": {
                "positions": {"cartesian": [*_rounded(leg.from_ecef_m), *_rounded(leg.until_ecef_m)]},
                "arcType": "NONE",
                "width": 1,
                "material": {"solidColor": {"color": {"rgba": [*MISSILE_COLOUR, 255]}}},
            },
        }


def _rounded(position_m: Any) -> list[float]:
    return [round(float(x), 2) for x in position_m]


def _marker(text: str, colour: tuple[int, int, int], size: int) -> dict[str, Any]:
    return {
        "point": {"pixelSize": size, "color": {"rgba": [*colour, 255]}, "outlineWidth": 1},
        "label": {"text": text, "font": "10pt sans-serif", "pixelOffset": {"cartesian2": [0, -14]}, "show": True},
    }


def _site(node: NodeSite) -> dict[str, Any]:
    return {
        "id": f"site {node.name}",
        "name": node.name,
        "description": f"{node.kind} {node.system}".strip(),
        "position": {"cartesian": _rounded(node.position_m)},
        **_marker(f"{node.name} ({node.kind.replace('_', ' ')})", NODE_COLOUR, 8),
    }


def _object(source: Source, thing: Thing) -> Iterator[dict[str, Any]]:
    for number, (times, positions) in enumerate(path_of(source, thing)):
        flat: list[float] = []
        for at_ns, place in zip(times.tolist(), positions.tolist(), strict=True):
            flat += [round((at_ns - source.from_ns) / 1e9, 6), *_rounded(place)]
        yield {
            "id": f"object {thing.object_id}" + (f" {number + 1}" if number else ""),
            "name": thing.object_id,
            "description": ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in label(thing).items() if value),
            "availability": f"{utc(source, int(times[0]))}/{utc(source, int(times[-1]))}",
            "position": {
                "epoch": utc(source, source.from_ns),
                "cartesian": flat,
                "interpolationAlgorithm": "LINEAR",
                "interpolationDegree": 1,
            },
            "path": {"width": 1, "material": {"solidColor": {"color": {"rgba": [*COLOURS[thing.side], 160]}}}},
            **_marker(f"{thing.object_id} ({thing.side})", COLOURS[thing.side], 6),
        }


def write(source: Source, file: BinaryIO, name: str, counts: Counter[str], left_out: Counter[str]) -> None:
    """Write a run as one JSON array, packet by packet."""
    file.write(b"[\n")
    for number, packet in enumerate(packets(source)):
        text = json.dumps(packet, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        file.write((",\n" if number else "").encode() + text.encode())
        counts["packets"] += 1
    file.write(b"\n]\n")
