"""The written order at its edges: traces of a handful of records, told in advance by hand."""

from datetime import datetime

from sim.plan import Plan, Station
from sim.trace import Trace
from tests.laws.strategies import FRIDAY
from tests.sim.by_hand import BIT_PER_MIN, MONDAY, at, plan_in_minutes, run


def test_an_upload_that_is_through_is_not_held_up_by_the_link_going_down() -> None:
    """The last bit passes at the very tick at which the link goes down: the record is received at that tick."""
    fault = {"starts": datetime(2025, 7, 4, 8, 3), "ends": datetime(2025, 7, 4, 9), "capacity_ratio": 0}  # noqa: DTZ001 - local
    plan = plan_in_minutes(link={"mbit_per_s": BIT_PER_MIN / 60e6, "faults": (fault,)})
    trace = run(plan, (at(8), 0, 3 * BIT_PER_MIN, 5))
    assert trace.received.tolist() == [at(8, 3)]


def visits_by_officer(trace: Trace, plan: Plan) -> list[tuple[int, int]]:
    """Return (officer, record) for each visit, by officer and time."""
    spells = trace.spells[plan.station[trace.spells[:, 0]] == Station.INTAKE]
    return [(person, record) for person, _, _, record in spells.tolist()]


def test_who_overran_up_to_the_next_shift_starts_it_in_the_order_of_numbers() -> None:
    """Officer 1's visit ends as both start the afternoon: officer 0 has the lower number, and calls."""
    plan = plan_in_minutes()
    until_noon, over_lunch, next_in_line = (at(8), 209, 0, 0), (at(11), 150, 0, 0), (at(11, 40), 5, 0, 0)
    trace = run(plan, until_noon, over_lunch, next_in_line)
    assert trace.called.tolist() == [at(8), at(11), at(13, 30)]
    assert visits_by_officer(trace, plan) == [(0, 0), (0, 2), (1, 1)]


def test_who_overran_into_the_next_shift_is_on_shift_like_any_other() -> None:
    """Officer 0 leaves the only counter in the afternoon; officer 1 is free, too, but has the higher number."""
    plan = plan_in_minutes(counters=1)
    trace = run(plan, (at(11), 155, 0, 0), (at(11, 40), 5, 0, 0))
    assert trace.called.tolist() == [at(11), at(13, 35)]
    assert visits_by_officer(trace, plan) == [(0, 0), (0, 1)]


def test_who_overran_past_the_shift_leaves_the_counter_to_a_colleague() -> None:
    """Officer 0 goes to lunch late; the only counter goes at once to officer 1, who covers lunch that day."""
    cover = {"first_day": FRIDAY, "last_day": MONDAY, "intake": 1, "back_office": 0}
    plan = plan_in_minutes(counters=1, plans={"as-usual": {"title": "As usual", "lunch": (cover,)}})
    assert plan.overtime[:, 0].tolist() == [0, 1]  # Friday, Monday
    trace = run(plan, (at(8, day=3), 220, 0, 0), (at(11, 35, day=3), 5, 0, 0))
    assert trace.called.tolist() == [at(8, day=3), at(11, 40, day=3)]
    assert visits_by_officer(trace, plan) == [(0, 0), (1, 1)]
