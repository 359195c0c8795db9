"""Who makes the blocks: this process, workers on this machine, a Dask cluster, or an array job of SLURM."""

import hashlib
import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from openiads.disk import put_whole
from openiads.errors import StudyError
from openiads.study.blocks import Block, BlockTask, Submit, read_block

Done = Callable[[Block, int], None]


def local(workers: int) -> Submit:
    """Blocks in this process (1) or in as many spawned ones; the block of a worker that dies is done again."""

    def submit(task: BlockTask, blocks: Iterable[Block], on_done: Done) -> None:
        from openiads.engine.pool import run_blocks  # noqa: PLC0415

        several = list(blocks)
        run_blocks(task, several, workers=max(1, min(workers, len(several))), on_done=on_done)

    return submit


def dask(address: str) -> Submit:
    """Blocks on the Dask scheduler at `address`; workers must see the study's folder.

    Raises
    ------
    StudyError
        When the extra `cluster` is missing or nobody answers there.
    """

    def submit(task: BlockTask, blocks: Iterable[Block], on_done: Done) -> None:
        try:
            import distributed  # noqa: PLC0415 - an extra
        except ImportError:
            raise StudyError("--scheduler needs the extra `cluster`: pip install 'openiads[cluster]'") from None
        try:
            cluster: Any = distributed
            client = cluster.Client(address, timeout="10s")
        except (OSError, TimeoutError) as error:
            raise StudyError(f"no Dask scheduler answers at {address}: {error}. Start one, or use --workers") from None
        try:
            held = client.scatter(task, broadcast=True, hash=False)
            futures = {client.submit(_call, held, block, pure=False, retries=3): block for block in blocks}
            for future in cluster.as_completed(futures):
                on_done(futures[future], int(future.result()))
        except (cluster.client.CancelledError, cluster.comm.CommClosedError, OSError, TimeoutError) as error:
            raise StudyError(
                f"the Dask scheduler at {address} was lost ({type(error).__name__}). The blocks that are done are kept: start "
                "it again or use --workers, with --resume"
            ) from None
        finally:
            client.close(timeout=2)

    return submit


def _call(task: BlockTask, block: Block) -> int:
    return task(block)


def slurm(folder: Path, *, tasks: int = 16, sbatch: str = "sbatch") -> Submit:
    """Blocks as an array job: the blocks are written to files, the script is written and handed to `sbatch --wait`.

    Raises
    ------
    StudyError
        When there is no `sbatch`, or the job ends and blocks are missing.
    """

    def submit(task: BlockTask, blocks: Iterable[Block], on_done: Done) -> None:
        several = list(blocks)
        script = write_array_job(folder, task, several, tasks=tasks)
        try:
            done = subprocess.run([sbatch, "--wait", str(script)], capture_output=True, text=True, check=False)  # noqa: S603
        except FileNotFoundError:
            raise StudyError(
                f"there is no {sbatch} here. The array job is written: submit {script}, then --resume"
            ) from None
        absent = [block for block in several if read_block(task.folder, block) is None]
        if done.returncode != 0 or absent:
            said = (done.stderr or done.stdout).strip().splitlines()
            raise StudyError(
                f"{script}: sbatch ended with {done.returncode}; {len(absent)} of {len(several)} blocks are missing"
                f"{': ' + said[-1] if said else ''}. Look at {script.parent}, then go on with --resume"
            )
        for block in several:
            on_done(block, block.batch.runs)

    return submit


def write_array_job(folder: Path, task: BlockTask, blocks: list[Block], *, tasks: int) -> Path:
    """Write the blocks of each array task and the script; the path of the script."""
    import pickle  # noqa: PLC0415 - our own files

    here = folder / "slurm"
    here.mkdir(parents=True, exist_ok=True)
    count = max(1, min(tasks, len(blocks)))
    digests = []
    for number in range(count):
        data = pickle.dumps((task, blocks[number::count]))
        put_whole(here / f"task-{number:05d}.pickle", data)
        digests.append(hashlib.sha256(data).hexdigest())
    script = here / "array.sh"
    python_path = os.pathsep.join(p for p in sys.path if p)
    text = (
        "#!/bin/bash\n"
        "#SBATCH --job-name=openiads-study\n"
        f"#SBATCH --array=0-{count - 1}\n"
        "#SBATCH --cpus-per-task=1\n"
        f"#SBATCH --output={here}/task-%a.log\n"
        "set -euo pipefail\n"
        f"export PYTHONPATH={shlex.quote(python_path)}\n"
        f"digests=({' '.join(digests)})\n"
        f"exec {shlex.quote(sys.executable)} -m openiads.study.array_task {shlex.quote(str(here))} "
        '"$SLURM_ARRAY_TASK_ID" "${digests[$SLURM_ARRAY_TASK_ID]}"\n'
    )
    put_whole(script, text.encode())
    return script
