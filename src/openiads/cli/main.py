"""Entry point of the `openiads` command and the only place that turns an error into an exit code."""

import sys

import typer

from openiads import __version__
from openiads.cli import (
    alternatives,
    catalogue,
    check,
    compare,
    cost,
    coverage,
    defended,
    demo,
    digest,
    explain,
    export,
    exposure,
    import_,
    ledger,
    measure,
    observation,
    replay,
    report,
    run,
    score,
    study,
    track,
    verify,
    view,
    warmup,
)
from openiads.errors import OpeniadsError

INTERRUPTED = 130
"""Exit code after Ctrl-C."""

app = typer.Typer(
    name="openiads",
    help="Simulate and study an integrated air-defence system from public figures. Every result holds in this model only. "
    "To begin: `openiads demo`.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(demo.demo)
app.command()(run.run)
app.command()(check.check)
app.command()(report.report)
app.command()(measure.measure)
app.command()(compare.compare)
app.command()(alternatives.alternatives)
app.command()(explain.explain)
app.command()(cost.cost)
app.command()(exposure.exposure)
app.command()(observation.observation)
app.command()(ledger.ledger)
app.command()(digest.digest)
app.command()(replay.replay)
app.command()(export.export)
app.command("import")(import_.import_)
app.command()(track.track)
app.command()(score.score)
app.command()(coverage.coverage)
app.command()(defended.defended)
app.command()(verify.verify)
app.add_typer(study.app, name="study")
app.command()(view.view)
app.add_typer(catalogue.app, name="catalogue")
app.command()(warmup.warmup)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"openiads {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(False, "--version", callback=_show_version, is_eager=True, help="Show the version."),
) -> None:
    """Options of the program itself."""


def main() -> None:
    """Run the command line. The user's mistakes become one line and exit code 2; ours keep their traceback."""
    try:
        app()
    except OpeniadsError as error:
        typer.echo(f"error: {error}", err=True)
        sys.exit(2)
    except SystemExit as left:
        if left.code == INTERRUPTED:
            typer.echo("interrupted; blocks of a run that are done are kept, and --resume goes on from there", err=True)
        raise
