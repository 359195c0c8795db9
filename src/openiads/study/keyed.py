"""Random numbers of a study's own (designs, orders of players, resamples): keyed by label, apart from those of replications.

The engine's draws are keyed by the study seed itself; what is drawn here uses a seed derived from it and a label, so that the two
never meet and no part of a study moves another part's draws.
"""

import hashlib
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from openiads.streams.draws import TWO_POW_26, TWO_POW_MINUS_52
from openiads.streams.philox import LOW_32, SHIFT_32, philox4x32

Array = NDArray[np.float64]
Words = NDArray[np.uint64]

_SHIFT_6: Final = np.uint64(6)
_PHILOX: Any = getattr(philox4x32, "py_func", philox4x32)
"""The rounds of Philox are elementwise, so that the source of the kernel also serves whole arrays."""


def derived_seed(seed: int, *labels: str | int) -> int:
    """A seed of 64 bits that belongs to `seed` and the labels: SHA-256 of both, its first eight bytes."""
    text = "\x1f".join([str(seed), *map(str, labels)]).encode()
    return int.from_bytes(hashlib.sha256(text).digest()[:8], "little")


def uniforms(seed: int, *labels: str | int, shape: tuple[int, ...]) -> Array:
    """Uniforms on (0, 1) of 52 bits that belong to `seed` and the labels.

    Parameters
    ----------
    seed : int
        Study seed, 0 to 2^64 - 1.
    labels : str or int
        What they are for.
    shape : tuple of int
        Row-major; a longer first axis begins with the same numbers.

    Returns
    -------
    (shape) ndarray
    """
    key = derived_seed(seed, *labels)
    count = int(np.prod(shape, dtype=np.int64))
    index: Words = np.arange((count + 1) // 2, dtype=np.uint64)
    zero = np.zeros_like(index)
    words = _PHILOX(index & LOW_32, index >> SHIFT_32, zero, zero, np.uint64(key & 0xFFFFFFFF), np.uint64(key >> 32))
    pairs = np.empty((len(index), 2))
    for column, (high, low) in enumerate(((words[0], words[1]), (words[2], words[3]))):
        pairs[:, column] = ((high >> _SHIFT_6) * TWO_POW_26 + (low >> _SHIFT_6) + 0.5) * TWO_POW_MINUS_52
    return np.asarray(pairs.reshape(-1)[:count].reshape(shape))


def orders(seed: int, *labels: str | int, count: int, size: int) -> NDArray[np.int64]:
    """`count` random orders of `size` things, one a row: the ranks of keyed uniforms."""
    return np.argsort(uniforms(seed, *labels, shape=(count, size)), axis=1, kind="stable").astype(np.int64)
