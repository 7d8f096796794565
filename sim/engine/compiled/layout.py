"""Lays out the memory of a replication.

In: a workload, a plan and conditions. Out: `m` and `x` as `sim.engine.compiled.tables` describes them. Invariant: all
that a replication needs, but for more stints than usual, is allocated here.
"""

from typing import Final

import numpy as np

from sim.conditions import Conditions
from sim.engine.compiled import at, crew, man, queue, rec
from sim.engine.compiled.diary import STINT, stints_of_an_event
from sim.engine.compiled.heaps import ENTRY
from sim.engine.compiled.link import RATES
from sim.engine.compiled.pace import DISPERSAL, DOOR
from sim.engine.compiled.tables import FOREVER, IDLE, Floats, Place, Whole
from sim.engine.order import Kind
from sim.errors import require
from sim.plan import Plan
from sim.scenario.people import COUNTER_STAGES, Stage
from sim.timebase import NEVER
from sim.workload import Workload

_BITS = 62  # of a number that is compared
_STINTS = 6  # room for so many of each record, to begin with
_DRAWS: Final = {
    rec.ARRIVAL: "arrival",
    rec.ENTRY: "entry",
    rec.CHANNEL_DRAW: "channel_draw",
    rec.WRONG_DRAW: "wrong_draw",
    rec.INCOMPLETE_DRAW: "incomplete_draw",
    rec.SCAN_WORK: "scan_work",
    rec.UPLOAD_BIT: "upload_bit",
    rec.PATIENCE: "patience",
    rec.BALK_AT: "balk_at",
    rec.N_TRIES: "n_tries",
    rec.RETURN_OFFSET: "return_offset",
    rec.SUPPLEMENT_DELAY: "supplement_delay",
    rec.COLLECT_DELAY: "collect_delay",
}


class _Ground:
    """Memory as it is being divided: the single numbers, then tables and room for what is to come."""

    def __init__(self) -> None:
        self.single = np.zeros(at.SIZE, dtype=np.int64)
        self.size = int(at.SIZE)
        self._tables: list[tuple[int, Whole]] = []

    def lay(self, table: Whole) -> int:
        """Place a table and return its address; what is in it may still change."""
        self._tables.append((self.size, table))
        return self.leave(table.size)

    def leave(self, n: int) -> int:
        """Leave room for so many numbers and return its address."""
        address = self.size
        self.size += n
        return address

    def lay_between(self, start: int, end: int, table: Whole) -> None:
        """Place a table and note where it starts and ends."""
        self.single[start], self.single[end] = self.lay(table), self.size

    def memory(self) -> Whole:
        """Return the memory, with the tables in it."""
        m = np.empty(self.size, dtype=np.int64)
        m[: at.SIZE] = self.single
        for address, table in self._tables:
            m[address : address + table.size] = table.ravel()
        return m


def lay_out(workload: Workload, plan: Plan, conditions: Conditions) -> tuple[Whole, Floats]:
    """Return a fresh memory."""
    ground, timebase = _Ground(), plan.hours.timebase
    single, n_records, n_persons = ground.single, workload.n_records, plan.n_persons
    _lay_single_numbers(single, plan)
    single[at.BITS] = bits = n_records.bit_length()
    require(timebase.end_tick < 1 << (_BITS - bits), "too many records and ticks for one number", bits=bits)
    records = ground.leave(n_records * rec.WIDTH)
    single[at.RECORDS], single[at.RECORDS_END] = records, ground.size
    groups, people = _lay_people(ground, plan)
    kinds = _lay_lines(ground, workload, plan, groups)
    _lay_calendar(ground, workload, plan, people)
    _lay_comings(ground, workload, records)
    rates = _lay_conditions(ground, conditions)
    for heap, most in (
        (at.WORK_DUE, n_persons),  # whoever is worked on has a person
        (at.SCAN_DUE, n_persons),
        (at.LEAVE_DUE, n_records),
        (at.RETURN_DUE, n_records),
    ):
        single[heap] = ground.lay(np.zeros(1, dtype=np.int64))
        ground.leave(most)
    single[at.SIGNING], single[at.TRANSFERS] = ground.leave(n_records), ground.leave(n_records)
    single[at.STINTS] = single[at.NEXT_STINT] = ground.size
    single[at.LAST_STINT] = ground.leave(_STINTS * n_records * STINT) + _STINTS * n_records * STINT
    ground.leave(stints_of_an_event(n_records, n_persons) * STINT)
    m = ground.memory()
    _fill_records(
        m[records : single[at.RECORDS_END]].reshape(n_records, rec.WIDTH), records, workload, kinds, timebase.end_tick
    )
    m[at.TARGETS] = RATES + len(rates)
    x = np.zeros(RATES + len(rates) + n_records, dtype=np.float64)
    x[RATES : RATES + len(rates)] = rates
    return m, x


def _lay_single_numbers(single: Whole, plan: Plan) -> None:
    single[at.DUE : at.DUE + max(Kind) + 1] = FOREVER
    single[at.ROOM + Place.HALL] = FOREVER
    single[at.ROOM + Place.COUNTER] = plan.n_counters
    single[at.ROOM + Place.DESK] = plan.n_desks
    single[at.SCANNERS] = plan.n_scanners
    single[at.END_TICK] = plan.hours.timebase.end_tick
    single[at.TICKS_PER_H] = plan.ticks_per_h
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
    for number, n_members in enumerate(np.bincount(plan.person_group, minlength=n_groups).tolist()):
        for heap in (crew.HALL, crew.OFFICE):
            group[number, heap] = ground.lay(np.zeros(1, dtype=np.int64))
            ground.leave(n_members)
    return group, people


def _lay_lines(ground: _Ground, workload: Workload, plan: Plan, group: Whole) -> Whole:
    """Lay the lines, note with the groups what they can serve, and return the procedures' addresses."""
    _, n_stages, n_procedures = plan.rank.shape
    numbers: dict[tuple[int, bytes], int] = {}
    number_of = np.array(
        [
            [
                numbers.setdefault((stage, plan.rank[:, stage, procedure].tobytes()), len(numbers))
                for procedure in range(n_procedures)
            ]
            for stage in range(n_stages)
        ],
        dtype=np.int64,
    ).reshape(n_stages, n_procedures)
    line = np.zeros((len(numbers), queue.WIDTH), dtype=np.int64)
    ground.lay_between(at.LINES, at.LINES_END, line)
    address = ground.single[at.LINES] + np.arange(len(line)) * queue.WIDTH
    group_address = ground.single[at.GROUPS] + np.arange(len(group)) * crew.WIDTH
    n_records = np.bincount(workload.procedure, minlength=n_procedures)
    offers: list[list[tuple[int, int]]] = [[] for _ in plan.groups]
    for (stage, column), number in numbers.items():
        rank = np.frombuffer(column, dtype=np.int64)
        servers = np.flatnonzero(rank != NEVER)
        most = int(n_records[number_of[stage] == number].sum())
        line[number] = (
            stage,
            Place.HALL if stage == Stage.GUIDANCE else Place.COUNTER if stage in COUNTER_STAGES else Place.DESK,
            ground.leave(ENTRY * most),
            0,
            ground.lay(group_address[servers]),
            ground.size,
        )
        for server in servers.tolist():
            offers[server].append((int(rank[server]), int(address[number])))
    for number, of_group in enumerate(offers):
        rows = np.array(sorted(of_group), dtype=np.int64)
        group[number, crew.OFFERS], group[number, crew.OFFERS_END] = ground.lay(rows), ground.size
    ppm = np.stack([plan.online_ppm, plan.wrong_ppm, plan.incomplete_ppm], axis=2)
    kind = np.concatenate([address[number_of.T], ppm.reshape(n_procedures, -1)], axis=1)
    return np.asarray(ground.lay(kind) + np.arange(n_procedures) * kind.shape[1])


def _lay_calendar(ground: _Ground, workload: Workload, plan: Plan, people: Whole) -> None:
    """Lay what the plan tells beforehand: shifts, doors, signings, and how work depends on day and hour."""
    single = ground.single
    starts, ends = _shifts(workload, plan)
    starts[:, 1], ends[:, 1] = people[starts[:, 1]], people[ends[:, 1]]
    single[at.MIDNIGHTS] = ground.lay(plan.hours.timebase.midnights)
    single[at.FATIGUE] = ground.lay(plan.fatigue_permille)
    single[at.INTAKE] = ground.lay(plan.intake_permille)
    ground.lay_between(at.DOORS, at.DOORS_END, plan.doors)
    ground.lay_between(at.NEXT_START, at.STARTS_END, starts)
    ground.lay_between(at.NEXT_END, at.ENDS_END, ends)
    ground.lay_between(at.SIGNINGS, at.SIGNINGS_END, plan.signings)
    single[at.DOOR], single[at.NEXT_CLOSING], single[at.NEXT_SIGNING] = (
        single[at.DOORS] - DOOR,
        single[at.DOORS],
        single[at.SIGNINGS],
    )
    for kind, ticks in (
        (Kind.SHIFT_END, ends[:, 0]),
        (Kind.CLOSING, plan.doors[:, DISPERSAL]),
        (Kind.SIGNING, plan.signings),
        (Kind.SHIFT_START, starts[:, 0]),
    ):
        if len(ticks):
            single[at.DUE + kind] = ticks[0]


def _shifts(workload: Workload, plan: Plan) -> tuple[Whole, Whole]:
    """Return the shifts that are worked: rows (start, person, end, hall_end, start of the day), and (end, person)."""
    person, start, end, hall_end = plan.shifts.T
    day = np.searchsorted(plan.hours.timebase.midnights, start, side="right") - 1
    draw = workload.absence_draw[plan.person_group[person], plan.person_member[person], day]
    is_there = draw >= plan.absence_ppm[person]
    person, start, end, hall_end, day = (column[is_there] for column in (person, start, end, hall_end, day))
    is_first = np.ones(len(person), dtype=bool)
    is_first[1:] = (person[1:] != person[:-1]) | (day[1:] != day[:-1])
    day_start = start[np.maximum.accumulate(np.where(is_first, np.arange(len(person)), 0))]
    starts = np.column_stack([start, person, end, hall_end, day_start])[np.lexsort((person, start))]
    ends = np.column_stack([end, person])[np.lexsort((person, end))]
    return starts, ends


def _lay_comings(ground: _Ground, workload: Workload, records: int) -> None:
    """Lay the records that arrive by themselves: those that lead a visit, and those of the first day."""
    numbers = np.flatnonzero(workload.leads | (workload.entry != NEVER))
    ground.lay_between(at.NEXT_COMING, at.COMINGS_END, records + numbers * rec.WIDTH)
    if len(numbers):
        ground.single[at.DUE + Kind.ARRIVAL] = max(0, workload.arrival[numbers[0]])


def _lay_conditions(ground: _Ground, conditions: Conditions) -> Floats:
    """Lay pace, portal and the steps of the link, and return the latter's bits per tick."""
    steps = np.column_stack([conditions.link_step_tick, conditions.link_loses])
    paces = np.column_stack([conditions.pace_step_tick, conditions.pace_permille, conditions.pace_loses])
    ground.lay_between(at.STEPS, at.STEPS_END, steps)
    ground.lay_between(at.PACE, at.PACES_END, paces)
    ground.lay_between(at.PORTAL, at.PORTALS_END, conditions.portal_down)
    ground.single[at.NEXT_STEP] = ground.single[at.STEPS]
    ground.single[at.DUE + Kind.LINK_STEP] = conditions.link_step_tick[0]
    return conditions.link_bit_per_tick


def _fill_records(rows: Whole, address: int, workload: Workload, kinds: Whole, end_tick: int) -> None:
    rows[:] = 0
    rows[:, rec.NUMBER] = np.arange(len(rows))
    rows[:, rec.STATE] = IDLE
    rows[:, rec.LINE] = rows[:, rec.RECEIVED] = rows[:, rec.SETTLED] = NEVER
    rows[:, rec.PROCEDURE] = kinds[workload.procedure]
    rows[:, rec.RANK_KEY] = _rank_key(workload, end_tick)
    rows[:, rec.NEXT] = np.where(workload.follower == NEVER, NEVER, address + workload.follower * rec.WIDTH)
    rows[:, rec.WORK : rec.WORK + len(Stage)] = workload.work.T
    for column, name in _DRAWS.items():
        rows[:, column] = getattr(workload, name)


def _rank_key(workload: Workload, end_tick: int) -> Whole:
    """Return what a tick of joining is added to, so that the sums are in the order of (priority, tick)."""
    lowest = min(0, int(workload.arrival.min(initial=0)))
    priority = workload.priority - workload.priority.min(initial=0)
    span = end_tick - lowest
    require(span * (int(priority.max(initial=0)) + 1) < 1 << _BITS, "too many priorities and ticks for one number")
    return np.asarray(priority * span - lowest, dtype=np.int64)
