"""`openiads replay`: run one replication of a finished run again, recorded in full."""

from pathlib import Path
from typing import Annotated

import typer

from openiads.cli.options import RunFolder, compiled


def replay(
    folder: RunFolder,
    replication: Annotated[int, typer.Option(min=0, help="Which replication.")],
    out: Annotated[Path | None, typer.Option("-o", "--out", help="Folder for it (default: FOLDER-replication-K).")] = None,
) -> None:
    """Run one replication again in full and check that it comes out as recorded."""
    from openiads import api

    target = out or folder.with_name(f"{folder.name}-replication-{replication}")
    with compiled():
        again = api.replay(api.open_run(folder), replication, target)
    typer.echo(f"{target}: replication {replication} in full, the same to the byte as recorded")
    typer.echo(f"digest: {again.digest().total}")
