"""`openiads measure`: measures of a run by name."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from openiads.cli.progress import Progress

if TYPE_CHECKING:
    from openiads.results.measures import Measured


def measure(
    folder: Annotated[Path | None, typer.Argument(metavar="DIR", help="Run folder, as `openiads run` wrote it.")] = None,
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NAME", help="Measures, as leakage or asset_survival:asset=ankara; without one, all that are quick."
        ),
    ] = None,
    list_: Annotated[bool, typer.Option("--list", help="List every measure with its definition, and stop.")] = False,
    json_: Annotated[bool, typer.Option("--json", help="Print JSON, with what every replication said.")] = False,
) -> None:
    """Print measures of a run with 95 % intervals over its replications."""
    import json

    from openiads import api
    from openiads.errors import ResultsError
    from openiads.results.measures import registry

    if list_:
        for m in registry.values():
            told = "".join(f"\n    {key}: {meaning}" for key, meaning in m.arguments.items())
            typer.echo(f"{m.name} [{m.unit}], {m.kind}\n  {m.definition}{told}")
        return
    if folder is None:
        raise ResultsError("no run folder is given. Write `openiads measure DIR [NAME ...]`, or --list for the names.")
    run = api.open_run(folder)
    with Progress(run.reader.manifest.replications, "walking once more") as progress:
        found = api.measures(run, names or None, on_progress=progress.advance)
    if json_:
        typer.echo(json.dumps([_as_data(one) for one in found], indent=1, ensure_ascii=False, allow_nan=False))
        return
    typer.echo(f"Public figures, in this model: {run.reader.manifest.replications} replications, 95 % intervals\n")
    typer.echo(format_measured(found))


def _as_data(one: "Measured") -> dict[str, Any]:
    from dataclasses import asdict

    import numpy as np

    values = one.measure.values(one.sample)
    return {
        "measure": one.measure.name,
        "arguments": dict(one.arguments),
        "unit": one.measure.unit,
        "definition": one.measure.definition,
        **asdict(one.estimate),
        "replications": [None if np.isnan(v) else float(v) for v in values],
    }


def format_measured(found: "tuple[Measured, ...]") -> str:
    """One line per measure: label, estimate with its interval, unit."""
    from openiads.results.wording import estimate_text

    width = max((len(one.label) for one in found), default=0)
    lines = []
    for one in found:
        missing = f"; missing in {one.estimate.missing}" if one.estimate.missing else ""
        lines.append(f"  {one.label:<{width}}  {estimate_text(one.measure, one.estimate)}{missing}")
    return "\n".join(lines)
