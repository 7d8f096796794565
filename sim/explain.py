"""A scenario in words: how much work it brings, and how many hours its plans have for it.

Place in the pipeline: beside the report. In: a scenario. Out: text. Invariant: nothing is simulated; these are means.
"""

from datetime import timedelta

import numpy as np

from sim.plan import Station, build_plan
from sim.scenario import Scenario

_HOURS = range(24)


def explain(scenario: Scenario) -> str:
    """Return what a planner can check by hand: days, expected visits, and work against hours in the peak week.

    Raises:
        ScenarioError: a plan cannot be built.
    """
    period, hours = scenario.period, scenario.office_hours
    days = [scenario.timebase.day(index) for index in hours.working_days]
    visits = {day: sum(scenario.demand.visits_per_hour(day, hour) for hour in _HOURS) for day in days}
    n_peak = sum(count for day, count in visits.items() if day <= period.peak_last_day)
    lines = [
        f"{scenario.title}: {len(days)} working days from {period.first_day} to {period.last_day}.",
        (
            f"{sum(visits.values()):,.0f} visits expected, {n_peak:,.0f} of them in the peak week "
            f"(to {period.peak_last_day})."
        ),
        "Hours of work in practised hands / hours on shift, in the peak week:",
    ]
    intake_min = sum(kind.share * kind.intake_min.mean for kind in scenario.procedures.values())
    back_office_min = sum(kind.share * kind.back_office_min.mean for kind in scenario.procedures.values())
    work_h = {Station.INTAKE: n_peak * intake_min / 60, Station.BACK_OFFICE: n_peak * back_office_min / 60}
    for name in scenario.plans:
        on_shift_h = _on_shift_h(scenario, name)
        told = (
            f"{station.name.lower().replace('_', ' ')} {work_h[station]:.0f}/{on_shift_h[station]:.0f}"
            for station in Station
        )
        lines.append(f"  {name}: " + ", ".join(told))
    return "\n".join(lines) + "\n"


def _on_shift_h(scenario: Scenario, name: str) -> dict[Station, float]:
    """Return the hours that the people of each station are on shift in the peak week."""
    plan, timebase = build_plan(scenario, name), scenario.timebase
    after_peak = scenario.period.peak_last_day - scenario.period.first_day + timedelta(days=1)
    in_peak = plan.shifts[plan.shifts[:, 1] < timebase.midnights[after_peak.days]]
    ticks = in_peak[:, 2] - in_peak[:, 1]
    station = plan.station[in_peak[:, 0]]
    per_h = timebase.ticks_per_s * 3600
    return {each: float(np.sum(ticks[station == each]) / per_h) for each in Station}
