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
