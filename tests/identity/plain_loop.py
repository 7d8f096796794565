"""A second telling of the model, written from the text of `sim.engine.order` alone: one heap, one loop, no processes.

It shares the order's constants with the reference engine and nothing else. When the two give different traces, either
an engine is wrong or the text leaves something open; both are worth knowing.
"""

import heapq
import math
from bisect import bisect_right
from collections import deque

import numpy as np

from sim.engine.order import Kind
from sim.plan import Plan, Station
from sim.trace import NEVER, Trace
from sim.workload import Workload


class PlainLoop:
    """The centre as one state and a handler for each kind of event."""

    def __init__(self, workload: Workload, plan: Plan) -> None:
        self.workload, self.plan, self.now = workload, plan, 0
        self.events: list[tuple[int, int, int, int]] = []  # tick, kind, number, and what tells a cancelled one
        self.line: dict[int, deque[int]] = {station: deque() for station in Station}
        self.shift_end: dict[int, int] = {}  # of who is on shift
        self.hands: dict[int, tuple[int, int]] = {}  # person at work: record, since when
        self.put_down: dict[int, tuple[int, int]] = {}  # person: record and the work it still needs
        self.person_of: dict[int, int] = {}  # record at a counter or desk
        self.passed, self.rate, self.since, self.targets, self.version = 0.0, 0.0, 0, dict[int, float](), 0
        self.n_closed = 0
        columns = ("called", "upload_start", "received", "started", "settled")
        self.at = {name: [NEVER] * workload.n_records for name in columns}
        self.joined: dict[int, int] = {}
        self.visits: list[tuple[int, int, int]] = []
        self.spells: list[tuple[int, int, int, int]] = []

    def run(self) -> Trace:
        """Return what happens before the end of the period."""
        plan, end = self.plan, self.plan.hours.timebase.end_tick
        for person, start, stop in plan.shifts.tolist():
            self._push(start, Kind.SHIFT_START, person, stop)
            self._push(stop, Kind.SHIFT_END, person)
        for number, tick in enumerate(plan.link_step_tick.tolist()):
            self._push(tick, Kind.LINK_STEP, number)
        for number, tick in enumerate(plan.doors[:, 2].tolist()):
            self._push(tick, Kind.CLOSING, number)
        for number, tick in enumerate(self.workload.arrival.tolist()):
            self._push(tick, Kind.ARRIVAL, number)
        handlers = {
            Kind.SHIFT_END: self._end_shift,
            Kind.LINK_STEP: self._step_link,
            Kind.TRANSFER_END: self._end_transfer,
            Kind.WORK_END: self._end_work,
            Kind.CLOSING: self._close,
            Kind.SHIFT_START: self._start_shift,
            Kind.ARRIVAL: self._arrive,
        }
        while self.events and self.events[0][0] < end:
            self.now, kind, number, mark = heapq.heappop(self.events)
            handlers[Kind(kind)](number, mark)
            self._call(Station.INTAKE)
            self._call(Station.BACK_OFFICE)
        cut = [(person, since, end, record) for person, (record, since) in self.hands.items()]
        waiting = [(record, joined, NEVER) for record, joined in self.joined.items()]
        rows = {"visits": sorted(self.visits + waiting), "spells": sorted(self.spells + cut)}
        width = {"visits": 3, "spells": 4}
        return Trace(
            self.workload,
            **{name: np.array(ticks, dtype=np.int64) for name, ticks in self.at.items()},
            **{name: np.array(of, dtype=np.int64).reshape(-1, width[name]) for name, of in rows.items()},
        )

    def _push(self, tick: int, kind: Kind, number: int, mark: int = 0) -> None:
        heapq.heappush(self.events, (tick, kind, number, mark))

    def _practised(self, work: int) -> int:
        day = bisect_right(self.plan.hours.timebase.midnights.tolist(), self.now) - 1
        return int(work) * int(self.plan.work_permille[day]) // 1000

    def _call(self, station: Station) -> None:
        """Give the first in line to the free officer with the lowest number, while there are both."""
        while self.line[station]:
            of_station = [p for p in range(self.plan.n_persons) if self.plan.station[p] == station]
            free = [p for p in of_station if p not in self.hands and self.shift_end.get(p, 0) > self.now]
            is_full = station == Station.INTAKE and sum(p in self.hands for p in of_station) >= self.plan.n_counters
            if not free or is_full:
                return
            record = self.line[station].popleft()
            if station == Station.INTAKE:
                self._leave_line(record)
            self.at["called" if station == Station.INTAKE else "started"][record] = self.now
            work = self.workload.intake_work if station == Station.INTAKE else self.workload.back_office_work
            self._take(free[0], record, self._practised(work[record]))

    def _take(self, person: int, record: int, work: int) -> None:
        self.hands[person], self.person_of[record] = (record, self.now), person
        if self.plan.station[person] == Station.BACK_OFFICE and self.now + work > self.shift_end[person]:
            self.put_down[person] = (record, work - (self.shift_end[person] - self.now))
        else:
            self._push(self.now + work, Kind.WORK_END, record)

    def _free(self, person: int) -> None:
        record, since = self.hands.pop(person)
        self.spells.append((person, since, self.now, record))

    def _start_shift(self, person: int, shift_end: int) -> None:
        self.shift_end[person] = shift_end
        if person in self.put_down:
            self._take(person, *self.put_down.pop(person))

    def _end_shift(self, person: int, _: int) -> None:
        del self.shift_end[person]
        if person in self.put_down:
            self._free(person)

    def _end_work(self, record: int, _: int) -> None:
        person = self.person_of[record]
        if self.plan.station[person] == Station.BACK_OFFICE:
            self.at["settled"][record] = self.now
            self._free(person)
            return
        self.at["upload_start"][record] = self.now
        if self.workload.upload_bit[record]:
            self._advance()
            self.targets[record] = self.passed + int(self.workload.upload_bit[record])
            self._expect()
        else:
            self._receive(record)

    def _receive(self, record: int) -> None:
        self.at["received"][record] = self.now
        self._free(self.person_of[record])
        self.line[Station.BACK_OFFICE].append(record)

    def _step_link(self, step: int, _: int) -> None:
        self._advance()
        self.rate = float(self.plan.link_bit_per_tick[step])
        self._expect()

    def _advance(self) -> None:
        n = len(self.targets)
        self.passed = self.passed + (self.now - self.since) * self.rate / n if n else 0.0
        self.since = self.now

    def _expect(self) -> None:
        self.version += 1
        if self.targets:
            target, record = min((target, record) for record, target in self.targets.items())
            missing = (target - self.passed) * len(self.targets)
            if missing <= 0 or self.rate > 0:  # what has passed has passed, also when the link goes down now
                wait = max(0, math.ceil(missing / self.rate)) if self.rate > 0 else 0
                self._push(self.now + wait, Kind.TRANSFER_END, record, self.version)

    def _end_transfer(self, record: int, version: int) -> None:
        if version == self.version:
            self._advance()
            del self.targets[record]
            self._receive(record)
            self._expect()

    def _close(self, day: int, _: int) -> None:
        self.n_closed = day + 1
        while self.line[Station.INTAKE]:
            self._go_home(self.line[Station.INTAKE].popleft())

    def _arrive(self, record: int, _: int) -> None:
        self.joined[record] = self.now
        if self.n_closed < len(self.plan.doors) and self.plan.doors[self.n_closed][0] <= self.now:
            self.line[Station.INTAKE].append(record)
        else:
            self._go_home(record)

    def _leave_line(self, record: int) -> None:
        self.visits.append((record, self.joined.pop(record), self.now))

    def _go_home(self, record: int) -> None:
        self._leave_line(record)
        if self.n_closed < len(self.plan.doors):
            opening = int(self.plan.doors[self.n_closed][1])
            self._push(opening + int(self.workload.return_offset[record]), Kind.ARRIVAL, record)


def simulate_plainly(workload: Workload, plan: Plan) -> Trace:
    """Return what happens to the workload under the plan, by the plain loop."""
    return PlainLoop(workload, plan).run()
