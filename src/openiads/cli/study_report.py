"""`openiads study report`: the sheet and the full report of a finished study, as HTML and, where a Chromium is at hand, as PDF."""

from pathlib import Path
from typing import Annotated

import typer

from openiads.cli.study_run import Folder


def report(
    folder: Folder,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="FILE", help="HTML file to write; otherwise in the results folder.")
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="The full report instead of the sheet.")] = False,
    run: Annotated[
        list[Path] | None,
        typer.Option("--run", metavar="DIR", help="With --full: link readings to their moments in this run, or in two."),
    ] = None,
    viewer: Annotated[str, typer.Option(metavar="ADDRESS", help="Where the viewer of those runs stands.")] = "/",
    beside: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="With --full: words of another results folder, as before an amendment."),
    ] = None,
    across: Annotated[
        Path | None, typer.Option(metavar="DIR", help="With --full: what the parties say in the other study files here.")
    ] = None,
    answer: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Log an edited answer first; it stands above that of the program.")
    ] = None,
    by: Annotated[str, typer.Option(metavar="NAME", help="Who edits the answer.")] = "",
    why: Annotated[str, typer.Option(metavar="TEXT", help="Why the answer is edited.")] = "",
    pdf: Annotated[bool, typer.Option("--pdf", help="Also a PDF beside it; needs Chromium or Chrome.")] = False,
) -> None:
    """Write one page that anyone can read, or with --full the report behind it. Nothing in it is fetched from outside.

    With --run the report is for `openiads view RUN --report FILE`: its links set the time and the object that the viewer shows.
    """
    from openiads import api
    from openiads.errors import StudyError
    from openiads.report.printing import print_pdf
    from openiads.report.study import write_study
    from openiads.report.study_override import override

    target = out or folder / ("report.html" if full else "one-page.html")
    if (run or beside or across) and not full:
        raise StudyError("--run, --beside and --across go with --full: the sheet has no room for them")
    if answer is not None:
        override(folder, text=answer, by=by, why=why)
    others = sorted(across.glob("*.yaml")) if across is not None else []
    runs = [api.open_run(one).reader for one in run or ()]
    again = f"openiads study replay {folder}"
    written = write_study(folder, out=target, full=full, again=again, runs=runs, viewer=viewer, beside=beside, across=others)
    typer.echo(f"{written}: {written.stat().st_size / 1000:.0f} kB; public figures, in this model")
    if pdf:
        made = print_pdf(written, written.with_suffix(".pdf"))
        typer.echo(f"{made}: {made.stat().st_size / 1000:.0f} kB")
