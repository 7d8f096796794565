"""Small hand-made logs: what each rule of the readers makes of them."""

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.eventlog import NEVER, EventLog, Outcome, read_event_log

SNAPSHOT_HEADER = "ts,office,queue_id,queue_letter,queue_name,waiting,open_counters,current_ticket"
CALL_HEADER = "date,type,outcome,vru_entry,vru_exit,q_start,q_exit,ser_start,ser_exit"

Write = Callable[[str, Iterable[str]], Path]

OPENING_S = 1_583_046_000
"""2020-03-01 08:00 in Warsaw, an hour ahead of UTC: 07:00 UTC."""
MIDNIGHT_S = 919_893_600
"""1999-02-25 00:00 in Jerusalem, two hours ahead of UTC: 22:00 UTC of the day before."""


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """How to write a log with a header and rows."""

    def write_log(header: str, rows: Iterable[str]) -> Path:
        return write_rows(tmp_path / "log.csv", header, rows)

    return write_log


def write_rows(path: Path, header: str, rows: Iterable[str]) -> Path:
    """Write a log and return where it is."""
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def snapshots(series: Iterable[tuple[int, str]], *, queue: str = "A", day: str = "2020-03-01") -> list[str]:
    """Rows of one queue, five minutes apart from 08:00 on: how many wait and which ticket is shown."""
    return [
        f"{day} {8 + at // 12:02}:{at % 12 * 5:02}:00,East,{ord(queue)},{queue},Desk {queue},{waiting},2,{ticket}"
        for at, (waiting, ticket) in enumerate(series)
    ]


def outcomes(log: EventLog) -> list[int]:
    """How many visits are unknown, served, abandoned."""
    return [int(np.sum(log.outcome == outcome)) for outcome in Outcome]


def mismatches(log: EventLog) -> int:
    """In how many samples the derived length of a queue is not the log's own."""
    count = 0
    for queue in range(len(log.queues)):
        own = log.sample_queue == queue
        count += int(np.sum(log.waiting_at(log.sample_s[own], queue) != log.sample_waiting[own]))
    return count


class TestSnapshots:
    """Logs of snapshots."""

    def test_issues_and_calls_lie_evenly(self, write: Write) -> None:
        """Each lies in the middle of its part of the interval, first come first called."""
        log = read_event_log(write(SNAPSHOT_HEADER, snapshots([(1, ""), (1, "A002")])))
        assert (log.issued_s - OPENING_S).tolist() == [0, 75, 225]
        assert (log.called_s - OPENING_S).tolist()[:2] == [75, 225]
        assert log.outcome.tolist() == [Outcome.SERVED] * 2 + [Outcome.UNKNOWN]
        assert log.finished_s.tolist() == [NEVER] * 3

    def test_a_call_waits_for_the_issue_that_it_needs(self, write: Write) -> None:
        """Where more are called than waited, the queue never falls below zero in between."""
        log = read_event_log(write(SNAPSHOT_HEADER, snapshots([(1, ""), (0, "A004")])))
        assert (log.issued_s - OPENING_S).tolist() == [0, 50, 150, 250]
        assert (log.called_s - OPENING_S).tolist() == [38, 113, 188, 263]
        log = read_event_log(write(SNAPSHOT_HEADER, snapshots([(1, ""), (6, "A001"), (0, "A008")])))
        assert mismatches(log) == 0
        assert (log.called_s >= log.issued_s).all()

    def test_issued_is_called_plus_waiting(self, write: Write) -> None:
        """Three tickets called and four more waiting are seven issued."""
        log = read_event_log(write(SNAPSHOT_HEADER, snapshots([(0, ""), (4, "A003")])))
        assert outcomes(log) == [4, 3, 0]
        assert mismatches(log) == 0

    def test_opening_and_closing_queue(self, write: Write) -> None:
        """Who waits at first is issued then; who waits at last leaves a second later with an unknown outcome."""
        log = read_event_log(write(SNAPSHOT_HEADER, snapshots([(2, "A010"), (1, "A011")])))
        assert (log.issued_s - OPENING_S).tolist() == [0, 0]
        assert (log.called_s - OPENING_S).tolist()[0] == 150
        assert (log.left_s - OPENING_S).tolist()[1] == 301
        assert outcomes(log) == [1, 1, 0]
        assert log.waiting_at(
            [OPENING_S - 1, OPENING_S, OPENING_S + 149, OPENING_S + 150, OPENING_S + 301]
        ).tolist() == [0, 2, 2, 1, 0]

    def test_fall_while_the_number_stands(self, write: Write) -> None:
        """A queue that falls under an old or no ticket had calls, which the number's next steps do not count again."""
        series = [(0, ""), (3, "A001"), (2, "A001"), (1, ""), (1, "A003"), (1, "A004")]
        log = read_event_log(write(SNAPSHOT_HEADER, snapshots(series)))
        assert outcomes(log) == [1, 4, 0]
        assert dict(log.notes)["calls counted by the queue's fall while no new ticket was shown"] == 2

    def test_fall_beyond_the_tickets_called(self, write: Write) -> None:
        """Where the queue falls by four and one ticket is called, three abandon, the newest of them."""
        log = read_event_log(write(SNAPSHOT_HEADER, snapshots([(0, ""), (1, "A001"), (5, "A001"), (1, "A002")])))
        assert outcomes(log) == [1, 2, 3]
        assert log.outcome.tolist()[2:] == [Outcome.UNKNOWN, *[Outcome.ABANDONED] * 3]
        assert mismatches(log) == 0

    def test_number_that_goes_back(self, write: Write) -> None:
        """A number below the highest is another counter's visitor, called before."""
        log = read_event_log(write(SNAPSHOT_HEADER, snapshots([(0, ""), (0, "A004"), (0, "A003"), (0, "A005")])))
        assert outcomes(log) == [0, 5, 0]

    def test_series_of_numbers(self, write: Write) -> None:
        """Numbers of the nine hundreds count apart from the ordinary ones."""
        series = [(0, ""), (0, "A002"), (0, "A902"), (0, "A003"), (0, "A903")]
        assert outcomes(read_event_log(write(SNAPSHOT_HEADER, snapshots(series)))) == [0, 6, 0]

    def test_first_ticket_of_the_day_was_called_before(self, write: Write) -> None:
        """A ticket that the first snapshot shows is no call of that day."""
        log = read_event_log(write(SNAPSHOT_HEADER, snapshots([(0, "A173"), (0, "A174")])))
        assert outcomes(log) == [0, 1, 0]

    @pytest.mark.parametrize(("number", "n_called"), [(25, 25), (26, 1)])
    def test_unbelievable_step(self, write: Write, number: int, n_called: int) -> None:
        """A step of more than 25 in five minutes says only that somebody was called."""
        log = read_event_log(write(SNAPSHOT_HEADER, snapshots([(0, ""), (0, f"A{number:03}")])))
        assert outcomes(log) == [0, n_called, 0]

    def test_another_queues_letter(self, write: Write) -> None:
        """At a cash desk each ticket counts once, whatever its number, or as much as the queue falls by."""
        series = [(0, ""), (0, "B040"), (0, "C007"), (0, "B040"), (3, "B040"), (0, "C009")]
        log = read_event_log(write(SNAPSHOT_HEADER, snapshots(series, queue="K")))
        assert outcomes(log) == [0, 5, 0]
        assert dict(log.notes)["tickets of another queue's letter, each one call or the queue's fall"] == 3

    def test_letter_shared_by_queues(self, write: Write) -> None:
        """Two queues that draw from one series count each ticket they show as one call."""
        first = snapshots([(0, ""), (0, "A001"), (0, "A009")])
        second = [row.replace(",65,A,Desk A,", ",66,A,Desk B,") for row in snapshots([(0, ""), (0, "A005"), (0, "")])]
        log = read_event_log(write(SNAPSHOT_HEADER, first + second))
        assert np.bincount(log.queue).tolist() == [2, 1]

    def test_cash_desk_shares_no_letter(self, write: Write) -> None:
        """A desk that shows another queue's tickets leaves that queue's numbers their meaning."""
        own = snapshots([(0, ""), (0, "B004")], queue="B")
        log = read_event_log(write(SNAPSHOT_HEADER, own + snapshots([(0, ""), (0, "B002")], queue="K")))
        assert np.bincount(log.queue).tolist() == [4, 1]

    def test_rows_out_of_order_and_twice(self, write: Write) -> None:
        """Rows may come in any order; of two for one instant the later one counts."""
        rows = snapshots([(0, ""), (2, "A001"), (0, "A003")])
        shuffled = [rows[2], rows[1].replace(",2,2,", ",9,2,"), rows[0], rows[1]]
        log = read_event_log(write(SNAPSHOT_HEADER, shuffled))
        assert log.sample_waiting.tolist() == [0, 2, 0]
        assert dict(log.notes)["rows of an instant that the queue had already, the last one kept"] == 1
        assert outcomes(log) == [0, 3, 0]

    def test_days_stand_alone(self, write: Write) -> None:
        """Tickets start anew on the second day, and nobody waits overnight."""
        series = [(0, ""), (2, "A003")]
        rows = snapshots(series) + snapshots(series, day="2020-03-02")
        log = read_event_log(write(SNAPSHOT_HEADER, rows))
        assert outcomes(log) == [4, 6, 0]
        assert mismatches(log) == 0
        assert outcomes(read_event_log(write(SNAPSHOT_HEADER, rows), day="2020-03-02")) == [2, 3, 0]

    def test_parts(self, write: Write) -> None:
        """An office is chosen by its name, and the other's rows are not looked into."""
        broken = [row.replace("East", "West").replace(",1,2,", ",many,2,") for row in snapshots([(1, ""), (1, "")])]
        path = write(SNAPSHOT_HEADER, snapshots([(0, ""), (0, "A001")]) + broken)
        assert outcomes(read_event_log(path, part="East")) == [0, 1, 0]

    def test_capacity_steps(self, write: Write) -> None:
        """Open counters are told when they change."""
        rows = snapshots([(0, ""), (0, ""), (0, "")])
        rows[2] = rows[2].replace(",0,2,", ",0,3,")
        log = read_event_log(write(SNAPSHOT_HEADER, rows))
        assert (log.capacity_s - OPENING_S).tolist() == [0, 600]
        assert log.capacity_servers.tolist() == [2, 3]

    def test_queues_of_one_name(self, write: Write) -> None:
        """Two queues of the same name are told apart by their identity."""
        other = [row.replace(",65,", ",70,") for row in snapshots([(0, "")])]
        log = read_event_log(write(SNAPSHOT_HEADER, snapshots([(0, "")]) + other))
        assert log.queues == ("Desk A (65)", "Desk A (70)")

    def test_arrays_cannot_be_changed(self, write: Write) -> None:
        """The value is frozen, arrays included."""
        log = read_event_log(write(SNAPSHOT_HEADER, snapshots([(1, "")])))
        with pytest.raises(ValueError, match="read-only"):
            log.issued_s[0] = 0


tickets = st.one_of(
    st.just(""),
    st.builds("A{:03}".format, st.integers(1, 60)),
    st.builds("A{}".format, st.integers(900, 910)),
    st.builds("B{:03}".format, st.integers(1, 9)),
)
any_series = st.lists(st.tuples(st.integers(0, 40), tickets), min_size=1, max_size=40)


@given(any_series, any_series)
def test_any_snapshots_are_reproduced(
    tmp_path_factory: pytest.TempPathFactory, first: list[tuple[int, str]], second: list[tuple[int, str]]
) -> None:
    """Whatever the display shows, each queue has the log's length at each snapshot, is never negative, and is FIFO."""
    rows = snapshots(first) + snapshots(second, queue="B")
    log = read_event_log(write_rows(tmp_path_factory.getbasetemp() / "any.csv", SNAPSHOT_HEADER, rows))
    assert mismatches(log) == 0
    for queue in range(len(log.queues)):
        every_second = np.arange(log.sample_s[0] - 1, log.sample_s[-1] + 2)
        assert log.waiting_at(every_second, queue).min() >= 0
        served = (log.queue == queue) & (log.outcome == Outcome.SERVED)
        assert np.all(np.diff(log.called_s[served]) >= 0)


class TestCalls:
    """Logs of a call centre's calls."""

    def test_call_that_queued(self, write: Write) -> None:
        """It joins at q_start, is called at q_exit and ends at ser_exit."""
        log = read_event_log(write(CALL_HEADER, ["1999-02-25,PS,AGENT,100,110,110,150,149,300"]))
        assert log.queues == ("PS",)
        assert (log.issued_s - MIDNIGHT_S).tolist() == [110]
        assert (log.called_s - MIDNIGHT_S).tolist() == [150]
        assert (log.finished_s - MIDNIGHT_S).tolist() == [300]
        assert log.waiting_at([MIDNIGHT_S + at for at in (109, 110, 149, 150)]).tolist() == [0, 1, 1, 0]

    def test_call_that_did_not_queue(self, write: Write) -> None:
        """It is called in the instant of joining, when the service starts."""
        log = read_event_log(write(CALL_HEADER, ["1999-02-25,PS,AGENT,100,110,0,0,109,300"]))
        assert log.issued_s.tolist() == log.called_s.tolist() == [MIDNIGHT_S + 109]

    def test_call_without_service_stamps(self, write: Write) -> None:
        """Its end is unknown, and it joins as it leaves the voice menu."""
        log = read_event_log(write(CALL_HEADER, ["1999-02-25,PS,AGENT,100,110,0,0,0,0"]))
        assert log.issued_s.tolist() == [MIDNIGHT_S + 110]
        assert log.finished_s.tolist() == [NEVER]

    def test_service_that_ended_before_the_queue(self, write: Write) -> None:
        """A service of no length ends as the call leaves the queue, not a second before."""
        log = read_event_log(write(CALL_HEADER, ["1999-02-25,PS,AGENT,100,110,110,150,149,149"]))
        assert log.finished_s.tolist() == [MIDNIGHT_S + 150]

    def test_caller_who_hangs_up(self, write: Write) -> None:
        """Who hangs up in the queue abandons; who does in the voice menu never joined, and a phantom is nobody."""
        rows = [
            "1999-02-25,NE,HANG,100,110,110,170,0,0",
            "1999-02-25,NE,HANG,100,110,0,0,0,0",
            "1999-02-25,NE,PHANTOM,100,110,110,150,149,300",
        ]
        log = read_event_log(write(CALL_HEADER, rows))
        assert outcomes(log) == [0, 0, 1]
        assert log.left_s.tolist() == [MIDNIGHT_S + 170]
        assert dict(log.notes) == {"HANG calls that never reached the queue, dropped": 1, "PHANTOM calls, dropped": 1}

    def test_midnight(self, write: Write) -> None:
        """Stamps of a call that crosses midnight go on into the next day; a queue may start at midnight itself."""
        rows = ["1999-02-25,PS,AGENT,86390,86395,86395,20,19,60", "1999-02-25,PS,AGENT,86394,86394,0,27,26,93"]
        log = read_event_log(write(CALL_HEADER, rows))
        assert (log.issued_s - MIDNIGHT_S).tolist() == [86395, 86400]
        assert (log.called_s - MIDNIGHT_S).tolist() == [86420, 86427]
        assert (log.finished_s - MIDNIGHT_S).tolist() == [86460, 86493]

    def test_samples_count_the_columns(self, write: Write) -> None:
        """Each full minute has each queue's length: the calls with q_start <= t < q_exit."""
        rows = ["1999-02-25,PS,AGENT,50,60,60,120,119,130", "1999-02-25,NW,HANG,50,61,61,180,0,0"]
        log = read_event_log(write(CALL_HEADER, rows))
        assert log.queues == ("NW", "PS")
        assert (log.sample_s - MIDNIGHT_S).tolist() == [0, 0, 60, 60, 120, 120, 180, 180]
        assert log.sample_queue.tolist() == [0, 1] * 4
        assert log.sample_waiting.tolist() == [0, 0, 0, 1, 1, 0, 0, 0]
        assert mismatches(log) == 0

    def test_day(self, write: Write) -> None:
        """A day is chosen by the calls' date."""
        rows = ["1999-02-25,PS,AGENT,50,60,60,120,119,130", "1999-02-26,PS,AGENT,50,60,60,120,119,130"]
        log = read_event_log(write(CALL_HEADER, rows), day="1999-02-26")
        assert log.issued_s.tolist() == [MIDNIGHT_S + 86_400 + 60]
