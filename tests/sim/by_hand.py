"""Lives of a handful of records, told in advance by hand and compared with what every engine makes of them."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sim.plan import Plan
from sim.scenario.people import Stage
from sim.trace import NEVER, State, Trace
from sim.workload import PPM, Workload
from tests.engines import trace_of
from tests.laws.laws import check_laws
from tests.laws.strategies import procedure
from tests.sim.told import plan_in_minutes

_MIN_PER_DAY, _MIN_PER_H = 24 * 60, 60
_OFTEN = 1 << 30
_DAYS = {-1: "Thu", 1: "Sat", 2: "Sun", 3: "Mon"}
_SAME = (  # fields that a record and a workload have under the same name
    *("arrival", "entry", "procedure", "priority", "upload_bit", "patience", "balk_at", "n_tries"),
    *("return_offset", "supplement_delay", "collect_delay"),
)


@dataclass(frozen=True)
class Record:
    """The draws of a record; most are such that nothing happens. Work is in minutes; `NEVER` is not in the route.

    Attributes:
        arrival: when its visit comes, or it is submitted.
        follows: whether it is of the same visit as the record before.
        entry: the stage at which it waits on the first day, if it does.
        is_online: whether it is submitted online, where half of all are.
        is_wrong: whether its visit finds a wrong counter first, where half of all do.
        is_incomplete: whether its papers are incomplete, where half of all are.
    """

    arrival: int
    intake: int = 0
    guidance: int = NEVER
    check: int = NEVER
    back_office: int = NEVER
    approval: int = NEVER
    handover: int = NEVER
    follows: bool = False
    entry: int = NEVER
    procedure: int = 0
    priority: int = 0
    is_online: bool = False
    is_wrong: bool = False
    is_incomplete: bool = False
    scan: int = 0
    upload_bit: int = 0
    patience: int = NEVER
    balk_at: int = NEVER
    n_tries: int = _OFTEN
    return_offset: int = 0
    supplement_delay: int = 0
    collect_delay: int = 0


def centre(**changes: Any) -> Plan:
    """Return a plan in minutes under which half of all are online, at a wrong counter first, and incomplete.

    Persons 0 and 1 work in the hall, 2 and 3 in the back office; two counters; 07:30–11:30 and 13:30–17:00, Friday and
    Monday; five minutes at a wrong counter.
    """
    parts: dict[str, Any] = {
        "procedures": {"only": procedure(**HALF)},
        "wrong_counter_min": 5,
        "labour_rules": {"is_enforced": False},
    }
    return plan_in_minutes(**(parts | changes))


HALF = {"online_ratio": 0.5, "wrong_counter_ratio": 0.5, "incomplete_ratio": 0.5}


def staff_of(*skills: tuple[str, ...], people: int = 1) -> dict[str, Any]:
    """Return a group with each of these skills, of so many people."""
    return {f"group-{number}": {"people": people, "skills": each} for number, each in enumerate(skills)}


def run(
    plan: Plan,
    *records: Record,
    outages: tuple[tuple[int, int, int, int, bool], ...] = (),
    absent: tuple[tuple[int, int, int], ...] = (),
) -> Trace:
    """Return the trace of these records, the same from every engine; it keeps the laws.

    Args:
        plan: people and things.
        records: in the order of arrival.
        outages: rows (system, start, end, permille left, loses work).
        absent: rows (group, member, day) of who is absent, where the plan has absence.
    """
    workload = replace(_workload(plan, records), outages=np.array(sorted(outages), dtype=np.int64).reshape(-1, 5))
    for place in absent:
        workload.absence_draw[place] = 0
    trace = trace_of(workload, plan)
    check_laws(trace, plan)
    return trace


def _workload(plan: Plan, records: tuple[Record, ...]) -> Workload:
    def column(name: str) -> Any:
        return np.array([getattr(record, name) for record in records], dtype=np.int64)

    def millionths(name: str) -> Any:
        return np.where(column(name), 0, PPM - 1)

    follows = np.append(column("follows"), 0).astype(bool)
    n_days, n_members = plan.hours.timebase.n_days, int(plan.person_member.max(initial=0)) + 1
    return Workload(
        seed=0,
        replication=0,
        follower=np.where(follows[1:], np.arange(len(records)) + 1, NEVER),
        leads=~follows[:-1],
        channel_draw=millionths("is_online"),
        wrong_draw=millionths("is_wrong"),
        incomplete_draw=millionths("is_incomplete"),
        work=np.array([column(stage.name.lower()) for stage in Stage]).reshape(len(Stage), -1),
        scan_work=column("scan"),
        absence_draw=np.full((len(plan.groups), n_members, n_days), PPM - 1),
        outages=np.empty((0, 5), dtype=np.int64),
        **{name: column(name) for name in _SAME},
    )


def life(trace: Trace, record: int = 0) -> str:
    """Return a record's life in words: each state, with the person after a slash, and when it begins."""
    rows = trace.stints[trace.stints[:, 0] == record].tolist()
    told = [
        f"{State(state).name}{f'/{person}' if person != NEVER else ''} {clock(start)}"
        for _, state, start, _, person in rows
    ]
    return ", ".join([*told, *([f"done {clock(rows[-1][3])}"] if rows and rows[-1][3] != NEVER else [])])


def clock(tick: int) -> str:
    """Return a tick as a time of day, with the day of the week when it is not the first."""
    day, minute = divmod(tick, _MIN_PER_DAY)
    of_day = f"{minute // _MIN_PER_H:02}:{minute % _MIN_PER_H:02}"
    return of_day if day == 0 else f"{_DAYS[day]} {of_day}"
