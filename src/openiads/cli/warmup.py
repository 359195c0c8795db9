"""`openiads warmup`: compile every kernel once, so that the first run does not wait."""

import typer

from openiads.cli.options import compile_kernels


def warmup() -> None:
    """Compile the simulation once, so that the first run does not wait. Quick when it is done already."""
    from openiads.kernels import cache_folder, jit_enabled

    if not jit_enabled():
        typer.echo("warmup: the JIT is off (NUMBA_DISABLE_JIT is set); there is nothing to compile")
        return
    compile_kernels()
    typer.echo(f"warmup: ready; compiled code is in {cache_folder()}")
