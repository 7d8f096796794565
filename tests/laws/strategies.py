"""Small scenarios: one to change by hand, and a strategy that makes random ones in which many things happen at once.

The random ones are coarse on purpose: ticks of up to five minutes, times of day and mean work in whole ticks, so that
arrivals, ends of work, shifts, faults and closing times fall on the same tick and only the written order tells them
apart.
"""

from datetime import date, datetime, time, timedelta
from typing import Any

from hypothesis import strategies as st

from sim.scenario import Scenario
from sim.workload import Workload, sample_workload

FRIDAY = date(2025, 7, 4)
Parts = tuple[dict[str, Any], ...]

_STARTS = (
    ("Asia/Ho_Chi_Minh", FRIDAY),
    ("Asia/Ho_Chi_Minh", FRIDAY - timedelta(days=3)),
    ("Europe/Warsaw", date(2025, 3, 28)),  # Fridays before a change of the clocks
    ("Europe/Warsaw", date(2025, 10, 24)),
)
_HOURS = (0, 8, 9, 10, 11, 13, 16, 23)  # before, within and after the office hours


def constant(mean: float) -> dict[str, Any]:
    """Return the law that is always its mean."""
    return {"law": "deterministic", "mean": mean}


def procedure(**changes: Any) -> dict[str, Any]:
    """Return a kind of record, with these parts instead of the ordinary ones."""
    ordinary = {
        "share": 1.0,
        "intake_min": {"law": "exponential", "mean": 8},
        "pages": constant(5),
        "page_mb": 0.5,
        "back_office_min": {"law": "lognormal", "mean": 10, "cv": 0.8},
        "deadline": {"working_days": 0, "cutoff": "15:00"},
    }
    return ordinary | changes


def staff(*, intake: int, back_office: int) -> dict[str, Any]:
    """Return two groups, `intake` and `back-office`, of so many people."""
    return {
        "intake": {"people": intake, "skills": ("intake", "handover", "guidance")},
        "back-office": {"people": back_office, "skills": ("back-office", "check", "approval")},
    }


def document(**changes: Any) -> dict[str, Any]:
    """Return what a scenario file would say: two days of a small centre, with these top-level parts instead."""
    ordinary = {
        "name": "small",
        "title": "A small centre",
        "question": "How long do people wait?",
        "period": {"first_day": FRIDAY - timedelta(days=1), "last_day": FRIDAY, "peak_last_day": FRIDAY},
        "hours": {"morning": ("07:30", "11:30"), "afternoon": ("13:30", "17:00")},
        "demand": {"visits_per_day": 40, "hour_weights": dict.fromkeys(range(7, 17), 1.0)},
        "procedures": {"only": procedure()},
        "citizens": {"return_offset_min": {"law": "exponential", "mean": 60}},
        "staff": staff(intake=2, back_office=2),
        "counters": 2,
        "link": {"mbit_per_s": 100},
        "plans": {"as-usual": {"title": "As usual"}},
    }
    return ordinary | changes


def small_scenario(**changes: Any) -> Scenario:
    """Return the small centre with these top-level parts instead of the ordinary ones."""
    return Scenario.model_validate(document(**changes))


@st.composite
def laws(draw: st.DrawFn, unit: float) -> dict[str, Any]:
    """Return a law whose mean is a few of the unit, or next to nothing."""
    mean = unit * draw(st.sampled_from([0.001, 1, 1, 2, 3, 7, 30]))
    kind = draw(st.sampled_from(["deterministic", "deterministic", "exponential", "lognormal"]))
    return {"law": kind, "mean": mean} | ({"cv": draw(st.sampled_from([0.3, 1.5]))} if kind == "lognormal" else {})


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """Return a random small scenario with one plan called ``p``."""
    tick_min = draw(st.sampled_from([1, 2.5, 5]))
    zone, first_day = draw(st.sampled_from(_STARTS))
    days = [first_day + timedelta(days=index) for index in range(draw(st.integers(1, 5)))]
    period = {"first_day": days[0], "last_day": days[-1], "peak_last_day": days[-1], "time_zone": zone}
    staff = {"intake": draw(st.integers(0, 4)), "back_office": draw(st.integers(0, 4))}
    plan = {"title": "P", "lunch": draw(covers(days, staff)), "evening": draw(covers(days, staff, until=True))}
    return small_scenario(
        period=period | {"tick_ms": int(tick_min * 60_000)},
        hours=draw(hours(days)),
        demand={
            "visits_per_day": draw(st.sampled_from([1, 10, 40])),
            "hour_weights": draw(st.dictionaries(st.sampled_from(_HOURS), st.just(1.0), min_size=1)),
            "day_cv": draw(st.sampled_from([0, 0.5])),
        },
        procedures=draw(procedures(tick_min)),
        return_offset_min=draw(laws(10 * tick_min)),
        staff=staff,
        counters=draw(st.integers(0, 4)),
        learning={"first_day_factor": draw(st.sampled_from([1, 1.5, 2.3]))},
        link={
            # So that one page takes a tick, half of one, or a third: 8 Mbit a page.
            "mbit_per_s": 8 / (tick_min * 60) * draw(st.sampled_from([1, 2, 3])),
            "background_ratio": draw(st.sampled_from([0, 0.5])),
            "faults": draw(faults(days)),
        },
        plans={"p": plan},
    )


@st.composite
def hours(draw: st.DrawFn, days: list[date]) -> dict[str, Any]:
    """Return office hours with a long or a very short lunch, six days a week, perhaps with holidays."""
    return {
        "morning": ("09:00", "11:00"),
        "afternoon": draw(st.sampled_from([("12:30", "14:00"), ("11:05", "16:30")])),
        "working_weekdays": frozenset({"mon", "tue", "wed", "thu", "fri", "sat"}),
        "holidays": frozenset(draw(st.lists(st.sampled_from(days), max_size=2))) - {days[0]},
    }


@st.composite
def procedures(draw: st.DrawFn, tick_min: float) -> dict[str, Any]:
    """Return one to three kinds of record, some of which never come."""
    shares = draw(st.sampled_from([(1.0,), (0.5, 0.5), (0.0, 1.0), (0.25, 0.0, 0.75)]))
    return {
        f"kind-{index}": procedure(
            share=share,
            intake_min=draw(laws(tick_min)),
            pages=draw(laws(1)),
            page_mb=draw(st.sampled_from([0, 1])),
            back_office_min=draw(laws(4 * tick_min)),
            deadline={"working_days": draw(st.integers(0, 2)), "cutoff": "13:00"},
        )
        for index, share in enumerate(shares)
    }


@st.composite
def covers(draw: st.DrawFn, days: list[date], staff: dict[str, int], *, until: bool = False) -> Parts:
    """Return no cover, or one that lasts from some day to the end of the period."""
    if draw(st.booleans()):
        return ()
    cover: dict[str, Any] = {name: draw(st.integers(0, n)) for name, n in staff.items()}
    cover |= {"first_day": draw(st.sampled_from(days)), "last_day": days[-1]}
    return (cover | ({"until": draw(st.sampled_from(["17:00", "23:55"]))} if until else {}),)


@st.composite
def faults(draw: st.DrawFn, days: list[date]) -> Parts:
    """Return up to three faults of the link, which may overlap and may last over night."""
    found = []
    for _ in range(draw(st.integers(0, 3))):
        starts = datetime.combine(draw(st.sampled_from(days)), time(draw(st.sampled_from([8, 9, 10])), 30))
        length = timedelta(minutes=draw(st.sampled_from([5, 10, 60, 240, 1500])))
        ratio = draw(st.sampled_from([0, 0, 0.1, 0.5]))
        found.append({"starts": starts, "ends": starts + length, "capacity_ratio": ratio})
    return tuple(found)


@st.composite
def workloads(draw: st.DrawFn, scenario: Scenario) -> Workload:
    """Return one of the first replications' draws."""
    return sample_workload(scenario, seed=draw(st.integers(0, 50)), replication=draw(st.integers(0, 3)))
