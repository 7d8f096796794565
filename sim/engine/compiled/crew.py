"""A group's row."""

from sim.engine.compiled.tables import Place

WANTED = 0  # how many wait that the group could serve, by `Place`
HALL = len(Place)  # heap of those free for the hall
OFFICE = HALL + 1  # heap of those free for the office
OFFERS = OFFICE + 1  # rows (rank, line) that the group can serve, the best rank first
OFFERS_END = OFFERS + 1
WIDTH = OFFERS_END + 1
