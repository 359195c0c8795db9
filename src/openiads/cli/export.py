"""`openiads export`: a run in another tool's format."""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from openiads.cli.options import RunFolder
from openiads.cli.progress import Progress

ToFormat = Literal["dis", "asterix", "czml", "kml", "acmi", "geojson", "geotiff", "coverage", "events", "stonesoup"]


def export(
    folder: RunFolder,
    to: Annotated[ToFormat, typer.Option("--to", help="Format to write.")],
    out: Annotated[Path | None, typer.Option("-o", "--out", metavar="FILE", help="File to write.")] = None,
    pcap: Annotated[Path | None, typer.Option(metavar="FILE", help="The same, for a capture of packets.")] = None,
    replication: Annotated[int, typer.Option(min=0, help="Which replication, from 0.")] = 0,
    from_s: Annotated[float | None, typer.Option("--from", help="Begin here, seconds since the start.")] = None,
    until_s: Annotated[float | None, typer.Option("--until", help="End here, seconds since the start.")] = None,
    rate: Annotated[
        float | None, typer.Option(help="dis: send the packets instead, so many seconds of the scenario in each second.")
    ] = None,
    host: Annotated[str, typer.Option(help="With --rate: IP address to send to; time-to-live 1.")] = "127.0.0.1",
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="UDP port of the packets.")] = None,
    exercise: Annotated[int | None, typer.Option(min=1, max=255, help="dis: exercise id.")] = None,
    emitter: Annotated[
        int | None, typer.Option(min=0, max=65535, help="dis: emitter name (SISO-REF-010) of radars that have none there.")
    ] = None,
    terrain: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="geotiff, coverage: elevation tiles; the masks of the scenario unless given."),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a file that is there.")] = False,
) -> None:
    """Write one replication of a run in another tool's format. All of it is simulated, and says so where the format can."""
    from openiads import api
    from openiads.errors import InteropError
    from openiads.interop.formats import export as write

    run = api.open_run(folder)
    options: dict[str, Any] = {"port": port, "exercise": exercise, "emitter": emitter, "terrain": terrain}
    given = {name: value for name, value in options.items() if value is not None}
    if rate is not None:
        _send(run, to, replication, from_s, until_s, rate, host, given)
        return
    target = out or pcap
    if target is None:
        raise InteropError("no file is named. Use -o FILE, or for dis --rate 1 to send packets")
    with _Progress(run, from_s, until_s, "exporting") as on_time:
        written = write(
            run,
            to,
            target,
            replication=replication,
            from_s=from_s,
            until_s=until_s,
            overwrite=overwrite,
            on_time=on_time,
            **given,
        )
    typer.echo(f"{target}: {', '.join(f'{number} {name}' for name, number in written.counts.items()) or 'nothing'}")
    for reason, number in written.left_out.items():
        typer.echo(f"left out: {number} {reason}", err=True)
    if written.missing_tables:
        typer.echo(
            f"not recorded of replication {replication}, so not exported: {', '.join(written.missing_tables)}. "
            f"`openiads replay {folder} --replication {replication}` makes them.",
            err=True,
        )


class _Progress:
    """Progress in whole seconds of the scenario."""

    def __init__(self, run: Any, from_s: float | None, until_s: float | None, label: str) -> None:
        from openiads.scenario.loader import load_scenario_text

        clock = load_scenario_text(run.reader.scenario(), "scenario.yaml").spec.clock
        first, last = from_s or 0.0, clock.duration_s if until_s is None else until_s
        self._from = int(first)
        self._done = 0
        self._Progress = Progress(max(1, int(last - first)), label, unit="seconds of the scenario")

    def _on_time(self, at_ns: int) -> None:
        seconds = at_ns // 1_000_000_000 - self._from
        if seconds > self._done:
            self._Progress.advance(seconds - self._done)
            self._done = seconds

    def __enter__(self) -> Any:
        self._Progress.__enter__()
        return self._on_time

    def __exit__(self, *error: Any) -> None:
        self._Progress.__exit__(*error)


def _send(
    run: Any,
    to: str,
    replication: int,
    from_s: float | None,
    until_s: float | None,
    rate: float,
    host: str,
    given: dict[str, Any],
) -> None:
    from openiads.errors import InteropError
    from openiads.interop.dis.export import Exporter
    from openiads.interop.dis.files import PORT
    from openiads.interop.dis.replay import replay
    from openiads.interop.source import Source

    if to != "dis":
        raise InteropError(f"--rate sends DIS packets; {to} is written to a file. Use -o FILE")
    with _Progress(run, from_s, until_s, "sending") as on_time:
        source = Source.open(run.reader, replication, from_s=from_s, until_s=until_s, on_time=on_time)
        exporter = Exporter(source, exercise=given.get("exercise", 1), emitter=given.get("emitter"))
        port = given.get("port", PORT)
        sent = replay(exporter.pdus(), rate=rate, host=host, port=port)
    typer.echo(f"{host}:{port}: {sent} packets sent")
