"""Every figure on traces so small that it can be worked out by hand."""

import math
from datetime import datetime, timedelta

import numpy as np
import pytest

from sim.measures import FIGURES, Measures, due_ticks, measure, spans
from sim.plan import Plan
from sim.trace import Trace
from tests.laws.strategies import FRIDAY
from tests.sim.by_hand import BIT_PER_MIN, MONDAY, at, plan_in_minutes, run

MIN = 60


def figure(measures: Measures, plan: Plan, name: str) -> dict[str, float]:
    """Return a figure by span, such as ``04 day``."""
    names = [f"{span.first_day:%d} {span.kind}" for span in spans(plan.hours)]
    return dict(zip(names, getattr(measures, name).tolist(), strict=True))


@pytest.fixture(scope="module")
def plan() -> Plan:
    """Return two officers, two desks and two counters, Friday to Monday."""
    return plan_in_minutes()


@pytest.fixture(scope="module")
def trace(plan: Plan) -> Trace:
    """Return the trace of five records, all due on the day of receipt, after 15:00 on the next working day."""
    return run(
        plan,
        (at(7, 0), 10, 0, 20),  # waits 30 until 07:30, received 07:40, settled 08:00
        (at(7, 10), 30, 10 * BIT_PER_MIN, 600),  # waits 20, uploads 08:00–08:10, settled on Monday: late
        (at(9, 0), 1, 20 * BIT_PER_MIN, 30),  # uploads 09:01–09:21, settled 09:51
        (at(16, 55), 15, 0, 10),  # received at 17:10, due on Monday, settled on Monday at 07:40: on time
        (at(17, 30), 5, 0, 5),  # comes to closed doors; called on Monday at 07:30, after 0 minutes
        (at(8, 0, day=3), 5, 0, 5),
    )


def test_spans_are_working_days_weeks_and_the_period(plan: Plan) -> None:
    """Days that are worked, weeks cut at the period's ends, and the period; the weekend has no row of its own."""
    found = [(span.kind, span.first_day, span.last_day) for span in spans(plan.hours)]
    assert found == [
        ("day", FRIDAY, FRIDAY),
        ("day", MONDAY, MONDAY),
        ("week", FRIDAY, FRIDAY + timedelta(days=2)),
        ("week", MONDAY, MONDAY),
        ("period", FRIDAY, MONDAY),
    ]


EXPECTED = {
    "received_count": {"04 day": 4, "07 day": 2, "04 week": 4, "07 week": 2, "04 period": 6},
    "settled_count": {"04 day": 2, "07 day": 4, "04 week": 2, "07 week": 4, "04 period": 6},
    "backlog_count": {"04 day": 2, "07 day": 0, "04 week": 2, "07 week": 0, "04 period": 0},
    # Friday: the second record is late in progress, of 4 received. Monday: late done, of 2 received and 2 carried over.
    "on_time_ratio": {"04 day": 3 / 4, "07 day": 3 / 4, "04 week": 3 / 4, "07 week": 3 / 4, "04 period": 5 / 6},
    "on_time_completed_ratio": {"04 day": 1, "07 day": 3 / 4, "04 week": 1, "07 week": 3 / 4, "04 period": 5 / 6},
    # Waits of 30, 20, 0, 0 minutes on Friday; two of 0 on Monday.
    "wait_s_mean": {"04 day": 12.5 * MIN, "07 day": 0, "04 week": 12.5 * MIN, "07 week": 0, "04 period": 50 / 6 * MIN},
    "wait_s_p95": {"04 day": 30 * MIN, "07 day": 0, "04 week": 30 * MIN, "07 week": 0, "04 period": 30 * MIN},
    "sent_home_count": {"04 day": 1, "07 day": 0, "04 week": 1, "07 week": 0, "04 period": 1},
    # The visit that began at 16:55 ended ten minutes after the shift.
    "overtime_h": {"04 day": 1 / 6, "07 day": 0, "04 week": 1 / 6, "07 week": 0, "04 period": 1 / 6},
    # 10 + 20 minutes of uploads in opening hours of 9.5 h.
    "link_utilisation_ratio": {
        "04 day": 30 / 570,
        "07 day": 0,
        "04 week": 30 / 570,
        "07 week": 0,
        "04 period": 30 / 1140,
    },
}


@pytest.mark.parametrize("name", EXPECTED)
def test_every_figure_of_records_and_visits(name: str, plan: Plan, trace: Trace) -> None:
    """Each figure, over each span, is what one finds by hand."""
    assert figure(measure(trace, plan), plan, name) == pytest.approx(EXPECTED[name])


def test_utilisation_is_work_over_hours_on_shift(plan: Plan, trace: Trace) -> None:
    """Friday: visits of 10, 40, 21, 15 minutes; desk work of 20, 30 and all of one desk's hours from 08:10."""
    visits, desks = 10 + 40 + 21 + 15, 20 + 30 + (at(11, 30) - at(8, 10)) + (at(17) - at(13, 30))
    on_shift = 4 * 450 + 10  # four people, 7.5 h each, and the overrun
    found = figure(measure(trace, plan), plan, "utilisation_ratio")
    assert found["04 day"] == pytest.approx((visits + desks) / on_shift)


def test_due_ticks_are_the_end_of_the_working_day(plan: Plan, trace: Trace) -> None:
    """Received before 15:00: due at 17:00; after it on Friday: due at Monday's end."""
    assert due_ticks(trace, plan).tolist() == [at(17)] * 3 + [at(17, day=3)] * 3


def test_a_figure_of_nothing_is_not_zero(plan: Plan) -> None:
    """Where nobody comes, counts are 0, and rates and waits have no value."""
    measures = measure(run(plan), plan)
    assert all(np.all(getattr(measures, name) == 0) for name in FIGURES if name.endswith(("_count", "_h")))
    for name in ("on_time_ratio", "on_time_completed_ratio", "wait_s_mean", "wait_s_p95"):
        assert np.all(np.isnan(getattr(measures, name))), name


def test_the_95th_percentile_is_one_of_the_waits() -> None:
    """Of twenty waits the 95th percentile is the nineteenth, not a number between two of them."""
    plan = plan_in_minutes(staff={"intake": 1, "back_office": 1}, counters=1)
    trace = run(plan, *[(at(8), 1, 0, 0)] * 20)
    assert figure(measure(trace, plan), plan, "wait_s_p95")["04 day"] == 18 * MIN


def test_a_visit_into_the_next_shift_is_overtime_only_off_shift() -> None:
    """A visit from 11:00 to 14:00 costs the two hours of lunch; the half hour of the afternoon is normal work."""
    plan = plan_in_minutes()
    measures = measure(run(plan, (at(11), 180, 0, 0)), plan)
    assert figure(measures, plan, "overtime_h")["04 day"] == pytest.approx(2)
    assert figure(measures, plan, "utilisation_ratio")["04 day"] == pytest.approx(180 / (4 * 450 + 120))


def test_covers_are_overtime() -> None:
    """One officer and two desks through lunch, one officer and one desk until 19:00: 3 × 2 h and 2 × 2 h."""
    days = {"first_day": FRIDAY, "last_day": FRIDAY}
    lunch = days | {"intake": 1, "back_office": 2}
    evening = days | {"intake": 1, "back_office": 1, "until": "19:00"}
    plan = plan_in_minutes(plans={"as-usual": {"title": "T", "lunch": (lunch,), "evening": (evening,)}})
    found = figure(measure(run(plan), plan), plan, "overtime_h")
    assert found == pytest.approx({"04 day": 10, "07 day": 0, "04 week": 10, "07 week": 0, "04 period": 10})


def test_the_link_is_in_use_only_within_opening_hours() -> None:
    """An upload that a fault holds from closing to the next morning does not fill more than the opening hours."""
    fault = {"starts": datetime(2025, 7, 4, 7, 30), "ends": datetime(2025, 7, 7, 7, 30), "capacity_ratio": 0}  # noqa: DTZ001 - local
    plan = plan_in_minutes(link={"mbit_per_s": BIT_PER_MIN / 60e6, "faults": (fault,)})
    trace = run(plan, (at(7), 0, BIT_PER_MIN, 5))
    found = figure(measure(trace, plan), plan, "link_utilisation_ratio")
    assert found["04 day"] == pytest.approx(1)
    assert found["07 day"] == pytest.approx(1 / 570)
    assert not math.isnan(found["04 period"])
