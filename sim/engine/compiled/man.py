"""A person's row."""

NUMBER = 0
GROUP = 1
RECORD = 2  # at work on; NOTHING when free
SINCE = 3  # tick at which office work was taken up
TAKES = 4  # ticks at full speed that it takes
PUTS_DOWN = 5  # whether it is put down when the shift ends
END = 6  # of the current shift; 0 before the first
HALL_END = 7
DAY_START = 8  # when the first shift of the day began
IDLERS = 9  # the word among `at.IDLE_PEOPLE` that has their bit
BIT = 10
PERMILLE = 11  # by day; the last column, so that the width is this and the number of days
