"""Band in which the mean normalised error squared of a consistent filter lies (NEES, NIS)."""

from openiads.errors import OutOfRangeError


def nees_bounds(*, runs: int, dimension: int, probability: float) -> tuple[float, float]:
    """Two-sided band of the mean over `runs` of e' P^-1 e: chi-square quantiles with runs times dimension degrees, over runs.

    Parameters
    ----------
    runs, dimension : int
        Independent runs, and components of the error (of the innovation, for NIS). 1 or more
    probability : float
        That a consistent filter's mean lies inside. [-] 0 to 1, exclusive

    Notes
    -----
    Not divided by the dimension; some texts and codes do. Source: Y. Bar-Shalom, X. R. Li, T. Kirubarajan, Estimation with
    Applications to Tracking and Navigation, 2001, eq. 5.4.2-9.
    """
    from scipy.special import gammainccinv, gammaincinv  # noqa: PLC0415 - slow to import

    if runs < 1 or dimension < 1 or not 0.0 < probability < 1.0:
        raise OutOfRangeError(
            f"runs = {runs}, dimension = {dimension}, probability = {probability:g}: "
            "1 or more, 1 or more, and 0 to 1 are needed"
        )
    half, tail = runs * dimension / 2.0, (1.0 - probability) / 2.0
    return 2.0 * float(gammaincinv(half, tail)) / runs, 2.0 * float(gammainccinv(half, tail)) / runs
