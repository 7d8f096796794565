"""A record's row: what is remembered of it and its draws as a workload has them, what is wanted together side by side.

Eight columns fill a line of the processor's cache, so the width is a multiple of that.
"""

from typing import Final

from sim.scenario.people import Stage

STATE = 0
SINCE = 1  # tick at which the state began
BY = 2  # person, as its stint says
NUMBER = 3
LINE = 4  # in which it waits, if it does
PLACE = 5  # in the heap of its line
KEY = 6  # priority and tick of joining its line, in one number
NEED = 7  # practised work left at the stage in the office that it waits for or is at

PROCEDURE = 8  # at first, its number
RANK_KEY = 9  # what a tick of joining is added to, so that the sum is in the order of (priority, tick)
WORK = 10  # by stage; guidance once given is taken out of the route

NEXT = WORK + len(Stage)  # record whose turn comes after it in the same visit; at first, its number
SCAN_WORK = NEXT + 1
UPLOAD_BIT = SCAN_WORK + 1
INCOMPLETE_DRAW = UPLOAD_BIT + 1  # below nothing once it has been found incomplete
WRONG_DRAW = INCOMPLETE_DRAW + 1  # below nothing once it has been to a wrong counter
RECEIVED = WRONG_DRAW + 1
SETTLED = RECEIVED + 1
ONLINE = SETTLED + 1  # whether it is submitted without a visit

PATIENCE = ONLINE + 1
LEAVES = PATIENCE + 1  # tick at which its patience in a line of the hall ends
AWAITED = LEAVES + 1  # whether the heap of those ticks has an entry for it
BALK_AT = AWAITED + 1
CHANNEL_DRAW = BALK_AT + 1
ARRIVAL = CHANNEL_DRAW + 1
LEADS = ARRIVAL + 1
ENTRY = LEADS + 1

TRIES = ENTRY + 1  # how often it has come in vain
N_TRIES = TRIES + 1
RETURN_OFFSET = N_TRIES + 1
SUPPLEMENT_DELAY = RETURN_OFFSET + 1
COLLECT_DELAY = SUPPLEMENT_DELAY + 1
WIDTH = -(-(COLLECT_DELAY + 1) // 8) * 8

# Columns of the draws, in the order in which they are laid one after the other.
DRAWN: Final = (
    NEXT,
    PROCEDURE,
    RANK_KEY,
    *range(WORK, WORK + len(Stage)),
    SCAN_WORK,
    UPLOAD_BIT,
    INCOMPLETE_DRAW,
    WRONG_DRAW,
    PATIENCE,
    BALK_AT,
    CHANNEL_DRAW,
    ARRIVAL,
    LEADS,
    ENTRY,
    N_TRIES,
    RETURN_OFFSET,
    SUPPLEMENT_DELAY,
    COLLECT_DELAY,
)
