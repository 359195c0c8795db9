"""`openiads ledger`: why hostile objects got through, counted."""

from typing import Annotated

import typer

from openiads.cli.options import RunFolder, compile_kernels
from openiads.cli.progress import Progress


def ledger(
    folder: RunFolder,
    counterfactual: Annotated[
        bool,
        typer.Option(
            "--counterfactual", help="Also walk the leaks again with one link of the chain restored after another."
        ),
    ] = False,
    limit: Annotated[
        int | None, typer.Option(min=1, help="At most so many leaks for --counterfactual, taken evenly over all.")
    ] = None,
) -> None:
    """Count the causes of all leaks of a run; they add up to leakage exactly."""
    from openiads import api
    from openiads.results.ledger import format_ledger

    run = api.open_run(folder)
    found = api.ledger(run)
    if counterfactual and found.leaked:
        compile_kernels()
        asked = found.leaked if limit is None else min(limit, found.leaked)
        with Progress(asked, "walking again", unit="leaks") as progress:
            table = api.counterfactual(run, limit=limit, on_progress=progress.advance)
        found = api.ledger(run, counterfactual=table)
    typer.echo(format_ledger(found))
