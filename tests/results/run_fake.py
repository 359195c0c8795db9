"""A script without an `if __name__` guard that makes or resumes a run: python run_fake.py DIR WORKERS PAUSE REPLICATIONS."""

import sys
from functools import partial
from pathlib import Path

import fake_engine

from openiads.engine.pool import run_blocks
from openiads.results.store import RunWriter


def done(block: range) -> None:
    sys.stdout.write(f"{block.start}\n")
    sys.stdout.flush()


folder, workers, pause, replications = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
with RunWriter.create(folder, fake_engine.info(replications=replications), resume=True) as writer:
    writer.write_common(fake_engine.objects())
    task = partial(fake_engine.simulate, writer.block_writer(), pause, "")
    run_blocks(task, writer.pending(), workers=workers, on_done=lambda block, pid: done(block))
    writer.finish()
