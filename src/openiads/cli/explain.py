"""`openiads explain`: the story of one object in one replication."""

from typing import Annotated

import typer

from openiads.cli.options import RunFolder


def explain(
    folder: RunFolder,
    object_id: Annotated[str, typer.Argument(metavar="OBJECT", help="Object, as the scenario names it.")],
    replication: Annotated[int, typer.Option(min=0, help="Which replication.")] = 0,
) -> None:
    """Tell what happened to an object: detected, tracked, identified, engaged, and why not."""
    from openiads import api
    from openiads.results.explain import format_timeline, timeline

    typer.echo(format_timeline(timeline(api.open_run(folder).reader, object_id, replication)))
