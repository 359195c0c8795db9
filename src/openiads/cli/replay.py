"""`openiads replay`: run one replication of a finished run again, recorded in full."""

from pathlib import Path
from typing import Annotated

import typer

from openiads.cli.options import RunFolder, compile_kernels


def replay(
    folder: RunFolder,
    replication: Annotated[int, typer.Option(min=0, help="Which replication, from 0.")],
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="DIR", help="Folder for it. By default DIR-replication-K.")
    ] = None,
) -> None:
    """Run one replication again, record it in full, and check that it comes out as before."""
    from openiads import api

    target = out or folder.with_name(f"{folder.name}-replication-{replication}")
    compile_kernels()
    again = api.replay(api.open_run(folder), replication, target)
    typer.echo(f"{target}: replication {replication} in full, the same to the byte as recorded")
    typer.echo(f"digest {again.digest().total}")
