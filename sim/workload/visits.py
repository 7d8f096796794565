"""Who comes when: walk-in visits, visits by appointment, records of the first day.

Place in the pipeline: a part of the workload. In: a scenario and the replication's streams. Out: `Visits`. Invariant:
a visit has an address of its own, from which all its draws are made; whoever else comes moves none of them.
"""

from collections import Counter
from dataclasses import dataclass, fields
from functools import lru_cache, reduce
from typing import Self

import numpy as np
from numpy.typing import NDArray

from sim.laws import Law, lognormal_factor
from sim.scenario import Scenario
from sim.scenario.demand import Appointments, Slot
from sim.scenario.people import STAGES_BY_NAME
from sim.streams import Address, Floats, Purpose, Streams
from sim.timebase import NEVER, OfficeHours, Ticks
from sim.workload.thinning import points

Whole = NDArray[np.int64]

_HOURS = 24
_S_PER_MIN, _S_PER_H = 60, 3600
_LONGEST_S = 3660 * 86_400  # ten years, as long as the longest period: a longer delay is cut to that
_WALK_IN = (Purpose.ARRIVAL_COUNT, Purpose.ARRIVAL_TICK, Purpose.ARRIVAL_LEVEL)

# The coordinate `within` of a visit's address: what kind of visit it is, then for walk-ins band and hour, for
# appointments time of day and day, for records of the first day their entry in `initial`.
_BOOKED, FIRST_DAY = 1 << 28, 2 << 28
_DAY_BITS = 12


@dataclass(frozen=True)
class Visits:
    """Visits in the order of their arrival, records of the first day before all others.

    Attributes:
        number: ``int64[n]``, first part of the address.
        within: ``int64[n]``, second part.
        arrival: ``int64[n]``, tick of arrival, non-decreasing.
        is_booked: ``bool[n]``, whether it is by appointment.
        entry: ``int64[n]``, `Stage` of a record of the first day, `NEVER` for others.
        procedure: ``int64[n]``, procedure of a record of the first day, `NEVER` for others.
    """

    number: Whole
    within: Whole
    arrival: Ticks
    is_booked: NDArray[np.bool_]
    entry: Whole
    procedure: Whole

    def in_order(self) -> Self:
        """Return the visits by arrival; those at the same tick stay in their order."""
        order = np.argsort(self.arrival, kind="stable")
        return type(self)(**{field.name: getattr(self, field.name)[order] for field in fields(self)})

    def followed_by(self, others: "Visits") -> "Visits":
        """Return these visits and then the others."""
        return Visits(
            **{
                field.name: np.concatenate([getattr(self, field.name), getattr(others, field.name)])
                for field in fields(self)
            }
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
    drawn = np.minimum(law.quantile(u) * unit_s, _LONGEST_S)
    return np.rint(drawn * scenario.timebase.ticks_per_s).astype(np.int64)


def _walk_ins(scenario: Scenario, streams: Streams) -> Visits:
    timebase = scenario.timebase
    edges = np.append(timebase.hours, timebase.end_tick)
    ticks_per_h = timebase.ticks_per_s * _S_PER_H
    found = points(streams, _WALK_IN, _visits_per_hour(scenario, streams), edges, unit=ticks_per_h)
    return _arriving(found.address.number, np.asarray(found.address.within), found.tick, is_booked=False)


def _arriving(number: Whole, within: Whole, arrival: Ticks, *, is_booked: bool) -> Visits:
    nothing = np.full(len(number), NEVER, dtype=np.int64)
    return Visits(number, within, arrival, np.full(len(number), is_booked), nothing, nothing)


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
    u = streams.several([Purpose.NO_SHOW, Purpose.LATENESS], Address(number, within))
    arrival = due
    if told.lateness_min is not None:
        arrival = due + delays(scenario, told.lateness_min, u[Purpose.LATENESS], unit_s=_S_PER_MIN)
    comes = np.flatnonzero((u[Purpose.NO_SHOW] >= told.no_show_ratio) & (arrival < scenario.timebase.end_tick))
    return _arriving(number[comes], within[comes], arrival[comes], is_booked=True)


@lru_cache(maxsize=64)
def _slots(hours: OfficeHours, slots: tuple[Slot, ...]) -> tuple[Whole, Whole, Ticks]:
    """Return number, `within` and tick of every appointment of the period.

    A slot is known by its time, and its visits by their numbers: a slot more, or a visit more, moves no other.
    """
    n_visits = Counter({slot.at: 0 for slot in slots})
    for slot in slots:
        n_visits[slot.at] += slot.visits
    rows = [
        (number, _BOOKED | (at.hour * 60 + at.minute) << _DAY_BITS | day, hours.timebase.tick(date, at))
        for at, n in sorted(n_visits.items())
        for day in hours.working_days
        for date in [hours.timebase.day(day)]
        for number in range(n)
    ]
    number, within, due = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    return number, within, due


def _first_day(scenario: Scenario, streams: Streams) -> Visits:
    """Return the records that are there when the period begins, oldest first."""
    names = list(scenario.procedures)
    found = [
        _entry(scenario, streams, index, names.index(told.procedure)) for index, told in enumerate(scenario.initial)
    ]
    return reduce(Visits.followed_by, found).in_order()


def _entry(scenario: Scenario, streams: Streams, index: int, procedure: int) -> Visits:
    """Return the records of one entry of `initial`."""
    told = scenario.initial[index]
    number = np.arange(told.records)
    within = np.full(told.records, FIRST_DAY | index)
    age = np.zeros(told.records, dtype=np.int64)
    if told.age_h is not None:
        age = delays(scenario, told.age_h, streams.uniforms(Purpose.AGE, Address(number, within)), unit_s=_S_PER_H)
    age[age == -NEVER] += 1  # a record cannot be received at the tick that stands for none
    entry, of_kind = (np.full(told.records, value) for value in (STAGES_BY_NAME[told.stage], procedure))
    return Visits(number, within, -age, np.zeros(told.records, dtype=bool), entry, of_kind)
