"""The figures of one replication, for every day, every week and the whole period.

In: a `Trace` and the `Plan` it ran under. Out: frozen `Measures`, one value per figure and span. Invariant: a figure
that has nothing to be taken from (no visit called that day) is NaN, never 0.
"""

from dataclasses import dataclass, fields
from datetime import date

import numpy as np
from numpy.typing import NDArray

from sim.plan import Plan, Station
from sim.timebase import OfficeHours, Ticks
from sim.trace import NEVER, Trace

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Span:
    """A stretch of days that figures are taken over.

    Attributes:
        kind: "day", "week" (Monday to Sunday, cut at the period's ends) or "period".
        first_day: its first day.
        last_day: its last day, included.
        start: tick of the first midnight.
        end: tick after the last midnight.
    """

    kind: str
    first_day: date
    last_day: date
    start: int
    end: int


@dataclass(frozen=True)
class Measures:
    """Figures by span: each ``float64[n_spans]``.

    Attributes:
        received_count: records received, that is, taken in at a counter.
        settled_count: records settled.
        backlog_count: records received and not settled when the span ends.
        on_time_ratio: 1 − (late in progress + late done) / (received + carried over), as a province publishes it.
        on_time_completed_ratio: settled by the deadline / settled.
        wait_s_mean: mean time waited in the hall by the visits called in the span, over all days they came.
        wait_s_p95: the 95th percentile of the same, the smallest wait that 95 % do not exceed.
        sent_home_count: visits that closing time sent home unserved.
        overtime_h: hours worked outside normal hours: lunch cover, evenings, and visits finished off shift.
        link_utilisation_ratio: part of the opening hours in which an upload was under way, if only held by an outage.
        utilisation_ratio: part of the hours on shift that people worked on a visit or record.
    """

    received_count: Floats
    settled_count: Floats
    backlog_count: Floats
    on_time_ratio: Floats
    on_time_completed_ratio: Floats
    wait_s_mean: Floats
    wait_s_p95: Floats
    sent_home_count: Floats
    overtime_h: Floats
    link_utilisation_ratio: Floats
    utilisation_ratio: Floats


FIGURES = tuple(field.name for field in fields(Measures))


def spans(hours: OfficeHours) -> list[Span]:
    """Return the working days, the weeks and the period, in that order."""
    timebase = hours.timebase

    def span(kind: str, first: int, last: int) -> Span:
        start, end = timebase.midnights[[first, last + 1]].tolist()
        return Span(kind, timebase.day(first), timebase.day(last), start, end)

    days = [span("day", index, index) for index in hours.working_days]
    mondays = [index for index, day in enumerate(timebase.days) if index == 0 or day.weekday() == 0]
    ends = [*(monday - 1 for monday in mondays[1:]), timebase.n_days - 1]
    weeks = [span("week", first, last) for first, last in zip(mondays, ends, strict=True)]
    return [*days, *weeks, span("period", 0, timebase.n_days - 1)]


def measure(trace: Trace, plan: Plan) -> Measures:
    """Return the figures of a replication over the spans of its office hours, in the order of `spans`."""
    due, hours = due_ticks(trace, plan), _Hours.of(trace, plan)
    rows = [
        _records(trace, due, span) | _visits(trace, plan, span) | _work(hours, plan, span) for span in spans(plan.hours)
    ]
    return Measures(**{name: np.array([row[name] for row in rows], dtype=np.float64) for name in FIGURES})


def due_ticks(trace: Trace, plan: Plan) -> Ticks:
    """Return when each record is due: ``int64[n_records]``, `NEVER` where it has not been received."""
    due = np.full(trace.workload.n_records, NEVER, dtype=np.int64)
    for index, deadline in enumerate(plan.deadlines):
        of_kind = (trace.workload.procedure == index) & (trace.received != NEVER)
        due[of_kind] = plan.hours.due_ticks(
            trace.received[of_kind], working_days=deadline.working_days, cutoff=deadline.cutoff
        )
    return due


def _within(instants: Ticks, span: Span) -> NDArray[np.bool_]:
    return np.asarray((instants >= span.start) & (instants < span.end))


def _open_at(trace: Trace, tick: int) -> NDArray[np.bool_]:
    """Return which records are received and not settled just before this tick."""
    was_received = (trace.received != NEVER) & (trace.received < tick)
    return np.asarray(was_received & ((trace.settled == NEVER) | (trace.settled >= tick)))


def _records(trace: Trace, due: Ticks, span: Span) -> dict[str, float]:
    received, settled = _within(trace.received, span), _within(trace.settled, span)
    carried_over, in_progress = _open_at(trace, span.start), _open_at(trace, span.end)
    n_late_done = int(np.sum(settled & (trace.settled > due)))
    n_late_in_progress = int(np.sum(in_progress & (due < span.end)))
    return {
        "received_count": float(received.sum()),
        "settled_count": float(settled.sum()),
        "backlog_count": float(in_progress.sum()),
        "on_time_ratio": 1 - _ratio(n_late_done + n_late_in_progress, received.sum() + carried_over.sum()),
        "on_time_completed_ratio": 1 - _ratio(n_late_done, settled.sum()),
    }


def _visits(trace: Trace, plan: Plan, span: Span) -> dict[str, float]:
    waits_s = trace.wait_ticks[_within(trace.called, span)] / plan.hours.timebase.ticks_per_s
    return {
        "wait_s_mean": float(waits_s.mean()) if len(waits_s) else np.nan,
        "wait_s_p95": float(np.percentile(waits_s, 95, method="inverted_cdf")) if len(waits_s) else np.nan,
        "sent_home_count": float(_within(trace.sent_home[:, 1], span).sum()),
    }


@dataclass(frozen=True)
class _Hours:
    """When people and link were at work, each ``int64[n, 2]``: found once, and cut into spans afterwards."""

    spells: Ticks
    overruns: Ticks
    link_use: Ticks

    @classmethod
    def of(cls, trace: Trace, plan: Plan) -> "_Hours":
        return cls(trace.spells[:, 1:3], _overruns(trace, plan), _common(_transfers(trace), plan.doors[:, 1:]))


def _work(hours: _Hours, plan: Plan, span: Span) -> dict[str, float]:
    """Return the figures of people and link."""
    ticks_per_h = plan.hours.timebase.ticks_per_s * 3600
    planned, shifts = _overlap(plan.overtime[:, 1:], span), _overlap(plan.shifts[:, 1:], span)
    overrun = _overlap(hours.overruns, span)
    return {
        "overtime_h": (planned + overrun) / ticks_per_h,
        "link_utilisation_ratio": _ratio(_overlap(hours.link_use, span), _overlap(plan.doors[:, 1:], span)),
        "utilisation_ratio": _ratio(_overlap(hours.spells, span), shifts + overrun),
    }


def _overlap(intervals: Ticks, span: Span) -> int:
    """Return for how many ticks the intervals ``int64[n, 2]`` run within the span, each for itself."""
    return int(np.maximum(0, np.minimum(intervals[:, 1], span.end) - np.maximum(intervals[:, 0], span.start)).sum())


def _overruns(trace: Trace, plan: Plan) -> Ticks:
    """Return the parts of visits in which their officer was off shift: ``int64[n, 2]``."""
    found = [np.empty((0, 2), dtype=np.int64)]
    for person in np.flatnonzero(plan.station == Station.INTAKE).tolist():
        shifts = plan.shifts[plan.shifts[:, 0] == person, 1:]
        off_shift = np.column_stack([shifts[:, 1], np.append(shifts[:, 0], plan.hours.timebase.end_tick)[1:]])
        found.append(_common(trace.spells[trace.spells[:, 0] == person, 1:3], off_shift))
    return np.concatenate(found)


def _common(some: Ticks, others: Ticks) -> Ticks:
    """Return what each interval of the one ``int64[n, 2]`` has in common with each of the other, if anything."""
    start = np.maximum.outer(some[:, 0], others[:, 0])
    end = np.minimum.outer(some[:, 1], others[:, 1])
    return np.column_stack([start[start < end], end[start < end]])


def _transfers(trace: Trace) -> Ticks:
    """Return when the link carried at least one upload: disjoint intervals ``int64[n, 2]``."""
    started = np.flatnonzero(trace.upload_start != NEVER)
    start = trace.upload_start[started]
    end = np.where(trace.received[started] == NEVER, trace.spells[:, 2].max(initial=0), trace.received[started])
    order = np.argsort(start, kind="stable")
    start, end = start[order], np.maximum.accumulate(end[order])
    is_first = np.ones(len(start), dtype=bool)
    is_first[1:] = start[1:] > end[:-1]
    last = np.flatnonzero(np.append(is_first[1:], True)) if len(start) else np.array([], dtype=np.int64)
    return np.column_stack([start[is_first], end[last]])


def _ratio(part: float, whole: float) -> float:
    return float(part / whole) if whole else np.nan
