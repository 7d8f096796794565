"""The fold of the hall beyond the plain visit: recalls, transfers, and services that begin after the call."""

import itertools
from typing import Any

import pytest

from tests.stories import Fold, Told, anomalies, called, finished, issued, left, recalled, started, transferred

SEATED = [issued(0), called(5), started(7), finished(12)]
RECALLED = [issued(0), called(5), recalled(6), recalled(8), left(10)]


def orders(story: list[Told], *, last: str = "") -> list[tuple[Told, ...]]:
    """Return the orders in which a story may be told; those in which a kind of event comes last, if one must."""
    return [each for each in itertools.permutations(story) if not last or each[-1][0] == last]


@pytest.mark.parametrize("order", orders(SEATED, last="service.finished"))
def test_a_service_begins_when_the_visitor_sits_down(fold: Fold, at: Any, order: tuple[Told, ...]) -> None:
    """The wait ends at the call all the same, and the service is counted from its start."""
    figures = at(fold(*order, received_minute=15), 20)
    assert (figures.queues["A"].waits.sum_s, figures.queues["A"].services.sum_s) == (300, 300)
    assert not anomalies(figures)


def test_a_start_that_comes_too_late_changes_nothing(fold: Fold, at: Any) -> None:
    """Once the service has been counted, from the call, its start is forgotten."""
    story = (issued(0), called(5), finished(12))
    before, after = (at(fold(*told, received_minute=15), 20) for told in (story, (*story, started(7))))
    assert after.queues == before.queues


def test_a_start_without_a_call_ends_the_wait_uncounted(fold: Fold, at: Any) -> None:
    """Who sits at a counter does not wait; how long they did is counted when the call arrives."""
    state = fold(issued(0), started(7))
    assert (at(state, 8).queues["A"].n_waiting, at(state, 8).queues["A"].n_called) == (0, 0)
    assert at(fold(called(5), state=state), 8).queues["A"].waits.sum_s == 300


@pytest.mark.parametrize("order", orders(RECALLED, last="ticket.abandoned"))
def test_recalls_count_and_change_no_wait(fold: Fold, at: Any, order: tuple[Told, ...]) -> None:
    """A visitor who does not come is called again; the wait was over at the first call."""
    figures = at(fold(*order, received_minute=15), 20)
    queue = figures.queues["A"]
    assert (queue.n_called, queue.n_recalled, queue.n_abandoned, queue.waits.sum_s) == (1, 2, 1, 300)
    assert not anomalies(figures)


def test_who_is_recalled_does_not_wait(fold: Fold, at: Any) -> None:
    """A recall tells that there was a call, even if that was not told yet; the same recall again is repeated."""
    figures = at(fold(issued(0), recalled(6), recalled(6)), 7)
    assert (figures.queues["A"].n_waiting, figures.queues["A"].n_recalled) == (0, 1)
    assert anomalies(figures) == {"repeated": 1}


def test_a_visitor_who_is_transferred_waits_again(fold: Fold, at: Any) -> None:
    """The service ends with the transfer, and the wait in the other queue begins."""
    story = (issued(0), called(5), transferred(9))
    moved = at(fold(*story), 11).queues
    assert (moved["A"].n_waiting, moved["A"].n_called, moved["A"].services.sum_s) == (0, 1, 240)
    assert (moved["B"].n_waiting, moved["B"].n_transferred, moved["B"].longest_wait_s) == (1, 1, 120)
    served = at(fold(*story, called(20), finished(26)), 30).queues["B"]
    assert (served.n_waiting, served.n_called, served.waits.sum_s, served.services.sum_s) == (0, 1, 660, 360)


def test_a_visitor_may_be_transferred_from_the_line(fold: Fold, at: Any) -> None:
    """Who was never called leaves the first queue without a call."""
    figures = at(fold(issued(0), transferred(4)), 10)
    assert (figures.queues["A"].n_waiting, figures.queues["A"].n_called) == (0, 0)
    assert figures.queues["B"].longest_wait_s == 360
    assert not anomalies(figures)


@pytest.mark.parametrize(
    "order", orders([issued(0), transferred(4), called(10), finished(12)], last="service.finished")
)
def test_a_transfer_from_the_line_may_be_told_in_any_order_before_the_call(
    fold: Fold, at: Any, order: tuple[Told, ...]
) -> None:
    """Nobody is left in a line who was called, and every visitor is issued, called and served once."""
    figures = at(fold(*order, received_minute=15), 20)
    assert sum(queue.n_waiting for queue in figures.queues.values()) == 0
    assert sum(queue.n_issued for queue in figures.queues.values()) == 1
    assert sum(queue.n_called for queue in figures.queues.values()) == 1
    if order[2][0] != "ticket.transferred":
        assert (figures.queues["B"].n_called, figures.queues["B"].waits.sum_s) == (1, 360)
        assert not anomalies(figures)
    else:
        assert anomalies(figures) == {"stale": 1}


def test_the_call_to_the_other_queue_may_overtake_the_transfer(fold: Fold, at: Any) -> None:
    """A second call is kept, and is that of the other queue once the transfer arrives."""
    figures = at(fold(issued(0), called(5), called(20), transferred(10), received_minute=30), 40)
    assert (figures.queues["B"].n_waiting, figures.queues["B"].n_called, figures.queues["B"].waits.sum_s) == (0, 1, 600)


def test_a_transfer_needs_no_issue(fold: Fold, at: Any) -> None:
    """The visitor waits where they were sent; the issue that arrives later counts where it was made."""
    state = fold(transferred(10))
    assert at(state, 12).queues["B"].n_waiting == 1
    late = at(fold(issued(0), state=state), 12)
    assert (late.queues["A"].n_issued, late.queues["A"].n_waiting, late.queues["B"].n_waiting) == (1, 0, 1)
    assert not anomalies(late)


def test_a_transfer_that_is_told_again_or_too_late_moves_nobody(fold: Fold, at: Any) -> None:
    """The same transfer is repeated, one that is older than where the visitor waits is stale."""
    figures = at(fold(issued(0), transferred(8), transferred(8), transferred(4, queue="C"), received_minute=9), 10)
    assert {name: queue.n_waiting for name, queue in figures.queues.items()} == {"A": 0, "B": 1, "C": 0}
    assert anomalies(figures) == {"repeated": 1, "stale": 1}


def test_a_number_that_was_transferred_may_be_issued_again(fold: Fold, at: Any) -> None:
    """An issue after the transfer is a new visitor; the one who waited has left unseen."""
    figures = at(fold(transferred(4), issued(9)), 10)
    assert {name: queue.n_waiting for name, queue in figures.queues.items()} == {"A": 1, "B": 0}
    assert anomalies(figures) == {"reissued": 1}


def test_waits_over_the_limit_are_counted_to_the_minute(fold: Fold, at: Any) -> None:
    """Whatever the limit is or becomes, waits longer than it are counted; one that equals it is not longer."""
    waits = (10, 20, 20.5, 21, 300)
    story = [each for wait in waits for each in (issued(0, f"T{wait}"), called(wait, f"T{wait}"))]
    state = fold(*story, received_minute=300)
    counted = {
        limit: at(state, 300, waiting_limit_s=limit).queues["A"].n_called_over_limit for limit in (300, 1200, 1230)
    }
    assert counted == {300: 5, 1200: 3, 1230: 1}
    assert at(state, 300, waiting_limit_s=14400).queues["A"].n_called_over_limit == 1
    assert at(state, 300).queues["A"].n_called_over_limit is None


def test_the_oldest_ticket_is_told_by_its_time(fold: Fold, at: Any, noon: Any) -> None:
    """Since when the first visitor has waited; nothing where nobody waits."""
    state = fold(issued(0), issued(3, "A2"))
    assert at(state, 10).queues["A"].oldest_since == noon
    assert at(fold(called(11), called(11, "A2"), state=state), 12).queues["A"].oldest_since is None


WEEK = 7 * 24 * 60


def test_the_last_hour_is_told_beside_what_is_usual(fold: Fold, at: Any) -> None:
    """The full hour before now, and the median of the same hour in up to four weeks before; nothing without a past."""
    n_by_week = {-5: 9, -4: 1, -3: 2, -2: 0, -1: 4, 0: 6}
    story = [issued(week * WEEK + 5, f"W{week}.{n}") for week, n_issued in n_by_week.items() for n in range(n_issued)]
    figures = at(fold(*story), 65).arrivals
    assert (figures.n_issued, figures.n_usual) == (6, 1.5)
    first = at(fold(issued(5)), 65).arrivals
    assert (first.n_issued, first.n_usual) == (1, None)
    assert at(fold(called(5)), 65).arrivals.n_issued is None


def test_hours_are_forgotten_after_five_weeks(fold: Fold) -> None:
    """The state holds no more than what the next hours are compared with."""
    state = fold(*(issued(day * 24 * 60, f"D{day}") for day in range(60)))
    assert len(state.hall.arrivals.hours) <= 36


def test_who_comes_now_waits_for_those_before(fold: Fold, at: Any) -> None:
    """At a call every four minutes, who finds two in the queue is called with the third call from now."""
    story = [told for number in range(1, 6) for told in (issued(0, f"A{number}"), called(4 * number, f"A{number}"))]
    waiting = fold(*story, issued(18, "A6"), issued(19, "A7"))
    assert at(waiting, 24).queues["A"].expected_wait_s == 3 * 4 * 60
    assert at(fold(*story), 24).queues["A"].expected_wait_s == 0


def test_without_calls_nobody_knows_how_long_it_takes(fold: Fold, at: Any) -> None:
    """A queue in which nobody was called within the last hour has no pace."""
    assert at(fold(issued(0)), 5).queues["A"].expected_wait_s is None
    assert at(fold(issued(0), called(5), issued(6, "A2")), 66).queues["A"].expected_wait_s is None
