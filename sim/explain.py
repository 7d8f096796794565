"""A scenario in words: how much work it brings, and how many hours its plans have for it.

Place in the pipeline: beside the report. In: a scenario. Out: text. Invariant: nothing is simulated; these are means.
"""

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from sim.plan import Plan, build_plan
from sim.plan.labour import find_breaches, hours_by_day, most_overtime
from sim.scenario import PlanChoice, Scenario
from sim.scenario.people import STAGE_NAMES, Stage
from sim.streams import PPM

_PERMILLE = 1000
_MIN_PER_H = 60


def explain(scenario: Scenario) -> str:
    """Return what a planner can check by hand: days, expected visits, and work against hours in the peak week.

    Raises:
        ScenarioError: a plan cannot be built, or breaks a limit of the Labour Code.
    """
    period, hours = scenario.period, scenario.office_hours
    visits = _visits(scenario)
    n_peak = visits[: _n_peak_days(scenario)].sum()
    lines = [
        f"{scenario.title}: {len(hours.working_days)} working days from {period.first_day} to {period.last_day}.",
        (
            f"{visits.sum():,.0f} visits expected, {n_peak:,.0f} of them in the peak week "
            f"(to {period.peak_last_day}); {_records_per_visit(scenario):.2f} records a visit."
        ),
        *_centre(scenario),
        "In the peak week, hours of work in practised hands, and hours on shift (in brackets: of these, overtime):",
    ]
    for name in scenario.plans:
        world = scenario.world(name)
        lines += [
            f"  {name}: {_plan(world, name)}",
            *_choices(scenario.plans[name]),
            *_overtime(build_plan(world, name)),
        ]
    return "\n".join(lines) + "\n"


def _centre(scenario: Scenario) -> list[str]:
    """Return who works there and what comes, by group and procedure."""
    places = {"counters": scenario.counters, "desks": scenario.desks, "scanners": scenario.scanners}
    told = ", ".join(
        f"{'enough' if number is None else number} {what[:-1] if number == 1 else what}"
        for what, number in places.items()
    )
    lines = [f"{told}; {scenario.link.mbit_per_s:g} Mbit/s. People, with what they do:"]
    lines += [f"  {name}: {group.people}, {', '.join(group.skills)}" for name, group in scenario.staff.items()]
    lines.append("Procedures: share of the records, part of it online, mean minutes of work on its way, and when due:")
    for name, kind in scenario.procedures.items():
        works = ((STAGE_NAMES[stage], kind.work_min(stage)) for stage in Stage)
        way = ", ".join(f"{stage} {law.mean:g}" for stage, law in works if law is not None)
        due = kind.deadline
        limit = (
            f"{due.working_hours:g} working hours" if due.working_days is None else f"{due.working_days} working days"
        )
        lines.append(f"  {name}: {kind.share:.0%}, {kind.online_ratio:.0%}; {way}; {limit}")
    return lines


def _choices(choice: PlanChoice) -> list[str]:
    """Return what a plan chooses beside hours and people, and which fields of the world it asks about."""
    chosen = choice.model_dump(exclude_unset=True, exclude={"title", "lunch", "evening", "sessions", "staff", "world"})
    told = [f"{name} {value:g}" if isinstance(value, int | float) else name for name, value in chosen.items()]
    lines = [f"    with {', '.join(told)}"] if told else []
    return [*lines, f"    what if: {', '.join(_fields_of(choice.world))}"] if choice.world else lines


def _fields_of(world: Mapping[str, object], above: str = "") -> Iterator[str]:
    """Yield the way to each field that a part of a world has something to say of; a law is one field."""
    for name, value in world.items():
        if isinstance(value, Mapping) and value and "law" not in value:
            yield from _fields_of(value, f"{above}{name}.")
        else:
            yield f"{above}{name}"


def _overtime(plan: Plan) -> list[str]:
    """Return the most planned overtime of one person of each group that has any, beside what the Labour Code allows."""
    rules = plan.labour_rules
    return [
        f"    overtime of one of {name}, at most: {day:.1f} h a day, "
        f"{month:.1f} of {rules.overtime_month_h:g} h a month, {year:.1f} of {rules.overtime_year_h:g} h a year"
        for name, (day, month, year) in most_overtime(plan).items()
    ]


def _plan(world: Scenario, name: str) -> str:
    """Return what a plan has to do in the peak week of its world, and with what."""
    plan, n_days = build_plan(world, name), _n_peak_days(world)
    work_h = _work_h(world, plan, _visits(world))[:, :n_days].sum(axis=1)
    work = ", ".join(f"{STAGE_NAMES[stage]} {work_h[stage]:.0f}" for stage in Stage if work_h[stage])
    return f"work {work}; shifts {_shifts(plan, n_days)}{_cost(plan)}{_breaches(plan)}"


def _n_peak_days(scenario: Scenario) -> int:
    return (scenario.period.peak_last_day - scenario.period.first_day).days + 1


def _visits(scenario: Scenario) -> NDArray[np.float64]:
    """Return the mean number of visits of each day, with and without appointment, also those made online."""
    return _visits_without(scenario) + _visits_by_appointment(scenario)


def _visits_without(scenario: Scenario) -> NDArray[np.float64]:
    """Return the mean number of visits without appointment of each day, also those made online."""
    return np.asarray(np.array(scenario.hourly_visits).reshape(-1, 24).sum(axis=1))


def _visits_by_appointment(scenario: Scenario) -> NDArray[np.float64]:
    """Return the mean number of visits by appointment of each day, all in person."""
    visits, appointments = np.zeros(scenario.timebase.n_days), scenario.demand.appointments
    if appointments is not None:
        n_slots = sum(slot.visits for slot in appointments.slots)
        visits[scenario.office_hours.working_days] = n_slots * (1 - appointments.no_show_ratio)
    return visits


def _records_per_visit(scenario: Scenario) -> float:
    weights = scenario.demand.records_per_visit
    return float(np.average(list(weights), weights=list(weights.values())))


def _work_h(scenario: Scenario, plan: Plan, visits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the work that a day's visits bring to each stage, hours in practised hands: ``float64[6, n_days]``.

    Incomplete papers are looked at twice. What is left undone on the first day, wrong counters and scanners are not in.
    """
    kinds = list(scenario.procedures.values())
    without = np.divide(_visits_without(scenario), visits, out=np.zeros_like(visits), where=visits > 0)
    online, looks = without * plan.online_ppm / PPM, 1 + plan.incomplete_ppm / PPM
    times = {
        Stage.GUIDANCE: (1 - online) / _records_per_visit(scenario),  # once for a visit
        Stage.INTAKE: (1 - online) * looks * plan.intake_permille / _PERMILLE,
        Stage.CHECK: online * looks,
    }
    records = np.outer([kind.share for kind in kinds], visits * _records_per_visit(scenario))
    mean_min = np.array([[law.mean if (law := kind.work_min(stage)) else 0.0 for kind in kinds] for stage in Stage])
    return np.array([mean_min[stage] @ (records * times.get(stage, 1.0)) for stage in Stage]) / _MIN_PER_H


def _shifts(plan: Plan, n_peak_days: int) -> str:
    """Return the hours on shift in the peak week of each group that has people."""
    on_shift, overtime = (
        hours_by_day(plan, rows)[:, :n_peak_days].sum(axis=1) for rows in (plan.shifts[:, :3], plan.overtime)
    )
    told = []
    for number, name in enumerate(plan.groups):
        of_group = plan.person_group == number
        if not of_group.any():
            continue
        extra = f" ({overtime[of_group].sum():.0f})" if overtime[of_group].any() else ""
        told.append(f"{name} {on_shift[of_group].sum():.0f}{extra}")
    return ", ".join(told)


def _cost(plan: Plan) -> str:
    return f"; {plan.fixed_cost:,.0f} {plan.costs.currency} beside wages in the whole period" if plan.fixed_cost else ""


def _breaches(plan: Plan) -> str:
    """Return what a plan does that the labour rules do not allow, where they are not enforced."""
    breaches = find_breaches(plan)
    return f"; breaks the labour rules {len(breaches):,} times, first by {breaches[0]}" if breaches else ""
