"""`openiads import`: a public recording as a table of truth tracks or detections."""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

OfFormat = Literal["dis", "asterix", "acmi", "adsb", "msdl"]
MOST_FAULTS = 20


def import_(
    of: Annotated[OfFormat, typer.Argument(metavar="FORMAT", help="Format of the file.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Recording to read.")],
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="FILE", help="Table to write, .csv or .parquet.")
    ] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Take only packets to this UDP port.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a table that is there.")] = False,
) -> None:
    """Read a recording into a table: truth tracks, or detections from ASTERIX. Files only; nothing is read live."""
    from openiads.interop.formats import import_file

    target = out or Path(f"{file.stem}-{of}.parquet")
    options: dict[str, Any] = {"port": port}
    given = {name: value for name, value in options.items() if value is not None}
    found = import_file(of, file, target, overwrite=overwrite, **given)
    typer.echo(f"{target}: {found.rows} rows of {found.objects} objects over {found.duration_s:.1f} s")
    for name, number in sorted(found.counts.items()):
        typer.echo(f"  {number:8d}  {name}")
    for note in found.notes:
        typer.echo(f"note: {note}")
    for fault in found.faults[:MOST_FAULTS]:
        typer.echo(f"left out: {fault}", err=True)
    if found.fault_count > MOST_FAULTS:
        typer.echo(f"left out: {found.fault_count - MOST_FAULTS} more", err=True)
