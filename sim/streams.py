"""Random numbers: the only module that makes them.

In: a root seed, the number of the replication, what the numbers are for and whom they belong to. Out: uniform numbers.
Invariant: a number depends on those alone, not on which others are drawn; so draws are had one by one, in any order and
in any language that has 32-bit multiplication, and drawing more never moves a draw.

The generator is counter-based: a number is a keyed scramble of its own address.
Source: Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3" (Philox4x32-10).
"""

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

PPM = 1_000_000  # draws that are compared with parts of a whole are whole millionths, 0 … PPM - 1

_ROUNDS = 10
_MULTIPLIERS = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
_WEYL = (0x9E3779B9, 0xBB67AE85)
_LOW = np.uint64(0xFFFFFFFF)
_HALF_WORD = np.uint64(32)
Words = NDArray[np.uint64]


class Purpose(IntEnum):
    """What a number is drawn for; a number once given is never given to another purpose."""

    ARRIVAL_GAP = 0
    ARRIVAL_THINNING = 1
    DAY_FACTOR = 2
    HOUR_FACTOR = 3
    PROCEDURE = 4
    RECORDS_PER_VISIT = 5
    GUIDANCE_WORK = 6
    INTAKE_WORK = 7
    CHECK_WORK = 8
    BACK_OFFICE_WORK = 9
    APPROVAL_WORK = 10
    HANDOVER_WORK = 11
    PAGES = 12
    CHANNEL = 13
    WRONG_COUNTER = 14
    INCOMPLETE = 15
    PATIENCE = 16
    BALKING = 17
    TRIES = 18
    RETURN_OFFSET = 19
    SUPPLEMENT_DELAY = 20
    COLLECT_DELAY = 21
    NO_SHOW = 22
    LATENESS = 23
    ABSENCE = 24
    OUTAGE_GAP = 25
    OUTAGE_DURATION = 26
    AGE = 27


class Streams:
    """The uniform numbers of one replication.

    >>> streams = Streams(seed=1, replication=0)
    >>> bool(streams.uniforms(Purpose.PAGES, np.arange(3))[2] == streams.uniforms(Purpose.PAGES, np.array([2]))[0])
    True
    """

    def __init__(self, seed: int, replication: int) -> None:
        state = np.random.SeedSequence(seed, spawn_key=(replication,)).generate_state(2, np.uint32)
        self._key = (int(state[0]), int(state[1]))

    def uniforms(
        self, purpose: Purpose, number: NDArray[np.int64], band: NDArray[np.int64] | int = 0
    ) -> NDArray[np.float64]:
        """Return a number, strictly between 0 and 1, for each of these: ``float64[n]``.

        Args:
            purpose: what they are for.
            number: ``int64[n]``, below 2³², whom each belongs to.
            band: below 2³², what the numbers are counted in, one for all or one for each.
        """
        counter = (
            number.astype(np.uint64),
            np.broadcast_to(np.asarray(band, dtype=np.uint64), number.shape),
            np.full(number.shape, int(purpose) // 2, dtype=np.uint64),
            np.zeros(number.shape, dtype=np.uint64),
        )
        words = philox(counter, self._key)
        high, low = words[2:] if purpose % 2 else words[:2]  # a block serves two purposes
        return ((high >> np.uint64(5)) * 2.0**26 + (low >> np.uint64(6)) + 0.5) * 2.0**-53


def philox(counter: tuple[Words, Words, Words, Words], key: tuple[int, int]) -> tuple[Words, Words, Words, Words]:
    """Return the scramble of counters under a key: four 32-bit words each, in the low half of ``uint64[n]``.

    >>> [f"{int(word[0]):08x}" for word in philox((np.zeros(1, dtype=np.uint64),) * 4, (0, 0))]
    ['6627e8d5', 'e169c58d', 'bc57ac4c', '9b00dbd8']
    """
    c0, c1, c2, c3 = counter
    for number in range(_ROUNDS):
        key0, key1 = (np.uint64((key[k] + number * _WEYL[k]) & 0xFFFFFFFF) for k in (0, 1))
        product0, product1 = c0 * _MULTIPLIERS[0], c2 * _MULTIPLIERS[1]
        c0, c1, c2, c3 = (
            (product1 >> _HALF_WORD) ^ c1 ^ key0,
            product1 & _LOW,
            (product0 >> _HALF_WORD) ^ c3 ^ key1,
            product0 & _LOW,
        )
    return c0, c1, c2, c3
