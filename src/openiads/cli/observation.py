"""`openiads observation`: what each sensor could observe of friendly flights, by aspect, signal and configuration."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from openiads.cli.options import RunFolder
from openiads.errors import ResultsError

if TYPE_CHECKING:
    from openiads.results.observation import Observed
    from openiads.stats.intervals import Estimate

LEGEND = (
    "",
    "hours: the node holds a firm track, the sensor radiates and sees the object at this signal-to-noise",
    "ratio of one look (at the median cross-section of the sortie). looks: apart by {aspect:g} degrees of aspect",
    "or {time:g} s. sorties: with such a track for more than {least:g} s, of those flown. Per month, 95 % intervals",
    "over replications. What could be observed; nothing about what is done with it.",
)


def observation(
    folder: RunFolder,
    aircraft: Annotated[str | None, typer.Option(metavar="ID", help="Only this kind of aircraft.")] = None,
    sensor: Annotated[str | None, typer.Option(metavar="ID", help="Only sensors of this node, or NODE/ROLE.")] = None,
    bands_db: Annotated[
        str | None,
        typer.Option(metavar="A,B,..", help="Edges of the bands of signal-to-noise ratio; 13,20,30 unless given."),
    ] = None,
    aspect_deg: Annotated[
        float | None, typer.Option(min=0, help="Change of aspect that makes a look independent; 1 unless given.")
    ] = None,
    time_s: Annotated[float | None, typer.Option(min=0, help="Time that makes a look independent; 5 unless given.")] = None,
    least_s: Annotated[
        float | None, typer.Option(min=0, help="Least time of firm track that makes a sortie observed; any unless given.")
    ] = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", metavar="FILE", help="CSV file to write as well.")] = None,
) -> None:
    """Hours a month that each sensor could observe friendly aircraft, by aspect sector, signal and configuration."""
    from openiads import api
    from openiads.cli.exposure import write_csv
    from openiads.results.observation import as_rows, band_labels, rules
    from openiads.results.observation import observation as observe

    edges = None if bands_db is None else _edges(bands_db)
    told = rules(bands_db=edges, aspect_deg=aspect_deg, time_s=time_s, least_s=least_s)
    found = [
        one
        for one in observe(api.open_run(folder).reader, told)
        if aircraft in (None, one.aircraft) and sensor in (None, one.sensor, one.sensor.split("/")[0])
    ]
    if out is not None:
        write_csv(out, as_rows(found, told))
    typer.echo("Observation of friendly flights, in this model, a month")
    if not found:
        typer.echo("no sensor held a firm track of them while it radiated")
    for one in found:
        for line in _lines(one, band_labels(told.bands_db)):
            typer.echo(line)
    for line in LEGEND:
        typer.echo(line.format(aspect=told.aspect_deg, time=told.time_s, least=told.least_s))


def _edges(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise ResultsError(f"--bands-db {text}: expected numbers with commas between, such as 13,20,30") from None


def _lines(one: "Observed", bands: tuple[str, ...]) -> list[str]:
    from openiads.results.measures.looks import SECTORS

    head = f"{one.aircraft} ({one.configuration}) by {one.sensor}"
    if one.share_of_days != 1.0:
        head += f", which works on {one.share_of_days:.1%} of the days"
    cells = [["hours at SNR, dB", *bands, "all"]]
    for aspect in SECTORS:
        row = [one.hours[aspect, band] for band in range(len(bands))]
        cells.append([aspect, *(f"{e.value or 0.0:.2f}" for e in row), f"{sum(e.value or 0.0 for e in row):.2f}"])
    sums = [sum(one.hours[aspect, band].value or 0.0 for aspect in SECTORS) for band in range(len(bands))]
    cells.append(["all", *(f"{value:.2f}" for value in sums), _told(one.total, 2)])
    widths = [max(len(line[k]) for line in cells) for k in range(len(cells[0]))]
    table = []
    for line in cells:
        padded = [c.rjust(w) if k else c.ljust(w) for k, (c, w) in enumerate(zip(line, widths, strict=True))]
        table.append("  " + "  ".join(padded))
    sorties = f"{_told(one.sorties, 1)} of {one.flown:.1f} flown"
    rest = f"  independent looks {_told(one.looks, 0)}; sorties observed {sorties}"
    return ["", head, *table, rest]


def _told(e: "Estimate", digits: int) -> str:
    if e.value is None:
        return "missing"
    half = 0.0 if e.low is None or e.high is None else (e.high - e.low) / 2
    return f"{e.value:,.{digits}f} ±{half:,.{digits}f}" if half > 0 else f"{e.value:,.{digits}f}"
