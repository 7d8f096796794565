"""A simulated centre as a source of events: the trace of a replication, told as a real centre would tell it.

Place in the pipeline: an adapter. In: a trace and its plan. Out: events in the order of their time. Invariant: the same
trace gives the same events, with the same ids.
"""

from __future__ import annotations

from datetime import UTC
from itertools import groupby
from typing import TYPE_CHECKING

import sim
from monitor.events import (
    CounterClosed,
    CounterOpened,
    Event,
    Happening,
    RecordReceived,
    RecordSettled,
    ServiceFinished,
    TicketAbandoned,
    TicketCalled,
    TicketIssued,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sim import Plan, Scenario, Trace

_QUEUE = "intake"
_Told = tuple[int, str, Happening]


def trace_events(trace: Trace, plan: Plan, scenario: Scenario) -> list[Event]:
    """Return what a centre would have told: tickets of the hall, counters, records; by time, causes before effects."""
    source = f"/simulated/{scenario.name}/{plan.name}/{trace.workload.seed}-{trace.workload.replication}"
    told = sorted(
        (*_counters(plan), *_tickets(trace, plan), *_records(trace, plan, scenario)), key=lambda each: each[0]
    )
    return [
        Event(id_, source, scenario.timebase.instant(tick).astimezone(UTC), happening) for tick, id_, happening in told
    ]


def _counters(plan: Plan) -> Iterator[_Told]:
    """Yield the openings and closings of counters: one for each officer on shift, as far as there are counters."""
    officers = [person for person, station in enumerate(plan.station.tolist()) if station == sim.Station.INTAKE]
    for shift, (person, start, end) in enumerate(plan.shifts.tolist()):
        if person in officers[: plan.n_counters]:
            counter = _counter(person)
            yield start, f"opened-{shift}", CounterOpened(counter=counter, queue=_QUEUE)
            yield end, f"closed-{shift}", CounterClosed(counter=counter)


def _tickets(trace: Trace, plan: Plan) -> Iterator[_Told]:
    """Yield issue, call, finish, or leaving at closing time, of every visit; who finds a closed door gets no ticket."""
    attended = {
        record: (person, start, end)
        for person, start, end, record in trace.spells.tolist()
        if plan.station[person] == sim.Station.INTAKE
    }
    for record, visits in groupby(trace.visits.tolist(), key=lambda visit: visit[0]):
        for number, (_, joined, left) in enumerate(visits):
            if joined == left and left != trace.called[record]:
                continue
            ticket = f"{record:05d}-{number}"
            yield joined, f"issued-{ticket}", TicketIssued(ticket=ticket, queue=_QUEUE)
            if left == sim.NEVER:
                continue
            if left != trace.called[record]:
                yield left, f"abandoned-{ticket}", TicketAbandoned(ticket=ticket)
                continue
            person, _, end = attended[record]
            yield left, f"called-{ticket}", TicketCalled(ticket=ticket, counter=_counter(person))
            if trace.received[record] != sim.NEVER:
                yield end, f"finished-{ticket}", ServiceFinished(ticket=ticket)


def _records(trace: Trace, plan: Plan, scenario: Scenario) -> Iterator[_Told]:
    names = list(scenario.procedures)
    due = sim.due_ticks(trace, plan)
    for record, (received, settled) in enumerate(zip(trace.received.tolist(), trace.settled.tolist(), strict=True)):
        name = f"{record:05d}"
        if received != sim.NEVER:
            procedure = names[trace.workload.procedure[record]]
            due_at = scenario.timebase.instant(int(due[record]))
            yield received, f"received-{name}", RecordReceived(record=name, procedure=procedure, due=due_at)
        if settled != sim.NEVER:
            yield settled, f"settled-{name}", RecordSettled(record=name)


def _counter(person: int) -> str:
    return f"counter-{person + 1}"
