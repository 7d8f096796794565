"""A plan in ticks: who is on shift when, how many counters, how fast the link, when the hall closes.

In: a `Scenario` and the name of one of its plans. Out: a frozen `Plan`, all that an engine may know beside the
workload.
Invariant: a person's shifts do not overlap and are in order of time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.errors import ScenarioError
from sim.scenario import Deadline, Evening, Lunch, PlanChoice, Scenario
from sim.timebase import OfficeHours, Ticks

_BITS_PER_MBIT = 1e6


class Station(IntEnum):
    """Servers that share one queue."""

    INTAKE = 0
    BACK_OFFICE = 1


CoverT = TypeVar("CoverT", Lunch, Evening)


@dataclass(frozen=True)
class Plan:
    """One choice of the leaders, resolved.

    Attributes:
        name: its name in the scenario.
        title: what people call it.
        hours: the office hours that it departs from.
        station: where each person works: ``int64[n_persons]``, values of `Station`; intake comes first.
        shifts: ``int64[n_shifts, 3]``, rows (person, start, end), sorted; on shift is start ≤ tick < end.
        overtime: ``int64[n, 3]``, the parts of the shifts outside normal hours, same columns.
        deadlines: when each procedure's records are due, in the scenario's order.
        n_counters: how many people can attend visits at once.
        work_permille: ``int64[n_days]``, how long work takes that starts on a day, 1000 = practised.
        link_step_tick: ``int64[n_steps]``, when the link's capacity changes; the first is 0.
        link_bit_per_tick: ``float64[n_steps]``, what is left for uploads from then on.
        doors: ``int64[n_working_days, 3]``, rows (midnight, opening, closing): from midnight on people may queue, after
            the opening those come back who were sent home, at the closing those still waiting are sent home.
    """

    name: str
    title: str
    hours: OfficeHours
    station: NDArray[np.int64]
    shifts: Ticks
    overtime: Ticks
    deadlines: tuple[Deadline, ...]
    n_counters: int
    work_permille: NDArray[np.int64]
    link_step_tick: Ticks
    link_bit_per_tick: NDArray[np.float64]
    doors: Ticks

    @property
    def n_persons(self) -> int:
        """Return how many people work under this plan."""
        return len(self.station)


def build_plan(scenario: Scenario, name: str) -> Plan:
    """Return a plan of the scenario in ticks.

    Raises:
        ScenarioError: the scenario has no plan of this name.
    """
    if name not in scenario.plans:
        raise ScenarioError(scenario.name, "plans", repr(name), f"one of {', '.join(scenario.plans)}")
    choice = scenario.plans[name]
    staff = choice.staff or scenario.staff
    station = np.repeat(
        np.array([Station.INTAKE, Station.BACK_OFFICE], dtype=np.int64), (staff.intake, staff.back_office)
    )
    shifts, overtime = _roster(scenario, choice, station)
    step_tick, bit_per_tick = _link(scenario, choice)
    return Plan(
        name=name,
        title=choice.title,
        hours=scenario.office_hours,
        station=station,
        shifts=shifts,
        overtime=overtime,
        deadlines=tuple(procedure.deadline for procedure in scenario.procedures.values()),
        n_counters=scenario.counters if choice.counters is None else choice.counters,
        work_permille=_work_permille(scenario),
        link_step_tick=step_tick,
        link_bit_per_tick=bit_per_tick,
        doors=_doors(scenario.office_hours, shifts, station),
    )


def _work_permille(scenario: Scenario) -> NDArray[np.int64]:
    """Return the learning curve: the excess over practised work halves every `halving_working_days`."""
    learning = scenario.learning
    excess = (learning.first_day_factor - 1) * 0.5 ** (
        scenario.office_hours.experience_days / learning.halving_working_days
    )
    return np.rint(1000 * (1 + excess)).astype(np.int64)


def _roster(scenario: Scenario, choice: PlanChoice, station: NDArray[np.int64]) -> tuple[Ticks, Ticks]:
    """Return all shifts and their overtime parts, sorted by person and start."""
    shifts: list[tuple[int, int, int]] = []
    overtime: list[tuple[int, int, int]] = []
    for turn, day in enumerate(scenario.office_hours.working_days):
        (opens, noon), (afternoon, closes) = scenario.office_hours.normal_shifts(day)
        calendar_day = scenario.timebase.day(day)
        lunch = _on_turn(choice.lunch, calendar_day, station, turn)
        evening = {
            person: scenario.timebase.tick(calendar_day, cover.until)
            for person, cover in _on_turn(choice.evening, calendar_day, station, turn).items()
        }
        for person in range(len(station)):
            end = evening.get(person, closes)
            shifts += [(person, opens, end)] if person in lunch else [(person, opens, noon), (person, afternoon, end)]
            overtime += [(person, noon, afternoon)] if person in lunch else []
            overtime += [(person, closes, end)] if person in evening else []
    return _rows(shifts), _rows(overtime)


def _rows(rows: list[tuple[int, int, int]]) -> Ticks:
    return np.array(sorted(rows), dtype=np.int64).reshape(-1, 3)


def _on_turn(covers: Sequence[CoverT], day: date, station: NDArray[np.int64], turn: int) -> dict[int, CoverT]:
    """Return who covers on this day and by which entry; people take turns, so that nobody stays every time."""
    chosen: dict[int, CoverT] = {}
    for cover in covers:
        if cover.covers(day):
            for kind, n_covering in ((Station.INTAKE, cover.intake), (Station.BACK_OFFICE, cover.back_office)):
                people = np.flatnonzero(station == kind).tolist()
                chosen |= {people[(turn * n_covering + k) % len(people)]: cover for k in range(n_covering)}
    return chosen


def _doors(hours: OfficeHours, shifts: Ticks, station: NDArray[np.int64]) -> Ticks:
    """Return the doors of each working day: they close when the last intake shift ends, or with the office."""
    intake_ends = shifts[station[shifts[:, 0]] == Station.INTAKE, 2]
    days = hours.timebase.day_index(intake_ends)
    rows = []
    for day in hours.working_days:
        (opens, _), (_, closes) = hours.normal_shifts(day)
        rows.append((hours.timebase.midnights[day], opens, max([closes, *intake_ends[days == day]])))
    return _rows(rows)


def _link(scenario: Scenario, choice: PlanChoice) -> tuple[Ticks, NDArray[np.float64]]:
    """Return the steps of the capacity that uploads get: the line less other traffic, times what faults leave of it."""
    link, timebase = scenario.link, scenario.timebase
    mbit_per_s = choice.link_mbit_per_s or link.mbit_per_s
    bit_per_tick = mbit_per_s * _BITS_PER_MBIT * (1 - link.background_ratio) / timebase.ticks_per_s
    faults = [
        (timebase.tick(f.starts.date(), f.starts.time()), timebase.tick(f.ends.date(), f.ends.time()), f.capacity_ratio)
        for f in link.faults
    ]
    steps = sorted({0, *(max(0, edge) for starts, ends, _ in faults for edge in (starts, ends))})
    left = [min([1.0, *(ratio for starts, ends, ratio in faults if starts <= step < ends)]) for step in steps]
    return np.array(steps, dtype=np.int64), bit_per_tick * np.array(left)
