"""`openiads digest`: the fingerprint of a run's results."""

from pathlib import Path
from typing import Annotated

import typer


def digest(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a run or of a study.")],
    replication: Annotated[int | None, typer.Option(min=0, help="Of this replication only, from 0.")] = None,
    tables: Annotated[bool, typer.Option("--tables", help="Print the digest of each table too.")] = False,
) -> None:
    """Print the SHA-256 of the results of a run or a study: equal results have equal digests."""
    if (folder / "study.json").is_file():
        from openiads.study.opened import open_results
        from openiads.study.tables import digest as digest_of_study

        total, each = digest_of_study(open_results(folder).folder)
    else:
        from openiads.results.digest import digest as digest_of

        found = digest_of(folder, replication)
        total, each = found.total, found.tables
    if tables:
        for name, value in each.items():
            typer.echo(f"{value}  {name}")
    typer.echo(f"{total}  total" if tables else total)
