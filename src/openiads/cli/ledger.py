"""`openiads ledger`: why hostile objects got through, counted."""

import typer

from openiads.cli.options import RunFolder


def ledger(folder: RunFolder) -> None:
    """Count the causes of all leaks of a run; the shares add up to leakage exactly."""
    from openiads import api
    from openiads.results.ledger import format_ledger

    typer.echo(format_ledger(api.ledger(api.open_run(folder))))
