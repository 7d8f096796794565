"""The written order at its edges, people and places: lives of a handful of records, told in advance by hand."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np

from sim.scenario.people import Stage
from sim.trace import NEVER
from tests.laws.strategies import FRIDAY, procedure
from tests.sim.by_hand import HALF, Record, centre, life, run, staff_of
from tests.sim.told import MONDAY, at

TO_MONDAY = {"first_day": FRIDAY, "last_day": MONDAY}


def at_desk(arrival: int, work: int, **more: Any) -> Record:
    """Return a record that is submitted online, and received at once."""
    return Record(arrival, is_online=True, back_office=work, **more)


# --- the end of a shift


def test_work_that_ends_with_the_shift_is_finished() -> None:
    """What needs the last minute before lunch and no more is settled at 11:30."""
    trace = run(centre(), at_desk(at(11, 20), 10))
    assert life(trace) == "WAIT_BACK_OFFICE 11:20, BACK_OFFICE/2 11:20, done 11:30"
    assert trace.settled.tolist() == [at(11, 30)]


def test_work_that_would_last_into_lunch_is_put_down_and_taken_over() -> None:
    """A more urgent record occupies person 2 after lunch, and a colleague does what was left of the first."""
    trace = run(centre(), at_desk(at(11, 20), 30), at_desk(at(12), 60, priority=-1))
    assert life(trace, 0) == (
        "WAIT_BACK_OFFICE 11:20, BACK_OFFICE/2 11:20, WAIT_BACK_OFFICE 11:30, BACK_OFFICE/3 13:30, done 13:50"
    )
    assert life(trace, 1) == "WAIT_BACK_OFFICE 12:00, BACK_OFFICE/2 13:30, done 14:30"


def test_what_was_put_down_stands_in_line_where_it_stood() -> None:
    """It joined at 11:20, before all that came over lunch, and is taken first."""
    trace = run(centre(staff=staff_of(("back-office",))), at_desk(at(11, 20), 20), at_desk(at(11, 25), 5))
    assert life(trace, 0).endswith("WAIT_BACK_OFFICE 11:30, BACK_OFFICE/0 13:30, done 13:40")
    assert life(trace, 1) == "WAIT_BACK_OFFICE 11:25, BACK_OFFICE/0 13:40, done 13:45"


def test_the_remainder_of_work_is_rounded_up() -> None:
    """Seven minutes of work take 10 in unpractised hands; 3 done leave seven tenths of 7, that is 5, which take 7."""
    plan = centre(learning={"first_day_factor": 1.5, "halving_working_days": 1000})
    trace = run(plan, at_desk(at(11, 27), 7))
    assert life(trace) == (
        "WAIT_BACK_OFFICE 11:27, BACK_OFFICE/2 11:27, WAIT_BACK_OFFICE 11:30, BACK_OFFICE/2 13:30, done 13:37"
    )


def test_a_visit_at_hand_is_finished_past_lunch_and_past_the_day() -> None:
    """Who was called a minute before lunch, or before the end of the day, is served to the end."""
    trace = run(centre(), Record(at(11, 29), intake=10), Record(at(16, 59), intake=200))
    assert life(trace, 0) == "WAIT_INTAKE 11:29, INTAKE/0 11:29, done 11:39"
    assert life(trace, 1) == "WAIT_INTAKE 16:59, INTAKE/0 16:59, done 20:19"


def test_nobody_is_called_at_the_tick_at_which_the_shift_ends() -> None:
    """The officer is free again at 11:30, and that is too late for who waits since 11:25."""
    plan = centre(staff=staff_of(("intake",)))
    trace = run(plan, Record(at(11, 20), intake=10), Record(at(11, 25), intake=5))
    assert life(trace, 1) == "WAIT_INTAKE 11:25, INTAKE/0 13:30, done 13:35"


def test_who_overran_up_to_the_next_shift_starts_it_in_the_order_of_numbers() -> None:
    """Officer 1's visit ends as both start the afternoon: officer 0 has the lower number, and calls."""
    trace = run(centre(), Record(at(8), intake=209), Record(at(11), intake=150), Record(at(11, 40), intake=5))
    assert life(trace, 1) == "WAIT_INTAKE 11:00, INTAKE/1 11:00, done 13:30"
    assert life(trace, 2) == "WAIT_INTAKE 11:40, INTAKE/0 13:30, done 13:35"


def test_who_overran_into_the_next_shift_is_on_shift_like_any_other() -> None:
    """Officer 0 leaves the only counter in the afternoon; officer 1 is free, too, but has the higher number."""
    trace = run(centre(counters=1), Record(at(11), intake=155), Record(at(11, 40), intake=5))
    assert life(trace, 1) == "WAIT_INTAKE 11:40, INTAKE/0 13:35, done 13:40"


def test_who_overran_past_the_shift_leaves_the_counter_to_a_colleague() -> None:
    """Officer 0 goes to lunch late; the only counter goes at once to officer 1, who covers lunch that day."""
    cover = TO_MONDAY | {"people": {"intake": 1}}
    plan = centre(counters=1, plans={"as-usual": {"title": "As usual", "lunch": (cover,)}})
    assert plan.overtime[:, 0].tolist() == [0, 1]  # Friday, Monday
    trace = run(plan, Record(at(8, day=3), intake=220), Record(at(11, 35, day=3), intake=5))
    assert life(trace, 0) == "WAIT_INTAKE Mon 08:00, INTAKE/0 Mon 08:00, done Mon 11:40"
    assert life(trace, 1) == "WAIT_INTAKE Mon 11:35, INTAKE/1 Mon 11:40, done Mon 11:45"


def test_a_shift_takes_the_place_of_one_before_that_would_still_serve_the_hall() -> None:
    """Who would serve the hall until ten has a further shift, until half past nine: after that nobody is called."""
    shifts = [(0, at(8), at(9), at(10)), (0, at(9, 15), at(9, 30), at(9, 30))]
    plan = replace(centre(), shifts=np.array(shifts, dtype=np.int64))
    trace = run(plan, Record(at(9, 5), intake=1), Record(at(9, 40), intake=1))
    assert life(trace, 0) == "WAIT_INTAKE 09:05, INTAKE/0 09:05, done 09:06"
    assert life(trace, 1).startswith("WAIT_INTAKE 09:40, SENT_HOME 17:00")


# --- who is there


def test_who_is_absent_does_nothing_all_day() -> None:
    """Person 0 is absent on Friday, morning and afternoon, and there on Monday."""
    group = {"people": 2, "skills": ("intake",), "absence_ratio": 0.5}
    records = [Record(at(hour, day=day), intake=5) for day, hour in ((0, 8), (0, 14), (3, 8))]
    trace = run(centre(staff={"intake": group}), *records, absent=((0, 0, 0),))
    assert [life(trace, record).split("/")[1][0] for record in range(3)] == ["1", "1", "0"]


def test_a_session_on_a_saturday_opens_the_doors() -> None:
    """Who was sent home on Friday evening is back on Saturday morning, and one person of each group is there."""
    saturday = FRIDAY + timedelta(days=1)
    session = {
        "first_day": saturday,
        "last_day": saturday,
        "people": {"intake": 1, "back-office": 1},
        "opens": "09:00",
        "closes": "12:00",
    }
    plan = centre(plans={"as-usual": {"title": "Saturday", "sessions": (session,)}})
    trace = run(plan, Record(at(18), intake=5, back_office=200, return_offset=10))
    assert life(trace) == (
        "SENT_HOME 18:00, WAIT_INTAKE Sat 09:10, INTAKE/0 Sat 09:10, WAIT_BACK_OFFICE Sat 09:15, "
        "BACK_OFFICE/2 Sat 09:15, WAIT_BACK_OFFICE Sat 12:00, BACK_OFFICE/2 Mon 07:30, done Mon 08:05"
    )


def test_work_gets_slower_with_every_hour_of_the_day_lunch_included() -> None:
    """Tired by a half more each hour after the second: 10 minutes take 10 at 09:29, 15 from 10:30, 45 at 16:30."""
    plan = centre(fatigue={"after_h": 2, "growth_per_h": 0.5})
    starts = (at(9, 29), at(10, 30), at(16, 30), at(7, 30, day=3))
    trace = run(plan, *(Record(start, intake=10) for start in starts))
    assert (trace.settled - starts).tolist() == [10, 15, 45, 10]


def test_volunteers_make_intake_shorter_after_practice_and_each_rounds_down() -> None:
    """Seven minutes: half as long again is 10, half of that is 5; the work of others than intake stays."""
    plan = centre(
        learning={"first_day_factor": 1.5, "halving_working_days": 1000},
        volunteer_effect={"intake_factor": 0.5},
        plans={"as-usual": {"title": "V", "volunteers": (TO_MONDAY | {"teams": 1},)}},
    )
    trace = run(plan, Record(at(8), intake=7, back_office=7))
    assert life(trace) == ("WAIT_INTAKE 08:00, INTAKE/0 08:00, WAIT_BACK_OFFICE 08:05, BACK_OFFICE/2 08:05, done 08:15")


# --- who takes what


def test_the_lower_priority_number_comes_first_then_who_joined_then_the_record() -> None:
    """One officer: of those who wait when the visit at hand ends, the urgent one, then the earlier, then the lower."""
    plan = centre(staff=staff_of(("intake",)))
    waiting = [
        Record(at(8, 1), intake=1),
        Record(at(8, 1), intake=1),
        Record(at(8, 2), intake=1, priority=-1),
    ]
    trace = run(plan, Record(at(8), intake=10), *waiting)
    assert trace.settled.tolist() == [at(8, 10), at(8, 12), at(8, 13), at(8, 11)]


def test_what_a_group_prefers_comes_before_priority_and_joining() -> None:
    """Who prefers the desk takes a late record there before an urgent visit that waits longer."""
    plan = centre(staff=staff_of(("back-office", "intake")))
    trace = run(plan, at_desk(at(8), 10), Record(at(8, 1), intake=5, priority=-9), at_desk(at(8, 9), 10, priority=9))
    assert life(trace, 1) == "WAIT_INTAKE 08:01, INTAKE/0 08:20, done 08:25"
    assert life(trace, 2) == "WAIT_BACK_OFFICE 08:09, BACK_OFFICE/0 08:10, done 08:20"


def test_a_skill_for_one_procedure_is_for_that_one_alone() -> None:
    """Person 0 serves only the second procedure, first; person 1 all, in the order of joining."""
    kinds = {name: procedure(share=0.5, **HALF) for name in ("land", "birth")}
    plan = centre(procedures=kinds, staff=staff_of(("intake:birth",), ("intake",)))
    lands = [Record(at(8), intake=10), Record(at(8, 1), intake=10)]
    trace = run(plan, *lands, Record(at(8, 2), intake=5, procedure=1))
    assert life(trace, 0) == "WAIT_INTAKE 08:00, INTAKE/1 08:00, done 08:10"
    assert life(trace, 1) == "WAIT_INTAKE 08:01, INTAKE/1 08:10, done 08:20"
    assert life(trace, 2) == "WAIT_INTAKE 08:02, INTAKE/0 08:02, done 08:07"


def test_the_free_person_with_the_lowest_number_takes() -> None:
    """Persons 0 and 1 become free at the same tick, person 1 by the event that comes first: person 0 takes."""
    trace = run(centre(), Record(at(8), intake=10), Record(at(8, 1), intake=9), Record(at(8, 2), intake=1, priority=1))
    # Record 0's work ends first; what it frees is taken at once, before record 1's work ends.
    assert life(trace, 2) == "WAIT_INTAKE 08:02, INTAKE/0 08:10, done 08:11"


def test_a_counter_serves_intake_and_handover_and_guidance_needs_none() -> None:
    """With one counter the second officer can only guide; once it is free, intake is preferred to handover."""
    first = Record(at(8), intake=20)
    result = Record(at(8, 1), is_online=True, handover=5)
    trace = run(centre(counters=1), first, result, Record(at(8, 5), guidance=3, intake=1))
    assert life(trace, 1) == "COLLECT 08:01, WAIT_HANDOVER 08:01, HANDOVER/0 08:21, done 08:26"
    assert life(trace, 2) == ("WAIT_GUIDANCE 08:05, GUIDANCE/1 08:05, WAIT_INTAKE 08:08, INTAKE/0 08:20, done 08:21")


def test_a_desk_is_shared_by_check_and_back_office_and_whoever_signs_has_their_own() -> None:
    """With one desk the second person waits for it to check, and signs while it is taken."""
    records = [
        at_desk(at(8), 10),
        Record(at(8, 1), is_online=True, check=5),
        Record(at(8, 2), is_online=True, approval=5),
    ]
    trace = run(centre(desks=1), *records)
    assert trace.settled.tolist() == [at(8, 10), at(8, 15), at(8, 7)]


def test_without_counters_nobody_is_served() -> None:
    """No counter, no intake; who waits is sent home when the doors close, and again on Monday."""
    trace = run(centre(counters=0), Record(at(8), intake=5))
    assert life(trace) == "WAIT_INTAKE 08:00, SENT_HOME 17:00, WAIT_INTAKE Mon 07:30, SENT_HOME Mon 17:00"


# --- records of the first day


def test_records_of_the_first_day_stand_in_line_by_age() -> None:
    """The oldest comes first, and what waits for approval already waits for no signing."""
    plan = centre(staff=staff_of(("approval", "back-office")), signing_times=("12:00",))
    old = [
        Record(-120, back_office=10, entry=Stage.BACK_OFFICE),
        Record(-60, back_office=10, approval=5, entry=Stage.APPROVAL),
        Record(-60, back_office=10, entry=Stage.BACK_OFFICE),
    ]
    trace = run(plan, *old)
    assert life(trace, 1) == "WAIT_APPROVAL Thu 23:00, APPROVAL/0 07:30, done 07:35"
    assert trace.settled.tolist() == [at(7, 45), at(7, 35), at(7, 55)]
    assert trace.received.tolist() == [-120, -60, -60]
    assert NEVER not in trace.settled
