"""Every filter, motion, association and initiation follows one target, interpreted."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


def interpreted(script):
    command = [sys.executable, str(Path(__file__).with_name(script))]
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    return json.loads(
        subprocess.run(command, check=True, capture_output=True, text=True, env=environment, timeout=300).stdout
    )


@pytest.fixture(scope="module")
def found():
    return interpreted("bank_run.py")


def test_joint_association_beside_tentative_tracks_in_clutter_ends():
    """Marks of clusters on plots were once taken for assignments, and the search went round for ever."""
    assert interpreted("joint_run.py") >= 2


@pytest.mark.parametrize(
    "name", ["converted", "ekf", "ukf", "jpda", "sprt", "ca", "turn", "imm", "ballistic", "other sign", "no number"]
)
def test_one_target_is_one_firm_consistent_track(found, name):
    count, status, position_m, velocity_mps, nees, positive, aside = found[name]
    assert (count, status, positive) == (1, 1, True)
    assert position_m < 50.0
    assert velocity_mps < 30.0
    assert aside == (11 if name in ("other sign", "no number") else 0)  # of 12 looks, the first of which starts the track
    assert nees < 22.5  # chi-square with 6 degrees of freedom: one in a thousand lies beyond
