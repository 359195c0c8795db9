"""`openiads study run` and `what-if`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from openiads.cli.options import Workers, compile_kernels
from openiads.cli.progress import Progress
from openiads.cli.study_check import Draws, Quick, StudyFile, study_of

if TYPE_CHECKING:
    from openiads.study.findings import Findings

Folder = Annotated[Path, typer.Argument(metavar="RESULTS", help="Results folder, as `openiads study run` wrote it.")]


def run(
    file: StudyFile,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="DIR", help="Results folder to write.")] = Path("results"),
    draws: Draws = None,
    quick: Quick = False,
    workers: Workers = 1,
    scheduler: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Hand the blocks to this Dask scheduler.")] = None,
    slurm: Annotated[bool, typer.Option("--slurm", help="Hand the blocks to SLURM as an array job.")] = False,
    slurm_tasks: Annotated[int, typer.Option(min=1, help="Tasks of the array job.")] = 16,
    amended: Annotated[bool, typer.Option("--amended", help="Run the study as last amended, not as registered.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with a study that was cut off.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a study that is there.")] = False,
) -> None:
    """Run a study and write its tables. An unregistered file runs as DRAFT; a registered one must be unchanged to the byte."""
    from openiads.study import submit
    from openiads.study.execute import execute
    from openiads.study.order import engine_of, order_of
    from openiads.study.tables import digest

    study, lock = study_of(file, amended=amended)
    order = order_of(study, lock=lock, draws=draws, quick=quick)
    who = submit.local(workers)
    if scheduler is not None:
        who = submit.dask(scheduler)
    elif slurm:
        who = submit.slurm(out, tasks=slurm_tasks)
    model = engine_of(study)
    compile_kernels()
    with Progress(0, "running", unit="runs") as progress:
        findings = execute(
            order,
            out,
            model=model,
            submit=who,
            resume=resume,
            overwrite=overwrite,
            on_runs=progress.advance,
            on_plan=progress.expect,
        )
    show(findings, draft=order.draft)
    typer.echo(f"\nresults  {out}\ndigest   {digest(out)[0]}\nto read  openiads study report {out}")


def show(findings: "Findings", *, draft: bool) -> None:
    """Print the words of a study: one line per reading and party, and what each disagreement turns on."""
    from openiads.study.sentences import turns_on

    spec = findings.bench.spec
    if draft:
        typer.echo("DRAFT: nothing was registered; positions, readings and seed can still be changed.")
    typer.echo(f"{spec.study.title} (public figures, in this model)")
    for claim in spec.claims:
        typer.echo(f'\n{claim.id} ({claim.owner}): "{claim.text}"')
        if claim.testability == "not_testable":
            typer.echo(f"  not testable here: {claim.why}")
        for reading in claim.readings:
            typer.echo(f"  {reading.id}{': ' + reading.label if reading.label else ''}")
            for party in (p.id for p in spec.parties):
                typer.echo(f"    {party:<4} {findings.words[reading.id, party].word}")
            for pair in findings.bench.pairs[:1]:
                split = findings.split(reading.id, pair)
                said = findings.between(reading.id, pair)
                typer.echo(f"    {pair[0]}-{pair[1]} {said}" + (f". {turns_on(split)}" if split is not None else ""))


def what_if(
    folder: Folder,
    changes: Annotated[list[str], typer.Argument(metavar="PATH=VALUE", help="What to change in the study file.")],
) -> None:
    """Word the page anew with other numbers, from the stored blocks, or say what must run."""
    from openiads.errors import StudyError
    from openiads.scenario.yaml_reader import read_value
    from openiads.study.aftermath import what_if as asked
    from openiads.study.opened import open_results

    wanted = {}
    for text in changes:
        path, equals, value = text.partition("=")
        if not equals:
            raise StudyError(f"{text!r} is no change. Write PATH=VALUE, as claims.C1.readings.C1_area.threshold=0.4")
        wanted[path] = read_value(value, name=path)
    findings, lines = asked(open_results(folder), wanted)
    for line in lines:
        typer.echo(line)
    if findings is None:
        raise typer.Exit(1)
