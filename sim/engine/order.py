"""What comes first when things happen at the same tick.

Both engines take their order from here and share nothing else. An event has the key (tick, kind, number): kinds in the
order below, then the number of the record, person, day or step that it is about. What an event causes at its own tick
(a freed officer calls the next visitor, a received record wakes a desk) is done before the next event of that tick.
An event that comes about for the tick at hand (work of no length ends as it begins) takes its place among those still
to come, also when its kind comes earlier than that of the event at hand. Nothing happens at the tick after the last.

The rules behind the order:

- What ends comes before what begins, and who leaves before who comes. An officer is on shift in [start, end): work that
  ends with the shift is finished, and nothing is taken up at its last tick.
- An officer at a counter finishes the visit at hand, also past the end of the shift; one whose visit runs into the next
  shift is on shift from its start like all others, and one whose visit ends at that very tick begins with SHIFT_START.
  A desk in the back office puts the record down when the shift ends and takes the same record up when its next shift
  starts.
- Doors open at midnight of a working day (people queue before the office opens) and close when the last counter does.
  All who then still wait go home, in the order of the line, and come back after the next opening; who comes to a
  closed door goes home at once.
- A line is first come, first served. Of several free officers the one with the lowest number takes the next in line.
- Work takes `work * permille // 1000` ticks, by the permille of the day on which it is first taken up.
- All transfers under way share the link equally; each ends at the first whole tick at which its last bit has passed,
  also when the link goes down at that tick. At each start, end and step, `passed` grows by
  `(tick - since) * bit_per_tick / n_under_way` in floating point, in this order; it is 0 while nothing is under way. A
  transfer has passed when `passed` has grown by its size: the one with the lowest such target (then the lowest record)
  ends next, after `ceil((target - passed) * n_under_way / bit_per_tick)` ticks, at once when nothing is missing.
"""

from enum import IntEnum


class Kind(IntEnum):
    """Kinds of event in the order in which they happen within a tick, and what their number is."""

    SHIFT_END = 2  # person
    LINK_STEP = 3  # step
    TRANSFER_END = 4  # record
    WORK_END = 5  # record
    CLOSING = 6  # working day
    SHIFT_START = 7  # person
    ARRIVAL = 8  # record
