"""A simulated centre as a source of events: the trace of a replication, told as a real centre would tell it.

Place in the pipeline: an adapter. In: a trace and its plan. Out: events in the order of their time. Invariant: the same
trace gives the same events, with the same ids.
"""

from __future__ import annotations

from datetime import UTC
from itertools import groupby, takewhile
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

_INTAKE = "intake"
_AFTER_ALL = 1 << 62
_Told = tuple[int, str, Happening]


def trace_events(trace: Trace, plan: Plan, scenario: Scenario) -> list[Event]:
    """Return what a centre would have told: tickets of the hall, counters, records; by time, causes before effects."""
    source = f"/simulated/{scenario.name}/{plan.name}/{trace.workload.seed}-{trace.workload.replication}"
    told = sorted((*_counters(plan), *_tickets(trace), *_records(trace, plan, scenario)), key=lambda each: each[0])
    return [
        Event(id_, source, scenario.timebase.instant(tick).astimezone(UTC), happening) for tick, id_, happening in told
    ]


def _counters(plan: Plan) -> Iterator[_Told]:
    """Yield the openings and closings of counters: one for each officer on shift, as far as there are counters."""
    takes_in = (plan.rank[:, sim.Stage.INTAKE] != sim.NEVER).any(axis=1)[plan.person_group]
    officers = takes_in.nonzero()[0].tolist()[: plan.n_counters]
    for shift, (person, start, end, _) in enumerate(plan.shifts.tolist()):
        if person in officers:
            counter = _counter(person)
            yield start, f"opened-{shift}", CounterOpened(counter=counter, queue=_INTAKE)
            yield end, f"closed-{shift}", CounterClosed(counter=counter)


def _tickets(trace: Trace) -> Iterator[_Told]:
    """Yield issue, call, finish, or leaving in vain, of every stay in a line; who does not get in gets no ticket."""
    queues = {
        sim.State.WAIT_GUIDANCE: "guidance",
        sim.State.WAIT_INTAKE: _INTAKE,
        sim.State.WAIT_HANDOVER: "handover",
    }
    lives = {record: list(life) for record, life in groupby(trace.stints.tolist(), key=lambda stint: stint[0])}
    for record, life in lives.items():
        number = 0
        for place, (_, state, joined, left, _) in enumerate(life):
            if state not in queues:
                continue
            ticket = f"{record:05d}-{number}"
            number += 1
            yield joined, f"issued-{ticket}", TicketIssued(ticket=ticket, queue=queues[state])
            if left == sim.NEVER:
                continue
            _, _, _, _, person = life[place + 1]
            if person == sim.NEVER:
                yield left, f"abandoned-{ticket}", TicketAbandoned(ticket=ticket)
                continue
            yield left, f"called-{ticket}", TicketCalled(ticket=ticket, counter=_counter(person))
            end = _service_end(trace, lives, record, place + 1)
            if end != sim.NEVER:
                yield end, f"finished-{ticket}", ServiceFinished(ticket=ticket)


def _service_end(trace: Trace, lives: dict[int, list[list[int]]], record: int, place: int) -> int:
    """Return when the person who attends this visit is done with it and with the records that came along."""
    person, end = lives[record][place][4], lives[record][place][2]
    while record != sim.NEVER:
        served = takewhile(lambda stint: stint[4] == person, lives[record][place:])
        end = max(end, *(stop if stop != sim.NEVER else _AFTER_ALL for _, _, _, stop, _ in served))
        record = int(trace.workload.follower[record])
        place = 1  # a follower's life begins in the party
        is_next = record != sim.NEVER and len(lives[record]) > place and lives[record][place][2] == end
        record = record if is_next and lives[record][place][4] == person else sim.NEVER
    return end if end < _AFTER_ALL else sim.NEVER


def _records(trace: Trace, plan: Plan, scenario: Scenario) -> Iterator[_Told]:
    due = sim.due_ticks(trace, plan)
    for record, (received, settled) in enumerate(zip(trace.received.tolist(), trace.settled.tolist(), strict=True)):
        name = f"{record:05d}"
        if received != sim.NEVER:
            procedure = plan.procedures[trace.workload.procedure[record]]
            due_at = scenario.timebase.instant(int(due[record]))
            yield received, f"received-{name}", RecordReceived(record=name, procedure=procedure, due=due_at)
        if settled != sim.NEVER:
            yield settled, f"settled-{name}", RecordSettled(record=name)


def _counter(person: int) -> str:
    return f"counter-{person + 1}"
