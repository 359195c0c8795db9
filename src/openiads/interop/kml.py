"""KML 2.2 and KMZ: paths as lines, and as points with their time spans, for Google Earth and GIS.

Only elements of the OGC schema are used.
"""

import zipfile
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import BinaryIO, Final
from xml.sax.saxutils import escape

import numpy as np

from openiads.interop.shapes import COLOURS, MISSILE_COLOUR, MISSILE_NOTE, NODE_COLOUR, label, legs, path_of, utc
from openiads.interop.source import Source, Thing, geodetic_degrees

NAMESPACE: Final = "http://www.opengis.net/kml/2.2"
EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""Date of the entry in a KMZ, so that the same run gives the same bytes."""


def text(source: Source, counts: Counter[str]) -> Iterator[str]:
    """A run as KML, piece by piece."""
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="{NAMESPACE}">\n<Document>\n<name>{escape(source.title)}</name>\n'
    yield f"<description>{escape(source.provenance)}. {MISSILE_NOTE}</description>\n"
    colours = {**COLOURS, "site": NODE_COLOUR, "missile": MISSILE_COLOUR}
    for name, colour in colours.items():
        yield _style(name, colour)
    yield "<Folder><name>sites</name>\n"
    for node in source.nodes:
        counts["sites"] += 1
        where = _coordinates(node.position_m[None])
        described = escape(f"{node.kind} {node.system}".strip())
        yield _placemark(escape(node.name), "site", f"<description>{described}</description>", f"<Point>{where}</Point>")
    yield "</Folder>\n"
    for thing in source.things:
        yield from _object(source, thing, counts)
    yield "<Folder><name>missiles</name>\n"
    for leg in legs(source):
        counts["missiles"] += 1
        span = _span(utc(source, leg.from_ns), utc(source, leg.until_ns))
        line = _line(np.stack([leg.from_ecef_m, leg.until_ecef_m]))
        name = escape(f"{leg.missile} {leg.name} at {leg.object_id}: {leg.result}")
        yield _placemark(name, "missile", span, line)
    yield "</Folder>\n</Document>\n</kml>\n"


def _style(name: str, colour: tuple[int, int, int]) -> str:
    red, green, blue = colour
    code = f"ff{blue:02x}{green:02x}{red:02x}"
    return (
        f'<Style id="{name}"><IconStyle><color>{code}</color></IconStyle>'
        f"<LineStyle><color>{code}</color><width>1</width></LineStyle></Style>\n"
    )


def _span(first: str, last: str) -> str:
    return f"<TimeSpan><begin>{first}</begin><end>{last}</end></TimeSpan>"


def _coordinates(position_m: object) -> str:
    latitude, longitude, height = geodetic_degrees(np.asarray(position_m))
    places = zip(longitude.tolist(), latitude.tolist(), height.tolist(), strict=True)
    joined = " ".join(f"{lon:.7f},{lat:.7f},{high:.1f}" for lon, lat, high in places)
    return f"<altitudeMode>absolute</altitudeMode><coordinates>{joined}</coordinates>"


def _line(position_m: object) -> str:
    return f"<LineString>{_coordinates(position_m)}</LineString>"


def _placemark(name: str, style: str, about: str, geometry: str) -> str:
    time = about if about.startswith("<TimeSpan") else ""
    described = "" if time else about
    return f"<Placemark><name>{name}</name>{described}{time}<styleUrl>#{style}</styleUrl>{geometry}</Placemark>\n"


def _object(source: Source, thing: Thing, counts: Counter[str]) -> Iterator[str]:
    name = escape(thing.object_id)
    described = escape(", ".join(f"{key.replace('_', ' ')} {value}" for key, value in label(thing).items() if value))
    pieces = path_of(source, thing)
    began = False
    for times, positions in pieces:
        if not began:
            began = True
            counts["objects"] += 1
            yield f"<Folder><name>{name}</name><description>{described}</description>\n"
        span = _span(utc(source, int(times[0])), utc(source, int(times[-1])))
        if len(times) > 1:
            yield _placemark(f"{name} ({thing.side}), path", thing.side, span, _line(positions))
        for (a, b), place in zip(pairwise([*times.tolist(), int(times[-1])]), positions, strict=True):
            counts["points"] += 1
            when = _span(utc(source, a), utc(source, b))
            yield _placemark(f"{name} ({thing.side})", thing.side, when, f"<Point>{_coordinates(place[None])}</Point>")
    if began:
        yield "</Folder>\n"


def write(source: Source, file: BinaryIO, name: str, counts: Counter[str], left_out: Counter[str]) -> None:
    """Write a run as `.kml`, or as `.kmz`, which is the same zipped."""
    if name.endswith(".kml"):
        for piece in text(source, counts):
            file.write(piece.encode())
        return
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        entry = zipfile.ZipInfo("doc.kml", EPOCH)
        entry.compress_type = zipfile.ZIP_DEFLATED
        with archive.open(entry, "w", force_zip64=True) as member:
            for piece in text(source, counts):
                member.write(piece.encode())
