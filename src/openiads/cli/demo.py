"""`openiads demo`: the shipped case, end to end."""

from importlib.resources import as_file, files
from pathlib import Path
from typing import Annotated

import typer

from openiads.cli.options import Seed, Workers, compile_kernels, report
from openiads.cli.progress import Progress

CASE = "murted-2019.yaml"


def demo(
    out: Annotated[
        Path, typer.Option("-o", "--out", metavar="DIR", help="Run folder; an earlier run in it is replaced.")
    ] = Path("runs/demo"),
    replications: Annotated[int, typer.Option(min=1, help="How many replications.")] = 64,
    seed: Seed = 1,
    workers: Workers = 1,
) -> None:
    """Run the shipped case: an S-400 fire unit at Mürted, with real terrain masks and six kinds of object."""
    from openiads import api

    with as_file(files("openiads.scenario") / "library" / CASE) as path:
        scenario = api.load_scenario(path)
    compile_kernels()
    with Progress(replications, "running") as progress:
        done = api.run(
            scenario,
            replications=replications,
            seed=seed,
            workers=workers,
            out=out,
            overwrite=True,
            on_progress=progress.advance,
        )
    report(done)
    typer.echo(f"next: openiads explain {out} f-35a")
