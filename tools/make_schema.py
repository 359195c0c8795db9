"""Write docs/reference/scenario.schema.json and the tables of docs/reference/scenario.md from the specs.

Run it after a change of a spec: python tools/make_schema.py
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from openiads.models.base import Spec
from openiads.models.motion.spec import BallisticMotionSpec, PointSpec, WaypointMotionSpec, WaypointSpec
from openiads.models.sensing.spec import RadarSpec
from openiads.scenario.fields import Shape, fields_of
from openiads.scenario.schema import ScenarioSpec, file_schema

REFERENCE = Path(__file__).resolve().parents[1] / "docs" / "reference"
SCHEMA = REFERENCE / "scenario.schema.json"
PAGE = REFERENCE / "scenario.md"
BEGIN, END = "<!-- tables: made by tools/make_schema.py -->\n", "<!-- end of tables -->\n"
LIMITS = {"gt": "> {}", "ge": "≥ {}", "lt": "< {}", "le": "≤ {}"}
TITLES = {
    WaypointMotionSpec: "motion, kind `waypoints`",
    WaypointSpec: "waypoint",
    BallisticMotionSpec: "motion, kind `ballistic`",
    PointSpec: "point",
    RadarSpec: "radar (`search_radar`, `engagement_radar`)",
}


def schema_text() -> str:
    """The JSON Schema as it is committed."""
    return json.dumps(file_schema(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def page_text(page: str) -> str:
    """The reference page with fresh tables."""
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    return before + BEGIN + "\n" + "\n".join(tables()) + "\n" + END + after


def tables() -> Iterator[str]:
    """One table per section, each spec once, in the order of a file."""
    done: set[type[Spec]] = set()
    waiting: list[tuple[str, type[Spec]]] = [("top of the file", ScenarioSpec)]
    while waiting:
        title, model = waiting.pop(0)
        if model in done:
            continue
        done.add(model)
        yield f"### {title}\n"
        yield f"{(model.__doc__ or '').strip()}\n"
        yield "| key | value | when left out | meaning |\n|---|---|---|---|"
        below = []
        for shape in fields_of(model).values():
            yield f"| `{shape.name}` | {allowed(model, shape)} | {left_out(model, shape)} | {shape.description} |"
            below += [(TITLES.get(part, f"`{shape.name}`"), part) for part in shape.models]
        yield ""
        waiting = below + waiting


def allowed(model: type[Spec], shape: Shape) -> str:
    """What may stand after a key."""
    if shape.collection:
        return "mapping by id"
    if shape.sequence:
        return "list"
    if shape.models:
        return "id or section" if shape.leaf else "section"
    if shape.choices:
        return ", ".join(f"`{choice}`" for choice in shape.choices)
    info = next(info for name, info in model.model_fields.items() if (info.alias or name) == shape.name)
    limits = [
        LIMITS[key].format(plain(getattr(part, key))) for part in info.metadata for key in LIMITS if hasattr(part, key)
    ]
    if any(getattr(part, "pattern", None) for part in info.metadata):
        return "id"
    return " ".join([kind_of(str(info.annotation)), ", ".join(limits)]).strip()


def kind_of(annotation: str) -> str:
    """The plain word for a type."""
    words = (
        ("Mapping", "paths and values"),
        ("tuple", "list"),
        ("float", "number"),
        ("int", "whole number"),
        ("bool", "true or false"),
    )
    if "Mapping" not in annotation and "StringConstraints" in annotation:
        return "id"
    return next((word for key, word in words if key in annotation), "text")


def plain(bound: float) -> str:
    """A bound without needless digits."""
    return str(int(bound)) if bound == int(bound) else str(bound)


def left_out(model: type[Spec], shape: Shape) -> str:
    """What holds when a key is left out."""
    if shape.only_when is not None:
        name, value = shape.only_when
        return f"catalogue, if `{name}` is {'above 1' if value == 'several' else f'`{value}`'}"
    if shape.figure:
        return "catalogue, if it has it" if shape.optional else "catalogue"
    if shape.filled:
        return "catalogue"
    if shape.required:
        return "**required**"
    default: Any = next(info for name, info in model.model_fields.items() if (info.alias or name) == shape.name).default
    if shape.models or shape.collection or default is None or repr(default) == "PydanticUndefined":
        return "none"
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def main() -> int:
    """Write both files; with --check only say whether they are fresh."""
    page = PAGE.read_text(encoding="utf-8")
    fresh = {SCHEMA: schema_text(), PAGE: page_text(page)}
    if "--check" in sys.argv:
        stale = [path for path, text in fresh.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
        print("\n".join(f"{path} is stale: run python tools/make_schema.py" for path in stale) or "fresh")
        return len(stale)
    for path, text in fresh.items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
