"""Random streams: the only module that owns random generators.

In: a root seed, the number of the replication, what the numbers are for, and for which band of demand. Out: uniform
numbers. Invariant: a stream depends on those four and on nothing else, so that drawing more from one never moves the
draws of another.
Source: O'Neill 2014 (PCG64) as numpy documents its streams to be stable across versions and platforms.
"""

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class Purpose(IntEnum):
    """What a stream is drawn for; a number once given is never given to another purpose."""

    ARRIVAL_GAP = 0
    ARRIVAL_THINNING = 1
    DAY_FACTOR = 2
    PROCEDURE = 3
    INTAKE_WORK = 4
    PAGES = 5
    BACK_OFFICE_WORK = 6
    RETURN_OFFSET = 7


class Stream:
    """Uniform numbers for one purpose in one replication; what belongs to no band of demand is drawn from band 0.

    >>> bool(Stream(1, 0, Purpose.PAGES).uniforms(3)[0] == Stream(1, 0, Purpose.PAGES).uniforms(1)[0])
    True
    """

    def __init__(self, seed: int, replication: int, purpose: Purpose, band: int = 0) -> None:
        self._generator = np.random.Generator(
            np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(replication, int(purpose), band)))
        )

    def uniforms(self, n: int) -> NDArray[np.float64]:
        """Return the next `n` numbers, strictly between 0 and 1: ``float64[n]``."""
        return np.maximum(self._generator.random(n), 2.0**-54)
