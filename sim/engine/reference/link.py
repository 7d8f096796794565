"""The line on which all transfers under way get an equal part of the capacity at once (processor sharing)."""

import math

import simpy

from sim.conditions import Conditions
from sim.engine.order import Kind
from sim.engine.reference.calendar import Calendar


class Link:
    """The transfers under way.

    `_passed` counts the bits that each transfer under way has been given since the link was last idle; a transfer that
    starts now is done when `_passed` has grown by its size. The order of the floating-point operations is part of the
    definition.
    """

    def __init__(self, calendar: Calendar, conditions: Conditions) -> None:
        self._calendar = calendar
        self._bit_per_tick = 0.0
        self._passed = 0.0
        self._since = 0
        self._size_bit: dict[int, int] = {}
        self._target: dict[int, float] = {}
        self._done: dict[int, simpy.Event] = {}
        self._n_changes = 0
        steps = zip(
            conditions.link_step_tick.tolist(),
            conditions.link_bit_per_tick.tolist(),
            conditions.link_loses.tolist(),
            strict=True,
        )
        for number, (tick, rate, loses) in enumerate(steps):
            calendar.call_at(tick, Kind.LINK_STEP, number, lambda rate=rate, loses=loses: self._step(rate, loses=loses))  # type: ignore[misc]

    def transfer(self, record: int, size_bit: int) -> simpy.Event:
        """Return an event that happens when all bits of the record have passed."""
        self._advance()
        self._size_bit[record] = size_bit
        self._target[record] = self._passed + size_bit
        self._done[record] = done = simpy.Event(self._calendar)
        self._await_next()
        return done

    def _step(self, bit_per_tick: float, *, loses: bool) -> None:
        self._advance()
        if loses:
            self._target = {record: self._passed + self._size_bit[record] for record in self._target}
        self._bit_per_tick = bit_per_tick
        self._await_next()

    def _advance(self) -> None:
        """Account for what has passed since the last change."""
        if self._target:
            self._passed += (self._calendar.tick - self._since) * self._bit_per_tick / len(self._target)
        else:
            self._passed = 0.0
        self._since = self._calendar.tick

    def _await_next(self) -> None:
        """Expect the transfer that ends next; what was expected before no longer counts."""
        self._n_changes += 1
        if not self._target:
            return
        change = self._n_changes
        target, record = min((target, record) for record, target in self._target.items())
        missing = target - self._passed
        if missing <= 0:  # at this very tick, also when the link goes down at it
            tick = self._calendar.tick
        elif self._bit_per_tick > 0:
            tick = self._calendar.tick + math.ceil(missing * len(self._target) / self._bit_per_tick)
        else:
            return
        self._calendar.call_at(tick, Kind.TRANSFER_END, record, lambda: self._end(record, change))

    def _end(self, record: int, change: int) -> None:
        if change == self._n_changes:
            self._advance()
            del self._target[record], self._size_bit[record]
            self._done.pop(record).succeed()
            self._await_next()
