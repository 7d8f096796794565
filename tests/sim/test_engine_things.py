"""The written order at its edges, things and papers: link, outages, batteries, scanners, portal, signings."""

from typing import Any

from sim.scenario.people import Stage
from sim.scenario.things import System
from sim.trace import State
from tests.sim.by_hand import Record, centre, life, run, staff_of
from tests.sim.told import BIT_PER_MIN, at

FOUR_OFFICERS = staff_of(("intake",), people=4)
OFFICER_AND_DESK = staff_of(("intake",), ("check", "back-office", "approval"))


def sends(arrival: int, minutes: float, **more: Any) -> Record:
    """Return a record without work whose files take so many minutes alone on the line."""
    return Record(arrival, upload_bit=int(minutes * BIT_PER_MIN), **more)


def link(**more: object) -> dict[str, object]:
    """Return the line, otherwise."""
    return {"link": {"mbit_per_s": BIT_PER_MIN / 60e6} | more}


# --- the link


def test_transfers_share_the_line_equally_and_at_once() -> None:
    """Four minutes alone for two, then two at half speed: the second, half through, has the line for itself again."""
    trace = run(centre(), sends(at(8), 6), sends(at(8, 4), 1))
    assert life(trace, 0) == "WAIT_INTAKE 08:00, INTAKE/0 08:00, UPLOAD/0 08:00, done 08:07"
    assert life(trace, 1) == "WAIT_INTAKE 08:04, INTAKE/1 08:04, UPLOAD/1 08:04, done 08:06"


def test_a_transfer_ends_at_the_first_whole_tick_after_its_last_bit() -> None:
    """Two and a half minutes take three, also for what comes after: the line is not held up by the half minute."""
    trace = run(centre(), sends(at(8), 2.5), sends(at(8, 3), 2.5))
    assert trace.received.tolist() == [at(8, 3), at(8, 6)]


def test_transfers_that_end_at_once_end_in_the_order_of_records() -> None:
    """Two equal transfers end at the same tick; the lower record is received first, and taken first at the desk."""
    trace = run(
        centre(staff=staff_of(("back-office",), ("intake",), people=2)), *(sends(at(8), 2, back_office=5) for _ in "ab")
    )
    assert trace.received.tolist() == [at(8, 4), at(8, 4)]
    assert life(trace, 0).endswith("WAIT_BACK_OFFICE 08:04, BACK_OFFICE/0 08:04, done 08:09")


def test_a_line_that_holds_no_counter_lets_the_officer_go_on() -> None:
    """Nobody attends the upload: the officer calls the next visit, and the record is received when it is through."""
    trace = run(
        centre(**link(holds_counter=False), staff=OFFICER_AND_DESK), sends(at(8), 10), Record(at(8, 1), intake=5)
    )
    assert life(trace, 0) == "WAIT_INTAKE 08:00, INTAKE/0 08:00, UPLOAD 08:00, done 08:10"
    assert life(trace, 1) == "WAIT_INTAKE 08:01, INTAKE/0 08:01, done 08:06"


def test_a_line_that_holds_the_counter_makes_a_party_wait() -> None:
    """The follower's turn comes when the leader's files are through."""
    trace = run(centre(), sends(at(8), 10), Record(at(8), intake=5, follows=True))
    assert life(trace, 1) == "PARTY 08:00, INTAKE/0 08:10, done 08:15"


# --- what fails


def test_an_upload_that_is_through_is_not_held_up_by_the_link_going_down() -> None:
    """The last bit passes at the very tick at which the link goes down and loses work: the record is received then."""
    outage = (System.LINK, at(8, 3), at(9), 0, True)
    assert run(centre(), sends(at(8), 3), outages=(outage,)).received.tolist() == [at(8, 3)]
    assert run(centre(), sends(at(8), 4), outages=(outage,)).received.tolist() == [at(9, 4)]


def test_a_portal_that_is_slow_slows_uploads_and_goes_on_where_it_was() -> None:
    """Three minutes through, then a tenth of the speed for ten minutes, then the rest: 3 + 1 + 2."""
    outage = (System.PORTAL, at(8, 3), at(8, 13), 100, False)
    assert run(centre(), sends(at(8), 6), outages=(outage,)).received.tolist() == [at(8, 15)]


def test_a_power_cut_in_mid_upload_and_mid_work() -> None:
    """From 08:05 to 08:25 nothing goes on; with lost work, five minutes of each are done again."""
    records = sends(at(8), 10), Record(at(8), is_online=True, back_office=10)
    cut = (System.POWER, at(8, 5), at(8, 25), 0)
    assert run(centre(), *records, outages=((*cut, False),)).settled.tolist() == [at(8, 30), at(8, 30)]
    assert run(centre(), *records, outages=((*cut, True),)).settled.tolist() == [at(8, 35), at(8, 35)]


def test_batteries_bridge_the_beginning_of_a_power_cut() -> None:
    """For twenty minutes they bridge it all, for four the cut begins later, and loses work where they end."""
    records = sends(at(8), 10), Record(at(8), is_online=True, back_office=10)
    cut = (System.POWER, at(8, 5), at(8, 25), 0, True)
    assert run(centre(ups_min=20), *records, outages=(cut,)).settled.tolist() == [at(8, 10), at(8, 10)]
    assert run(centre(ups_min=4), *records, outages=(cut,)).settled.tolist() == [at(8, 35), at(8, 35)]
    assert run(centre(ups_min=5), *records, outages=(cut,)).settled.tolist() == [at(8, 10), at(8, 10)]


def test_slow_software_holds_up_all_work_but_guidance() -> None:
    """At half speed from 08:00 to 09:00 guidance takes ten minutes, intake, scanning and back office twenty each."""
    outage = (System.SOFTWARE, at(8), at(9), 500, False)
    trace = run(centre(), Record(at(8), guidance=10, intake=10, scan=5, back_office=10), outages=(outage,))
    assert life(trace) == (
        "WAIT_GUIDANCE 08:00, GUIDANCE/0 08:00, WAIT_INTAKE 08:10, INTAKE/0 08:10, SCAN/0 08:30, "
        "WAIT_BACK_OFFICE 08:40, BACK_OFFICE/2 08:40, done 09:00"
    )


def test_outages_of_one_system_do_not_add_up_and_those_of_two_multiply() -> None:
    """A half and a quarter of the software leave a quarter; with half of the power it is an eighth, by thousandths."""
    software = [(System.SOFTWARE, at(8), at(12), permille, False) for permille in (500, 250)]
    power = (System.POWER, at(8), at(12), 500, False)
    record = Record(at(8), is_online=True, back_office=10)
    assert run(centre(), record, outages=tuple(software)).settled.tolist() == [at(8, 40)]
    assert run(centre(), record, outages=(*software, power)).settled.tolist() == [at(9, 20)]


def test_work_that_is_done_when_the_software_fails_is_not_lost() -> None:
    """Done at the very tick of the failure: settled; taken up at that tick: nothing is lost either, it only stands."""
    outage = (System.SOFTWARE, at(8, 10), at(8, 20), 0, True)
    records = [Record(at(8), is_online=True, back_office=10), Record(at(8, 10), is_online=True, back_office=5)]
    assert run(centre(), *records, outages=(outage,)).settled.tolist() == [at(8, 10), at(8, 25)]


def test_what_is_lost_as_the_shift_ends_is_not_among_what_was_done() -> None:
    """The software fails at the tick at which work is put down: all of it is still to do after lunch."""
    outage = (System.SOFTWARE, at(11, 30), at(11, 31), 0, True)
    trace = run(centre(), Record(at(11, 20), is_online=True, back_office=15), outages=(outage,))
    assert trace.settled.tolist() == [at(13, 45)]
    early = run(centre(), Record(at(11, 20), is_online=True, back_office=15), outages=((*outage[:4], False),))
    assert early.settled.tolist() == [at(13, 35)]


def test_an_outage_of_no_length_is_not_felt() -> None:
    """Nothing that is under way is lost, though it would be if the outage had lasted a minute."""
    records = sends(at(8), 10), Record(at(8), is_online=True, back_office=10)
    moment = (System.POWER, at(8, 5), at(8, 5), 0, True)
    assert run(centre(), *records, outages=(moment,)).settled.tolist() == [at(8, 10), at(8, 10)]
    minute = (System.POWER, at(8, 5), at(8, 6), 0, True)
    assert run(centre(), *records, outages=(minute,)).settled.tolist() == [at(8, 16), at(8, 16)]


# --- scanners


def test_who_asks_first_has_the_scanner_first_and_a_turn_waits_for_it() -> None:
    """Asked for at 08:04, 08:05 and 08:05: in that order, at the same tick by record, each with the officer waiting."""
    visits = [Record(at(8), intake=intake, scan=10) for intake in (5, 4, 5)]
    trace = run(centre(scanners=1, counters=3, staff=FOUR_OFFICERS), *visits)
    assert life(trace, 0) == "WAIT_INTAKE 08:00, INTAKE/0 08:00, WAIT_SCANNER/0 08:05, SCAN/0 08:14, done 08:24"
    assert life(trace, 1) == "WAIT_INTAKE 08:00, INTAKE/1 08:00, SCAN/1 08:04, done 08:14"
    assert life(trace, 2) == "WAIT_INTAKE 08:00, INTAKE/2 08:00, WAIT_SCANNER/2 08:05, SCAN/2 08:24, done 08:34"


def test_a_scanner_given_back_is_free_for_who_asks_at_that_tick() -> None:
    """Scanning ends at 08:10, by the lower record and so before the other's intake does: there is no wait at all."""
    visits = Record(at(8), intake=5, scan=5), Record(at(8), intake=10, scan=5)
    trace = run(centre(scanners=1), *visits)
    assert life(trace, 1) == "WAIT_INTAKE 08:00, INTAKE/1 08:00, SCAN/1 08:10, done 08:15"
    trace = run(centre(scanners=1), *reversed(visits))
    assert life(trace, 0) == "WAIT_INTAKE 08:00, INTAKE/0 08:00, WAIT_SCANNER/0 08:10, SCAN/0 08:10, done 08:15"


def test_without_a_scanner_the_counter_is_held_for_ever() -> None:
    """No scanner, nothing to scan with: officer and counter wait, and the next visit finds the other counter."""
    trace = run(centre(scanners=0), Record(at(8), intake=5, scan=5), Record(at(9), intake=5))
    assert life(trace, 0) == "WAIT_INTAKE 08:00, INTAKE/0 08:00, WAIT_SCANNER/0 08:05"
    assert life(trace, 1) == "WAIT_INTAKE 09:00, INTAKE/1 09:00, done 09:05"


# --- online


def test_what_is_sent_while_the_portal_is_down_is_there_when_it_is_up() -> None:
    """Of two outages with a minute in common it waits for the end of the second; a slow portal takes it at once."""
    down = ((System.PORTAL, at(8), at(9), 0, False), (System.PORTAL, at(8, 59), at(9, 30), 0, False))
    trace = run(centre(), Record(at(8), is_online=True, check=5, back_office=5), outages=down)
    assert life(trace) == (
        "WAIT_PORTAL 08:00, WAIT_CHECK 09:30, CHECK/2 09:30, WAIT_BACK_OFFICE 09:35, BACK_OFFICE/2 09:35, done 09:40"
    )
    slow = ((System.PORTAL, at(8), at(9), 1, False),)
    assert life(run(centre(), Record(at(8), is_online=True, check=5), outages=slow)).startswith("WAIT_CHECK 08:00")


def test_what_was_missing_comes_online_at_any_hour_and_all_is_checked_again() -> None:
    """The first check is put down over lunch; the second, of what comes at night, is as long as the whole first."""
    record = Record(at(11, 20), is_online=True, check=20, is_incomplete=True, supplement_delay=600)
    trace = run(centre(), record)
    assert life(trace) == (
        "WAIT_CHECK 11:20, CHECK/2 11:20, WAIT_CHECK 11:30, CHECK/2 13:30, SUPPLEMENT 13:40, WAIT_CHECK 23:40, "
        "CHECK/2 Mon 07:30, done Mon 07:50"
    )
    assert trace.received.tolist() == [at(7, 50, day=3)]


def test_a_party_online_is_so_many_records() -> None:
    """The leader's channel is that of all; nobody waits for anybody."""
    leader = Record(at(8), is_online=True, check=10)
    trace = run(centre(), leader, Record(at(8), check=5, follows=True), Record(at(8), follows=True))
    assert life(trace, 0) == "WAIT_CHECK 08:00, CHECK/2 08:00, done 08:10"
    assert life(trace, 1) == "WAIT_CHECK 08:00, CHECK/3 08:00, done 08:05"
    assert life(trace, 2) == ""
    assert trace.settled.tolist() == [at(8, 10), at(8, 5), at(8)]


# --- the signatory


def test_work_that_ends_with_a_signing_is_laid_before_the_signatory() -> None:
    """Done at ten, when records are signed: in time; received online at ten, which is later in that tick: too late."""
    plan = centre(staff=staff_of(("back-office",), ("approval",)), signing_times=("10:00", "15:00"))
    trace = run(
        plan, Record(at(9, 50), is_online=True, back_office=10, approval=5), Record(at(10), is_online=True, approval=5)
    )
    assert life(trace, 0) == (
        "WAIT_BACK_OFFICE 09:50, BACK_OFFICE/0 09:50, WAIT_SIGNING 10:00, WAIT_APPROVAL 10:00, "
        "APPROVAL/1 10:00, done 10:05"
    )
    assert life(trace, 1) == "WAIT_SIGNING 10:00, WAIT_APPROVAL 15:00, APPROVAL/1 15:00, done 15:05"


def test_without_signings_a_record_goes_to_the_signatory_at_once() -> None:
    """No times of day, no wait."""
    trace = run(centre(staff=OFFICER_AND_DESK), Record(at(9), is_online=True, approval=5))
    assert life(trace) == "WAIT_APPROVAL 09:00, APPROVAL/1 09:00, done 09:05"
    assert trace.of(State.WAIT_SIGNING).size == 0


def test_after_the_last_signing_of_the_period_a_record_waits_to_its_end() -> None:
    """Signed only at nine in the morning: what is ready on Monday at ten is not settled."""
    record = Record(at(10, day=3), is_online=True, approval=5)
    trace = run(centre(signing_times=("09:00",)), record)
    assert life(trace) == "WAIT_SIGNING Mon 10:00"


def test_a_record_of_the_first_day_may_be_checked_and_supplemented() -> None:
    """It waits for its check since the day before, is found incomplete, and is sent again online."""
    old = Record(-30, entry=Stage.CHECK, check=10, is_incomplete=True, supplement_delay=15)
    trace = run(centre(), old)
    assert life(trace) == (
        "WAIT_CHECK Thu 23:30, CHECK/2 07:30, SUPPLEMENT 07:40, WAIT_CHECK 07:55, CHECK/2 07:55, done 08:05"
    )
    assert trace.received.tolist() == [at(8, 5)]
