"""People and places: nobody is in two places, works off shift or without the skill; no place is used twice at once."""

from collections import defaultdict
from itertools import pairwise

from sim.scenario.people import COUNTER_STAGES, DESK_STAGES, HALL_STAGES
from sim.trace import NEVER, State
from tests.laws.laws.told import COUNTERS, OFFICE_STAGES, TURN, Told

_NEEDS_PERSON = {*COUNTERS, State.GUIDANCE, State.CHECK, State.BACK_OFFICE, State.APPROVAL} - {State.UPLOAD}


def check_persons(told: Told) -> None:
    """Somebody is named where somebody works, at an upload while it holds the counter, and nowhere else."""
    for stint in told.stints:
        is_attended = stint.state in _NEEDS_PERSON or (stint.state == State.UPLOAD and told.plan.holds_counter)
        assert (stint.person != NEVER) == is_attended, f"{stint} should {'' if is_attended else 'not '}name somebody"
        assert stint.person < told.plan.n_persons, f"{stint} names nobody that there is"
    for life in told.lives:
        for before, stint in pairwise(life):
            if stint.state in TURN[1:] and stint.person != NEVER:
                assert stint.person == before.person, f"{stint} goes on with another than {before}"


def check_one_place(told: Told) -> None:
    """Nobody does two things at once."""
    for tasks in told.tasks_of:
        for task, following in pairwise(tasks):
            assert task.end <= following.start, f"{task} and {following} at once"


def check_shifts(told: Told) -> None:
    """People take up only what they can do, on a shift at which they are there; the office ends with the shift."""
    for task in told.tasks:
        procedure = told.procedure[task.record]
        assert told.rank(task.person, task.stage, procedure) != NEVER, f"{task} without the skill"
        shift = told.shift_at(task.person, task.start)
        assert shift is not None, f"{task} before the first shift"
        last = shift.hall_end if task.stage in HALL_STAGES else shift.end
        assert task.start < last, f"{task} is taken up after the shift {shift}"
        if task.stage in OFFICE_STAGES:
            assert task.end <= shift.end, f"{task} lasts longer than the shift {shift}"


def check_places(told: Told) -> None:
    """Never more visits at the counters, people at the desks and records on the scanners than there are."""
    for kind, stages, n_places in (
        ("counters", COUNTER_STAGES, told.plan.n_counters),
        ("desks", DESK_STAGES, told.plan.n_desks),
    ):
        _check_capacity([(task.start, task.end) for task in told.tasks if task.stage in stages], n_places, kind)
    scans = [(stint.start, stint.end) for stint in told.stints if stint.state == State.SCAN]
    _check_capacity(scans, told.plan.n_scanners, "scanners")


def _check_capacity(used: list[tuple[int, int]], n_places: int, kind: str) -> None:
    changes = sorted([(end, -1) for start, end in used if start < end] + [(s, 1) for s, end in used if s < end])
    n_used = 0
    for tick, change in changes:
        n_used += change
        assert n_used <= n_places, f"{n_used} of {n_places} {kind} in use at {tick}"
    assert n_places or not used, f"{kind} are used, and there are none"


def check_scanners(told: Told) -> None:
    """Nobody waits for a scanner that is free, and who asks first has it first."""
    asked = []
    changes: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for life in told.lives:
        for index, stint in enumerate(life):
            if stint.state not in {State.WAIT_SCANNER, State.SCAN}:
                continue
            column = 0 if stint.state == State.WAIT_SCANNER else 1
            changes[stint.start][column] += 1
            changes[stint.end][column] -= 1
            waits_before = index > 0 and life[index - 1].state == State.WAIT_SCANNER
            if stint.state == State.SCAN and not waits_before:
                asked.append((stint.start, stint.record, stint.start))
            if stint.state == State.WAIT_SCANNER:
                asked.append((stint.start, stint.record, stint.end))
    n_waiting = n_scanning = 0
    for tick in sorted(changes):
        n_waiting, n_scanning = n_waiting + changes[tick][0], n_scanning + changes[tick][1]
        if tick < told.end:
            assert not n_waiting or n_scanning >= told.plan.n_scanners, (
                f"a scanner is free at {tick}, and somebody waits"
            )
    latest = latest_before = NEVER  # when whoever asked so far, or at an earlier tick, had a scanner
    last_tick = NEVER
    for tick, record, got in sorted(asked):
        if tick > last_tick:
            latest_before, last_tick = latest, tick
        # A scanner had at once may have been given before others asked at the same tick.
        assert got >= (latest if got > tick else latest_before), f"record {record} jumps the queue at the scanners"
        latest = max(latest, got)


def check_lowest_number(told: Told) -> None:
    """Of several free people who can take something, the one with the lowest number takes it."""
    for task in told.tasks:
        procedure = told.procedure[task.record]
        for person in range(task.person):
            if told.may_take(person, task.stage, procedure, task.start) and told.is_free(person, task.start):
                shift = told.shift_at(person, task.start)
                assert shift is not None
                assert shift.start == task.start, f"person {person} was free to take what {task} took"
