"""Traces told by hand: a handful of lives, in ticks of a minute, without any engine."""

from dataclasses import dataclass, fields
from datetime import date

import numpy as np

from sim.plan import Plan, build_plan
from sim.scenario.people import Stage
from sim.trace import NEVER, State, Trace
from sim.workload import PPM, Workload
from tests.laws.strategies import FRIDAY, small_scenario

MONDAY = date(2025, 7, 7)
BIT_PER_MIN = 1_000_000
Stint = tuple[State, int, int, int]  # state, start, end, person


def plan_in_minutes(**changes: object) -> Plan:
    """Return the small centre's plan with ticks of a minute, on Friday and the Monday after it.

    Two officers (persons 0 and 1), two desks (2 and 3), two counters; 07:30–11:30 and 13:30–17:00.
    """
    parts = {
        "period": {"first_day": FRIDAY, "last_day": MONDAY, "peak_last_day": FRIDAY, "tick_ms": 60_000},
        "link": {"mbit_per_s": BIT_PER_MIN / 60e6},
    }
    return build_plan(small_scenario(**(parts | changes)), "as-usual")


def at(hour: int, minute: int = 0, *, day: int = 0) -> int:
    """Return the tick of a time of day."""
    return (day * 24 + hour) * 60 + minute


@dataclass(frozen=True)
class Life:
    """What happened to one record.

    Attributes:
        stints: what it did, in order; the first starts with its arrival.
        received: when it was received.
        settled: when it was settled.
        procedure: its procedure.
        upload_bit: the size of its files.
        entry: the stage at which it waits on the first day, if it does.
        leads: whether it is the first of its visit.
    """

    stints: tuple[Stint, ...]
    received: int = NEVER
    settled: int = NEVER
    procedure: int = 0
    upload_bit: int = 0
    entry: int = NEVER
    leads: bool = True


def served(arrival: int, *, called: int, received: int, started: int, settled: int, procedure: int = 0) -> Life:
    """Return the life of a record without an upload: person 0 takes it in, person 2 settles it."""
    stints = (
        (State.WAIT_INTAKE, arrival, called, NEVER),
        (State.INTAKE, called, received, 0),
        (State.WAIT_BACK_OFFICE, received, started, NEVER),
        (State.BACK_OFFICE, started, settled, 2),
    )
    return Life(stints, received, settled, procedure)


def carried_over(age: int, *, stage: Stage = Stage.BACK_OFFICE) -> Life:
    """Return a record that was received so many ticks before the period and waits from then on."""
    waiting = {Stage.BACK_OFFICE: State.WAIT_BACK_OFFICE, Stage.APPROVAL: State.WAIT_APPROVAL}
    return Life(((waiting[stage], -age, NEVER, NEVER),), received=-age, entry=stage)


def told(plan: Plan, *lives: Life, outages: tuple[tuple[int, int, int, int, int], ...] = ()) -> Trace:
    """Return the trace of these lives; nobody is absent unless the plan says so for all."""
    n_groups, n_days = len(plan.groups), plan.hours.timebase.n_days
    drawn = dict.fromkeys((each.name for each in fields(Workload)), np.zeros(len(lives), dtype=np.int64))
    given: dict[str, object] = {
        "seed": 0,
        "replication": 0,
        "arrival": np.array([life.stints[0][1] for life in lives], dtype=np.int64),
        "entry": np.array([life.entry for life in lives], dtype=np.int64),
        "follower": np.full(len(lives), NEVER, dtype=np.int64),
        "leads": np.array([life.leads for life in lives], dtype=bool),
        "procedure": np.array([life.procedure for life in lives], dtype=np.int64),
        "work": np.zeros((len(Stage), len(lives)), dtype=np.int64),
        "upload_bit": np.array([life.upload_bit for life in lives], dtype=np.int64),
        "absence_draw": np.full((n_groups, plan.person_member.max(initial=0) + 1, n_days), PPM // 2),
        "outages": np.array(outages, dtype=np.int64).reshape(-1, 5),
    }
    rows = [(record, *stint) for record, life in enumerate(lives) for stint in life.stints]
    return Trace(
        workload=Workload(**(drawn | given)),  # type: ignore[arg-type] # by name, all of the right kind
        received=np.array([life.received for life in lives], dtype=np.int64),
        settled=np.array([life.settled for life in lives], dtype=np.int64),
        stints=np.array(rows, dtype=np.int64).reshape(-1, 5),
    )
