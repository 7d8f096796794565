"""A record's row: what is remembered of it, then its draws as a workload has them."""

from sim.scenario.people import Stage

NUMBER = 0
STATE = 1
SINCE = 2  # tick at which the state began
BY = 3  # person, as its stint says
NEED = 4  # practised work left at the stage in the office that it waits for or is at
KEY = 5  # priority and tick of joining its line, in one number
LINE = 6  # in which it waits, if it does
PLACE = 7  # in the heap of its line
RECEIVED = 8
SETTLED = 9
FOUND = 10  # whether it has been found incomplete
WRONG = 11  # whether it has been to a wrong counter
GUIDED = 12
ONLINE = 13  # whether it is submitted without a visit
TRIES = 14  # how often it has come in vain
LEAVES = 15  # tick at which its patience in a line of the hall ends
AWAITED = 16  # whether the heap of those ticks has an entry for it

DRAWS = 17  # where they begin
NEXT = DRAWS  # record whose turn comes after it in the same visit; at first, its number
PROCEDURE = NEXT + 1  # at first, its number
RANK_KEY = PROCEDURE + 1  # what a tick of joining is added to, so that the sum is in the order of (priority, tick)
WORK = RANK_KEY + 1  # by stage
SCAN_WORK = WORK + len(Stage)
UPLOAD_BIT = SCAN_WORK + 1
INCOMPLETE_DRAW = UPLOAD_BIT + 1
WRONG_DRAW = INCOMPLETE_DRAW + 1
PATIENCE = WRONG_DRAW + 1
BALK_AT = PATIENCE + 1
CHANNEL_DRAW = BALK_AT + 1
ARRIVAL = CHANNEL_DRAW + 1
LEADS = ARRIVAL + 1
ENTRY = LEADS + 1
N_TRIES = ENTRY + 1
RETURN_OFFSET = N_TRIES + 1
SUPPLEMENT_DELAY = RETURN_OFFSET + 1
COLLECT_DELAY = SUPPLEMENT_DELAY + 1
WIDTH = COLLECT_DELAY + 1
