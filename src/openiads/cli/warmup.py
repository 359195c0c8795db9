"""`openiads warmup`: compile every kernel once, so that the first run does not wait."""

import time

import typer


def warmup() -> None:
    """Compile all kernels into the cache, with progress. Quick when they are compiled already."""
    from openiads.kernels import cache_folder, jit_enabled

    if not jit_enabled():
        typer.echo("warmup: the JIT is off (NUMBA_DISABLE_JIT is set); there is nothing to compile")
        return
    started = time.process_time()
    import numpy as np

    from openiads.streams import draws

    typer.echo("warmup: random numbers")
    draws.uniforms(np.uint64(0), 0, 1, np.uint64(0), 0)
    typer.echo(f"warmup: done in {time.process_time() - started:.1f} CPU s; compiled code is in {cache_folder()}")
