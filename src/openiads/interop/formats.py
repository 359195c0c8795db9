"""The formats that a run can be exported to and that recordings can be imported from, and the two functions that do it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from openiads.errors import InteropError
from openiads.interop.files import whole_file
from openiads.interop.source import Source
from openiads.interop.truth import DETECTIONS, TRUTH, Summary, write_table
from openiads.results.store import RunReader

if TYPE_CHECKING:
    from openiads.api import Run


@dataclass(frozen=True)
class Written:
    """What an export wrote: how many things of which sort, and what could not be told."""

    path: Path
    counts: dict[str, int]
    left_out: dict[str, int]
    missing_tables: tuple[str, ...]


@dataclass(frozen=True)
class Format:
    """One format: where its code is, how its files end, and what they are."""

    module: str
    suffixes: tuple[str, ...]
    meaning: str
    options: tuple[str, ...] = field(default=())


EXPORTS: Final[dict[str, Format]] = {
    "dis": Format("dis.packets", (".pcap", ".dislog"), "DIS 7 packets (IEEE 1278.1-2012)", ("exercise", "port", "emitter")),
    "asterix": Format("asterix.packets", (".pcap", ".ast", ".raw"), "ASTERIX CAT048, CAT034, CAT062", ("port",)),
    "czml": Format("czml", (".czml",), "paths, sites and missiles for CesiumJS"),
    "kml": Format("kml", (".kml", ".kmz"), "paths, sites and missiles for Google Earth and GIS (OGC KML 2.2)"),
    "acmi": Format("acmi.writing", (".acmi",), "a Tacview 2.2 recording: .txt.acmi or .zip.acmi"),
    "geojson": Format("geojson", (".geojson",), "paths, sites and missiles as features (RFC 7946)"),
    "geotiff": Format(
        "coverage", (".tif", ".tiff"), "lowest altitude that any radar of the run sees, a raster", ("terrain",)
    ),
    "coverage": Format(
        "coverage", (".geojson",), "contours of where its radars see, by altitude", ("terrain", "altitudes_m")
    ),
    "events": Format("events", (".csv", ".parquet"), "who did what to whom, one flat table for wargame tools"),
    "stonesoup": Format("stonesoup", (".zip",), "plots, tracks and truth as tables that Stone Soup reads"),
}
"""Formats by name. Each module has `write(source, file, name, counts, left_out, **options)`.

`name` is that of the file in lower case."""

IMPORTS: Final[dict[str, Format]] = {
    "dis": Format("dis.importing", (), "Entity State reports of a DIS capture or log, into truth tracks", ("port",)),
    "asterix": Format("asterix.importing", (), "CAT048 plots of an ASTERIX recording, into detections", ("port",)),
    "acmi": Format("acmi.importing", (), "positions of a Tacview recording, into truth tracks"),
    "adsb": Format("adsb", (), "OpenSky state vectors, readsb traces and traffic JSON, into truth tracks"),
    "msdl": Format("msdl", (), "units of an MSDL scenario (SISO-STD-007), into a truth table of one instant"),
}
"""Formats by name. Each module has a class `Reports(path, **options)` with `batches()` and `summary`."""

DETECTION_FORMATS: Final = {"asterix"}
"""Formats whose import makes a detection table; all others make a truth table."""


def export(
    run: "Run | RunReader | str | Path",
    to: str,
    out: str | Path,
    *,
    replication: int = 0,
    from_s: float | None = None,
    until_s: float | None = None,
    overwrite: bool = False,
    on_time: Callable[[int], None] | None = None,
    **options: Any,
) -> Written:
    """Write one replication of a run in another format.

    Parameters
    ----------
    run : Run, RunReader or path
        The run or its folder.
    to : str
        One of `EXPORTS`.
    out : path
        File to write; its suffix chooses between the variants of a format. It is there whole or not at all.
    replication : int
        Which one.
    from_s, until_s : float, optional
        Span since the start of the scenario; by default all of it. [s]
    overwrite : bool
        Whether a file that is there is replaced.
    on_time : callable, optional
        Told how far the export is, in nanoseconds of the scenario.
    options
        What the format takes; see its page.

    Raises
    ------
    OpeniadsError
        When the format, the span, an option or the file cannot be.
    """
    known = _format(EXPORTS, to, "exported to")
    _check_options(known, to, options)
    out = Path(out)
    if not out.name.lower().endswith(known.suffixes):
        raise InteropError(f"{out}: files of {to} end in {' or '.join(known.suffixes)}. Name it so.")
    reader: Any = RunReader.open(Path(run)) if isinstance(run, str | Path) else getattr(run, "reader", run)
    source = Source.open(reader, replication, from_s=from_s, until_s=until_s, on_time=on_time)
    counts: Counter[str] = Counter()
    left_out: Counter[str] = Counter()
    with whole_file(out, overwrite=overwrite) as file:
        _module(known).write(source, file, out.name.lower(), counts, left_out, **options)
    return Written(out, dict(counts), dict(left_out), source.missing)


def import_file(of: str, path: str | Path, out: str | Path, *, overwrite: bool = False, **options: Any) -> Summary:
    """Read a recording and write it as a table, .csv or .parquet.

    Parameters
    ----------
    of : str
        One of `IMPORTS`.
    path, out : path
        What to read, and the table to write: truth tracks, or detections for ASTERIX.
    options
        What the format takes; see its page.

    Returns
    -------
    Summary
        Rows, objects, and every part of the recording that was left out, with the reason.

    Raises
    ------
    OpeniadsError
        When the format or a file cannot be.
    """
    known = _format(IMPORTS, of, "imported from")
    _check_options(known, of, options)
    reports = _module(known).Reports(Path(path), **options)
    columns = DETECTIONS if of in DETECTION_FORMATS else TRUTH
    write_table(reports.batches(), columns, Path(out), f"imported from {of}", overwrite=overwrite)
    summary: Summary = reports.summary
    return summary


def _format(formats: dict[str, Format], name: str, what: str) -> Format:
    if name not in formats:
        raise InteropError(f"{name!r} is no format that can be {what}. Known: {', '.join(formats)}")
    return formats[name]


def _check_options(known: Format, name: str, options: dict[str, Any]) -> None:
    strange = sorted(set(options) - set(known.options))
    if strange:
        allowed = ", ".join(known.options) or "none"
        raise InteropError(f"{strange[0]!r} is no option of {name}. Known: {allowed}")


def _module(known: Format) -> Any:
    return import_module(f"openiads.interop.{known.module}")
