"""What a scenario says that cannot work, or was probably not meant.

Place in the pipeline: beside the plans, told by the planner's command. In: a scenario. Out: warnings, or an error.
Invariant: nothing is simulated, and no number that a run prints depends on what is doubted.
"""

from collections.abc import Iterator
from datetime import time, timedelta

import numpy as np

from sim.errors import ScenarioError
from sim.plan import Plan, build_plan
from sim.scenario import PlanChoice, Scenario
from sim.scenario.parts import Days
from sim.scenario.people import COUNTER_STAGES, STAGE_NAMES, Stage
from sim.streams import PPM
from sim.timebase import NEVER, has_break

_BITS_PER_BYTE, _S_PER_H = 8, 3600
_BUSY = 0.05  # of the line: below that nobody waits for it
_NEVER_DONE = "work that waits there is never done"


def find_doubts(scenario: Scenario, plans: list[str] | None = None) -> list[str]:
    """Return what was probably not meant, each as ``field: what is odd``, of these plans (default: all).

    Raises:
        ScenarioError: some work can never be done under a plan, or a plan breaks a limit of the Labour Code.
    """
    found = list(_idle_fields(scenario))
    for name in plans or scenario.plans:
        world = scenario.world(name)
        plan = build_plan(world, name)
        _refuse_work_without_place(world, plan)
        _refuse_work_without_hands(world, plan)
        found += [*_outside(world), *_absent(world, name), *_idle_choices(world, name)]
        found += [*_closed(world), *_unused_line(world, plan)]
    found += _alike(scenario, plans or list(scenario.plans))
    return list(dict.fromkeys(found))  # what all plans share is told once


def _needed(world: Scenario, plan: Plan) -> Iterator[tuple[Stage, int]]:
    """Yield each stage, with the number of a procedure, that some record will reach."""
    initial = {(each.procedure, each.stage) for each in world.initial}
    for number, (name, kind) in enumerate(world.procedures.items()):
        has_online, has_visits = bool(plan.online_ppm[number].any()), bool((plan.online_ppm[number] < PPM).any())
        is_there = {Stage.CHECK: has_online, Stage.INTAKE: has_visits, Stage.GUIDANCE: has_visits}
        for stage in Stage:
            comes = kind.share > 0 and world.demand.visits_per_day > 0 and is_there.get(stage, True)
            if kind.work_min(stage) is not None and (comes or (name, STAGE_NAMES[stage]) in initial):
                yield stage, number


def _refuse_work_without_place(world: Scenario, plan: Plan) -> None:
    stages = {stage for stage, _ in _needed(world, plan)}
    at_desks = stages & {Stage.CHECK, Stage.BACK_OFFICE, Stage.APPROVAL}
    scans = any(kind.share and kind.pages is not None and kind.scan_s_per_page for kind in world.procedures.values())
    places = (
        ("counters", plan.n_counters, stages & set(COUNTER_STAGES)),
        ("desks", plan.n_desks, at_desks),
        ("scanners", plan.n_scanners, scans and Stage.INTAKE in stages),
    )
    for field, n_places, is_needed in places:
        if is_needed and not n_places:
            where = field if getattr(world.plans[plan.name], field) is None else f"plans.{plan.name}.{field}"
            raise ScenarioError(world.name, where, "0", f"at least 1 under plan {plan.name}: {_NEVER_DONE} without")


def _refuse_work_without_hands(world: Scenario, plan: Plan) -> None:
    on_shift = np.unique(plan.person_group[plan.shifts[:, 0]])
    can = (plan.rank[on_shift] != NEVER).any(axis=0)
    for stage, number in _needed(world, plan):
        if not can[stage, number]:
            what = f"nobody on any shift who can do {STAGE_NAMES[stage]} for {plan.procedures[number]}"
            expected = f"somebody with this skill: {_NEVER_DONE} without"
            raise ScenarioError(
                world.name, f"plans.{plan.name}", what, expected, "see staff.*.skills, people and times"
            )


def _outside(world: Scenario) -> Iterator[str]:
    """Yield what lies wholly outside the period."""
    first, last = world.period.first_day, world.period.last_day
    for name, group in world.staff.items():
        for index, leave in enumerate(group.leave):
            if not leave.overlaps(world.period):
                yield f"staff.{name}.leave[{index}]: no day of the period {first} to {last}"
    for index, surge in enumerate(world.demand.surges):
        if not surge.overlaps(world.period):
            yield f"demand.surges[{index}]: no day of the period {first} to {last}"
    for index, outage in enumerate(world.outages):
        if outage.ends.date() < first or outage.starts.date() > last:
            yield f"outages[{index}]: no time in the period {first} to {last}"


def _closed(world: Scenario) -> Iterator[str]:
    """Yield hours in which people come though the office is closed, lunch apart: they find the door shut."""
    first, last = world.hours.sessions[0][0].hour, _last_hour(world.hours.sessions[-1][1])
    for hour, weight in sorted(world.demand.hour_weights.items()):
        if weight and not first <= hour <= last:
            part = weight / sum(world.demand.hour_weights.values())
            yield f"demand.hour_weights.{hour}: {part:.0%} of a day's visits come at {hour}:00, when it is closed"


def _last_hour(closes: time) -> int:
    return closes.hour if closes.minute else closes.hour - 1


def _unused_line(world: Scenario, plan: Plan) -> Iterator[str]:
    """Yield that a plan's line is more than enough: all of a day's uploads take it a small part of an hour."""
    chosen = world.plans[plan.name].link_mbit_per_s
    if chosen is None or chosen <= world.link.mbit_per_s:
        return
    mb = sum(kind.share * kind.page_mb * kind.pages.mean for kind in world.procedures.values() if kind.pages)
    busiest = max(world.hourly_visits) * mb * _BITS_PER_BYTE  # Mbit in the busiest hour
    free = world.link.mbit_per_s * (1 - max([world.link.background_ratio, *world.link.background_by_hour.values()]))
    if busiest < _BUSY * free * _S_PER_H:
        yield (
            f"plans.{plan.name}.link_mbit_per_s: a faster line changes little, as uploads take less than {_BUSY:.0%} "
            f"of what {world.link.mbit_per_s:g} Mbit/s has left in the busiest hour"
        )


def _alike(scenario: Scenario, names: list[str]) -> Iterator[str]:
    """Yield plans that choose what another before them does."""
    seen: dict[str, str] = {}
    for name in names:
        choice = scenario.plans[name].model_dump_json(exclude={"title"})
        if choice in seen:
            yield f"plans.{name}: chooses nothing other than plan {seen[choice]}"
        seen.setdefault(choice, name)


def _absent(world: Scenario, name: str) -> Iterator[str]:
    """Yield leave of more people than there are."""
    for group, told in world.staff.items():
        people = world.plans[name].staff.get(group, told.people)
        for index, leave in enumerate(told.leave):
            if leave.people > people:
                yield f"staff.{group}.leave[{index}].people: {leave.people} on leave of {people} (plan {name})"


def _idle_choices(world: Scenario, name: str) -> Iterator[str]:
    """Yield what a plan chooses without any effect."""
    choice, at = world.plans[name], f"plans.{name}"
    for kind, is_for_working_days in (("lunch", True), ("evening", True), ("sessions", False), ("volunteers", True)):
        for index, days in enumerate(getattr(choice, kind)):
            if not _has_day(world, days, is_working=is_for_working_days):
                wanted = "working day" if is_for_working_days else "day off"
                yield f"{at}.{kind}[{index}]: does nothing, as no {wanted} of the period is among its days"
    for index, lunch in enumerate(choice.lunch):
        for group in lunch.people:
            if not has_break(world.staff[group].times or world.hours.sessions):
                yield f"{at}.lunch[{index}].people.{group}: does nothing, as they have no break that could be covered"
    yield from _without_effect(world, choice, at)
    yield from _after_the_peak(world, choice, at)


def _after_the_peak(world: Scenario, choice: PlanChoice, at: str) -> Iterator[str]:
    """Yield sessions that the answer at the end of the peak week comes too early for."""
    peak = world.period.peak_last_day
    sunday = peak + timedelta(days=6 - peak.weekday())
    for index, session in enumerate(choice.sessions):
        if peak < session.first_day <= sunday:
            yield (
                f"{at}.sessions[{index}]: is in the peak week but after period.peak_last_day {peak}, by which plans "
                "are judged"
            )


def _has_day(world: Scenario, days: Days, *, is_working: bool) -> bool:
    return any(days.covers(day) and world.office_hours.is_working(day) == is_working for day in world.timebase.days)


def _without_effect(world: Scenario, choice: PlanChoice, at: str) -> Iterator[str]:
    effect = world.volunteer_effect
    if choice.volunteers and not effect.moves_online_ratio and effect.intake_factor == 1:
        yield f"{at}.volunteers: does nothing without volunteer_effect"
    if choice.training_days and world.learning.first_day_factor == 1:
        yield f"{at}.training_days: does nothing without learning.first_day_factor above 1"
    systems = [each.what for each in world.outages] + [each.what for each in world.random_outages]
    if choice.ups_min and "power" not in systems:
        yield f"{at}.ups_min: does nothing without a power outage"


def _idle_fields(world: Scenario) -> Iterator[str]:
    """Yield fields of the world that do nothing because another is missing."""
    kinds = world.procedures.values()
    if world.citizens.collect_delay_h is not None and all(kind.handover_min is None for kind in kinds):
        yield "citizens.collect_delay_h: does nothing without a procedure's handover_min"
    if world.citizens.supplement_delay_h is not None and not any(kind.incomplete_ratio for kind in kinds):
        yield "citizens.supplement_delay_h: does nothing without a procedure's incomplete_ratio"
    if world.fatigue.growth_per_h and world.fatigue.after_h == 24:  # noqa: PLR2004 - a whole day: nobody tires
        yield "fatigue.growth_per_h: does nothing without fatigue.after_h below 24"
