"""Binary integration: a detection is declared when M of N looks, or pulses, cross their threshold."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.checks import require_within
from openiads.errors import OutOfRangeError

Array = NDArray[np.float64]

_NEAR_OPTIMUM: Final = {0: (0.8, -0.02), 1: (0.8, -0.02), 2: (0.91, -0.38), 3: (0.8, -0.02), 4: (0.873, -0.27)}


def m_of_n_probability(*, p_single: ArrayLike, hits: int, looks: int) -> Array:
    """Probability of at least `hits` successes in `looks` independent trials.

    Parameters
    ----------
    p_single : (...) array_like
        Probability of success in one trial. [-] 0 to 1
    hits, looks : int
        M and N; 1 <= M <= N.

    Notes
    -----
    Binomial tail as a regularised incomplete beta function: small results keep their digits. Independence is the point: looks at
    a target that keeps its cross-section (Swerling 1 or 3 within a dwell) are not independent.
    Source: M. I. Skolnik, Introduction to Radar Systems, 3rd ed., 2001, sect. 2.5 (binary moving-window detector).
    """
    from scipy import special  # noqa: PLC0415 - slow to import

    if not 1 <= hits <= looks:
        raise OutOfRangeError(f"hits = {hits} of looks = {looks}: 1 <= hits <= looks must hold")
    p = require_within(0.0, p_single, 1.0, name="p_single", source="a probability")
    return np.asarray(special.betainc(hits, looks - hits + 1, p))


def single_look_probability(*, p_out: ArrayLike, hits: int, looks: int) -> Array:
    """Probability of one look at which `hits` of `looks` are reached with probability `p_out`: the inverse of the above."""
    from scipy import special  # noqa: PLC0415

    if not 1 <= hits <= looks:
        raise OutOfRangeError(f"hits = {hits} of looks = {looks}: 1 <= hits <= looks must hold")
    p = require_within(0.0, p_out, 1.0, name="p_out", source="a probability")
    return np.asarray(special.betaincinv(hits, looks - hits + 1, p))


def near_optimum_hits(*, looks: int, swerling: int = 0) -> int:
    """M of `looks` that needs nearly the least signal: round(10^b N^a), at least 1.

    Validity: fits made for Pfa 1e-8 to 1e-4, N 5 to 700 (steady and Swerling 1, 3) or 9 to 700 (2, 4); the loss is flat in M.
    Source: D. A. Shnidman, "Binary integration for Swerling target fluctuations", IEEE Trans. AES 34(3), 1043-1053, 1998,
    table I.
    """
    if swerling not in _NEAR_OPTIMUM:
        raise OutOfRangeError(f"swerling = {swerling} is not one of the cases 0, 1, 2, 3, 4")
    if looks < 1:
        raise OutOfRangeError(f"looks = {looks}: one look or more is needed")
    power, offset = _NEAR_OPTIMUM[swerling]
    scale = 0.955 if offset > -0.1 else 10.0**offset
    return int(min(looks, max(1, np.floor(scale * looks**power + 0.5))))
