"""The whole centre: it opens in the morning, people come, and what happens is noted."""

import numpy as np

from sim.conditions import Conditions
from sim.engine.order import Kind
from sim.engine.reference.calendar import Calendar, Process
from sim.engine.reference.diary import Diary
from sim.engine.reference.floor import Floor
from sim.engine.reference.given import Given
from sim.engine.reference.hall import Hall
from sim.engine.reference.office import Office
from sim.engine.reference.people import People
from sim.plan import Plan
from sim.scenario.people import Stage
from sim.trace import NEVER, Trace
from sim.workload import Workload


class Centre:
    """A replication: clock, lines, hall, back office, link and people, wired together."""

    def __init__(self, workload: Workload, plan: Plan, conditions: Conditions) -> None:
        given = Given(workload, plan, conditions)
        self._given, self._calendar = given, Calendar()
        self._diary = Diary(self._calendar, workload.n_records)
        self._floor = Floor(self._calendar, given)
        self._office = Office(
            self._calendar,
            self._floor,
            self._diary,
            given,
            collect=lambda record, tick: self._hall.expect_collection(record, tick),  # noqa: PLW0108 - made below
        )
        self._hall: Hall = Hall(self._calendar, self._floor, self._diary, self._office, given)
        self._people = People(
            calendar=self._calendar,
            floor=self._floor,
            diary=self._diary,
            office=self._office,
            hall=self._hall,
            given=given,
        )

    def run(self) -> None:
        """Let the period pass."""
        calendar, plan = self._calendar, self._given.plan
        self._people.start()
        for number, (_, _, _, dispersal) in enumerate(plan.doors.tolist()):
            calendar.call_at(dispersal, Kind.CLOSING, number, self._hall.disperse)
        for number, tick in enumerate(plan.signings.tolist()):
            calendar.call_at(tick, Kind.SIGNING, number, self._office.lay_before_signatory)
        calendar.process(self._arrivals())
        calendar.run(until=plan.hours.timebase.end_tick)

    def _arrivals(self) -> Process:
        """Let everyone come for the first time; records of the first day are there at tick 0."""
        workload = self._given.workload
        rows = zip(workload.arrival.tolist(), workload.entry.tolist(), workload.leads.tolist(), strict=True)
        for record, (arrival, entry, leads) in enumerate(rows):
            if entry != NEVER:
                yield self._calendar.at(0, Kind.ARRIVAL, record)
                self._office.take_over(record, Stage(entry), received=arrival)
            elif leads:
                yield self._calendar.at(arrival, Kind.ARRIVAL, record)
                self._hall.arrive_first(record)

    def trace(self) -> Trace:
        """Return what happened, once the period has passed."""
        return Trace(
            workload=self._given.workload,
            received=np.array(self._office.received, dtype=np.int64),
            settled=np.array(self._office.settled, dtype=np.int64),
            stints=self._diary.stints(),
        )
