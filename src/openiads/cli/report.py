"""`openiads report`: one HTML page of a run, or of two runs side by side."""

from pathlib import Path
from typing import Annotated

import typer

from openiads.cli.options import RunFolder


def report(
    folder: RunFolder,
    other: Annotated[
        Path | None, typer.Argument(metavar="DIR2", help="A run of another variant: same replications, same seed.")
    ] = None,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE", help="HTML file to write.")] = Path("report.html"),
    peacetime: Annotated[
        Path | None, typer.Option(metavar="DIR3", help="A run of the same case in peacetime, for what could be observed.")
    ] = None,
    question: Annotated[str, typer.Option(help="Title of the page; otherwise that of the scenario.")] = "",
) -> None:
    """Write a report that opens in any browser and prints, with nothing fetched from outside."""
    import openiads.report as room
    from openiads import api

    again = (
        f"openiads report {folder}{f' {other}' if other else ''}{f' --peacetime {peacetime}' if peacetime else ''} -o {out}"
    )
    written = room.write(
        api.open_run(folder),
        None if other is None else api.open_run(other),
        out=out,
        peacetime=None if peacetime is None else api.open_run(peacetime),
        question=question,
        replay=(again,),
    )
    typer.echo(f"{written}: {written.stat().st_size / 1000:.0f} kB; public figures, in this model")
