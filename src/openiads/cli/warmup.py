"""`openiads warmup`: compile every kernel once, so that the first run does not wait."""

import time
from importlib.resources import as_file, files

import typer

from openiads.cli.options import compiled

CASE = "skeleton.yaml"


def warmup() -> None:
    """Compile all kernels into the cache, with progress. Quick when they are compiled already."""
    from openiads.kernels import cache_folder, jit_enabled

    if not jit_enabled():
        typer.echo("warmup: the JIT is off (NUMBA_DISABLE_JIT is set); there is nothing to compile")
        return
    from openiads import api

    started = time.process_time()
    with compiled(), as_file(files("openiads.scenario") / "library" / CASE) as path:
        api.run(path, replications=1)
    typer.echo(f"warmup: ready after {time.process_time() - started:.1f} CPU s; compiled code is in {cache_folder()}")
