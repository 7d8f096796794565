"""Lines: who is free takes the best of what they can, in the written order, and never stands idle."""

from bisect import insort
from collections import defaultdict
from itertools import groupby
from operator import itemgetter

from sim.scenario.people import Stage
from sim.trace import NEVER
from tests.laws.laws.told import SHARE_PLACES, Task, Told, Wait

_KIND = {stage: kind for kind in SHARE_PLACES for stage in kind}
_Line = tuple[Stage, int]  # with a procedure
_Key = tuple[int, int, int]  # priority, tick of joining, record


class _Waiting:
    """Who waits in each line, in order."""

    def __init__(self, told: Told) -> None:
        self._told = told
        self._priority: list[int] = told.workload.priority.tolist()
        self.lines: dict[_Line, list[_Key]] = defaultdict(list)

    def _place(self, wait: Wait) -> tuple[_Line, _Key]:
        line = (wait.stage, self._told.procedure[wait.record])
        return line, (self._priority[wait.record], wait.joined, wait.record)

    def add(self, wait: Wait) -> None:
        line, key = self._place(wait)
        insort(self.lines[line], key)

    def remove(self, wait: Wait) -> None:
        line, key = self._place(wait)
        self.lines[line].remove(key)


def check_lines(told: Told) -> None:
    """Each takes, of all that waits for what they can do, the best by preference, priority, joining and record."""
    lasting = [wait for wait in told.waits if wait.start < wait.end]
    joins = sorted(lasting, key=lambda wait: wait.start, reverse=True)
    leaves = sorted(lasting, key=lambda wait: wait.end, reverse=True)
    waiting = _Waiting(told)
    for tick, tasks in groupby(sorted(told.tasks, key=lambda task: task.start), key=lambda task: task.start):
        # Only who waits all through the tick is sure to be there when somebody chooses.
        while joins and joins[-1].start < tick:
            waiting.add(joins.pop())
        while leaves and leaves[-1].end <= tick:
            waiting.remove(leaves.pop())
        for task in tasks:
            _check_best(told, waiting, task)


def _check_best(told: Told, waiting: _Waiting, task: Task) -> None:
    person, tick = task.person, task.start
    own = (told.workload.priority[task.record], task.joined, task.record)
    own_rank = told.rank(person, task.stage, told.procedure[task.record])
    for (stage, procedure), keys in waiting.lines.items():
        if not keys or not told.may_take(person, stage, procedure, tick):
            continue
        has_place = _is_same_place(stage, task.stage) or told.is_place_free(stage, tick)
        is_better = (told.rank(person, stage, procedure), *keys[0]) < (own_rank, *own)
        assert not (has_place and is_better), f"{task} is taken before record {keys[0][2]} in the line of {stage.name}"


def _is_same_place(one: Stage, other: Stage) -> bool:
    return any({one, other} <= set(kind) for kind in SHARE_PLACES)


def check_nobody_idle(told: Told) -> None:
    """While something waits that a free person can do, and a place for it is free, they do not stand idle."""
    sweep = _Sweep(told)
    for _, changes in groupby(sorted(_changes(told), key=itemgetter(0)), key=itemgetter(0)):
        sweep.step(list(changes))


_Change = tuple[int, int, str, int, Stage | None, int]  # tick, step, what, person, stage, procedure


def _changes(told: Told) -> list[_Change]:
    """Return every change of who waits, who is there and who works; between two of them nothing changes."""
    found: list[_Change] = []
    for wait in told.waits:
        line = wait.stage, told.procedure[wait.record]
        found += [(max(0, wait.start), 1, "waits", NEVER, *line), (wait.end, -1, "waits", NEVER, *line)]
    for task in told.tasks:
        found += [(task.start, 1, "works", task.person, task.stage, 0)]
        found += [(task.end, -1, "works", task.person, task.stage, 0)]
    for person, shifts in enumerate(told.shifts):
        for shift in shifts:
            found += [(shift.start, 1, "is there", person, None, 0)]
            found += [(max(shift.end, shift.hall_end), -1, "is there", person, None, 0)]
    return [change for change in found if change[0] < told.end]


class _Sweep:
    """What is the case between two changes."""

    def __init__(self, told: Told) -> None:
        self._told = told
        self._n_waiting: dict[_Line, int] = defaultdict(int)
        self._n_used: dict[Stage, int] = defaultdict(int)
        self._n_tasks, self._n_shifts = ([0] * told.plan.n_persons for _ in range(2))
        self._idle: set[int] = set()

    def step(self, changes: list[_Change]) -> None:
        """Take over what changes at one tick, and judge what is the case right after it."""
        for _, step, what, person, stage, procedure in changes:
            if what == "waits" and stage is not None:
                self._n_waiting[stage, procedure] += step
                continue
            if stage is None:
                self._n_shifts[person] += step
            else:
                self._n_tasks[person] += step
                self._n_used[stage] += step
            is_idle = self._n_shifts[person] and not self._n_tasks[person]
            (self._idle.add if is_idle else self._idle.discard)(person)
        if self._idle:
            tick = changes[0][0]
            for line in [line for line, n in self._n_waiting.items() if n and self._has_place(line[0])]:
                able = [person for person in self._idle if self._told.may_take(person, *line, tick)]
                assert not able, f"{able} stand idle at {tick}, while somebody waits in the line {line}"

    def _has_place(self, stage: Stage) -> bool:
        return sum(self._n_used[each] for each in _KIND[stage]) < self._told.n_places(stage)
