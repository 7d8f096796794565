"""The scramble that makes random numbers of addresses, compiled: Philox4x32-10.

In: the key of a replication, and addresses. Out: uniform numbers. Invariant: a number depends on key and address alone.
Source: Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3".
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sim.compiler import outer_of, shared

Floats: TypeAlias = NDArray[np.float64]
Whole: TypeAlias = NDArray[np.int64]
Words: TypeAlias = NDArray[np.uint64]
Key: TypeAlias = tuple[np.uint64, np.uint64]

_ROUNDS = 10
_MULTIPLIER_0, _MULTIPLIER_1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_WEYL_0, _WEYL_1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
_LOW = np.uint64(0xFFFFFFFF)
_HALF_WORD = np.uint64(32)

# A number has 52 bits and a half. With 53 the half would be rounded away, at the upper end to 1 itself.
_HIGH_BITS = np.uint64(0xFFFFFFFF_FC000000)
_HIGH_SHIFT, _LOW_SHIFT = np.uint64(20), np.uint64(6)
_STEP = 2.0**-52


@shared
def philox(
    c0: np.uint64, c1: np.uint64, c2: np.uint64, c3: np.uint64, key: Words | Key
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """Return a counter scrambled: four 32-bit words of four, each in the low half of a 64-bit one, as the key's two.

    >>> nothing = np.uint64(0)
    >>> [f"{int(word):08x}" for word in philox(nothing, nothing, nothing, nothing, np.zeros(2, dtype=np.uint64))]
    ['6627e8d5', 'e169c58d', 'bc57ac4c', '9b00dbd8']
    """
    key0, key1 = key[0], key[1]
    for _ in range(_ROUNDS):
        product0, product1 = c0 * _MULTIPLIER_0, c2 * _MULTIPLIER_1
        c0 = (product1 >> _HALF_WORD) ^ c1 ^ key0
        c1 = product1 & _LOW
        c2 = (product0 >> _HALF_WORD) ^ c3 ^ key1
        c3 = product0 & _LOW
        key0, key1 = (key0 + _WEYL_0) & _LOW, (key1 + _WEYL_1) & _LOW
    return c0, c1, c2, c3


@shared
def uniform(high: np.uint64, low: np.uint64) -> float:
    """Return the number, strictly between 0 and 1, that two 32-bit words make.

    >>> uniform(np.uint64(0), np.uint64(0)) == 2.0**-53
    True
    """
    bits = ((high << _HIGH_SHIFT) & _HIGH_BITS) | (low >> _LOW_SHIFT)
    return float((np.int64(bits) + 0.5) * _STEP)


@shared
def key_of(words: Words) -> Key:
    """Return the two words of a key: numbers of their own, which stay at hand where those of an array are looked up."""
    return words[0] & _LOW, words[1] & _LOW


@shared
def two(key: Key, number: int, within: int, block: int, member: int) -> tuple[float, float]:
    """Return the numbers that an address has for the two purposes of a block: 2 · `block` and the one after it.

    That all words are cut to 32 bits is for the compiler: it then scrambles several addresses at once.
    """
    c0, c1 = np.uint64(number) & _LOW, np.uint64(within) & _LOW
    c2, c3 = np.uint64(block) & _LOW, np.uint64(member) & _LOW
    words = philox(c0, c1, c2, c3, key)
    return uniform(words[0], words[1]), uniform(words[2], words[3])


@outer_of()
def scramble(words: Words, address: tuple[Whole, Whole, Whole], blocks: Whole, found: Floats) -> None:
    """Write the numbers of many addresses for many pairs of purposes.

    Args:
        words: ``uint64[2]``, the key.
        address: number, within, member: ``int64[n]`` each.
        blocks: ``int64[n_blocks]``, pairs of purposes.
        found: ``float64[n_blocks, 2, n]``, to be written.
    """
    key, (number, within, member) = key_of(words), address
    for row in range(len(blocks)):
        even, odd = found[row, 0], found[row, 1]
        for k in range(len(number)):
            even[k], odd[k] = two(key, number[k], within[k], blocks[row], member[k])
