"""Whether the parts of a scenario fit each other.

Place in the pipeline: inside the door. In: a scenario whose parts are each right. Out: nothing, or a `MisfitError` that
names the part that does not fit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.document import MisfitError, did_you_mean, shown
from sim.scenario.people import STAGES_BY_NAME, Stage, skill_parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sim.scenario import Scenario
    from sim.scenario.choices import Cover, PlanChoice
    from sim.scenario.procedures import Procedure


def check_fit(scenario: Scenario) -> None:
    """Raise `MisfitError` unless the parts of the scenario fit each other."""
    _check_procedures(scenario)
    _check_period(scenario)
    for name, group in scenario.staff.items():
        _check_skills(scenario, group.skills, "staff", name, "skills")
    for index, initial in enumerate(scenario.initial):
        _known(initial.procedure, scenario.procedures, "initial", index, "procedure")
        if _work(scenario.procedures[initial.procedure], STAGES_BY_NAME[initial.stage]) is None:
            expected = f"a stage that {initial.procedure} goes through"
            raise MisfitError("initial", index, "stage", got=initial.stage, expected=expected)
    for name, plan in scenario.plans.items():
        _check_plan(scenario, name, plan)


def _work(procedure: Procedure, stage: Stage) -> object:
    works = {
        Stage.CHECK: procedure.check_min,
        Stage.BACK_OFFICE: procedure.back_office_min,
        Stage.APPROVAL: procedure.approval_min,
    }
    return works[stage]


def _check_procedures(scenario: Scenario) -> None:
    total = sum(procedure.share for procedure in scenario.procedures.values())
    if abs(total - 1) > 1e-9:  # noqa: PLR2004 - shares are decimal fractions, their sum is not exact
        raise MisfitError("procedures", got=f"shares that sum to {total:g}", expected="shares that sum to 1")
    for name, procedure in scenario.procedures.items():
        deadline = procedure.deadline
        if deadline.working_days is not None and deadline.cutoff > scenario.hours.closes:
            got = deadline.cutoff
            raise MisfitError("procedures", name, "deadline", "cutoff", got=got, expected="a time in office hours")


def _check_period(scenario: Scenario) -> None:
    period, hours = scenario.period, scenario.hours
    if not any(scenario.office_hours.is_working(day) for day in scenario.timebase.days if day <= period.peak_last_day):
        expected = "a working day from period.first_day to it"
        raise MisfitError("period", "peak_last_day", got=period.peak_last_day, expected=expected)
    if hours.inside_served_until is not None and hours.inside_served_until < hours.closes:
        expected = f"a time not before {hours.closes:%H:%M}"
        raise MisfitError("hours", "inside_served_until", got=hours.inside_served_until, expected=expected)


_OURS_ALONE = ("name", "extends", "period", "plans")  # plans are compared over the same days


def _check_plan(scenario: Scenario, name: str, plan: PlanChoice) -> None:
    for field in _OURS_ALONE:
        if field in plan.world:
            expected = f"a field of the world, and none of {', '.join(_OURS_ALONE)}"
            raise MisfitError("plans", name, "world", field, got=field, expected=expected)
    for field in ("staff", "skills", "training_days"):
        for group in getattr(plan, field):
            _known(group, scenario.staff, "plans", name, field, group)
    for group, skills in plan.skills.items():
        _check_skills(scenario, skills, "plans", name, "skills", group)
    people = {group: plan.staff.get(group, told.people) for group, told in scenario.staff.items()}
    covers: tuple[tuple[str, Iterable[Cover]], ...] = (
        ("lunch", plan.lunch),
        ("evening", plan.evening),
        ("sessions", plan.sessions),
    )
    for kind, of_kind in covers:
        _check_covers(list(of_kind), people, "plans", name, kind)
    for index, evening in enumerate(plan.evening):
        if evening.until <= scenario.hours.closes:
            expected = f"a time after {scenario.hours.closes:%H:%M}"
            raise MisfitError("plans", name, "evening", index, "until", got=evening.until, expected=expected)


def _check_covers(covers: list[Cover], people: Mapping[str, int], *at: str) -> None:
    for index, cover in enumerate(covers):
        for group, n_covering in cover.people.items():
            _known(group, people, *at, index, "people", group)
            if n_covering > people[group]:
                expected = f"at most the people there are: {people[group]}"
                raise MisfitError(*at, index, "people", group, got=n_covering, expected=expected)
        if any(cover.overlaps(other) for other in covers[index + 1 :]):
            days = f"{cover.first_day} to {cover.last_day}"
            raise MisfitError(*at, index, got=days, expected=f"days that no other {at[-1]} entry of the plan has")


def _check_skills(scenario: Scenario, skills: tuple[str, ...], *at: str) -> None:
    for index, skill in enumerate(skills):
        _, procedure = skill_parts(skill)
        if procedure is not None:
            _known(procedure, scenario.procedures, *at, index)


def _known(name: str, names: Iterable[str], *at: str | int) -> None:
    known = list(names)
    if name not in known:
        raise MisfitError(*at, got=shown(name), expected=f"one of: {', '.join(known)}", hint=did_you_mean(name, known))
