"""Correlation between the columns of a table."""

import numpy as np
from numpy.typing import NDArray


def largest_correlation(table: NDArray[np.float64]) -> float:
    """Largest |Pearson correlation| between two columns of (n, columns); 0 with one column or one row. [-]"""
    if table.shape[0] < 2 or table.shape[1] < 2:
        return 0.0
    with np.errstate(invalid="ignore", divide="ignore"):  # a column without variance goes with none
        found = np.abs(np.corrcoef(table, rowvar=False))
    return float(np.max(np.nan_to_num(found[np.triu_indices(len(found), 1)])))
