"""`openiads study lint` and `plan`: before anything runs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from openiads.cli.options import Workers, compile_kernels

if TYPE_CHECKING:
    from openiads.study.loading import Study
    from openiads.study.lock import Lock

StudyFile = Annotated[
    Path, typer.Argument(metavar="FILE", help="Study file (YAML), its lock, or the name of a shipped study.")
]
Draws = Annotated[int | None, typer.Option(min=16, help="Draws in all, instead of the file's; a power of two.")]
Quick = Annotated[bool, typer.Option("--quick", help="A first impression: few draws, one look, no sensitivity.")]


def study_of(file: Path, *, amended: bool = False) -> "tuple[Study, Lock | None]":
    """The study in a file, or in a lock whose file and scenario are unchanged. A file with a lock beside it counts as
    registered."""
    from openiads.study.loading import load_study
    from openiads.study.lock import SUFFIX, read_lock, require_unchanged
    from openiads.study.shipped import find

    file = find(file)
    path = file if file.suffix == SUFFIX else file.with_suffix(SUFFIX)
    if not path.is_file():
        return load_study(file), None
    lock = read_lock(path)
    study = require_unchanged(lock)
    return (lock.amended() if amended else study), lock


def lint(
    file: StudyFile,
    across: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Also compare with the other study files in this folder; files of another kind are passed over.",
        ),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Print every problem, one a line, not only the first.")] = False,
) -> None:
    """Check a study file: its form, what it refers to, its scenario, and what it should know."""
    from openiads.study.cautions import across as contradictions
    from openiads.study.engine_model import measure_problems
    from openiads.study.loading import InvalidStudyError, is_study, lines_of, load_study
    from openiads.study.shipped import find

    file = find(file)
    try:
        study = load_study(file)
    except InvalidStudyError as error:
        if not every:
            raise
        for line in error.lines:
            typer.echo(f"error: {line}", err=True)
        raise typer.Exit(2) from None
    spec = study.spec
    for line in [*study.warnings, *lines_of(study.document, measure_problems(spec, study.scenario))]:
        typer.echo(f"note: {line}")
    if across is not None:
        others = [p for p in sorted(across.glob("*.yaml")) if p.resolve() != file.resolve() and is_study(p)]
        studies = [(str(file), spec), *((str(p), load_study(p).spec) for p in others)]
        for line in contradictions(studies):
            typer.echo(f"across: {line}")
    players = dict.fromkeys(a.player for a in spec.assumptions if a.disputed)
    readings = sum(len(c.readings) for c in spec.claims)
    typer.echo(
        f"{file}: no errors. {len(spec.parties)} parties, {len(spec.claims)} claims with {readings} readings, "
        f"{len(spec.assumptions)} assumptions of {len(players)} players. hash {study.sha256}"
    )


def plan(file: StudyFile, draws: Draws = None, quick: Quick = False, workers: Workers = 1) -> None:
    """Runs, hours and expected precision of a study, before anything starts."""
    from openiads.study.bench import Bench
    from openiads.study.order import engine_of
    from openiads.study.plan import plan as plan_of
    from openiads.study.sizes import sizes_of

    study, _ = study_of(file)
    compile_kernels()
    bench = Bench(study.spec, engine_of(study), sizes_of(study.spec, draws=draws, quick=quick), study.spec.replications.seed)
    for line in plan_of(bench, workers=workers).lines:
        typer.echo(line)
