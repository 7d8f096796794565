"""What several figures are taken from, worked out once and only when it is needed.

Place in the pipeline: between a trace and its figures. In: a `Trace`, its `Plan` and the plan's `Basis`. Out: `Facts`.
"""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.measures.basis import Attendance, Basis, Outages, basis_of, parts_within
from sim.measures.load import Load
from sim.measures.passes import find_due
from sim.measures.sheet import Sheet
from sim.plan import Plan
from sim.scenario.people import Stage
from sim.timebase import Ticks
from sim.trace import NEVER, State, Trace

FAR = 1 << 62  # later than any tick


def due_ticks(trace: Trace, plan: Plan) -> Ticks:
    """Return when each record is due: ``int64[n_records]``, `NEVER` where it has not been received."""
    due = Facts(trace, plan, basis_of(plan)).due
    return np.where(due == FAR, NEVER, due)


def was_received(trace: Trace) -> NDArray[np.bool_]:
    """Return which records are received, those of the first day included: ``bool[n_records]``."""
    return np.asarray((trace.received != NEVER) | (trace.workload.entry > Stage.CHECK))


class Facts:
    """A trace seen from several sides.

    Attributes:
        trace: what happened.
        plan: what it happened under.
        basis: what figures need of the plan.
        sheet: the stints by state.
        attendance: who was there.
    """

    def __init__(self, trace: Trace, plan: Plan, basis: Basis) -> None:
        self.trace, self.plan, self.basis = trace, plan, basis
        self.ruler = basis.ruler
        self.sheet = Sheet(trace.stints, basis.end_tick)
        self.attendance: Attendance = basis.attendance(trace.workload)

    def sheet_of(self, chosen: NDArray[np.bool_]) -> Sheet:
        """Return the stints of some records, ``bool[n_records]``, by state."""
        stints = self.trace.stints
        return Sheet(stints[chosen[stints[:, 0]]], self.basis.end_tick)

    @cached_property
    def due(self) -> Ticks:
        """Return when each record is due: ``int64[n_records]``, `FAR` where it has not been received."""
        return self._due_from(self.received)

    @cached_property
    def due_from_arrival(self) -> Ticks:
        """Return when each record would be due, had it been received when it came: ``int64[n_records]``."""
        return self._due_from(self.trace.workload.arrival)

    def _due_from(self, receipt: Ticks) -> Ticks:
        due, procedure = np.full(len(receipt), FAR, dtype=np.int64), self.trace.workload.procedure
        if not find_due(receipt, procedure, *self.basis.due_steps, due):
            is_left = (due == FAR) & (receipt != FAR)
            for number, deadline in enumerate(self.plan.deadlines):
                of_kind = np.flatnonzero(is_left & (procedure == number))
                due[of_kind] = self.plan.hours.due_ticks(
                    receipt[of_kind],
                    working_days=deadline.working_days,
                    working_hours=deadline.working_hours,
                    cutoff=deadline.cutoff,
                )
        return due

    @cached_property
    def received(self) -> Ticks:
        """Return when each record was received: ``int64[n_records]``, `FAR` where it was not."""
        return np.where(was_received(self.trace), self.trace.received, FAR)

    @cached_property
    def settled(self) -> Ticks:
        """Return when each record was settled: ``int64[n_records]``, `FAR` where it was not."""
        return np.where(self.trace.settled == NEVER, FAR, self.trace.settled)

    @cached_property
    def outages(self) -> Outages | None:
        """Return what outages made of the replication; none when there were none."""
        return self.basis.outages(self.trace.workload)

    @cached_property
    def at_counter(self) -> slice:
        """Return where the stints lie in which a visit takes up a counter."""
        return self.sheet.of(*self.counter_states)

    @cached_property
    def at_work(self) -> tuple[slice, slice, slice]:
        """Return where the stints lie in which a person is at work: guiding, at a counter, at a desk."""
        return self.sheet.of(State.GUIDANCE), self.at_counter, self.sheet.of(State.CHECK, State.APPROVAL)

    @property
    def counter_states(self) -> tuple[State, State]:
        """Return the first and the last of the neighbouring states that take up a counter."""
        return State.HANDOVER, State.UPLOAD if self.plan.holds_counter else State.WAIT_SCANNER

    @cached_property
    def counters(self) -> Load:
        """Return the counters that are taken, over time."""
        return self.sheet.load(*self.counter_states)

    @cached_property
    def overrun(self) -> Ticks:
        """Return the parts of visits in which the person who attends them is off shift: rows (person, start, end)."""
        rows = slice(self.sheet.of(State.GUIDANCE).start, self.at_counter.stop)
        sheet = self.sheet
        return parts_within(sheet.start[rows], sheet.end[rows], sheet.person[rows], self.attendance.off_shift)

    @cached_property
    def overtime(self) -> Ticks:
        """Return all overtime: what was planned for those who came, and the overruns; rows (person, start, end)."""
        return np.concatenate([self.attendance.overtime, self.overrun])
