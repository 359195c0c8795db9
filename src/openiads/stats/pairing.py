"""What common random numbers save: variance of a difference of two means from paired replications."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.checks import require_within

Array = NDArray[np.float64]


def variance_of_mean_difference(
    *, variance_a: ArrayLike, variance_b: ArrayLike, correlation: ArrayLike, replications: ArrayLike
) -> Array:
    """Variance of the difference of two means over paired replications: (s_A^2 + s_B^2 - 2 rho s_A s_B) / n.

    Parameters
    ----------
    variance_a, variance_b : (...) array_like
        Variances of one replication of each. 0 or more
    correlation : (...) array_like
        Of A and B within a pair; 0 for independent runs. [-] -1 to 1
    replications : (...) array_like
        Pairs n, 1 or more. All broadcast.

    Source: A. M. Law, Simulation Modeling and Analysis, 5th ed., 2015, sect. 11.2 (common random numbers).
    """
    a = require_within(0.0, variance_a, np.inf, name="variance_a", source="a variance")
    b = require_within(0.0, variance_b, np.inf, name="variance_b", source="a variance")
    rho = require_within(-1.0, correlation, 1.0, name="correlation", source="a correlation")
    n = require_within(1.0, replications, np.inf, name="replications", source="a mean")
    return np.asarray((a + b - 2.0 * rho * np.sqrt(a * b)) / n)


def variance_reduction(*, variance_a: ArrayLike, variance_b: ArrayLike, correlation: ArrayLike) -> Array:
    """How many times fewer replications pairing needs: variance of independent runs over that of paired ones. [-]"""
    one = np.ones(())
    paired = variance_of_mean_difference(
        variance_a=variance_a, variance_b=variance_b, correlation=correlation, replications=one
    )
    apart = variance_of_mean_difference(
        variance_a=variance_a, variance_b=variance_b, correlation=np.zeros(()), replications=one
    )
    with np.errstate(divide="ignore"):
        return np.asarray(apart / paired)
