"""The centre as SimPy processes: the definition of what the model means.

In: a `Workload` and a `Plan`. Out: a `Trace`. Invariant: no event is ordered by the accident of who scheduled first;
every event that waits for a tick has its place in `sim.engine.order`.
"""

import math
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Generator
from typing import Any

import numpy as np
import simpy
from simpy.events import EventPriority

from sim.engine.order import Kind
from sim.plan import Plan, Station
from sim.trace import NEVER, Trace
from sim.workload import Workload

Process = Generator[simpy.Event, Any, None]
_NUMBERS = 1 << 40  # more than the number of any event, so that the kind decides first


def simulate_reference(workload: Workload, plan: Plan) -> Trace:
    """Return what happens to the workload under the plan, up to the end of the period."""
    centre = _Centre(workload, plan)
    centre.run()
    return centre.trace()


class _Calendar(simpy.Environment):
    """SimPy's environment with the written order of events."""

    @property
    def tick(self) -> int:
        """Return the current tick."""
        return self.now  # type: ignore[return-value] # only whole ticks are ever scheduled

    def at(self, tick: int, kind: Kind, number: int) -> simpy.Event:
        """Return an event that happens at this tick, in its place among the others of that tick."""
        event = simpy.Event(self)
        event._ok, event._value = True, None  # noqa: SLF001 - the way SimPy's own Timeout is made
        self.schedule(event, priority=EventPriority(kind * _NUMBERS + number), delay=tick - self.now)
        return event

    def call_at(self, tick: int, kind: Kind, number: int, action: Callable[[simpy.Event], None]) -> None:
        """Call `action` at this tick, in its place among the other events of that tick."""
        self.at(tick, kind, number).callbacks.append(action)


class _Line:
    """A waiting line, first come, first served, and the free officers who serve it."""

    def __init__(self, calendar: _Calendar, n_places: float) -> None:
        self.n_free_places = n_places
        self._calendar = calendar
        self._waiting: deque[int] = deque()
        self._free: dict[int, simpy.Event] = {}

    def join(self, record: int) -> None:
        """Add a record at the end."""
        self._waiting.append(record)
        self._call()

    def disperse(self) -> list[int]:
        """Return all who wait, in order, and leave the line empty."""
        gone, self._waiting = list(self._waiting), deque()
        return gone

    def turn(self, person: int) -> simpy.Event:
        """Return an event that brings an officer on shift the next record, or None once the shift is over."""
        self._free[person] = turn = simpy.Event(self._calendar)
        self._call()
        return turn

    def free_place(self) -> None:
        """Give a place back; once the officer who leaves it has gone home or joined the free ones, it is taken."""
        self.n_free_places += 1
        freed = simpy.Event(self._calendar)
        freed.callbacks.append(lambda _: self._call())
        freed.succeed()

    def leave(self, person: int) -> None:
        """Take an officer whose shift ends off the line, if free."""
        if person in self._free:
            self._free.pop(person).succeed(None)

    def _call(self) -> None:
        while self._waiting and self._free and self.n_free_places:
            self.n_free_places -= 1
            self._free.pop(min(self._free)).succeed(self._waiting.popleft())


class _Link:
    """A line on which all transfers under way get an equal part of the capacity at once (processor sharing).

    `_passed` counts the bits that each transfer under way has been given since the link was last idle; a transfer that
    starts now is done when `_passed` has grown by its size. The order of the floating-point operations is part of the
    definition.
    """

    def __init__(self, calendar: _Calendar, step_tick: list[int], bit_per_tick: list[float]) -> None:
        self._calendar = calendar
        self._bit_per_tick = 0.0
        self._passed = 0.0
        self._since = 0
        self._under_way: dict[int, tuple[float, simpy.Event]] = {}
        self._n_changes = 0
        for step, (tick, rate) in enumerate(zip(step_tick, bit_per_tick, strict=True)):
            calendar.call_at(tick, Kind.LINK_STEP, step, lambda _, rate=rate: self._set_rate(rate))  # type: ignore[misc]

    def transfer(self, record: int, bit: int) -> simpy.Event:
        """Return an event that happens when all bits of the record have passed."""
        self._advance()
        done = simpy.Event(self._calendar)
        self._under_way[record] = (self._passed + bit, done)
        self._await_next()
        return done

    def _set_rate(self, bit_per_tick: float) -> None:
        self._advance()
        self._bit_per_tick = bit_per_tick
        self._await_next()

    def _advance(self) -> None:
        """Account for what has passed since the last change."""
        if self._under_way:
            self._passed += (self._calendar.tick - self._since) * self._bit_per_tick / len(self._under_way)
        else:
            self._passed = 0.0
        self._since = self._calendar.tick

    def _await_next(self) -> None:
        """Expect the transfer that ends next; what was expected before no longer counts."""
        self._n_changes += 1
        if not self._under_way:
            return
        change = self._n_changes
        target, record = min((target, record) for record, (target, _) in self._under_way.items())
        missing = target - self._passed
        if missing <= 0:  # at this very tick, also when the link goes down at it
            tick = self._calendar.tick
        elif self._bit_per_tick > 0:
            tick = self._calendar.tick + math.ceil(missing * len(self._under_way) / self._bit_per_tick)
        else:
            return
        self._calendar.call_at(tick, Kind.TRANSFER_END, record, lambda _: self._end(record, change))

    def _end(self, record: int, change: int) -> None:
        if change == self._n_changes:
            self._advance()
            _, done = self._under_way.pop(record)
            done.succeed()
            self._await_next()


class _Centre:
    """The hall with its counters, the link, the back office, and the people."""

    def __init__(self, workload: Workload, plan: Plan) -> None:
        self._workload, self._plan = workload, plan
        # Python integers: a numpy integer would turn SimPy's clock into a float.
        self._arrival, self._intake_work, self._upload_bit, self._back_office_work, self._return_offset = (
            column.tolist()
            for column in (
                workload.arrival,
                workload.intake_work,
                workload.upload_bit,
                workload.back_office_work,
                workload.return_offset,
            )
        )
        self._doors = plan.doors.tolist()
        self._n_closed = 0
        self._midnights = plan.hours.timebase.midnights.tolist()
        self._work_permille: list[int] = plan.work_permille.tolist()
        self._calendar = _Calendar()
        self._hall = _Line(self._calendar, plan.n_counters)
        self._back_office = _Line(self._calendar, math.inf)
        self._link = _Link(self._calendar, plan.link_step_tick.tolist(), plan.link_bit_per_tick.tolist())
        n_records = workload.n_records
        self._joined = [NEVER] * n_records
        self._called = [NEVER] * n_records
        self._upload_start = [NEVER] * n_records
        self._received = [NEVER] * n_records
        self._started = [NEVER] * n_records
        self._settled = [NEVER] * n_records
        self._visits: list[tuple[int, int, int]] = []
        self._spells: list[tuple[int, int, int, int]] = []
        self._at_work: dict[int, tuple[int, int]] = {}

    @property
    def _now(self) -> int:
        return self._calendar.tick

    def run(self) -> None:
        """Let the period pass."""
        calendar, plan = self._calendar, self._plan
        shifts: list[list[tuple[int, int]]] = [[] for _ in range(plan.n_persons)]
        for person, start, end in plan.shifts.tolist():
            shifts[person].append((start, end))
        officers = {Station.INTAKE: self._counter_officer, Station.BACK_OFFICE: self._desk_officer}
        for person, station in enumerate(plan.station.tolist()):
            calendar.process(officers[Station(station)](person, shifts[person]))
        calendar.process(self._arrivals())
        for day, (_, _, closing) in enumerate(self._doors):
            calendar.call_at(closing, Kind.CLOSING, day, lambda _: self._close())
        calendar.run(until=plan.hours.timebase.end_tick)

    def _arrivals(self) -> Process:
        for record, tick in enumerate(self._arrival):
            yield self._calendar.at(tick, Kind.ARRIVAL, record)
            self._arrive(record)

    def _arrive(self, record: int) -> None:
        """Join the line in the hall; at a closed door, go home."""
        self._joined[record] = self._now
        if self._n_closed < len(self._doors) and self._now >= self._doors[self._n_closed][0]:
            self._hall.join(record)
        else:
            self._go_home(record)

    def _close(self) -> None:
        """Send home all who still wait."""
        self._n_closed += 1
        for record in self._hall.disperse():
            self._go_home(record)

    def _go_home(self, record: int) -> None:
        """Leave, to come back after the next opening of the period, if there is one."""
        self._leave_line(record)
        if self._n_closed < len(self._doors):
            tick = self._doors[self._n_closed][1] + self._return_offset[record]
            self._calendar.call_at(tick, Kind.ARRIVAL, record, lambda _: self._arrive(record))

    def _leave_line(self, record: int) -> None:
        self._visits.append((record, self._joined[record], self._now))
        self._joined[record] = NEVER

    def _counter_officer(self, person: int, shifts: list[tuple[int, int]]) -> Process:
        """Serve one visit after the other while on shift; finish the one at hand also when the shift is over."""
        for start, end in shifts:
            if self._now <= start:  # at the start itself, too: who starts has a place in the order
                yield self._calendar.at(start, Kind.SHIFT_START, person)
            if self._now < end:
                self._calendar.call_at(end, Kind.SHIFT_END, person, lambda _: self._hall.leave(person))
            while self._now < end and (record := (yield self._hall.turn(person))) is not None:
                yield from self._intake(person, record)
                self._hall.free_place()

    def _intake(self, person: int, record: int) -> Process:
        """Check the papers, scan them, and hold the counter until the line has taken the files."""
        self._called[record] = self._now
        self._leave_line(record)
        self._begin(person, record)
        yield self._calendar.at(self._now + self._practised(self._intake_work[record]), Kind.WORK_END, record)
        self._upload_start[record] = self._now
        if self._upload_bit[record]:
            yield self._link.transfer(record, self._upload_bit[record])
        self._received[record] = self._now
        self._end(person)
        self._back_office.join(record)

    def _desk_officer(self, person: int, shifts: list[tuple[int, int]]) -> Process:
        """Settle one record after the other; at the end of a shift put it down, and go on with it in the next."""
        record, remaining = None, 0
        for start, end in shifts:
            yield self._calendar.at(start, Kind.SHIFT_START, person)
            self._calendar.call_at(end, Kind.SHIFT_END, person, lambda _: self._back_office.leave(person))
            while record is not None or (
                self._now < end and (record := (yield self._back_office.turn(person))) is not None
            ):
                if self._started[record] == NEVER:
                    self._started[record] = self._now
                    remaining = self._practised(self._back_office_work[record])
                self._begin(person, record)
                if self._now + remaining > end:
                    remaining -= end - self._now
                    yield self._calendar.at(end, Kind.SHIFT_END, person)
                    self._end(person)
                    break
                yield self._calendar.at(self._now + remaining, Kind.WORK_END, record)
                self._settled[record] = self._now
                self._end(person)
                record = None

    def _practised(self, work: int) -> int:
        """Return how many ticks this work takes when it starts today, in hands as practised as they are today."""
        day = bisect_right(self._midnights, self._now) - 1
        return work * self._work_permille[day] // 1000

    def _begin(self, person: int, record: int) -> None:
        self._at_work[person] = (self._now, record)

    def _end(self, person: int) -> None:
        start, record = self._at_work.pop(person)
        self._spells.append((person, start, self._now, record))

    def trace(self) -> Trace:
        """Return what happened, once the period has passed."""
        end = self._plan.hours.timebase.end_tick
        spells = self._spells + [(person, start, end, record) for person, (start, record) in self._at_work.items()]
        visits = self._visits + [(r, joined, NEVER) for r, joined in enumerate(self._joined) if joined != NEVER]
        columns = {
            "called": self._called,
            "upload_start": self._upload_start,
            "received": self._received,
            "started": self._started,
            "settled": self._settled,
        }
        return Trace(
            workload=self._workload,
            **{name: np.array(column, dtype=np.int64) for name, column in columns.items()},
            visits=np.array(sorted(visits), dtype=np.int64).reshape(-1, 3),
            spells=np.array(sorted(spells), dtype=np.int64).reshape(-1, 4),
        )
