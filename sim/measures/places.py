"""When a place, and nothing else, kept work from being done: all counters or desks taken, and somebody idle."""

import numpy as np

from sim.measures.basis import parts_within
from sim.measures.facts import Facts
from sim.measures.load import Steps
from sim.scenario.people import HALL_STAGES, Stage
from sim.timebase import Ticks
from sim.trace import State

# What changes at an event: places that are taken, and idle people.
_N_TAKEN = np.array([1, -1, 0, 0, 0, 0, 0, 0])
_N_IDLE = np.array([0, 0, 1, -1, -1, 1, 1, -1])  # on shift from, to; at work from, to; of that off shift from, to
_CODES = len(_N_TAKEN)


def times_without_place(facts: Facts, stage: Stage, groups: tuple[int, ...]) -> Steps:
    """Return when every place for this stage is taken while one of these groups is on shift and idle."""
    is_hall = stage in HALL_STAGES
    taken = facts.at_counter if is_hall else facts.sheet.of(State.CHECK, State.APPROVAL)
    n_places = facts.plan.n_counters if is_hall else facts.plan.n_desks
    pairs = ((facts.sheet.start[taken], facts.sheet.end[taken]), *_idle_pairs(facts, groups, is_hall=is_hall))
    events = [ticks * _CODES + code for code, ticks in enumerate(each for pair in pairs for each in pair)]
    ticks, code = np.divmod(np.sort(np.concatenate(events)), _CODES)
    is_short = (np.cumsum(_N_TAKEN[code]) >= n_places) & (np.cumsum(_N_IDLE[code]) > 0)
    lasts = np.append(ticks[1:] != ticks[:-1], True)[: len(ticks)]  # what holds within a tick does not last
    ticks, is_short = ticks[lasts], is_short[lasts]
    pieces = ticks[np.flatnonzero(np.diff(is_short, prepend=False, append=False))].reshape(-1, 2)
    return Steps.within(pieces, facts.ruler.midnights)


def _idle_pairs(facts: Facts, groups: tuple[int, ...], *, is_hall: bool) -> tuple[tuple[Ticks, Ticks], ...]:
    """Return from when to when people of these groups are on shift, at work, and at work off shift."""
    sheet, attendance = facts.sheet, facts.attendance
    of_groups = np.isin(facts.plan.person_group, groups)
    shifts = attendance.shifts[of_groups[attendance.shifts[:, 0]]]
    gaps = attendance.off_hall if is_hall else attendance.off_shift
    gaps = gaps[of_groups[gaps[:, 0]]]
    rows = np.r_[_range(sheet.of(State.GUIDANCE)), _range(facts.at_counter), _range(sheet.of(State.CHECK, State.APPROVAL))]
    rows = rows[of_groups[sheet.person[rows]]]
    start, end, person = sheet.start[rows], sheet.end[rows], sheet.person[rows]
    off = parts_within(start, end, person, gaps)
    return (shifts[:, 1], shifts[:, 3 if is_hall else 2]), (start, end), (off[:, 1], off[:, 2])


def _range(rows: slice) -> Ticks:
    return np.arange(rows.start, rows.stop)
