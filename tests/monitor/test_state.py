"""The fold: what each event does to the figures, early or late, once or twice, in order or not."""

import itertools
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from monitor.events import VOCABULARY, Event, Stored
from monitor.figures import QueueFigures
from monitor.state import State
from tests.stories import (
    Fold,
    Told,
    anomalies,
    called,
    counter,
    finished,
    issued,
    left,
    of_record,
    outage,
    recalled,
    received,
    settled,
    staff,
    started,
    transferred,
)


def test_a_visitor_waits_is_called_and_served(fold: Fold, at: Any) -> None:
    """Queue length, longest wait, wait and service follow one visitor through the hall."""
    waiting = at(fold(issued(0), issued(3, "A2")), 10).queues["A"]
    assert (waiting.n_waiting, waiting.longest_wait_s, waiting.n_issued, waiting.n_called) == (2, 600, 2, 0)
    served = at(fold(issued(0), issued(3, "A2"), called(5), finished(12)), 13).queues["A"]
    assert (served.n_waiting, served.longest_wait_s, served.n_called) == (1, 600, 1)
    assert (served.waits.sum_s, served.waits.counts[-1]) == (300, 1)
    assert (served.services.sum_s, served.services.counts[-1]) == (420, 1)


def test_a_visitor_who_leaves_is_not_called(fold: Fold, at: Any) -> None:
    """Abandonment ends the wait without a call; a visitor who leaves after the call had a wait."""
    assert abandonment(at(fold(issued(0), left(4)), 5).queues["A"]) == (0, 0, 1)
    assert abandonment(at(fold(issued(0), called(2), left(4)), 5).queues["A"]) == (0, 1, 1)


def abandonment(figures: QueueFigures) -> tuple[int, int, int]:
    """Return how many wait, were called, and left."""
    return figures.n_waiting, figures.n_called, figures.n_abandoned


def test_a_wait_that_is_a_bucket_bound_belongs_to_the_bucket(fold: Fold, at: Any) -> None:
    """Buckets are cumulative and their bounds inclusive, as Prometheus defines them."""
    waits = at(fold(issued(0), called(5), issued(0, "A2"), called(5.01, "A2")), 5).queues["A"].waits
    assert waits.counts[:2] == (1, 2)
    assert waits.counts[-1] == 2


ONE_VISIT = [issued(0), called(5), finished(12)]
ONE_DEPARTURE = [issued(0), left(7)]


@pytest.mark.parametrize(
    "order", list(itertools.permutations(ONE_VISIT)), ids=lambda order: "-".join(t[0] for t in order)
)
def test_a_visit_counts_the_same_in_every_order(fold: Fold, at: Any, order: tuple[Told, ...]) -> None:
    """What comes before its beginning is remembered and counted when the beginning arrives."""
    figures = at(fold(*order, received_minute=15), 20)
    assert figures.queues == at(fold(*ONE_VISIT, received_minute=15), 20).queues
    assert not anomalies(figures)


def test_a_departure_counts_the_same_in_both_orders(fold: Fold, at: Any) -> None:
    """A departure that is told before the issue is counted with the issue."""
    orders = (ONE_DEPARTURE, ONE_DEPARTURE[::-1])
    first, second = (at(fold(*order, received_minute=15), 20).queues for order in orders)
    assert first == second
    assert first["A"].n_abandoned == 1


def test_a_call_without_an_issue_has_no_figures_yet(fold: Fold, at: Any) -> None:
    """A ticket whose queue is not known counts nowhere but among the events."""
    figures = at(fold(called(5)), 6)
    assert figures.queues == {}
    assert figures.n_events["ticket.called"] == 1


def test_clocks_that_disagree_give_no_negative_time(fold: Fold, at: Any) -> None:
    """A span that would be negative is 0 and counted as an anomaly of its kind."""
    story = (issued(5), called(3), finished(2), received(5), settled(4))
    figures = at(fold(*story, received_minute=6), 6)
    assert figures.queues["A"].waits.sum_s == figures.queues["A"].services.sum_s == 0
    assert anomalies(figures) == {"negative_wait": 1, "negative_service": 1, "negative_processing": 1}


def test_an_event_from_the_future_counts_and_is_told(fold: Fold, at: Any) -> None:
    """A sender whose clock is far ahead is noticed; its visitor waits 0 seconds for now."""
    figures = at(fold(issued(30), received_minute=0), 0)
    assert (figures.queues["A"].n_waiting, figures.queues["A"].longest_wait_s) == (1, 0)
    assert anomalies(figures) == {"future": 1}
    assert not anomalies(at(fold(issued(4), received_minute=0), 0))


TOLD_TWICE = {
    "issue": ([issued(0)], issued(0)),
    "call": ([issued(0), called(5)], called(6)),
    "finish": ([finished(5)], finished(6)),
    "departure": ([left(5)], left(6)),
    "receipt": ([received(3)], received(4)),
    "settlement": ([settled(9)], settled(10)),
}


@pytest.mark.parametrize("case", TOLD_TWICE)
def test_what_is_told_twice_counts_once(fold: Fold, at: Any, case: str) -> None:
    """A second event that says the same with another id changes nothing but the anomalies."""
    story, again = TOLD_TWICE[case]
    before, after = (at(fold(*told), 20) for told in (story, [*story, again]))
    assert (after.queues, after.procedures) == (before.queues, before.procedures)
    assert anomalies(after) == {"repeated": 1}


def test_a_number_that_is_issued_again_is_a_new_visitor(fold: Fold, at: Any) -> None:
    """The visitor who waited with the number has left unseen; one who was served is no anomaly."""
    figures = at(fold(issued(0), issued(50)), 60)
    assert (figures.queues["A"].n_waiting, figures.queues["A"].longest_wait_s) == (1, 600)
    assert anomalies(figures) == {"reissued": 1}
    assert not anomalies(at(fold(issued(0), called(5), issued(50)), 60))


def test_a_night_empties_the_hall(fold: Fold, at: Any) -> None:
    """After 12 hours a ticket that nobody called no longer waits, also before anything else is told."""
    state = fold(issued(0), called(1, "A2"))
    assert at(state, 12 * 60).queues["A"].n_waiting == 1
    assert at(state, 12 * 60 + 1).queues["A"].n_waiting == 0
    morning = at(fold(issued(13 * 60, "B1"), state=state), 13 * 60 + 5)
    assert morning.queues["A"].n_waiting == 1
    assert anomalies(morning) == {"expired": 1, "orphan": 1}


def test_a_ticket_that_is_mentioned_is_not_forgotten(fold: Fold, at: Any) -> None:
    """Twelve hours count from the last that was heard of a ticket: a long service is still counted."""
    figures = at(fold(issued(0), called(11 * 60), issued(13 * 60, "A2"), finished(14 * 60)), 14 * 60).queues["A"]
    assert figures.services.counts[-1] == 1


def test_a_clock_that_steps_back_makes_no_future(fold: Fold, at: Any, event: Any, noon: datetime) -> None:
    """An event that is received, by a clock set back, before the last one is not from the future."""
    state = fold(issued(60))
    state.apply(Stored(2, noon, event("2", "ticket.issued", 59, ticket="A2", queue="A")))
    assert not anomalies(at(state, 61))
    assert at(state, 61).last_received == noon + timedelta(minutes=60)


def test_events_of_a_day_long_past_are_counted(fold: Fold, at: Any) -> None:
    """A sender that was cut off for a week tells its day, and every visit of it counts."""
    story = (issued(0), issued(1, "A2"), called(5), finished(9), called(7, "A2"))
    figures = at(fold(*story, received_minute=7 * 24 * 60), 7 * 24 * 60).queues["A"]
    assert (figures.n_called, figures.waits.sum_s, figures.n_waiting) == (2, 660, 0)


def test_the_waiting_limit_is_counted(fold: Fold, at: Any) -> None:
    """Visitors over the limit are counted where there is a limit."""
    state = fold(issued(0), issued(5, "A2"))
    assert at(state, 21).queues["A"].n_over_limit is None
    assert at(state, 21, waiting_limit_s=1200).queues["A"].n_over_limit == 1


def test_calls_of_the_last_hour_are_counted(fold: Fold, at: Any) -> None:
    """A call counts for 60 minutes, also after old ones were forgotten."""
    state = fold(*(issued(0, f"A{minute}") for minute in (5, 50, 80)), called(5, "A5"), called(50, "A50"))
    assert at(state, 64).queues["A"].n_called_last_hour == 2
    assert at(state, 66).queues["A"].n_called_last_hour == 1
    assert at(fold(called(80, "A80"), state=state), 81).queues["A"].n_called_last_hour == 2


def test_the_backlog_is_what_was_received_and_not_settled(fold: Fold, at: Any) -> None:
    """Records count as received, in progress, overdue, settled and settled late, by their own due dates."""
    due = {"due": "2025-07-01T06:00:00Z"}  # an hour after noon
    story = (received(0, **due), received(1, "R2", **due), received(2, "R3"), received(3, "R4", **due))
    land = at(fold(*story, settled(59), settled(90, "R2"), settled(90, "R3")), 100).procedures["land"]
    assert (land.n_received, land.n_settled, land.n_settled_late) == (4, 3, 1)
    assert (land.n_in_progress, land.n_overdue) == (1, 1)
    assert at(fold(*story), 60).procedures["land"].n_overdue == 0


def test_a_settlement_before_its_receipt_is_remembered_for_a_week(fold: Fold, at: Any) -> None:
    """The record is settled as soon as its receipt arrives; without a receipt it is an orphan in the end."""
    state = fold(settled(10))
    land = at(fold(received(5), state=state), 20).procedures["land"]
    assert (land.n_received, land.n_settled, land.n_in_progress) == (1, 1, 0)
    week = 7 * 24 * 60
    assert anomalies(at(fold(settled(10), issued(week + 11)), week + 12)) == {"orphan": 1}


def test_counters_are_as_their_latest_event_says(fold: Fold, at: Any) -> None:
    """Open counters are counted by the events' own times; before the first event their number is not known."""
    assert at(fold(issued(0)), 1).n_servers_open is None
    story = [counter(0, is_open=True), counter(1, is_open=True, name="2"), counter(9, is_open=False)]
    assert at(fold(*story), 10).n_servers_open == 1
    shuffled = at(fold(*story[1:], story[0], received_minute=10), 10)
    assert shuffled.n_servers_open == 1
    assert anomalies(shuffled) == {"stale": 1}
    assert at(fold(*story, issued(14 * 60)), 14 * 60).n_servers_open == 1


def test_a_queue_that_is_served_has_figures_before_its_first_ticket(fold: Fold, at: Any) -> None:
    """A counter that opens for a queue makes the queue known, with zeros."""
    figures = at(fold(counter(0, is_open=True, queue="A")), 1).queues["A"]
    assert (figures.n_waiting, figures.n_issued, figures.waits.counts[-1]) == (0, 0, 0)


def test_queues_and_procedures_are_bounded(fold: Fold, at: Any) -> None:
    """Fifty have figures of their own; further ones share "other", lose nothing, and are counted."""
    tickets = [issued(0, f"T{number}", f"Q{number}") for number in range(60)]
    calls = [called(5, f"T{number}") for number in range(60)]
    records = [("record.received", 0, {"record": f"R{n}", "procedure": f"P{n}"}) for n in range(60)]
    figures = at(fold(*tickets, *calls, *records), 6)
    assert len(figures.queues) == len(figures.procedures) == 51
    assert (figures.queues["other"].n_issued, figures.queues["other"].n_called) == (10, 10)
    assert figures.procedures["other"].n_in_progress == 10
    assert anomalies(figures) == {"too_many_queues": 10, "too_many_procedures": 10}


def test_an_event_is_folded_once(fold: Fold, event: Callable[..., Event], noon: datetime) -> None:
    """An event that is told again by its number changes nothing."""
    state = fold(issued(0), issued(1, "A2"))
    state.apply(Stored(2, noon, event("2", "ticket.issued", 1, ticket="A2", queue="A")))
    assert state == fold(issued(0), issued(1, "A2"))


def test_a_dump_of_an_earlier_fold_is_loaded(fold: Fold, at: Any) -> None:
    """What an earlier version did not know is as at the start; what is no state is refused."""
    dumped = fold(issued(0), counter(0, is_open=True)).dump()
    del dumped["desks"], dumped["hall"]["queues"]["A"]["recent_calls_us"]
    loaded = at(State.load(dumped | {"unknown": 1}), 1)
    assert (loaded.queues["A"].n_waiting, loaded.n_servers_open) == (1, None)
    with pytest.raises(ValueError, match="dictionary"):
        State.load([1])


def test_every_kind_of_event_has_a_fold(fold: Fold, at: Any) -> None:
    """Nothing in the vocabulary is without meaning for the state."""
    hall = (*ONE_VISIT, left(3), recalled(3), started(3), transferred(3), counter(0, is_open=True))
    steps = ("supplement_requested", "supplemented", "processed", "approved", "settled", "returned", "withdrawn")
    stories = (*hall, counter(1, is_open=False), received(0), *(of_record(what, 1) for what in steps))
    stories += (staff("signed_in", 0), staff("signed_out", 0), outage("started", 0), outage("ended", 0))
    figures = at(fold(*stories), 20)
    assert set(figures.n_events) == {happening.kind for happening in VOCABULARY.values()}
    assert all(figures.n_events.values())
