"""A group's row."""

OFFERS = 0  # rows (rank, line) that the group can serve, the best rank first
OFFERS_END = 1
WIDTH = 2
