"""The written order at its edges, the hall: doors, patience, full lines, wrong counters, parties, further visits."""

from tests.laws.strategies import FRIDAY
from tests.sim.by_hand import Record, centre, life, run, staff_of
from tests.sim.told import at

ONE_OFFICER = staff_of(("intake", "handover"))
BUSY_TILL_9 = Record(at(8), intake=60)


# --- doors


def test_people_queue_from_midnight_of_a_working_day_on() -> None:
    """Who comes on Sunday night is sent home, who comes a minute later, on Monday, waits for the opening."""
    trace = run(centre(), Record(at(23, 59, day=2), intake=5, return_offset=30), Record(at(0, day=3), intake=5))
    assert life(trace, 0) == "SENT_HOME Sun 23:59, WAIT_INTAKE Mon 08:00, INTAKE/0 Mon 08:00, done Mon 08:05"
    assert life(trace, 1) == "WAIT_INTAKE Mon 00:00, INTAKE/0 Mon 07:30, done Mon 07:35"


def test_the_tick_of_the_last_entry_is_too_late() -> None:
    """A minute before five one may come in and is called; at five one is sent home."""
    trace = run(centre(), Record(at(16, 59), intake=5), Record(at(17), intake=5))
    assert life(trace, 0) == "WAIT_INTAKE 16:59, INTAKE/0 16:59, done 17:04"
    assert life(trace, 1) == "SENT_HOME 17:00, WAIT_INTAKE Mon 07:30, INTAKE/0 Mon 07:30, done Mon 07:35"


def test_who_still_waits_at_closing_is_sent_home() -> None:
    """Without a time up to which those inside are served, closing is when the last counter closes."""
    plan = centre(staff=ONE_OFFICER)
    trace = run(plan, Record(at(16), intake=90), Record(at(16, 30), intake=5))
    assert life(trace, 1).startswith("WAIT_INTAKE 16:30, SENT_HOME 17:00, WAIT_INTAKE Mon 07:30")


def test_who_is_inside_at_closing_is_served_up_to_a_time() -> None:
    """Inside before five: called until half past, then sent home; nobody comes in any more, and desks are left."""
    hours = {"morning": ("07:30", "11:30"), "afternoon": ("13:30", "17:00"), "inside_served_until": "17:30"}
    plan = centre(staff=staff_of(("intake", "back-office")), hours=hours)
    called = Record(at(16, 50), intake=39, back_office=1)
    last = Record(at(16, 51), intake=20)
    trace = run(plan, called, last, Record(at(16, 52), intake=5), Record(at(17), intake=5, n_tries=1))
    assert life(trace, 0) == (
        "WAIT_INTAKE 16:50, INTAKE/0 16:50, WAIT_BACK_OFFICE 17:29, BACK_OFFICE/0 Mon 07:30, done Mon 07:31"
    )
    assert life(trace, 1) == "WAIT_INTAKE 16:51, INTAKE/0 17:29, done 17:49"
    assert life(trace, 2) == (
        "WAIT_INTAKE 16:52, SENT_HOME 17:30, WAIT_INTAKE Mon 07:30, INTAKE/0 Mon 07:31, done Mon 07:36"
    )
    assert life(trace, 3) == "SENT_HOME 17:00, GONE 17:00"


def test_who_was_guided_past_closing_is_sent_home_and_not_guided_again() -> None:
    """Guidance ends after the hall was cleared; on Monday the visit joins the line of the counters at once."""
    trace = run(centre(), Record(at(16, 50), guidance=10, intake=5))
    assert life(trace) == (
        "WAIT_GUIDANCE 16:50, GUIDANCE/0 16:50, SENT_HOME 17:00, "
        "WAIT_INTAKE Mon 07:30, INTAKE/0 Mon 07:30, done Mon 07:35"
    )


def test_an_evening_keeps_the_doors_open_and_nobody_is_called_as_it_ends() -> None:
    """One officer stays until six: who comes before is let in, and sent home if the visit before ends only then."""
    evening = {"first_day": FRIDAY, "last_day": FRIDAY, "people": {"group-0": 1}, "until": "18:00"}
    plans = {"as-usual": {"title": "E", "evening": (evening,)}}
    plan = centre(staff=staff_of(("guidance", "intake")), plans=plans)
    trace = run(plan, Record(at(17, 55), intake=5), Record(at(17, 58), intake=5))
    assert (
        life(trace, 1)
        == "WAIT_INTAKE 17:58, SENT_HOME 18:00, WAIT_INTAKE Mon 07:30, INTAKE/0 Mon 07:30, done Mon 07:35"
    )


# --- patience


def test_who_is_called_at_the_tick_at_which_patience_ends_has_been_called() -> None:
    """The visit at hand ends at nine, when a patience of 30 minutes ends, too: what ends comes first."""
    plan = centre(staff=ONE_OFFICER)
    trace = run(plan, BUSY_TILL_9, Record(at(8, 30), intake=5, patience=30), Record(at(8, 31), intake=5, patience=30))
    assert life(trace, 1) == "WAIT_INTAKE 08:30, INTAKE/0 09:00, done 09:05"
    assert life(trace, 2).startswith("WAIT_INTAKE 08:31, RENEGED 09:01, WAIT_INTAKE Mon 07:30")


def test_patience_that_ends_with_the_opening_ends_before_it() -> None:
    """A shift that begins at that tick is too late: who leaves comes before who comes."""
    trace = run(centre(), Record(at(7), intake=5, patience=30, n_tries=1))
    assert life(trace) == "WAIT_INTAKE 07:00, RENEGED 07:30, GONE 07:30"


def test_patience_begins_anew_with_every_line() -> None:
    """Twenty minutes in the line for guidance and twenty-five in that for the counter do not wear out thirty."""
    plan = centre(staff=staff_of(("guidance",), ("intake",)))
    guided = Record(at(8), guidance=20, intake=5, priority=1)
    trace = run(plan, guided, Record(at(8), intake=55), Record(at(8), guidance=10, intake=5, patience=30))
    assert life(trace, 2) == "WAIT_GUIDANCE 08:00, GUIDANCE/0 08:20, WAIT_INTAKE 08:30, INTAKE/1 08:55, done 09:00"


def test_the_end_of_patience_finds_nobody_who_was_called_before() -> None:
    """Called at once, the record waits at a desk when half an hour is over, and stays there."""
    plan = centre(staff=staff_of(("intake",), ("back-office",)))
    desk = Record(at(8), is_online=True, back_office=60)
    trace = run(plan, desk, Record(at(8, 5), intake=5, back_office=5, patience=30))
    assert life(trace, 1) == (
        "WAIT_INTAKE 08:05, INTAKE/0 08:05, WAIT_BACK_OFFICE 08:10, BACK_OFFICE/1 09:00, done 09:05"
    )


def test_who_has_left_in_vain_too_often_is_gone_for_good() -> None:
    """Too late on Friday, out of patience on Monday: that was the second time, and one too many."""
    plan = centre(staff=ONE_OFFICER)
    busy = Record(at(7, 30, day=3), intake=400)
    trace = run(plan, Record(at(17), intake=5, n_tries=2, patience=10, return_offset=5), busy)
    assert life(trace, 0) == "SENT_HOME 17:00, WAIT_INTAKE Mon 07:35, RENEGED Mon 07:45, GONE Mon 07:45"


def test_tries_count_anew_when_the_result_is_collected() -> None:
    """Sent home once before intake, out of patience once with the result ready: neither is the second time."""
    returns = Record(at(17), intake=5, handover=5, n_tries=2, patience=20, collect_delay=5)
    trace = run(centre(staff=ONE_OFFICER), returns, Record(at(7, 31, day=3), intake=60))
    assert life(trace) == (
        "SENT_HOME 17:00, WAIT_INTAKE Mon 07:30, INTAKE/0 Mon 07:30, COLLECT Mon 07:35, WAIT_HANDOVER Mon 07:40, "
        "RENEGED Mon 08:00"
    )


# --- full lines


def test_people_turn_around_when_as_many_wait_as_they_cannot_bear() -> None:
    """With two waiting, of three lines together, who bears two joins no more, and who bears three does."""
    plan = centre(staff=staff_of(("intake",), ("guidance:only",)), counters=1)
    guided = [Record(at(8), guidance=60), Record(at(8), guidance=60)]
    waiting = Record(at(8, 1), intake=5)
    trace = run(plan, BUSY_TILL_9, *guided, waiting, Record(at(8, 2), balk_at=2), Record(at(8, 2), balk_at=3))
    assert life(trace, 4).startswith("BALKED 08:02, WAIT_INTAKE Mon 07:30")
    assert life(trace, 5).startswith("WAIT_INTAKE 08:02, INTAKE/0 09:05")


def test_who_loses_patience_makes_room_before_the_next_arrives() -> None:
    """One leaves at 08:10; who arrives at that tick and bears nobody waiting but one's own self stays."""
    plan = centre(staff=ONE_OFFICER)
    trace = run(plan, BUSY_TILL_9, Record(at(8), patience=10, n_tries=1), Record(at(8, 10), balk_at=1))
    assert life(trace, 1) == "WAIT_INTAKE 08:00, RENEGED 08:10, GONE 08:10"
    assert life(trace, 2) == "WAIT_INTAKE 08:10, INTAKE/0 09:00, done 09:00"


# --- wrong counters


def test_a_wrong_counter_costs_time_and_the_place_in_line() -> None:
    """Five minutes with an officer who cannot help, then the end of the line, and that only once."""
    plan = centre(staff=ONE_OFFICER)
    trace = run(plan, Record(at(8), intake=10, is_wrong=True), Record(at(8, 1), intake=20))
    assert life(trace, 0) == ("WAIT_INTAKE 08:00, WRONG_COUNTER/0 08:00, WAIT_INTAKE 08:05, INTAKE/0 08:25, done 08:35")
    assert life(trace, 1) == "WAIT_INTAKE 08:01, INTAKE/0 08:05, done 08:25"


def test_from_a_wrong_counter_one_may_be_sent_home() -> None:
    """It ends with the hall already cleared; on Monday the right counter is known."""
    trace = run(centre(), Record(at(16, 55), intake=10, is_wrong=True))
    assert life(trace) == (
        "WAIT_INTAKE 16:55, WRONG_COUNTER/0 16:55, SENT_HOME 17:00, "
        "WAIT_INTAKE Mon 07:30, INTAKE/0 Mon 07:30, done Mon 07:40"
    )


# --- parties


def test_the_turns_of_a_party_follow_each_other_though_the_leaders_papers_are_incomplete() -> None:
    """The leader leaves for what is missing, and the followers' turns come at once, with the same officer."""
    leader = Record(at(8), intake=10, is_incomplete=True, supplement_delay=30)
    trace = run(centre(), leader, Record(at(8), intake=5, follows=True), Record(at(8), intake=5, follows=True))
    assert life(trace, 0) == (
        "WAIT_INTAKE 08:00, INTAKE/0 08:00, SUPPLEMENT 08:10, WAIT_INTAKE 08:40, INTAKE/0 08:40, done 08:50"
    )
    assert life(trace, 1) == "PARTY 08:00, INTAKE/0 08:10, done 08:15"
    assert life(trace, 2) == "PARTY 08:00, INTAKE/0 08:15, done 08:20"


def test_a_follower_who_comes_again_comes_alone_and_is_guided_alone() -> None:
    """Only the leader was guided and has seen a wrong counter; the follower does both on the further visit."""
    follower = Record(at(8), guidance=2, intake=5, follows=True, is_incomplete=True, is_wrong=True, supplement_delay=10)
    trace = run(centre(), Record(at(8), guidance=2, intake=5), follower)
    assert life(trace, 0) == "WAIT_GUIDANCE 08:00, GUIDANCE/0 08:00, WAIT_INTAKE 08:02, INTAKE/0 08:02, done 08:07"
    assert life(trace, 1) == (
        "PARTY 08:00, INTAKE/0 08:07, SUPPLEMENT 08:12, WAIT_GUIDANCE 08:22, GUIDANCE/0 08:22, WAIT_INTAKE 08:24, "
        "WRONG_COUNTER/0 08:24, WAIT_INTAKE 08:29, INTAKE/0 08:29, done 08:34"
    )


def test_a_party_is_gone_with_its_leader() -> None:
    """The leader gives up, and the followers, whose own patience and tries do not count, are gone at that tick."""
    plan = centre(staff=ONE_OFFICER)
    follower = Record(at(8, 1), intake=5, follows=True, patience=1)
    trace = run(plan, BUSY_TILL_9, Record(at(8, 1), intake=5, patience=20, n_tries=1), follower)
    assert life(trace, 1) == "WAIT_INTAKE 08:01, RENEGED 08:21, GONE 08:21"
    assert life(trace, 2) == "PARTY 08:01, GONE 08:21"


def test_a_leader_who_gives_up_on_a_further_visit_takes_nobody_along() -> None:
    """The follower was received before; only the leader, back with what was missing, is gone."""
    plan = centre(staff=ONE_OFFICER)
    leader = Record(at(8), intake=5, is_incomplete=True, supplement_delay=10, patience=20, n_tries=1)
    follower = Record(at(8), intake=5, follows=True, is_incomplete=True, supplement_delay=200)
    trace = run(plan, leader, follower, Record(at(8, 9), intake=60))
    assert life(trace, 0) == (
        "WAIT_INTAKE 08:00, INTAKE/0 08:00, SUPPLEMENT 08:05, WAIT_INTAKE 08:15, RENEGED 08:35, GONE 08:35"
    )
    assert "GONE" not in life(trace, 1)


# --- further visits


def test_what_was_missing_is_brought_when_the_doors_are_open() -> None:
    """Ready over lunch: then; ready before the opening or after the last entry: after the next opening, a bit later."""
    plan = centre()

    def back(delay: int) -> str:
        record = Record(at(8), is_incomplete=True, supplement_delay=delay, return_offset=20, intake=0)
        return life(run(plan, record)).split("SUPPLEMENT 08:00, ")[-1].split(",")[0]

    assert back(4 * 60) == "WAIT_INTAKE 12:00"
    assert back(9 * 60) == "WAIT_INTAKE Mon 07:50"  # 17:00, the last entry
    assert back(3 * 1440 - 60) == "WAIT_INTAKE Mon 07:50"  # Monday 07:00
    assert back(3 * 1440 - 30) == "WAIT_INTAKE Mon 07:30"  # the opening itself


def test_papers_are_found_incomplete_once() -> None:
    """What was missing is there on the further visit, and no third is needed."""
    trace = run(centre(), Record(at(8), intake=5, is_incomplete=True, is_wrong=True))
    assert life(trace) == (
        "WAIT_INTAKE 08:00, WRONG_COUNTER/0 08:00, WAIT_INTAKE 08:05, INTAKE/0 08:05, SUPPLEMENT 08:10, "
        "WAIT_INTAKE 08:10, INTAKE/0 08:10, done 08:15"
    )


def test_who_returns_at_the_last_opening_too_late_for_the_doors_is_sent_home_again() -> None:
    """Back ten hours after the opening, that is after the last entry; there is no further opening in the period."""
    trace = run(centre(), Record(at(17), intake=5, return_offset=600))
    assert life(trace) == "SENT_HOME 17:00, SENT_HOME Mon 17:30"
