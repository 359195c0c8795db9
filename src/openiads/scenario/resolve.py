"""Filling what a scenario leaves out: from the catalogue entry that its `system:` names, else from the catalogue's defaults.

What is filled becomes part of the resolved tree, so that a digest of it covers every figure that a run uses.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from openiads.catalogue import Catalogue, Entry, Figure
from openiads.errors import CatalogueError
from openiads.models.base import Spec
from openiads.models.identification.spec import SideBeliefSpec, SortieSpec
from openiads.scenario.fields import Shape, fields_of, pick
from openiads.scenario.objects import ObjectSpec, RcsSpec, SignatureSpec
from openiads.scenario.problems import Path, Problem, did_you_mean, dotted
from openiads.scenario.references import nodes, objects, place_references, section
from openiads.scenario.schema import ScenarioSpec

PREFIX = "catalogue."
BY_SIDE: dict[type[Spec], str] = {SortieSpec: "sortie", SideBeliefSpec: "belief"}
"""Sections whose figures stand in the catalogue by side, and the names of their groups."""

LARGEST_RATIO = 60
"""Largest ratio of two sectors in dB, either way."""

PLACE_FIGURES = ("latitude_deg", "longitude_deg", "ground_m")


@dataclass(frozen=True)
class UsedFigure:
    """A catalogue figure that fills fields of a scenario: where, with which value, and what stands behind it."""

    path: str
    used_at: tuple[str, ...]
    value: Any
    low: float | None
    nominal: float | None
    high: float | None
    unit: str
    sources: tuple[str, ...]
    grade: str
    placeholder: bool

    @classmethod
    def of(cls, figure: Figure, *, path: str, used_at: tuple[str, ...], value: Any) -> "UsedFigure":
        """What the catalogue knows of a figure, with where it was used and the value it had there."""
        return cls(
            path=path,
            used_at=used_at,
            value=value,
            low=figure.low,
            nominal=figure.nominal,
            high=figure.high,
            unit=figure.unit,
            sources=figure.sources,
            grade=figure.grade,
            placeholder=figure.placeholder,
        )


@dataclass
class Resolved:
    """The filled tree, the figures that filled it, and what was wrong.

    `origins` maps the path of a filled field to its figure; `unknown` holds the sections whose system or signature does
    not exist, so that nobody complains about what it would have filled.
    """

    tree: dict[str, Any]
    figures: tuple[UsedFigure, ...] = ()
    problems: list[Problem] = field(default_factory=list)
    origins: dict[Path, str] = field(default_factory=dict)
    unknown: set[Path] = field(default_factory=set)


def resolve(tree: Mapping[str, Any], catalogue: Catalogue, overrides: Mapping[str, Any]) -> Resolved:
    """Fill a tree from the catalogue.

    Parameters
    ----------
    tree : mapping
        What the file says, with variants applied. It is not changed.
    catalogue : Catalogue
        Where figures come from.
    overrides : mapping
        Values that replace figures for this scenario, by path without `catalogue.`.

    Returns
    -------
    Resolved
        The tree to validate. Fields that nothing fills stay absent.
    """
    resolved = Resolved(tree=copy_tree(tree))
    _give_sorties(resolved.tree)
    filler = _Filler(resolved, catalogue, overrides)
    filler.fill(resolved.tree, ScenarioSpec, (), ())
    filler.fill_places()
    resolved.figures = filler.used_figures()
    return resolved


def _give_sorties(tree: dict[str, Any]) -> None:
    """Where a node identifies by evidence, every object has what holds for its sorties."""
    if any(section(node, "identification").get("kind") == "bayes" for _, node in nodes(tree)):
        for _, thing in objects(tree):
            thing.setdefault("sortie", {})


def copy_tree(value: Any) -> Any:
    """A copy of plain data that shares no mapping and no list with it."""
    if isinstance(value, Mapping):
        return {key: copy_tree(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [copy_tree(item) for item in value]
    return value


class _Filler:
    def __init__(self, resolved: Resolved, catalogue: Catalogue, overrides: Mapping[str, Any]) -> None:
        self.resolved = resolved
        self.catalogue = catalogue
        self.overrides = overrides
        self.uses: dict[str, list[str]] = {}

    def fill(self, tree: dict[str, Any], model: type[Spec], path: Path, outer: tuple[Entry, ...]) -> None:
        """Fill one section and, below it, every section that the file holds or the catalogue can make."""
        own = self.system(tree, model, path)
        entries = (*own, *outer)
        for shape in fields_of(model).values():
            if shape.figure and shape.name not in tree and self.wanted(shape, tree):
                self.figure(tree, shape.name, model, path, entries)
        if model is SignatureSpec:
            self.own_sectors(tree)
        elif model is RcsSpec:
            self.sector(tree, "side_m2", "side_over_front_db", path)
            self.sector(tree, "rear_m2", "rear_over_front_db", path)
        for shape in fields_of(model).values():
            if shape.models:
                self.below(tree, model, shape, (*path, shape.name), own)

    def below(self, tree: dict[str, Any], model: type[Spec], shape: Shape, path: Path, own: tuple[Entry, ...]) -> None:
        """Fill what stands under one field that holds sections."""
        if shape.filled and shape.name not in tree and self.wanted(shape, tree):
            tree[shape.name] = {}
        value = tree.get(shape.name)
        if model is ObjectSpec and shape.name == "rcs" and isinstance(value, dict):
            self.signature(tree, value, path)
        for key, part in _parts(shape, value):
            spec = pick(shape.models, part)
            if isinstance(part, dict) and spec is not None:
                by_side = self.by_side(spec, str(tree.get("side", shape.name)))
                self.fill(part, spec, (*path, *key), (*(own if shape.filled else ()), *by_side))

    def by_side(self, spec: type[Spec], side: str) -> tuple[Entry, ...]:
        """The group of defaults for a section whose figures differ from side to side, if it is one."""
        group = f"{BY_SIDE[spec]}-{side}" if spec in BY_SIDE else ""
        return (self.catalogue.entry("defaults", group),) if group in self.catalogue.ids("defaults") else ()

    def wanted(self, shape: Shape, tree: dict[str, Any]) -> bool:
        """Whether a figure belongs here: some are only for one kind of radar or one way of detecting."""
        if shape.only_when is None:
            return True
        name, value = shape.only_when
        stated = tree.get(name)
        return (_number(stated) and stated > 1) if value == "several" else stated == value

    def system(self, tree: dict[str, Any], model: type[Spec], path: Path) -> tuple[Entry, ...]:
        """The catalogue entry that `system:` names here, if any."""
        name = tree.get("system")
        if not model.catalogue_families or not isinstance(name, str):
            return ()
        for family in model.catalogue_families:
            if name in self.catalogue.ids(family):
                return (self.catalogue.entry(family, name),)
        families = " or ".join(f"catalogue.{family}" for family in model.catalogue_families)
        known = [key for family in model.catalogue_families for key in self.catalogue.ids(family)]
        self.resolved.problems.append(Problem((*path, "system"), f"{families} has no {name!r}. {did_you_mean(name, known)}"))
        self.resolved.unknown.add(path)
        return ()

    def figure(self, tree: dict[str, Any], name: str, model: type[Spec], path: Path, entries: tuple[Entry, ...]) -> None:
        """Fill one field from the first entry that has it."""
        for entry in (*entries, *self.defaults(model, tree)):
            if name == "kind" and entry.kind is not None:
                tree[name] = entry.kind
                return
            if name in entry.figures:
                tree[name] = self.use(f"{entry.path}.{name}", (*path, name))
                return

    def defaults(self, model: type[Spec], tree: dict[str, Any]) -> Iterator[Entry]:
        """The groups of defaults for a section, the narrower one first."""
        known = self.catalogue.ids("defaults")
        kind = str(tree.get("kind")).replace("_", "-")
        for group in (f"{model.default_group}-{kind}", model.default_group):
            if group in known:
                yield self.catalogue.entry("defaults", group)

    def use(self, figure_path: str, path: Path) -> Any:
        """The value of a figure, with a note of where it went."""
        self.uses.setdefault(figure_path, []).append(dotted(path))
        self.resolved.origins[path] = PREFIX + figure_path
        if figure_path in self.overrides:
            return self.overrides[figure_path]
        return self.catalogue.figure(figure_path).value

    def signature(self, thing: dict[str, Any], rcs: dict[str, Any], path: Path) -> None:
        """Fill an object's RCS from the signature of this scenario that it names."""
        name = thing.get("signature")
        if name is None:
            return
        given = section(self.resolved.tree, "signatures").get(name) if isinstance(name, str) else None
        if not isinstance(given, dict):
            self.resolved.unknown.add(path)
            return
        for key in fields_of(RcsSpec):
            if key not in rcs and key in given:
                rcs[key] = given[key]

    def own_sectors(self, tree: dict[str, Any]) -> None:
        """The sectors of an own signature: relative ones become absolute, a side is as the front, a rear as the side."""
        for absolute, relative in (("side_m2", "side_over_front_db"), ("rear_m2", "rear_over_front_db")):
            above_db, front_m2 = tree.get(relative), tree.get("front_m2")
            if absolute in tree or not _number(front_m2) or not _number(above_db):
                continue
            if front_m2 > 0 and abs(above_db) <= LARGEST_RATIO:
                tree[absolute] = front_m2 * 10 ** (above_db / 10)
                del tree[relative]
        for absolute, relative, like in (
            ("side_m2", "side_over_front_db", "front_m2"),
            ("rear_m2", "rear_over_front_db", "side_m2"),
        ):
            like_m2 = tree.get(like)
            if absolute not in tree and relative not in tree and _number(like_m2) and like_m2 > 0:
                tree[absolute] = like_m2

    def sector(self, tree: dict[str, Any], absolute: str, relative: str, path: Path) -> None:
        """A sector that neither the object nor its entry states: the front, by the ratio of the catalogue's defaults."""
        front_m2 = tree.get("front_m2")
        if absolute in tree or front_m2 is None:
            return
        if not _number(front_m2) or front_m2 <= 0:
            self.resolved.unknown.add(path)  # the front is what is wrong
            return
        for entry in self.defaults(RcsSpec, tree):
            if relative in entry.figures:
                above_db = self.use(f"{entry.path}.{relative}", (*path, absolute))
                if not _number(above_db) or abs(above_db) > LARGEST_RATIO:
                    text = f"{PREFIX}{entry.path}.{relative} is {above_db!r}, but a number from -60 to 60 is expected"
                    self.resolved.problems.append(Problem((*path, absolute), text))
                    self.resolved.unknown.add(path)
                    return
                tree[absolute] = front_m2 * 10 ** (above_db / 10)
                return

    def fill_places(self) -> None:
        """Bring the catalogue places that the scenario names into its own `places`, so that the tree holds all it uses."""
        tree = self.resolved.tree
        own = tree.setdefault("places", {})
        if not isinstance(own, dict):
            return
        known = self.catalogue.ids("places")
        for name in sorted({name for _, name in place_references(tree)} - own.keys()):
            if name in known:
                own[name] = {key: self.use(f"places.{name}.{key}", ("places", name, key)) for key in PLACE_FIGURES}

    def used_figures(self) -> tuple[UsedFigure, ...]:
        """Every figure used, sorted by path."""
        return tuple(self.used(path, tuple(sorted(used_at))) for path, used_at in sorted(self.uses.items()))

    def used(self, path: str, used_at: tuple[str, ...]) -> UsedFigure:
        """One figure with what the catalogue knows of it."""
        figure = self.catalogue.figure(path)
        return UsedFigure.of(figure, path=PREFIX + path, used_at=used_at, value=self.overrides.get(path, figure.value))


def catalogue_problem(catalogue: Catalogue, path: str) -> str:
    """Why `path` is no catalogue figure, in words; empty when it is one."""
    try:
        catalogue.figure(path.removeprefix(PREFIX))
    except CatalogueError as error:
        return str(error)
    return ""


def _parts(shape: Shape, value: Any) -> Iterator[tuple[Path, Any]]:
    """The sections under one field, each with what stands between the field and it: an id, a position or nothing."""
    if shape.collection:
        for key, part in (value if isinstance(value, dict) else {}).items():
            yield (key,), part
    elif shape.sequence:
        for number, part in enumerate(value if isinstance(value, list) else []):
            yield (number,), part
    elif value is not None:
        yield (), value


def _number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
