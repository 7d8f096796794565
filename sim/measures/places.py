"""When a place, and nothing else, kept work from being done: all counters or desks taken, and somebody idle."""

import numpy as np

from sim.measures.basis import parts_within
from sim.measures.facts import Facts
from sim.measures.load import NOTHING, Load, Steps
from sim.scenario.people import HALL_STAGES, Stage
from sim.timebase import Ticks
from sim.trace import State


def times_without_place(facts: Facts, stage: Stage, groups: tuple[int, ...]) -> Steps:
    """Return when every place for this stage is taken while one of these groups is on shift and idle."""
    is_hall = stage in HALL_STAGES
    taken = facts.counters if is_hall else facts.sheet.load(State.CHECK, State.BACK_OFFICE)
    full = _full(taken, facts.plan.n_counters if is_hall else facts.plan.n_desks, facts.basis.end_tick)
    if not len(full.starts):
        return Steps.within(np.empty((0, 2), dtype=np.int64), facts.ruler.midnights)
    on_shift, at_work, off_shift = _people(facts, groups, is_hall=is_hall)
    # Somebody becomes idle, or stops to be, at these ticks; of them, only those matter at which no place is free.
    edges = [full.starts, full.ends]
    for load in (on_shift, at_work, off_shift):
        edges += [_inside(load.starts, full), _inside(load.ends, full)]
    ticks = np.unique(np.concatenate(edges))
    n_idle = on_shift.at(ticks) - at_work.at(ticks) + off_shift.at(ticks)
    is_short = (n_idle > 0) & (full.at(ticks) > 0)
    pieces = ticks[np.flatnonzero(np.diff(is_short, prepend=False, append=False))].reshape(-1, 2)
    return Steps.within(pieces, facts.ruler.midnights)


def _full(taken: Load, n_places: int, end_tick: int) -> Load:
    """Return the times in which all places are taken.

    It is so from the start that makes them so many until the next end: there are never more, and so the n-th start
    after an end, in order of time, comes when that end is no longer the last but n.
    """
    if n_places == 0:
        return Load(np.zeros(1, dtype=np.int64), np.full(1, end_tick))
    if len(taken.starts) < n_places:
        return NOTHING
    start, end = taken.starts[n_places - 1 :], taken.ends[: len(taken.ends) - n_places + 1]
    return Load(start[start < end], end[start < end]).union()


def _inside(ticks: Ticks, pieces: Load) -> Ticks:
    """Return those of the sorted ticks that lie within disjoint pieces."""
    first, last = ticks.searchsorted(pieces.starts), ticks.searchsorted(pieces.ends)
    n = last - first
    return np.asarray(ticks[np.arange(n.sum()) + np.repeat(first - (np.cumsum(n) - n), n)], dtype=np.int64)


def _people(facts: Facts, groups: tuple[int, ...], *, is_hall: bool) -> tuple[Load, Load, Load]:
    """Return people of these groups on shift, at work, and at work off shift."""
    sheet, attendance = facts.sheet, facts.attendance
    of_groups = facts.basis.is_member(groups)
    shifts = attendance.shifts[of_groups[attendance.shifts[:, 0]]]
    gaps = attendance.off_hall if is_hall else attendance.off_shift
    gaps = gaps[of_groups[gaps[:, 0]]]
    start, end, person = (
        np.concatenate([column[rows] for rows in facts.at_work]) for column in (sheet.start, sheet.end, sheet.person)
    )
    chosen = of_groups[person]
    start, end, person = start[chosen], end[chosen], person[chosen]
    off = parts_within(start, end, person, gaps)
    return Load(shifts[:, 1], shifts[:, 3 if is_hall else 2]), Load(start, end), Load(off[:, 1], off[:, 2])
