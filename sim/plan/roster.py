"""Who is on shift when, and when the doors are open.

Place in the pipeline: a part of the plan. In: a scenario and a choice. Out: shifts, overtime and doors in ticks.
Invariant: a person's shifts do not overlap, and none is empty; who covers or is on leave takes turns, so that nobody
stays, or is away, every time.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.scenario import PlanChoice, Scenario
from sim.scenario.choices import Cover, Session
from sim.scenario.people import COUNTER_STAGES, HALL_STAGES, Group, Leave, Stage, skill_parts
from sim.timebase import Ticks

CoverT = TypeVar("CoverT", bound=Cover)
_Part = tuple[int, int]  # from tick to tick
_Told = tuple[int, list[_Part], list[_Part]]  # person, parts of the day on shift, those among them that are overtime


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

    @property
    def shifts(self) -> Ticks:
        """Return the shifts, with their ends in the hall: ``int64[n, 4]`` as in `Plan`."""
        return self._tables[0]

    @property
    def overtime(self) -> Ticks:
        """Return the parts of the shifts outside normal hours: ``int64[n, 3]`` as in `Plan`."""
        return self._tables[1]

    @property
    def doors(self) -> Ticks:
        """Return the doors: ``int64[n_days_open, 4]`` as in `Plan`."""
        return self._tables[2]

    def skills(self, name: str) -> Sequence[str]:
        """Return what a group can do under the plan."""
        return self.choice.skills.get(name, self.scenario.staff[name].skills)

    def persons_at(self, stages: Iterable[Stage]) -> NDArray[np.bool_]:
        """Return who works at one of these stages: ``bool[n_persons]``."""
        wanted = set(stages)
        can = [any(skill_parts(skill)[0] in wanted for skill in self.skills(name)) for name in self.scenario.staff]
        return np.asarray(np.array(can, dtype=bool)[self.person_group])

    @cached_property
    def _tables(self) -> tuple[Ticks, Ticks, Ticks]:
        shifts: list[tuple[int, int, int]] = []
        overtime: list[tuple[int, int, int]] = []
        doors: list[tuple[int, int, int, int]] = []
        n_worked = n_sessions = 0
        for day, calendar_day in enumerate(self.scenario.timebase.days):
            session = next((each for each in self.choice.sessions if each.covers(calendar_day)), None)
            if self.scenario.office_hours.is_working(calendar_day):
                session, told = None, self._working_day(day, turn=n_worked)
                n_worked += 1
            elif session is not None:
                told = self._session(day, session, turn=n_sessions)
                n_sessions += 1
            else:
                continue
            of_day = [(person, *part) for person, parts, _ in told for part in parts]
            shifts += of_day
            overtime += [(person, *part) for person, _, parts in told for part in parts]
            doors += self._doors(day, of_day, session)
        door_rows = _rows(doors, 4)
        return self._with_hall_ends(_rows(shifts, 3), door_rows), _rows(overtime, 3), door_rows

    @cached_property
    def _groups(self) -> list[tuple[str, Group, int, list[tuple[Leave, frozenset[int]]]]]:
        """Return each group with its name, the number of its first member, and who is away by each entry of leave."""
        first = np.cumsum([0, *self.n_people]).tolist()
        return [
            (name, group, first[number], _leave_in_turn(group.leave, self.n_people[number]))
            for number, (name, group) in enumerate(self.scenario.staff.items())
        ]

    def _present(self, number: int, day: date) -> list[int]:
        """Return who of a group could work on a day: nobody before it comes or after it goes, nobody on leave."""
        _, group, first, leave = self._groups[number]
        if not group.is_present(day):
            return []
        away = {member for entry, members in leave if entry.covers(day) for member in members}
        return [first + member for member in range(self.n_people[number]) if member not in away]

    def _working_day(self, day: int, turn: int) -> list[_Told]:
        """Return everybody at work on a working day; `turn` says whose turn it is to cover."""
        timebase, calendar_day = self.scenario.timebase, self.scenario.timebase.day(day)
        office = self.scenario.office_hours.normal_shifts(day)
        found: list[_Told] = []
        for number, (name, group, _, _) in enumerate(self._groups):
            if not group.is_weekday(calendar_day):
                continue
            persons = self._present(number, calendar_day)
            normal = [
                (timebase.tick(calendar_day, a), timebase.tick(calendar_day, b)) for a, b in group.times
            ] or office
            leaves = max(office[-1][1], normal[-1][1])
            lunch = _on_turn(self.choice.lunch, name, calendar_day, persons, turn)
            evening = _on_turn(self.choice.evening, name, calendar_day, persons, turn)
            for person in persons:
                extra = [(a[1], b[0]) for a, b in pairwise(normal)] if person in lunch else []
                if person in evening:
                    extra.append((leaves, timebase.tick(calendar_day, evening[person].until)))
                found.append((person, _joined([*normal, *extra]), _joined(extra)))
        return found

    def _session(self, day: int, session: Session, turn: int) -> list[_Told]:
        """Return who works on a day off: all of it is overtime, whatever the weekdays of their group."""
        timebase, calendar_day = self.scenario.timebase, self.scenario.timebase.day(day)
        parts = _joined([(timebase.tick(calendar_day, session.opens), timebase.tick(calendar_day, session.closes))])
        return [
            (person, parts, parts)
            for number, (name, *_) in enumerate(self._groups)
            for person in _on_turn([session], name, calendar_day, self._present(number, calendar_day), turn)
        ]

    def _doors(
        self, day: int, shifts: list[tuple[int, int, int]], session: Session | None
    ) -> list[tuple[int, int, int, int]]:
        """Return the doors of a day: they close when the last shift at a counter ends, not before the office does.

        A session at which nobody works at a counter has none.
        """
        timebase, calendar_day = self.scenario.timebase, self.scenario.timebase.day(day)
        at_counter = self.persons_at(COUNTER_STAGES)
        ends = [end for person, _, end in shifts if at_counter[person]]
        if session is None:
            office = self.scenario.office_hours.normal_shifts(day)
            opening = office[0][0]
            ends.append(office[-1][1])
        elif ends:
            opening = timebase.tick(calendar_day, session.opens)
        else:
            return []
        until = self.scenario.hours.inside_served_until
        served = [] if until is None else [timebase.tick(calendar_day, until)]
        return [(int(timebase.midnights[day]), opening, max(ends), max([*ends, *served]))]

    def _with_hall_ends(self, shifts: Ticks, doors: Ticks) -> Ticks:
        """Return the shifts with the tick up to which each takes up work in the hall.

        Who works in the hall and whose shift ends with the last entry or later stays while there is somebody to serve.
        """
        hall_end = shifts[:, 2].copy()
        if len(doors):
            of_day = np.searchsorted(doors[:, 0], shifts[:, 1], side="right") - 1
            _, _, last_entry, dispersal = doors[of_day].T
            stays = self.persons_at(HALL_STAGES)[shifts[:, 0]] & (of_day >= 0) & (last_entry <= hall_end)
            hall_end = np.where(stays & (hall_end < dispersal), dispersal, hall_end)
        return np.column_stack([shifts, hall_end])


def _leave_in_turn(leave: Sequence[Leave], n_members: int) -> list[tuple[Leave, frozenset[int]]]:
    """Return who is away by each entry: those whose turn it is, as long as it lasts, and nobody twice at a time."""
    found: list[tuple[Leave, frozenset[int]]] = []
    following = 0
    for entry in leave:
        away = {member for other, members in found if other.overlaps(entry) for member in members}
        in_turn = [(following + k) % n_members for k in range(n_members)]
        chosen = [member for member in in_turn if member not in away][: entry.people]
        found.append((entry, frozenset(chosen)))
        following = chosen[-1] + 1 if chosen else following
    return found


def _on_turn(covers: Sequence[CoverT], name: str, day: date, persons: list[int], turn: int) -> dict[int, CoverT]:
    """Return who of those present covers on this day, and by which entry."""
    for cover in covers:
        if cover.covers(day):
            n_covering = min(cover.people.get(name, 0), len(persons))
            return {persons[(turn * n_covering + k) % len(persons)]: cover for k in range(n_covering)}
    return {}


def _joined(parts: list[_Part]) -> list[_Part]:
    """Return the parts of a day in order, those that touch as one, without those that no tick is in."""
    found: list[_Part] = []
    for start, end in sorted(part for part in parts if part[0] < part[1]):
        if found and found[-1][1] >= start:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def _rows(rows: Sequence[tuple[int, ...]], width: int) -> Ticks:
    return np.array(sorted(rows), dtype=np.int64).reshape(-1, width)
