"""`openiads defended`: where an asset could stand so that an object coming at it can be met before it gets there."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from openiads.cli.options import Settings, Vignette
from openiads.cli.progress import Progress

if TYPE_CHECKING:
    from openiads.coverage.defended import Footprint

LEGEND = (
    "all round: met before the asset whatever axis the object comes from; on average: mean over the axes. What geometry",
    "and time allow with full magazines and free channels, at the low, nominal and high ends of the system's figures.",
)


def defended(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Scenario file (YAML), or the name of a shipped one.")],
    target: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ID", help="Object whose height, speed and size make the class; several times; all hostile ones."
        ),
    ] = None,
    variant: Annotated[str | None, typer.Option(help="Use this variant of the scenario.")] = None,
    vignette: Vignette = None,
    set_: Settings = None,
    axes: Annotated[int, typer.Option(min=1, help="Directions from which the object comes, all round.")] = 16,
    cell_km: Annotated[float | None, typer.Option(help="Side of a cell; a 25th of the reach unless given.")] = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", metavar="FILE", help="CSV file to write as well.")] = None,
) -> None:
    """Defended area by class of object, at three ends of the public figures. In this model."""
    from openiads import api
    from openiads.cli.check import parse_settings
    from openiads.cli.exposure import write_csv
    from openiads.coverage.defended import footprints

    scenario = api.load_scenario(file, variant=variant, vignette=vignette, overrides=parse_settings(set_ or []))
    hostile = [key for key, thing in scenario.spec.objects.items() if thing.side == "hostile"]
    with Progress(3 * len(target or hostile), "working out", unit="maps") as progress:
        found = footprints(scenario, target, axes=axes, cell_km=cell_km, on_step=progress.advance)
    typer.echo(f"{scenario.spec.scenario.title}\nDefended area in this model, km2: nominal [low, high]")
    units = ", ".join(found[0].units) if found else ""
    typer.echo(f"fire units: {units or 'none'}\n")
    rows = as_rows(found)
    cells = [("class", "all round", "on average", "cell km")]
    for row in rows:
        cells.append((str(row["target"]), _span(row, "all_round_km2"), _span(row, "mean_km2"), f"{row['cell_km']:.3g}"))
    widths = [max(len(line[k]) for line in cells) for k in range(len(cells[0]))]
    for line in cells:
        typer.echo(
            "  ".join(c.ljust(w) if k == 0 else c.rjust(w) for k, (c, w) in enumerate(zip(line, widths, strict=True)))
        )
    for text in ("", *LEGEND):
        typer.echo(text)
    if out is not None:
        write_csv(out, rows)


def as_rows(found: "tuple[Footprint, ...]") -> list[dict[str, object]]:
    """One row per class with the three ends side by side."""
    rows: dict[str, dict[str, object]] = {}
    for one in found:
        row = rows.setdefault(one.target, {"target": one.target, "units": " ".join(one.units), "axes": one.axes})
        row["cell_km"] = one.cell_km
        row[f"all_round_km2_{one.end}"] = one.all_round_km2
        row[f"mean_km2_{one.end}"] = one.mean_km2
    return list(rows.values())


def _span(row: dict[str, object], name: str) -> str:
    low, nominal, high = (row[f"{name}_{end}"] for end in ("low", "nominal", "high"))
    return f"{nominal:,.0f} [{low:,.0f}, {high:,.0f}]"
