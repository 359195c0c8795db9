"""`openiads compare`: variants of a scenario under common draws."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from openiads.cli.options import Seed, Workers, compile_kernels
from openiads.cli.progress import Progress

if TYPE_CHECKING:
    from openiads.results.paired import Difference


def compare(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Scenario file (YAML).")],
    variants: Annotated[
        str,
        typer.Option(help="Two variants or more, with commas between; the first is the baseline, `base` the file itself."),
    ],
    replications: Annotated[int, typer.Option(min=2, help="How many replications of each.")] = 64,
    seed: Seed = 1,
    workers: Workers = 1,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="DIR", help="Folder for the runs and comparison.json.")
    ] = None,
    measures: Annotated[str | None, typer.Option(help="Measures, with commas between; all otherwise.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace runs that are there.")] = False,
    all_: Annotated[bool, typer.Option("--all", help="Show measures that are the same in every pair, too.")] = False,
) -> None:
    """Run variants with the same draws and print the difference of every measure with its paired interval."""
    from openiads import api, comparing

    scenario = api.load_scenario(file)
    chosen = [name.strip() for name in variants.split(",") if name.strip()]
    compile_kernels()
    with Progress(replications * len(chosen), "running") as progress:
        found = comparing.compare(
            scenario,
            variants=chosen,
            replications=replications,
            seed=seed,
            workers=workers,
            out=out,
            names=None if measures is None else [name.strip() for name in measures.split(",")],
            overwrite=overwrite,
            on_progress=progress.advance,
        )
    typer.echo(scenario.spec.scenario.title)
    for arm, rows in found.differences.items():
        typer.echo(format_differences(found.baseline, arm, rows, everything=all_))
    if out is not None:
        typer.echo(f"\nruns and comparison.json in {out}")


def format_differences(
    baseline: str, arm: str, rows: "tuple[Difference, ...]", *, everything: bool, columns: int | None = None
) -> str:
    """A table of measures under both arms, with their differences; without `everything` only those that differ anywhere.

    Where it is wider than `columns`, those of the terminal unless given, a measure and its unit stand in a line of their own.
    """
    pairs = rows[0].pairs if rows else 0
    shown = [d for d in rows if everything or d.alike < d.pairs]
    heads = ("measure", "unit", baseline, arm, " difference (interval)", "variance ratio")
    table = [heads, *(_cells(d) for d in shown)]
    lines = _aligned(table)
    if max(map(len, lines)) > (columns or shutil.get_terminal_size((80, 24)).columns):
        lines = _folded(table)
    same = len(rows) - len(shown)
    more = f" {same} further measures are the same in every pair." if same else ""
    return "\n".join(
        [
            f"Public figures, in this model: {arm} less {baseline},",
            f"{pairs} pairs with the same draws, 95 % intervals",
            "",
            *lines,
            "",
            f"* the interval leaves out 0; differences of shares in points.{more}",
            "variance ratio: how many times more replications independent draws would need\nfor the same interval",
        ]
    )


def _cells(d: "Difference") -> tuple[str, ...]:
    """A row of the table."""
    from openiads.results.wording import difference_text, number, ratio_text, unit_of

    texts = ["missing" if e.value is None else number(d.measure, e.value) for e in (d.first, d.second)]
    told = ("*" if d.resolved else " ") + difference_text(d, unit=False)
    return d.label, unit_of(d.measure), *texts, told, ratio_text(d.variance_ratio)


def _aligned(table: Sequence[tuple[str, ...]]) -> list[str]:
    """One line for each row."""
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return ["  " + "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in table]


def _folded(table: Sequence[tuple[str, ...]]) -> list[str]:
    """Two lines for each row: what is measured, and below it the values."""
    values = _aligned([row[2:] for row in table])
    named = [f"  {label} [{unit}]" if unit else f"  {label}" for label, unit, *_ in table[1:]]
    return ["  " + values[0], *(line for name, row in zip(named, values[1:], strict=True) for line in (name, "  " + row))]
