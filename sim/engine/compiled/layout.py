"""Lays out the memory of a replication.

In: a workload, a plan and conditions. Out: `m` and `x` as `sim.engine.compiled.tables` describes them. Invariant: all
that a replication needs, but for more stints than usual, is allocated here.
"""

from typing import Final

import numpy as np

from sim.conditions import Conditions
from sim.engine.compiled.diary import STINT, stints_of_an_event
from sim.engine.compiled.heaps import ENTRY
from sim.engine.compiled.link import RATES
from sim.engine.compiled.pace import DISPERSAL, DOOR
from sim.engine.compiled.tables import (
    FOREVER,
    IDLE,
    PER_DAY,
    At,
    Floats,
    Group,
    Kin,
    Line,
    Man,
    Place,
    Rec,
    Whole,
)
from sim.engine.order import Kind
from sim.errors import require
from sim.plan import Plan
from sim.scenario.people import COUNTER_STAGES, Stage
from sim.timebase import NEVER
from sim.workload import Workload

_BITS = 62  # of a number that is compared
_STINTS = 6  # room for so many of each record, to begin with
_DRAWS: Final = {
    Rec.ARRIVAL: "arrival",
    Rec.ENTRY: "entry",
    Rec.CHANNEL_DRAW: "channel_draw",
    Rec.WRONG_DRAW: "wrong_draw",
    Rec.INCOMPLETE_DRAW: "incomplete_draw",
    Rec.SCAN_WORK: "scan_work",
    Rec.UPLOAD_BIT: "upload_bit",
    Rec.PATIENCE: "patience",
    Rec.BALK_AT: "balk_at",
    Rec.N_TRIES: "n_tries",
    Rec.RETURN_OFFSET: "return_offset",
    Rec.SUPPLEMENT_DELAY: "supplement_delay",
    Rec.COLLECT_DELAY: "collect_delay",
}


class _Ground:
    """Memory as it is being divided: the single numbers, then tables and room for what is to come."""

    def __init__(self) -> None:
        self.at = np.zeros(At.SIZE, dtype=np.int64)
        self.size = int(At.SIZE)
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

    def lay_between(self, start: At, end: At, table: Whole) -> None:
        """Place a table and note where it starts and ends."""
        self.at[start], self.at[end] = self.lay(table), self.size

    def memory(self) -> Whole:
        """Return the memory, with the tables in it."""
        m = np.empty(self.size, dtype=np.int64)
        m[: At.SIZE] = self.at
        for address, table in self._tables:
            m[address : address + table.size] = table.ravel()
        return m


def lay_out(workload: Workload, plan: Plan, conditions: Conditions) -> tuple[Whole, Floats]:
    """Return a fresh memory."""
    ground, timebase = _Ground(), plan.hours.timebase
    at, n_records, n_persons = ground.at, workload.n_records, plan.n_persons
    _lay_single_numbers(at, plan)
    at[At.BITS] = bits = n_records.bit_length()
    require(timebase.end_tick < 1 << (_BITS - bits), "too many records and ticks for one number", bits=bits)
    records = ground.leave(n_records * Rec.WIDTH)
    at[At.RECORDS], at[At.RECORDS_END] = records, ground.size
    groups, people = _lay_people(ground, plan)
    kinds = _lay_lines(ground, workload, plan, groups)
    _lay_calendar(ground, workload, plan, people)
    _lay_comings(ground, workload, records)
    rates = _lay_conditions(ground, conditions)
    for heap, most in (
        (At.WORK_DUE, n_persons),  # whoever is worked on has a person
        (At.SCAN_DUE, n_persons),
        (At.LEAVE_DUE, n_records),
        (At.RETURN_DUE, n_records),
    ):
        at[heap] = ground.lay(np.zeros(1, dtype=np.int64))
        ground.leave(most)
    at[At.SIGNING], at[At.TRANSFERS] = ground.leave(n_records), ground.leave(n_records)
    at[At.STINTS] = at[At.NEXT_STINT] = ground.size
    at[At.LAST_STINT] = ground.leave(_STINTS * n_records * STINT) + _STINTS * n_records * STINT
    ground.leave(stints_of_an_event(n_records, n_persons) * STINT)
    m = ground.memory()
    _fill_records(m[records : at[At.RECORDS_END]].reshape(n_records, Rec.WIDTH), records, workload, kinds, timebase.end_tick)
    x = np.zeros(RATES + len(rates) + n_records, dtype=np.float64)
    x[RATES : RATES + len(rates)] = rates
    return m, x


def _lay_single_numbers(at: Whole, plan: Plan) -> None:
    at[At.DUE : At.DUE + max(Kind) + 1] = FOREVER
    at[At.ROOM + Place.HALL] = FOREVER
    at[At.ROOM + Place.COUNTER] = plan.n_counters
    at[At.ROOM + Place.DESK] = plan.n_desks
    at[At.SCANNERS] = plan.n_scanners
    at[At.END_TICK] = plan.hours.timebase.end_tick
    at[At.TICKS_PER_H] = plan.ticks_per_h
    at[At.WRONG_WORK] = plan.wrong_work
    at[At.HOLDS_COUNTER] = plan.holds_counter


def _lay_people(ground: _Ground, plan: Plan) -> tuple[Whole, Whole]:
    """Return the groups' rows, to be filled in, and the people's addresses."""
    n_groups, n_persons, n_days = len(plan.groups), plan.n_persons, plan.work_permille.shape[1]
    group = np.zeros((n_groups, Group.WIDTH), dtype=np.int64)
    ground.lay_between(At.GROUPS, At.GROUPS_END, group)
    man = np.zeros((n_persons, Man.PERMILLE + n_days), dtype=np.int64)
    man[:, Man.NUMBER] = np.arange(n_persons)
    man[:, Man.GROUP] = ground.at[At.GROUPS] + plan.person_group * Group.WIDTH
    man[:, Man.RECORD] = NEVER
    man[:, Man.PERMILLE :] = plan.work_permille
    people = ground.lay(man) + np.arange(n_persons) * man.shape[1]
    for number, n_members in enumerate(np.bincount(plan.person_group, minlength=n_groups).tolist()):
        for heap in (Group.HALL, Group.OFFICE):
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
    line = np.zeros((len(numbers), Line.WIDTH), dtype=np.int64)
    ground.lay_between(At.LINES, At.LINES_END, line)
    address = ground.at[At.LINES] + np.arange(len(line)) * Line.WIDTH
    group_address = ground.at[At.GROUPS] + np.arange(len(group)) * Group.WIDTH
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
        group[number, Group.OFFERS], group[number, Group.OFFERS_END] = ground.lay(rows), ground.size
    ppm = np.stack([plan.online_ppm, plan.wrong_ppm, plan.incomplete_ppm], axis=2)
    kind = np.concatenate([address[number_of.T], ppm.reshape(n_procedures, -1)], axis=1)
    return np.asarray(ground.lay(kind) + np.arange(n_procedures) * kind.shape[1])


def _lay_calendar(ground: _Ground, workload: Workload, plan: Plan, people: Whole) -> None:
    """Lay what the plan tells beforehand: shifts, doors, signings, and how work depends on day and hour."""
    at = ground.at
    starts, ends = _shifts(workload, plan)
    starts[:, 1], ends[:, 1] = people[starts[:, 1]], people[ends[:, 1]]
    at[At.MIDNIGHTS] = ground.lay(plan.hours.timebase.midnights)
    at[At.FATIGUE] = ground.lay(plan.fatigue_permille)
    at[At.INTAKE] = ground.lay(plan.intake_permille)
    ground.lay_between(At.DOORS, At.DOORS_END, plan.doors)
    ground.lay_between(At.NEXT_START, At.STARTS_END, starts)
    ground.lay_between(At.NEXT_END, At.ENDS_END, ends)
    ground.lay_between(At.SIGNINGS, At.SIGNINGS_END, plan.signings)
    at[At.DOOR], at[At.NEXT_CLOSING], at[At.NEXT_SIGNING] = at[At.DOORS] - DOOR, at[At.DOORS], at[At.SIGNINGS]
    for kind, ticks in (
        (Kind.SHIFT_END, ends[:, 0]),
        (Kind.CLOSING, plan.doors[:, DISPERSAL]),
        (Kind.SIGNING, plan.signings),
        (Kind.SHIFT_START, starts[:, 0]),
    ):
        if len(ticks):
            at[At.DUE + kind] = ticks[0]


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
    ground.lay_between(At.NEXT_COMING, At.COMINGS_END, records + numbers * Rec.WIDTH)
    if len(numbers):
        ground.at[At.DUE + Kind.ARRIVAL] = max(0, workload.arrival[numbers[0]])


def _lay_conditions(ground: _Ground, conditions: Conditions) -> Floats:
    """Lay pace, portal and the steps of the link, and return the latter's bits per tick."""
    steps = np.column_stack([conditions.link_step_tick, conditions.link_loses])
    paces = np.column_stack([conditions.pace_step_tick, conditions.pace_permille, conditions.pace_loses])
    ground.lay_between(At.STEPS, At.STEPS_END, steps)
    ground.lay_between(At.PACE, At.PACES_END, paces)
    ground.lay_between(At.PORTAL, At.PORTALS_END, conditions.portal_down)
    ground.at[At.NEXT_STEP] = ground.at[At.STEPS]
    ground.at[At.DUE + Kind.LINK_STEP] = conditions.link_step_tick[0]
    return conditions.link_bit_per_tick


def _fill_records(rows: Whole, address: int, workload: Workload, kinds: Whole, end_tick: int) -> None:
    rows[:] = 0
    rows[:, Rec.NUMBER] = np.arange(len(rows))
    rows[:, Rec.STATE] = IDLE
    rows[:, Rec.LINE] = rows[:, Rec.RECEIVED] = rows[:, Rec.SETTLED] = NEVER
    rows[:, Rec.PROCEDURE] = kinds[workload.procedure]
    rows[:, Rec.RANK_KEY] = _rank_key(workload, end_tick)
    rows[:, Rec.NEXT] = np.where(workload.follower == NEVER, NEVER, address + workload.follower * Rec.WIDTH)
    rows[:, Rec.WORK : Rec.WORK + len(Stage)] = workload.work.T
    for column, name in _DRAWS.items():
        rows[:, column] = getattr(workload, name)


def _rank_key(workload: Workload, end_tick: int) -> Whole:
    """Return what a tick of joining is added to, so that the sums are in the order of (priority, tick)."""
    lowest = min(0, int(workload.arrival.min(initial=0)))
    priority = workload.priority - workload.priority.min(initial=0)
    span = end_tick - lowest
    require(span * (int(priority.max(initial=0)) + 1) < 1 << _BITS, "too many priorities and ticks for one number")
    return np.asarray(priority * span - lowest, dtype=np.int64)
