"""Reading the catalogue: YAML files of the package to frozen entries, one family at a time, when it is first asked for."""

from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Any, Final

from openiads.catalogue.figures import Attribute, Entry, Figure
from openiads.errors import CatalogueError

FAMILIES: Final = ("radars", "missiles", "signatures", "places", "units", "nodes", "packages", "defaults")
PREFIX: Final = "catalogue."


class Catalogue:
    """The figures that the product ships, read lazily from a folder of YAML files and frozen.

    A path is `<family>.<id>.<figure>`, with or without `catalogue.` in front: `radars.92n6e.range_km`.
    """

    def __init__(self, folder: Traversable) -> None:
        self._folder = folder
        self._entries: dict[str, Mapping[str, Entry]] = {}

    @cached_property
    def sources(self) -> Mapping[str, str]:
        """Full citation of each source id."""
        read = _read(self._folder / "sources.yaml").get("sources")
        if not isinstance(read, dict) or not all(isinstance(text, str) for text in read.values()):
            raise CatalogueError("sources.yaml: expected a mapping `sources` of ids to citations")
        return MappingProxyType(read)

    def families(self) -> tuple[str, ...]:
        """Names of the families, in the order in which they are listed."""
        return FAMILIES

    def ids(self, family: str) -> tuple[str, ...]:
        """Ids of all entries of `family`, in file order."""
        return tuple(self._family(family))

    def entries(self, family: str) -> tuple[Entry, ...]:
        """All entries of `family`, in file order."""
        return tuple(self._family(family).values())

    def entry(self, family: str, id: str) -> Entry:  # noqa: A002 - the word that scenario files use
        """The entry `id` of `family`; a CatalogueError names the nearest one when there is none."""
        known = self._family(family)
        if id not in known:
            raise CatalogueError(f"catalogue.{family} has no entry {id!r}. {_hint(id, known)}")
        return known[id]

    def figure(self, path: str) -> Figure:
        """The figure at `path`; a CatalogueError names the nearest one when there is none."""
        parts = path.removeprefix(PREFIX).split(".")
        if len(parts) != 3:
            raise CatalogueError(
                f"{path!r} is no path of a catalogue figure. Write <family>.<id>.<figure>, such as radars.92n6e.range_km."
            )
        entry = self.entry(parts[0], parts[1])
        if parts[2] not in entry.figures:
            raise CatalogueError(f"catalogue.{entry.path} has no figure {parts[2]!r}. {_hint(parts[2], entry.figures)}")
        return entry.figures[parts[2]]

    def fill(self, field: str, *, family: str, system: str | None, groups: Sequence[str]) -> Figure | None:
        """The figure that fills `field` when a scenario leaves it out, or None when nothing does.

        Looks at the entry `system` of `family` first (when given), then at the groups of the family `defaults` in the
        order of `groups`: for a rotating radar `("radar-rotating", "radar")`.
        """
        candidates = [self.entry(family, system)] if system is not None else []
        candidates += [self.entry("defaults", group) for group in groups]
        return next((entry.figures[field] for entry in candidates if field in entry.figures), None)

    def _family(self, family: str) -> Mapping[str, Entry]:
        if family not in FAMILIES:
            raise CatalogueError(f"the catalogue has no family {family!r}. {_hint(family, FAMILIES)}")
        if family not in self._entries:
            self._entries[family] = parse_family(family, _read(self._folder / f"{family}.yaml"), self.sources)
        return self._entries[family]


@cache
def load_catalogue() -> Catalogue:
    """The catalogue of the package. Nothing is read before an entry is asked for; all of it takes under 0.1 CPU seconds."""
    return Catalogue(files("openiads.catalogue") / "data")


def parse_family(family: str, read: Mapping[str, Any], sources: Mapping[str, str]) -> Mapping[str, Entry]:
    """Entries of one family out of a parsed YAML file. Raises CatalogueError at the first malformed entry."""
    if read.get("family") != family or not isinstance(read.get("entries"), dict):
        raise CatalogueError(f"{family}.yaml: expected `family: {family}` and a mapping `entries`")
    return MappingProxyType({str(key): _entry(family, str(key), raw, sources) for key, raw in read["entries"].items()})


def _entry(family: str, key: str, raw: Any, sources: Mapping[str, str]) -> Entry:
    path = f"{family}.{key}"
    raw = _mapping(path, raw, required={"name", "figures"}, allowed={"name", "kind", "description", "attributes", "figures"})
    figures = {name: _figure(f"{path}.{name}", f, sources) for name, f in _members(path, "figures", raw).items()}
    attributes = {name: _attribute(f"{path}.{name}", a, sources) for name, a in _members(path, "attributes", raw).items()}
    return Entry(
        family=family,
        id=key,
        name=raw["name"],
        kind=raw.get("kind"),
        description=raw.get("description", ""),
        figures=MappingProxyType(figures),
        attributes=MappingProxyType(attributes),
    )


_FIGURE_KEYS: Final = frozenset(
    {"value", "low", "nominal", "high", "unit", "source", "grade", "placeholder", "note", "fact", "derived_from"}
)
_SPREAD: Final = ("low", "nominal", "high")


def _figure(path: str, raw: Any, sources: Mapping[str, str]) -> Figure:
    raw = _mapping(path, raw, required={"unit", "source", "grade"}, allowed=_FIGURE_KEYS)
    stated = [key for key in _SPREAD if key in raw]
    if ("value" in raw) == bool(stated) or len(stated) not in (0, 3):
        raise CatalogueError(f"catalogue.{path}: expected either `value`, or all of `low`, `nominal` and `high`")
    value = raw["value"] if "value" in raw else raw["nominal"]
    spread: tuple[float | None, ...] = (None, None, None)
    if not isinstance(value, bool | str):
        spread = tuple(raw[key] for key in _SPREAD) if stated else (value, value, value)
        if not all(isinstance(number, int | float) and not isinstance(number, bool) for number in spread):
            raise CatalogueError(f"catalogue.{path}: expected numbers, found {spread!r}")
    elif stated:
        raise CatalogueError(f"catalogue.{path}: expected numbers in low, nominal and high, found {value!r}")
    return Figure(
        path=path,
        value=value,
        low=spread[0],
        nominal=spread[1],
        high=spread[2],
        unit=raw["unit"],
        sources=_cited(path, raw["source"], sources),
        grade=raw["grade"],
        placeholder=raw.get("placeholder", False),
        note=raw.get("note", ""),
        fact=raw.get("fact"),
        derived_from=raw.get("derived_from"),
    )


def _attribute(path: str, raw: Any, sources: Mapping[str, str]) -> Attribute:
    raw = _mapping(
        path, raw, required={"text", "source", "grade"}, allowed={"text", "source", "grade", "fact", "derived_from"}
    )
    return Attribute(
        path=path,
        text=raw["text"],
        sources=_cited(path, raw["source"], sources),
        grade=raw["grade"],
        fact=raw.get("fact"),
        derived_from=raw.get("derived_from"),
    )


def _mapping(path: str, raw: Any, *, required: set[str], allowed: set[str] | frozenset[str]) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise CatalogueError(f"catalogue.{path}: expected a mapping, found {raw!r}")
    for key in raw:
        if key not in allowed:
            raise CatalogueError(f"catalogue.{path}: unknown key {key!r}. {_hint(str(key), allowed)}")
    for key in sorted(required - raw.keys()):
        raise CatalogueError(f"catalogue.{path}: key {key!r} is missing")
    return raw


def _members(path: str, name: str, raw: Mapping[str, Any]) -> dict[str, Any]:
    found = raw.get(name, {})
    if not isinstance(found, dict):
        raise CatalogueError(f"catalogue.{path}: expected a mapping in `{name}`, found {found!r}")
    return found


def _cited(path: str, ids: Any, sources: Mapping[str, str]) -> tuple[str, ...]:
    if not isinstance(ids, list) or not ids:
        raise CatalogueError(f"catalogue.{path}: expected a list of source ids in `source`, found {ids!r}")
    for key in ids:
        if not isinstance(key, str) or key not in sources:
            raise CatalogueError(f"catalogue.{path}: sources.yaml has no source {key!r}. {_hint(str(key), sources)}")
    return tuple(sources[key] for key in ids)


def _read(file: Traversable) -> dict[str, Any]:
    import yaml  # noqa: PLC0415 - not before a figure is asked for

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        read = yaml.load(file.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - one of the two safe loaders
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        raise CatalogueError(f"{file.name}: cannot be read: {error}") from error
    if not isinstance(read, dict):
        raise CatalogueError(f"{file.name}: expected a mapping at the top")
    return read


def _hint(wrong: str, known: Any) -> str:
    """What to write instead: the nearest known name, or all of them when none is near."""
    import difflib  # noqa: PLC0415 - only on the way to an error

    names = sorted(known)
    near = difflib.get_close_matches(wrong, names, n=1)
    return f"Did you mean {near[0]!r}?" if near else f"Known: {', '.join(names)}."
