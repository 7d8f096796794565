"""Small scenarios: one to change by hand, and a strategy that makes random ones in which many things happen at once.

The random ones are coarse on purpose: ticks of up to five minutes, times of day and mean work in whole ticks, so that
arrivals, ends of work, shifts, outages, signings and closing times fall on the same tick and only the written order
tells them apart. Every feature of a scenario occurs, beside every other, and is absent in many.
"""

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from sim.scenario import Scenario
from sim.workload import Workload, sample_workload
from tests.laws.strategies.centre import choice, kinds, staff_groups
from tests.laws.strategies.pick import Pick
from tests.laws.strategies.small import FRIDAY, constant, document, procedure, small_scenario, staff
from tests.laws.strategies.world import (
    citizens,
    demand,
    initial_records,
    link,
    office_hours,
    outages,
    random_outages,
)

__all__ = [
    "FRIDAY",
    "constant",
    "document",
    "documents",
    "procedure",
    "scenarios",
    "small_scenario",
    "staff",
    "workloads",
]

_STARTS = (
    ("Asia/Ho_Chi_Minh", FRIDAY),
    ("Asia/Ho_Chi_Minh", FRIDAY - timedelta(days=3)),
    ("Europe/Warsaw", date(2025, 3, 28)),  # Fridays before a change of the clocks
    ("Europe/Warsaw", date(2025, 10, 24)),
)
_HALF_HOURS = tuple(f"{hour:02}:{minute:02}" for hour in range(9, 17) for minute in (0, 30))


def scenarios() -> st.SearchStrategy[Scenario]:
    """Return the strategy of random small scenarios with one plan called ``p``."""
    return documents().map(Scenario.model_validate)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """Return what the file of a random small scenario would say."""
    pick = Pick(draw)
    tick_min: float = pick.one(1, 2.5, 5)
    zone, first_day = pick.one(*_STARTS)
    days = [first_day + timedelta(days=index) for index in range(pick.one(1, 1, 2, 3, 5))]
    period = {"first_day": days[0], "last_day": days[-1], "peak_last_day": days[-1], "time_zone": zone}
    procedures = kinds(pick, tick_min)
    groups = staff_groups(pick, days, tuple(procedures))
    return document(
        period=period | {"tick_ms": int(tick_min * 60_000)},
        hours=office_hours(pick, days),
        demand=demand(pick, tick_min),
        procedures=procedures,
        citizens=citizens(pick, tick_min),
        staff=groups,
        counters=pick.one(1, 2, 3, 1, 2, 3, 4, 0),
        desks=pick.one(None, 1, 2, None, 1, 2, 3, 0),
        scanners=pick.one(None, 1, 1, 2, None, 1, 1, 0),
        wrong_counter_min=tick_min * pick.one(0, 1, 2),
        signing_times=pick.one((), (), ("09:00", "10:00", "13:00"), ("23:00",), _HALF_HOURS),
        **effects(pick, tick_min),
        link=link(pick, tick_min, days),
        outages=pick.perhaps(lambda: outages(pick, days), ()),
        random_outages=pick.perhaps(lambda: random_outages(pick, tick_min), ()),
        initial=pick.perhaps(lambda: initial_records(pick, procedures), (), one_in=3),
        labour_rules={"is_enforced": False},
        plans={"p": choice(pick, days, groups, tuple(procedures))},
    )


def effects(pick: Pick, tick_min: float) -> dict[str, Any]:
    """Return what practice, tiredness, guides, volunteers and batteries do, if anything."""
    return {
        "learning": {"first_day_factor": pick.one(1, 1.5, 2.3)},
        "fatigue": pick.one({}, {"after_h": 1, "growth_per_h": 0.5}),
        "guidance": pick.one({}, {"wrong_counter_factor": 0.5, "incomplete_factor": 0.5}),
        "volunteer_effect": pick.one({}, {"moves_online_ratio": 0.3, "intake_factor": 0.5}),
        "ups_min": tick_min * pick.one(0, 1, 12),
    }


@st.composite
def workloads(draw: st.DrawFn, scenario: Scenario) -> Workload:
    """Return one of the first replications' draws."""
    return sample_workload(scenario, seed=draw(st.integers(0, 50)), replication=draw(st.integers(0, 3)))
