"""`openiads verify`: run truth cases against the public functions."""

from pathlib import Path
from typing import Annotated

import typer


def verify(
    cases: Annotated[Path | None, typer.Option(help="File of truth cases (JSON); the shipped pack unless given.")] = None,
    allow_missing: Annotated[
        bool, typer.Option("--allow-missing", help="Cases that nothing answers yet are no failure.")
    ] = False,
) -> None:
    """Check the formulas against printed and separately worked values: exit code 1 unless all pass.

    The worst error of a topic is in units of the tolerance that each case states; up to 1 passes.
    """
    from openiads.verify import load_cases, report_lines
    from openiads.verify import verify as run

    results = run(load_cases(cases))
    for line in report_lines(results):
        typer.echo(line)
    if any(not result.passed and (result.built or not allow_missing) for result in results):
        raise typer.Exit(1)
