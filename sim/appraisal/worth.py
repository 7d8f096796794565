"""What a plan is worth in a year, held against the baseline, replication by replication.

In: a `Table`. Out: `Worth`. Invariant: both plans met the same demand, so that chance cancels out; what a plan costs is
certain, what it saves is not. Gains are positive.
"""

from dataclasses import dataclass

import numpy as np

from sim.experiment import Table
from sim.experiment.table import Floats
from sim.plan.money import Spending, spending, years_of
from sim.scenario import Scenario

_S_PER_MIN, _PERCENT = 60, 100


@dataclass(frozen=True)
class Worth:
    """What a plan changes; arrays are ``float64[n_replications]``, money is in the scenario's currency.

    Attributes:
        outlay: more than the baseline, paid once.
        running_per_year: more than the baseline: upkeep, rent, volunteers, planned wages.
        cost_per_year: the same, with the outlay spread over the life of what it buys.
        pay: overtime pay saved in a year.
        citizen_value: what leaders hold the citizens' hours saved in a year to be worth.
        overtime_h: overtime saved in a year.
        citizen_h: hours in the hall's lines that citizens are saved in a year.
        backlog: records that the peak week leaves fewer.
        wait_min: by how much the mean wait in the peak week is shorter.
        on_time_points: per cent more of all that came on time in the peak week.
    """

    outlay: float
    running_per_year: float
    cost_per_year: float
    pay: Floats
    citizen_value: Floats
    overtime_h: Floats
    citizen_h: Floats
    backlog: Floats
    wait_min: Floats
    on_time_points: Floats

    @property
    def net(self) -> Floats:
        """Return what a year brings, citizens' time counted, after all costs: ``float64[n_replications]``."""
        return self.budget_net + self.citizen_value

    @property
    def budget_net(self) -> Floats:
        """Return what a year leaves in the centre's own budget, after all costs: ``float64[n_replications]``."""
        return self.pay - self.cost_per_year

    def gain(self, *, counts_citizens: bool) -> Floats:
        """Return what a year brings that the outlay can come back from: ``float64[n_replications]``."""
        return self.pay - self.running_per_year + (self.citizen_value if counts_citizens else 0.0)


def with_hours(scenario: Scenario) -> Scenario:
    """Return the scenario with a value for citizens' hours: without one, nobody would count them."""
    if scenario.costs.citizen_wait_h:
        return scenario
    content = scenario.model_dump(exclude_unset=True)
    return Scenario.model_validate(content | {"costs": content.get("costs", {}) | {"citizen_wait_h": 1.0}})


def periods_per_year(scenario: Scenario) -> float:
    """Return how often a year has what was simulated."""
    return scenario.appraisal.periods_per_year or 1 / years_of(scenario)


def worth(table: Table, case: int, baseline: int, *, has_value: bool) -> Worth:
    """Return what a case is worth beside another.

    Args:
        table: replications of both.
        case: number of the case.
        baseline: number of the other.
        has_value: whether leaders value citizens' hours.
    """
    scenario = table.cases[case].scenario
    n_periods = periods_per_year(scenario)
    theirs, ours = (spending(scenario, table.cases[each].plan) for each in (case, baseline))

    def saved(figure: str) -> Floats:
        """Return how much less of it the period has."""
        return _period(table, figure, baseline) - _period(table, figure, case)

    wages = -float(saved("wage_cost")[0]) * n_periods
    running = _running(theirs, n_periods) - _running(ours, n_periods) + wages
    years = scenario.appraisal.years
    citizen = saved("citizen_cost") * n_periods
    return Worth(
        outlay=theirs.outlay - ours.outlay,
        running_per_year=running,
        cost_per_year=running + _spread(theirs, years) - _spread(ours, years),
        pay=saved("overtime_cost") * n_periods,
        citizen_value=citizen if has_value else np.zeros_like(citizen),
        overtime_h=saved("overtime_h") * n_periods,
        citizen_h=citizen / scenario.costs.citizen_wait_h,
        backlog=_peak(table, "backlog_count", baseline) - _peak(table, "backlog_count", case),
        wait_min=(_peak(table, "wait_s_mean", baseline) - _peak(table, "wait_s_mean", case)) / _S_PER_MIN,
        on_time_points=_PERCENT
        * (_peak(table, "on_time_all_ratio", case) - _peak(table, "on_time_all_ratio", baseline)),
    )


def _running(spent: Spending, n_periods: float) -> float:
    return spent.running_per_year + spent.volunteers * n_periods


def _spread(spent: Spending, years: float) -> float:
    """Return the part of the outlay that falls on a year; training serves as long as the report looks ahead."""
    return spent.wear_per_year + spent.training / years


def _period(table: Table, figure: str, case: int) -> Floats:
    (number,) = [number for number, span in enumerate(table.spans[case]) if span.kind == "period"]
    return table.figures[figure][case][:, number]


def _peak(table: Table, figure: str, case: int) -> Floats:
    """Return a figure of the peak week; 0 where a replication has none, so that a pair is never torn."""
    return np.nan_to_num(table.figures[figure][case][:, table.peak_week(case)])
