"""Random numbers: the only module that makes them.

In: a root seed, the number of the replication, what the numbers are for and whom they belong to. Out: uniform numbers.
Invariant: a number depends on those alone, not on which others are drawn; so draws are had one by one, in any order and
in any language that multiplies 32-bit words, and drawing more never moves a draw.

The generator is counter-based: a number is a keyed scramble of its own address.
Source: Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3" (Philox4x32-10).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

PPM = 1_000_000  # draws that are compared with parts of a whole are whole millionths, 0 … PPM - 1

Floats: TypeAlias = NDArray[np.float64]
Words: TypeAlias = NDArray[np.uint64]

_ROUNDS = 10
_MULTIPLIERS = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
_WEYL = (0x9E3779B9, 0xBB67AE85)
_LOW = np.uint64(0xFFFFFFFF)
_HALF_WORD = np.uint64(32)
_AT_ONCE = 8192  # blocks scrambled together: six arrays of so many words stay in a processor's second-level cache

# A number has 52 bits and a half. With 53 the half would be rounded away, at the upper end to 1 itself.
_HIGH_BITS = np.uint64(0xFFFFFFFF_FC000000)
_HIGH_SHIFT, _LOW_SHIFT = np.uint64(20), np.uint64(6)
_STEP = 2.0**-52


class Purpose(IntEnum):
    """What a number is drawn for; a number once given is never given to another purpose.

    Purposes 2j and 2j + 1 share a block, so neighbours are those that are mostly drawn together.
    """

    ARRIVAL_TICK = 0
    ARRIVAL_LEVEL = 1
    ARRIVAL_COUNT = 2
    HOUR_FACTOR = 3
    DAY_FACTOR = 4
    RECORDS_PER_VISIT = 5
    PROCEDURE = 6
    INTAKE_WORK = 7
    BACK_OFFICE_WORK = 8
    PAGES = 9
    RETURN_OFFSET = 10
    TRIES = 11
    PATIENCE = 12
    BALKING = 13
    CHANNEL = 14
    CHECK_WORK = 15
    WRONG_COUNTER = 16
    GUIDANCE_WORK = 17
    INCOMPLETE = 18
    SUPPLEMENT_DELAY = 19
    COLLECT_DELAY = 20
    HANDOVER_WORK = 21
    APPROVAL_WORK = 22
    AGE = 23
    NO_SHOW = 24
    LATENESS = 25
    ABSENCE = 26
    OUTAGE_DURATION = 27
    OUTAGE_TICK = 28
    OUTAGE_LEVEL = 29
    OUTAGE_COUNT = 30


@dataclass(frozen=True)
class Address:
    """Whom numbers belong to, one for each: three coordinates below 2³², as arrays that broadcast.

    Attributes:
        number: ``int64[n]``, the number among its like.
        within: what it is counted in, such as an hour or a slot.
        member: which part of it.
    """

    number: NDArray[np.int64]
    within: NDArray[np.int64] | int = 0
    member: NDArray[np.int64] | int = 0


class Streams:
    """The uniform numbers of one replication.

    >>> streams = Streams(seed=1, replication=0)
    >>> many, one = (streams.uniforms(Purpose.PAGES, Address(np.array(number))) for number in ([0, 1, 2], [2]))
    >>> bool(many[2] == one[0])
    True
    """

    def __init__(self, seed: int, replication: int) -> None:
        state = np.random.SeedSequence(seed, spawn_key=(replication,)).generate_state(2, np.uint32)
        self._keys = key_schedule(int(state[0]), int(state[1]))

    def uniforms(self, purpose: Purpose, address: Address) -> Floats:
        """Return a number, strictly between 0 and 1, for each address: ``float64[n]``."""
        return self.several([purpose], address)[purpose]

    def several(self, purposes: Iterable[Purpose], address: Address) -> dict[Purpose, Floats]:
        """Return, for each of these purposes, a number for each address: ``float64[n]`` strictly between 0 and 1."""
        wanted = list(purposes)
        blocks = sorted({purpose // 2 for purpose in wanted})
        halves = self._halves(np.array(blocks, dtype=np.uint64), address)
        return {purpose: halves[purpose % 2, blocks.index(purpose // 2)] for purpose in wanted}

    def _halves(self, blocks: Words, address: Address) -> Floats:
        """Return both numbers of each block of each address: ``float64[2, n_blocks, n]``."""
        coordinates = np.broadcast_arrays(address.number, address.within, address.member)
        n = coordinates[0].size
        found = np.empty((2, len(blocks), n))
        step = max(1, _AT_ONCE // max(1, len(blocks)))
        for start in range(0, n, step):
            part = slice(start, start + step)
            counter = np.empty((4, len(blocks), min(step, n - start)), dtype=np.uint64)
            counter[0], counter[1], counter[3] = (each[part] for each in coordinates)
            counter[2] = blocks[:, np.newaxis]
            words = philox(counter, self._keys)
            found[0, :, part] = uniform(words[0], words[1])
            found[1, :, part] = uniform(words[2], words[3])
        return found


def uniform(high: Words, low: Words) -> Floats:
    """Return the number, strictly between 0 and 1, that two 32-bit words make: ``float64``, same shape.

    >>> bool(uniform(np.zeros(1, dtype=np.uint64), np.zeros(1, dtype=np.uint64))[0] == 2.0**-53)
    True
    """
    bits = ((high << _HIGH_SHIFT) & _HIGH_BITS) | (low >> _LOW_SHIFT)
    return np.asarray((bits.view(np.int64) + 0.5) * _STEP, dtype=np.float64)


def key_schedule(low: int, high: int) -> list[tuple[np.uint64, np.uint64]]:
    """Return the keys of the rounds, from the two 32-bit words of a key."""
    return [
        (np.uint64((low + number * _WEYL[0]) & 0xFFFFFFFF), np.uint64((high + number * _WEYL[1]) & 0xFFFFFFFF))
        for number in range(_ROUNDS)
    ]


def philox(counter: Words, keys: list[tuple[np.uint64, np.uint64]]) -> Words:
    """Scramble counters in place, and return them: four 32-bit words each, in the low half of ``uint64[4, …]``.

    >>> [f"{int(word[0]):08x}" for word in philox(np.zeros((4, 1), dtype=np.uint64), key_schedule(0, 0))]
    ['6627e8d5', 'e169c58d', 'bc57ac4c', '9b00dbd8']
    """
    c0, c1, c2, c3 = counter
    product0, product1 = np.empty_like(c0), np.empty_like(c0)
    for key0, key1 in keys:  # in place: each round on fresh arrays takes a quarter longer
        np.multiply(c0, _MULTIPLIERS[0], out=product0)
        np.multiply(c2, _MULTIPLIERS[1], out=product1)
        np.right_shift(product1, _HALF_WORD, out=c0)
        np.bitwise_xor(c0, c1, out=c0)
        np.bitwise_xor(c0, key0, out=c0)
        np.bitwise_and(product1, _LOW, out=c1)
        np.right_shift(product0, _HALF_WORD, out=c2)
        np.bitwise_xor(c2, c3, out=c2)
        np.bitwise_xor(c2, key1, out=c2)
        np.bitwise_and(product0, _LOW, out=c3)
    return counter
