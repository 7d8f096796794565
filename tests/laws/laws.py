"""Laws that hold on every trace, whatever the scenario, the plan and the draws.

`check_laws` asks each of them. They are said in terms of the trace, the workload and the plan alone; nothing of an
engine is used, so that they judge every engine.
"""

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np

from sim.plan import Plan, Station
from sim.trace import NEVER, Trace

_ROUNDING = Fraction(1, 10**9)  # an engine counts bits in floating point; this part of a transfer may get lost


@dataclass(frozen=True)
class Stay:
    """One time that somebody was in the hall, waiting: from joining the line to being called or sent home."""

    record: int
    join: int
    leave: int
    is_called: bool


def check_laws(trace: Trace, plan: Plan) -> None:
    """Raise AssertionError unless every law holds."""
    stays = hall_stays(trace, plan)
    check_order_of_life(trace, plan)
    check_conservation(trace, plan, stays)
    check_hall(trace, plan, stays)
    check_spells(trace, plan)
    check_capacity(trace, plan)
    check_nobody_idle(trace, plan, stays)
    check_work_done(trace, plan)
    check_bits(trace, plan)
    check_areas(trace, plan, stays)


def hall_stays(trace: Trace, plan: Plan) -> list[Stay]:
    """Return every stay in the hall. The law of who comes back: at the next opening plus one's offset, or never."""
    end = plan.hours.timebase.end_tick
    offset, called = trace.workload.return_offset.tolist(), trace.called.tolist()
    next_join: list[int | None] = trace.workload.arrival.tolist()
    stays = []
    for record, join, leave in trace.visits.tolist():
        assert join == next_join[record], f"record {record} joins at {join}, not at {next_join[record]}"
        assert leave != NEVER, f"record {record} waits past the end of the period"
        stays.append(Stay(record, join, leave, is_called=leave == called[record]))
        opening = next((opening for _, opening, closing in plan.doors.tolist() if closing > leave), end)
        is_back = leave != called[record] and opening + offset[record] < end
        next_join[record] = opening + offset[record] if is_back else None
    late = [record for record, join in enumerate(next_join) if join is not None]
    assert not late, f"records {late} should have come back, and did not"
    assert {stay.record for stay in stays if stay.is_called} == {r for r, tick in enumerate(called) if tick != NEVER}
    return stays


def check_order_of_life(trace: Trace, plan: Plan) -> None:
    """The instants of a record are in order; what never came is followed only by what never came."""
    life = [trace.workload.arrival, trace.called, trace.upload_start, trace.received, trace.started, trace.settled]
    for before, after in pairwise(life):
        assert np.all((after == NEVER) | ((before != NEVER) & (before <= after)))
    assert all(np.all(instants < plan.hours.timebase.end_tick) for instants in life)


def check_conservation(trace: Trace, plan: Plan, stays: list[Stay]) -> None:
    """Called, or home for good: whoever arrived is one of the two, and who is called is at a counter or received."""
    n_called = int(np.sum(trace.called != NEVER))
    last = {stay.record: stay for stay in stays}
    assert n_called + sum(not stay.is_called for stay in last.values()) == trace.workload.n_records
    at_counter = np.flatnonzero((trace.called != NEVER) & (trace.received == NEVER))
    end = plan.hours.timebase.end_tick
    cut = {record for person, _, stop, record in trace.spells.tolist() if stop == end and not plan.station[person]}
    assert set(at_counter.tolist()) == cut


def check_hall(trace: Trace, plan: Plan, stays: list[Stay]) -> None:
    """Nobody waits past a closing or in a closed hall, and calls are in the order of joining."""
    doors = plan.doors.tolist()
    for stay in stays:
        door = next((door for door in doors if door[2] > stay.join), None)
        is_open = door is not None and door[0] <= stay.join
        if stay.is_called:
            assert is_open, f"{stay} joined at closed doors"
            assert stay.leave < door[2], f"{stay} was called at or after the closing {door[2]}"
        else:
            assert stay.leave == (door[2] if is_open else stay.join), f"{stay} should have gone home with {door}"
    queue = sorted((stay.join, stay.record, stay.leave) for stay in stays if stay.is_called)
    assert all(first[2] <= second[2] for first, second in pairwise(queue)), "the hall is not first come, first served"
    home = sorted((stay.record, stay.leave) for stay in stays if not stay.is_called)
    assert sorted(map(tuple, trace.sent_home.tolist())) == home
    waits = np.zeros(trace.workload.n_records, dtype=np.int64)
    for stay in stays:
        waits[stay.record] += stay.leave - stay.join
    assert np.array_equal(waits, trace.wait_ticks)


def check_spells(trace: Trace, plan: Plan) -> None:
    """Nobody does two things at once, and people begin work only on shift; desks also work only on shift."""
    shifts = defaultdict(list)
    for person, start, end in plan.shifts.tolist():
        shifts[person].append((start, end))
    for (person, _, end, _), (following, start, _, _) in pairwise(trace.spells.tolist()):
        assert person <= following
        assert person != following or end <= start, f"person {person} is in two places at {start}"
    for person, start, end, record in trace.spells.tolist():
        shift = next((shift for shift in shifts[person] if shift[0] <= start < shift[1]), None)
        assert shift, f"person {person} takes record {record} up at {start}, off shift"
        assert plan.station[person] == Station.INTAKE or end <= shift[1], f"person {person} works past the shift"


def check_capacity(trace: Trace, plan: Plan) -> None:
    """There are never more visits at the counters than counters."""
    visits = trace.spells[plan.station[trace.spells[:, 0]] == Station.INTAKE].tolist()
    busy = [(start, end) for _, start, end, _ in visits if start < end]
    changes = sorted([(end, -1) for _, end in busy] + [(start, 1) for start, _ in busy])
    n_busy = 0
    for tick, change in changes:
        n_busy += change
        assert n_busy <= plan.n_counters, f"{n_busy} visits at {plan.n_counters} counters at {tick}"


def check_nobody_idle(trace: Trace, plan: Plan, stays: list[Stay]) -> None:
    """While something waits, everyone on shift works, or (in the hall) every counter is taken."""
    waiting = [(stay.join, stay.leave) for stay in stays]
    _check_nobody_idle(trace, plan, Station.INTAKE, waiting, plan.n_counters)
    end = plan.hours.timebase.end_tick
    received = np.flatnonzero(trace.received != NEVER)
    started = np.where(trace.started == NEVER, end, trace.started)
    waiting = np.column_stack([trace.received, started])[received].tolist()
    _check_nobody_idle(trace, plan, Station.BACK_OFFICE, waiting, plan.n_persons)
    queue = sorted(
        [(int(trace.received[record]), int(started[record]), int(record)) for record in received],
        key=lambda row: row[:1],
    )
    for (before, first, _), (after, second, _) in pairwise(queue):
        assert before == after or first <= second, "the back office is not first come, first served"


def _check_nobody_idle(
    trace: Trace, plan: Plan, station: Station, waiting: list[tuple[int, int]], n_places: int
) -> None:
    """Sweep over all changes of who waits, who is on shift and who works; between two of them nothing changes."""
    people = {person for person in range(plan.n_persons) if plan.station[person] == station}
    intervals = [("waiting", 0, a, b) for a, b in waiting]
    intervals += [("on shift", p, a, b) for p, a, b in plan.shifts.tolist() if p in people]
    intervals += [("busy", p, a, b) for p, a, b, _ in trace.spells.tolist() if p in people]
    changes = sorted((tick, step, kind, p) for kind, p, a, b in intervals if a < b for tick, step in ((a, 1), (b, -1)))
    counts: dict[str, dict[int, int]] = {kind: defaultdict(int) for kind in ("waiting", "on shift", "busy")}
    n_busy = n_waiting = 0
    idle: set[int] = set()
    for (tick, step, kind, p), (following, *_) in pairwise([*changes, (plan.hours.timebase.end_tick, 0, "", 0)]):
        counts[kind][p] += step
        n_waiting += step if kind == "waiting" else 0
        n_busy += step if kind == "busy" else 0
        is_idle = counts["on shift"][p] > 0 and counts["busy"][p] == 0
        if kind != "waiting":
            (idle.add if is_idle else idle.discard)(p)
        if following > tick:
            assert not (n_waiting and idle and n_busy < n_places), f"{idle} of {station.name} idle at {tick}"


def check_work_done(trace: Trace, plan: Plan) -> None:
    """A record takes exactly its practised work times the factor of the day it was begun; one person does it."""
    workload, midnights = trace.workload, plan.hours.timebase.midnights.tolist()

    def practised(work: int, tick: int) -> int:
        return int(work) * int(plan.work_permille[bisect_right(midnights, tick) - 1]) // 1000

    end = plan.hours.timebase.end_tick
    by_station: dict[int, dict[int, list[list[int]]]] = {station: defaultdict(list) for station in Station}
    for spell in trace.spells.tolist():
        by_station[int(plan.station[spell[0]])][spell[3]].append(spell)
    for record in np.flatnonzero(trace.called != NEVER).tolist():
        called, upload_start, received = (
            int(instants[record]) for instants in (trace.called, trace.upload_start, trace.received)
        )
        (visit,) = by_station[Station.INTAKE].pop(record)
        assert visit[1:3] == [called, received if received != NEVER else end]
        done = called + practised(workload.intake_work[record], called)
        assert upload_start == (done if done < end else NEVER)
    for record in np.flatnonzero(trace.started != NEVER).tolist():
        spells = sorted(by_station[Station.BACK_OFFICE].pop(record), key=lambda spell: spell[1:3])
        work = practised(workload.back_office_work[record], int(trace.started[record]))
        worked = sum(stop - start for _, start, stop, _ in spells)
        assert len({spell[0] for spell in spells}) == 1
        assert spells[0][1] == trace.started[record]
        if trace.settled[record] == NEVER:
            assert worked <= work
        else:
            assert worked == work
            assert spells[-1][2] == trace.settled[record]
    assert not any(by_station.values()), "somebody works on a record that was not taken up"


def check_bits(trace: Trace, plan: Plan) -> None:
    """Each transfer ends at the tick at which its equal share of the link has carried its last bit, or one later."""
    end, size = plan.hours.timebase.end_tick, trace.workload.upload_bit
    sent = np.flatnonzero(trace.upload_start != NEVER).tolist()
    assert all(trace.received[r] == trace.upload_start[r] for r in sent if not size[r]), "nothing to send takes time"
    transfers = [
        (int(trace.upload_start[r]), end if trace.received[r] == NEVER else int(trace.received[r]), r)
        for r in sent
        if size[r]
    ]
    edges, carried, rates = _shares(transfers, plan)
    for start, stop, record in transfers:
        before = carried[bisect_right(edges, start) - 1]
        target = before + Fraction(int(size[record])) * (1 - _ROUNDING)
        # The last edge before the target is reached, and from there on at that rate.
        at = next((i for i in range(bisect_right(edges, start) - 1, len(edges) - 1) if carried[i + 1] >= target), None)
        if at is None:
            assert stop == end, f"record {record} is received before all its bits have passed"
            continue
        done = edges[at] - ((carried[at] - target) // rates[at])
        is_done = trace.received[record] != NEVER
        assert is_done or done >= end - 1, f"record {record} should have been received at {done}"
        assert done <= stop <= done + 1, f"the upload of record {record} ends at {stop}, its last bit passes at {done}"


def _shares(transfers: list[tuple[int, int, int]], plan: Plan) -> tuple[list[int], list[Fraction], list[Fraction]]:
    """Return edges, the bits that one transfer under way has been given by then, and its bits per tick from then on."""
    steps, bit_per_tick = plan.link_step_tick.tolist(), plan.link_bit_per_tick.tolist()
    changes: dict[int, int] = defaultdict(int)
    for start, stop, _ in transfers:
        changes[start] += 1
        changes[stop] -= 1
    edges = sorted({0, *steps, *changes, plan.hours.timebase.end_tick})
    n_under_way, carried, rates = 0, [Fraction(0)], []
    for edge, following in pairwise(edges):
        n_under_way += changes[edge]
        rate = Fraction(bit_per_tick[bisect_right(steps, edge) - 1]) / max(1, n_under_way)
        rates.append(rate if n_under_way else Fraction(0))
        carried.append(carried[-1] + rates[-1] * (following - edge))
    return edges, carried, rates


def check_areas(trace: Trace, plan: Plan, stays: list[Stay]) -> None:
    """Little's law, exactly: the area under the number present is the sum of the times that each was present."""
    end = plan.hours.timebase.end_tick
    hall = _area([stay.join for stay in stays], [stay.leave for stay in stays], end)
    assert hall == int(trace.wait_ticks.sum())
    received = trace.received[trace.received != NEVER]
    settled = trace.settled[trace.settled != NEVER]
    in_progress = (trace.received != NEVER) & (trace.settled == NEVER)
    sojourns = int((trace.settled - trace.received)[trace.settled != NEVER].sum())
    sojourns += int((end - trace.received)[in_progress].sum())
    assert _area(received.tolist(), settled.tolist(), end) == sojourns


def _area(ups: list[int], downs: list[int], end: int) -> int:
    """Return the area under a number that goes up and down at these ticks, from 0 to the end."""
    area = height = last = 0
    for tick, step in [*sorted([(tick, 1) for tick in ups] + [(tick, -1) for tick in downs]), (end, 0)]:
        area += height * (tick - last)
        height, last = height + step, tick
    return area
