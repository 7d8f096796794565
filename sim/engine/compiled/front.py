"""The front of the memory: what a plan tells, the same for all its replications.

In: a plan. Out: a `Front`, to be copied. Invariant: it is made once for each plan that is alive, and never changed.
"""

import weakref
from typing import Final

import numpy as np

from sim.engine.compiled import at, crew, man, queue
from sim.engine.compiled.pace import DISPERSAL, DOOR, FULL
from sim.engine.compiled.tables import FOREVER, Flags, Place, Whole
from sim.engine.order import Kind
from sim.plan import Plan
from sim.scenario.people import COUNTER_STAGES, DESK_STAGES, Stage
from sim.timebase import NEVER

_MADE: Final[dict[int, tuple["weakref.ref[Plan]", "Front"]]] = {}


def front_of(plan: Plan) -> "Front":
    """Return the plan's front, made anew only when it is not at hand."""
    number = id(plan)
    made = _MADE.get(number)
    if made and made[0]() is plan:
        return made[1]
    front = Front(plan)
    _MADE[number] = weakref.ref(plan, lambda _: _MADE.pop(number, None)), front
    return front


class Front:
    """The single numbers, and the tables that do not depend on chance.

    Attributes:
        numbers: the memory's beginning.
        has_procedure: ``bool[n_lines, n_procedures]``, which records may wait in a line.
        shifts: who works when, and who perhaps does not come.
    """

    def __init__(self, plan: Plan) -> None:
        ground = _Ground()
        _lay_single_numbers(ground.single, plan)
        group, people = _lay_people(ground, plan)
        self.has_procedure = _lay_lines(ground, plan, group)
        _lay_calendar(ground, plan)
        self.shifts = Shifts(plan, people)
        self.shifts.lay(ground)
        self.numbers: Whole = ground.memory()


class _Ground:
    """Memory as it is being divided: the single numbers, then tables and room for what is to come."""

    def __init__(self) -> None:
        self.single = np.zeros(at.SIZE, dtype=np.int64)
        self._size = int(at.SIZE)
        self._tables: list[tuple[int, Whole]] = []

    def lay(self, table: Whole) -> int:
        """Place a table and return its address; what is in it may still change."""
        self._tables.append((self._size, table))
        return self.leave(table.size)

    def leave(self, n: int) -> int:
        """Leave room for so many numbers and return its address."""
        address = self._size
        self._size += n
        return address

    def lay_between(self, start: int, end: int, table: Whole) -> None:
        """Place a table and note where it starts and ends."""
        self.single[start], self.single[end] = self.lay(table), self._size

    def lay_row(self, row: Whole, column: int, table: Whole) -> None:
        """Place a table that a row refers to, by its start and, in the next column, its end."""
        row[column], row[column + 1] = self.lay(table), self._size

    def memory(self) -> Whole:
        """Return the memory, with the tables in it."""
        m = np.zeros(self._size, dtype=np.int64)
        m[: at.SIZE] = self.single
        for address, table in self._tables:
            m[address : address + table.size] = table.ravel()
        return m


def _lay_single_numbers(single: Whole, plan: Plan) -> None:
    is_tiring = plan.fatigue_permille != FULL
    single[at.DUE : at.DUE + max(Kind) + 1] = FOREVER
    single[at.ROOM + Place.HALL] = single[at.ROOM + Place.OWN_DESK] = FOREVER
    single[at.ROOM + Place.COUNTER] = plan.n_counters
    single[at.ROOM + Place.DESK] = plan.n_desks
    single[at.FREED] = NEVER
    single[at.SCANNERS] = plan.n_scanners
    single[at.END_TICK] = plan.hours.timebase.end_tick
    single[at.TICKS_PER_H] = plan.ticks_per_h
    single[at.FRESH] = plan.ticks_per_h * int(is_tiring.argmax()) if is_tiring.any() else FOREVER
    single[at.WRONG_WORK] = plan.wrong_work
    single[at.HOLDS_COUNTER] = plan.holds_counter


def _lay_people(ground: _Ground, plan: Plan) -> tuple[Whole, Whole]:
    """Return the groups' rows, to be filled in, and the people's addresses."""
    n_groups, n_persons, n_days = len(plan.groups), plan.n_persons, plan.work_permille.shape[1]
    group = np.zeros((n_groups, crew.WIDTH), dtype=np.int64)
    ground.lay_between(at.GROUPS, at.GROUPS_END, group)
    rows = np.zeros((n_persons, man.PERMILLE + n_days), dtype=np.int64)
    rows[:, man.NUMBER] = np.arange(n_persons)
    rows[:, man.GROUP] = ground.single[at.GROUPS] + plan.person_group * crew.WIDTH
    rows[:, man.RECORD] = NEVER
    rows[:, man.PERMILLE :] = plan.work_permille
    people = ground.lay(rows) + np.arange(n_persons) * rows.shape[1]
    n_members = np.bincount(plan.person_group, minlength=n_groups).tolist()
    for row, n in zip(group, n_members, strict=True):
        for heap in (crew.HALL, crew.OFFICE):
            row[heap] = ground.leave(1 + n)
    for heap in (at.WORK_DUE, at.SCAN_DUE):  # whoever is worked on, or waits for a scanner, has a person
        ground.single[heap] = ground.leave(1 + n_persons)
    return group, people


def _lay_lines(ground: _Ground, plan: Plan, group: Whole) -> Flags:
    """Lay lines and procedures, note with the groups what they can serve; return whose records wait in each line."""
    _, n_stages, n_procedures = plan.rank.shape
    pairs = [(stage, procedure) for stage in range(n_stages) for procedure in range(n_procedures)]
    numbers: dict[tuple[int, bytes], int] = {}  # of lines, by stage and what groups think of it
    number_of = np.array(
        [numbers.setdefault((stage, plan.rank[:, stage, kind].tobytes()), len(numbers)) for stage, kind in pairs],
        dtype=np.int64,
    ).reshape(n_stages, n_procedures)
    lines = np.zeros((len(numbers), queue.WIDTH), dtype=np.int64)
    ground.lay_between(at.LINES, at.LINES_END, lines)
    address = ground.single[at.LINES] + np.arange(len(lines)) * queue.WIDTH
    group_address = ground.single[at.GROUPS] + np.arange(len(group)) * crew.WIDTH
    offers: list[list[tuple[int, int]]] = [[] for _ in plan.groups]
    for (stage, column), number in numbers.items():
        rank = np.frombuffer(column, dtype=np.int64)
        servers = np.flatnonzero(rank != NEVER)
        lines[number, queue.STAGE], lines[number, queue.PLACE] = stage, _place(stage)
        ground.lay_row(lines[number], queue.SERVERS, group_address[servers])
        for server in servers.tolist():
            offers[server].append((int(rank[server]), int(address[number])))
    for row, of_group in zip(group, offers, strict=True):
        ground.lay_row(row, crew.OFFERS, np.array(sorted(of_group), dtype=np.int64))
    ppm = np.stack([plan.online_ppm, plan.wrong_ppm, plan.incomplete_ppm], axis=2)
    kinds = np.concatenate([address[number_of.T], ppm.reshape(n_procedures, -1)], axis=1)
    ground.single[at.KINDS], ground.single[at.KIND_WIDTH] = ground.lay(kinds), kinds.shape[1]
    return np.array([(number_of == number).any(axis=0) for number in range(len(lines))], dtype=bool)


def _place(stage: int) -> Place:
    if stage == Stage.GUIDANCE:
        return Place.HALL
    if stage in COUNTER_STAGES:
        return Place.COUNTER
    return Place.DESK if stage in DESK_STAGES else Place.OWN_DESK


def _lay_calendar(ground: _Ground, plan: Plan) -> None:
    """Lay days, doors and signings, and how work depends on day and hour."""
    single = ground.single
    single[at.MIDNIGHTS] = ground.lay(plan.hours.timebase.midnights)
    single[at.FATIGUE] = ground.lay(plan.fatigue_permille)
    single[at.INTAKE] = ground.lay(plan.intake_permille)
    ground.lay_between(at.DOORS, at.DOORS_END, plan.doors)
    ground.lay_between(at.SIGNINGS, at.SIGNINGS_END, plan.signings)
    single[at.DOOR], single[at.NEXT_CLOSING] = single[at.DOORS] - DOOR, single[at.DOORS]
    single[at.NEXT_SIGNING] = single[at.SIGNINGS]
    for kind, ticks in ((Kind.CLOSING, plan.doors[:, DISPERSAL]), (Kind.SIGNING, plan.signings)):
        if len(ticks):
            single[at.DUE + kind] = ticks[0]


class Shifts:
    """Who works when, in the order of starts and of ends.

    Args:
        plan: the plan.
        people: addresses of its people.
    """

    def __init__(self, plan: Plan, people: Whole) -> None:
        person, start, end, hall_end = plan.shifts.T
        day = np.searchsorted(plan.hours.timebase.midnights, start, side="right") - 1
        is_first = np.ones(len(person), dtype=bool)  # of the person's day
        is_first[1:] = (person[1:] != person[:-1]) | (day[1:] != day[:-1])
        day_start = start[np.maximum.accumulate(np.where(is_first, np.arange(len(person)), 0))]
        self._by_start, self._by_end = np.lexsort((person, start)), np.lexsort((person, end))
        self._starts = np.column_stack([start, people[person], end, hall_end, day_start])[self._by_start]
        self._ends = np.column_stack([end, people[person]])[self._by_end]
        self._drawn_by = (plan.person_group[person], plan.person_member[person], day)
        self._absence_ppm = plan.absence_ppm[person]

    def lay(self, ground: _Ground) -> None:
        """Lay all shifts, as if everybody came."""
        ground.lay_between(at.NEXT_START, at.STARTS_END, self._starts)
        ground.lay_between(at.NEXT_END, at.ENDS_END, self._ends)
        _foresee(ground.single, self._starts, self._ends)

    def leave_out(self, m: Whole, absence_draw: Whole) -> None:
        """Leave out of a memory the shifts of those who are absent; a day's absence is of all shifts of that day."""
        if not self._absence_ppm.any():
            return
        comes = absence_draw[self._drawn_by] >= self._absence_ppm
        starts, ends = self._starts[comes[self._by_start]], self._ends[comes[self._by_end]]
        for start, end, rows in ((at.NEXT_START, at.STARTS_END, starts), (at.NEXT_END, at.ENDS_END, ends)):
            m[end] = m[start] + rows.size
            m[m[start] : m[end]] = rows.ravel()
        _foresee(m, starts, ends)


def _foresee(single: Whole, starts: Whole, ends: Whole) -> None:
    single[at.DUE + Kind.SHIFT_START] = starts[0, 0] if len(starts) else FOREVER
    single[at.DUE + Kind.SHIFT_END] = ends[0, 0] if len(ends) else FOREVER
