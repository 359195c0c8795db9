"""`openiads alternatives`: the same raid against several variants, side by side, in the order of the alphabet."""

import shutil
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from openiads.cli.options import Seed, Settings, Vignette, Workers, compile_kernels
from openiads.cli.progress import Progress
from openiads.errors import ResultsError

if TYPE_CHECKING:
    from openiads.alternatives import Alternative, Spread
    from openiads.catalogue.costs import Interval

LEGEND = (
    "Nominal figures with a 95 % interval over replications in parentheses; in brackets the values at the low and at the high end "
    "of all figures of radars, missiles and units together. Defended area: all round, what geometry and time allow. Leakage: "
    "reached the end of its path, of those that did or were killed. Prices of different kinds or contents are not comparable "
    "(`openiads cost`). In this model; the order is that of the alphabet and says nothing else."
)


def alternatives(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Scenario file (YAML), or the name of a shipped one.")],
    variants: Annotated[str, typer.Option(help="Variants of the scenario, with commas between.")],
    package: Annotated[
        list[str] | None,
        typer.Option(
            metavar="VARIANT=PACKAGE", help="Package of the catalogue whose price stands for a variant; several times."
        ),
    ] = None,
    target: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="Object whose class the area is for; several times; one of each kind."),
    ] = None,
    vignette: Vignette = None,
    replications: Annotated[int, typer.Option(min=2, help="How many replications of each run.")] = 32,
    axes: Annotated[int, typer.Option(min=1, help="Directions of the defended area, all round.")] = 16,
    seed: Seed = 1,
    workers: Workers = 1,
    set_: Settings = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", metavar="FILE", help="CSV file to write as well.")] = None,
) -> None:
    """Defended area, leakage by kind of object, shots and cost of several variants under one raid, with spreads; no winner."""
    from openiads import api
    from openiads.alternatives import alternatives as compared
    from openiads.alternatives import classes
    from openiads.cli.check import parse_settings
    from openiads.cli.exposure import write_csv

    scenario = api.load_scenario(file, vignette=vignette, overrides=parse_settings(set_ or []))
    chosen = sorted({name.strip() for name in variants.split(",") if name.strip()})
    targets = list(target or classes(scenario))
    compile_kernels()
    with Progress(len(chosen) * 3 * (1 + len(targets)), "running", unit="runs and maps") as progress:
        found = compared(
            scenario,
            chosen,
            replications=replications,
            seed=seed,
            workers=workers,
            targets=targets,
            packages=_pairs(package or []),
            axes=axes,
            on_step=progress.advance,
        )
    typer.echo(f"{scenario.spec.scenario.title}: {replications} replications of each run")
    for line in table(found):
        typer.echo(line)
    width = max(60, min(110, shutil.get_terminal_size((80, 24)).columns)) - 1
    typer.echo("\n" + textwrap.fill(LEGEND, width))
    if out is not None:
        write_csv(out, as_rows(found))


def _pairs(texts: list[str]) -> dict[str, str]:
    found = {}
    for text in texts:
        name, equals, package = text.partition("=")
        if not equals:
            raise ResultsError(f"--package {text}: expected VARIANT=PACKAGE, such as patriot-offer=patriot-offer-2018")
        found[name.strip()] = package.strip()
    return found


def table(found: "tuple[Alternative, ...]") -> list[str]:
    """The alternatives one below the other, each with the same rows."""
    lines = []
    for one in found:
        lines += ["", f"{one.variant}  ({len(one.units)} fire units)"]
        rows = [(f"defended area, {key}, km2", _area(area)) for key, area in one.area_km2.items()]
        rows += [(f"leakage, {kind.replace('_', ' ')}, %", _percent(spread)) for kind, spread in one.leakage.items()]
        rows += [("shots per replication", _shots(one.shots)), *_cost_rows(one)]
        lines += [f"  {head:<40}{text}" for head, text in rows]
    return lines


def _cost_rows(one: "Alternative") -> list[tuple[str, str]]:
    from openiads.cli.cost import interval_text

    if one.cost is None:
        return [("cost", "no package of the record")]
    rows = [(f"price ({one.cost.kind}), USD m", interval_text(one.cost.price))]
    for key, area in one.area_km2.items():
        per = "no upper end: the area may be 0" if area.low <= 0 else interval_text(one.cost.per_area(area))
        rows.append((f"price per km2, {key}, USD m", per))
    return rows


def _area(area: "Interval") -> str:
    return f"{area.nominal:,.0f} [{area.low:,.0f}, {area.high:,.0f}]"


def _percent(spread: "Spread") -> str:
    e = spread.nominal
    if e.value is None:
        return "missing"
    half = "" if e.low is None or e.high is None else f" ({100 * e.low:.0f} to {100 * e.high:.0f})"
    return f"{100 * e.value:.0f}{half} [{_end(spread.low, 100)}, {_end(spread.high, 100)}]"


def _shots(spread: "Spread") -> str:
    e = spread.nominal
    half = "" if e.low is None or e.high is None else f" ({e.low:.1f} to {e.high:.1f})"
    return f"{e.value or 0.0:.1f}{half} [{_end(spread.low, 1)}, {_end(spread.high, 1)}]"


def _end(value: float | None, factor: float) -> str:
    return "missing" if value is None else f"{factor * value:.{0 if factor > 1 else 1}f}"


def as_rows(found: "tuple[Alternative, ...]") -> list[dict[str, object]]:
    """One row per alternative and quantity, for a file."""
    rows: list[dict[str, object]] = []
    for one in found:
        for key, area in one.area_km2.items():
            rows.append(_row(one.variant, f"defended_area_km2:{key}", area.nominal, None, None, area.low, area.high))
        spreads = {**{f"leakage:{kind}": s for kind, s in one.leakage.items()}, "shots": one.shots}
        for name, s in spreads.items():
            rows.append(_row(one.variant, name, s.nominal.value, s.nominal.low, s.nominal.high, s.low, s.high))
        if one.cost is not None:
            price = one.cost.price
            rows.append(_row(one.variant, "price_usd_m", price.nominal, None, None, price.low, price.high))
    return rows


def _row(
    variant: str, quantity: str, nominal: object, low95: object, high95: object, low: object, high: object
) -> dict[str, object]:
    return {
        "variant": variant,
        "quantity": quantity,
        "nominal": nominal,
        "interval_low": low95,
        "interval_high": high95,
        "low_figures": low,
        "high_figures": high,
    }
