"""Working space of the kernels of banks, as one record: compiled functions take it as a single argument."""

from typing import Final

import numpy as np

MOST_MODELS: Final = 8

TOOLS: Final = np.dtype(
    [
        ("z", "f8", (4,)),  # predicted measurement
        ("nu", "f8", (4,)),  # innovation
        ("h", "f8", (4, 9)),  # slopes
        ("r", "f8", (4, 4)),  # noise of the measurement
        ("s", "f8", (4, 4)),  # covariance of the innovation
        ("low", "f8", (4, 4)),  # its Cholesky factor
        ("gain", "f8", (9, 4)),
        ("ph", "f8", (9, 4)),
        ("keep", "f8", (9, 9)),  # I - K H
        ("product", "f8", (9, 9)),
        ("root", "f8", (9, 9)),  # Cholesky factor of a state's covariance
        ("point", "f8", (9,)),
        ("points", "f8", (18, 4)),  # measurements of the sigma points
        ("slope", "f8", (4, 9)),
        ("f", "f8", (9, 9)),  # transition
        ("level", "f8", (3, 3)),  # power density of the process noise
        ("u", "f8", (3,)),  # upward
        ("after", "f8", (9,)),
        ("stages", "f8", (5, 6)),  # of the Runge-Kutta rule
        ("start", "f8", (9,)),
        ("below", "f8", (9,)),
        ("above", "f8", (9,)),
        ("spot", "f8", (3,)),  # a plot's own position
        ("shares", "f8", (MOST_MODELS,)),  # log-likelihoods of the models
        ("aside", "i8"),  # models of the track at hand that set a range rate aside
        ("rates_aside", "i8"),  # range rates that all models of a track set aside, of all tracks so far
    ],
    align=True,
)
"""Scratch of one tracker."""
