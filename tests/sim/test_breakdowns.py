"""Figures by procedure, stage, group and hour: by hand, and against the whole."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import InvariantError
from sim.measures import BREAKDOWNS, CAUSES, Breakdown, measure, spans
from sim.plan import Plan
from sim.trace import NEVER, State, Trace
from tests.laws.strategies import FRIDAY, constant, procedure, staff
from tests.sim.test_losses import random_trace
from tests.sim.told import BIT_PER_MIN, MONDAY, Life, at, plan_in_minutes, served, told

MIN = 60


def broken_down(trace: Trace, plan: Plan, kind: str) -> Breakdown:
    """Return one breakdown."""
    return measure(trace, plan, breakdowns=[kind]).breakdowns[kind]


def of(breakdown: Breakdown, figure: str, name: str) -> list[float]:
    """Return a figure of a part, by span: Friday, Monday, their weeks, the period."""
    found: list[float] = breakdown.figures[figure][:, breakdown.names.index(name)].tolist()
    return found


def test_nothing_is_broken_down_unasked() -> None:
    """Whoever wants none gets none; a kind that there is not is the caller's mistake."""
    plan = plan_in_minutes()
    assert measure(told(plan), plan).breakdowns == {}
    with pytest.raises(InvariantError, match="no such breakdown"):
        measure(told(plan), plan, breakdowns=["colour"])


def test_procedures_have_their_own_figures() -> None:
    """One record of each kind: the one settled in time on Friday, the other late on Monday."""
    kinds = {"one": procedure(share=0.5), "other": procedure(share=0.5)}
    plan = plan_in_minutes(procedures=kinds)
    trace = told(
        plan,
        served(at(8), called=at(8), received=at(9), started=at(9), settled=at(10)),
        served(at(8), called=at(8), received=at(9), started=at(9), settled=at(9, day=3), procedure=1),
    )
    found = broken_down(trace, plan, "procedure")
    assert found.names == ("one", "other")
    assert of(found, "received_count", "one") == [1, 0, 1, 0, 1]
    assert of(found, "settled_count", "other") == [0, 1, 0, 1, 1]
    assert of(found, "backlog_count", "other") == [1, 0, 1, 0, 0]
    assert of(found, "on_time_ratio", "other")[-1] == 0
    assert of(found, "on_time_ratio", "one")[-1] == 1
    assert of(found, "sojourn_s_p90", "one")[0] == 120 * MIN
    assert of(found, "on_time_completed_ratio", "one")[0] == 1
    assert of(found, "on_time_completed_ratio", "other")[1] == 0


def test_procedures_have_their_own_waits_and_hours_lost() -> None:
    """The one waits twenty minutes for a person; the other half an hour, gives up, and is incomplete online besides."""
    kinds = {"one": procedure(share=0.5), "other": procedure(share=0.5)}
    plan = plan_in_minutes(procedures=kinds, citizens={"waiting_limit_min": 15})
    left = ((State.WAIT_INTAKE, at(8), at(8, 30), NEVER), (State.RENEGED, at(8, 30), NEVER, NEVER))
    online = ((State.WAIT_CHECK, at(16), at(17), NEVER), (State.SUPPLEMENT, at(17), at(18), NEVER))
    trace = told(
        plan,
        served(at(8), called=at(8, 20), received=at(9), started=at(9), settled=at(10)),
        Life(left, procedure=1),
        Life((*online, (State.WAIT_CHECK, at(18), at(18), NEVER)), procedure=1, received=at(18), settled=at(18)),
        served(at(9), called=at(9), received=at(10), started=at(10), settled=at(11), procedure=1),
    )
    found = broken_down(trace, plan, "procedure")
    assert of(found, "wait_s_p95", "one")[0] == 20 * MIN
    assert of(found, "wait_over_limit_ratio", "one")[0] == 1
    assert of(found, "wait_s_p50", "other")[0] == 0
    assert of(found, "wait_over_limit_ratio", "other")[0] == 0
    assert of(found, "unserved_count", "other") == [1] * 5
    assert of(found, "unsettled_count", "other") == [1] * 5
    assert of(found, "unsettled_count", "one") == [0] * 5
    assert of(found, "lost_h_person_intake", "one")[0] == pytest.approx(20 / 60)
    assert of(found, "lost_h_person_intake", "other")[0] == pytest.approx(30 / 60)
    assert of(found, "lost_h_person_check", "other")[0] == pytest.approx(60 / 60)
    assert of(found, "lost_h_citizen", "other")[0] == pytest.approx((24 * 60 - 510 + 60) / 60)
    assert of(found, "lost_h_citizen", "one") == [0] * 5


def test_a_place_is_taken_by_records_of_every_procedure() -> None:
    """The only counter is taken by one procedure while the other waits with an officer idle."""
    kinds = {"one": procedure(share=0.5), "other": procedure(share=0.5)}
    plan = plan_in_minutes(procedures=kinds, counters=1)
    trace = told(
        plan,
        Life(((State.INTAKE, at(8), at(9), 0),), received=at(9), settled=at(9)),
        Life(
            ((State.WAIT_INTAKE, at(8, 30), at(9), NEVER), (State.INTAKE, at(9), at(9, 5), 0)),
            received=at(9, 5),
            settled=at(9, 5),
            procedure=1,
        ),
    )
    found = broken_down(trace, plan, "procedure")
    assert of(found, "lost_h_counter", "other")[0] == pytest.approx(0.5)
    assert of(found, "lost_h_counter", "one")[0] == 0
    assert of(broken_down(trace, plan, "stage"), "lost_h_counter", "intake")[0] == pytest.approx(0.5)


def test_stages_have_lines_of_their_own() -> None:
    """Work put down is not served; a wait ends when somebody takes the record up, and not by leaving."""
    plan = plan_in_minutes()
    stints = (
        (State.WAIT_INTAKE, at(8), at(8, 10), NEVER),
        (State.INTAKE, at(8, 10), at(8, 20), 0),
        (State.WAIT_BACK_OFFICE, at(8, 20), at(11), NEVER),
        (State.BACK_OFFICE, at(11), at(11, 30), 2),
        (State.WAIT_BACK_OFFICE, at(11, 30), at(13, 30), NEVER),
        (State.BACK_OFFICE, at(13, 30), at(14), 2),
    )
    left = ((State.WAIT_INTAKE, at(8), at(8, 30), NEVER), (State.RENEGED, at(8, 30), NEVER, NEVER))
    under_way = ((State.WAIT_INTAKE, at(9), at(9), NEVER), (State.INTAKE, at(9), NEVER, 1))
    trace = told(plan, Life(stints, received=at(8, 20), settled=at(14)), Life(left), Life(under_way))
    found = broken_down(trace, plan, "stage")
    assert found.names == ("guidance", "intake", "check", "back-office", "approval", "handover")
    assert [of(found, "served_count", name)[0] for name in found.names] == [0, 1, 0, 1, 0, 0]
    assert of(found, "wait_s_mean", "intake")[0] == 5 * MIN  # ten minutes and none; the one who left was not served
    assert of(found, "wait_s_p90", "back-office")[0] == 160 * MIN
    assert of(found, "line_mean", "intake")[0] == pytest.approx(40 / 570)
    assert of(found, "line_mean", "back-office")[0] == pytest.approx(280 / 570)
    assert np.isnan(of(found, "wait_s_mean", "check")[0])


def test_stages_have_waits_over_the_limit_hours_lost_and_lines_at_close() -> None:
    """The limit is for the hall; who waits for the signatory, or to be laid before them, is in the line of approval."""
    plan = plan_in_minutes(
        procedures={"only": procedure(approval_min=constant(5))},
        citizens={"waiting_limit_min": 15},
        signing_times=("8:30",),
    )
    visit = (
        (State.WAIT_INTAKE, at(8), at(8, 20), NEVER),
        (State.INTAKE, at(8, 20), at(8, 30), 0),
        (State.WAIT_SCANNER, at(8, 30), at(8, 33), 0),
        (State.SCAN, at(8, 33), at(8, 40), 0),
        (State.UPLOAD, at(8, 40), at(8, 45), 0),
        (State.WAIT_SIGNING, at(8, 45), at(8, 30, day=3), NEVER),
        (State.WAIT_APPROVAL, at(8, 30, day=3), NEVER, NEVER),
    )
    at_once = ((State.WAIT_INTAKE, at(9), at(9), NEVER), (State.INTAKE, at(9), at(9, 5), 1))
    online = (
        (State.WAIT_PORTAL, at(9), at(9, 10), NEVER),
        (State.WAIT_CHECK, at(9, 10), at(9, 30), NEVER),
        (State.CHECK, at(9, 30), NEVER, 2),
    )
    upload_bit = 5 * BIT_PER_MIN
    trace = told(plan, Life(visit, received=at(8, 45), upload_bit=upload_bit), Life(at_once), Life(online))
    found = broken_down(trace, plan, "stage")
    assert of(found, "wait_s_p50", "intake")[0] == 0
    assert of(found, "wait_s_p95", "intake")[0] == 20 * MIN
    assert of(found, "wait_over_limit_ratio", "intake")[0] == 0.5
    assert np.isnan(of(found, "wait_over_limit_ratio", "check")).all()
    assert of(found, "line_count", "approval") == [1] * 5
    assert of(found, "line_count", "intake") == [0] * 5
    assert of(found, "lost_h_person_intake", "intake")[0] == pytest.approx(20 / 60)
    assert of(found, "lost_h_scanner", "intake")[0] == pytest.approx(3 / 60)
    assert of(found, "lost_h_link", "intake")[0] == pytest.approx(5 / 60)
    assert of(found, "lost_h_outage", "check")[0] == pytest.approx(10 / 60)
    assert of(found, "lost_h_person_check", "check")[0] == pytest.approx(20 / 60)
    assert of(found, "lost_h_signature", "approval")[0] == pytest.approx((165 + 210) / 60)
    assert of(found, "lost_h_person_guidance", "guidance") == [0] * 5


def test_groups_have_hours_of_their_own() -> None:
    """Of two officers one stays until 19:00; at the desks somebody works for an hour."""
    evening = {"first_day": FRIDAY, "last_day": MONDAY, "people": {"intake": 1}, "until": "19:00"}
    plan = plan_in_minutes(plans={"as-usual": {"title": "T", "evening": (evening,)}})
    trace = told(plan, Life(((State.BACK_OFFICE, at(8), at(9), 3),), received=at(8), settled=at(9)))
    found = broken_down(trace, plan, "group")
    assert found.names == ("intake", "back-office")
    assert of(found, "overtime_h", "intake") == pytest.approx([2, 2, 2, 2, 4])
    assert of(found, "overtime_h", "back-office") == [0] * 5
    assert of(found, "utilisation_ratio", "back-office")[0] == pytest.approx(60 / 900)
    assert of(found, "labour_day_h_max", "intake")[0] == pytest.approx(9.5)
    assert of(found, "labour_day_h_max", "back-office")[0] == pytest.approx(7.5)


def test_a_centre_without_people_has_groups_without_hours() -> None:
    """A group of nobody has no use of hours, and no overtime."""
    plan = plan_in_minutes(staff=staff(intake=0, back_office=0))
    waiting = Life(((State.WAIT_INTAKE, at(8), NEVER, NEVER),))
    found = broken_down(told(plan, waiting), plan, "group")
    assert of(found, "overtime_h", "intake") == [0] * 5
    assert np.isnan(of(found, "utilisation_ratio", "intake")).all()


def test_hours_of_the_day() -> None:
    """Arrivals by the hour of arrival, waits by the hour of the call, those who wait by the clock; a return is none."""
    plan = plan_in_minutes()
    away = (
        (State.SENT_HOME, at(17, 30), at(7, 40, day=3), NEVER),
        (State.WAIT_INTAKE, at(7, 40, day=3), at(8, day=3), NEVER),
        (State.INTAKE, at(8, day=3), at(8, 5, day=3), 0),
    )
    trace = told(
        plan,
        served(at(8, 30), called=at(9, 15), received=at(9, 20), started=at(9, 20), settled=at(9, 30)),
        Life(away, received=at(8, 5, day=3), settled=at(8, 5, day=3)),
        Life(((State.PARTY, at(9), NEVER, NEVER),), leads=False),
    )
    found = broken_down(trace, plan, "hour")
    assert len(found.names) == 24
    assert of(found, "arrivals_count", "08:00") == [1, 0, 1, 0, 1]
    assert of(found, "arrivals_count", "17:00") == [1, 0, 1, 0, 1]
    assert sum(of(found, "arrivals_count", name)[-1] for name in found.names) == 2
    assert of(found, "waiting_mean", "08:00") == pytest.approx([30 / 60, 0, 30 / 60, 0, 30 / 120])
    assert of(found, "waiting_mean", "07:00")[1] == pytest.approx(20 / 60)
    assert of(found, "wait_s_mean", "09:00")[0] == 45 * MIN
    assert of(found, "wait_s_mean", "08:00")[1] == 20 * MIN
    assert np.isnan(of(found, "wait_s_mean", "10:00")[0])


def test_hours_of_the_day_have_percentiles_backlog_and_use() -> None:
    """Three calls in one hour after 0, 10 and 30 minutes; a record is backlog for half of the hour after."""
    plan = plan_in_minutes(citizens={"waiting_limit_min": 15})
    trace = told(
        plan,
        served(at(8), called=at(8), received=at(8, 10), started=at(8, 10), settled=at(8, 10)),
        served(at(8), called=at(8, 10), received=at(8, 30), started=at(8, 30), settled=at(8, 30)),
        served(at(8), called=at(8, 30), received=at(9), started=at(9), settled=at(9, 30)),
    )
    found = broken_down(trace, plan, "hour")
    assert of(found, "wait_s_p50", "08:00")[0] == 10 * MIN
    assert of(found, "wait_s_p90", "08:00")[0] == 30 * MIN
    assert of(found, "wait_over_limit_ratio", "08:00")[0] == pytest.approx(1 / 3)
    assert np.isnan(of(found, "wait_over_limit_ratio", "09:00")[0])
    assert of(found, "backlog_mean", "09:00") == pytest.approx([30 / 60, 0, 30 / 60, 0, 30 / 120])
    assert of(found, "utilisation_ratio", "08:00")[0] == pytest.approx(60 / 240)
    assert of(found, "utilisation_ratio", "09:00")[0] == pytest.approx(30 / 240)
    assert np.isnan(of(found, "utilisation_ratio", "12:00")[0])


_OF_RECORDS = (
    "received_count",
    "settled_count",
    "backlog_count",
    "backlog_overdue_count",
    "submitted_count",
    "unsettled_count",
)
_OF_VISITS = ("sent_home_count", "gone_count", "unserved_count", "supplement_count")
_LOST = tuple(f"lost_h_{cause}" for cause in CAUSES)


@given(st.data())
def test_the_parts_add_up_to_the_whole(data: st.DataObject) -> None:
    """Counts and hours of all parts together are those of the centre, span by span."""
    trace, plan = random_trace(data)
    whole = measure(trace, plan, breakdowns=BREAKDOWNS)
    for kind, figures in (
        ("procedure", (*_OF_RECORDS, *_OF_VISITS, *_LOST)),
        ("group", ("overtime_h", "lunch_h", "labour_breach_count")),
        ("person", ("overtime_h", "lunch_h", "labour_breach_count")),
        ("stage", tuple(name for name in _LOST if name not in {"lost_h_citizen", "lost_h_closed"})),
    ):
        for figure in figures:
            together = whole.breakdowns[kind].figures[figure].sum(axis=1)
            assert together.tolist() == pytest.approx(getattr(whole, figure).tolist(), abs=1e-9), figure
    for breakdown in whole.breakdowns.values():
        shapes = {values.shape for values in breakdown.figures.values()}
        assert shapes == {(len(spans(plan.hours, plan.session_days)), len(breakdown.names))}
