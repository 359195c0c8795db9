"""`openiads score`: tracks against the truth."""

import math
from pathlib import Path
from typing import Annotated

import typer

from openiads.cli.track import refuse_same_file


def score(
    tracks: Annotated[Path, typer.Argument(metavar="TRACKS", help="Tracks, as `openiads track` writes them.")],
    truth: Annotated[
        Path, typer.Option(metavar="TRUTH", help="Truth: time_s, object_id, position and optional velocity columns.")
    ],
    cutoff: Annotated[float | None, typer.Option(min=0.0, metavar="METRES", help="Cutoff of GOSPA and OSPA; 3000.")] = None,
    gap: Annotated[
        float | None, typer.Option(min=0.0, metavar="SECONDS", help="Longest gap of the truth bridged; 60.")
    ] = None,
    tentative: Annotated[bool, typer.Option("--tentative", help="Count tentative tracks too.")] = False,
    output: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write the measures to this file too.")
    ] = None,
) -> None:
    """Score tracks: GOSPA, OSPA, errors, NEES, the SIAP measures and latency. What has no value is told as missing."""
    from openiads.results.files import to_json, write_whole
    from openiads.tracking.scoring import USUAL_CUTOFF, USUAL_GAP
    from openiads.tracking.scoring import score as measure
    from openiads.tracking.tables import read_table

    if output is not None:
        refuse_same_file(output, tracks, truth)
    found = measure(
        read_table(tracks),
        read_table(truth),
        cutoff_m=USUAL_CUTOFF if cutoff is None else cutoff,
        gap_s=USUAL_GAP if gap is None else gap,
        tentative=tentative,
    )
    if output is not None:
        values = {m.name: {"value": None if math.isnan(m.value) else m.value, "unit": m.unit} for m in found}
        write_whole(output, to_json(values))
    for m in found:
        text = "missing" if math.isnan(m.value) else f"{m.value:.6g}"
        typer.echo(f"{m.name:<22}{text:>12} {m.unit:<4} {m.meaning}")
