"""What the Labour Code allows, and what it makes overtime cost.

Place in the pipeline: a part of the plan, and of its measures. In: a plan's shifts, or intervals that people worked.
Out: the limits that they break, or money. Invariant: a limit is a number of the scenario, never of the code.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.errors import ScenarioError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from sim.plan import Plan
    from sim.scenario import LabourRules, Scenario
    from sim.timebase import OfficeHours, Ticks

_EPSILON_H = 1e-6  # hours are sums of fractions; this much is rounding
_MOST_TOLD = 10  # breaches in a message
# What each rule limits, and how its time is told.
_TOLD = {
    "normal_day_h": ("normal hours", "on %Y-%m-%d"),
    "normal_week_h": ("normal hours", "in the week from %Y-%m-%d on"),
    "overtime_day_ratio": ("overtime", "on %Y-%m-%d"),
    "day_h": ("work", "on %Y-%m-%d"),
    "overtime_month_h": ("overtime", "in %Y-%m"),
    "overtime_year_h": ("overtime", "in %Y"),
}


@dataclass(frozen=True)
class Breach:
    """A limit that somebody's hours exceed.

    Attributes:
        person: the person.
        who: the person's role, such as ``intake 2``.
        when: the day, or the first day of the week, month or year.
        rule: the field of `labour_rules`.
        hours: what it comes to.
        allowed_h: what the rule allows.
    """

    person: int
    who: str
    when: date
    rule: str
    hours: float
    allowed_h: float

    @property
    def found(self) -> str:
        """Return what was found, in words."""
        return f"{self.hours:.2f} h of {self.of_what} for {self.who} {self.at}"

    @property
    def of_what(self) -> str:
        """Return what the rule limits: ``overtime``."""
        return _TOLD[self.rule][0]

    @property
    def at(self) -> str:
        """Return when it is so, in words."""
        return self.when.strftime(_TOLD[self.rule][1])

    @property
    def allowed(self) -> str:
        """Return what would have been allowed, in words."""
        return f"at most {self.allowed_h:.2f} h (labour_rules.{self.rule})"

    def __str__(self) -> str:
        """Return both."""
        return f"{self.found}; {self.allowed}"


def find_breaches(plan: Plan) -> list[Breach]:
    """Return every limit that the planned shifts break, people in order, for each rule by rule in order of time."""
    return find_breaches_of(plan, plan.shifts[:, :3], plan.overtime)


def find_breaches_of(plan: Plan, worked: Ticks, overtime: Ticks) -> list[Breach]:
    """Return the limits that these hours break: ``int64[n, 3]`` each, rows (person, start, end), overtime in worked.

    Hours count for the day on which they begin, weeks begin on Monday, and of a week, month or year only the days in
    the period are known. On a day off all work is overtime, which no normal hours limit: there only `day_h` does, with
    month and year.

    Source: Labour Code 45/2019/QH14, articles 105 and 107; Decree 145/2020/ND-CP, article 60.
    """
    breaches = []
    for rule, days, hours, allowed_h in _sums(plan, hours_by_day(plan, worked), hours_by_day(plan, overtime)):
        limits = np.broadcast_to(allowed_h, hours.shape)
        for person, column in np.argwhere(hours > limits + _EPSILON_H).tolist():
            when, found, limit = days[column], float(hours[person, column]), float(limits[person, column])
            breaches.append(Breach(person, person_name(plan, person), when, rule, found, limit))
    return sorted(breaches, key=lambda breach: breach.person)  # a stable order: rules and times stay as they are


def refuse_breach(plan: Plan, scenario: Scenario) -> None:
    """Raise `ScenarioError` for the limits that the planned shifts break: the first ten, and how many more."""
    breaches = find_breaches(plan)
    if not breaches:
        return
    first, *others = breaches
    told = [f"also {_culprit(plan, scenario, breach)}: {breach}" for breach in others[: _MOST_TOLD - 1]]
    if len(breaches) > _MOST_TOLD:
        told.append(f"and {len(breaches) - _MOST_TOLD:,} more")
    told.append("let more people take turns or work fewer hours; labour_rules.is_enforced: false lets it pass")
    raise ScenarioError(scenario.name, _culprit(plan, scenario, first), first.found, first.allowed, "; ".join(told))


def most_overtime(plan: Plan) -> dict[str, tuple[float, float, float]]:
    """Return the most planned overtime that one person of each group has in a day, a month and a year, hours."""
    none = np.zeros((plan.n_persons, plan.hours.timebase.n_days))
    sums = {each.rule: each.hours for each in _sums(plan, none, hours_by_day(plan, plan.overtime))}
    by_length = [sums[f"overtime_{length}"] for length in ("day_ratio", "month_h", "year_h")]
    found = {}
    for number, name in enumerate(plan.groups):
        of_group = plan.person_group == number
        if of_group.any() and by_length[0][of_group].any():
            day, month, year = (float(hours[of_group].max()) for hours in by_length)
            found[name] = day, month, year
    return found


def person_name(plan: Plan, person: int) -> str:
    """Return what a person is called: group and number within it, from 1; never a name."""
    return f"{plan.groups[plan.person_group[person]]} {plan.person_member[person] + 1}"


def hours_by_day(plan: Plan, intervals: Ticks) -> NDArray[np.float64]:
    """Return the hours of the intervals, rows (person, start, end), that begin on each day: ``[n_persons, n_days]``."""
    timebase = plan.hours.timebase
    hours = np.zeros((plan.n_persons, timebase.n_days))
    length_h = (intervals[:, 2] - intervals[:, 1]) / _ticks_per_h(plan.hours)
    np.add.at(hours, (intervals[:, 0], timebase.day_index(intervals[:, 1])), length_h)
    return hours


def _ticks_per_h(hours: OfficeHours) -> float:
    return hours.timebase.ticks_per_s * 3600


class _Sum(NamedTuple):
    rule: str
    days: list[date]  # first day of each column
    hours: NDArray[np.float64]  # [n_persons, n_columns]
    allowed_h: NDArray[np.float64] | float


def _sums(plan: Plan, worked: NDArray[np.float64], overtime: NDArray[np.float64]) -> Iterator[_Sum]:
    """Yield what each rule limits, and to how much."""
    rules, days = plan.labour_rules, list(plan.hours.timebase.days)
    normal = worked - overtime
    is_normal = normal > _EPSILON_H

    def by(first_of: Callable[[date], date], hours: NDArray[np.float64]) -> tuple[list[date], NDArray[np.float64]]:
        firsts = [first_of(day) for day in days]
        starts = [index for index, first in enumerate(firsts) if index == 0 or first != firsts[index - 1]]
        return [firsts[index] for index in starts], np.add.reduceat(hours, starts, axis=1)

    yield _Sum("normal_day_h", days, normal, rules.normal_day_h)
    yield _Sum("normal_week_h", *by(_monday, normal), rules.normal_week_h)
    yield _Sum("overtime_day_ratio", days, overtime, np.where(is_normal, rules.overtime_day_ratio * normal, np.inf))
    yield _Sum("day_h", days, worked, rules.day_h)
    yield _Sum("overtime_month_h", *by(lambda day: day.replace(day=1), overtime), rules.overtime_month_h)
    yield _Sum("overtime_year_h", *by(lambda day: day.replace(month=1, day=1), overtime), rules.overtime_year_h)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _culprit(plan: Plan, scenario: Scenario, breach: Breach) -> str:
    """Return the field of the scenario that brings the hours above what is allowed."""
    _, told = _TOLD[breach.rule]
    at_that_time = breach.when.strftime(told)
    extra_h = [
        (day, start, (end - start) / _ticks_per_h(plan.hours))
        for person, start, end in plan.overtime.tolist()
        if person == breach.person
        and (day := plan.hours.timebase.instant(start).date()).strftime(told) == at_that_time
        and not breach.rule.startswith("normal")
    ]
    reached_h = breach.hours - sum(hours for _, _, hours in extra_h)
    was_within = reached_h <= breach.allowed_h
    for day, start, hours in extra_h:
        reached_h += hours
        if was_within and reached_h > breach.allowed_h + _EPSILON_H:
            return f"plans.{plan.name}.{_cover(plan, scenario, day, start)}"
    group = plan.groups[plan.person_group[breach.person]]
    return f"staff.{group}.times" if scenario.staff[group].times else "hours"


def _cover(plan: Plan, scenario: Scenario, day: date, start: int) -> str:
    """Return the entry of a plan that brings the overtime which begins at this tick."""
    is_late = start >= plan.hours.timebase.tick(day, plan.hours.closes)
    kinds = ("evening", "lunch") if is_late else ("lunch", "evening")
    choice = scenario.plans[plan.name]
    return next(
        f"{kind}[{index}]"
        for kind in (kinds if plan.hours.is_working(day) else ("sessions",))
        for index, cover in enumerate(getattr(choice, kind))
        if cover.covers(day)
    )


# -- money


def normal_pay(plan: Plan, span_start: int, span_end: int) -> float:
    """Return the wages of the shifts' normal hours within [span_start, span_end), supplements for the night included.

    Who is on planned leave is not in the shifts; who is absent without warning is.
    """
    curve = _normal_curve(plan.hours, plan.labour_rules)
    of_shifts = _pay(plan, plan.shifts[:, :3], curve, span_start, span_end)
    return of_shifts - _pay(plan, plan.overtime, curve, span_start, span_end)


def overtime_pay(plan: Plan, intervals: Ticks, span_start: int, span_end: int) -> float:
    """Return the pay of overtime within [span_start, span_end).

    An hour by day is paid `workday_factor`, `rest_day_factor` or `holiday_factor` times the wage, by the day on which
    it lies. An hour at night is paid ``factor + night_supplement_ratio + night_overtime_supplement_ratio * factor``
    times the wage: with the defaults 2.1, 2.7 or 3.9. (For a working day the decree's further supplement is 20 % of
    150 %, as here, where overtime by day came before; where the night's overtime stands alone, it is of 100 %.)

    Args:
        plan: whose wages and rules.
        intervals: ``int64[n, 3]``, rows (person, start, end).
        span_start: first tick that counts.
        span_end: first tick that no longer counts.

    Source: Labour Code 45/2019/QH14, articles 98 and 106; Decree 145/2020/ND-CP, articles 55 to 57.
    """
    return _pay(plan, intervals, overtime_curve(plan.hours, plan.labour_rules), span_start, span_end)


def pay_by_day(plan: Plan) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the pay of normal hours and of planned overtime on each day: ``float64[n_days]`` each."""
    timebase = plan.hours.timebase

    def by_day(intervals: Ticks, curve: _Curve) -> NDArray[np.float64]:
        pay = _pay_each(plan, intervals, curve, 0, timebase.end_tick)  # what is planned never lasts over midnight
        paid = np.bincount(timebase.day_index(intervals[:, 1]), weights=pay, minlength=timebase.n_days)
        return np.asarray(paid, dtype=np.float64)

    normal = _normal_curve(plan.hours, plan.labour_rules)
    extra = overtime_curve(plan.hours, plan.labour_rules)
    return by_day(plan.shifts[:, :3], normal) - by_day(plan.overtime, normal), by_day(plan.overtime, extra)


_Curve = tuple["NDArray[np.float64]", "NDArray[np.float64]"]  # ticks, and hours paid from tick 0 to each of them


def _pay(plan: Plan, intervals: Ticks, curve: _Curve, span_start: int, span_end: int) -> float:
    return float(_pay_each(plan, intervals, curve, span_start, span_end).sum())


def _pay_each(plan: Plan, intervals: Ticks, curve: _Curve, span_start: int, span_end: int) -> NDArray[np.float64]:
    """Return what each interval is paid within a span: the wage, times what the curve grows by."""
    person, start, end = intervals.T
    paid_from, paid_to = np.interp(np.clip(np.stack([start, end]), span_start, span_end), *curve)
    return np.asarray((paid_to - paid_from) * plan.wage_per_h[plan.person_group[person]])


@lru_cache(maxsize=16)
def _normal_curve(hours: OfficeHours, rules: LabourRules) -> _Curve:
    return _curve(hours, rules, lambda _, *, is_night: 1 + rules.night_supplement_ratio * is_night)


@lru_cache(maxsize=16)
def overtime_curve(hours: OfficeHours, rules: LabourRules) -> _Curve:
    """Return for how many hours' wage overtime from tick 0 on is paid by some ticks; between them it grows evenly.

    `overtime_pay` is the wage times the differences on it.
    """

    def rate(day: date, *, is_night: bool) -> float:
        factor = rules.workday_factor if hours.is_working(day) else rules.rest_day_factor
        factor = rules.holiday_factor if day in hours.holidays else factor
        return factor + (rules.night_supplement_ratio + rules.night_overtime_supplement_ratio * factor) * is_night

    return _curve(hours, rules, rate)


def _curve(hours: OfficeHours, rules: LabourRules, rate: Callable[..., float]) -> _Curve:
    """Return how many paid hours an hour of work adds up to, at midnights and where the night starts and ends."""
    timebase = hours.timebase
    times = sorted({time(), rules.night_starts, rules.night_ends})
    pieces = [
        (timebase.tick(day, at), rate(day, is_night=_is_night(rules, at))) for day in timebase.days for at in times
    ]
    ticks = [*(tick for tick, _ in pieces), timebase.end_tick]
    tick = np.maximum.accumulate(np.array(ticks, dtype=np.float64))  # a time of day may be missing in spring
    paid_h = np.diff(tick) / _ticks_per_h(hours) * [of_piece for _, of_piece in pieces]
    return tick, np.concatenate([[0.0], np.cumsum(paid_h)])


def _is_night(rules: LabourRules, at: time) -> bool:
    """Return whether the night is on at this time of day; it may last over midnight."""
    starts, ends = rules.night_starts, rules.night_ends
    return starts <= at < ends if starts <= ends else at >= starts or at < ends
