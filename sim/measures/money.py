"""What the span cost: people, things, and the time of citizens."""

import numpy as np

from sim.measures.facts import Facts
from sim.measures.spans import Floats
from sim.trace import State


def money_figures(facts: Facts) -> dict[str, Floats]:
    """Return costs, in the scenario's currency."""
    basis, ruler, plan = facts.basis, facts.ruler, facts.plan
    wage_cost = ruler.total(plan.pay_by_day[0])
    overtime_cost = basis.overtime_pay(facts.overtime)
    fixed_cost = plan.fixed_cost * (ruler.after - ruler.first) / ruler.n_days
    citizen_cost = np.zeros(len(ruler.spans))
    if plan.costs.citizen_wait_h:
        waited = facts.sheet.load(State.WAIT_GUIDANCE, State.WAIT_HANDOVER).before(ruler.midnights)
        citizen_cost = ruler.between(waited) / basis.ticks_per_h * plan.costs.citizen_wait_h
    return {
        "wage_cost": wage_cost,
        "overtime_cost": overtime_cost,
        "fixed_cost": fixed_cost,
        "citizen_cost": citizen_cost,
        "cost": wage_cost + overtime_cost + fixed_cost + citizen_cost,
    }
