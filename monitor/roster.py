"""Who should be at work now, by the plan that a centre works by.

Place in the pipeline: beside the collector. In: a scenario's plan. Out: `PlannedFigures` of any instant. Invariant:
nobody is planned before the scenario's period or after it, for then nothing is known: absent is not zero.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import sim
from monitor.figures import PlannedFigures
from sim import ConfigError, ScenarioError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from monitor.config import Config, PlanConfig
    from sim import Plan


class Roster:
    """The shifts of a plan, with lunch cover, overtime, sessions and leave; not who falls ill.

    Args:
        plan: of a scenario whose period are the days that are lived now.
    """

    def __init__(self, plan: Plan) -> None:
        self._timebase = plan.hours.timebase
        group = plan.person_group[plan.shifts[:, 0]]
        self._shifts = {name: plan.shifts[group == number, 1:3] for number, name in enumerate(plan.groups)}
        at_counters = [sim.Stage.INTAKE, sim.Stage.HANDOVER]
        serves = (plan.rank[:, at_counters] != sim.NEVER).any(axis=(1, 2))
        self._serving = [name for name, each in zip(plan.groups, serves, strict=True) if each]
        self._n_counters = plan.n_counters

    def at(self, now: datetime) -> PlannedFigures | None:
        """Return who should be at work at an instant; none outside the scenario's period."""
        tick = (now - self._timebase.instant(0)) // timedelta(milliseconds=self._timebase.tick_ms)
        if not 0 <= tick < self._timebase.end_tick:
            return None
        n_on_duty = {
            name: int(((shifts[:, 0] <= tick) & (tick < shifts[:, 1])).sum()) for name, shifts in self._shifts.items()
        }
        n_serving = sum(n_on_duty[name] for name in self._serving)
        return PlannedFigures(n_on_duty, min(n_serving, self._n_counters))


def read_rosters(config: Config) -> Mapping[str, Roster]:
    """Return the roster of every centre that names a plan, by the centre's id.

    Raises:
        ConfigError: a scenario cannot be read or is wrong, or has no such plan.
    """
    found: dict[PlanConfig, Roster] = {}
    planned = {centre.id: centre.plan for centre in config.centre_by_id.values() if centre.plan}
    for plan in planned.values():
        if plan not in found:
            found[plan] = _read(plan)
    return {centre: found[plan] for centre, plan in planned.items()}


def _read(plan: PlanConfig) -> Roster:
    try:
        scenario = sim.read_scenario(plan.scenario)
        return Roster(sim.build_plan(scenario, plan.name or next(iter(scenario.plans))))
    except ScenarioError as problem:
        told = replace(problem, path=str(plan.scenario))  # what a scenario says of its plans names no file
        raise ConfigError(told.path, told.field, told.got, told.expected, told.hint, told.line) from None
