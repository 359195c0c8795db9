"""Write `docs/reference/records.md` from the dtypes, their comments and `openiads.records.description`."""

import ast
import inspect
import io
import re
import tokenize
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from openiads.records import arms, case, description, fighters, state, tables, truth_arrays
from openiads.tracking import records as tracking

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "records.md"
UNITS = {"_ns": "ns", "_mps": "m/s", "_m2ps3": "m²/s³", "_radps": "rad/s", "_rad": "rad", "_db": "dB", "_m": "m", "_s": "s"}
HEAD = """# The records

Written by `tools/make_records_page.py` from the code; edit `openiads.records` and `openiads.tracking.records`, not this page.

A scenario is lowered once to a **case**: frozen arrays that every replication reads. A replication has a **state**: every array
that its walk writes. A snapshot is a state and nothing else. The tables that a run leaves are on [the tables page](tables.md);
they are made from the state and carry names, never indexes.

## Conventions

- Lengths are metres, angles radians, speeds metres per second, decibels are marked `_db`. The unit is in the name; a field
  without a unit is a count, a code, an index or a probability.
- Positions and velocities are ECEF (earth-centred, earth-fixed, WGS 84). Azimuths are clockwise from north, elevations
  above the horizontal, both in the east-north-up frame of the radar.
- Times are whole nanoseconds since the start of the scenario. A time of -1 means "not yet" or "never"; a due time that does
  not come is 2⁶³ - 1.
- Altitudes in a scenario say `amsl` (above mean sea level) or `agl` (above ground level). The geoid is taken as the
  ellipsoid, so `amsl` is the height above the WGS 84 ellipsoid; around Turkey the two differ by 20 to 40 m.
- Entities are sorted by name: objects, nodes, radars, fire units, links. The order in a file means nothing.
- Ties at the same time and rank in the calendar break by the hash of the name; ties between tracks by track number, which
  counts at each node from 0 and is never used twice.
- Indexes stay inside one run; files and tables carry names.
- Truth and picture lie apart. Arrays marked **truth** may be read by sensing and by the engine's resolve step; command,
  engagement and assessment are never given them.
- Whoever is named as owner allocates an array; only the writers named may change it. Rooms are modules of `openiads`.
"""


def comments(module: ModuleType) -> dict[tuple[str, str], str]:
    """The comment behind each field of each dtype that `module` defines, by (record, field)."""
    source = inspect.getsource(module)
    behind = {
        token.start[0]: token.string.lstrip("# ").strip()
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
    }
    found = {}
    for statement in ast.parse(source).body:
        target = statement.targets[0] if isinstance(statement, ast.Assign) else getattr(statement, "target", None)
        if not isinstance(target, ast.Name) or statement.lineno == statement.end_lineno:
            continue
        for node in ast.walk(statement):
            if isinstance(node, ast.Tuple) and node.elts and isinstance(node.elts[0], ast.Constant):
                field = node.elts[0].value
                if isinstance(field, str) and node.lineno in behind:
                    found[target.id, field] = behind[node.lineno]
    return found


CODES = {
    "END_STATES": tables.END_STATES,
    "IDENTITIES": tables.IDENTITIES,
    "EVENTS": tables.EVENTS,
    "SHOT_RESULTS": tables.SHOT_RESULTS,
    "ASSESSMENTS": tables.ASSESSMENTS,
    "REFERENCES": tables.REFERENCES,
    "IDENTIFICATIONS": tables.IDENTIFICATIONS,
}
NAMED = {
    ("OBJECT_END", "LOOK", "FRAME", "LINK", "COMMAND"): "kind of an instant",
    ("FRIENDLY", "NEUTRAL", "HOSTILE"): "side of an object (truth)",
    ("FRONT", "SIDE", "REAR"): "sector of a cross-section",
    ("ROTATING", "MULTIFUNCTION"): "kind of a radar",
    ("HOLD", "TIGHT", "FREE"): "weapons control, in `case`",
    ("SHOOT_LOOK_SHOOT", "SALVO_2", "SHOOT_SHOOT_LOOK", "SALVO"): "doctrine",
    ("BALLISTIC", "FAST", "SLOW", "LOW"): "class of a track, by its motion",
    ("NOBODY", "ANYBODY", "OWN_RADAR"): "who must hold a track while a missile flies",
    ("HOME", "ORDERED", "FLYING", "RETURNING", "SPENT"): "status of a pair of fighters",
    ("FREE_SHOT", "PLANNED", "FLYING", "ASSESSING", "DONE"): "status of a shot",
    ("CONTENT_TRACKS", "CONTENT_STATUS"): "content of a message",
    ("TENTATIVE", "FIRM"): "status of a track; 0 is a free slot",
    ("OWN", "REMOTE"): "source of a track",
    ("CHANGED_TENTATIVE", "CHANGED_FIRM", "CHANGED_DROPPED", "CHANGED_UPDATED"): "change of a track",
}
TRACKER = """`openiads.tracking.records`. The caller owns these arrays; the tracker writes them in place. Its scratch arrays
({scratch}) are made by `make_scratch`, one set per worker, and carry nothing from one call to the
next; they are not part of the state and free to change. How it works is on [the tracking page](tracking.md)."""
COMMENTS = {**comments(case), **comments(arms), **comments(fighters), **comments(state), **comments(tracking)}


def dtype_of(record: str) -> np.dtype[Any]:
    """The dtype called `record`."""
    for module in (case, arms, fighters, state, tracking):
        if isinstance(getattr(module, record, None), np.dtype):
            found: np.dtype[Any] = getattr(module, record)
            return found
    raise KeyError(record)


def meaning_of(record: str, field: str) -> str:
    """What a field means: its comment, else what `description` says; empty when neither does."""
    if record == "COUNTS":
        return field.replace("_", " ")
    told = COMMENTS.get((record, field))
    return told or description.MEANINGS.get(f"{record}.{field}") or description.COMMON.get(field, "")


def unit_of(field: str, meaning: str) -> str:
    """The unit of a field: in brackets in its meaning, else the suffix of its name."""
    stated = re.findall(r"\[([^\]]+)\]", meaning)
    if stated:
        return ", ".join(stated).replace("m2", "m²").replace("s2", "s²")
    return next((unit for suffix, unit in UNITS.items() if field.endswith(suffix)), "")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def record_section(record: str, intro: str = "") -> list[str]:
    """The part of the page about one record."""
    dtype = dtype_of(record)
    lines = [f"### {record}", "", *([intro, ""] if intro else [])]
    lines += ["| field | dtype | shape | unit | frame | meaning |", "|---|---|---|---|---|---|"]
    for field in dtype.names or ():
        base, shape = dtype[field].base, dtype[field].shape
        meaning = meaning_of(record, field)
        unit, frame = unit_of(field, meaning), description.FRAMES.get(field, "")
        if "[" in meaning and not field.startswith("["):
            meaning = re.sub(r" ?\[[^\]]+\]", "", meaning)
        size = "×".join(map(str, shape))
        lines.append(f"| `{field}` | {base.name} | {size} | {unit} | {frame} | {_cell(meaning)} |")
    return [*lines, ""]


def codes_section() -> list[str]:
    """The part of the page about codes: what a whole number in a record stands for."""
    lines = ["## Codes", "", "| code | values |", "|---|---|"]
    for name, words in CODES.items():
        values = ", ".join(f"{number} {word}" for number, word in enumerate(words))
        lines.append(f"| {name} | {values} |")
    for names, meaning in NAMED.items():
        values = ", ".join(f"{value_of(name)} {name}" for name in sorted(names, key=value_of))
        lines.append(f"| {meaning} | {values} |")
    return [*lines, ""]


def value_of(name: str) -> int:
    """The constant called `name`."""
    return int(next(vars(module)[name] for module in (case, arms, fighters, state, tracking) if name in vars(module)))


def arrays_section(title: str, intro: str, arrays: dict[str, description.Array], truth: tuple[str, ...]) -> list[str]:
    """The part of the page about the arrays of one tuple."""
    lines = [
        f"## {title}",
        "",
        intro,
        "",
        "| array | dtype | shape | owner | writer | meaning |",
        "|---|---|---|---|---|---|",
    ]
    for name, a in arrays.items():
        dtype = f"[{a.dtype}](#{a.dtype.lower()})" if a.dtype.isupper() else a.dtype
        mark = "**truth**: " if name in truth else ""
        lines.append(f"| `{name}` | {dtype} | {a.shape} | {a.owner} | {_cell(a.writer)} | {mark}{_cell(a.meaning)} |")
    return [*lines, ""]


def page() -> str:
    """The whole page."""
    lines = [HEAD]
    lines += arrays_section(
        "The case", "`openiads.records.case.Case`, made once per scenario and variant.", description.CASE, ()
    )
    told = []
    for record in (a.dtype for a in description.CASE.values() if a.dtype.isupper()):
        if record not in description.TRACKING_RECORDS:
            lines += record_section(record)
            told.append(record)
    lines += arrays_section(
        "The state",
        "`openiads.records.state.State`, one per replication in hand.",
        description.STATE,
        truth_arrays.TRUTH_ARRAYS,
    )
    for record in (a.dtype for a in description.STATE.values() if a.dtype.isupper()):
        if record not in description.TRACKING_RECORDS:
            lines += record_section(record)
    scratch = ", ".join(f"`{name}`" for name in description.SCRATCH_RECORDS)
    lines += ["## The tracker", "", TRACKER.format(scratch=scratch), ""]
    for record in description.TRACKING_RECORDS:
        lines += record_section(record)
    return "\n".join([*lines, *codes_section()]).rstrip() + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(PAGE)
