"""How many visitors were called, by the ticket that a display shows.

Place in the pipeline: below the derivation of moves. In: the ticket shown at each snapshot of one queue and day.
Out: the number of calls in between. Invariant: a number that was counted is not counted again.

A ticket is a letter and a number, and the number counts the tickets called. What else occurs, and what is made of it:

- No ticket, or a ticket that was shown before. Three of the ten offices seem to show tickets only while they are
  served, and at times the same one for long while the queue falls. What it falls by are calls that the display does
  not show yet, taken off the number's next steps. (So who left counts as called: the number skips that ticket later.)
- Numbers from 500 on run in series of their own, one per hundred (booked visits, second halls): each is counted apart.
- A number below the highest of its series: another counter's visitor, called before; as if it had been shown before.
- A step of more than 5 a minute (displays that hang, numbers that go on from the day before) says only that the display
  changed: one call, or as many as the queue fell by.
- Tickets that do not count this queue's calls: another queue's letter (a cash desk calls the visitors of all queues),
  and a letter whose numbers several queues share. Such a ticket is one call when it is first shown here, or as many as
  the queue fell by.
"""

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final, NamedTuple

CALLS_PER_MINUTE_MAX: Final = 5
"""Twenty calls in five minutes were seen in a queue of hundreds; the limit leaves room above that."""

FIRST_SERIES_END: Final = 500
SERIES_LENGTH: Final = 100

_TICKET: Final = re.compile(r"([^\W\d_])([0-9]{1,6})")
_NO_TICKET: Final = frozenset({"", "NaN", "NA"})


class Ticket(NamedTuple):
    """What a display shows."""

    letter: str
    number: int

    @property
    def series(self) -> tuple[str, int]:
        """The numbering that the ticket belongs to: its letter, and the number before the first."""
        base = 0 if self.number < FIRST_SERIES_END else self.number - self.number % SERIES_LENGTH
        return self.letter, base


def parse_ticket(text: str) -> Ticket | None:
    """Return the ticket that a display shows; none if it shows none.

    Raises:
        ValueError: it shows something else.
    """
    if text in _NO_TICKET:
        return None
    shape = _TICKET.fullmatch(text)
    if shape is None:
        raise ValueError("a letter and a number such as B002, or nothing")
    return Ticket(shape[1], int(shape[2]))


@dataclass
class Display:
    """One queue's display through one day.

    Attributes:
        letter: the queue's own letter.
        shared: series that this queue shares with others.
        notes: where odd steps are counted.
    """

    letter: str
    shared: Collection[tuple[str, int]]
    notes: Counter[str]
    _highest: dict[tuple[str, int], int] = field(default_factory=dict)
    _shown: set[Ticket] = field(default_factory=set)
    _ahead: int = 0
    """Calls that were counted before the display showed their tickets."""

    def open_with(self, ticket: Ticket | None) -> None:
        """Take the first ticket of the day as called before it."""
        if ticket is not None:
            self._shown.add(ticket)
            self._highest[ticket.series] = ticket.number

    def count_calls(self, ticket: Ticket | None, *, length_s: int, fall: int) -> int:
        """Return how many were called in an interval.

        Args:
            ticket: what the display shows at its end.
            length_s: how long it is.
            fall: by how many the queue is shorter at its end; 0 if it is not.
        """
        if ticket is None or ticket in self._shown:
            self._ahead += fall
            self.notes["calls counted by the queue's fall while no new ticket was shown"] += fall
            return fall
        self._shown.add(ticket)
        if ticket.letter != self.letter:
            return self._uncounted("tickets of another queue's letter, each one call or the queue's fall", fall)
        if ticket.series in self.shared:
            return self._uncounted("tickets of a letter that queues share, each one call or the queue's fall", fall)
        return self._step(ticket, length_s, fall)

    def _uncounted(self, why: str, fall: int) -> int:
        self.notes[why] += 1
        return max(1, fall)

    def _step(self, ticket: Ticket, length_s: int, fall: int) -> int:
        step = ticket.number - self._highest.get(ticket.series, ticket.series[1])
        if step <= 0:
            self._ahead += fall
            self.notes["numbers below the highest so far, the queue's fall counted"] += 1
            return fall
        self._highest[ticket.series] = ticket.number
        ahead = min(self._ahead, step)
        self._ahead -= ahead
        if step * 60 > CALLS_PER_MINUTE_MAX * max(length_s, 60):  # several may be called at once
            return self._uncounted("steps of more than 5 calls a minute, each one call or the queue's fall", fall)
        return step - ahead
