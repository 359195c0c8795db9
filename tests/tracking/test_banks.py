"""Every filter, motion, association and initiation follows one target, interpreted."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def found():
    command = [sys.executable, str(Path(__file__).with_name("bank_run.py"))]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, "NUMBA_DISABLE_JIT": "1"})
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", ["ekf", "ukf", "jpda", "sprt", "ca", "imm", "ballistic"])
def test_one_target_is_one_firm_consistent_track(found, name):
    count, status, position_m, velocity_mps, nees, positive = found[name]
    assert (count, status, positive) == (1, 1, True)
    assert position_m < 50.0
    assert velocity_mps < 30.0
    assert nees < 22.5  # chi-square with 6 degrees of freedom: one in a thousand lies beyond
