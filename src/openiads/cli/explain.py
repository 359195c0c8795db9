"""`openiads explain`: the story of one object in one replication."""

from typing import Annotated

import typer

from openiads.cli.options import RunFolder, compile_kernels


def explain(
    folder: RunFolder,
    object_id: Annotated[str, typer.Argument(metavar="OBJECT", help="Id of the object in the scenario.")],
    replication: Annotated[int, typer.Option(min=0, help="Which replication, from 0.")] = 0,
    counterfactual: Annotated[
        bool,
        typer.Option(
            "--counterfactual/--no-counterfactual", help="For a leaker: restore one link of the chain after another."
        ),
    ] = True,
) -> None:
    """Tell what happened to one object, step by step, why nobody stopped it, and what would have."""
    from openiads import api
    from openiads.results.explain import timeline
    from openiads.results.story import cause_of, format_story

    run = api.open_run(folder)
    timeline(run.reader, object_id, replication)  # says what is wrong before anything is computed
    found = None
    if counterfactual and cause_of(run.reader, object_id, replication) is not None:
        compile_kernels()
        found = api.counterfactual(run, objects=[object_id], replications=[replication], all_links=True)
    typer.echo(format_story(run.reader, object_id, replication, found))
