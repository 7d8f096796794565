"""Who comes when: walk-in visits, visits by appointment, records of the first day.

Place in the pipeline: a part of the workload. In: a scenario and the replication's draws. Out: visits. Invariant: a
visit has an address of its own, from which all its draws are made; whoever else comes moves none of them.
"""

from collections import Counter
from collections.abc import Iterator

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

    def come(self, words: Words, drawn: dict[str, Floats]) -> Whole:
        """Return number, `within` and arrival of all who come, those of the first day first, then by arrival.

        Args:
            words: the replication's key.
            drawn: the draws of `parts`.
        """
        rate = self._rate
        if "day" in drawn:
            rate = rate * drawn["day"][self._day]
        if "hour" in drawn:
            rate = rate * drawn["hour"]
        come = [walk_ins(words, rate, self._grid.cells, self._grid.tables(rate))]
        if self._scenario.initial:
            come = [self._of_first_day(drawn), *come]
        if self._scenario.demand.appointments:
            come = [*come, self._with_appointment(drawn)]
        found = come[0] if len(come) == 1 else np.concatenate(come, axis=1)
        # Those of the first day came before all others, or at the same tick.
        return np.asarray(found.take(found[2].argsort(kind="stable"), axis=1))

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


def in_ticks(draws: Floats, unit_s: float, ticks_per_s: float) -> Whole:
    """Return delays in whole ticks, at most ten years, of draws in a unit of so many seconds."""
    return np.rint(np.minimum(draws * unit_s, LONGEST_S) * ticks_per_s).astype(np.int64)


@outer_of(sim.scramble.__file__, thinning.__file__)
def walk_ins(words: Words, rate: Floats, cells: Whole, tables: Tables) -> Whole:
    """Return number, `within` and arrival of who comes without an appointment, by band and hour: ``int64[3, n]``.

    Args:
        words: the replication's key.
        rate: ``float64[n_cells]``, visits an hour.
        cells: those of the grid.
        tables: of the grid.
    """
    key, n_candidates = key_of(words), np.empty((len(tables[0]), len(rate)), dtype=np.int64)
    found = np.empty((3, count((key, _COUNT, 0), rate, cells, tables, n_candidates)), dtype=np.int64)
    n = place((key, _PLACE, 0), rate, (cells, tables[0]), n_candidates, found)
    return found[:, :n]


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
