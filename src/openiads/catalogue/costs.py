"""What packages cost per fire unit, per ready missile and per defended area: intervals, and whether two may be compared.

A price stands for what its package holds. Two prices may be compared only when they are of one kind (contract, ceiling of an
offer, press figure) and their packages hold the same things; whatever else is said of them is arithmetic on each alone. Nothing
here orders packages by cost: they stand in the order of the alphabet.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from openiads.catalogue.figures import Entry, Figure
from openiads.catalogue.loading import Catalogue, load_catalogue
from openiads.errors import CatalogueError

MILLIONS: Final = {"price_usd_bn": 1000.0, "price_usd_m": 1.0}
NOT_STATED: Final = "not stated"
KINDS: Final = {
    "ceiling": "ceiling of a possible sale, not a price quotation",
    "contract": "contract value as reported",
    "press": "press figure",
}
"""Kinds of price; a contract, a ceiling and a press figure hold different things."""


@dataclass(frozen=True)
class Interval:
    """The ends of what public figures leave open, and their nominal value; not a confidence interval."""

    low: float
    nominal: float
    high: float

    def over(self, other: "Interval") -> "Interval":
        """This over a positive interval, each free to lie anywhere in its own: [low / high, high / low].

        Raises
        ------
        CatalogueError
            When the other reaches down to 0 or below.
        """
        if other.low <= 0.0:
            raise CatalogueError(f"a cost per {other.low:g} has no upper end. Give an interval above 0.")
        return Interval(self.low / other.high, self.nominal / other.nominal, self.high / other.low)


@dataclass(frozen=True)
class Cost:
    """One package: what its price is and buys, and the price spread over what it holds. [millions of US dollars]

    `per_fire_unit` and `per_ready_missile` are None where the package names no number of them. `price_grade` is the grade of the
    price alone, `grade` the worst of the figures that the intervals rest on.
    """

    package: str
    name: str
    kind: str
    price: Interval
    contents: tuple[str, ...]
    inside: str
    outside: str
    delivery: str
    per_fire_unit: Interval | None
    per_ready_missile: Interval | None
    price_grade: str
    grade: str
    sources: tuple[str, ...]

    def per_area(self, area_km2: Interval) -> Interval:
        """The price over a defended area, as `openiads.coverage.defended` gives one. [millions of US dollars a km2]"""
        return self.price.over(area_km2)


def package_costs(names: Iterable[str] | None = None, catalogue: Catalogue | None = None) -> tuple[Cost, ...]:
    """Costs of some packages of the catalogue, or of all, in the order of the alphabet.

    Raises
    ------
    CatalogueError
        For a package that does not exist; it names the nearest one.
    """
    known = load_catalogue() if catalogue is None else catalogue
    chosen = known.ids("packages") if names is None else tuple(names)
    return tuple(_cost(known.entry("packages", name)) for name in sorted(set(chosen)))


def why_not_comparable(one: Cost, other: Cost) -> str:
    """Empty when two prices may be compared, else what differs, in words."""
    reasons = []
    if one.kind != other.kind:
        reasons.append(f"kinds of price differ ({one.kind}, {other.kind})")
    for cost in (one, other):
        if cost.contents == (NOT_STATED,):
            reasons.append(f"what {cost.package} holds is not stated")
    if (NOT_STATED,) not in (one.contents, other.contents):
        for a, b in ((one, other), (other, one)):
            only = [item for item in a.contents if item not in b.contents]
            if only:
                reasons.append(f"only {a.package} holds {', '.join(only)}")
    return "; ".join(reasons)


def not_comparable(costs: Iterable[Cost]) -> tuple[tuple[str, str, str], ...]:
    """Pairs of packages that may not be compared, with the reasons."""
    pairs = ((a, b, why_not_comparable(a, b)) for a, b in combinations(sorted(costs, key=lambda c: c.package), 2))
    return tuple((a.package, b.package, why) for a, b, why in pairs if why)


def _cost(entry: Entry) -> Cost:
    price, factor = next((entry.figures[key], factor) for key, factor in MILLIONS.items() if key in entry.figures)
    used = [entry.figures[key] for key in ("fire_units", "ready_missiles") if key in entry.figures]
    kind = entry.attributes["kind_of_price"].text
    if kind not in KINDS:
        raise CatalogueError(f"{entry.path}: kind_of_price is {kind!r}, allowed are {', '.join(sorted(KINDS))}")
    spread = _interval(price, factor)
    return Cost(
        package=entry.id,
        name=entry.name,
        kind=kind,
        price=spread,
        contents=tuple(part.strip() for part in entry.attributes["contents"].text.split(",")),
        inside=entry.attributes["inside"].text,
        outside=entry.attributes["outside"].text,
        delivery=entry.attributes["delivery"].text,
        per_fire_unit=_share(spread, entry, "fire_units"),
        per_ready_missile=_share(spread, entry, "ready_missiles"),
        price_grade=price.grade,
        grade=max([price.grade, *(figure.grade for figure in used)]),
        sources=tuple(dict.fromkeys(text for figure in (price, *used) for text in figure.sources)),
    )


def _share(price: Interval, entry: Entry, name: str) -> Interval | None:
    return price.over(_interval(entry.figures[name])) if name in entry.figures else None


def _interval(figure: Figure, factor: float = 1.0) -> Interval:
    if figure.low is None or figure.nominal is None or figure.high is None:
        raise CatalogueError(f"{figure.path} is {figure.value!r}, but a number is needed to divide a price")
    return Interval(factor * figure.low, factor * figure.nominal, factor * figure.high)
