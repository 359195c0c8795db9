"""One task of an array job: `python -m openiads.study.array_task FOLDER NUMBER SHA256`."""

import hashlib
import pickle
import sys
from pathlib import Path

from openiads.errors import StudyError
from openiads.study.blocks import read_block


def main(folder: str, number: str, sha256: str) -> None:
    """Make the blocks of one task that are not there yet.

    A pickle can run anything, so a file is taken only when its hash is the one that the job's own script states.

    Raises
    ------
    StudyError
        The file of the task is not the one that was written with the script.
    """
    path = Path(folder) / f"task-{int(number):05d}.pickle"
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise StudyError(f"{path}: is not the file that was written with array.sh. Write the array job anew")
    task, blocks = pickle.loads(data)  # noqa: S301 - the bytes that the script vouches for
    for block in blocks:
        if read_block(task.folder, block) is None:
            task(block)


if __name__ == "__main__":
    main(*sys.argv[1:])
