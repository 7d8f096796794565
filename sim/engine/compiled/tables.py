"""The memory of the compiled engine: one array of whole numbers, and what lies where in it.

In: nothing. Out: names for places. Everything that the loop reads or remembers is in one ``int64[…]``, `m`: first the
single numbers of `At`, then tables. A record, person, group, line or procedure is called by its *address*, the place
at which its row begins, so that ``m[record + Rec.STATE]`` is a record's state. Rows of a table lie in the order of
their numbers: the lower address is the lower number. What is in floating point, all of it about the link, is in
a ``float64[…]`` beside it, `x`.

One array rather than many, because a compiled function receives each of its arrays as seven numbers, and what is short
is then quick to call, and to compile.
"""

from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.engine.order import Kind
from sim.scenario.people import Stage
from sim.timebase import NEVER

Whole = NDArray[np.int64]
Floats = NDArray[np.float64]

FOREVER: Final = 1 << 62  # later than any tick
IDLE: Final = NEVER  # state of a record that is not there yet or whose life is told


class Place(IntEnum):
    """What one needs to serve a line, besides people."""

    HALL = 0  # nothing
    COUNTER = 1
    DESK = 2


_N_KINDS = max(Kind) + 1


class At(IntEnum):
    """Single numbers; those in capitals that name a table are its address."""

    DUE = 0  # tick of the next event of each kind
    ROOM = _N_KINDS  # free places of each kind
    NOW = ROOM + len(Place)
    TURNS = NOW + 1  # the next tick at which day, pace, doors or portal change
    DAY = TURNS + 1
    PACE = DAY + 1  # row of the pace that holds
    DOOR = PACE + 1  # row of the last doors whose midnight has come; the one before the first, as long as none has
    PORTAL = DOOR + 1  # row of the first time without the portal that has not ended yet
    STIRRED = PORTAL + 1  # whether something happened after which somebody might take something
    N_HALL = STIRRED + 1  # visits that wait in the hall's lines
    N_SIGNING = N_HALL + 1  # records that wait to be laid before the signatory
    N_TRANSFERS = N_SIGNING + 1
    LINK_SINCE = N_TRANSFERS + 1
    SCANNERS = LINK_SINCE + 1  # free ones
    NEXT_START = SCANNERS + 1  # rows that come next of what is known beforehand
    NEXT_END = NEXT_START + 1
    NEXT_STEP = NEXT_END + 1  # its number
    NEXT_CLOSING = NEXT_STEP + 1
    NEXT_SIGNING = NEXT_CLOSING + 1
    NEXT_COMING = NEXT_SIGNING + 1
    NEXT_STINT = NEXT_COMING + 1  # row that is free
    LAST_STINT = NEXT_STINT + 1  # beyond this row there might be too little room for the stints of an event
    END_TICK = LAST_STINT + 1
    BITS = END_TICK + 1  # enough for the number of a record
    TICKS_PER_H = BITS + 1
    WRONG_WORK = TICKS_PER_H + 1
    HOLDS_COUNTER = WRONG_WORK + 1
    RECORDS = HOLDS_COUNTER + 1  # rows `Rec`
    RECORDS_END = RECORDS + 1
    LINES = RECORDS_END + 1  # rows `Line`
    LINES_END = LINES + 1
    GROUPS = LINES_END + 1  # rows `Group`
    GROUPS_END = GROUPS + 1
    MIDNIGHTS = GROUPS_END + 1
    FATIGUE = MIDNIGHTS + 1  # permille
    INTAKE = FATIGUE + 1  # permille, by day
    DOORS = INTAKE + 1  # rows (midnight, opening, last_entry, dispersal)
    DOORS_END = DOORS + 1
    PACES_END = DOORS_END + 1  # rows (tick, permille, loses work)
    PORTALS_END = PACES_END + 1  # rows (start, end)
    STEPS = PORTALS_END + 1  # rows (tick, loses work), of the link
    STEPS_END = STEPS + 1
    STARTS_END = STEPS_END + 1  # rows (tick, person, end, hall_end, start of the person's day)
    ENDS_END = STARTS_END + 1  # rows (tick, person)
    SIGNINGS = ENDS_END + 1  # ticks
    SIGNINGS_END = SIGNINGS + 1
    COMINGS_END = SIGNINGS_END + 1  # records with an arrival of their own
    WORK_DUE = COMINGS_END + 1  # heap of ends of work
    LEAVE_DUE = WORK_DUE + 1  # heap of ends of patience
    RETURN_DUE = LEAVE_DUE + 1  # heap of arrivals that were not known beforehand
    SCAN_DUE = RETURN_DUE + 1  # heap of who waits for a scanner
    SIGNING = SCAN_DUE + 1  # records that wait to be laid before the signatory
    TRANSFERS = SIGNING + 1  # records of the link's heap
    STINTS = TRANSFERS + 1  # rows as in `Trace`, in the order of their ends
    DIGEST = STINTS + 1
    SIZE = DIGEST + 1


class Rec(IntEnum):
    """A record's row: its draws, and what is remembered of it."""

    NUMBER = 0
    STATE = 1
    SINCE = 2  # tick at which the state began
    BY = 3  # person, as its stint says
    NEED = 4  # practised work left at the stage in the office that it waits for or is at
    KEY = 5  # priority and tick of joining its line, in one number
    LINE = 6  # in which it waits, if it does
    PLACE = 7  # in the heap of its line
    PROCEDURE = 8
    RANK_KEY = 9  # what a tick of joining is added to, so that the sum is in the order of (priority, tick)
    NEXT = 10  # record whose turn comes after it in the same visit
    WORK = 11  # by stage
    RECEIVED = WORK + len(Stage)
    SETTLED = RECEIVED + 1
    SCAN_WORK = SETTLED + 1
    UPLOAD_BIT = SCAN_WORK + 1
    INCOMPLETE_DRAW = UPLOAD_BIT + 1
    FOUND = INCOMPLETE_DRAW + 1  # whether it has been found incomplete
    WRONG_DRAW = FOUND + 1
    WRONG = WRONG_DRAW + 1  # whether it has been to a wrong counter
    GUIDED = WRONG + 1
    PATIENCE = GUIDED + 1
    LEAVES = PATIENCE + 1  # tick at which its patience in a line of the hall ends
    AWAITED = LEAVES + 1  # whether the heap of those ticks has an entry for it
    BALK_AT = AWAITED + 1
    ENTRY = BALK_AT + 1
    ARRIVAL = ENTRY + 1
    CHANNEL_DRAW = ARRIVAL + 1
    ONLINE = CHANNEL_DRAW + 1  # whether it is submitted without a visit
    TRIES = ONLINE + 1  # how often it has come in vain
    N_TRIES = TRIES + 1
    RETURN_OFFSET = N_TRIES + 1
    SUPPLEMENT_DELAY = RETURN_OFFSET + 1
    COLLECT_DELAY = SUPPLEMENT_DELAY + 1
    WIDTH = COLLECT_DELAY + 1


class Man(IntEnum):
    """A person's row."""

    NUMBER = 0
    GROUP = 1
    RECORD = 2  # at work on; NEVER when free
    SINCE = 3  # tick at which office work was taken up
    TAKES = 4  # ticks at full speed that it takes
    PUTS_DOWN = 5  # whether it is put down when the shift ends
    END = 6  # of the current shift; 0 before the first
    HALL_END = 7
    DAY_START = 8  # when the first shift of the day began
    IN_HALL = 9  # whether the heap of those free for the hall has them, perhaps from before
    IN_OFFICE = 10  # the same for the office
    PERMILLE = 11  # by day; the last column, so that the width is this and the number of days


class Group(IntEnum):
    """A group's row."""

    WANTED = 0  # how many wait that the group could serve, by `Place`
    HALL = len(Place)  # heap of those free for the hall
    OFFICE = HALL + 1  # heap of those free for the office
    OFFERS = OFFICE + 1  # rows (rank, line) that the group can serve, the best rank first
    OFFERS_END = OFFERS + 1
    WIDTH = OFFERS_END + 1


class Line(IntEnum):
    """A line's row. Lines of a stage that every group prefers alike are one: nobody could tell them apart."""

    STAGE = 0
    PLACE = 1
    HEAP = 2  # rows (key, record)
    SIZE = 3
    SERVERS = 4  # groups that can serve it
    SERVERS_END = 5
    WIDTH = 6


class Kin(IntEnum):
    """A procedure's row."""

    LINE = 0  # by stage
    ONLINE = len(Stage)  # millionths, by day, each day's three together
    WRONG = ONLINE + 1
    INCOMPLETE = WRONG + 1


PER_DAY: Final = 3  # columns of a procedure for each day
