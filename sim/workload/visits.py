"""Who comes when: walk-in visits by thinning, visits by appointment, records of the first day.

Place in the pipeline: a part of the workload. In: a scenario and the replication's streams. Out: `Visits`. Invariant:
a visit has an address (band, number) of its own, from which all its draws are made; more demand adds visits and moves
none.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.laws import Law, lognormal_factor
from sim.scenario import Scenario
from sim.scenario.people import STAGES_BY_NAME
from sim.streams import Purpose, Streams
from sim.timebase import NEVER, Ticks

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

_HOURS = 24
_S_PER_MIN, _S_PER_H = 60, 3600
_APPOINTMENTS = 1 << 20  # bands from here on: the n-th visit of each slot; below: bands of walk-in demand
FIRST_DAY = 1 << 21  # bands from here on: entries of `initial`
LONGEST = 1 << 40  # ticks: 35 years of milliseconds; a longer delay is cut to that


@dataclass(frozen=True)
class Visits:
    """Visits in the order of their arrival, records of the first day before all others.

    Attributes:
        band: ``int64[n]``, first part of the address.
        number: ``int64[n]``, second part.
        arrival: ``int64[n]``, tick of arrival, non-decreasing.
        priority: ``int64[n]``, added to that of the procedure.
        entry: ``int64[n]``, `Stage` of a record of the first day, `NEVER` for others.
        procedure: ``int64[n]``, its procedure, `NEVER` where it is still to be drawn.
    """

    band: Whole
    number: Whole
    arrival: Ticks
    priority: Whole
    entry: Whole
    procedure: Whole


def visits(scenario: Scenario, streams: Streams) -> Visits:
    """Return all visits of the replication."""
    band, number, arrival = _walk_ins(scenario, streams)
    n_walk_ins = len(band)
    more = [_appointments(scenario, streams)]
    band, number, arrival = (
        np.concatenate([ours, *(each[k] for each in more)]) for k, ours in enumerate((band, number, arrival))
    )
    demand = scenario.demand
    priority = np.zeros(len(band), dtype=np.int64)
    if demand.appointments:
        priority[n_walk_ins:] = demand.appointments.priority
    order = np.argsort(arrival, kind="stable")
    plain = np.full(len(band), NEVER, dtype=np.int64)
    first = _first_day(scenario, streams)
    return Visits(
        band=np.concatenate([first.band, band[order]]),
        number=np.concatenate([first.number, number[order]]),
        arrival=np.concatenate([first.arrival, arrival[order]]),
        priority=np.concatenate([first.priority, priority[order]]),
        entry=np.concatenate([first.entry, plain]),
        procedure=np.concatenate([first.procedure, plain]),
    )


def _walk_ins(scenario: Scenario, streams: Streams) -> tuple[Whole, Whole, Ticks]:
    """Return band, number and tick of every walk-in visit.

    Demand is cut into bands: below 1 visit an hour, from 1 to 2, from 2 to 4, … Each band has candidates of its own, at
    the fixed rate of the band's width, and accepts them as far as demand fills the band. More demand then adds records
    and takes none away, however much more it is. Source: Lewis and Shedler 1979 (thinning), band by band.
    """
    timebase = scenario.timebase
    per_hour = _visits_per_hour(scenario, streams)
    hours = timebase.hours
    found = [np.empty((0, 3), dtype=np.int64)]
    band, low = 0, 0.0
    while low < per_hour.max(initial=0):
        width = max(1.0, low)
        at = _candidates(
            streams, Purpose.ARRIVAL_GAP, band, width / (timebase.ticks_per_s * _S_PER_H), timebase.end_tick
        )
        demand = per_hour[np.searchsorted(hours, at, side="right") - 1]
        maybe = np.flatnonzero(demand > low)
        level = low + width * streams.uniforms(Purpose.ARRIVAL_THINNING, maybe, band)
        accepted = maybe[level < demand[maybe]]
        found.append(np.column_stack([np.full_like(accepted, band), accepted, at[accepted]]))
        band, low = band + 1, low + width
    rows = np.concatenate(found)
    return rows[:, 0], rows[:, 1], rows[:, 2]


def _visits_per_hour(scenario: Scenario, streams: Streams) -> Floats:
    """Return the rate in each hour of the period, as chance has it this time: ``float64[n_days * 24]``."""
    timebase, demand = scenario.timebase, scenario.demand
    mean = np.array(scenario.hourly_visits)
    if demand.day_cv:
        of_day = streams.uniforms(Purpose.DAY_FACTOR, np.arange(timebase.n_days))
        mean *= lognormal_factor(of_day, cv=demand.day_cv)[:, np.newaxis]
    per_hour = mean.ravel()
    if demand.hour_cv:
        of_hour = streams.uniforms(Purpose.HOUR_FACTOR, np.arange(len(per_hour)))
        per_hour *= lognormal_factor(of_hour, cv=demand.hour_cv)
    return per_hour


def _candidates(streams: Streams, purpose: Purpose, band: int, per_tick: float, end_tick: int) -> Ticks:
    """Return the ticks of a Poisson process with this constant rate, before `end_tick`."""
    at = np.zeros(1)
    chunk = int(per_tick * end_tick * 1.1) + 64
    while at[-1] < end_tick:
        gaps = -np.log(streams.uniforms(purpose, np.arange(len(at) - 1, len(at) - 1 + chunk), band)) / per_tick
        at = np.concatenate([at, at[-1] + np.cumsum(gaps)])
    ticks = np.floor(at[1:]).astype(np.int64)
    return ticks[ticks < end_tick]


def _appointments(scenario: Scenario, streams: Streams) -> tuple[Whole, Whole, Ticks]:
    """Return band, number (the day) and tick of those who come by appointment; who does not come is left out."""
    told, timebase = scenario.demand.appointments, scenario.timebase
    empty = np.empty(0, dtype=np.int64)
    if told is None:
        return empty, empty, empty
    day = np.array(scenario.office_hours.working_days, dtype=np.int64)
    times = [slot.at for slot in told.slots for _ in range(slot.visits)]
    number = np.tile(day, len(times))
    band = np.repeat(_APPOINTMENTS + np.arange(len(times)), len(day))
    due = np.array([timebase.tick(timebase.day(index), at) for at in times for index in day.tolist()], dtype=np.int64)
    arrival = due + delays(scenario, told.lateness_min, streams, Purpose.LATENESS, number, band, s=_S_PER_MIN)
    comes = streams.uniforms(Purpose.NO_SHOW, number, band) >= told.no_show_ratio
    comes &= arrival < timebase.end_tick
    return band[comes], number[comes], arrival[comes]


def _first_day(scenario: Scenario, streams: Streams) -> Visits:
    """Return the records that are there when the period begins, oldest first."""
    counts = [each.records for each in scenario.initial]
    entry = np.repeat(np.array([STAGES_BY_NAME[each.stage] for each in scenario.initial], dtype=np.int64), counts)
    names = list(scenario.procedures)
    procedure = np.array([names.index(each.procedure) for each in scenario.initial], dtype=np.int64)
    band = np.repeat(FIRST_DAY + np.arange(len(counts)), counts)
    number = np.concatenate([np.empty(0, dtype=np.int64), *(np.arange(count) for count in counts)])
    ages = [
        delays(scenario, each.age_h, streams, Purpose.AGE, np.arange(each.records), FIRST_DAY + index, s=_S_PER_H)
        for index, each in enumerate(scenario.initial)
    ]
    arrival = -np.concatenate([np.empty(0, dtype=np.int64), *ages])
    arrival[arrival == NEVER] -= 1  # that tick stands for none
    order = np.argsort(arrival, kind="stable")
    return Visits(
        band=band[order],
        number=number[order],
        arrival=arrival[order],
        priority=np.zeros(len(order), dtype=np.int64),
        entry=entry[order],
        procedure=np.repeat(procedure, counts)[order],
    )


def delays(
    scenario: Scenario,
    law: Law | None,
    streams: Streams,
    purpose: Purpose,
    number: Whole,
    band: Whole | int,
    *,
    s: float,
) -> Ticks:
    """Return a delay for each address, in whole ticks; none without a law. `s` is the law's unit in seconds."""
    if law is None:
        return np.zeros(len(number), dtype=np.int64)
    drawn = law.quantile(streams.uniforms(purpose, number, band)) * (s * scenario.timebase.ticks_per_s)
    return np.rint(np.minimum(drawn, LONGEST)).astype(np.int64)


def random_outages(scenario: Scenario, streams: Streams) -> Whole:
    """Return the outages of chance: rows (entry of `random_outages`, start, end), by entry and start."""
    timebase = scenario.timebase
    rows = [np.empty((0, 3), dtype=np.int64)]
    for index, told in enumerate(scenario.random_outages):
        per_tick = told.per_day / (_HOURS * _S_PER_H * timebase.ticks_per_s)
        start = _candidates(streams, Purpose.OUTAGE_GAP, index, per_tick, timebase.end_tick)
        lasts = delays(
            scenario, told.duration_min, streams, Purpose.OUTAGE_DURATION, np.arange(len(start)), index, s=_S_PER_MIN
        )
        rows.append(np.column_stack([np.full_like(start, index), start, start + lasts]))
    return np.concatenate(rows)
