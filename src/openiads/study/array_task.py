"""One task of an array job: `python -m openiads.study.array_task FOLDER NUMBER`."""

import pickle
import sys
from pathlib import Path

from openiads.study.blocks import read_block


def main(folder: str, number: str) -> None:
    """Make the blocks of one task that are not there yet."""
    task, blocks = pickle.loads((Path(folder) / f"task-{int(number):05d}.pickle").read_bytes())  # noqa: S301 - our own file
    for block in blocks:
        if read_block(task.folder, block) is None:
            task(block)


if __name__ == "__main__":
    main(*sys.argv[1:])
