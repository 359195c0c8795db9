"""`openiads cost`: what packages cost per fire unit and per ready missile, and which prices may not be compared."""

import json
import shutil
import textwrap
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from openiads.catalogue.costs import Cost, Interval

WIDEST = 110


def cost(
    packages: Annotated[
        list[str] | None, typer.Argument(metavar="[PACKAGE ...]", help="Packages of the catalogue; all unless given.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
    sources: Annotated[bool, typer.Option("--sources", help="Print the sources of each figure too.")] = False,
) -> None:
    """What packages cost as intervals, with the kind of price, what it buys and leaves out, and when it was delivered.

    In the order of the alphabet. Prices of different kinds or contents are not comparable, and the command says so.
    """
    from openiads.catalogue.costs import not_comparable, package_costs

    found = package_costs(packages or None)
    apart = not_comparable(found)
    if as_json:
        rows = [asdict(one) for one in found]
        typer.echo(json.dumps({"packages": rows, "not_comparable": [list(pair) for pair in apart]}, indent=2))
        return
    width = max(60, min(WIDEST, shutil.get_terminal_size((80, 24)).columns)) - 1
    for one in found:
        for line in _lines(one, width, sources=sources):
            typer.echo(line)
    typer.echo("not comparable:" if apart else "comparable: all of these prices are of one kind and buy the same things")
    for first, second, why in apart:
        typer.echo(textwrap.fill(f"{first} and {second}: {why}", width, initial_indent="  ", subsequent_indent="    "))
    text = (
        "Intervals [low, high] hold whatever public figures leave open, each figure anywhere in its own; they are no confidence "
        "intervals. No price enters a run."
    )
    typer.echo("\n" + textwrap.fill(text, width))


def _lines(one: "Cost", width: int, *, sources: bool) -> list[str]:
    from openiads.catalogue.costs import KINDS

    rows = [
        ("price", f"{interval_text(one.price)} USD m: {KINDS[one.kind]} (grade {one.price_grade})"),
        ("per fire unit", _per(one.per_fire_unit, one, "how many fire units it buys")),
        ("per ready missile", _per(one.per_ready_missile, one, "how many missiles stand ready")),
        ("inside", one.inside),
        ("outside", one.outside),
        ("delivered", one.delivery),
        *((("source", text) for text in one.sources) if sources else ()),
    ]
    lines = [f"{one.package}  {one.name}"]
    for head, text in rows:
        lines += textwrap.wrap(text, width, initial_indent=f"  {head:<18}", subsequent_indent=" " * 20)
    return [*lines, ""]


def _per(share: "Interval | None", one: "Cost", what: str) -> str:
    text = f"not comparable: the package does not say {what}"
    return text if share is None else f"{interval_text(share)} USD m (grade {one.grade})"


def interval_text(one: "Interval") -> str:
    """Nominal value and the ends of an interval, with as many digits as a price deserves."""

    def digits(value: float) -> str:
        return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"

    if one.low == one.high:
        return digits(one.nominal)
    return f"{digits(one.nominal)} [{digits(one.low)}, {digits(one.high)}]"
