"""What experience, training, guides, volunteers and fatigue do to a plan's days, and how fast its line is.

Place in the pipeline: a part of the plan. In: a scenario, a choice and its roster. Out: arrays by person, procedure and
day, in whole thousandths and millionths, so that engines multiply integers.
"""

import numpy as np
from numpy.typing import NDArray

from sim.plan.roster import Roster
from sim.scenario.people import Group, Stage, skill_parts
from sim.streams import PPM
from sim.timebase import NEVER, Ticks

_PERMILLE = 1000
_HOURS_A_DAY = 24
_BITS_PER_MBIT = 1e6
_HOURS = 25


def rank(roster: Roster) -> NDArray[np.int64]:
    """Return each group's preference by stage and procedure, `NEVER` where it cannot: ``int64[n_groups, 6, n]``."""
    procedures = list(roster.scenario.procedures)
    table = np.full((len(roster.n_people), len(Stage), len(procedures)), NEVER, dtype=np.int64)
    for group, name in enumerate(roster.scenario.staff):
        for preference, skill in enumerate(roster.skills(name)):
            stage, only = skill_parts(skill)
            for procedure, procedure_name in enumerate(procedures):
                if only in {None, procedure_name} and table[group, stage, procedure] == NEVER:
                    table[group, stage, procedure] = preference
    return table


def work_permille(roster: Roster) -> NDArray[np.int64]:
    """Return how long a person's work takes on a day: ``int64[n_persons, n_days]``.

    The excess over practised work halves every so many days that one's group works, with what they bring and are
    taught beforehand.
    """
    scenario, learning = roster.scenario, roster.scenario.learning
    before = [
        group.experience_days + roster.choice.training_days.get(name, 0) for name, group in scenario.staff.items()
    ]
    is_worked = np.array([_is_worked(roster, group) for group in scenario.staff.values()], dtype=np.int64)
    days = np.array(before)[:, np.newaxis] + np.cumsum(is_worked, axis=1) - is_worked
    excess = (learning.first_day_factor - 1) * 0.5 ** (days / learning.halving_working_days)
    of_group = np.rint(_PERMILLE * (1 + excess)).astype(np.int64)
    return np.asarray(of_group[roster.person_group], dtype=np.int64)


def _is_worked(roster: Roster, group: Group) -> list[bool]:
    """Return for each day of the period whether the group works normal hours on it."""
    hours = roster.scenario.office_hours
    return [hours.is_working(day) and group.is_present(day) and group.is_weekday(day) for day in hours.timebase.days]


def fatigue_permille(roster: Roster) -> NDArray[np.int64]:
    """Return how long work takes after so many hours of one's day: ``int64[25]``."""
    fatigue = roster.scenario.fatigue
    hours = np.maximum(0, np.arange(_HOURS) - fatigue.after_h)
    return np.rint(_PERMILLE * (1 + fatigue.growth_per_h * hours)).astype(np.int64)


def teams(roster: Roster) -> NDArray[np.int64]:
    """Return how many teams of volunteers are there on each day, none on a day off: ``int64[n_days]``."""
    counts = np.zeros(roster.scenario.timebase.n_days, dtype=np.int64)
    for index in roster.scenario.office_hours.working_days:
        day = roster.scenario.timebase.day(index)
        counts[index] = sum(each.teams for each in roster.choice.volunteers if each.covers(day))
    return counts


def intake_permille(roster: Roster) -> NDArray[np.int64]:
    """Return what volunteers leave of the work at the counter: ``int64[n_days]``."""
    left = roster.scenario.volunteer_effect.intake_factor ** teams(roster)
    return np.asarray(np.rint(_PERMILLE * left), dtype=np.int64)


def online_ppm(roster: Roster) -> NDArray[np.int64]:
    """Return the millionths of visits that are submitted online: ``int64[n_procedures, n_days]``."""
    online = np.array([procedure.online_ratio for procedure in roster.scenario.procedures.values()])
    stays = (1 - roster.scenario.volunteer_effect.moves_online_ratio) ** teams(roster)
    return _ppm(1 - (1 - online[:, np.newaxis]) * stays)


def wrong_ppm(roster: Roster) -> NDArray[np.int64]:
    """Return the millionths of visits that find a wrong counter first: ``int64[n_procedures, n_days]``."""
    wrong = np.array([procedure.wrong_counter_ratio for procedure in roster.scenario.procedures.values()])
    return _ppm(wrong[:, np.newaxis] * roster.scenario.guidance.wrong_counter_factor ** _n_guides(roster))


def incomplete_ppm(roster: Roster) -> NDArray[np.int64]:
    """Return the millionths of records whose papers are incomplete: ``int64[n_procedures, n_days]``."""
    incomplete = np.array([procedure.incomplete_ratio for procedure in roster.scenario.procedures.values()])
    return _ppm(incomplete[:, np.newaxis] * roster.scenario.guidance.incomplete_factor ** _n_guides(roster))


def _n_guides(roster: Roster) -> NDArray[np.int64]:
    """Return how many people guide those who come for a procedure on a day: ``int64[n_procedures, n_days]``."""
    days = roster.scenario.timebase.day_index(roster.shifts[:, 1])
    person, day = np.unique(np.column_stack([roster.shifts[:, 0], days]), axis=0).T
    counts = np.zeros((len(roster.scenario.procedures), roster.scenario.timebase.n_days), dtype=np.int64)
    guides = rank(roster)[:, Stage.GUIDANCE] != NEVER
    for procedure, of_group in enumerate(guides.T):
        np.add.at(counts[procedure], day[of_group[roster.person_group[person]]], 1)
    return counts


def _ppm(ratio: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.rint(PPM * ratio).astype(np.int64)


def link_steps(roster: Roster) -> tuple[Ticks, NDArray[np.float64]]:
    """Return when the line's capacity changes, and what it then has for uploads, without outages.

    Other traffic changes at full hours of local time, capacity at midnights, if they do at all; hours that are alike
    make no step.
    """
    link, timebase = roster.scenario.link, roster.scenario.timebase
    of_day = np.full(timebase.n_days, roster.choice.link_mbit_per_s or link.mbit_per_s)
    if roster.choice.link_mbit_per_s is None:
        for day, mbit_per_s in sorted(link.mbit_per_s_from.items()):
            of_day[max(0, (day - timebase.first_day).days) :] = mbit_per_s
    free = np.array([1 - link.background_by_hour.get(hour, link.background_ratio) for hour in range(_HOURS_A_DAY)])
    left = np.outer(of_day * _BITS_PER_MBIT / timebase.ticks_per_s, free).ravel()
    last_of_tick = np.append(timebase.hours[1:] > timebase.hours[:-1], True)  # an hour that summer time leaves out
    tick, left = timebase.hours[last_of_tick], left[last_of_tick]
    is_change = np.append(True, left[1:] != left[:-1])
    return tick[is_change], left[is_change]


def signings(roster: Roster) -> Ticks:
    """Return the ticks at which records are laid before the signatory: ``int64[n]``, increasing.

    That happens on working days, and on days off on which somebody works in a session.
    """
    timebase, times = roster.scenario.timebase, roster.scenario.signing_times
    of_sessions = timebase.day_index(roster.shifts[:, 1]).tolist()
    days = [timebase.day(index) for index in sorted({*roster.scenario.office_hours.working_days, *of_sessions})]
    return np.unique(np.array([timebase.tick(day, at) for day in days for at in times], dtype=np.int64))
