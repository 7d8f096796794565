"""Who comes when: walk-in visits, visits by appointment, records of the first day.

Place in the pipeline: a part of the workload. In: a scenario and the replication's draws. Out: visits. Invariant: a
visit has an address of its own, from which all its draws are made; whoever else comes moves none of them.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

import sim.scramble
from sim.compiler import outer_of
from sim.laws import Lognormal
from sim.scenario import Scenario
from sim.scramble import Words, key_of
from sim.streams import Floats, Purpose
from sim.timebase import NEVER
from sim.workload import thinning
from sim.workload.ahead import Part
from sim.workload.thinning import Grid, Tables, Whole, count, place

_HOURS = 24
_S_PER_MIN, _S_PER_H = 60, 3600
_COUNT, _PLACE = Purpose.ARRIVAL_COUNT // 2, Purpose.ARRIVAL_TICK // 2
LONGEST_S = 3660 * 86_400.0  # ten years, as long as the longest period: a longer delay is cut to that

# The coordinate `within` of a visit's address: what kind of visit it is, then for walk-ins band and hour, for
# appointments time of day and day, for records of the first day their entry in `initial`.
BOOKED, FIRST_DAY = 1 << 28, 2 << 28
_DAY_BITS = 12


class Expected:
    """Who may come to a scenario's centre: worked out once for all replications."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario, timebase = scenario, scenario.timebase
        rate = np.array(scenario.hourly_visits)
        self._busy = np.flatnonzero(rate)
        self._rate, self._day = rate[self._busy], self._busy // _HOURS
        edges = np.append(timebase.hours, timebase.end_tick)
        self._grid = Grid(edges, timebase.ticks_per_s * _S_PER_H, self._busy)
        self._booked, self._first_day = _booked(scenario), _first_day(scenario)
        self._are_others = bool(scenario.initial or scenario.demand.appointments)

    def parts(self) -> Iterator[Part]:
        """Yield what is to be drawn ahead for `come`."""
        demand, told = self._scenario.demand, self._scenario.demand.appointments
        if demand.day_cv:
            days = np.arange(self._scenario.timebase.n_days)
            yield Part("day", Purpose.DAY_FACTOR, _factor(demand.day_cv), days)
        if demand.hour_cv:
            yield Part("hour", Purpose.HOUR_FACTOR, _factor(demand.hour_cv), self._busy)
        if told:
            yield Part("come", Purpose.NO_SHOW, None, *self._booked[:2])
            if told.lateness_min:
                yield Part("late", Purpose.LATENESS, told.lateness_min, *self._booked[:2])
        for index, each in enumerate(self._scenario.initial):
            if each.age_h:
                number, within = self._first_day
                of_entry = within == FIRST_DAY | index
                yield Part(f"age {index}", Purpose.AGE, each.age_h, number[of_entry], within[of_entry])

    def come(self, words: Words, drawn: dict[str, Floats]) -> tuple[Whole, Whole]:
        """Return number, `within` and arrival of all who come, and where each replication's end.

        They are ``int64[3, n_visits]``, one replication after the other, in each those of the first day first, then by
        arrival; and ``int64[n_replications]``.

        Args:
            words: ``uint64[n_replications, 2]``, the replications' keys.
            drawn: the draws of `parts`.
        """
        rates = np.repeat(self._rate[:, np.newaxis], len(words), axis=1)
        if "day" in drawn:
            rates *= drawn["day"][self._day]
        if "hour" in drawn:
            rates *= drawn["hour"]
        walking, ends = walk_ins(words, np.ascontiguousarray(rates.T), self._grid.cells, self._grid.tables(rates))
        come = [self._in_order(walking[:, first:last], drawn, k) for k, (first, last) in enumerate(bounds(ends))]
        return np.concatenate(come, axis=1), np.cumsum([part.shape[1] for part in come])

    def _in_order(self, come: Whole, drawn: dict[str, Floats], replication: int) -> Whole:
        """Return who comes in a replication by arrival, of those who walk in."""
        drawn_here = {name: draws[:, replication] for name, draws in drawn.items()} if self._are_others else {}
        if self._scenario.initial:
            come = np.concatenate([self._of_first_day(drawn_here), come], axis=1)
        if self._scenario.demand.appointments:
            come = np.concatenate([come, self._with_appointment(drawn_here)], axis=1)
        # Those of the first day came before all others, or at the same tick.
        return np.asarray(come.take(come[2].argsort(kind="stable"), axis=1))

    def _of_first_day(self, drawn: dict[str, Floats]) -> Whole:
        """Return the records that are there when the period begins."""
        number, within = self._first_day
        age = np.zeros(len(number), dtype=np.int64)
        for index, each in enumerate(self._scenario.initial):
            if each.age_h:
                age[within == FIRST_DAY | index] = self._ticks(drawn[f"age {index}"], unit_s=_S_PER_H)
        age[age == -NEVER] += 1  # a record cannot be received at the tick that stands for none
        return np.array([number, within, -age])

    def _with_appointment(self, drawn: dict[str, Floats]) -> Whole:
        """Return the visits by appointment; who does not come, or only after the period, is left out."""
        number, within, arrival = self._booked
        if "late" in drawn:
            arrival = arrival + self._ticks(drawn["late"], unit_s=_S_PER_MIN)
        told, end_tick = self._scenario.demand.appointments, self._scenario.timebase.end_tick
        comes = (drawn["come"] >= (told.no_show_ratio if told else 0)) & (arrival < end_tick)
        return np.array([number, within, arrival])[:, comes]

    def _ticks(self, draws: Floats, *, unit_s: float) -> Whole:
        return in_ticks(draws, unit_s, self._scenario.timebase.ticks_per_s)


def bounds(ends: Whole) -> Iterator[tuple[int, int]]:
    """Yield where each of several neighbours begins and ends."""
    return pairwise([0, *ends.tolist()])


def in_ticks(draws: Floats, unit_s: float, ticks_per_s: float) -> Whole:
    """Return delays in whole ticks, at most ten years, of draws in a unit of so many seconds."""
    return np.rint(np.minimum(draws * unit_s, LONGEST_S) * ticks_per_s).astype(np.int64)


@outer_of(sim.scramble.__file__, thinning.__file__)
def walk_ins(words: Words, rates: Floats, cells: Whole, tables: Tables) -> tuple[Whole, Whole]:
    """Return number, `within` and arrival of who comes without an appointment, and where each replication's end.

    They are ``int64[3, n]``, in each replication by band and hour; and ``int64[n_replications]``.

    Args:
        words: ``uint64[n_replications, 2]``, their keys.
        rates: ``float64[n_replications, n_cells]``, visits an hour.
        cells: those of the grid.
        tables: of the grid.
    """
    n_candidates, n = np.empty((len(words), len(tables[0]), len(cells[0])), dtype=np.int64), 0
    for k in range(len(words)):
        n += count((key_of(words[k]), _COUNT, 0), rates[k], cells, tables, n_candidates[k])
    found, ends, n = np.empty((3, n), dtype=np.int64), np.empty(len(words), dtype=np.int64), 0
    for k in range(len(words)):
        n += place((key_of(words[k]), _PLACE, 0), rates[k], (cells, tables[0]), n_candidates[k], found[:, n:])
        ends[k] = n
    return found[:, :n], ends


def _factor(cv: float) -> Lognormal:
    """Return the law of a factor around 1."""
    return Lognormal(law="lognormal", mean=1, cv=cv)


def _booked(scenario: Scenario) -> Whole:
    """Return number, `within` and tick of every appointment of the period: ``int64[3, n]``.

    A slot is known by its time, and its visits by their numbers: a slot more, or a visit more, moves no other.
    """
    told, hours = scenario.demand.appointments, scenario.office_hours
    slots = told.slots if told else ()
    n_visits = Counter({slot.at: 0 for slot in slots})
    for slot in slots:
        n_visits[slot.at] += slot.visits
    rows = [
        (number, BOOKED | (at.hour * 60 + at.minute) << _DAY_BITS | day, hours.timebase.tick(date, at))
        for at, n in sorted(n_visits.items())
        for day in hours.working_days
        for date in [hours.timebase.day(day)]
        for number in range(n)
    ]
    return np.array(rows, dtype=np.int64).reshape(-1, 3).T.copy()


def _first_day(scenario: Scenario) -> Whole:
    """Return number and `within` of the records of the first day, by entry: ``int64[2, n]``."""
    entries = [
        (number, FIRST_DAY | index) for index, told in enumerate(scenario.initial) for number in range(told.records)
    ]
    return np.array(entries, dtype=np.int64).reshape(-1, 2).T.copy()
