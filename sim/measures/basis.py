"""What figures need of a plan alone, worked out once for all replications under it.

Place in the pipeline: beside the trace. In: a `Plan`. Out: its `Basis`. Invariant: nothing here depends on what
happened, but for `Attendance`, which depends on who was absent.
"""

from collections.abc import Sequence
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from sim.conditions import Conditions, Same, find_conditions
from sim.measures.load import Load, Steps
from sim.measures.passes import ticks_by_day, within_gaps
from sim.measures.spans import Floats, Ruler
from sim.plan import Plan
from sim.plan.labour import overtime_curve
from sim.scenario.people import COUNTER_STAGES, DESK_STAGES, Stage
from sim.scenario.procedures import Deadline
from sim.timebase import NEVER, OfficeHours, Ticks
from sim.workload import Workload

_FULL = 1000  # permille


class Basis:
    """A plan's days, doors, shifts, skills and limits, as the figures need them."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.ruler = _ruler(plan.hours, plan.session_days)
        self.ticks_per_h = plan.hours.timebase.ticks_per_s * 3600
        self.end_tick = plan.hours.timebase.end_tick
        self._everyone: Attendance | None = None
        self._members: dict[tuple[int, ...], NDArray[np.bool_]] = {}
        self._last: tuple[NDArray[np.int64], Outages] | None = None

    def attendance(self, workload: Workload) -> "Attendance":
        """Return who was there: the planned shifts less those of people who were absent without warning."""
        plan = self.plan
        if not plan.absence_ppm.any():
            self._everyone = self._everyone or Attendance(self, plan.shifts, plan.overtime)
            return self._everyone
        shifts, overtime = (rows[self._is_present(workload, rows)] for rows in (plan.shifts, plan.overtime))
        return Attendance(self, shifts, overtime)

    def is_member(self, groups: tuple[int, ...]) -> NDArray[np.bool_]:
        """Return which people belong to one of these groups: ``bool[n_persons]``."""
        if groups not in self._members:
            self._members[groups] = np.isin(self.plan.person_group, groups)
        return self._members[groups]

    def outages(self, workload: Workload) -> "Outages | None":
        """Return what outages made of a replication, from memory if they are those of the last one."""
        if not len(workload.outages):
            return None
        last = self._last  # as it is now: other threads may be at other replications
        if last is None or not np.array_equal(last[0], workload.outages):
            last = self._last = (workload.outages, Outages(find_conditions(workload, self.plan), self))
        return last[1]

    def _is_present(self, workload: Workload, rows: Ticks) -> NDArray[np.bool_]:
        person, day = rows[:, 0], self.plan.hours.timebase.day_index(rows[:, 1])
        draw = workload.absence_draw[self.plan.person_group[person], self.plan.person_member[person], day]
        return np.asarray(draw >= self.plan.absence_ppm[person])

    @cached_property
    def opening(self) -> Steps:
        """Return the opening hours of the hall, from the opening to the last entry."""
        return Steps.within(self.plan.doors[:, 1:3], self.ruler.midnights)

    @cached_property
    def opening_ticks(self) -> Floats:
        """Return how long the hall was open in each span: ``float64[n_spans]``."""
        opens, closes = self.plan.doors[:, 1:3].T
        open_until = np.clip(self.ruler.midnights[:, np.newaxis], opens, closes) - opens
        return self.ruler.between(open_until.sum(axis=1))

    @cached_property
    def lunch(self) -> Steps:
        """Return the time between sessions, on working days."""
        return Steps.within(self.plan.hours.breaks, self.ruler.midnights)

    @cached_property
    def skills(self) -> tuple[NDArray[np.int64], list[tuple[int, ...]]]:
        """Return a number by stage and procedure, ``int64[6, n_procedures]``, and the groups that each stands for."""
        can = self.plan.rank != NEVER
        sets: list[tuple[int, ...]] = []
        table = np.zeros(can.shape[1:], dtype=np.int64)
        for stage, procedure in np.ndindex(*table.shape):
            groups = tuple(np.flatnonzero(can[:, stage, procedure]).tolist())
            if groups not in sets:
                sets.append(groups)
            table[stage, procedure] = sets.index(groups)
        return table, sets

    @cached_property
    def scarce(self) -> frozenset[Stage]:
        """Return the stages at which somebody who could work may find every counter, or desk, taken."""
        found: set[Stage] = set()
        for stages, n_places in ((COUNTER_STAGES, self.plan.n_counters), (DESK_STAGES, self.plan.n_desks)):
            can = (self.plan.rank[:, list(stages)] != NEVER).any(axis=(1, 2))
            if can[self.plan.person_group].sum() > n_places:
                found.update(stages)
        return frozenset(found)

    @cached_property
    def wages(self) -> Floats:
        """Return each person's wage for an hour: ``float64[n_persons]``."""
        return np.asarray(self.plan.wage_per_h[self.plan.person_group], dtype=np.float64)

    @cached_property
    def numbers_at(self) -> list[list[int]]:
        """Return the numbers of `skills` that each stage has."""
        return [np.unique(numbers).tolist() for numbers in self.skills[0]]

    @cached_property
    def due_steps(self) -> tuple[Ticks, Ticks]:
        """Return when what is received in the period is due, where it goes by days.

        Where the steps of each procedure begin, ``int64[n_procedures + 1]``; ``int64[2, n_steps]``, from which tick on
        which due tick holds.
        """
        steps = [self._due_steps(deadline) for deadline in self.plan.deadlines]
        return np.cumsum([0, *(each.shape[1] for each in steps)]), np.concatenate(steps, axis=1)

    def _due_steps(self, deadline: Deadline) -> Ticks:
        hours = self.plan.hours
        if deadline.working_days is None:
            return np.empty((2, 0), dtype=np.int64)
        cutoffs = [hours.timebase.tick(day, deadline.cutoff) for day in hours.timebase.days]
        ticks = np.unique(np.concatenate([self.ruler.midnights[:-1], np.array(cutoffs, dtype=np.int64)]))
        return np.stack([ticks, hours.due_ticks(ticks, working_days=deadline.working_days, cutoff=deadline.cutoff)])

    @cached_property
    def paid_by_midnight(self) -> Floats:
        """Return for how many hours overtime from tick 0 on is paid by each midnight: ``float64[n_days + 1]``."""
        return np.interp(self.ruler.midnights, *overtime_curve(self.plan.hours, self.plan.labour_rules))

    @cached_property
    def first_days(self) -> NDArray[np.int64]:
        """Return the index of the first day of the period in each day's month, and year: ``int64[2, n_days]``."""
        days = self.plan.hours.timebase.days
        return np.stack([_first_equal([day.replace(day=1) for day in days]), _first_equal([day.year for day in days])])


class Outages:
    """What outages take of the line and of people's pace.

    Attributes:
        link: the part of the line that they take, over time.
        link_loses: ticks at which they make uploads start anew.
        pace: the part of people's pace that they take, over time.
        pace_loses: ticks at which they make work at hand start anew.
        change_pace: whether they do either.
    """

    def __init__(self, conditions: Conditions, basis: Basis) -> None:
        plan, midnights = basis.plan, basis.ruler.midnights
        tick = conditions.link_step_tick
        full = plan.link_bit_per_tick[np.searchsorted(plan.link_step_tick, tick, side="right") - 1]
        self.link = Steps.of(tick, 1 - conditions.link_bit_per_tick / full, midnights)
        self.link_loses = tick[conditions.link_loses]
        self.pace = Steps.of(conditions.pace_step_tick, 1 - conditions.pace_permille / _FULL, midnights)
        self.pace_loses = conditions.pace_step_tick[conditions.pace_loses]
        self.change_pace = not self.pace.is_nothing or len(self.pace_loses) > 0


class Attendance:
    """Who was on shift when."""

    def __init__(self, basis: Basis, shifts: Ticks, overtime: Ticks) -> None:
        """Take ``int64[n, 4]`` rows (person, start, end, hall_end) and ``int64[n, 3]`` rows (person, start, end)."""
        self.shifts, self.overtime = shifts, overtime
        self._basis = basis
        self._closed: dict[tuple[tuple[int, ...], bool], Steps] = {}

    @cached_property
    def on_shift(self) -> Load:
        """Return all shifts as they are under way."""
        return Load(self.shifts[:, 1], self.shifts[:, 2])

    @cached_property
    def normal_h(self) -> Floats:
        """Return each person's normal hours on each day: ``float64[n_persons, n_days]``."""
        return self._basis_hours(self.shifts[:, :3]) - self._basis_hours(self.overtime)

    def _basis_hours(self, rows: Ticks) -> Floats:
        return hours_by_day(self._basis, rows)

    def closed(self, groups: tuple[int, ...], *, is_hall: bool) -> Steps:
        """Return the time in which nobody of these groups is on shift for work in the hall, or outside it."""
        key = (groups, is_hall)
        if key not in self._closed:
            rows = self.shifts[self._basis.is_member(groups)[self.shifts[:, 0]]]
            pieces = rows[:, [1, 3 if is_hall else 2]]
            self._closed[key] = Steps.outside(pieces, self._basis.ruler.midnights)
        return self._closed[key]

    @cached_property
    def off_shift(self) -> Ticks:
        """Return when each person is off, from the end of each shift to the next: rows (person, start, end)."""
        return _gaps(self.shifts[:, 0], self.shifts[:, 1], self.shifts[:, 2], self._basis.end_tick)

    @cached_property
    def off_hall(self) -> Ticks:
        """Return when each person takes up no work in the hall: rows (person, start, end)."""
        return _gaps(self.shifts[:, 0], self.shifts[:, 1], self.shifts[:, 3], self._basis.end_tick)


def basis_of(plan: Plan) -> Basis:
    """Return the basis of a plan, from memory if it was asked for lately."""
    return _basis(Same(plan))


@lru_cache(maxsize=64)
def _basis(plan: Same[Plan]) -> Basis:
    return Basis(plan.of)


@lru_cache(maxsize=64)
def _ruler(hours: OfficeHours, session_days: tuple[int, ...]) -> Ruler:
    return Ruler(hours, session_days)


def hours_by_day(basis: Basis, rows: Ticks) -> Floats:
    """Return the hours of rows (person, start, end) by the day that they begin on: ``float64[n_persons, n_days]``."""
    n_persons, n_days = basis.plan.n_persons, basis.ruler.n_days
    ticks = np.zeros((n_persons, n_days))
    ticks_by_day(np.ascontiguousarray(rows), basis.ruler.midnights, ticks)
    return ticks / basis.ticks_per_h


def parts_within(start: Ticks, end: Ticks, person: NDArray[np.int64], gaps: Ticks) -> Ticks:
    """Return the parts of people's intervals that lie within rows (person, start, end) of `gaps`: the same columns.

    A person's intervals do not overlap, and neither do their gaps.
    """
    first = gaps[:, 0].searchsorted(np.arange(gaps[-1, 0] + 2 if len(gaps) else 1))
    has_gaps = person < len(first) - 1
    stints = np.stack([person, start, end])
    stints = stints if has_gaps.all() else stints[:, has_gaps]
    found = np.empty((5, stints.shape[1] + len(gaps)), dtype=np.int64)
    n = within_gaps(stints, np.ascontiguousarray(gaps), first, first[:-1].copy(), found)
    found = found[:, :n]
    return found[:3, np.lexsort(found[[2, 4, 3]])].T


def _gaps(person: Ticks, start: Ticks, end: Ticks, end_tick: int) -> Ticks:
    """Return the rows between each person's intervals, which are sorted, and after the last."""
    is_last = np.append(person[1:] != person[:-1], True)[: len(person)]
    following = np.where(is_last, end_tick, np.append(start[1:], end_tick)[: len(person)])
    return np.column_stack([person, end, np.maximum(end, following)])


def _first_equal(values: Sequence[object]) -> NDArray[np.int64]:
    first: dict[object, int] = {}
    return np.array([first.setdefault(value, index) for index, value in enumerate(values)], dtype=np.int64)
