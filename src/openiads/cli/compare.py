"""`openiads compare`: variants of a scenario under common draws."""

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


def format_differences(baseline: str, arm: str, rows: "tuple[Difference, ...]", *, everything: bool) -> str:
    """A table of measures under both arms, with their differences; without `everything` only those that differ anywhere."""
    from openiads.results.wording import difference_text, number, ratio_text, unit_of

    pairs = rows[0].pairs if rows else 0
    shown = [d for d in rows if everything or d.alike < d.pairs]
    lines = [
        f"Public figures, in this model: {arm} less {baseline}, {pairs} pairs with the same draws, 95 % intervals",
        "",
    ]
    cells = []
    for d in shown:
        texts = ["missing" if e.value is None else number(d.measure, e.value) for e in (d.first, d.second)]
        star = "*" if d.resolved else " "
        told = star + difference_text(d, unit=False)
        cells.append((d.label, unit_of(d.measure), *texts, told, ratio_text(d.variance_ratio)))
    heads = ("measure", "unit", baseline, arm, " difference (interval)", "variance ratio")
    widths = [max(len(row[k]) for row in (heads, *cells)) for k in range(len(heads))]
    for row in (heads, *cells):
        lines.append("  " + "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())
    same = len(rows) - len(shown)
    more = f" {same} further measures are the same in every pair." if same else ""
    lines += ["", f"* the interval leaves out 0; differences of shares in points.{more}"]
    lines.append("variance ratio: how many times more replications independent draws would need for the same interval")
    return "\n".join(lines)
