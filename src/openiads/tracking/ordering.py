"""Sorting of indexes by keys, so that no result depends on the order in which rows lie in memory."""

from numpy.typing import NDArray

from openiads.kernels import kernel
from openiads.tracking.records import Rows

BLOCK = 8


@kernel
def precedes(keys: Rows, i: int, j: int) -> bool:
    """Whether row `i` of the keys comes strictly before row `j`: by a, then b, c, d."""
    p, q = keys[i], keys[j]
    if p["a"] != q["a"]:
        return bool(p["a"] < q["a"])
    if p["b"] != q["b"]:
        return bool(p["b"] < q["b"])
    if p["c"] != q["c"]:
        return bool(p["c"] < q["c"])
    return bool(p["d"] < q["d"])


@kernel
def sort_block(order: NDArray, keys: Rows, first: int, last: int) -> None:  # type: ignore[type-arg]
    """Insertion sort of order[first:last]."""
    for i in range(first + 1, last):
        item = order[i]
        j = i
        while j > first and precedes(keys, item, order[j - 1]):
            order[j] = order[j - 1]
            j -= 1
        order[j] = item


@kernel
def merge(order: NDArray, other: NDArray, keys: Rows, first: int, middle: int, last: int) -> None:  # type: ignore[type-arg]
    """Merge the sorted order[first:middle] and order[middle:last] into other[first:last]."""
    left, right = first, middle
    for k in range(first, last):
        if left < middle and (right >= last or not precedes(keys, order[right], order[left])):
            other[k] = order[left]
            left += 1
        else:
            other[k] = order[right]
            right += 1


@kernel
def sort_order(order: NDArray, other: NDArray, keys: Rows, count: int) -> None:  # type: ignore[type-arg]
    """Sort the first `count` indexes in `order` by their rows in `keys`, stably; `other` is scratch of the same length."""
    k = 1
    while k < count and not precedes(keys, order[k], order[k - 1]):
        k += 1
    if k >= count:
        return
    for first in range(0, count, BLOCK):
        sort_block(order, keys, first, min(first + BLOCK, count))
    width = BLOCK
    while width < count:
        for first in range(0, count, 2 * width):
            merge(order, other, keys, first, min(first + width, count), min(first + 2 * width, count))
        for i in range(count):
            order[i] = other[i]
        width *= 2
