"""GeoJSON (RFC 7946): paths, sites and missiles of a run as features, one at a time."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np

from openiads.interop.shapes import label, legs, path_of, utc
from openiads.interop.source import Source, geodetic_degrees


def features(source: Source) -> Iterator[dict[str, Any]]:
    """Sites as points, paths as lines with a time for each position in `times`, missiles as straight lines."""
    for node in source.nodes:
        about: dict[str, Any] = {"what": "site", "id": node.name, "kind": node.kind, "system": node.system}
        yield _feature({"type": "Point", "coordinates": _places(node.position_m[None])[0]}, about)
    for thing in source.things:
        for times, positions in path_of(source, thing):
            about = {"what": "object", "id": thing.object_id, **label(thing)}
            about["times"] = [utc(source, at_ns) for at_ns in times.tolist()]
            places = _places(positions)
            line = (
                {"type": "LineString", "coordinates": places}
                if len(places) > 1
                else {"type": "Point", "coordinates": places[0]}
            )
            yield _feature(line, about)
    for leg in legs(source):
        about = {"what": "missile", "id": leg.name, "missile": leg.missile, "at": leg.object_id, "result": leg.result}
        about["times"] = [utc(source, leg.from_ns), utc(source, leg.until_ns)]
        ends = np.stack([leg.from_ecef_m, leg.until_ecef_m])
        yield _feature({"type": "LineString", "coordinates": _places(ends)}, about)


def _feature(geometry: dict[str, Any], about: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": about}


def _places(position_m: Any) -> list[list[float]]:
    latitude, longitude, height = geodetic_degrees(position_m)
    rows = zip(longitude.tolist(), latitude.tolist(), height.tolist(), strict=True)
    return [[round(lon, 7), round(lat, 7), round(high, 1)] for lon, lat, high in rows]


def write(source: Source, file: BinaryIO, name: str, counts: Counter[str], left_out: Counter[str]) -> None:
    """Write a run as one feature collection."""
    head = json.dumps({"title": source.title, "provenance": source.provenance}, ensure_ascii=False)
    file.write(f'{{"type":"FeatureCollection","properties":{head},"features":[\n'.encode())
    for number, feature in enumerate(features(source)):
        text = json.dumps(feature, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        file.write((",\n" if number else "").encode() + text.encode())
        counts[f"{feature['properties']['what']}s"] += 1
    file.write(b"\n]}\n")
