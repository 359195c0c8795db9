"""Options that several commands share, and the pieces of a run that people see."""

import shutil
import textwrap
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from openiads.cli.progress import Progress

if TYPE_CHECKING:
    from openiads.api import Run

Workers = Annotated[int, typer.Option(min=1, help="Processes; the results do not depend on it.")]
Seed = Annotated[int, typer.Option(min=0, help="Study seed: the same seed gives the same bytes.")]
RunFolder = Annotated[Path, typer.Argument(metavar="DIR", help="Run folder, as `openiads run` wrote it.")]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Set a field or a catalogue figure; may be given several times."),
]
Vignette = Annotated[
    str | None, typer.Option(metavar="ID", help="Run this vignette of the scenario: which objects fly, and when.")
]
SMALLEST = "skeleton.yaml"
KERNELS_ABOUT = 520
"""Compiled functions, roughly: only the length of the progress bar depends on it."""


def compile_kernels() -> None:
    """Compile every kernel on a small case, with progress, when the cache does not hold them; else do nothing."""
    from openiads import api
    from openiads.engine.warmup import is_warm, mark_warm, watch_compiling

    if is_warm():
        return
    typer.echo("compiling for the first time on this machine; this takes one to three minutes, once", err=True)
    with (
        Progress(KERNELS_ABOUT, "compiling", unit="functions") as progress,
        watch_compiling(lambda n, name: progress.advance()),
        as_file(files("openiads.scenario") / "library" / SMALLEST) as path,
    ):
        api.run(path, replications=1)
    mark_warm()


def report(run: "Run") -> None:
    """Print the summary of a run: what happened, with intervals, and how firm the figures are."""
    from openiads.results.summary import format_summary, summarize

    manifest = run.reader.manifest
    typer.echo(manifest.title)
    typer.echo(format_summary(summarize(run.reader)))
    if manifest.placeholders:
        text = (
            f"{len(manifest.placeholders)} of the figures used are placeholders: no public source gives them. Their paths are in "
            "manifest.json; `openiads catalogue show PATH` says why each value was chosen."
        )
        typer.echo("\n" + textwrap.fill(text, shutil.get_terminal_size((80, 24)).columns - 1, break_on_hyphens=False))
    typer.echo(f"\nrun folder  {run.folder}\ndigest      {run.digest().total}")
