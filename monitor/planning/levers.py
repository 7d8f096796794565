"""What a planner may move on the page, and the plan that comes of it.

Place in the pipeline: the door of the planner's page. In: a scenario, the name of one of its plans, and `Levers`. Out:
the plan, changed, as a file would say it. Invariant: a lever that was not moved leaves the plan as it is, whatever else
the plan says; what comes of it goes through the same strict checks as a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from sim import PlanChoice, Scenario

_SATURDAY = 5
_EVENING_UNTIL = "18:00"  # where nothing was chosen yet
_SOME_MORE = 3  # people of a group, counters, … that may be added where the scenario has few
_MOST_DEMAND = 3.0
_People = Annotated[int, Field(ge=0, le=10_000)]
_ByGroup = dict[Annotated[str, Field(max_length=40)], _People]


class Levers(BaseModel):
    """What was moved; None: as the plan that it starts from has it.

    Attributes:
        lunch: how many of each group work through lunch on the days of cover.
        evening: how many of each group stay after the afternoon on these days.
        evening_until: when they leave, such as ``18:45``.
        saturday: how many of each group open on the Saturdays among these days, in the hours of a morning.
        staff: how many people each group has.
        counters: how many counters there are.
        desks: how many desks.
        scanners: how many scanners.
        link_mbit_per_s: capacity of the line.
        ups_min: how long batteries bridge a power cut, minutes.
        volunteers: how many teams of volunteers come on the days of cover.
        helpers: which groups are trained to help at the counters, after their own work.
        demand_ratio: what if so many times the visits came.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    lunch: _ByGroup | None = None
    evening: _ByGroup | None = None
    evening_until: Annotated[str, Field(max_length=5)] | None = None
    saturday: _ByGroup | None = None
    staff: _ByGroup | None = None
    counters: _People | None = None
    desks: _People | None = None
    scanners: _People | None = None
    link_mbit_per_s: float | None = None
    ups_min: float | None = None
    volunteers: _People | None = None
    helpers: tuple[Annotated[str, Field(max_length=40)], ...] | None = None
    demand_ratio: Annotated[float, Field(ge=0, le=_MOST_DEMAND)] | None = None


def moved(scenario: Scenario, base: str, levers: Levers, title: str) -> dict[str, object]:
    """Return the scenario's plan `base` with the levers moved.

    Raises:
        ScenarioError: there is no such plan.
    """
    scenario.world(base)  # refuses what is no plan
    plan: dict[str, Any] = scenario.plans[base].model_dump(exclude_unset=True) | {"title": title}
    first, last = days_of_cover(scenario)
    days = {"first_day": first, "last_day": last}
    if levers.lunch is not None:
        plan["lunch"] = _cover(levers.lunch, days)
    if levers.evening is not None or levers.evening_until is not None:
        people = levers.evening if levers.evening is not None else people_of(scenario.plans[base], "evening")
        plan["evening"] = _cover(people, days | {"until": levers.evening_until or until_of(scenario.plans[base])})
    if levers.saturday is not None:
        plan["sessions"] = _sessions(scenario, levers.saturday)
    if levers.volunteers is not None:
        plan["volunteers"] = ({**days, "teams": levers.volunteers},) if levers.volunteers else ()
    if levers.staff is not None:
        plan["staff"] = plan.get("staff", {}) | levers.staff
    if levers.helpers is not None:
        plan["skills"] = plan.get("skills", {}) | _helping(scenario, levers.helpers)
    for name in ("counters", "desks", "scanners", "link_mbit_per_s", "ups_min"):
        if (value := getattr(levers, name)) is not None:
            plan[name] = value
    if levers.demand_ratio is not None:
        plan["world"] = _busier(scenario, plan.get("world", {}), levers.demand_ratio)
    return plan


def days_of_cover(scenario: Scenario) -> tuple[date, date]:
    """Return the days on which cover is moved: those that the scenario's plans cover, or else the peak."""
    covers = [cover for plan in scenario.plans.values() for cover in (*plan.lunch, *plan.evening)]
    if not covers:
        return scenario.period.first_day, scenario.period.peak_last_day
    return min(cover.first_day for cover in covers), max(cover.last_day for cover in covers)


def people_of(plan: PlanChoice, kind: str) -> dict[str, int]:
    """Return how many of each group a plan has over lunch, in the evening or on Saturdays; the most on any day."""
    found: dict[str, int] = {}
    for cover in getattr(plan, kind):
        for group, people in cover.people.items():
            found[group] = max(people, found.get(group, 0))
    return found


def until_of(plan: PlanChoice) -> str:
    """Return until when people stay in the evening."""
    return f"{max(evening.until for evening in plan.evening):%H:%M}" if plan.evening else _EVENING_UNTIL


def offered(scenario: Scenario) -> dict[str, object]:
    """Return what may be moved in a scenario, how far, and where each of its plans has it."""
    groups = {
        name: {"people": group.people, "most": max(2 * group.people, group.people + _SOME_MORE)}
        for name, group in scenario.staff.items()
    }
    first, last = days_of_cover(scenario)
    return {
        "name": scenario.name,
        "title": scenario.title,
        "question": scenario.question,
        "first_day": scenario.period.first_day,
        "last_day": scenario.period.last_day,
        "peak_last_day": scenario.period.peak_last_day,
        "cover": {"first_day": first, "last_day": last, "saturdays": _saturdays(scenario)},
        "closes": f"{scenario.hours.sessions[-1][1]:%H:%M}",
        "groups": groups,
        "most": {
            "counters": _most(scenario.counters),
            "desks": _most(scenario.desks),
            "scanners": _most(scenario.scanners),
            "link_mbit_per_s": 4 * scenario.link.mbit_per_s,
            "volunteers": _SOME_MORE + 2,
            "demand_ratio": _MOST_DEMAND,
        },
        "allowed": {
            "day_h": scenario.labour_rules.day_h,
            "overtime_month_h": scenario.labour_rules.overtime_month_h,
        },
        "has_volunteers": scenario.volunteer_effect != type(scenario.volunteer_effect)(),
        "plans": {
            name: {"title": plan.title, "levers": _as_levers(scenario, plan)} for name, plan in scenario.plans.items()
        },
    }


def _as_levers(scenario: Scenario, plan: PlanChoice) -> dict[str, object]:
    """Return where a plan has each lever."""
    return {
        "lunch": people_of(plan, "lunch"),
        "evening": people_of(plan, "evening"),
        "evening_until": until_of(plan),
        "saturday": people_of(plan, "sessions"),
        "staff": {name: plan.staff.get(name, group.people) for name, group in scenario.staff.items()},
        "counters": plan.counters if plan.counters is not None else scenario.counters,
        "desks": plan.desks if plan.desks is not None else scenario.desks,
        "scanners": plan.scanners if plan.scanners is not None else scenario.scanners,
        "link_mbit_per_s": plan.link_mbit_per_s or scenario.link.mbit_per_s,
        "ups_min": plan.ups_min if plan.ups_min is not None else scenario.ups_min,
        "volunteers": max((each.teams for each in plan.volunteers), default=0),
        "helpers": [name for name in scenario.staff if _helps(plan.skills.get(name, scenario.staff[name].skills))],
        "demand_ratio": 1,
    }


def _most(n: int | None) -> int | None:
    return None if n is None else max(2 * n, n + _SOME_MORE)


def _cover(people: Mapping[str, int], rest: Mapping[str, object]) -> tuple[dict[str, object], ...]:
    some = {group: n for group, n in people.items() if n}
    return ({**rest, "people": some},) if some else ()


def _saturdays(scenario: Scenario) -> list[date]:
    """Return the Saturdays among the days of cover, or else the first after them, on which the office is closed."""
    first, last = days_of_cover(scenario)
    week = timedelta(days=(_SATURDAY - last.weekday()) % 7)
    until = min(last + week, scenario.period.last_day)
    days = [first + timedelta(days=k) for k in range((until - first).days + 1)]
    return [day for day in days if day.weekday() == _SATURDAY and not scenario.office_hours.is_working(day)]


def _sessions(scenario: Scenario, people: Mapping[str, int]) -> tuple[dict[str, object], ...]:
    opens, closes = scenario.hours.morning
    return tuple(
        session
        for day in _saturdays(scenario)
        for session in _cover(people, {"first_day": day, "last_day": day, "opens": opens, "closes": closes})
    )


def _helps(skills: tuple[str, ...]) -> bool:
    return any(skill.partition(":")[0] == "intake" for skill in skills)


def _helping(scenario: Scenario, helpers: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Return the skills of the groups that help at the counters, after what they do anyway."""
    found = {}
    for name in helpers:
        group = scenario.staff.get(name)
        if group and not _helps(group.skills):
            found[name] = (*group.skills, "intake")
    return found


def _busier(scenario: Scenario, world: Mapping[str, object], ratio: float) -> dict[str, object]:
    demand = world.get("demand")
    told = dict(demand) if isinstance(demand, Mapping) else {}
    before = float(told.get("visits_per_day", scenario.demand.visits_per_day))
    return {**world, "demand": {**told, "visits_per_day": round(before * ratio, 3)}}
