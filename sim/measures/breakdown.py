"""Figures by procedure, stage, group of people, or hour of the day; made only when asked for."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.measures.basis import hours_by_day
from sim.measures.facts import Facts
from sim.measures.load import Load
from sim.measures.records import age_figures, count_figures, records_of, sojourn_figures
from sim.measures.spans import Amounts, Floats, ratio
from sim.measures.staff import hour_figures, labour_figures
from sim.measures.visits import calls_of
from sim.scenario.people import STAGE_NAMES, Stage
from sim.timebase import Ticks
from sim.trace import NEVER, State

BREAKDOWNS = ("hour", "stage", "procedure", "group")
_HOURS = 24
_PERCENTAGES = (90,)


@dataclass(frozen=True)
class Breakdown:
    """Figures of the parts of a centre, by span.

    The figures have the meaning that `MEANINGS` gives, each for its part alone. Those that only parts have:
    `arrivals_count` (visits that came to the hall for the first time), `waiting_mean` (how many waited in the hall's
    lines on average, over the hour on the days when the hall was open), `served_count` (how often work at a stage was
    done), `line_mean` (how many waited for a stage on average, over the opening hours). A wait by stage is that in the
    line of the stage, from joining it to being taken up; one by hour is that of `wait_s_mean`, by the hour of the call.

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
    return {"hour": _by_hour, "stage": _by_stage, "procedure": _by_procedure, "group": _by_group}[kind](facts)


def _by_procedure(facts: Facts) -> Breakdown:
    records, procedure = records_of(facts), facts.trace.workload.procedure
    parts = []
    for number in range(len(facts.plan.procedures)):
        of_kind = records.where(procedure == number)
        counts, ages = count_figures(of_kind, facts.ruler), age_figures(of_kind, facts)
        parts.append(counts | ages | sojourn_figures(of_kind, facts))
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
    sheet, ruler, ticks_per_s = facts.sheet, facts.ruler, facts.plan.hours.timebase.ticks_per_s
    wait, work = _STATES[stage]
    waits, works = sheet.of(wait), sheet.of(work)
    was_taken_up = sheet.following[waits, 1] != NEVER
    end = sheet.end[waits][was_taken_up]
    sample = ruler.sample(end, end - sheet.start[waits][was_taken_up], _PERCENTAGES)
    # Work that is not done when the period ends has no end yet; its place in the sheet has the end of the period.
    is_done = (sheet.following[works, 0] != wait) & (sheet.end[works] < facts.basis.end_tick)
    line = ruler.between(sheet.load(wait).weighed(facts.basis.opening))
    return {
        "served_count": ruler.between(ruler.count(sheet.end[works][is_done])),
        "wait_s_mean": sample.mean / ticks_per_s,
        "wait_s_p90": sample.percentiles[0] / ticks_per_s,
        "line_mean": ratio(line, facts.basis.opening_ticks),
    }


def _by_group(facts: Facts) -> Breakdown:
    overtime_h = hours_by_day(facts.basis, facts.overtime)
    parts = [_of_group(facts, number, overtime_h) for number in range(len(facts.plan.groups))]
    return Breakdown("group", facts.plan.groups, _side_by_side(parts))


def _of_group(facts: Facts, number: int, overtime_h: Floats) -> dict[str, Floats]:
    sheet, midnights = facts.sheet, facts.ruler.midnights
    is_member = facts.plan.person_group == number
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
    waits = ratio(hours.total(calls.tick, calls.wait), hours.total(calls.tick, np.ones_like(calls.wait)))
    arrival = _hall_arrivals(facts)
    is_open = np.zeros(ruler.n_days, dtype=bool)
    is_open[np.searchsorted(ruler.midnights, facts.plan.doors[:, 0], side="right") - 1] = True
    waiting, length = (
        hours.by_span(np.where(is_open[:, np.newaxis], ticks, 0))
        for ticks in (np.diff(in_hall.before(hours.edges)).reshape(-1, _HOURS), hours.length)
    )
    figures = {
        "arrivals_count": hours.total(arrival, np.ones_like(arrival)),
        "waiting_mean": ratio(waiting, length),
        "wait_s_mean": waits / facts.plan.hours.timebase.ticks_per_s,
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

    def total(self, instants: Ticks, values: Ticks) -> Floats:
        """Return the sums of values that belong to instants: ``float64[n_spans, 24]``."""
        place = np.searchsorted(self.edges, instants, side="right") - 1
        by_hour = np.bincount(place, weights=values, minlength=len(self.edges) - 1)
        return self.by_span(by_hour.reshape(-1, _HOURS))


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
