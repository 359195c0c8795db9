"""Philox4x32-10: a counter-based generator. Four words out for four words of counter and two of key; no state.

Source: J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel random numbers: as easy as 1, 2, 3", Proc. SC11,
2011, sect. 3.3 and table 2 (constants). The known answers of the authors' Random123 library are in the tests.
"""

import numpy as np

from openiads.kernels import kernel

MULTIPLIER_0 = np.uint64(0xD2511F53)
MULTIPLIER_1 = np.uint64(0xCD9E8D57)
WEYL_0 = np.uint64(0x9E3779B9)
WEYL_1 = np.uint64(0xBB67AE85)
LOW_32 = np.uint64(0xFFFFFFFF)
SHIFT_32 = np.uint64(32)

Words = tuple[np.uint64, np.uint64, np.uint64, np.uint64]


@kernel
def philox4x32(
    counter_0: np.uint64,
    counter_1: np.uint64,
    counter_2: np.uint64,
    counter_3: np.uint64,
    key_0: np.uint64,
    key_1: np.uint64,
) -> Words:
    """Ten rounds of Philox on words of 32 bits, each held in 64 so that no product overflows."""
    c0, c1, c2, c3, k0, k1 = counter_0, counter_1, counter_2, counter_3, key_0, key_1
    for _ in range(10):
        product_0 = MULTIPLIER_0 * c0
        product_1 = MULTIPLIER_1 * c2
        c0 = (product_1 >> SHIFT_32) ^ c1 ^ k0
        c1 = product_1 & LOW_32
        c2 = (product_0 >> SHIFT_32) ^ c3 ^ k1
        c3 = product_0 & LOW_32
        k0 = (k0 + WEYL_0) & LOW_32
        k1 = (k1 + WEYL_1) & LOW_32
    return c0, c1, c2, c3
