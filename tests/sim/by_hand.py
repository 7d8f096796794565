"""A centre whose ticks are minutes, and traces of a handful of records, for tests that tell the outcome in advance."""

from datetime import date

import numpy as np

from sim.engine import simulate
from sim.plan import Plan, build_plan
from sim.trace import Trace
from sim.workload import Workload
from tests.laws.laws import check_laws
from tests.laws.strategies import FRIDAY, small_scenario

MONDAY = date(2025, 7, 7)
BIT_PER_MIN = 1_000_000


def plan_in_minutes(**changes: object) -> Plan:
    """Return the small centre's plan with ticks of a minute, on Friday and the Monday after it."""
    parts = {
        "period": {"first_day": FRIDAY, "last_day": MONDAY, "peak_last_day": FRIDAY, "tick_ms": 60_000},
        "link": {"mbit_per_s": BIT_PER_MIN / 60e6},
    }
    return build_plan(small_scenario(**(parts | changes)), "as-usual")


def run(plan: Plan, *records: tuple[int, int, int, int], return_offset: int = 0) -> Trace:
    """Return the trace, which keeps the laws, of records (arrival, intake work, upload in bit, back-office work)."""
    rows = np.array(records, dtype=np.int64).reshape(-1, 4).T
    trace = simulate(
        Workload(
            seed=0,
            replication=0,
            arrival=rows[0],
            procedure=np.zeros(len(records), dtype=np.int64),
            intake_work=rows[1],
            upload_bit=rows[2],
            back_office_work=rows[3],
            return_offset=np.full(len(records), return_offset, dtype=np.int64),
        ),
        plan,
    )
    check_laws(trace, plan)
    return trace


def at(hour: int, minute: int = 0, *, day: int = 0) -> int:
    """Return the tick of a time of day."""
    return (day * 24 + hour) * 60 + minute
