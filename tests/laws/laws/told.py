"""What a trace tells, in the words of the laws: lives, tasks, waits, shifts, doors.

Everything is read off the trace, the workload and the plan; nothing of an engine is used.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from sim.plan import Plan
from sim.scenario.people import COUNTER_STAGES, DESK_STAGES, HALL_STAGES, Stage
from sim.trace import NEVER, State, Trace

WAIT_OF = {
    State.WAIT_GUIDANCE: Stage.GUIDANCE,
    State.WAIT_INTAKE: Stage.INTAKE,
    State.WAIT_CHECK: Stage.CHECK,
    State.WAIT_BACK_OFFICE: Stage.BACK_OFFICE,
    State.WAIT_APPROVAL: Stage.APPROVAL,
    State.WAIT_HANDOVER: Stage.HANDOVER,
}
WORK_OF = {
    State.GUIDANCE: Stage.GUIDANCE,
    State.INTAKE: Stage.INTAKE,
    State.CHECK: Stage.CHECK,
    State.BACK_OFFICE: Stage.BACK_OFFICE,
    State.APPROVAL: Stage.APPROVAL,
    State.HANDOVER: Stage.HANDOVER,
}
LINE_OF = {stage: state for state, stage in WAIT_OF.items()}
OFFICE_STAGES = (Stage.CHECK, Stage.BACK_OFFICE, Stage.APPROVAL)
SHARE_PLACES = (COUNTER_STAGES, DESK_STAGES, (Stage.GUIDANCE,), (Stage.APPROVAL,))
TURN = (State.INTAKE, State.WAIT_SCANNER, State.SCAN, State.UPLOAD)
AWAY = (State.SENT_HOME, State.RENEGED, State.BALKED)
COUNTERS = (*TURN, State.WRONG_COUNTER, State.HANDOVER)


class Stint(NamedTuple):
    """A row of the trace; where it lasts when the period ends, `end` is the period's end."""

    record: int
    state: State
    start: int
    end: int
    person: int
    is_cut: bool

    def spans(self, tick: int) -> bool:
        """Return whether it lasts all through a tick, whatever comes first at it."""
        return self.start < tick < self.end


class Wait(NamedTuple):
    """A stay in a line where people choose: from joining, or being put down, to being taken or leaving."""

    record: int
    stage: Stage
    joined: int
    start: int
    end: int


class Task(NamedTuple):
    """What somebody took from a line, until they are free again: at a counter, the whole of an attendance."""

    person: int
    start: int
    end: int
    stage: Stage
    record: int
    joined: int


class Shift(NamedTuple):
    """A shift at which the person was there; `day_start` is the start of the person's first one that day."""

    start: int
    end: int
    hall_end: int
    day_start: int


class Told:
    """A trace and its plan, looked at from the sides that the laws speak of."""

    def __init__(self, trace: Trace, plan: Plan) -> None:
        self.trace, self.plan, self.workload = trace, plan, trace.workload
        self.end = plan.hours.timebase.end_tick
        self._midnights: list[int] = plan.hours.timebase.midnights.tolist()
        self.doors: list[list[int]] = plan.doors.tolist()
        self.work: list[list[int]] = trace.workload.work.tolist()
        self.procedure: list[int] = trace.workload.procedure.tolist()
        self.follower: list[int] = trace.workload.follower.tolist()
        self.received: list[int] = trace.received.tolist()
        self.settled: list[int] = trace.settled.tolist()
        of_group: list[list[list[int]]] = plan.rank.tolist()
        self._rank = [of_group[group] for group in plan.person_group.tolist()]  # by person, stage and procedure

    def day(self, tick: int) -> int:
        """Return the calendar day of a tick."""
        return bisect_right(self._midnights, tick) - 1

    @cached_property
    def stints(self) -> list[Stint]:
        """Return all rows."""
        return [
            Stint(record, State(state), start, self.end if end == NEVER else end, person, end == NEVER)
            for record, state, start, end, person in self.trace.stints.tolist()
        ]

    @cached_property
    def lives(self) -> list[list[Stint]]:
        """Return the rows of each record."""
        lives: list[list[Stint]] = [[] for _ in range(self.workload.n_records)]
        for stint in self.stints:
            lives[stint.record].append(stint)
        return lives

    @cached_property
    def leader(self) -> list[int]:
        """Return the first record of each record's visit."""
        found = list(range(self.workload.n_records))
        for record, follower in enumerate(self.follower):
            if follower != NEVER:
                found[follower] = found[record]
        return found

    @cached_property
    def is_online(self) -> list[bool]:
        """Return which records are submitted without a visit."""
        draw, arrival, entry = (
            column.tolist() for column in (self.workload.channel_draw, self.workload.arrival, self.workload.entry)
        )
        return [
            entry[record] == NEVER
            and draw[first] < self.plan.online_ppm[self.procedure[first], self.day(arrival[first])]
            for record, first in enumerate(self.leader)
        ]

    # --- the hall's doors ---

    def _doors_of(self, tick: int) -> list[int] | None:
        number = bisect_right(self.doors, tick, key=lambda door: door[0]) - 1
        return self.doors[number] if number >= 0 else None

    def is_inside(self, tick: int) -> bool:
        """Return whether a tick lies from a day's midnight to its dispersal."""
        door = self._doors_of(tick)
        return door is not None and tick < door[3]

    def is_open(self, tick: int) -> bool:
        """Return whether who comes at a tick may join a line."""
        door = self._doors_of(tick)
        return door is not None and tick < door[2]

    def opening_from(self, tick: int) -> int | None:
        """Return the first opening at this tick or later."""
        number = bisect_left(self.doors, tick, key=lambda door: door[1])
        return self.doors[number][1] if number < len(self.doors) else None

    def visit_from(self, tick: int, record: int) -> int | None:
        """Return when a record is brought that is ready at a tick: then, if one may come, or after an opening."""
        door = self._doors_of(tick)
        if door is not None and door[1] <= tick < door[2]:
            return tick
        opening = self.opening_from(tick)
        return None if opening is None else opening + int(self.workload.return_offset[record])

    # --- lines ---

    @cached_property
    def waits(self) -> list[Wait]:
        """Return every stay in a line; who is put down keeps the tick of joining."""
        return [
            Wait(life[index].record, WAIT_OF[life[index].state], joined, life[index].start, life[index].end)
            for life in self.lives
            for index, joined in _joined(life).items()
        ]

    # --- people ---

    @cached_property
    def shifts(self) -> list[list[Shift]]:
        """Return the shifts of each person, without those of days of absence."""
        found: list[list[Shift]] = [[] for _ in range(self.plan.n_persons)]
        for person, start, end, hall_end in self.plan.shifts.tolist():
            day = self.day(start)
            draw = self.workload.absence_draw[self.plan.person_group[person], self.plan.person_member[person], day]
            if draw < self.plan.absence_ppm[person]:
                continue
            last = found[person][-1] if found[person] else None
            day_start = last.day_start if last and self.day(last.start) == day else start
            found[person].append(Shift(start, end, hall_end, day_start))
        return found

    @cached_property
    def _shift_starts(self) -> list[list[int]]:
        return [[shift.start for shift in shifts] for shifts in self.shifts]

    def shift_at(self, person: int, tick: int) -> Shift | None:
        """Return the latest shift of a person that has begun, also when it is over."""
        number = bisect_right(self._shift_starts[person], tick) - 1
        return self.shifts[person][number] if number >= 0 else None

    def may_take(self, person: int, stage: Stage, procedure: int, tick: int) -> bool:
        """Return whether a person has the skill, and the time, to take something up at a tick."""
        if self._rank[person][stage][procedure] == NEVER:
            return False
        shift = self.shift_at(person, tick)
        return shift is not None and tick < (shift.hall_end if stage in HALL_STAGES else shift.end)

    def rank(self, person: int, stage: Stage, procedure: int) -> int:
        """Return how much a person prefers such work, 0 most; `NEVER` without the skill."""
        return self._rank[person][stage][procedure]

    def n_places(self, stage: Stage) -> int:
        """Return how many can be at work in the places of a stage: counters, desks, or as many as there are people."""
        if stage in COUNTER_STAGES:
            return self.plan.n_counters
        return self.plan.n_desks if stage in DESK_STAGES else self.plan.n_persons + 1

    @cached_property
    def tasks(self) -> list[Task]:
        """Return everything that somebody took from a line, in the order of people and ticks.

        At a counter that is an attendance: the turn of who was called, then those of the followers.
        """
        found = []
        for life in self.lives:
            joined = _joined(life)
            for index, stint in enumerate(life):
                is_called = index > 0 and life[index - 1].state in WAIT_OF
                if stint.state == State.INTAKE and is_called:
                    stage, end = Stage.INTAKE, max(part.end for turn in self.turns(life, index) for part in turn)
                elif stint.state == State.WRONG_COUNTER:
                    stage, end = Stage.INTAKE, stint.end
                elif stint.state in WORK_OF and stint.state != State.INTAKE:
                    stage, end = WORK_OF[stint.state], stint.end
                else:
                    continue
                found.append(Task(stint.person, stint.start, end, stage, stint.record, joined[index - 1]))
        return sorted(found)

    def turns(self, life: list[Stint], index: int) -> Iterator[list[Stint]]:
        """Yield the turns of an attendance, each from its intake on, given the place of the first in its life."""
        yield _turn(life, index)
        if any(stint.state == State.INTAKE for stint in life[:index]):
            return  # a further visit, of that record alone
        record = self.follower[life[0].record]
        while record != NEVER and len(self.lives[record]) > 1 and self.lives[record][1].state == State.INTAKE:
            yield _turn(self.lives[record], 1)
            record = self.follower[record]

    @cached_property
    def tasks_of(self) -> list[list[Task]]:
        """Return the tasks of each person in the order of time."""
        found: list[list[Task]] = [[] for _ in range(self.plan.n_persons)]
        for task in self.tasks:
            found[task.person].append(task)
        return found

    def is_free(self, person: int, tick: int) -> bool:
        """Return whether a person was at work neither before, nor at, nor after a tick."""
        tasks = self.tasks_of[person]
        number = bisect_left(tasks, tick, key=lambda task: task.end)  # the first that ends at the tick or later
        return number == len(tasks) or tasks[number].start > tick

    @cached_property
    def n_using(self) -> dict[Stage, tuple[list[int], list[int]]]:
        """Return the starts and the ends of the use of each stage's kind of place."""
        found: dict[Stage, tuple[list[int], list[int]]] = {}
        for stages in SHARE_PLACES:
            of_kind = [task for task in self.tasks if task.stage in stages]
            told = sorted(task.start for task in of_kind), sorted(task.end for task in of_kind)
            found |= dict.fromkeys(stages, told)
        return found

    def is_place_free(self, stage: Stage, tick: int) -> bool:
        """Return whether a place was free all through a tick, whatever came first at it."""
        starts, ends = self.n_using[stage]
        return bisect_right(starts, tick) - bisect_left(ends, tick) < self.n_places(stage)


def _joined(life: list[Stint]) -> dict[int, int]:
    """Return the tick of joining of each stay in a line, by its place in the life; who is put down keeps it."""
    found: dict[int, int] = {}
    joined: dict[State, int] = {}
    for index, stint in enumerate(life):
        if stint.state in WAIT_OF:
            is_put_down = index > 0 and WORK_OF.get(life[index - 1].state) == WAIT_OF[stint.state]
            joined[stint.state] = joined[stint.state] if is_put_down else stint.start
            found[index] = joined[stint.state]
    return found


def _turn(life: list[Stint], index: int) -> list[Stint]:
    """Return a record's turn at the counter: intake, scanner, scanning, and the upload if it is attended."""
    found = [life[index]]
    for stint in life[index + 1 :]:
        if stint.state not in TURN[1:] or (stint.state == State.UPLOAD and stint.person == NEVER):
            break
        found.append(stint)
    return found
