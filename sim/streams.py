"""Random numbers: what they are for, whom they belong to, and the root seed that they are made from.

In: a root seed, the number of the replication, what the numbers are for and whom they belong to. Out: uniform numbers.
Invariant: a number depends on those alone, not on which others are drawn; so draws are had one by one, in any order and
in any language that multiplies 32-bit words, and drawing more never moves a draw.

The generator is counter-based: a number is a keyed scramble of its own address (`sim.scramble`).
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

PPM = 1_000_000  # draws that are compared with parts of a whole are whole millionths, 0 … PPM - 1

Floats: TypeAlias = NDArray[np.float64]


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
    """Whom numbers belong to, one for each: three coordinates below 2³², arrays or the same for all.

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

    Attributes:
        key: ``uint64[2]``, two 32-bit words, of seed and replication: what the scramble mixes with an address.

    >>> streams = Streams(seed=1, replication=0)
    >>> many, one = (streams.uniforms(Purpose.PAGES, Address(np.array(number))) for number in ([0, 1, 2], [2]))
    >>> bool(many[2] == one[0])
    True
    """

    def __init__(self, seed: int, replication: int) -> None:
        state = np.random.SeedSequence(seed, spawn_key=(replication,)).generate_state(2, np.uint32)
        self.key = state.astype(np.uint64)

    def uniforms(self, purpose: Purpose, address: Address) -> Floats:
        """Return a number, strictly between 0 and 1, for each address: ``float64[n]``."""
        return np.asarray(self.pairs(np.array([purpose // 2]), address)[purpose % 2])

    def pairs(self, blocks: NDArray[np.int64], address: Address) -> Floats:
        """Return the numbers of each address for purposes 2j and 2j + 1, for each j of `blocks`.

        They are ``float64[2 * n_blocks, n]``, strictly between 0 and 1, in the order of `blocks`.
        """
        from sim.scramble import scramble  # noqa: PLC0415 - loads the compiler

        found = np.empty((len(blocks), 2, len(address.number)))
        if not found.size:
            return found.reshape(2 * len(blocks), 0)
        parts = (address.number, address.within, address.member)
        number, within, member = (np.ascontiguousarray(part) for part in np.broadcast_arrays(*parts))
        scramble(self.key, (number, within, member), blocks, found)
        return found.reshape(2 * len(blocks), len(address.number))
