"""`openiads run`: run a scenario and summarise it."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from openiads.cli.options import Seed, Settings, Vignette, Workers, compile_kernels, report
from openiads.cli.progress import Progress


def run(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Scenario file (YAML), or the name of a shipped one.")],
    replications: Annotated[int, typer.Option(min=1, help="How many replications.")] = 64,
    seed: Seed = 1,
    workers: Workers = 1,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="DIR", help="Run folder to write.")] = Path("run"),
    variant: Annotated[str | None, typer.Option(help="Run this variant of the scenario.")] = None,
    vignette: Vignette = None,
    set_: Settings = None,
    record: Annotated[
        Literal["counts", "events", "full"],
        typer.Option(help="What to record of each replication; the first is always recorded in full."),
    ] = "events",
    resume: Annotated[bool, typer.Option("--resume", help="Go on with a run that was cut off.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a run that is there.")] = False,
) -> None:
    """Run a scenario many times, write its tables as Parquet files, and print a summary."""
    from openiads import api
    from openiads.cli.check import parse_settings

    scenario = api.load_scenario(file, variant=variant, vignette=vignette, overrides=parse_settings(set_ or []))
    compile_kernels()
    with Progress(replications, "running") as progress:
        done = api.run(
            scenario,
            replications=replications,
            seed=seed,
            workers=workers,
            out=out,
            record=record,
            resume=resume,
            overwrite=overwrite,
            on_progress=progress.advance,
        )
    report(done)
