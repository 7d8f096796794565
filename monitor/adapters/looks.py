"""Looks at a display, day by day: what follows from each, and how a day's looks are kept.

Place in the pipeline: under the display's adapter. In: looks in the order of their time. Out: what happened, with names
that the same looks always give. Invariant: after what a look told, each queue is as long as the look said.
"""

from __future__ import annotations

import json
import os
from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

import sim
from monitor.events import CounterClosed, CounterOpened, Happening, TicketAbandoned, TicketCalled, TicketIssued

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from zoneinfo import ZoneInfo

Looks = dict[str, sim.Snapshot]
"""What a display says at one instant, by queue; of one queue at least."""

Told = tuple[int, str, Happening]
"""What happened: instant in seconds, name, happening."""


@dataclass
class _Line:
    """One queue's line through one day."""

    queue: str
    day: date
    display: sim.Display
    last: sim.Snapshot
    waiting: deque[str] = field(default_factory=deque)
    n_issued: int = 0

    def issued(self, at_s: int) -> Told:
        """Let one more visitor wait."""
        self.n_issued += 1
        ticket = f"{self.queue}-{self.day:%y%m%d}-{self.n_issued}"
        self.waiting.append(ticket)
        return at_s, f"issued:{ticket}", TicketIssued(ticket=ticket, queue=self.queue)

    def moved(self, look: sim.Snapshot) -> Iterator[Told]:
        """Yield what happened since the last look: the longest waiting is called, the shortest waiting leaves."""
        moves = sim.moves_between(self.last, look, self.display, Counter())
        self.last = look
        issues = deque(moves.issues_s())
        for at_s, why in moves.departures():
            while issues and issues[0] <= at_s:
                yield self.issued(issues.popleft())
            if why == sim.CALLED:
                ticket = self.waiting.popleft()
                yield at_s, f"called:{ticket}", TicketCalled(ticket=ticket)
            else:
                yield from self._left(at_s, self.waiting.pop())
        for at_s in issues:
            yield self.issued(at_s)

    def closed(self) -> Iterator[Told]:
        """Yield the end of the day: whoever waits has gone."""
        for ticket in self.waiting:
            yield from self._left(self.last.instant_s + 1, ticket)
        self.waiting.clear()

    @staticmethod
    def _left(at_s: int, ticket: str) -> Iterator[Told]:
        yield at_s, f"abandoned:{ticket}", TicketAbandoned(ticket=ticket)


class Days:
    """What has followed from the looks so far.

    Args:
        zone: where a day ends.
    """

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._day = date.min
        self._lines: dict[str, _Line] = {}
        self._n_open = 0
        self._shared: set[tuple[str, int]] = set()
        self._shown_by: defaultdict[tuple[str, int], set[str]] = defaultdict(set)

    def told(self, look: Looks) -> list[Told]:
        """Return what happened up to a look, by time, causes before effects."""
        found: list[Told] = []
        for queue, snapshot in look.items():
            day = datetime.fromtimestamp(snapshot.instant_s, self._zone).date()
            if day > self._day:
                found += self._new_day(day)
            found += self._of_queue(queue, snapshot)
        found += self._counters(max(look.values(), key=lambda each: each.open_servers))
        return sorted(found, key=lambda each: each[0])

    def _new_day(self, day: date) -> Iterator[Told]:
        for line in self._lines.values():
            yield from line.closed()
        if self._lines:
            end_s = max(line.last.instant_s for line in self._lines.values()) + 1
            yield from self._opened(end_s, 0)
        self._day = day
        self._lines.clear()
        self._shared.clear()
        self._shown_by.clear()

    def _of_queue(self, queue: str, look: sim.Snapshot) -> Iterator[Told]:
        """Yield what happened in a queue; at the day's first look, whoever waits comes."""
        if look.ticket:
            users = self._shown_by[look.ticket.series]
            users.add(queue)
            if len(users) > 1:
                self._shared.add(look.ticket.series)
        line = self._lines.get(queue)
        if line is None:
            display = sim.Display(look.ticket.letter if look.ticket else "", self._shared, Counter())
            display.open_with(look.ticket)
            line = self._lines[queue] = _Line(queue, self._day, display, look)
            for _ in range(look.waiting):
                yield line.issued(look.instant_s)
        elif look.instant_s > line.last.instant_s:
            if look.ticket and not line.display.letter:
                line.display.letter = look.ticket.letter
            yield from line.moved(look)

    def _counters(self, look: sim.Snapshot) -> Iterator[Told]:
        """Yield openings and closings so that as many are open as in the queue with the most: queues share counters."""
        yield from self._opened(look.instant_s, look.open_servers)

    def _opened(self, at_s: int, wanted: int) -> Iterator[Told]:
        for number in range(self._n_open + 1, wanted + 1):
            yield at_s, f"opened:{number}-{at_s % 10**8}", CounterOpened(counter=f"counter-{number}")
        for number in range(wanted + 1, self._n_open + 1):
            yield at_s, f"closed:{number}-{at_s % 10**8}", CounterClosed(counter=f"counter-{number}")
        self._n_open = wanted


def read_looks(path: Path) -> list[Looks]:
    """Return the looks that are kept in a file, in their order; none where there is no file.

    Raises:
        OSError: it cannot be read.
    """
    if not path.exists():
        return []
    return [look for look in map(_from_line, path.read_text("utf-8").splitlines()) if look is not None]


def keep_look(path: Path, look: Looks) -> None:
    """Add a look to a file for good.

    Raises:
        OSError: it cannot be written.
    """
    with path.open("a", encoding="utf-8") as file:
        file.write(_line(look))
        file.flush()
        os.fsync(file.fileno())


def forget_looks(path: Path, zone: ZoneInfo) -> None:
    """Leave in a file the looks of its last day only: what the days before it told was told.

    Raises:
        OSError: it cannot be read or written.
    """
    looks = read_looks(path)
    last = [each for each in looks if _day(each, zone) == _day(looks[-1], zone)]
    if len(last) < len(looks):
        new = path.with_suffix(".new")
        with new.open("w", encoding="utf-8") as file:
            file.writelines(map(_line, last))
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)


def _line(look: Looks) -> str:
    content = {queue: [each.instant_s, each.waiting, each.open_servers, each.ticket] for queue, each in look.items()}
    return json.dumps(content) + "\n"


def _from_line(line: str) -> Looks | None:
    """Return a look as it was kept; none where a power cut has cut the line off."""
    try:
        content = json.loads(line)
    except ValueError:
        return None
    return {
        queue: sim.Snapshot(at_s, waiting, n_open, sim.Ticket(*ticket) if ticket else None)
        for queue, (at_s, waiting, n_open, ticket) in content.items()
    }


def _day(look: Looks, zone: ZoneInfo) -> date:
    instant_s = next(iter(look.values())).instant_s
    return datetime.fromtimestamp(instant_s, zone).date()
