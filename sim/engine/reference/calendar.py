"""SimPy's environment with the written order of events.

Invariant: no event is ordered by the accident of who scheduled first; every event that waits for a tick has its place
in `sim.engine.order`, and what an event causes at its own tick is done before the next one.
"""

from collections.abc import Callable, Generator
from typing import Any

import simpy
from simpy.events import EventPriority

from sim.engine.order import Kind

Process = Generator[simpy.Event, Any, None]
_NUMBERS = 1 << 40  # more than the number of any event, so that the kind decides first
_LAST_CONSEQUENCE = EventPriority(2)  # after all that SimPy does at once (0 and 1), before every kind


class Calendar(simpy.Environment):
    """The clock, in whole ticks."""

    @property
    def tick(self) -> int:
        """Return the current tick."""
        return self.now  # type: ignore[return-value] # only whole ticks are ever scheduled

    def at(self, tick: int, kind: Kind, number: int) -> simpy.Event:
        """Return an event that happens at this tick, in its place among the others of that tick."""
        return self._planned(tick, EventPriority(kind * _NUMBERS + number))

    def call_at(self, tick: int, kind: Kind, number: int, action: Callable[[], None]) -> None:
        """Call `action` at this tick, in its place among the other events of that tick."""
        self.at(tick, kind, number).callbacks.append(lambda _: action())

    def call_last(self, action: Callable[[], None]) -> None:
        """Call `action` when the event at hand has done everything else that it causes at this tick."""
        self._planned(self.tick, _LAST_CONSEQUENCE).callbacks.append(lambda _: action())

    def _planned(self, tick: int, priority: EventPriority) -> simpy.Event:
        event = simpy.Event(self)
        event._ok, event._value = True, None  # noqa: SLF001 - the way SimPy's own Timeout is made
        self.schedule(event, priority=priority, delay=tick - self.now)
        return event
