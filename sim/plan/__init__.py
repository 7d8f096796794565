"""A plan in ticks: who is on shift when and can do what, how many counters, how fast the link, when the hall closes.

In: a `Scenario` and the name of one of its plans. Out: a frozen `Plan`, all that an engine may know beside the
workload.
Invariant: a person's shifts do not overlap and are in order of time; nothing in a plan is random.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.plan import effects
from sim.plan.labour import pay_by_day, refuse_breach
from sim.plan.money import fixed_cost
from sim.plan.roster import Roster
from sim.scenario import Costs, Deadline, LabourRules, PlanChoice, Scenario
from sim.streams import PPM
from sim.timebase import NEVER, OfficeHours, Ticks

UNLIMITED = 1 << 30  # places, where a scenario names no number


@dataclass(frozen=True)
class Plan:
    """One choice of the leaders, resolved.

    Days are calendar days of the period, procedures and groups are in the scenario's order; a person is a member of a
    group, and people are numbered group by group.

    Attributes:
        name: its name in the scenario.
        title: what people call it.
        hours: the office hours that it departs from.
        session_days: indices of the days off on which some plan of the scenario has a session, so that all plans are
            told by the same days.
        groups: names of the groups.
        procedures: names of the procedures.
        person_group: ``int64[n_persons]``, non-decreasing.
        person_member: ``int64[n_persons]``, number within the group, from 0.
        rank: ``int64[n_groups, 6, n_procedures]``, by `Stage`: a group's preference, 0 first; `NEVER` where it cannot.
        shifts: ``int64[n_shifts, 4]``, rows (person, start, end, hall_end), sorted; on shift is start ≤ tick < end, and
            start ≤ tick < hall_end for work in the hall: hall_end > end for those who serve who is inside at closing.
        overtime: ``int64[n, 3]``, rows (person, start, end), the parts of the shifts outside normal hours.
        absence_ppm: ``int64[n_persons]``, millionths of the days on which each is absent without warning.
        work_permille: ``int64[n_persons, n_days]``, how long a person's work takes that starts on a day, 1000 =
            practised.
        intake_permille: ``int64[n_days]``, further factor on intake: volunteers.
        fatigue_permille: ``int64[25]``, further factor by whole hours since one's day began.
        ticks_per_h: an hour, at least 1.
        n_counters: how many visits can be attended at once.
        n_desks: how many can be at work on checks and in the back office at once.
        n_scanners: how many can scan at once.
        holds_counter: whether a visit waits at the counter for its upload.
        doors: ``int64[n_days_open, 4]``, rows (midnight, opening, last_entry, dispersal).
        signings: ``int64[n]``, ticks at which records are laid before the signatory; empty: at once.
        wrong_work: ticks that a visit takes at a wrong counter.
        online_ppm: ``int64[n_procedures, n_days]``, millionths of the visits submitted online.
        wrong_ppm: ``int64[n_procedures, n_days]``, millionths of the visits that find a wrong counter first.
        incomplete_ppm: ``int64[n_procedures, n_days]``, millionths of the records whose papers are incomplete.
        link_step_tick: ``int64[n_steps]``, when the link's capacity changes; the first is 0.
        link_bit_per_tick: ``float64[n_steps]``, what is left for uploads from then on, without outages.
        ups: ticks of a power cut that batteries bridge.
        deadlines: when each procedure's records are due.
        wage_per_h: ``float64[n_groups]``.
        fixed_cost: what the plan's things, training and volunteers cost over the whole period.
        costs: prices.
        labour_rules: limits and pay of overtime.
        waiting_limit: ticks of a wait that is not yet too long; `NEVER` where no limit is named.
    """

    name: str
    title: str
    hours: OfficeHours
    session_days: tuple[int, ...]
    groups: tuple[str, ...]
    procedures: tuple[str, ...]
    person_group: NDArray[np.int64]
    person_member: NDArray[np.int64]
    rank: NDArray[np.int64]
    shifts: Ticks
    overtime: Ticks
    absence_ppm: NDArray[np.int64]
    work_permille: NDArray[np.int64]
    intake_permille: NDArray[np.int64]
    fatigue_permille: NDArray[np.int64]
    ticks_per_h: int
    n_counters: int
    n_desks: int
    n_scanners: int
    holds_counter: bool
    doors: Ticks
    signings: Ticks
    wrong_work: int
    online_ppm: NDArray[np.int64]
    wrong_ppm: NDArray[np.int64]
    incomplete_ppm: NDArray[np.int64]
    link_step_tick: Ticks
    link_bit_per_tick: NDArray[np.float64]
    ups: int
    deadlines: tuple[Deadline, ...]
    wage_per_h: NDArray[np.float64]
    fixed_cost: float
    costs: Costs
    labour_rules: LabourRules
    waiting_limit: int

    @property
    def n_persons(self) -> int:
        """Return how many people work under this plan."""
        return len(self.person_group)

    @cached_property
    def pay_by_day(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the pay of normal hours and of planned overtime on each day: ``float64[n_days]`` each."""
        return pay_by_day(self)


def build_plan(scenario: Scenario, name: str) -> Plan:
    """Return a plan of the scenario in ticks.

    Raises:
        ScenarioError: the scenario has no plan of this name, or the plan breaks a limit of the Labour Code.
    """
    session_days = scenario.session_days
    scenario = scenario.world(name)
    choice = scenario.plans[name]
    roster = Roster(scenario, choice)
    step_tick, bit_per_tick = effects.link_steps(roster)
    timebase = scenario.timebase
    ticks_per_min, limit_min = timebase.ticks_per_s * 60, scenario.citizens.waiting_limit_min
    plan = Plan(
        name=name,
        title=choice.title,
        hours=scenario.office_hours,
        session_days=tuple(
            index
            for index, day in enumerate(timebase.days)
            if day in session_days and not scenario.office_hours.is_working(day)
        ),
        groups=tuple(scenario.staff),
        procedures=tuple(scenario.procedures),
        person_group=roster.person_group,
        person_member=roster.person_member,
        rank=effects.rank(roster),
        shifts=roster.shifts,
        overtime=roster.overtime,
        absence_ppm=_absence_ppm(roster),
        work_permille=effects.work_permille(roster),
        intake_permille=effects.intake_permille(roster),
        fatigue_permille=effects.fatigue_permille(roster),
        ticks_per_h=max(1, timebase.ticks(seconds=3600)),
        n_counters=_chosen(choice.counters, scenario.counters),
        n_desks=_chosen(choice.desks, scenario.desks),
        n_scanners=_chosen(choice.scanners, scenario.scanners),
        holds_counter=scenario.link.holds_counter,
        doors=roster.doors,
        signings=effects.signings(roster),
        wrong_work=round(scenario.wrong_counter_min * ticks_per_min),
        online_ppm=effects.online_ppm(roster),
        wrong_ppm=effects.wrong_ppm(roster),
        incomplete_ppm=effects.incomplete_ppm(roster),
        link_step_tick=step_tick,
        link_bit_per_tick=bit_per_tick,
        ups=round(_ups_min(scenario, choice) * ticks_per_min),
        deadlines=tuple(procedure.deadline for procedure in scenario.procedures.values()),
        wage_per_h=np.array([group.wage_per_h for group in scenario.staff.values()]),
        fixed_cost=fixed_cost(roster),
        costs=scenario.costs,
        labour_rules=scenario.labour_rules,
        waiting_limit=NEVER if limit_min is None else round(limit_min * ticks_per_min),
    )
    if scenario.labour_rules.is_enforced:
        refuse_breach(plan, scenario)
    return plan


def _chosen(choice: int | None, ordinary: int | None) -> int:
    number = ordinary if choice is None else choice
    return UNLIMITED if number is None else number


def _ups_min(scenario: Scenario, choice: PlanChoice) -> float:
    return scenario.ups_min if choice.ups_min is None else choice.ups_min


def _absence_ppm(roster: Roster) -> NDArray[np.int64]:
    of_group = np.array([round(PPM * group.absence_ratio) for group in roster.scenario.staff.values()], dtype=np.int64)
    return np.asarray(of_group[roster.person_group])
