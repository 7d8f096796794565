"""Each record has one life without a gap, in legal steps; none is lost; and Little's law holds as an identity."""

from collections import Counter
from itertools import pairwise

from sim.scenario.people import Stage
from sim.trace import NEVER, State
from tests.laws.laws.told import COUNTERS, Told

_RECEIVED = {State.WAIT_BACK_OFFICE, State.WAIT_SIGNING, State.WAIT_APPROVAL, State.COLLECT}
_HALL_ARRIVAL = {State.WAIT_GUIDANCE, State.WAIT_INTAKE, State.BALKED, State.SENT_HOME}
_ONLINE_ARRIVAL = {State.WAIT_PORTAL, State.WAIT_CHECK}
_IN_VAIN = _HALL_ARRIVAL | {State.WAIT_HANDOVER, State.GONE}

# What may follow what, as the written order tells it; a life may also end where `LAST` says so.
FIRST = _HALL_ARRIVAL | _ONLINE_ARRIVAL | _RECEIVED | {State.PARTY}
NEXT = {
    State.WAIT_GUIDANCE: {State.GUIDANCE, State.RENEGED, State.SENT_HOME},
    State.GUIDANCE: {State.WAIT_INTAKE, State.SENT_HOME},
    State.WAIT_INTAKE: {State.WRONG_COUNTER, State.INTAKE, State.RENEGED, State.SENT_HOME},
    State.WRONG_COUNTER: {State.WAIT_INTAKE, State.SENT_HOME},
    State.PARTY: {State.INTAKE, State.GONE},
    State.INTAKE: {State.SUPPLEMENT, State.WAIT_SCANNER, State.SCAN, State.UPLOAD} | _RECEIVED,
    State.WAIT_SCANNER: {State.SCAN},
    State.SCAN: {State.UPLOAD} | _RECEIVED,
    State.UPLOAD: _RECEIVED,
    State.SENT_HOME: _IN_VAIN,
    State.RENEGED: _IN_VAIN,
    State.BALKED: _IN_VAIN,
    State.SUPPLEMENT: _HALL_ARRIVAL | _ONLINE_ARRIVAL,
    State.GONE: set(),
    State.WAIT_PORTAL: {State.WAIT_CHECK} | _RECEIVED,
    State.WAIT_CHECK: {State.CHECK},
    State.CHECK: {State.WAIT_CHECK, State.SUPPLEMENT} | _RECEIVED,
    State.WAIT_BACK_OFFICE: {State.BACK_OFFICE},
    State.BACK_OFFICE: {State.WAIT_BACK_OFFICE, State.WAIT_SIGNING, State.WAIT_APPROVAL, State.COLLECT},
    State.WAIT_SIGNING: {State.WAIT_APPROVAL},
    State.WAIT_APPROVAL: {State.APPROVAL},
    State.APPROVAL: {State.WAIT_APPROVAL, State.COLLECT},
    State.COLLECT: {State.WAIT_HANDOVER, State.BALKED, State.SENT_HOME},
    State.WAIT_HANDOVER: {State.HANDOVER, State.RENEGED, State.SENT_HOME},
    State.HANDOVER: set(),
}
LAST = {  # with nothing left to do after it
    State.INTAKE,
    State.SCAN,
    State.UPLOAD,
    State.WAIT_PORTAL,
    State.CHECK,
    State.BACK_OFFICE,
    State.APPROVAL,
    State.HANDOVER,
}
_BACKLOG = {  # received and not settled
    State.WAIT_BACK_OFFICE,
    State.BACK_OFFICE,
    State.WAIT_SIGNING,
    State.WAIT_APPROVAL,
    State.APPROVAL,
}


def check_lives(told: Told) -> None:
    """Every life starts with the arrival, has no gap and goes in legal steps up to a legal end."""
    arrival = told.workload.arrival.tolist()
    order = [stint.record for stint in told.stints]
    assert order == sorted(order), "stints are not sorted by record"
    for record, life in enumerate(told.lives):
        if not life:
            continue  # submitted online, with nothing to do; what is received and settled is judged by the route
        assert life[0].start == arrival[record], f"record {record} arrives at {arrival[record]}, not as in {life[0]}"
        assert life[0].state in FIRST, f"no life begins as {life[0]}"
        for before, after in pairwise(life):
            assert not before.is_cut, f"{before} lasts to the end, and {after} follows"
            assert before.end == after.start, f"a gap or an overlap between {before} and {after}"
            assert after.state in NEXT[before.state], f"{after.state.name} cannot follow {before}"
        last = life[-1]
        assert last.is_cut or last.state in LAST, f"{last} is no end"
    for stint in told.stints:
        is_first = told.workload.entry[stint.record] != NEVER and stint is told.lives[stint.record][0]
        assert is_first or stint.start >= 0, f"{stint} starts before the period"
        assert stint.start < told.end, f"{stint} starts after the period"
        assert stint.start <= stint.end, f"{stint} ends before it starts"
        assert stint.is_cut or stint.end < told.end, f"{stint} ends when nothing happens any more"


def check_conservation(told: Told) -> None:
    """When the period ends every record is in one place or done, and all places add up to all records."""
    places: Counter[str] = Counter()
    for record, life in enumerate(told.lives):
        is_done = not life or not life[-1].is_cut
        places["done" if is_done else life[-1].state.name] += 1
        is_settled = told.settled[record] != NEVER
        assert is_settled or not is_done, f"record {record} is done and not settled"
        in_backlog = not is_done and life[-1].state in _BACKLOG
        assert not (in_backlog and is_settled), f"record {record} is settled, and still {life[-1]}"
    assert places.total() == told.workload.n_records


def check_areas(told: Told) -> None:
    """Little's law, exactly: the area under the number present is the sum of the times that each was present."""
    received = [max(0, tick) for tick in told.received if tick != NEVER]
    backlog = _area(received, [tick for tick in told.settled if tick != NEVER], told.end)
    assert backlog == _time(told, _BACKLOG), "the backlog is not what the stints say"
    lines = [stint for stint in told.stints if stint.state in {State.WAIT_GUIDANCE, State.WAIT_INTAKE}]
    area = _area([stint.start for stint in lines], [stint.end for stint in lines if not stint.is_cut], told.end)
    assert area == sum(stint.end - stint.start for stint in lines)
    at_counter = [task for task in told.tasks if task.stage in {Stage.INTAKE, Stage.HANDOVER}]
    attended = sum(stint.end - stint.start for stint in told.stints if stint.state in COUNTERS and stint.person >= 0)
    assert sum(task.end - task.start for task in at_counter) == attended, "a turn at a counter belongs to no attendance"
    worked = sum(stint.end - stint.start for stint in told.stints if stint.person != NEVER)
    assert sum(task.end - task.start for task in told.tasks) == worked, "somebody works on what nobody gave them"


def _time(told: Told, states: set[State]) -> int:
    return sum(stint.end - max(0, stint.start) for stint in told.stints if stint.state in states)


def _area(ups: list[int], downs: list[int], end: int) -> int:
    """Return the area under a number that goes up and down at these ticks, from 0 to the end."""
    area = height = last = 0
    for tick, step in [*sorted([(tick, 1) for tick in ups] + [(tick, -1) for tick in downs]), (end, 0)]:
        area += height * (tick - last)
        height, last = height + step, tick
    return area
