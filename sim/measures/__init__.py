"""The figures of one replication, for every day, every week and the whole period.

In: a `Trace` and the `Plan` it ran under. Out: frozen `Measures`, one value per figure and span. Invariant: a figure
that has nothing to be taken from (no visit called that day) is NaN, never 0.
"""

from dataclasses import dataclass, fields

import numpy as np

from sim.conditions import find_conditions
from sim.measures.causes import CAUSES, lost_hours
from sim.measures.money import cost_figures
from sim.measures.records import due_ticks, record_figures
from sim.measures.resources import resource_figures
from sim.measures.shifts import Hours
from sim.measures.spans import Floats, Over, Span, spans
from sim.measures.visits import calls, visit_figures
from sim.plan import Plan
from sim.trace import State, Trace

__all__ = ["CAUSES", "FIGURES", "Measures", "Span", "calls", "due_ticks", "measure", "spans"]


@dataclass(frozen=True)
class Measures:
    """Figures by span: each ``float64[n_spans]``.

    Attributes:
        received_count: records received, that is, taken in at a counter or accepted online.
        settled_count: records settled.
        backlog_count: records received and not settled when the span ends.
        backlog_overdue_count: those of them that are past their deadline.
        backlog_age_h_mean: hours since they were received, on average.
        on_time_ratio: 1 − (late in progress + late done) / (received + carried over), as a province publishes it.
        on_time_completed_ratio: settled by the deadline / settled.
        sojourn_s_mean: mean time from arrival to settlement of the records settled in the span.
        sojourn_s_p50: half of them did not take longer.
        sojourn_s_p90: nor 90 % than this.
        sojourn_s_p95: nor 95 % than this.
        wait_s_mean: mean time waited in the hall by the visits called in the span, over all days they came.
        wait_s_p50: half of them did not wait longer.
        wait_s_p90: nor 90 % than this.
        wait_s_p95: nor 95 % than this, the smallest wait that 95 % do not exceed.
        wait_over_limit_ratio: part of them that waited longer than the waiting limit; NaN where none is named.
        sent_home_count: times that visits were sent home unserved, at a closed door or at closing time.
        reneged_count: times that visits left the line because it took too long.
        balked_count: times that visits turned around at the sight of the line.
        gone_count: visits that gave up for good.
        unserved_count: visits that are away in vain, for now or for good, when the span ends.
        wrong_counter_count: times that visits reached a counter that could not help them.
        supplement_count: times that papers were found incomplete.
        online_received_count: records received that were submitted online.
        overtime_h: hours worked outside normal hours: lunch cover, evenings, days off, and visits finished off shift.
        lunch_h: those of them that lie over lunch.
        utilisation_ratio: part of the hours on shift that people worked on a visit or record.
        counter_utilisation_ratio: part of the counters' opening hours in which they were taken.
        scanner_utilisation_ratio: part of the scanners' opening hours in which they scanned; NaN where unlimited.
        link_utilisation_ratio: part of the opening hours in which an upload was under way, if only held by an outage.
        transfer_slowdown_ratio: time of the uploads that ended in the span / time alone on the line at its best.
        wage_cost: wages for normal hours.
        overtime_cost: pay of overtime, supplements included.
        fixed_cost: the span's part of what things, training and volunteers cost.
        citizen_cost: value of the time that citizens waited in the hall.
        cost: all of these together.
        lost_h_person: hours lost by records that waited for a person; see `sim.measures.causes` for this and the next.
        lost_h_counter: … for a counter or desk.
        lost_h_closed: … for the office to open.
        lost_h_scanner: … for a scanner.
        lost_h_link: … for the line.
        lost_h_portal: … for the portal.
        lost_h_outage: … for line, software or power to come back.
        lost_h_signature: … for the signature.
        lost_h_citizen: … for missing papers.
        lost_h_away: … for the citizen to come back.
        lost_h_wrong_counter: … at a wrong counter.
        lost_h_party: … for other records of the same visit.
    """

    received_count: Floats
    settled_count: Floats
    backlog_count: Floats
    backlog_overdue_count: Floats
    backlog_age_h_mean: Floats
    on_time_ratio: Floats
    on_time_completed_ratio: Floats
    sojourn_s_mean: Floats
    sojourn_s_p50: Floats
    sojourn_s_p90: Floats
    sojourn_s_p95: Floats
    wait_s_mean: Floats
    wait_s_p50: Floats
    wait_s_p90: Floats
    wait_s_p95: Floats
    wait_over_limit_ratio: Floats
    sent_home_count: Floats
    reneged_count: Floats
    balked_count: Floats
    gone_count: Floats
    unserved_count: Floats
    wrong_counter_count: Floats
    supplement_count: Floats
    online_received_count: Floats
    overtime_h: Floats
    lunch_h: Floats
    utilisation_ratio: Floats
    counter_utilisation_ratio: Floats
    scanner_utilisation_ratio: Floats
    link_utilisation_ratio: Floats
    transfer_slowdown_ratio: Floats
    wage_cost: Floats
    overtime_cost: Floats
    fixed_cost: Floats
    citizen_cost: Floats
    cost: Floats
    lost_h_person: Floats
    lost_h_counter: Floats
    lost_h_closed: Floats
    lost_h_scanner: Floats
    lost_h_link: Floats
    lost_h_portal: Floats
    lost_h_outage: Floats
    lost_h_signature: Floats
    lost_h_citizen: Floats
    lost_h_away: Floats
    lost_h_wrong_counter: Floats
    lost_h_party: Floats


FIGURES = tuple(field.name for field in fields(Measures))


def measure(trace: Trace, plan: Plan) -> Measures:
    """Return the figures of a replication over the spans of its office hours, in the order of `spans`."""
    over, hours = Over.of(spans(plan.hours)), Hours(trace, plan)
    everyone = np.ones(trace.workload.n_records, dtype=bool)
    found = record_figures(trace, plan, over, due_ticks(trace, plan), everyone)
    found |= visit_figures(trace, plan, over)
    found |= {"online_received_count": over.count(trace.received[~_came(trace)])}
    found |= resource_figures(trace, plan, over, hours)
    found |= cost_figures(trace, plan, over, hours)
    found |= lost_hours(trace, plan, find_conditions(trace.workload, plan), over, hours)
    return Measures(**found)


def _came(trace: Trace) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Return which records were taken in at a counter: ``bool[n_records]``."""
    came = np.zeros(trace.workload.n_records, dtype=bool)
    came[trace.of(State.INTAKE)[:, 0]] = True
    return came
