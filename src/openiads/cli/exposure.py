"""`openiads exposure`: hours of firm track of friendly aircraft a month, under every combination of some options."""

import csv
import io
from pathlib import Path
from typing import Annotated, Any

import typer

from openiads.cli.options import Seed, Settings, compile_kernels
from openiads.cli.progress import Progress

LEGEND = (
    "",
    "base km: from the system to where the flights start. nearest km: to where they come",
    "nearest. sorties: a month. in sight h: above the horizon of the system, where it works",
    "most. Then the hours of firm track; days of work: share of days on which it works.",
)


def exposure(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="Scenario file (YAML) with options, or the name of a shipped one.")
    ] = "turkey-2019",
    by: Annotated[
        list[str] | None,
        typer.Option(metavar="OPTION", help="An option whose values are combined; may be given several times."),
    ] = None,
    aircraft: Annotated[str | None, typer.Option(metavar="ID", help="Only this kind of aircraft.")] = None,
    system: Annotated[str | None, typer.Option(metavar="ID", help="Only the system of this command post.")] = None,
    vignette: Annotated[str, typer.Option(metavar="ID", help="A vignette that walks windows.")] = "peacetime_month",
    replications: Annotated[int, typer.Option(min=2, help="How many replications of each combination.")] = 16,
    seed: Seed = 1,
    set_: Settings = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", metavar="FILE", help="CSV file to write as well.")] = None,
) -> None:
    """For how many hours a month each system holds a firm track of friendly aircraft, by the values of some options."""
    from openiads import api
    from openiads.cli.check import parse_settings
    from openiads.scenario.choosing import combinations

    options = by or ["activity", "date"]
    overrides = parse_settings(set_ or [])
    spec = api.load_scenario(file, vignette=vignette, overrides=overrides).spec
    total = len(list(combinations(spec, options)))
    compile_kernels()
    with Progress(total, "running", unit="combinations") as progress:
        rows = api.exposure_table(
            file,
            by=options,
            vignette=vignette,
            replications=replications,
            seed=seed,
            overrides=overrides,
            on_progress=progress.advance,
        )
    rows = [row for row in rows if aircraft in (None, row["aircraft"]) and system in (None, row["system"])]
    if out is not None:
        write_csv(out, rows)
    typer.echo(f"Exposure in this model, hours a month: {replications} replications, 95 % intervals")
    for key in dict.fromkeys((row["system"], row["aircraft"]) for row in rows):
        for line in lines([row for row in rows if (row["system"], row["aircraft"]) == key], options):
            typer.echo(line)
    for line in LEGEND:
        typer.echo(line)


def lines(rows: list[dict[str, Any]], options: list[str]) -> list[str]:
    """The rows of one system and one kind of aircraft as two tables that fit a terminal: geometry, then hours held.

    The values of the last option are the columns of the second table, those of the others its rows.
    """
    *above, across = options
    first = rows[0]
    by_rows: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in rows:
        by_rows.setdefault(tuple(row[option] for option in above), []).append(row)
    names = list(dict.fromkeys(row[across] for row in rows))
    geometry = [[*above, "base km", "nearest km", "sorties", "in sight h"]]
    hours = [[*above, *names]]
    for key, group in by_rows.items():
        most = max(group, key=lambda row: row["share_of_days"])
        numbers = (
            f"{most['base_km']:.0f}",
            f"{most['nearest_km']:.0f}",
            f"{most['sorties']:g}",
            f"{most['in_sight_h']:.2f}",
        )
        geometry.append([*key, *numbers])
        hours.append([*key, *(_held(row) for row in group)])
    hours.append([*[""] * (len(above) - 1), *(["days of work"] if above else []), *_shares(rows, across, names)])
    title = f"{first['aircraft']} and {first['system']}"
    return ["", title, *_aligned(geometry, len(above)), "", *_aligned(hours, len(above))]


def _held(row: dict[str, Any]) -> str:
    half = (row["held_h_high"] - row["held_h_low"]) / 2
    return f"{row['held_h']:.2f} ±{half:.2f}" if half > 0 else f"{row['held_h']:.2f}"


def _shares(rows: list[dict[str, Any]], across: str, names: list[str]) -> list[str]:
    """Share of days on which the system works, by the values of the last option; a dash where the others change it."""
    found = [{row["share_of_days"] for row in rows if row[across] == name} for name in names]
    return [f"{100 * shares.pop():.3g} %" if len(shares) == 1 else "-" for shares in found]


def _aligned(cells: list[list[str]], words: int) -> list[str]:
    widths = [max(len(line[k]) for line in cells) for k in range(len(cells[0]))]
    return [
        "  ".join(
            c.ljust(w) if k < words else c.rjust(w) for k, (c, w) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in cells
    ]


def write_csv(path: Path, rows: list[dict[str, Any]]) -> None:
    """Write the rows as CSV, whole or not at all."""
    from openiads.results.files import write_whole

    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_whole(path, text.getvalue().encode())
