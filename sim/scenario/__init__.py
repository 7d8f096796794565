"""The world as a planner writes it: demand, procedures, people, things, citizens, and the plans to choose from.

In: a YAML file. Out: a frozen `Scenario`, checked whole; everything behind it trusts it. Invariant: every number that
the model uses comes from here, and the unit is the last word of its name.
"""

from array import array
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Self

from pydantic import Field, ValidationError, model_validator

from sim.document import (
    MisfitError,
    Source,
    did_you_mean,
    field_of,
    first_misfit,
    fitted,
    laid_over,
    locate,
    read_source,
    shown,
    way_to,
)
from sim.errors import ScenarioError
from sim.scenario.appraisal import AppraisalTerms, Assumption
from sim.scenario.calendar import Hours, Period
from sim.scenario.choices import Evening, Lunch, PlanChoice, Session
from sim.scenario.citizens import Citizens, InitialRecords
from sim.scenario.demand import Demand
from sim.scenario.fit import check_fit
from sim.scenario.money import Costs, LabourRules
from sim.scenario.parts import WEEKDAYS, Name, Part, People, TimeOfDay
from sim.scenario.people import Fatigue, Group, Guidance, Learning, VolunteerEffect
from sim.scenario.procedures import Deadline, Procedure
from sim.scenario.things import Link, Outage, RandomOutage
from sim.timebase import OfficeHours, Timebase

__all__ = [
    "AppraisalTerms",
    "Assumption",
    "Costs",
    "Deadline",
    "Evening",
    "LabourRules",
    "Lunch",
    "PlanChoice",
    "Procedure",
    "Scenario",
    "Session",
    "place_in",
    "read_scenario",
    "told_by",
    "with_plans",
]


_DEEPEST = 8  # how many files may extend one another
_EITHER = (frozenset({"working_days", "working_hours"}),)  # a deadline is in one of them


class Scenario(Part):
    """A centre, its period and the plans to compare."""

    name: Name = Field(description="short name: small letters, digits, hyphens")
    extends: str | None = Field(
        default=None,
        description="another scenario file, beside this one; what it says holds where this one is silent, but for its "
        "plans, of which none is taken over",
    )
    title: str = Field(description="what people call the scenario")
    question: str = Field(description="the question that it answers")
    period: Period = Field(description="the days that are simulated")
    hours: Hours = Field(description="normal office hours")
    demand: Demand = Field(description="how many visits arrive, and when")
    procedures: dict[Name, Procedure] = Field(min_length=1, description="kinds of record, by name")
    citizens: Citizens = Field(default=Citizens(), description="how people behave")
    staff: dict[Name, Group] = Field(min_length=1, description="groups of people who do the same work, by name")
    counters: People = Field(description="how many visits can be attended at once")
    desks: People | None = Field(
        default=None, description="desks for check and back office; default: as many as needed"
    )
    scanners: People | None = Field(default=None, description="scanners at the counters; default: as many as needed")
    wrong_counter_min: float = Field(
        default=0, ge=0, le=600, description="time that a visit takes at a counter that cannot help, minutes"
    )
    signing_times: tuple[TimeOfDay, ...] = Field(
        default=(), description="times of day at which records are laid before the signatory; default: at once"
    )
    learning: Learning = Field(default=Learning(), description="how unpractised hands get practised")
    fatigue: Fatigue = Field(default=Fatigue(), description="how people tire in a long day")
    guidance: Guidance = Field(default=Guidance(), description="what guides in the hall change")
    volunteer_effect: VolunteerEffect = Field(
        default=VolunteerEffect(), description="what each team of volunteers changes"
    )
    link: Link = Field(description="the line that the counters upload over")
    outages: tuple[Outage, ...] = Field(default=(), description="times in which something is slow or down")
    random_outages: tuple[RandomOutage, ...] = Field(default=(), description="outages at random instants")
    ups_min: float = Field(default=0, ge=0, le=100_000, description="how long batteries bridge a power cut, minutes")
    initial: tuple[InitialRecords, ...] = Field(default=(), description="records that are there on the first day")
    costs: Costs = Field(default=Costs(), description="what things cost")
    labour_rules: LabourRules = Field(default=LabourRules(), description="limits and pay of overtime")
    appraisal: AppraisalTerms = Field(default=AppraisalTerms(), description="what the leaders' report goes by")
    plans: dict[Name, PlanChoice] = Field(min_length=1, description="what leaders may choose, by name")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        """Check what no single part can know."""
        check_fit(self)
        for name in self.plans:
            self.world(name)
        return self

    def world(self, plan: str) -> "Scenario":
        """Return the world as it is under a plan: this one, unless the plan asks what if.

        Raises:
            ScenarioError: there is no plan of this name.
        """
        if plan not in self.plans:
            expected, hint = f"one of {', '.join(self.plans)}", did_you_mean(plan, self.plans)
            raise ScenarioError(self.name, "plans", shown(plan), expected, hint)
        if not self.plans[plan].world:
            return self  # not from memory, which a changed copy of a scenario shares with it
        if plan not in self._worlds:
            self._worlds[plan] = self._otherwise(plan)
        return self._worlds[plan]

    @cached_property
    def _worlds(self) -> dict[str, "Scenario"]:
        return {}

    def _otherwise(self, plan: str) -> "Scenario":
        choice = self.plans[plan]
        ours = self.model_dump(exclude_unset=True, exclude={"plans"})
        theirs = choice.model_dump(exclude_unset=True, exclude={"world"})
        content = laid_over(ours, choice.world, either=_EITHER) | {"plans": {plan: theirs}}
        try:
            return Scenario.model_validate(content)
        except ValidationError as problem:
            found = first_misfit(problem, content, Scenario)
            at = ("plans", plan, "world", *found.at)
            raise MisfitError(*at, got=found.got, expected=found.expected, hint=found.hint) from None

    @cached_property
    def timebase(self) -> Timebase:
        """Return the clock of the period."""
        period = self.period
        n_days = (period.last_day - period.first_day).days + 1
        return Timebase(period.first_day, n_days, period.time_zone, period.tick_ms)

    @cached_property
    def office_hours(self) -> OfficeHours:
        """Return when the office normally works."""
        return OfficeHours(
            self.timebase,
            frozenset(WEEKDAYS.index(name) for name in self.hours.working_weekdays),
            self.hours.holidays,
            self.hours.sessions,
        )

    def visits_per_hour(self, day: date, hour: int) -> float:
        """Return the mean number of walk-in visits in this hour of a day; none on a day off."""
        if not self.office_hours.is_working(day):
            return 0.0
        return self.demand.visits_per_hour(day, hour, is_after_holiday=self.hours.is_after_holiday(day))

    @cached_property
    def hourly_visits(self) -> "array[float]":
        """Return the mean number of walk-in visits in each hour of the period, day by day."""
        return array("d", (self.visits_per_hour(day, hour) for day in self.timebase.days for hour in range(24)))

    @cached_property
    def session_days(self) -> frozenset[date]:
        """Return the days on which some plan has a session, if they are days off."""
        sessions = [session for plan in self.plans.values() for session in plan.sessions]
        return frozenset(day for day in self.timebase.days if any(session.covers(day) for session in sessions))

    @property
    def titles(self) -> Mapping[str, str]:
        """Return the plans' titles by name, in the file's order."""
        return {name: plan.title for name, plan in self.plans.items()}


def read_scenario(path: Path | str) -> Scenario:
    """Return the scenario of a YAML file.

    Raises:
        ScenarioError: the file cannot be read or does not describe a scenario; the message names the field.
    """
    sources = _sources(path)
    content = sources[-1].content
    for above in reversed(sources[:-1]):
        content = _extended(content, above.content)
    return fitted(content, Scenario, ScenarioError, sources)


def with_plans(scenario: Scenario, plans: Mapping[str, Mapping[str, object]]) -> Scenario:
    """Return the scenario with these plans, as a file would say them, in the place of its own.

    Raises:
        ScenarioError: a plan is wrong; the message names the field.
    """
    content = scenario.model_dump(exclude_unset=True, exclude={"plans"}) | {"plans": plans}
    try:
        return Scenario.model_validate(content)
    except ValidationError as problem:
        found = first_misfit(problem, content, Scenario)
        raise ScenarioError(scenario.name, field_of(found.at), found.got, found.expected, found.hint) from None


def place_in(path: Path | str, field: str) -> tuple[str, int]:
    """Return the file and the line of a field of the scenario that was read from this file, or from what it extends."""
    return locate(_sources(path), way_to(field))


@contextmanager
def told_by(path: Path | str) -> Iterator[None]:
    """Give errors of the scenario that was read from this file the file's name, and the line of what they are about.

    Raises:
        ScenarioError: as in the block, which knows neither.
    """
    try:
        yield
    except ScenarioError as problem:
        if not problem.line:
            problem.path, problem.line = place_in(path, problem.field)
        raise


def _sources(path: Path | str) -> list[Source]:
    """Return a scenario's file, what that extends, and so on."""
    found: list[Source] = []
    while True:
        source = read_source(path, ScenarioError)
        found.append(source)
        name = source.content.get("extends") if isinstance(source.content, Mapping) else None
        if not isinstance(name, str):
            return found
        line = source.found(("extends",))[1]
        if len(found) > _DEEPEST:
            expected = "files that end up at one which extends none"
            raise ScenarioError(source.name, "extends", repr(name), expected, line=line)
        path = Path(source.name).parent / name
        if not path.is_file():
            expected = "the name of a scenario file beside this one"
            raise ScenarioError(source.name, "extends", repr(name), expected, line=line)


def _extended(beneath: object, content: object) -> object:
    """Return a scenario's content laid over that of the file that it extends; plans are never inherited."""
    if not (isinstance(beneath, Mapping) and isinstance(content, Mapping)):
        return content
    return laid_over({key: part for key, part in beneath.items() if key != "plans"}, content, either=_EITHER)
