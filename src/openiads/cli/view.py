"""`openiads view`: look at a run, or at two beside each other, in a browser."""

import threading
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from openiads.cli.options import compile_kernels

if TYPE_CHECKING:
    from openiads.web.late import LatePayload
    from openiads.web.payload import Payload


def view(
    folders: Annotated[
        list[Path],
        typer.Argument(metavar="RUN [RUN2]", help="One run folder, or two to compare; or the results of a study."),
    ],
    study: Annotated[Path | None, typer.Option(metavar="DIR", help="Results of a study to serve beside the runs.")] = None,
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
    from openiads.errors import ResultsError
    from openiads.web.basemap import BaseMap
    from openiads.web.export import export_page
    from openiads.web.payload import Payload
    from openiads.web.server import make_server, url_of
    from openiads.web.study import is_study

    runs = [folder for folder in folders if not is_study(folder)]
    studies = [folder for folder in folders if is_study(folder)] + ([study] if study else [])
    if len(studies) > 1:
        raise ResultsError(f"{len(studies)} studies; the viewer shows one. Two are compared by `openiads study compare`.")
    folder = studies[0] if studies else None
    if export is not None:
        if not runs:
            raise ResultsError("--export writes runs. A study has its own page in one file: `openiads report STUDY`.")
        payload = Payload.open(runs, study=folder, report=report, terrain=terrain)
        chosen = tuple(replications or [payload.runs[0].run.reader.manifest.first_replication])
        if not all(shown.holds(number) for shown in payload.runs for number in chosen):
            compile_kernels()
        out = export_page(payload, export, replications=chosen)
        typer.echo(f"{out}: {out.stat().st_size / 1e6:.1f} MB, opens from disk")
        return
    served = _opened(runs, study=folder, report=report, terrain=terrain)
    server = make_server(served, basemap=BaseMap.open(basemap) if basemap else None, address=address, port=port)
    threading.Thread(target=served.prepare, daemon=True).start()  # while the browser starts
    typer.echo(f"{url_of(server)}  (Ctrl-C ends it)")
    if browser:
        webbrowser.open(url_of(server))
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        typer.echo("ended")
    finally:
        server.server_close()


def _opened(runs: list[Path], *, study: Path | None, report: Path | None, terrain: Path | None) -> "Payload | LatePayload":
    """What to show; folders that cannot be opened are left for the page to tell, and to look at again."""
    from openiads.errors import OpeniadsError
    from openiads.web.late import LatePayload
    from openiads.web.payload import Payload

    def opened() -> Payload:
        return Payload.open(runs, study=study, report=report, terrain=terrain)

    Payload.check(runs, study, report)
    try:
        return opened()
    except OpeniadsError as error:
        if not all(folder.is_dir() for folder in (*runs, study) if folder is not None):
            raise
        typer.echo(f"{error} The page says so as well, and looks again when it is reloaded.", err=True)
        return LatePayload(opened, maps=bool(runs))
