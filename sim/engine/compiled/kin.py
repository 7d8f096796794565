"""A procedure's row."""

from sim.scenario.people import Stage

LINE = 0  # by stage
ONLINE = len(Stage)  # millionths, by day, each day's three together
WRONG = ONLINE + 1
INCOMPLETE = WRONG + 1
