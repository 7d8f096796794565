"""Every figure of records and visits on lives so few that it can be worked out by hand."""

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.measures import FIGURES, MEANINGS, Measures, due_ticks, measure, spans
from sim.plan import Plan
from sim.scenario.people import Stage
from sim.trace import AWAY_STATES, COUNTER_STATES, NEVER, State, Trace
from tests.laws.strategies import FRIDAY, procedure
from tests.sim.test_losses import random_trace
from tests.sim.told import MONDAY, Life, at, carried_over, plan_in_minutes, served, told

MIN = 60
H = 3600


def figure(measures: Measures, plan: Plan, name: str) -> dict[str, float]:
    """Return a figure by span, such as ``04 day``."""
    names = [f"{span.first_day:%d} {span.kind}" for span in spans(plan.hours, plan.session_days)]
    return dict(zip(names, getattr(measures, name).tolist(), strict=True))


def by_span(friday: float, monday: float, period: float) -> dict[str, float]:
    """Return what is expected where each week has one working day."""
    return {"04 day": friday, "07 day": monday, "04 week": friday, "07 week": monday, "04 period": period}


@pytest.fixture(scope="module")
def plan() -> Plan:
    """Return two officers, two desks and two counters, Friday to Monday; a wait may last 15 minutes."""
    return plan_in_minutes(citizens={"waiting_limit_min": 15})


@pytest.fixture(scope="module")
def trace(plan: Plan) -> Trace:
    """Return the trace of six records, all due on the day of receipt, after 15:00 on the next working day."""
    sent_home = (
        (State.SENT_HOME, at(17, 30), at(7, 30, day=3), NEVER),
        (State.WAIT_INTAKE, at(7, 30, day=3), at(7, 30, day=3), NEVER),
        (State.INTAKE, at(7, 30, day=3), at(7, 35, day=3), 1),
        (State.WAIT_BACK_OFFICE, at(7, 35, day=3), at(7, 35, day=3), NEVER),
        (State.BACK_OFFICE, at(7, 35, day=3), at(7, 40, day=3), 3),
    )
    return told(
        plan,
        served(at(7), called=at(7, 30), received=at(7, 40), started=at(7, 40), settled=at(8)),
        served(at(7, 10), called=at(7, 30), received=at(8, 10), started=at(8, 10), settled=at(9, 40, day=3)),  # late
        served(at(9), called=at(9), received=at(9, 21), started=at(9, 21), settled=at(9, 51)),
        served(at(16, 55), called=at(16, 55), received=at(17, 10), started=at(7, 30, day=3), settled=at(7, 40, day=3)),
        Life(sent_home, received=at(7, 35, day=3), settled=at(7, 40, day=3)),
        served(at(8, day=3), called=at(8, day=3), received=at(8, 5, day=3), started=at(8, 5, day=3), settled=NEVER),
    )


def test_spans_are_working_days_weeks_and_the_period(plan: Plan) -> None:
    """Days that are worked, weeks cut at the period's ends, and the period; the weekend has no row of its own."""
    found = [(span.kind, span.first_day, span.last_day) for span in spans(plan.hours, plan.session_days)]
    assert found == [
        ("day", FRIDAY, FRIDAY),
        ("day", MONDAY, MONDAY),
        ("week", FRIDAY, FRIDAY + timedelta(days=2)),
        ("week", MONDAY, MONDAY),
        ("period", FRIDAY, MONDAY),
    ]


_AGE_H = ((24 - 8 - 1 / 6) + (24 - 17 - 1 / 6)) / 2  # of two records at Friday's midnight
_SOJOURNS_MIN = (60, at(9, 40, day=3) - at(7, 10), 51, at(7, 40, day=3) - at(16, 55), at(7, 40, day=3) - at(17, 30))
EXPECTED = {
    "received_count": by_span(4, 2, 6),
    "settled_count": by_span(2, 3, 5),
    "backlog_count": by_span(2, 1, 1),
    # The second record was due on Friday; the last one on Monday at 17:00.
    "backlog_overdue_count": by_span(1, 1, 1),
    "backlog_age_h_mean": by_span(_AGE_H, 24 - 8 - 1 / 12, 24 - 8 - 1 / 12) | {"04 week": _AGE_H + 48},
    # Friday: the second record is late in progress, of 4 received. Monday: late done, and the last record late in
    # progress, of 2 received and 2 carried over.
    "on_time_ratio": by_span(3 / 4, 2 / 4, 4 / 6),
    "on_time_completed_ratio": by_span(1, 2 / 3, 4 / 5),
    # Waits of 30, 20, 0, 0 minutes on Friday; two of 0 on Monday.
    "wait_s_mean": by_span(12.5 * MIN, 0, 50 / 6 * MIN),
    "wait_s_p50": by_span(0, 0, 0),
    "wait_s_p90": by_span(30 * MIN, 0, 30 * MIN),
    "wait_s_p95": by_span(30 * MIN, 0, 30 * MIN),
    "wait_over_limit_ratio": by_span(2 / 4, 0, 2 / 6),
    "sojourn_s_mean": by_span(
        (60 + 51) / 2 * MIN, sum(_SOJOURNS_MIN[k] for k in (1, 3, 4)) / 3 * MIN, sum(_SOJOURNS_MIN) / 5 * MIN
    ),
    "sojourn_s_p50": by_span(51 * MIN, _SOJOURNS_MIN[3] * MIN, _SOJOURNS_MIN[4] * MIN),
    "sojourn_s_p90": by_span(60 * MIN, _SOJOURNS_MIN[1] * MIN, _SOJOURNS_MIN[1] * MIN),
    "sojourn_s_p95": by_span(60 * MIN, _SOJOURNS_MIN[1] * MIN, _SOJOURNS_MIN[1] * MIN),
    "sent_home_count": by_span(1, 0, 1),
    "unserved_count": by_span(1, 0, 0),
    "reneged_count": by_span(0, 0, 0),
    "balked_count": by_span(0, 0, 0),
    "gone_count": by_span(0, 0, 0),
    "wrong_counter_count": by_span(0, 0, 0),
    "supplement_count": by_span(0, 0, 0),
    "online_received_count": by_span(0, 0, 0),
    "submitted_count": by_span(0, 0, 0),
    "unsettled_count": by_span(3, 1, 1),  # on Friday the backlog and who was sent home
}


@pytest.mark.parametrize("name", EXPECTED)
def test_every_figure_of_records_and_visits(name: str, plan: Plan, trace: Trace) -> None:
    """Each figure, over each span, is what one finds by hand."""
    assert figure(measure(trace, plan), plan, name) == pytest.approx(EXPECTED[name])


def test_every_figure_says_what_it_is() -> None:
    """Each figure has a meaning in words, and no two have the same."""
    assert set(MEANINGS) == set(FIGURES)
    assert len(set(MEANINGS.values())) == len(FIGURES)


def test_due_ticks_are_the_end_of_the_working_day(plan: Plan, trace: Trace) -> None:
    """Received before 15:00: due at 17:00; after it on Friday: due at Monday's end."""
    assert due_ticks(trace, plan).tolist() == [at(17)] * 3 + [at(17, day=3)] * 3


def test_due_ticks_may_be_hours_after_receipt_or_lie_before_the_period() -> None:
    """Four hours of office time after 10:00 is 16:00; what came on Thursday before tick 0 was due that day, or then."""
    kinds = {
        "hours": procedure(share=0.5, deadline={"working_hours": 4}),
        "days": procedure(share=0.5, deadline={"working_days": 0}),
    }
    plan = plan_in_minutes(procedures=kinds)
    lives = (
        served(at(9), called=at(9), received=at(10), started=at(10), settled=at(11)),
        carried_over(at(10)),  # received on Thursday at 14:00, so that an hour is left on Friday
        Life(carried_over(at(10)).stints, received=-at(10), procedure=1, entry=Stage.BACK_OFFICE),
        Life(((State.SENT_HOME, at(18), at(7, 30, day=3), NEVER), (State.WAIT_INTAKE, at(7, 30, day=3), NEVER, NEVER))),
    )
    assert due_ticks(told(plan, *lives), plan).tolist() == [at(16), at(8, 30), at(17) - at(24), NEVER]


def test_a_figure_of_nothing_is_not_zero(plan: Plan) -> None:
    """Where nobody comes, counts are 0, and rates, waits and ages have no value."""
    measures = measure(told(plan), plan)
    for name in FIGURES:
        values = getattr(measures, name)
        if name.endswith(("_count", "_cost", "overtime_h", "lunch_h")) or name.startswith("lost_h"):
            assert np.all(values == 0), name
        elif name.startswith(("on_time", "wait", "handover_wait", "sojourn", "backlog_age", "transfer")):
            assert np.all(np.isnan(values)), name


@pytest.mark.parametrize(
    ("n", "p50", "p90", "p95"), [(1, 0, 0, 0), (20, 9, 17, 18), (21, 10, 18, 19), (100, 49, 89, 94)]
)
def test_a_percentile_is_one_of_the_values(n: int, p50: int, p90: int, p95: int) -> None:
    """Of waits of 0, 1, 2, … minutes it is the smallest that so many of a hundred do not exceed."""
    plan = plan_in_minutes()
    visits = [
        served(at(8), called=at(8, k), received=at(8, k), started=at(8, k), settled=at(8, k)) for k in range(min(n, 60))
    ]
    visits += [
        served(at(8), called=at(9, k), received=at(9, k), started=at(9, k), settled=at(9, k)) for k in range(n - 60)
    ]
    measures = measure(told(plan, *visits), plan)
    for name, expected in (("p50", p50), ("p90", p90), ("p95", p95)):
        assert figure(measures, plan, f"wait_s_{name}") == by_span(expected * MIN, np.nan, expected * MIN) | {
            key: pytest.approx(np.nan, nan_ok=True) for key in ("07 day", "07 week")
        }
        assert figure(measures, plan, f"sojourn_s_{name}")["04 day"] == expected * MIN


def test_a_wait_is_all_that_a_visit_waited_for_its_call(plan: Plan) -> None:
    """In every line of the hall, on every day; a supplement starts a new wait, and followers have none of their own."""
    leader = (
        (State.WAIT_GUIDANCE, at(8), at(8, 3), NEVER),  # 3 minutes
        (State.GUIDANCE, at(8, 3), at(8, 10), 1),
        (State.WAIT_INTAKE, at(8, 10), at(8, 14), NEVER),  # 4
        (State.WRONG_COUNTER, at(8, 14), at(8, 15), 0),
        (State.WAIT_INTAKE, at(8, 15), at(8, 20), NEVER),  # 5
        (State.RENEGED, at(8, 20), at(7, 30, day=3), NEVER),
        (State.WAIT_INTAKE, at(7, 30, day=3), at(7, 36, day=3), NEVER),  # 6, called for the first time
        (State.INTAKE, at(7, 36, day=3), at(7, 40, day=3), 0),
        (State.SUPPLEMENT, at(7, 40, day=3), at(9, day=3), NEVER),
        (State.WAIT_INTAKE, at(9, day=3), at(9, 8, day=3), NEVER),  # 8, called once more
        (State.INTAKE, at(9, 8, day=3), at(9, 10, day=3), 0),
    )
    follower = (
        (State.PARTY, at(8), at(7, 40, day=3), NEVER),
        (State.INTAKE, at(7, 40, day=3), at(7, 45, day=3), 0),
    )
    trace = told(
        plan,
        Life(leader, received=at(9, 10, day=3), settled=at(9, 10, day=3)),
        Life(follower, received=at(7, 45, day=3), settled=at(7, 45, day=3), leads=False),
        Life(((State.WAIT_INTAKE, at(9), at(9, 30), NEVER), (State.RENEGED, at(9, 30), NEVER, NEVER))),
    )
    measures = measure(trace, plan)
    assert figure(measures, plan, "wait_s_mean")["07 day"] == (18 + 8) / 2 * MIN
    assert figure(measures, plan, "wait_s_p95")["07 day"] == 18 * MIN
    assert figure(measures, plan, "wait_over_limit_ratio")["04 period"] == 1 / 2
    assert np.isnan(figure(measures, plan, "wait_s_mean")["04 day"])
    assert figure(measures, plan, "wrong_counter_count") == by_span(1, 0, 1)
    assert figure(measures, plan, "supplement_count") == by_span(0, 1, 1)
    assert figure(measures, plan, "reneged_count") == by_span(2, 0, 2)


def test_who_comes_in_vain_is_counted_by_visits(plan: Plan) -> None:
    """A visit with a follower that gives up for good is one; who is away stays unserved until the return."""
    gone = (
        (State.BALKED, at(8), at(7, 30, day=3), NEVER),
        (State.SENT_HOME, at(7, 30, day=3), at(7, 30, day=3), NEVER),
        (State.GONE, at(7, 30, day=3), NEVER, NEVER),
    )
    follower = ((State.PARTY, at(8), at(7, 30, day=3), NEVER), (State.GONE, at(7, 30, day=3), NEVER, NEVER))
    measures = measure(told(plan, Life(gone), Life(follower, leads=False)), plan)
    assert figure(measures, plan, "balked_count") == by_span(1, 0, 1)
    assert figure(measures, plan, "sent_home_count") == by_span(0, 1, 1)
    assert figure(measures, plan, "gone_count") == by_span(0, 1, 1)
    assert figure(measures, plan, "unserved_count") == by_span(1, 1, 1)


def test_what_is_submitted_online_and_not_received_is_no_backlog_and_is_unsettled(plan: Plan) -> None:
    """Held by the portal over the weekend, looking for papers, or in the check since before the period."""
    held = (
        (State.WAIT_PORTAL, at(16), at(8, day=3), NEVER),
        (State.WAIT_CHECK, at(8, day=3), at(9, day=3), NEVER),
        (State.CHECK, at(9, day=3), at(10, day=3), 2),
    )
    incomplete = (
        (State.WAIT_CHECK, at(8), at(8), NEVER),
        (State.CHECK, at(8), at(9), 2),
        (State.SUPPLEMENT, at(9), NEVER, NEVER),
    )
    trace = told(
        plan,
        Life(held, received=at(10, day=3), settled=at(10, day=3)),
        Life(incomplete),
        Life(((State.WAIT_CHECK, -at(1), at(7, 30, day=3), NEVER),), received=at(8, day=3), entry=Stage.CHECK),
        Life(((State.BACK_OFFICE, at(9), at(9, 30), 2),), received=at(9), settled=at(9, 30)),
    )
    measures = measure(trace, plan)
    assert figure(measures, plan, "submitted_count") == by_span(3, 1, 1)
    assert figure(measures, plan, "backlog_count") == by_span(0, 1, 1)
    assert figure(measures, plan, "unsettled_count") == by_span(3, 2, 2)


def test_whom_a_plan_drives_away_is_unsettled_with_all_that_they_brought(plan: Plan) -> None:
    """One gives up with two records, one looks for papers, one is still in the hall: no backlog, four unsettled."""
    gone = ((State.RENEGED, at(8), at(8), NEVER), (State.GONE, at(8), NEVER, NEVER))
    along = ((State.PARTY, at(8), at(8), NEVER), (State.GONE, at(8), NEVER, NEVER))
    looking = ((State.INTAKE, at(8), at(9), 0), (State.SUPPLEMENT, at(9), NEVER, NEVER))
    inside = ((State.WAIT_INTAKE, at(8, day=3), NEVER, NEVER),)
    measures = measure(told(plan, Life(gone), Life(along, leads=False), Life(looking), Life(inside)), plan)
    assert figure(measures, plan, "unsettled_count") == by_span(3, 4, 4)
    assert figure(measures, plan, "backlog_count") == by_span(0, 0, 0)
    assert figure(measures, plan, "submitted_count") == by_span(0, 0, 0)


def test_whom_a_plan_keeps_out_is_not_on_time_among_all(plan: Plan) -> None:
    """Of two on Friday one is sent home and settled on Monday, on the day of its receipt: late all the same."""
    away = ((State.SENT_HOME, at(9), at(7, 30, day=3), NEVER), (State.INTAKE, at(7, 30, day=3), at(8, day=3), 0))
    trace = told(
        plan,
        served(at(8), called=at(8), received=at(9), started=at(9), settled=at(10)),
        Life(away, received=at(8, day=3), settled=at(9, day=3)),
    )
    measures = measure(trace, plan)
    assert figure(measures, plan, "on_time_ratio") == by_span(1, 1, 1)
    assert figure(measures, plan, "on_time_all_ratio") == by_span(1 / 2, 0, 1 / 2)
    # Of what was left over from Thursday, and is settled on Friday, none was; who gave up stays late.
    gone = ((State.BALKED, at(9), at(9), NEVER), (State.GONE, at(9), NEVER, NEVER))
    old = Life(((State.BACK_OFFICE, -at(10), at(8), 2),), received=-at(10), settled=at(8), entry=Stage.BACK_OFFICE)
    measures = measure(told(plan, old, Life(gone)), plan)
    assert figure(measures, plan, "on_time_all_ratio") == by_span(0, 0, 0)


def test_who_waits_for_the_result_has_waits_of_its_own(plan: Plan) -> None:
    """Twenty minutes on Friday and ten on Monday for one; one has not come yet, and one has none to come for."""
    stints = (
        (State.BACK_OFFICE, at(8), at(9), 2),
        (State.COLLECT, at(9), at(16), NEVER),
        (State.WAIT_HANDOVER, at(16), at(16, 20), NEVER),
        (State.RENEGED, at(16, 20), at(7, 30, day=3), NEVER),
        (State.WAIT_HANDOVER, at(7, 30, day=3), at(7, 40, day=3), NEVER),
        (State.HANDOVER, at(7, 40, day=3), at(7, 45, day=3), 0),
    )
    later = ((State.BACK_OFFICE, at(8), at(9), 3), (State.COLLECT, at(9), NEVER, NEVER))
    trace = told(
        plan,
        Life(stints, received=at(8), settled=at(9)),
        Life(later, received=at(8), settled=at(9)),
        served(at(8), called=at(8), received=at(9), started=at(9), settled=at(10)),
    )
    measures = measure(trace, plan)
    assert figure(measures, plan, "handover_count") == by_span(0, 1, 1)
    for name in ("mean", "p50", "p90", "p95"):
        assert figure(measures, plan, f"handover_wait_s_{name}")["04 period"] == 30 * MIN
    assert figure(measures, plan, "uncollected_count") == by_span(2, 1, 1)
    assert figure(measures, plan, "wait_s_mean")["04 period"] == 0


@given(st.data())
def test_what_is_unsettled_is_in_one_place(data: st.DataObject) -> None:
    """At each close every record that has come is settled, backlog, submitted, in the hall, looking, away or gone."""
    trace, plan = random_trace(data)
    measures = measure(trace, plan)
    first: dict[int, int] = {}
    for record, state, *_ in trace.stints.tolist():
        first.setdefault(record, state)
    for number, span in enumerate(spans(plan.hours, plan.session_days)):
        states = {record: state for record, state, start, *_ in trace.stints.tolist() if start < span.end}
        open_ = [each for each in states if not 0 <= trace.settled[each] < span.end]
        received = [each for each in open_ if trace.received[each] != NEVER or trace.workload.entry[each] > Stage.CHECK]
        backlog = [each for each in received if trace.received[each] < span.end]
        submitted = [each for each in open_ if first[each] in _ONLINE and each not in backlog]
        rest = [states[each] for each in open_ if each not in backlog and each not in submitted]
        assert set(rest) <= {*_IN_HALL, *AWAY_STATES, State.SUPPLEMENT, State.GONE}
        assert measures.unsettled_count[number] == len(backlog) + len(submitted) + len(rest)
        assert measures.backlog_count[number] == len(backlog)
        assert measures.submitted_count[number] == len(submitted)


_ONLINE = {State.WAIT_PORTAL, State.WAIT_CHECK}
_IN_HALL = {State.WAIT_GUIDANCE, State.GUIDANCE, State.WAIT_INTAKE, State.PARTY, *COUNTER_STATES}


def test_records_of_the_first_day_are_carried_over_and_not_received_again(plan: Plan) -> None:
    """They are backlog from the start, also those received at tick 0 or one tick before, and age from their receipt."""
    trace = told(plan, carried_over(0), carried_over(1), carried_over(at(10)))
    measures = measure(trace, plan)
    assert figure(measures, plan, "received_count") == by_span(0, 0, 0)
    assert figure(measures, plan, "backlog_count") == by_span(3, 3, 3)
    assert figure(measures, plan, "backlog_age_h_mean")["04 day"] == pytest.approx(24 + (0 + 1 / 60 + 10) / 3)
    # Those of Thursday were due then; that of tick 0 on Friday at 17:00.
    assert figure(measures, plan, "backlog_overdue_count")["04 day"] == 3
    assert figure(measures, plan, "on_time_ratio")["04 day"] == 0


def test_records_submitted_online_are_counted_when_they_are_received(plan: Plan) -> None:
    """A record that never was at a counter is one of them, checked or not; one of the first day is not."""
    checked = ((State.WAIT_CHECK, at(8), at(9), NEVER), (State.CHECK, at(9), at(10), 2))
    unchecked = ((State.WAIT_BACK_OFFICE, at(20), NEVER, NEVER),)
    trace = told(
        plan,
        Life(checked, received=at(10), settled=at(10)),
        Life(unchecked, received=at(20)),
        carried_over(at(1)),
        served(at(9), called=at(9), received=at(9, 5), started=at(9, 5), settled=at(9, 6)),
    )
    measures = measure(trace, plan)
    assert figure(measures, plan, "online_received_count") == by_span(2, 0, 2)
    assert figure(measures, plan, "received_count") == by_span(3, 0, 3)
    assert figure(measures, plan, "sojourn_s_p90")["04 day"] == 2 * H
