"""What a plan costs, beside wages: its things, its training and its volunteers.

Source of the spreading: straight-line over the life of a thing, as public bodies depreciate equipment.
"""

from dataclasses import dataclass

from sim.plan.effects import teams
from sim.plan.roster import Roster
from sim.scenario import Scenario
from sim.scenario.money import Equipment

_DAYS_PER_YEAR = 365.25
_MONTHS_PER_YEAR = 12


@dataclass(frozen=True)
class Spending:
    """What a plan costs beside wages, by when it is paid, in the scenario's currency.

    Attributes:
        outlay: paid once: things, and training.
        training: the part of it that is training.
        wear_per_year: the price of each thing, spread over its life.
        running_per_year: upkeep, and rent of the line.
        volunteers: what volunteers cost in the period.
    """

    outlay: float
    training: float
    wear_per_year: float
    running_per_year: float
    volunteers: float


def spending(scenario: Scenario, name: str) -> Spending:
    """Return what a plan of a scenario costs beside wages.

    Raises:
        ScenarioError: the scenario has no plan of this name.
    """
    world = scenario.world(name)
    roster = Roster(world, world.plans[name])
    things, costs = _things(roster), world.costs
    training = _training(roster)
    return Spending(
        outlay=sum(each.price * count for each, count in things) + training,
        training=training,
        wear_per_year=sum(each.price / each.life_years * count for each, count in things),
        running_per_year=sum(each.upkeep_per_year * count for each, count in things)
        + costs.link_per_mbit_month * _mbit_per_s(roster) * _MONTHS_PER_YEAR,
        volunteers=_volunteers(roster),
    )


def fixed_cost(roster: Roster) -> float:
    """Return what the plan's things, training and volunteers cost over the period, in the scenario's currency."""
    years = years_of(roster.scenario)
    cost = sum(_per_year(each) * count * years for each, count in _things(roster))
    cost += roster.scenario.costs.link_per_mbit_month * _mbit_per_s(roster) * _MONTHS_PER_YEAR * years
    cost += _training(roster)
    return cost + _volunteers(roster)


def years_of(scenario: Scenario) -> float:
    """Return how long the period is, in years."""
    return scenario.timebase.n_days / _DAYS_PER_YEAR


def _things(roster: Roster) -> tuple[tuple[Equipment, float], ...]:
    """Return what there is to be bought, and how much of it the plan has."""
    scenario, choice, costs = roster.scenario, roster.choice, roster.scenario.costs
    ups_min = scenario.ups_min if choice.ups_min is None else choice.ups_min
    return (
        (costs.counter, (choice.counters if choice.counters is not None else scenario.counters) or 0),
        (costs.desk, (choice.desks if choice.desks is not None else scenario.desks) or 0),
        (costs.scanner, (choice.scanners if choice.scanners is not None else scenario.scanners) or 0),
        (costs.ups, ups_min),
        (choice.purchase, 1),
    )


def _mbit_per_s(roster: Roster) -> float:
    return roster.choice.link_mbit_per_s or roster.scenario.link.mbit_per_s


def _training(roster: Roster) -> float:
    people = dict(zip(roster.scenario.staff, roster.n_people, strict=True))
    per_day = roster.scenario.costs.training_day
    return per_day * sum(days * people[group] for group, days in roster.choice.training_days.items())


def _volunteers(roster: Roster) -> float:
    return roster.scenario.costs.volunteer_team_day * int(teams(roster).sum())


def _per_year(thing: Equipment) -> float:
    return thing.price / thing.life_years + thing.upkeep_per_year
