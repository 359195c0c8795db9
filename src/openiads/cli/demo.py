"""`openiads demo`: the case of 2019 in both vignettes, stand-alone against integrated, with a report."""

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
        typer.Option("-o", "--out", metavar="DIR", help="Folder for the runs and the report; earlier ones are replaced."),
    ] = Path("runs/demo"),
    replications: Annotated[int, typer.Option(min=2, help="How many replications of each run.")] = 64,
    seed: Seed = 1,
    workers: Workers = 1,
) -> None:
    """Run the case of 2019: a raid stand-alone and integrated, a month of peacetime, a summary and an HTML report."""
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
    again = (f"openiads demo --replications {replications} --seed {seed}",)
    page = room.write(*found.runs.values(), out=out / "report.html", peacetime=quiet, question=QUESTION, replay=again)
    typer.echo(summary(found, quiet))
    typer.echo(f"\nreport      {page}\nrun folders {', '.join(str(out / name) for name in (*ARMS, 'peacetime'))}")
    typer.echo(f"next: openiads explain {out / ARMS[0]} cruise-missile")


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
