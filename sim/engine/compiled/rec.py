"""A record's row: what is remembered of it. It takes two lines of the processor's cache, the busier columns first."""

STATE = 0
BY = 1  # person, as its stint says; NOTHING when nobody is
MARKS = 2  # what is true of it, as bits
N_STINTS = 3  # how many have been noted
KIND = 4  # its procedure
LINE = 5  # in which it waits; NOTHING when it does not
KEY = 6  # tick of joining its line
BEHIND = 7  # record that comes after it in its line
BEFORE = 8  # record that comes before it there
NEED = 9  # practised work left at the stage in the office that it waits for or is at
NEXT = 10  # record whose turn comes after it in the same visit
RECEIVED = 11
SETTLED = 12
BEGAN = 13  # tick at which its first stint began
LEAVES = 14  # tick at which its patience in a line of the hall ends
TRIES = 15  # how often it has come in vain
SHIFT = 4
WIDTH = 1 << SHIFT  # all rows begin at multiples of it: the address shifted right by `SHIFT` numbers the records, too

LINE_OF_CACHE = 8

# Marks.
COMES = 1  # it arrives by itself, not as a follower
ONLINE = 2  # it is submitted without a visit
GUIDED = 4
WAS_WRONG = 8  # it has been to a wrong counter
WAS_INCOMPLETE = 16  # papers were missing
AWAITED = 32  # the heap of ends of patience has an entry for it
