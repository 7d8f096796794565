"""Who waits for what, who is free, and who takes what: lines, people and places."""

from bisect import insort

import simpy

from sim.engine.reference.calendar import Calendar
from sim.engine.reference.given import Given
from sim.scenario.people import COUNTER_STAGES, DESK_STAGES, HALL_STAGES, Stage
from sim.trace import NEVER

Task = tuple[Stage, int]
_Key = tuple[int, int, int]  # priority, tick of joining, record: the order of a line


class Floor:
    """The lines of all stages, and the people who serve them."""

    def __init__(self, calendar: Calendar, given: Given) -> None:
        workload, plan = given.workload, given.plan
        self._calendar = calendar
        self._procedure = given.procedure
        self._priority: list[int] = workload.priority.tolist()
        n_procedures = len(plan.procedures)
        self._lines: list[list[list[_Key]]] = [[[] for _ in range(n_procedures)] for _ in Stage]
        self._key: dict[int, tuple[Stage, _Key]] = {}
        self._joined: dict[int, int] = {}
        self._group: list[int] = plan.person_group.tolist()
        self._offers = [  # the lines that each group can serve, with its preference
            [
                (rank, stage, self._lines[stage][procedure], _place(stage))
                for stage in Stage
                for procedure, rank in enumerate(of_group[stage])
                if rank != NEVER
            ]
            for of_group in plan.rank.tolist()
        ]
        self._end, self._hall_end = [0] * plan.n_persons, [0] * plan.n_persons
        self._free: dict[int, simpy.Event] = {}
        self._held: dict[int, str] = {}
        self._n_free = {"counter": plan.n_counters, "desk": plan.n_desks}
        self._is_dispatching = False

    # -- those who wait

    def join(self, stage: Stage, record: int, joined: int) -> None:
        """Put a record in its line of this stage, where it stands by its priority and the tick of joining."""
        key = (self._priority[record], joined, record)
        insort(self._lines[stage][self._procedure[record]], key)
        self._key[record], self._joined[record] = (stage, key), joined
        self._ask()

    def is_waiting_in_hall(self, record: int) -> bool:
        """Return whether the record is in a line of the hall."""
        return record in self._key and self._key[record][0] in HALL_STAGES

    def joined_last(self, record: int) -> int:
        """Return the tick at which the record joined the line that it is or was in last."""
        return self._joined[record]

    def leave(self, record: int) -> None:
        """Take a waiting record out of its line."""
        stage, key = self._key.pop(record)
        self._lines[stage][self._procedure[record]].remove(key)

    def in_hall(self) -> list[int]:
        """Return all who wait in the hall's lines."""
        return [record for stage in HALL_STAGES for line in self._lines[stage] for _, _, record in line]

    # -- those who work

    def start_shift(self, person: int, end: int, hall_end: int) -> None:
        """Let a person take up work until `end`, and in the hall until `hall_end`."""
        self._end[person], self._hall_end[person] = end, hall_end
        self._ask()

    def shift_end(self, person: int) -> int:
        """Return when the person's last shift that has begun ends."""
        return self._end[person]

    def turn(self, person: int) -> simpy.Event:
        """Return an event that brings the person the next task; until then they are free, and so is their place."""
        if person in self._held:
            self._n_free[self._held.pop(person)] += 1
        self._free[person] = turn = simpy.Event(self._calendar)
        self._ask()
        return turn

    # -- who takes what

    def _ask(self) -> None:
        """Look, once the event at hand has done all else, whether somebody can take something."""
        if not self._is_dispatching:
            self._is_dispatching = True
            self._calendar.call_last(self._dispatch)

    def _dispatch(self) -> None:
        """Let free people take what waits, the one with the lowest number first.

        Taking leaves less to take and fewer places, so nobody who found nothing finds something later in the round.
        """
        self._is_dispatching = False
        for person in sorted(self._free):
            if not self._key:  # nobody waits any more
                return
            if (task := self._best_task(person)) is not None:
                stage, record = task
                self.leave(record)
                if (place := _place(stage)) is not None:
                    self._held[person] = place
                    self._n_free[place] -= 1
                self._free.pop(person).succeed(task)

    def _best_task(self, person: int) -> Task | None:
        """Return what the person takes of all that waits in lines that they can serve now."""
        best: tuple[tuple[int, int, int, int], Stage] | None = None
        now = self._calendar.tick
        for rank, stage, line, place in self._offers[self._group[person]]:
            if line and (best is None or (rank, *line[0]) < best[0]):
                ends = self._hall_end if stage in HALL_STAGES else self._end
                if now < ends[person] and (place is None or self._n_free[place] > 0):
                    best = (rank, *line[0]), stage
        return None if best is None else (best[1], best[0][3])


def _place(stage: Stage) -> str | None:
    """Return the kind of place that work at this stage needs."""
    if stage in COUNTER_STAGES:
        return "counter"
    return "desk" if stage in DESK_STAGES else None


class Scanners:
    """The scanners at the counters."""

    def __init__(self, calendar: Calendar, n_scanners: int) -> None:
        self._calendar = calendar
        self._n_free = n_scanners
        self._waiting: list[tuple[int, int, simpy.Event]] = []

    def are_taken(self) -> bool:
        """Return whether one must wait for a scanner."""
        return self._n_free == 0

    def take(self, record: int) -> simpy.Event:
        """Return an event that happens when the record has a scanner."""
        given = simpy.Event(self._calendar)
        if self._n_free:
            self._n_free -= 1
            given.succeed()
        else:
            insort(self._waiting, (self._calendar.tick, record, given))
        return given

    def give_back(self) -> None:
        """Give a scanner to who has waited longest, or put it back."""
        if self._waiting:
            self._waiting.pop(0)[2].succeed()
        else:
            self._n_free += 1
