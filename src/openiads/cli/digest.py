"""`openiads digest`: the fingerprint of a run's results."""

from pathlib import Path
from typing import Annotated

import typer


def digest(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Run folder, as `openiads run` wrote it.")],
    replication: Annotated[int | None, typer.Option(min=0, help="Of this replication only, from 0.")] = None,
    tables: Annotated[bool, typer.Option("--tables", help="Print the digest of each table too.")] = False,
) -> None:
    """Print the SHA-256 of a run's results: equal results have equal digests."""
    from openiads.results.digest import digest as digest_of

    found = digest_of(folder, replication)
    if tables:
        for name, value in found.tables.items():
            typer.echo(f"{value}  {name}")
    typer.echo(f"{found.total}  total" if tables else found.total)
