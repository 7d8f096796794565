"""The front of the memory: what a plan tells, the same for all its replications.

In: a plan. Out: a `Front`, to be copied. Invariant: it is made once for each plan that is alive, and never changed.
"""

import weakref
from typing import Final

import numpy as np

from sim.engine.compiled import at, crew, man, queue, rec
from sim.engine.compiled.diary import PERSON_BITS
from sim.engine.compiled.heaps import KIND_BITS
from sim.engine.compiled.pace import DISPERSAL, DOOR, FULL
from sim.engine.compiled.tables import EIGHT, FOREVER, NOTHING, WORD, Flags, Place, Whole
from sim.engine.order import Kind
from sim.errors import require
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
        tick_bits: enough for the period's last tick.
        shifts: who works when, and who perhaps does not come.
    """

    def __init__(self, plan: Plan) -> None:
        ground = _Ground()
        _lay_single_numbers(ground.single, plan)
        group, people = _lay_people(ground, plan)
        _lay_lines(ground, plan, group)
        _lay_calendar(ground, plan)
        self.shifts = Shifts(plan, people)
        self.tick_bits = plan.hours.timebase.end_tick.bit_length()
        self.numbers: Whole = ground.memory()
        require(len(self.numbers) < 1 << PERSON_BITS, "too many people and days", numbers=len(self.numbers))


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
        """Return the memory, with the tables in it, up to where the records' rows can begin."""
        self.leave(-self._size % rec.WIDTH)
        self.single[at.RECORDS] = self._size
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
    single[at.SCANNERS] = plan.n_scanners
    single[at.WORK_DUE] = FOREVER
    single[at.END_TICK] = end_tick = plan.hours.timebase.end_tick
    single[at.END] = end_tick << KIND_BITS
    single[at.TICKS_PER_H] = plan.ticks_per_h
    single[at.FRESH] = plan.ticks_per_h * int(is_tiring.argmax()) if is_tiring.any() else FOREVER
    single[at.WRONG_WORK] = plan.wrong_work
    single[at.HOLDS_COUNTER] = plan.holds_counter


def _lay_people(ground: _Ground, plan: Plan) -> tuple[Whole, Whole]:
    """Return the groups' rows, to be filled in, and the people's addresses."""
    n_groups, n_persons, n_days = len(plan.groups), plan.n_persons, plan.work_permille.shape[1]
    group = np.zeros((n_groups, crew.WIDTH), dtype=np.int64)
    groups = ground.lay(group)
    rows = np.zeros((n_persons, man.PERMILLE + n_days), dtype=np.int64)
    rows[:, man.NUMBER] = np.arange(n_persons)
    rows[:, man.GROUP] = groups + plan.person_group * crew.WIDTH
    rows[:, man.RECORD] = NOTHING
    rows[:, man.IDLERS] = np.arange(n_persons) >> WORD
    rows[:, man.BIT] = 1 << (np.arange(n_persons) & ((1 << WORD) - 1))
    rows[:, man.PERMILLE :] = plan.work_permille
    ground.lay_between(at.IDLE_PEOPLE, at.IDLE_PEOPLE_END, np.zeros(_n_words(n_persons), dtype=np.int64))
    rows[:, man.IDLERS] += ground.single[at.IDLE_PEOPLE]
    ground.single[at.PEOPLE], ground.single[at.PERSON_WIDTH] = ground.lay(rows), rows.shape[1]
    people = ground.single[at.PEOPLE] + np.arange(n_persons) * rows.shape[1]
    until = np.full(_eights(n_persons), FOREVER)
    ground.single[at.UNTIL] = ground.lay(until)
    ground.lay_between(at.FIRST_UNTIL, at.FIRST_UNTIL_END, np.full(_eights(len(until) // EIGHT), FOREVER))
    ground.single[at.SCAN_DUE] = ground.leave(1 + n_persons)  # whoever waits for a scanner has a person
    return group, people


def _n_words(n_persons: int) -> int:
    return -(-n_persons >> WORD)


def _eights(n: int) -> int:
    """Return the next multiple of eight, of which there is one at least."""
    return max(1, -(-n // EIGHT)) * EIGHT


def _lay_lines(ground: _Ground, plan: Plan, group: Whole) -> None:
    """Lay lines and procedures, and note with the groups what they can serve."""
    _, n_stages, n_procedures = plan.rank.shape
    pairs = [(stage, procedure) for stage in range(n_stages) for procedure in range(n_procedures)]
    numbers: dict[tuple[int, bytes], int] = {}  # of lines, by stage and what groups think of it
    number_of = np.array(
        [numbers.setdefault((stage, plan.rank[:, stage, kind].tobytes()), len(numbers)) for stage, kind in pairs],
        dtype=np.int64,
    ).reshape(n_stages, n_procedures)
    n_words = _n_words(plan.n_persons)
    lines = np.zeros((len(numbers), queue.SERVERS + n_words), dtype=np.int64)
    ground.lay_between(at.LINES, at.LINES_END, lines)
    ground.single[at.LINE_WIDTH] = lines.shape[1]
    address = ground.single[at.LINES] + np.arange(len(lines)) * lines.shape[1]
    offers: list[list[tuple[int, int]]] = [[] for _ in plan.groups]
    for (stage, column), number in numbers.items():
        rank = np.frombuffer(column, dtype=np.int64)
        servers = np.flatnonzero(rank != NEVER)
        lines[number, queue.STAGE], lines[number, queue.PLACE] = stage, _place(stage)
        lines[number, queue.SERVERS :] = words = _words(np.isin(plan.person_group, servers), n_words)
        ends = np.flatnonzero(words)[[0, -1]] + [0, 1] if words.any() else np.zeros(2, dtype=np.int64)
        lines[number, queue.FIRST_WORD : queue.END_WORD + 1] = ground.single[at.IDLE_PEOPLE] + ends
        for server in servers.tolist():
            offers[server].append((int(rank[server]), int(address[number])))
    for row, of_group in zip(group, offers, strict=True):
        ground.lay_row(row, crew.OFFERS, np.array(sorted(of_group), dtype=np.int64))
    ppm = np.stack([plan.online_ppm, plan.wrong_ppm, plan.incomplete_ppm], axis=2)
    kinds = np.concatenate([address[number_of.T], ppm.reshape(n_procedures, -1)], axis=1)
    ground.single[at.KINDS], ground.single[at.KIND_WIDTH] = ground.lay(kinds), kinds.shape[1]


def _words(is_member: Flags, n_words: int) -> Whole:
    """Return a bit for each person, as words."""
    bits = np.zeros((n_words, 1 << WORD), dtype=np.int64)
    bits.ravel()[: len(is_member)] = is_member
    return np.asarray((bits << np.arange(1 << WORD)).sum(axis=1))


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
            single[at.DUE + kind] = int(ticks[0]) << KIND_BITS | kind


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
        self._may_be_absent = bool(self._absence_ppm.any())

    def of(self, absence_draw: Whole) -> tuple[Whole, Whole]:
        """Return starts and ends of the shifts of those who come; a day's absence is of all shifts of that day."""
        if not self._may_be_absent:
            return self._starts, self._ends
        comes = absence_draw[self._drawn_by] >= self._absence_ppm
        return self._starts.compress(comes[self._by_start], axis=0), self._ends.compress(comes[self._by_end], axis=0)
