"""A record's row: its draws, and what is remembered of it."""

from sim.scenario.people import Stage

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
