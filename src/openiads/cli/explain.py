"""`openiads explain`: the story of one object in one replication."""

from typing import Annotated

import typer

from openiads.cli.options import RunFolder


def explain(
    folder: RunFolder,
    object_id: Annotated[str, typer.Argument(metavar="OBJECT", help="Id of the object in the scenario.")],
    replication: Annotated[int, typer.Option(min=0, help="Which replication, from 0.")] = 0,
) -> None:
    """Tell what happened to one object, step by step, and why nobody stopped it if nobody did."""
    from openiads import api
    from openiads.results.explain import format_timeline, timeline

    typer.echo(format_timeline(timeline(api.open_run(folder).reader, object_id, replication)))
