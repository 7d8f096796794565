"""The figures of people: how busy they are, how long they stay, and what the Labour Code allows of it."""

from collections.abc import Callable

import numpy as np

from sim.measures.basis import Basis, basis_of
from sim.measures.facts import Facts
from sim.measures.load import Load
from sim.measures.passes import hours_of_people
from sim.measures.spans import Floats, ratio
from sim.plan import Plan
from sim.plan.labour import Breach, find_breaches_of
from sim.timebase import Ticks
from sim.trace import State, Trace

_Before = Callable[[Ticks], Ticks]
_EPSILON_H = 1e-6  # hours are sums of fractions; this much is rounding


def use_of_hours(facts: Facts) -> tuple[_Before, _Before]:
    """Return functions of how long people had worked, and been there, before each of some ticks."""
    on_shift, overrun = facts.attendance.on_shift, Load(facts.overrun[:, 1], facts.overrun[:, 2])
    return _worked(facts), lambda tick: on_shift.before(tick) + overrun.before(tick)


def _worked(facts: Facts) -> _Before:
    sheet = facts.sheet
    loads = (sheet.load(State.GUIDANCE), facts.counters, sheet.load(State.CHECK, State.APPROVAL))
    return lambda tick: loads[0].before(tick) + loads[1].before(tick) + loads[2].before(tick)


def hour_figures(basis: Basis, busy: Ticks, on_shift: Ticks, overtime: Ticks, overrun: Ticks) -> dict[str, Floats]:
    """Return the use that is made of people's hours.

    Args:
        basis: of the plan.
        busy: ``int64[n_days + 1]``, ticks worked before each midnight.
        on_shift: ``int64[n_days + 1]``, ticks on shift before each midnight.
        overtime: rows (person, start, end) of all overtime.
        overrun: those of them that no shift had planned.
    """
    ruler = basis.ruler
    extra = Load(overtime[:, 1], overtime[:, 2])
    overrun_ticks = Load(overrun[:, 1], overrun[:, 2]).before(ruler.midnights)
    worked, there, overtime_ticks, lunch = ruler.between(
        np.stack([busy, on_shift + overrun_ticks, extra.before(ruler.midnights), extra.weighed(basis.lunch)])
    )
    return {
        "utilisation_ratio": ratio(worked, there),
        "overtime_h": overtime_ticks / basis.ticks_per_h,
        "lunch_h": lunch / basis.ticks_per_h,
    }


def breaches_of(trace: Trace, plan: Plan) -> list[Breach]:
    """Return every limit of the Labour Code that the hours break which people really worked, as `find_breaches` does.

    Who finishes what they began works longer than the plan says.
    """
    facts = Facts(trace, plan, basis_of(plan))
    worked = np.concatenate([facts.attendance.shifts[:, :3], facts.overrun])
    return find_breaches_of(plan, worked, facts.overtime)


def labour_figures(basis: Basis, normal_h: Floats, overtime_h: Floats) -> dict[str, Floats]:
    """Return what one person comes to at most, and how often somebody comes to exceed a limit.

    Args:
        basis: of the plan.
        normal_h: ``float64[n, n_days]``, hours of some people by the day on which they began.
        overtime_h: the same of their overtime.
    """
    ruler, rules = basis.ruler, basis.plan.labour_rules
    limits = (rules.day_h, rules.overtime_day_ratio, rules.overtime_month_h, rules.overtime_year_h, _EPSILON_H)
    found = np.empty((5, ruler.n_days))
    hours_of_people(normal_h, overtime_h, basis.first_days, np.array(limits, dtype=np.float64), found)
    day_h, day_overtime_h, month_h, year_h = ruler.most(found[:4])
    return {
        "labour_day_h_max": day_h,
        "labour_day_overtime_h_max": day_overtime_h,
        "labour_month_overtime_h_max": month_h,
        "labour_year_overtime_h_max": year_h,
        "labour_breach_count": ruler.total(found[4]),
    }
