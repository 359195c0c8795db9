"""`openiads digest`: the fingerprint of a run's results."""

from pathlib import Path
from typing import Annotated

import typer


def digest(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Run folder.")],
    replication: Annotated[int | None, typer.Option(help="Only this replication.")] = None,
    tables: Annotated[bool, typer.Option("--tables", help="Also the digest of each table.")] = False,
) -> None:
    """SHA-256 over the tables of a run: equal for equal results, however many workers or blocks made them."""
    from openiads.results.digest import digest as digest_of

    found = digest_of(folder, replication)
    if tables:
        for name, value in found.tables.items():
            typer.echo(f"{value}  {name}")
    typer.echo(f"{found.total}  total" if tables else found.total)
