"""Who comes when: walk-in visits, visits by appointment, records of the first day.

Place in the pipeline: a part of the workload. In: a scenario and the replication's streams. Out: `Visits`. Invariant:
a visit has an address of its own, from which all its draws are made; whoever else comes moves none of them.
"""

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache, reduce
from typing import Self

import numpy as np

from sim.laws import Law, lognormal_factor
from sim.scenario import Scenario
from sim.scenario.demand import Appointments, Slot
from sim.streams import Address, Floats, Purpose, Streams
from sim.timebase import NEVER, OfficeHours, Ticks, Timebase
from sim.workload.asked import LONGEST_S
from sim.workload.thinning import Grid, Whole, points

_HOURS = 24
_S_PER_MIN, _S_PER_H = 60, 3600
_NO_SHOW_AND_LATENESS = np.array([Purpose.NO_SHOW // 2])  # one block: lateness is the purpose after
_WALK_IN = (Purpose.ARRIVAL_COUNT, Purpose.ARRIVAL_TICK)

# The coordinate `within` of a visit's address: what kind of visit it is, then for walk-ins band and hour, for
# appointments time of day and day, for records of the first day their entry in `initial`.
BOOKED, FIRST_DAY = 1 << 28, 2 << 28
_DAY_BITS = 12


@dataclass(frozen=True)
class Visits:
    """Visits in the order of their arrival, records of the first day before all others.

    Attributes:
        number: ``int64[n]``, first part of the address.
        within: ``int64[n]``, second part.
        arrival: ``int64[n]``, tick of arrival, non-decreasing.
    """

    number: Whole
    within: Whole
    arrival: Ticks

    def in_order(self) -> Self:
        """Return the visits by arrival; those at the same tick stay in their order."""
        order = np.argsort(self.arrival, kind="stable")
        return type(self)(self.number[order], self.within[order], self.arrival[order])

    def followed_by(self, others: "Visits") -> "Visits":
        """Return these visits and then the others."""
        return Visits(
            np.concatenate([self.number, others.number]),
            np.concatenate([self.within, others.within]),
            np.concatenate([self.arrival, others.arrival]),
        )


def visits(scenario: Scenario, streams: Streams) -> Visits:
    """Return all visits of the replication."""
    come, told = _walk_ins(scenario, streams), scenario.demand.appointments
    if told is not None:
        come = come.followed_by(_appointments(scenario, streams, told))
    come = come.in_order()
    return _first_day(scenario, streams).followed_by(come) if scenario.initial else come


def delays(scenario: Scenario, law: Law, u: Floats, *, unit_s: float) -> Ticks:
    """Return a law's quantiles at `u` in whole ticks, at most ten years; `unit_s` is its unit in seconds."""
    drawn = np.minimum(law.quantile(u) * unit_s, LONGEST_S)
    return np.rint(drawn * scenario.timebase.ticks_per_s).astype(np.int64)


def _walk_ins(scenario: Scenario, streams: Streams) -> Visits:
    found = points(streams, _WALK_IN, _visits_per_hour(scenario, streams), _hours(scenario.timebase))
    return Visits(found.address.number, np.asarray(found.address.within), found.tick)


@lru_cache(maxsize=64)
def _hours(timebase: Timebase) -> Grid:
    return Grid(np.append(timebase.hours, timebase.end_tick), timebase.ticks_per_s * _S_PER_H)


def _visits_per_hour(scenario: Scenario, streams: Streams) -> Floats:
    """Return the rate in each hour of the period, as chance has it this time: ``float64[n_days * 24]``."""
    timebase, demand = scenario.timebase, scenario.demand
    per_hour = np.array(scenario.hourly_visits)
    if demand.day_cv:
        u = streams.uniforms(Purpose.DAY_FACTOR, Address(np.arange(timebase.n_days)))
        per_hour *= np.repeat(lognormal_factor(u, cv=demand.day_cv), _HOURS)
    if demand.hour_cv:
        hour = np.flatnonzero(per_hour)
        u = streams.uniforms(Purpose.HOUR_FACTOR, Address(hour))
        per_hour[hour] *= lognormal_factor(u, cv=demand.hour_cv)
    return per_hour


def _appointments(scenario: Scenario, streams: Streams, told: Appointments) -> Visits:
    """Return the visits by appointment; who does not come, or only after the period, is left out."""
    number, within, due = _slots(scenario.office_hours, told.slots)
    to_come, to_be_late = streams.pairs(_NO_SHOW_AND_LATENESS, Address(number, within))
    arrival = due
    if told.lateness_min is not None:
        arrival = due + delays(scenario, told.lateness_min, to_be_late, unit_s=_S_PER_MIN)
    comes = np.flatnonzero((to_come >= told.no_show_ratio) & (arrival < scenario.timebase.end_tick))
    return Visits(number[comes], within[comes], arrival[comes])


@lru_cache(maxsize=64)
def _slots(hours: OfficeHours, slots: tuple[Slot, ...]) -> tuple[Whole, Whole, Ticks]:
    """Return number, `within` and tick of every appointment of the period.

    A slot is known by its time, and its visits by their numbers: a slot more, or a visit more, moves no other.
    """
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
    number, within, due = np.array(rows, dtype=np.int64).reshape(-1, 3).T.copy()
    return number, within, due


def _first_day(scenario: Scenario, streams: Streams) -> Visits:
    """Return the records that are there when the period begins, oldest first."""
    found = [_entry(scenario, streams, index) for index in range(len(scenario.initial))]
    return reduce(Visits.followed_by, found).in_order()


def _entry(scenario: Scenario, streams: Streams, index: int) -> Visits:
    """Return the records of one entry of `initial`."""
    told = scenario.initial[index]
    number = np.arange(told.records)
    within = np.full(told.records, FIRST_DAY | index)
    age = np.zeros(told.records, dtype=np.int64)
    if told.age_h is not None:
        age = delays(scenario, told.age_h, streams.uniforms(Purpose.AGE, Address(number, within)), unit_s=_S_PER_H)
    age[age == -NEVER] += 1  # a record cannot be received at the tick that stands for none
    return Visits(number, within, -age)
