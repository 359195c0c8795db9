"""Compare every figure of the catalogue with the reference sheet of public figures.

    python tools/compare_catalogue.py                   # one line per class, then everything that is not plainly equal
    python tools/compare_catalogue.py --all             # one line per figure
    python tools/compare_catalogue.py --sample 30       # so many figures beside the sheet's own text, to be read by eye

Each figure is in exactly one class: equal (it names a fact, and value, spread, unit, grade and number of sources agree), derived
(it names the fact out of which it was read or computed), placeholder (no public figure; the entry says why the value was
chosen), or stated (it cites a book). Exit code 1 when a figure differs, belongs to no class, or when a fact of the sheet is
neither taken nor on the list of those left out. OPENIADS_REFERENCE names the folder of the sheet.
"""

import argparse
import os
import random
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from openiads.catalogue import Entry, Figure, load_catalogue

ROOT = Path(__file__).resolve().parents[1]
SHEET = (ROOT / os.environ.get("OPENIADS_REFERENCE", "../shared/reference") / "public_facts.yaml").resolve()
SECTIONS = ("s400", "patriot", "targets", "nato_air_defence", "places")

STATED = {
    "defaults.atmosphere.refraction_factor": "four thirds, from a textbook",
    "defaults.sensing.water_vapour_gpm3": "a reference atmosphere of the ITU",
}
"""Figures that neither the sheet nor a placeholder stands behind."""

LEFT_OUT = {
    "s400.turkish_order.first_delivery_flights": "a date of the case, in docs/explanation/turkey-2019.md",
    "s400.turkish_order.planned_activation": "a date of the case, in docs/explanation/turkey-2019.md",
    "patriot.offer_to_turkey_2018.remark": "a remark",
    "nato_air_defence.natinamds.peacetime_mission_since": "a date that no figure rests on",
    "nato_air_defence.natinamds.southern_CAOC": "an organisation that is not modelled",
    "nato_air_defence.natinamds.other_CAOC": "an organisation that is not modelled",
    "nato_air_defence.link16.time_slot": "links are cycles, delays and losses; slots are not modelled",
    "nato_air_defence.link16.slots_per_second": "as above",
    "nato_air_defence.link16.frame": "as above; the cycle of a link is its track update",
    "nato_air_defence.link16.slots_per_frame": "as above",
    "nato_air_defence.link16.epoch": "as above",
    "nato_air_defence.link16.frequency_range": "as above",
    "nato_air_defence.AN_TPY_2_Kurecik.operational_since": "a date that no figure rests on",
    "nato_air_defence.AN_TPY_2_Kurecik.site_note": "a remark",
    "nato_air_defence.generic_long_range_3D_radar.users_in_model": "a remark",
    "nato_air_defence.allied_patriot_deployment_turkey": "history before the case",
}
"""Facts of the sheet that no entry takes, and why."""


@dataclass(frozen=True)
class Comparison:
    """One figure, its class, and what differs."""

    figure: Figure
    kind: str
    differs: str = ""


@cache
def sheet() -> dict[str, Any]:
    """The sheet as plain data."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(SHEET.read_text(encoding="utf-8"), Loader=loader)  # type: ignore[no-any-return]


def entries() -> Iterator[Entry]:
    """Every entry of the catalogue."""
    catalogue = load_catalogue()
    for family in catalogue.families():
        yield from catalogue.entries(family)


def look_up(path: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fact that `path` names (or whose part it names), and its low, nominal and high; KeyError when there is none."""
    node: Any = sheet()
    fact: dict[str, Any] = {}
    for key in path.split("."):
        node = node[key]
        if isinstance(node, dict):
            fact = node
    if not isinstance(node, dict):
        return fact, dict.fromkeys(("low", "nominal", "high"), node)
    return fact, {key: node.get(key, node.get("value")) for key in ("low", "nominal", "high")}


def compare(figure: Figure) -> Comparison:
    """The class of a figure, and what differs between it and the sheet."""
    if figure.fact is not None:
        return Comparison(figure, "equal", differs=", ".join(differences(figure)))
    if figure.derived_from is not None:
        return Comparison(figure, "derived", differs=unknown_origin(figure.derived_from))
    if figure.placeholder:
        return Comparison(figure, "placeholder", differs="" if figure.note else "a placeholder without a note")
    if figure.path in STATED:
        return Comparison(figure, "stated")
    return Comparison(figure, "none", differs="names no fact, derives from none, is no placeholder and is not listed")


def differences(figure: Figure) -> Iterator[str]:
    """What of a figure is not as its fact says."""
    fact, stated = look_up(str(figure.fact))
    for key, number in stated.items():
        ours, theirs = getattr(figure, key), in_unit_of(figure, fact, number)
        close = 5e-4 if figure.unit == "m2" else 1e-12  # a cross-section out of dBsm is written with four digits
        if theirs is None or ours is None or abs(ours - theirs) > close * abs(theirs):
            yield f"{key} is {ours} and should be {theirs}"
    if figure.grade != fact["confidence"]:
        yield f"grade is {figure.grade} and should be {fact['confidence']}"
    listed = fact["source"] if isinstance(fact["source"], list) else [fact["source"]]
    if len(figure.sources) != len(listed):
        yield f"{len(figure.sources)} sources where the sheet has {len(listed)}"


def in_unit_of(figure: Figure, fact: dict[str, Any], number: Any) -> float | None:
    """A number of the sheet in the unit of the figure; None when the units do not go together."""
    unit = str(fact.get("unit", "")).split(",")[0]
    short = unit.split(" ")[0]
    if not isinstance(number, int | float):
        return None
    if figure.unit == "m2" and short == "dBsm":
        return float(10.0 ** (number / 10.0))
    if figure.unit == "km" and short == "m":
        return number / 1000.0
    physical = {"km", "m", "s", "m/s", "m2", "deg", "min", "h"}
    if figure.name == "ground_m" or figure.unit == short or figure.unit not in physical:
        return float(number)
    return None


def unknown_origin(text: str) -> str:
    """Empty, or why the origin of a derived figure does not exist."""
    path = text.split(":", maxsplit=1)[0]
    if path.split(".")[0] not in sheet() or "." not in path:
        return ""  # in words, or an entry of a list such as the timeline
    try:
        look_up(path)
    except KeyError:
        return f"{path} is not in the sheet"
    return ""


def not_taken() -> list[str]:
    """Facts of the sheet that no entry takes and that the list of those left out does not name."""
    taken = set(LEFT_OUT)
    for entry in entries():
        for item in (*entry.figures.values(), *entry.attributes.values()):
            taken |= {name for name in (item.fact, (item.derived_from or "").split(":")[0]) if name}
    return [path for section in SECTIONS for path in facts(sheet()[section], section) if path not in taken]


def facts(node: Any, path: str) -> Iterator[str]:
    """Paths of the facts below a node: of a place its parts, of anything else what has a value or a nominal."""
    if not isinstance(node, dict):
        return
    if "lat" in node:
        yield from (f"{path}.{part}" for part in ("lat", "lon", "elevation_m") if node.get(part) is not None)
    elif "confidence" in node and ("value" in node or "nominal" in node):
        yield path
    else:
        for key, part in node.items():
            yield from facts(part, f"{path}.{key}")


def line(found: Comparison) -> str:
    """One figure with what stands behind it."""
    f = found.figure
    spread = f"{f.low} / {f.nominal} / {f.high}" if f.nominal is not None else repr(f.value)
    behind = f.fact or f.derived_from or f.note
    return f"{found.kind:<12}{f.path:<58}{spread} {f.unit} [{f.grade}]  {behind}" + (
        f"  !! {found.differs}" * bool(found.differs)
    )


def by_eye(found: Comparison) -> str:
    """One figure beside the raw text of what it names, for a reader."""
    f = found.figure
    origin = (f.fact or f.derived_from or "").split(":")[0]
    try:
        fact, stated = look_up(origin)
        raw = {
            key: fact[key] for key in ("value", "low", "nominal", "high", "unit", "confidence", "note") if key in fact
        } or stated
        raw = raw if {"value", "nominal"} & set(raw) else {**raw, "value": stated["nominal"]}
    except KeyError:
        raw = {"placeholder": f.placeholder, "note": f.note}
    return f"{line(found)}\n{'':12}sheet: {raw}"


def main() -> int:
    """Print the comparison; see the top of this file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", action="store_true", help="one line per figure")
    parser.add_argument("--sample", type=int, default=0, metavar="N", help="print N figures beside the sheet")
    parser.add_argument("--seed", type=int, default=1, help="which sample")
    arguments = parser.parse_args()
    found = [compare(figure) for entry in entries() for figure in entry.figures.values()]
    wrong = [one for one in found if one.differs]
    for one in found if arguments.all else wrong:
        print(line(one))
    for one in random.Random(arguments.seed).sample(found, min(arguments.sample, len(found))):
        print(by_eye(one))
    missing = not_taken()
    counts = Counter(one.kind for one in found)
    print(f"{len(found)} figures: " + ", ".join(f"{counts[kind]} {kind}" for kind in sorted(counts)))
    print(f"{len(wrong)} differ; facts of the sheet left out with a reason: {len(LEFT_OUT)}, without: {len(missing)}")
    for path in missing:
        print(f"not taken: {path}")
    return 1 if wrong or missing else 0


if __name__ == "__main__":
    sys.exit(main())
