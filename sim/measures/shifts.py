"""Who was on shift, and who worked when: in and outside the hours of the plan.

Place in the pipeline: below the measures. Invariant: absent people have no shift; work outside a shift is an overrun.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.measures.spans import Floats
from sim.plan import Plan
from sim.timebase import NEVER, Ticks
from sim.trace import Trace

_PERSON = 1 << 40  # more than any tick of a period: orders ticks by person


@dataclass(frozen=True)
class Hours:
    """The hours of a replication.

    Attributes:
        trace: what happened.
        plan: the hours as planned.
    """

    trace: Trace
    plan: Plan

    @cached_property
    def shifts(self) -> Ticks:
        """Return the shifts that were worked: ``int64[n, 3]``, rows (person, start, end)."""
        return self._present(self.plan.shifts[:, :3])

    @cached_property
    def overtime(self) -> Ticks:
        """Return the planned overtime that was worked: ``int64[n, 3]``."""
        return self._present(self.plan.overtime)

    def _present(self, rows: Ticks) -> Ticks:
        plan, draws = self.plan, self.trace.workload.absence_draw
        if not plan.absence_ppm.any():
            return rows
        person, day = rows[:, 0], plan.hours.timebase.day_index(rows[:, 1])
        draw = draws[plan.person_group[person], plan.person_member[person], day]
        return rows[draw >= plan.absence_ppm[person]]

    @cached_property
    def work(self) -> Ticks:
        """Return when somebody worked on something: ``int64[n, 3]``, rows (person, start, end), cut at the end."""
        stints = self.trace.stints[self.trace.stints[:, 4] != NEVER]
        end = np.where(stints[:, 3] == NEVER, self.plan.hours.timebase.end_tick, stints[:, 3])
        return np.column_stack([stints[:, 4], stints[:, 2], end])

    @cached_property
    def overruns(self) -> Ticks:
        """Return the work outside shifts, whole intervals of it: ``int64[n, 3]``, rows (person, start, end).

        Somebody works outside a shift only to finish what was begun in it, and not when the next one has begun; so what
        is outside is one stretch in the middle or at the end.
        """
        work = self.work[self.work[:, 1] < self.work[:, 2]]
        person, start, end = work.T
        outside = (end - start) - self._on_shift(person, start, end)
        is_outside = outside > 0
        person, start, end = (column[is_outside] for column in (person, start, end))
        begins = np.maximum(start, self._end_of_shift(person, start))
        return np.column_stack([person, begins, np.minimum(end, begins + outside[is_outside].astype(np.int64))])

    def _on_shift(self, person: Ticks, start: Ticks, end: Ticks) -> Floats:
        """Return for how many ticks of each interval the person was on shift."""
        return self._passed(person, end) - self._passed(person, start)

    @cached_property
    def _keys(self) -> tuple[Ticks, Ticks, Ticks]:
        person, start, end = self.shifts.T
        return person * _PERSON + start, end - start, np.concatenate([[0], np.cumsum(end - start)])

    def _passed(self, person: Ticks, tick: Ticks) -> Floats:
        """Return the ticks on shift of all people before this one, and of this one before the tick."""
        keys, length, sums = self._keys
        if not len(keys):
            return np.zeros(len(tick))
        at = person * _PERSON + tick
        place = np.searchsorted(keys, at, side="right") - 1
        into = np.minimum(at - keys[place], length[place])
        return np.where(place >= 0, sums[np.maximum(place, 0)] + into, 0).astype(np.float64)

    def _end_of_shift(self, person: Ticks, tick: Ticks) -> Ticks:
        """Return when the last shift of the person that has begun by this tick ends; the tick where none has."""
        keys, length, _ = self._keys
        if not len(keys):
            return tick
        place = np.searchsorted(keys, person * _PERSON + tick, side="right") - 1
        is_own = (place >= 0) & (keys[place] // _PERSON == person)
        return np.where(is_own, keys[place] % _PERSON + length[place], tick)
