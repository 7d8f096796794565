"""The memory of the compiled engine: one array of whole numbers, and what lies where in it.

In: nothing. Out: names for places. Everything that the loop remembers is in one ``int64[…]``, `m`: first the single
numbers of `at`, then tables. A record, person, group, line or procedure is called by its *address*, the place at which
its row begins, so that ``m[record + rec.STATE]`` is a record's state. Rows of a table lie in the order of their
numbers: the lower address is the lower number. What is in floating point, all of it about the link, is in a
``float64[…]`` beside it, `x`; what was drawn stays where it is, and is read from there (`drawn`).

One array rather than many, because a compiled function receives each of its arrays as seven numbers, and what is short
is then quick to call, and to compile.
"""

from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.timebase import NEVER

Whole = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

FOREVER: Final = 1 << 62  # later than any tick, and than any event
IDLE: Final = NEVER  # state of a record that is not there yet or whose life is told
NOTHING: Final = 0  # address of no record, no person, no line


class Place(IntEnum):
    """What one needs to serve a line, besides people."""

    HALL = 0  # nothing
    COUNTER = 1
    DESK = 2
    OWN_DESK = 3  # nothing but one's own; what needs a place from `DESK` on is not in the hall


PER_DAY: Final = 3  # columns of a procedure for each day
WORD: Final = 5  # the lower bits of a person's number, which tell the bit in a word of people; the others tell the word
EIGHT: Final = 8  # ends of work that are looked at together
