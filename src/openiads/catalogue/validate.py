"""Rules that every entry of the catalogue keeps. `problems` is run by the tests over the shipped files."""

import re
from collections.abc import Iterator
from importlib.resources.abc import Traversable
from typing import Final

from openiads.catalogue.figures import GRADES, Entry, Figure
from openiads.catalogue.loading import Catalogue

UNIT_OF_SUFFIX: Final = {
    "_m2ps3": "m2/s3",
    "_gpm3": "g/m3",
    "_mmph": "mm/h",
    "_deg_per_s": "deg/s",
    "_usd_bn": "USD bn",
    "_usd_m": "USD m",
    "_percent": "%",
    "_mps": "m/s",
    "_m2": "m2",
    "_km": "km",
    "_ghz": "GHz",
    "_deg": "deg",
    "_db": "dB",
    "_min": "min",
    "_h": "h",
    "_m": "m",
    "_s": "s",
}
"""Unit of a figure by the end of its name; the longest suffix counts."""

UNITS_WITHOUT_SUFFIX: Final = frozenset(
    {"1", "case", "choice", "yes/no", "pulses", "dwells", "updates", "tracks", "targets", "missiles", "launchers"}
    | {"radars", "stations", "masts", "units", "battalions"}
)
"""What a figure may count or say when its name has no suffix."""

KINDS: Final = {
    "radars": frozenset({"rotating", "multifunction"}),
    "signatures": frozenset({"aircraft", "cruise_missile", "drone", "ballistic", "decoy"}),
}

SECTORS: Final = frozenset({"front_m2", "side_m2", "rear_m2", "front_low_band_m2", "reflectors_m2"})
"""The only cross-sections that a signature may hold: three coarse sectors, a low band, and reflectors when fitted."""

_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]*")
_FIGURE_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")


def problems(catalogue: Catalogue) -> list[str]:
    """Every rule that an entry breaks, as one line each. An empty list is what a test wants."""
    found: list[str] = []
    for family in catalogue.families():
        for entry in catalogue.entries(family):
            found += _entry_problems(entry)
            for figure in entry.figures.values():
                found += (f"{figure.path}: {text}" for text in _figure_problems(figure))
    return found


def duplicated_keys(file: Traversable) -> list[str]:
    """Keys that a mapping of a YAML file holds twice; YAML itself would silently keep the last."""
    import yaml  # noqa: PLC0415

    found: list[str] = []

    def walk(node: object) -> None:
        if isinstance(node, yaml.MappingNode):
            keys = [key.value for key, _ in node.value]
            found.extend(f"{file.name}:{node.start_mark.line + 1}: {key!r} twice" for key in keys if keys.count(key) > 1)
            for _, child in node.value:
                walk(child)
        elif isinstance(node, yaml.SequenceNode):
            for child in node.value:
                walk(child)

    walk(yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.SafeLoader))
    return sorted(set(found))


def expected_unit(name: str) -> str | None:
    """Unit that the name of a figure promises by its suffix; None when it has no such suffix."""
    for suffix, unit in sorted(UNIT_OF_SUFFIX.items(), key=lambda pair: -len(pair[0])):
        if name.endswith(suffix):
            return unit
    return None


def _entry_problems(entry: Entry) -> Iterator[str]:
    if not _ID.fullmatch(entry.id):
        yield f"{entry.path}: an id has lower-case letters, digits and hyphens only"
    kinds = KINDS.get(entry.family)
    if kinds is None and entry.kind is not None:
        yield f"{entry.path}: entries of this family have no kind"
    if kinds is not None and entry.kind not in kinds:
        yield f"{entry.path}: kind is {entry.kind!r}, allowed are {', '.join(sorted(kinds))}"
    if not entry.description:
        yield f"{entry.path}: no description"
    if entry.family == "signatures":
        for name in entry.figures:
            if name.endswith("_m2") and name not in SECTORS:
                yield f"{entry.path}.{name}: a signature holds {', '.join(sorted(SECTORS))} and nothing finer"
    for attribute in entry.attributes.values():
        if attribute.grade not in GRADES:
            yield f"{attribute.path}: grade is {attribute.grade!r}, allowed are {', '.join(GRADES)}"


def _figure_problems(figure: Figure) -> Iterator[str]:
    if not _FIGURE_NAME.fullmatch(figure.name):
        yield "a figure has lower-case letters, digits and underscores only"
    unit = expected_unit(figure.name)
    if unit is not None and figure.unit != unit:
        yield f"unit is {figure.unit!r}, but the name promises {unit!r}"
    if unit is None and figure.unit not in UNITS_WITHOUT_SUFFIX:
        yield f"unit is {figure.unit!r}, but the name has no suffix for it"
    if figure.low is not None and figure.nominal is not None and figure.high is not None:
        if not figure.low <= figure.nominal <= figure.high:
            yield f"low {figure.low}, nominal {figure.nominal} and high {figure.high} are out of order"
        if figure.name.startswith("p_") and not 0 <= figure.low <= figure.high <= 1:
            yield "a probability lies in 0 to 1"
        if figure.unit == "m2" and figure.low <= 0:
            yield "a cross-section is above zero"
    if figure.grade not in GRADES:
        yield f"grade is {figure.grade!r}, allowed are {', '.join(GRADES)}"
    if figure.placeholder and (figure.grade != "C" or not figure.note):
        yield "a placeholder has grade C and a note that says why the value is reasonable"
    if not figure.placeholder and any("model convention" in text.lower() for text in figure.sources):
        yield "a model convention is a placeholder and must say so"
