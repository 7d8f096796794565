"""What the Labour Code allows, and what it makes overtime cost.

Place in the pipeline: a part of the plan, and of its measures. In: a plan's shifts, or intervals that people worked.
Out: the limits that they break, or money. Invariant: a limit is a number of the scenario, never of the code.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.errors import ScenarioError

if TYPE_CHECKING:
    from sim.plan import Plan
    from sim.timebase import Ticks

_EPSILON_H = 1e-6  # hours are sums of fractions; this much is rounding


@dataclass(frozen=True)
class Breach:
    """A limit that somebody's hours exceed.

    Attributes:
        who: the person's role, such as ``intake 2``.
        when: the day, or the first day of the week, month or year.
        rule: the field of `labour_rules`.
        hours: what it comes to.
        allowed_h: what the rule allows.
    """

    who: str
    when: date
    rule: str
    hours: float
    allowed_h: float

    def __str__(self) -> str:
        """Return it in words."""
        return f"{self.hours:.2f} h for {self.who} ({self.when}; {self.rule} allows {self.allowed_h:.2f} h)"


def find_breaches(plan: Plan) -> list[Breach]:
    """Return every limit that the planned shifts break, people in order, for each by day, week, month and year."""
    return find_breaches_of(plan, plan.shifts[:, :3], plan.overtime)


def find_breaches_of(plan: Plan, worked: Ticks, overtime: Ticks) -> list[Breach]:
    """Return the limits that these hours break: ``int64[n, 3]`` each, rows (person, start, end), overtime in worked."""
    total, extra = hours_by_day(plan, worked), hours_by_day(plan, overtime)
    return [breach for person in range(plan.n_persons) for breach in _of_person(plan, person, total, extra)]


def refuse_breach(plan: Plan, scenario: str) -> None:
    """Raise `ScenarioError` for the first limit that the planned shifts break."""
    for breach in find_breaches(plan):
        raise ScenarioError(
            scenario,
            f"plans.{plan.name}",
            f"{breach.hours:.2f} h for {breach.who} ({breach.when})",
            f"at most {breach.allowed_h:.2f} h (labour_rules.{breach.rule})",
            "let more people take turns, shorten the cover, or set labour_rules.is_enforced to false to see what it does",
        )


HoursByDay = dict[tuple[int, date], float]


def hours_by_day(plan: Plan, intervals: Ticks) -> HoursByDay:
    """Return the hours of each person on each day that these intervals, rows (person, start, end), begin on."""
    timebase = plan.hours.timebase
    found: HoursByDay = defaultdict(float)
    days = timebase.day_index(intervals[:, 1]).tolist()
    for (person, start, end), day in zip(intervals.tolist(), days, strict=True):
        found[person, timebase.day(day)] += (end - start) / (timebase.ticks_per_s * 3600)
    return found


def _of_person(plan: Plan, person: int, total: HoursByDay, extra: HoursByDay) -> Iterator[Breach]:
    rules = plan.labour_rules
    who = person_name(plan, person)
    worked = {day: hours for (of, day), hours in total.items() if of == person}
    overtime = {day: hours for (of, day), hours in extra.items() if of == person}
    normal = {day: hours - overtime.get(day, 0.0) for day, hours in worked.items()}
    told: list[tuple[str, dict[date, float], dict[date, float] | float]] = [
        ("normal_day_h", normal, rules.normal_day_h),
        ("normal_week_h", _summed(normal, _monday), rules.normal_week_h),
        (
            "overtime_day_ratio",
            {day: hours for day, hours in overtime.items() if normal[day] > _EPSILON_H},
            {day: rules.overtime_day_ratio * hours for day, hours in normal.items()},
        ),
        ("day_h", worked, rules.day_h),
        ("overtime_month_h", _summed(overtime, lambda day: day.replace(day=1)), rules.overtime_month_h),
        ("overtime_year_h", _summed(overtime, lambda day: day.replace(month=1, day=1)), rules.overtime_year_h),
    ]
    for rule, by_time, limit in told:
        for when, hours in sorted(by_time.items()):
            allowed_h = limit[when] if isinstance(limit, dict) else limit
            if hours > allowed_h + _EPSILON_H:
                yield Breach(who, when, rule, hours, allowed_h)


def person_name(plan: Plan, person: int) -> str:
    """Return what a person is called: group and number within it, from 1; never a name."""
    return f"{plan.groups[plan.person_group[person]]} {plan.person_member[person] + 1}"


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _summed(by_day: dict[date, float], first_of: Callable[[date], date]) -> dict[date, float]:
    found: dict[date, float] = defaultdict(float)
    for day, hours in by_day.items():
        found[first_of(day)] += hours
    return found


def normal_pay(plan: Plan, start: int, end: int) -> float:
    """Return the wages of the shifts' normal hours from one tick to another, supplements for the night included."""
    normal = _without(plan.shifts[:, :3].tolist(), plan.overtime.tolist())
    return _pay(plan, normal, start, end, is_overtime=False)


def overtime_pay(plan: Plan, intervals: Ticks, start: int, end: int) -> float:
    """Return the pay of overtime, rows (person, start, end), from one tick to another.

    By the day on which an hour lies it is paid 150, 200 or 300 % of the wage; at night (22:00 to 06:00) 30 % of the
    wage more, and 20 % of what that hour is paid by day.

    Source: Labour Code 45/2019/QH14, article 98; Decree 145/2020/ND-CP, articles 55 to 57.
    """
    return _pay(plan, intervals.tolist(), start, end, is_overtime=True)


def paid_hours(plan: Plan, *, is_overtime: bool) -> tuple[Ticks, NDArray[np.float64]]:
    """Return a clock of pay: ticks, and for how many hours' wage one has worked by each without a break since tick 0.

    Between two of the ticks pay grows evenly: what `normal_pay` and `overtime_pay` give for any hours is the wage times
    the difference on this clock.
    """
    ticks, hours = [0], [0.0]
    ticks_per_h = plan.hours.timebase.ticks_per_s * 3600
    for first, last, day, is_night in _pieces(plan, 0, plan.hours.timebase.end_tick):
        ticks.append(last)
        factor = _factor(plan, day, is_night=is_night, is_overtime=is_overtime)
        hours.append(hours[-1] + (last - first) / ticks_per_h * factor)
    return np.array(ticks, dtype=np.int64), np.array(hours)


def _pay(plan: Plan, rows: Iterable[list[int]], start: int, end: int, *, is_overtime: bool) -> float:
    ticks_per_h = plan.hours.timebase.ticks_per_s * 3600
    money = 0.0
    for person, begin, stop in rows:
        wage = float(plan.wage_per_h[plan.person_group[person]])
        for first, last, day, is_night in _pieces(plan, max(begin, start), min(stop, end)):
            factor = _factor(plan, day, is_night=is_night, is_overtime=is_overtime)
            money += (last - first) / ticks_per_h * wage * factor
    return money


def _factor(plan: Plan, day: date, *, is_night: bool, is_overtime: bool) -> float:
    """Return what an hour is paid, as a multiple of the wage."""
    rules = plan.labour_rules
    by_day = _day_factor(plan, day) if is_overtime else 1.0
    if not is_night:
        return by_day
    return by_day + rules.night_supplement_ratio + rules.night_overtime_supplement_ratio * by_day * is_overtime


def _day_factor(plan: Plan, day: date) -> float:
    rules = plan.labour_rules
    if day in plan.hours.holidays:
        return rules.holiday_factor
    return rules.workday_factor if plan.hours.is_working(day) else rules.rest_day_factor


def _pieces(plan: Plan, begin: int, stop: int) -> Iterator[tuple[int, int, date, bool]]:
    """Yield an interval cut at midnights and at the ends of the night: from, to, day, whether it is night."""
    if begin >= stop:
        return
    timebase, rules = plan.hours.timebase, plan.labour_rules
    first, last = (timebase.instant(tick).date() for tick in (begin, stop))
    days = [first + timedelta(days=k) for k in range((last - first).days + 1)]
    edges = sorted(
        {
            begin,
            stop,
            *(
                edge
                for day in days
                for at in (time(), rules.night_starts, rules.night_ends)
                if begin < (edge := timebase.tick(day, at)) < stop
            ),
        }
    )
    for piece_start, piece_end in zip(edges, edges[1:], strict=False):
        local: datetime = timebase.instant(piece_start)
        at = local.time()
        is_night = at >= rules.night_starts or at < rules.night_ends
        yield piece_start, piece_end, local.date(), is_night


def _without(rows: list[list[int]], others: list[list[int]]) -> list[list[int]]:
    """Return what is left of the intervals when those of the same person are taken out."""
    by_person: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for person, start, end in others:
        by_person[person].append((start, end))
    left = []
    for person, start, end in rows:
        at = start
        for begin, stop in sorted(by_person[person]):
            if stop <= at or begin >= end:
                continue
            if begin > at:
                left.append([person, at, begin])
            at = max(at, stop)
        if at < end:
            left.append([person, at, end])
    return left
