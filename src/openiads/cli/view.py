"""`openiads view`: look at a run, or at two beside each other, in a browser."""

import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from openiads.cli.options import compile_kernels


def view(
    folders: Annotated[list[Path], typer.Argument(metavar="RUN [RUN2]", help="One run folder, or two to compare.")],
    export: Annotated[
        Path | None, typer.Option("--export", metavar="FILE.html", help="Write one self-contained file instead of serving.")
    ] = None,
    replications: Annotated[
        list[int] | None,
        typer.Option("--replication", min=0, help="Replication to put in the file; may be given several times."),
    ] = None,
    basemap: Annotated[
        Path | None, typer.Option(metavar="FILE.pmtiles", help="Base map of your own (raster PMTiles).")
    ] = None,
    terrain: Annotated[Path | None, typer.Option(metavar="DIR", help="Elevation files for shaded relief.")] = None,
    report: Annotated[Path | None, typer.Option(metavar="FILE.html", help="Report to serve beside the run.")] = None,
    address: Annotated[
        str, typer.Option(help="Address to bind. Anything but loopback needs the token in the URL.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = 0,
    browser: Annotated[bool, typer.Option(help="Open the page in the default browser.")] = True,
) -> None:
    """Play a run in the browser: map, coverage, time, events, explanations. Read-only; nothing leaves this machine."""
    from openiads.web.basemap import BaseMap
    from openiads.web.export import export_page
    from openiads.web.payload import Payload
    from openiads.web.server import make_server, url_of

    payload = Payload.open(folders, report=report, terrain=terrain)
    compile_kernels()
    if export is not None:
        chosen = tuple(replications or [payload.runs[0].run.reader.manifest.first_replication])
        for number in chosen:
            for shown in payload.runs:
                shown.run.reader.require_replication(number)
        out = export_page(payload, export, replications=chosen)
        typer.echo(f"{out}: {out.stat().st_size / 1e6:.1f} MB, opens from disk")
        return
    server = make_server(payload, basemap=BaseMap.open(basemap) if basemap else None, address=address, port=port)
    typer.echo(f"{url_of(server)}  (Ctrl-C ends it)")
    if browser:
        webbrowser.open(url_of(server))
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        typer.echo("ended")
    finally:
        server.server_close()
