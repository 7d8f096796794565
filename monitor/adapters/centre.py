"""A simulated centre as a source of events: the trace of a replication, told as a real centre would tell it.

Place in the pipeline: an adapter. In: a trace and its plan. Out: events in the order of their time. Invariant: the same
trace gives the same events, with the same ids.
"""

from __future__ import annotations

from datetime import UTC
from itertools import chain, groupby, takewhile
from typing import TYPE_CHECKING

import sim
from monitor.events import (
    CounterClosed,
    CounterOpened,
    Event,
    Happening,
    Outage,
    OutageEnded,
    OutageStarted,
    RecordProcessed,
    RecordReceived,
    RecordReturned,
    RecordSettled,
    ServiceFinished,
    StaffSignedIn,
    StaffSignedOut,
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
    """Return what a centre would have told: staff, counters, outages, tickets, records; by time, causes first."""
    source = f"/simulated/{scenario.name}/{plan.name}/{trace.workload.seed}-{trace.workload.replication}"
    of_plan, of_trace = (_staff(plan), _counters(plan)), (_outages(trace), _tickets(trace), _steps(trace))
    told = sorted(chain(*of_plan, *of_trace, _records(trace, plan, scenario)), key=lambda each: each[0])
    return [
        Event(id_, source, scenario.timebase.instant(tick).astimezone(UTC), happening) for tick, id_, happening in told
    ]


def _staff(plan: Plan) -> Iterator[_Told]:
    """Yield who comes on duty and who goes, by group."""
    for shift, (person, start, end, _) in enumerate(plan.shifts.tolist()):
        group = plan.groups[plan.person_group[person]]
        yield start, f"in-{shift}", StaffSignedIn(group=group)
        yield end, f"out-{shift}", StaffSignedOut(group=group)


def _outages(trace: Trace) -> Iterator[_Told]:
    """Yield what is out of order and what works again; outages of one thing that overlap are one."""
    things: dict[sim.System, Outage] = {
        sim.System.LINK: "line",
        sim.System.PORTAL: "portal",
        sim.System.SOFTWARE: "software",
        sim.System.POWER: "power",
    }  # here, not above: a service that simulates nothing does not load the model
    for system, what in things.items():
        end = 0
        of_system = trace.workload.outages[trace.workload.outages[:, 0] == system]
        for number, (_, started, ended, _, _) in enumerate(sorted(of_system.tolist(), key=lambda each: each[1:3])):
            if started > end:
                if end:
                    yield end, f"{what}-ended-{number}", OutageEnded(what=what)
                yield started, f"{what}-started-{number}", OutageStarted(what=what)
            end = max(end, ended)
        if end:
            yield end, f"{what}-ended", OutageEnded(what=what)


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


def _steps(trace: Trace) -> Iterator[_Told]:
    """Yield when each record is laid before the signatory, and when its result is handed over."""
    processed: set[int] = set()
    for record, state, joined, left, _ in trace.stints.tolist():
        if state in (sim.State.WAIT_SIGNING, sim.State.WAIT_APPROVAL) and record not in processed:
            processed.add(record)
            yield joined, f"processed-{record:05d}", RecordProcessed(record=f"{record:05d}")
        if state == sim.State.HANDOVER and left != sim.NEVER:
            yield left, f"returned-{record:05d}", RecordReturned(record=f"{record:05d}")


def _counter(person: int) -> str:
    return f"counter-{person + 1}"
