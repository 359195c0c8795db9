"""Compiled and interpreted code give the same bits, and the interpreted one raises no warning."""

import os
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).with_name("scene_digest.py")


def digest_of(**environment: str) -> tuple[str, int]:
    done = subprocess.run(
        [sys.executable, "-W", "error", str(SCRIPT)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    digest, firm = done.stdout.split()
    return digest, int(firm)


def test_jit_on_and_off_give_the_same_bits():
    compiled = digest_of(NUMBA_DISABLE_JIT="0")
    assert compiled == digest_of(NUMBA_DISABLE_JIT="1")
    assert compiled[1] > 8  # firm tracks: the scene exercises the whole life of a track
