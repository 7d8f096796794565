"""A line's row. Lines of a stage that every group prefers alike are one: nobody could tell them apart.

In a line, records of the same priority are chained in the order of (tick of joining, record).
"""

STAGE = 0
PLACE = 1
SIZE = 2
FIRST = 3  # record that is taken next; NOTHING when none waits
FIRST_KEY = 4  # (priority, tick of joining) of that, as one number
CHAINS = 5  # rows (first, last), by priority
FIRST_WORD = 6  # of the people who can serve it
END_WORD = 7  # after the last of these words
SERVERS = 8  # people who can serve it, as words of bits; the last columns, so that the width is this and the words

CHAIN = 2  # width of a row of `CHAINS`
