"""Figures by procedure, stage, group of people, or hour of the day; made only when asked for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.measures.basis import hours_by_day
from sim.measures.facts import FAR, Facts
from sim.measures.load import Load
from sim.measures.lost import lost_figures, lost_figures_at
from sim.measures.records import count_figures, records_of, sojourn_figures
from sim.measures.spans import Amounts, Floats, ratio
from sim.measures.staff import hour_figures, labour_figures, use_of_hours
from sim.measures.visits import Calls, calls_of, vain_figures, wait_figures
from sim.plan.labour import person_name
from sim.scenario.people import HALL_STAGES, STAGE_NAMES, Stage
from sim.timebase import Ticks
from sim.trace import NEVER, State

BREAKDOWNS = ("hour", "stage", "procedure", "group", "person")
_HOURS = 24


@dataclass(frozen=True)
class Breakdown:
    """Figures of the parts of a centre, by span.

    The figures have the meaning that `MEANINGS` gives, each for its part alone. Those that only parts have:
    `arrivals_count` (visits that came to the hall for the first time), `waiting_mean` (how many waited in the hall's
    lines on average, over the hour on the days when the hall was open), `backlog_mean` (how large the backlog was on
    average, over the same hours), `served_count` (how often work at a stage was done), `line_mean` (how many waited for
    a stage on average, over the opening hours), `line_count` (how many waited for it when the span ended; for approval
    also those that were still to be laid before the signatory).

    A wait by stage is that in the line of the stage, from joining it to being taken up; the limit is one for waits in
    the hall, so that stages in the office have no `wait_over_limit_ratio`. Waits by hour are by the hour of the call:
    all that the visit waited for this call, whenever it came. A visit belongs to its leader's procedure. By stage,
    hours in which the citizen was away are left out of the hours lost: those belong to no stage.

    Attributes:
        kind: one of `BREAKDOWNS`.
        names: the parts.
        figures: by name, ``float64[n_spans, n_names]``.
    """

    kind: str
    names: tuple[str, ...]
    figures: Mapping[str, Floats]


def break_down(kind: str, facts: Facts) -> Breakdown:
    """Return the breakdown of one kind."""
    of_kind = {
        "hour": _by_hour,
        "stage": _by_stage,
        "procedure": _by_procedure,
        "group": _by_group,
        "person": _by_person,
    }
    return of_kind[kind](facts)


def _by_procedure(facts: Facts) -> Breakdown:
    records, calls, procedure = records_of(facts), calls_of(facts), facts.trace.workload.procedure
    parts = []
    for number in range(len(facts.plan.procedures)):
        is_chosen = procedure == number
        chosen, sheet = records.where(is_chosen), facts.sheet_of(is_chosen)
        parts.append(
            count_figures(chosen, facts)
            | sojourn_figures(chosen, facts)
            | wait_figures(facts, calls.where(is_chosen[calls.record]))
            | vain_figures(facts.ruler, sheet)
            | lost_figures(facts, sheet)
        )
    return Breakdown("procedure", facts.plan.procedures, _side_by_side(parts))


_STATES = {
    Stage.GUIDANCE: (State.WAIT_GUIDANCE, State.GUIDANCE),
    Stage.INTAKE: (State.WAIT_INTAKE, State.INTAKE),
    Stage.CHECK: (State.WAIT_CHECK, State.CHECK),
    Stage.BACK_OFFICE: (State.WAIT_BACK_OFFICE, State.BACK_OFFICE),
    Stage.APPROVAL: (State.WAIT_APPROVAL, State.APPROVAL),
    Stage.HANDOVER: (State.WAIT_HANDOVER, State.HANDOVER),
}


def _by_stage(facts: Facts) -> Breakdown:
    return Breakdown("stage", tuple(STAGE_NAMES.values()), _side_by_side([_of_stage(facts, each) for each in Stage]))


def _of_stage(facts: Facts, stage: Stage) -> dict[str, Floats]:
    sheet, ruler = facts.sheet, facts.ruler
    wait, work = _STATES[stage]
    waits, works = sheet.of(wait), sheet.of(work)
    was_taken_up = sheet.following[waits, 1] != NEVER
    record, start, end = (column[waits][was_taken_up] for column in (sheet.record, sheet.start, sheet.end))
    of_waits = wait_figures(facts, Calls(record, end, end - start))
    if stage not in HALL_STAGES:
        of_waits["wait_over_limit_ratio"] = np.full(len(ruler.spans), np.nan)
    # Work that is not done when the period ends has no end yet; its place in the sheet has the end of the period.
    is_done = (sheet.following[works, 0] != wait) & (sheet.end[works] < facts.basis.end_tick)
    line = sheet.load(wait)
    n_left = line.n_before(ruler.midnights)
    if stage == Stage.APPROVAL:
        n_left = n_left + sheet.load(State.WAIT_SIGNING).n_before(ruler.midnights)
    return {
        "served_count": ruler.between(ruler.count(sheet.end[works][is_done])),
        **of_waits,
        "line_mean": ratio(ruler.between(line.weighed(facts.basis.opening)), facts.basis.opening_ticks),
        "line_count": n_left[ruler.after].astype(np.float64),
        **lost_figures_at(facts, stage),
    }


def _by_group(facts: Facts) -> Breakdown:
    group = facts.plan.person_group
    return _by_people("group", facts.plan.groups, [group == number for number in range(len(facts.plan.groups))], facts)


def _by_person(facts: Facts) -> Breakdown:
    people = np.arange(facts.plan.n_persons)
    names = tuple(person_name(facts.plan, person) for person in people.tolist())
    return _by_people("person", names, [people == person for person in people], facts)


def _by_people(kind: str, names: tuple[str, ...], parts: list[NDArray[np.bool_]], facts: Facts) -> Breakdown:
    overtime_h = hours_by_day(facts.basis, facts.overtime)
    if not parts:  # a centre without people
        of_nobody = _of_people(facts, np.zeros(0, dtype=bool), overtime_h)
        return Breakdown(kind, names, {name: np.zeros((len(values), 0)) for name, values in of_nobody.items()})
    return Breakdown(kind, names, _side_by_side([_of_people(facts, each, overtime_h) for each in parts]))


def _of_people(facts: Facts, is_member: NDArray[np.bool_], overtime_h: Floats) -> dict[str, Floats]:
    sheet, midnights = facts.sheet, facts.ruler.midnights
    shifts, overtime, overrun = (
        rows[is_member[rows[:, 0]]] for rows in (facts.attendance.shifts, facts.overtime, facts.overrun)
    )
    works = np.flatnonzero(sheet.person != NEVER)
    works = works[is_member[sheet.person[works]]]
    busy = Load(sheet.start[works], sheet.end[works]).before(midnights)
    on_shift = Load(shifts[:, 1], shifts[:, 2]).before(midnights)
    hours = hour_figures(facts.basis, busy, on_shift, overtime, overrun)
    return hours | labour_figures(facts.basis, facts.attendance.normal_h[is_member], overtime_h[is_member])


def _by_hour(facts: Facts) -> Breakdown:
    hours, ruler = _Hours(facts), facts.ruler
    calls = calls_of(facts)
    in_hall = facts.sheet.load(State.WAIT_GUIDANCE, State.WAIT_HANDOVER)
    hour_of_call = hours.place(calls.tick) % _HOURS
    waits = [wait_figures(facts, calls.where(hour_of_call == hour)) for hour in range(_HOURS)]
    records = records_of(facts)
    is_backlog = records.received != FAR
    backlog = Load(records.received[is_backlog], np.minimum(records.settled[is_backlog], facts.basis.end_tick))
    arrival = _hall_arrivals(facts)
    is_open = np.zeros(ruler.n_days, dtype=bool)
    is_open[np.searchsorted(ruler.midnights, facts.plan.doors[:, 0], side="right") - 1] = True
    waiting, left, length = (
        hours.by_span(np.where(is_open[:, np.newaxis], ticks, 0))
        for ticks in (hours.within(in_hall.before), hours.within(backlog.before), hours.length)
    )
    busy, there = (hours.by_span(hours.within(before)) for before in use_of_hours(facts))
    figures = {
        "arrivals_count": hours.count(arrival),
        "waiting_mean": ratio(waiting, length),
        "backlog_mean": ratio(left, length),
        "utilisation_ratio": ratio(busy, there),
        **_side_by_side(waits),
    }
    return Breakdown("hour", tuple(f"{hour:02}:00" for hour in range(_HOURS)), figures)


class _Hours:
    """The hours of all days."""

    def __init__(self, facts: Facts) -> None:
        self._ruler = facts.ruler
        self.edges: Ticks = np.append(facts.plan.hours.timebase.hours, facts.basis.end_tick)
        self.length = np.diff(self.edges).reshape(-1, _HOURS)

    def by_span(self, by_hour: Amounts) -> Floats:
        """Return the sums over each span's days: of ``[n_days, 24]``, ``float64[n_spans, 24]``."""
        return self._ruler.total(by_hour.T).T

    def place(self, instants: Ticks) -> NDArray[np.int64]:
        """Return the hour in which each instant lies, of all hours of the period: ``int64[n]``."""
        return np.asarray(np.searchsorted(self.edges, instants, side="right") - 1, dtype=np.int64)

    def count(self, instants: Ticks) -> Floats:
        """Return how many instants lie in each hour: ``float64[n_spans, 24]``."""
        by_hour = np.bincount(self.place(instants), minlength=len(self.edges) - 1)
        return self.by_span(by_hour.reshape(-1, _HOURS))

    def within(self, before: Callable[[Ticks], Amounts]) -> Amounts:
        """Return what came about in each hour, of what had come about before a tick: ``[n_days, 24]``."""
        return np.asarray(np.diff(before(self.edges)).reshape(-1, _HOURS))


def _hall_arrivals(facts: Facts) -> Ticks:
    """Return when each visit came to the hall for the first time."""
    stints = facts.trace.stints
    is_first = np.ones(len(stints), dtype=bool)
    is_first[1:] = stints[1:, 0] != stints[:-1, 0]
    firsts = stints[is_first]
    return np.asarray(firsts[np.isin(firsts[:, 1], _AT_THE_DOOR), 2])


_AT_THE_DOOR = (State.WAIT_GUIDANCE, State.WAIT_INTAKE, State.SENT_HOME, State.BALKED)


def _side_by_side(parts: list[dict[str, Floats]]) -> dict[str, Floats]:
    """Return the figures of several parts as one array each: ``float64[n_spans, n_parts]``."""
    return {name: np.column_stack([part[name] for part in parts]) for name in parts[0]}
