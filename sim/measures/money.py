"""What a replication costs: wages, overtime, things, and the citizens' time if leaders want it valued."""

import numpy as np

from sim.measures.shifts import Hours
from sim.measures.spans import Floats, Over
from sim.plan import Plan
from sim.plan.labour import overtime_pay
from sim.trace import State, Trace

_S_PER_H = 3600
_IN_HALL = (State.WAIT_GUIDANCE, State.WAIT_INTAKE, State.WAIT_HANDOVER)


def cost_figures(trace: Trace, plan: Plan, over: Over, hours: Hours) -> dict[str, Floats]:
    """Return costs by span, in the currency of the plan's prices.

    Wages are paid for the plan's hours, also to who is absent; overtime is paid where it was planned or worked.
    """
    wage, planned = (_by_day(over, plan, pay) for pay in plan.pay_by_day)
    overruns = hours.overruns
    pay = np.zeros(len(overruns))
    if plan.wage_per_h.any():
        end = plan.hours.timebase.end_tick
        pay = np.array([overtime_pay(plan, overruns[row : row + 1], 0, end) for row in range(len(overruns))])
    overtime = planned + over.total(overruns[:, 1], pay)
    fixed = plan.fixed_cost * (over.end - over.start) / plan.hours.timebase.end_tick
    stints = trace.of(*_IN_HALL)
    ends = np.where(stints[:, 3] < 0, plan.hours.timebase.end_tick, stints[:, 3])
    waited_h = over.time(stints[:, 2], ends) / (plan.hours.timebase.ticks_per_s * _S_PER_H)
    citizen = waited_h * plan.costs.citizen_wait_h
    return {
        "wage_cost": wage,
        "overtime_cost": overtime,
        "fixed_cost": fixed,
        "citizen_cost": citizen,
        "cost": wage + overtime + fixed + citizen,
    }


def _by_day(over: Over, plan: Plan, of_day: Floats) -> Floats:
    return over.total(plan.hours.timebase.midnights[:-1], of_day)
