"""`openiads demo`: the register of the public claims of 2019 in quick mode; with --case the case itself, with a report."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from openiads.cli.options import Seed, Workers, compile_kernels
from openiads.cli.progress import Progress

if TYPE_CHECKING:
    from openiads.api import Run
    from openiads.comparing import Comparison

CASE: Final = "turkey-2019"
ARMS: Final = ("standalone", "integrated")
PEACETIME: Final = "peacetime_month"
QUESTION: Final = "What would the S-400 at Mürted see, track and shoot at, and what does it add to what was there?"
WIDTH: Final = 100
"""Columns that the summary fits."""


def demo(
    out: Annotated[
        Path,
        typer.Option(
            "-o",
            "--out",
            metavar="DIR",
            help="Folder for the claims, or the runs and the report; earlier ones are replaced.",
        ),
    ] = Path("runs/demo"),
    replications: Annotated[int, typer.Option(min=2, help="How many replications of each run, with --case.")] = 64,
    seed: Seed = 1,
    workers: Workers = 1,
    case: Annotated[
        bool,
        typer.Option(
            "--case", help="Run the case of 2019 itself: a raid stand-alone and integrated, a month of peacetime, a report."
        ),
    ] = False,
) -> None:
    """Judge every public claim of 2019 with the shipped studies in quick mode, or run the case itself (--case)."""
    if not case:
        record(out)
        return
    import openiads.report as room
    from openiads import api, comparing
    from openiads.scenario.shipped import find

    scenario = api.load_scenario(find(CASE))
    compile_kernels()
    with Progress(3 * replications, "running") as progress:
        found = comparing.compare(
            scenario,
            variants=ARMS,
            replications=replications,
            seed=seed,
            workers=workers,
            out=out,
            overwrite=True,
            on_progress=progress.advance,
        )
        quiet = api.run(
            scenario.with_overrides({"vignette": PEACETIME}),
            replications=replications,
            seed=seed,
            workers=workers,
            out=out / "peacetime",
            overwrite=True,
            on_progress=progress.advance,
        )
    again = (f"openiads demo --case --replications {replications} --seed {seed}",)
    page = room.write(*found.runs.values(), out=out / "report.html", peacetime=quiet, question=QUESTION, replay=again)
    typer.echo(summary(found, quiet))
    typer.echo(f"\nreport      {page}\nrun folders {', '.join(str(out / name) for name in (*ARMS, 'peacetime'))}")
    typer.echo(f"next: openiads explain {out / ARMS[0]} cruise-missile")


def record(out: Path) -> None:
    """Run the register of claims, print it, and keep it as JSON."""
    import json

    from openiads.cli.study_claims import as_data, page, run
    from openiads.results.files import write_whole
    from openiads.study.register import load_register

    register = load_register()
    found = run(register)
    for line in page(register, found, ran=True):
        typer.echo(line)
    data = [as_data(entry, found) for entry in register.claims]
    write_whole(out / "claims.json", (json.dumps(data, indent=1, ensure_ascii=False) + "\n").encode())
    typer.echo(f"\nclaims      {out / 'claims.json'}")
    typer.echo("next: openiads study run exposure-baseline --quick -o runs/exposure, or openiads demo --case")


def summary(found: "Comparison", quiet: "Run") -> str:
    """What happened, in the terminal: objects, why, the difference between the arms, and what could be observed."""
    from openiads.cli.summary import exposure_lines, gain_lines, group_lines, measure_lines, why_lines
    from openiads.report.arms import Arm

    arms = [Arm(name, run.reader) for name, run in found.runs.items()]
    manifest = arms[0].reader.manifest
    lines = [
        manifest.title,
        f"Public figures, in this model: {manifest.replications} replications of each run, 95 % intervals.",
        f"{len(manifest.placeholders)} of the {len(manifest.figures)} figures used are placeholders: no public source gives them.",
        "",
        "A notional raid on Mürted, stand-alone: share of the objects of each group, %",
        *group_lines(arms[0]),
        "",
        "Why hostile objects got through, in leaks: first unmet condition at the fire unit that got furthest",
        *why_lines(arms),
        "",
        "Stand-alone against integrated, same draws",
        *measure_lines(found.differences[ARMS[1]]),
        "",
        "A month of peacetime flying: hours that could be observed; alone: no other system has a firm track",
        *exposure_lines(quiet),
        "",
        *gain_lines(Arm(PEACETIME, quiet.reader)),
    ]
    return "\n".join(lines)
