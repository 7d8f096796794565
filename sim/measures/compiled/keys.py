"""What is summed up over time, each under a key of its own; neighbours are taken together.

In: nothing. Out: names of keys, and of stretches of them, from the first up to the second. Keys from `LINES` on are the
lines in which records wait for a person: for each state, as many as different groups can serve procedures in it.
"""

from enum import IntEnum


class Key(IntEnum):
    """What is under way; states, unless told otherwise."""

    GUIDANCE = 0
    HANDOVER = 1
    WRONG_COUNTER = 2
    INTAKE = 3
    SCAN = 4
    WAIT_SCANNER = 5
    UPLOAD = 6
    CHECK = 7
    BACK_OFFICE = 8
    APPROVAL = 9
    WAIT_PORTAL = 10
    SENT_HOME = 11
    RENEGED = 12
    BALKED = 13
    SUPPLEMENT = 14
    ELSE = 15  # all states that no figure is taken of
    VAIN_UPLOAD = 16  # in vain, for an outage lost it
    VAIN_AT_COUNTER = 17
    VAIN_AT_DESK = 18
    TRANSFER = 19  # one upload or more
    SHIFT = 20  # people
    PLANNED = 21  # overtime of those who came
    OVERRUN = 22  # more overtime


LINES = len(Key)


def _keys(first: Key, last: Key | None = None) -> tuple[int, int]:
    return int(first), int(first if last is None else last) + 1


GUIDING = _keys(Key.GUIDANCE)
WORK_AT_COUNTER = _keys(Key.HANDOVER, Key.SCAN)
WORK_AT_DESK = _keys(Key.CHECK, Key.APPROVAL)
SCAN = _keys(Key.SCAN)
WAIT_SCANNER = _keys(Key.WAIT_SCANNER)
UPLOAD = _keys(Key.UPLOAD)
WAIT_PORTAL = _keys(Key.WAIT_PORTAL)
SENT_HOME = _keys(Key.SENT_HOME)
LEFT = _keys(Key.RENEGED, Key.BALKED)
AWAY = _keys(Key.SENT_HOME, Key.BALKED)
SUPPLEMENT = _keys(Key.SUPPLEMENT)
TRANSFER = _keys(Key.TRANSFER)
SHIFT = _keys(Key.SHIFT)
PLANNED = _keys(Key.PLANNED)
OVERRUN = _keys(Key.OVERRUN)
OVERTIME = _keys(Key.PLANNED, Key.OVERRUN)
VAIN_UPLOAD, VAIN_AT_COUNTER, VAIN_AT_DESK = int(Key.VAIN_UPLOAD), int(Key.VAIN_AT_COUNTER), int(Key.VAIN_AT_DESK)
