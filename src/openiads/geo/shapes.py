"""Broadcasting for functions that call a kernel element by element."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def table_of(*values: ArrayLike) -> tuple[Floats, tuple[int, ...]]:
    """Broadcast `values` and lay them out as the columns of a new (n, count) table; also the broadcast shape."""
    arrays = np.broadcast_arrays(*(np.asarray(v, dtype=np.float64) for v in values))
    table = np.empty((arrays[0].size, len(arrays)))
    for column, array in enumerate(arrays):
        table[:, column] = array.ravel()
    return table, arrays[0].shape


def points_of(position: ArrayLike) -> tuple[Floats, tuple[int, ...]]:
    """A (..., 3) array as a new (n, 3) table, and the shape of its leading axes."""
    array = np.array(position, dtype=np.float64, order="C")
    if array.ndim == 0 or array.shape[-1] != 3:
        raise ValueError(f"the last axis holds x, y, z and must be 3 long; the shape is {array.shape}")
    return array.reshape(-1, 3), array.shape[:-1]
