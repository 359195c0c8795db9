"""Options that several commands share, and the pieces of a run that people see."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from openiads.cli.progress import Progress

if TYPE_CHECKING:
    from openiads.api import Run

Workers = Annotated[int, typer.Option(min=1, help="Processes; results do not depend on it.")]
Seed = Annotated[int, typer.Option(min=0, help="Study seed: the same seed gives the same bytes.")]
RunFolder = Annotated[Path, typer.Argument(help="Run folder.")]
KERNELS_ABOUT = 230
"""Compiled functions, roughly: only the length of the progress bar depends on it."""


@contextmanager
def compiled() -> Iterator[None]:
    """Show progress while kernels are compiled for the first time; say nothing when they are in the cache."""
    from openiads.engine.warmup import is_warm, mark_warm, watch_compiling

    if is_warm():
        yield
        return
    typer.echo("compiling kernels for the first time on this machine; this takes about a minute, once", err=True)
    with (
        Progress(KERNELS_ABOUT, "compiling", unit="functions") as progress,
        watch_compiling(lambda n, name: progress.advance()),
    ):
        yield
    mark_warm()


def report(run: "Run") -> None:
    """Print the summary of a run: what happened, with intervals, and how firm the figures are."""
    from openiads.results.measures import format_summary, summarize

    manifest = run.reader.manifest
    typer.echo(f"{manifest.title} - public figures, in this model")
    typer.echo(format_summary(summarize(run.reader)))
    if manifest.placeholders:
        typer.echo(
            f"{len(manifest.placeholders)} of the figures used are placeholders without a public source; "
            "`openiads catalogue show PATH` says why each value was chosen."
        )
    typer.echo(f"run folder: {run.folder}    digest: {run.digest().total}")
