"""A line's row. Lines of a stage that every group prefers alike are one: nobody could tell them apart."""

STAGE = 0
PLACE = 1
HEAP = 2  # rows (key, record)
SIZE = 3
SERVERS = 4  # groups that can serve it
SERVERS_END = 5
WIDTH = 6
