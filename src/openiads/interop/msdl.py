"""Units and equipment of a scenario in MSDL (SISO-STD-007-2008) with their places: a truth table of one instant."""

import math
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np

from openiads.errors import InteropError
from openiads.geo.ellipsoid import ecef_to_geodetic
from openiads.interop.files import read_whole
from openiads.interop.truth import Summary, geodetic_columns

MOST_BYTES: Final = 256 * 1024**2
_SIDES: Final = {"FR": "friendly", "HO": "hostile", "NEUTRL": "neutral", "F": "friendly", "H": "hostile", "N": "neutral"}


class Reports:
    """Yields one batch of a truth table: each unit and piece of equipment with a geodetic or geocentric place."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.summary = Summary(str(path), time_zero="the start of the scenario")

    def batches(self) -> Iterator[dict[str, Any]]:
        """All units at once."""
        root = self._root()
        found = []
        for group, name in (("Unit", "unit"), ("EquipmentItem", "equipment")):
            for element in root.iter():
                if _tag(element) == group:
                    self.summary.count(name)
                    row = self._row(element, name)
                    found += [row] if row else []
        if found:
            self.summary.rows = self.summary.objects = len(found)
            names, sides, systems, latitude, longitude, height = zip(*found, strict=True)
            yield {
                "time_s": [0.0] * len(found),
                "object_id": list(names),
                **geodetic_columns(np.array(latitude), np.array(longitude), np.array(height)),
                "side": list(sides),
                "kind": [""] * len(found),
                "system": list(systems),
            }

    def _root(self) -> ET.Element:
        data = read_whole(self._path, most=MOST_BYTES)
        if (
            b"<!DOCTYPE" in data
            or b"<!ENTITY" in data
            or "<!DOCTYPE".encode("utf-16-le") in data
            or "<!DOCTYPE".encode("utf-16-be") in data
        ):
            raise InteropError(f"{self._path}: declares a document type, which MSDL does not have; it is not read")
        try:
            root = ET.fromstring(data)  # noqa: S314 - no document type, so no entities
        except (ET.ParseError, ValueError, LookupError) as error:
            raise InteropError(f"{self._path}: is no XML ({error})") from error
        if _tag(root) != "MilitaryScenario":
            raise InteropError(f"{self._path}: the root is {_tag(root)[:40]!r}, not MilitaryScenario; give an MSDL scenario")
        return root

    def _row(self, element: ET.Element, what: str) -> tuple[str, str, str, float, float, float] | None:
        name = _text(element, "Name") or _text(element, "ObjectHandle") or what
        place = next((e for e in element.iter() if _tag(e) == "CoordinateData"), None)
        symbol = _text(element, "SymbolIdentifier")
        side = _SIDES.get(_text(element, "HostilityStatusCode")) or _SIDES.get(symbol[1:2].upper(), "")
        if place is None:
            self.summary.count(f"{what} without a place, left out")
            return None
        kind = next((_tag(e) for e in place), "nothing")
        numbers = [
            _number(_text(place, field))
            for field in {"GDC": ("Latitude", "Longitude", "ElevationAGL"), "GCC": "XYZ"}.get(kind, ())
        ]
        if kind == "GDC":
            latitude, longitude, height = numbers[0], numbers[1], 0.0 if math.isnan(numbers[2]) else numbers[2]
        elif kind == "GCC" and all(map(math.isfinite, numbers)) and math.hypot(*numbers) > 1e6:
            lat, lon, high = ecef_to_geodetic(np.array(numbers))
            latitude, longitude, height = math.degrees(float(lat)), math.degrees(float(lon)), float(high)
        else:
            self.summary.fault(f"{what} {name!r}: a place as {kind} is not read; GDC and GCC are")
            return None
        if not (abs(latitude) <= 90 and abs(longitude) <= 360 and abs(height) < 1e6):
            self.summary.fault(f"{what} {name!r}: {latitude:g}, {longitude:g}, {height:g} is no place")
            return None
        return name, side, symbol, latitude, longitude, height


def _tag(element: ET.Element) -> str:
    return str(element.tag).rsplit("}", 1)[-1]


def _text(element: ET.Element, name: str) -> str:
    found = next((e for e in element.iter() if _tag(e) == name), None)
    return (found.text or "").strip() if found is not None else ""


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
