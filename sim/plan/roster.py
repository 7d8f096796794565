"""Who is on shift when, and when the doors are open.

Place in the pipeline: a part of the plan. In: a scenario and a choice. Out: shifts, overtime and doors in ticks.
Invariant: a person's shifts do not overlap; whoever covers takes turns, so that nobody stays every time.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.scenario import PlanChoice, Scenario
from sim.scenario.choices import Cover, Session
from sim.scenario.parts import WEEKDAYS
from sim.scenario.people import COUNTER_STAGES, HALL_STAGES, Group, Stage, skill_parts
from sim.timebase import Ticks

CoverT = TypeVar("CoverT", bound=Cover)
_Part = tuple[int, int]  # from tick to tick


@dataclass(frozen=True)
class Roster:
    """The people of a plan and their hours.

    Attributes:
        scenario: the world.
        choice: the plan as it was written.
    """

    scenario: Scenario
    choice: PlanChoice

    @cached_property
    def n_people(self) -> list[int]:
        """Return how many people each group has."""
        return [self.choice.staff.get(name, group.people) for name, group in self.scenario.staff.items()]

    @cached_property
    def person_group(self) -> NDArray[np.int64]:
        """Return each person's group: ``int64[n_persons]``."""
        return np.repeat(np.arange(len(self.n_people), dtype=np.int64), self.n_people)

    @cached_property
    def person_member(self) -> NDArray[np.int64]:
        """Return each person's number within the group: ``int64[n_persons]``."""
        members = [np.arange(n, dtype=np.int64) for n in self.n_people]
        return np.concatenate([np.empty(0, dtype=np.int64), *members])

    def skills(self, name: str) -> Sequence[str]:
        """Return what a group can do under the plan."""
        return self.choice.skills.get(name, self.scenario.staff[name].skills)

    def can(self, name: str, stages: Iterable[Stage]) -> bool:
        """Return whether a group works at one of these stages."""
        return any(skill_parts(skill)[0] in stages for skill in self.skills(name))

    def members_on(self, number: int, day_index: int) -> list[int]:
        """Return the members of a group who work on a working day; each entry of leave is that of other members."""
        group = list(self.scenario.staff.values())[number]
        n, day = self.n_people[number], self.scenario.timebase.day(day_index)
        if not n or not group.is_present(day) or not _works(group, day):
            return []
        on_leave: set[int] = set()
        first = 0
        for leave in group.leave:
            if leave.covers(day):
                on_leave |= {(first + k) % n for k in range(leave.people)}
            first += leave.people
        return [member for member in range(n) if member not in on_leave]

    def table(self) -> tuple[Ticks, Ticks, Ticks]:
        """Return shifts with their ends in the hall, the overtime among them, and the doors; see `Plan`."""
        shifts: list[tuple[int, int, int]] = []
        overtime: list[tuple[int, int, int]] = []
        doors: list[tuple[int, int, int, int]] = []
        starts = np.cumsum([0, *self.n_people])
        hours = self.scenario.office_hours
        for day in range(self.scenario.timebase.n_days):
            calendar_day = self.scenario.timebase.day(day)
            sessions = [each for each in self.choice.sessions if each.covers(calendar_day)]
            if not hours.is_working(calendar_day) and not sessions:
                continue
            of_day: list[tuple[int, int, int]] = []
            for number in range(len(self.n_people)):
                told = (
                    self._working_day(number, day, hours.working_days.index(day))
                    if hours.is_working(calendar_day)
                    else self._session(number, day, sessions[0])
                )
                for member, parts, extra in told:
                    person = int(starts[number]) + member
                    of_day += [(person, *part) for part in parts]
                    overtime += [(person, *part) for part in extra]
            shifts += of_day
            doors += self._doors(day, of_day, sessions)
        return _with_hall_ends(self, _rows(shifts, 3), _rows(doors, 4)), _rows(overtime, 3), _rows(doors, 4)

    def _working_day(self, number: int, day: int, turn: int) -> list[tuple[int, list[_Part], list[_Part]]]:
        """Return each member at work on a working day with their shifts and the parts that are overtime."""
        name, group = list(self.scenario.staff.items())[number]
        timebase, calendar_day = self.scenario.timebase, self.scenario.timebase.day(day)
        members = self.members_on(number, day)
        lunch = _on_turn(self.choice.lunch, name, calendar_day, members, turn)
        evening = _on_turn(self.choice.evening, name, calendar_day, members, turn)
        normal = (
            [(timebase.tick(calendar_day, a), timebase.tick(calendar_day, b)) for a, b in group.times]
            if group.times
            else self.scenario.office_hours.normal_shifts(day)
        )
        closes = self.scenario.office_hours.normal_shifts(day)[-1][1]
        found = []
        for member in members:
            extra: list[_Part] = []
            if member in lunch:
                extra += [(a[1], b[0]) for a, b in zip(normal, normal[1:], strict=False)]
            if member in evening:
                start = max(closes, normal[-1][1])
                extra.append((start, timebase.tick(calendar_day, evening[member].until)))
            extra = [part for part in extra if part[0] < part[1]]
            found.append((member, _joined([*normal, *extra]), extra))
        return found

    def _session(self, number: int, day: int, session: Session) -> list[tuple[int, list[_Part], list[_Part]]]:
        """Return who works on a day off."""
        name = list(self.scenario.staff)[number]
        timebase, calendar_day = self.scenario.timebase, self.scenario.timebase.day(day)
        part = (timebase.tick(calendar_day, session.opens), timebase.tick(calendar_day, session.closes))
        members = list(range(self.n_people[number]))
        return [(member, [part], [part]) for member in _on_turn([session], name, calendar_day, members, day // 7)]

    def _doors(
        self, day: int, shifts: list[tuple[int, int, int]], sessions: list[Session]
    ) -> list[tuple[int, int, int, int]]:
        """Return the doors of a day: they close when the last shift at a counter ends, or with the office."""
        timebase = self.scenario.timebase
        calendar_day = timebase.day(day)
        names = list(self.scenario.staff)
        at_counter = [end for person, _, end in shifts if self.can(names[self.person_group[person]], COUNTER_STAGES)]
        if self.scenario.office_hours.is_working(calendar_day):
            (opening, _), (_, closes) = self.scenario.office_hours.normal_shifts(day)
            last_entry = max([closes, *at_counter])
        elif at_counter:
            opening, last_entry = timebase.tick(calendar_day, sessions[0].opens), max(at_counter)
        else:
            return []
        until = self.scenario.hours.inside_served_until
        dispersal = last_entry if until is None else max(last_entry, timebase.tick(calendar_day, until))
        return [(int(timebase.midnights[day]), opening, last_entry, dispersal)]


def _works(group: Group, day: date) -> bool:
    return group.weekdays is None or WEEKDAYS[day.weekday()] in group.weekdays


def _on_turn(covers: Sequence[CoverT], name: str, day: date, members: list[int], turn: int) -> dict[int, CoverT]:
    """Return who of the members at work covers on this day, and by which entry."""
    chosen: dict[int, CoverT] = {}
    for cover in covers:
        n_covering = min(cover.people.get(name, 0), len(members))
        if cover.covers(day) and n_covering:
            chosen |= {members[(turn * n_covering + k) % len(members)]: cover for k in range(n_covering)}
    return chosen


def _joined(parts: list[_Part]) -> list[_Part]:
    """Return the parts of a day in order, those that touch as one."""
    found: list[_Part] = []
    for start, end in sorted(parts):
        if found and found[-1][1] >= start:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def _with_hall_ends(roster: Roster, shifts: Ticks, doors: Ticks) -> Ticks:
    """Return the shifts with the tick up to which each still takes up work in the hall.

    Who works in the hall and whose shift ends with the last entry or later stays while there is somebody to serve.
    """
    names = list(roster.scenario.staff)
    in_hall = np.array([roster.can(name, HALL_STAGES) for name in names], dtype=bool)
    day = np.searchsorted(doors[:, 0], shifts[:, 1], side="right") - 1
    hall_end = shifts[:, 2].copy()
    for row, of_day in enumerate(day.tolist()):
        if of_day >= 0 and in_hall[roster.person_group[shifts[row, 0]]]:
            last_entry, dispersal = doors[of_day, 2:].tolist()
            if last_entry <= shifts[row, 2] < dispersal:
                hall_end[row] = dispersal
    return np.column_stack([shifts, hall_end])


def _rows(rows: list[tuple[int, ...]], width: int) -> Ticks:
    return np.array(sorted(rows), dtype=np.int64).reshape(-1, width)
