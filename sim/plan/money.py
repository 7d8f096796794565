"""What a plan costs, beside wages: its things, its training and its volunteers.

Source of the spreading: straight-line over the life of a thing, as public bodies depreciate equipment.
"""

from sim.plan.effects import teams
from sim.plan.roster import Roster
from sim.scenario.money import Equipment

_DAYS_PER_YEAR = 365.25
_MONTHS_PER_YEAR = 12


def fixed_cost(roster: Roster) -> float:
    """Return what the plan's things, training and volunteers cost over the period, in the scenario's currency."""
    scenario, choice, costs = roster.scenario, roster.choice, roster.scenario.costs
    years = scenario.timebase.n_days / _DAYS_PER_YEAR
    ups_min = scenario.ups_min if choice.ups_min is None else choice.ups_min
    things = (
        (costs.counter, choice.counters if choice.counters is not None else scenario.counters),
        (costs.desk, choice.desks if choice.desks is not None else scenario.desks),
        (costs.scanner, choice.scanners if choice.scanners is not None else scenario.scanners),
        (costs.ups, ups_min),
    )
    cost = sum(_per_year(each) * (count or 0) * years for each, count in things)
    mbit_per_s = choice.link_mbit_per_s or scenario.link.mbit_per_s
    cost += costs.link_per_mbit_month * mbit_per_s * _MONTHS_PER_YEAR * years
    people = dict(zip(scenario.staff, roster.n_people, strict=True))
    cost += costs.training_day * sum(days * people[group] for group, days in choice.training_days.items())
    return cost + costs.volunteer_team_day * int(teams(roster).sum())


def _per_year(equipment: Equipment) -> float:
    return equipment.price / equipment.life_years + equipment.upkeep_per_year
