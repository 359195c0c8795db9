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
    "nearest. sorties: a month. in sight h: above the horizon of the system, at the most of",
    "the columns. Then the hours; days of work: share of days on which the system works.",
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
    alone: Annotated[bool, typer.Option("--alone", help="Show the hours in which no other system holds a track.")] = False,
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
    scenario = api.load_scenario(file, vignette=vignette, overrides=parse_settings(set_ or []))
    total = len(list(combinations(scenario.spec, options)))
    compile_kernels()
    with Progress(total, "running", unit="combinations") as progress:
        rows = api.exposure_table(scenario, options, replications=replications, seed=seed, on_progress=progress.advance)
    rows = [row for row in rows if aircraft in (None, row["aircraft"]) and system in (None, row["system"])]
    if out is not None:
        write_csv(out, rows)
    what = "of firm track that no other system holds" if alone else "of firm track"
    typer.echo(f"Exposure in this model, hours a month {what}: {replications} replications, 95 % intervals")
    for key in dict.fromkeys((row["system"], row["aircraft"]) for row in rows):
        for line in lines([row for row in rows if (row["system"], row["aircraft"]) == key], options, alone=alone):
            typer.echo(line)
    for line in LEGEND:
        typer.echo(line)


def lines(rows: list[dict[str, Any]], options: list[str], *, alone: bool = False) -> list[str]:
    """The rows of one system and one kind of aircraft as two tables that fit a terminal: geometry, then hours.

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
        numbers = (_span(group, "base_km"), _span(group, "nearest_km"), _span(group, "sorties"))
        geometry.append([*key, *numbers, f"{max(row['in_sight_h'] for row in group):.2f}"])
        hours.append([*key, *(_hours(row, "alone_h" if alone else "held_h") for row in group)])
    hours.append([*[""] * (len(above) - 1), *(["days of work"] if above else []), *_shares(rows, across, names)])
    title = f"{first['aircraft']} and {first['system']}"
    return ["", title, *_aligned(geometry, len(above)), "", *_aligned(hours, len(above))]


def _hours(row: dict[str, Any], name: str) -> str:
    half = (row[f"{name}_high"] - row[f"{name}_low"]) / 2
    return f"{row[name]:.2f} ±{half:.2f}" if half > 0 else f"{row[name]:.2f}"


def _span(rows: list[dict[str, Any]], name: str) -> str:
    """One whole number, or the least and the most where the rows differ."""
    found = sorted({f"{row[name]:.0f}" for row in rows}, key=float)
    return found[0] if len(found) == 1 else f"{found[0]} to {found[-1]}"


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
