"""Broken variants of good input: flipped, overwritten, cut, doubled and spliced bytes. Standard library only."""

import random
from collections.abc import Iterator

EXTREMES = (b"\x00", b"\xff", b"\x7f", b"\x80", b"\x01")
TEXTS = (
    b"-1",
    b"0",
    b"9" * 30,
    b"1e999",
    b"nan",
    b"-inf",
    b"\n",
    b",",
    b'"',
    b"{",
    b"[",
    b"]",
    b"}",
    b":",
    b"<",
    b"&",
    b"../",
    b"\xc3\x28",
)
"""What text formats trip over."""


def mutations(samples: list[bytes], count: int, *, key: int) -> Iterator[bytes]:
    """`count` broken variants of `samples`; the same for the same key."""
    rng = random.Random(key)
    for _ in range(count):
        data = bytearray(rng.choice(samples))
        for _ in range(rng.choice((1, 1, 2, 4, 16))):
            damage(data, rng.randrange(8), rng, samples)
        yield bytes(data) or rng.randbytes(4)


def damage(data: bytearray, how: int, rng: random.Random, samples: list[bytes]) -> None:
    """Break `data` in place, in one of eight ways."""
    at = rng.randrange(len(data)) if data else 0
    match how:
        case 0:
            data[at : at + 1] = rng.randbytes(1)
        case 1:
            size = rng.choice((1, 2, 4, 8))
            data[at : at + size] = rng.choice(EXTREMES) * size
        case 2:
            del data[at:]
        case 3:
            data += rng.randbytes(rng.randrange(1, 40))
        case 4:
            data[at:at] = data[at : at + rng.randrange(1, 40)]
        case 5:
            other = rng.choice(samples)
            data[at:] = other[rng.randrange(len(other) + 1) :]
        case 6:
            data[at : at + rng.randrange(3)] = rng.choice(TEXTS)
        case _:
            del data[at : at + rng.randrange(1, 9)]
