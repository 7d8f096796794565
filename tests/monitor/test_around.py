"""The fold of what is around the queue: staff on duty, outages, and the senders themselves."""

import itertools
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from monitor.events import Event, Stored
from monitor.state import State
from tests.stories import Fold, Told, anomalies, issued, outage, staff

SHIFT = [staff("signed_in", 0, 3), staff("signed_out", 30), staff("signed_in", 60, 2)]
OUTAGE = [outage("started", 0), outage("ended", 10)]


@pytest.mark.parametrize("order", list(itertools.permutations(SHIFT)))
def test_who_came_without_who_went_is_on_duty(fold: Fold, at: Any, order: tuple[Told, ...]) -> None:
    """Staff are counted by group, in whatever order their coming and going is told."""
    figures = at(fold(*order, received_minute=60), 61)
    assert figures.n_on_duty == {"officers": 4}
    assert not anomalies(figures)


def test_more_than_came_cannot_go(fold: Fold, at: Any) -> None:
    """Nobody is on duty where more have gone than came; a night makes good what was forgotten."""
    state = fold(staff("signed_out", 0, 2), staff("signed_in", 0, 5, group="guides"))
    assert at(state, 1).n_on_duty == {"officers": 0, "guides": 5}
    assert at(state, 12 * 60 + 1).n_on_duty == {"officers": 0, "guides": 0}
    morning = at(fold(staff("signed_in", 13 * 60), state=state), 13 * 60)
    assert morning.n_on_duty == {"officers": 1, "guides": 0}
    assert anomalies(morning) == {"orphan": 1, "expired": 1}


def test_groups_of_staff_are_bounded(fold: Fold, at: Any) -> None:
    """Twenty have figures of their own; further ones share "other"."""
    figures = at(fold(*(staff("signed_in", 0, group=f"G{number}") for number in range(25))), 1)
    assert (len(figures.n_on_duty), figures.n_on_duty["other"]) == (21, 5)
    assert anomalies(figures) == {"too_many_groups": 5}


@pytest.mark.parametrize("order", [OUTAGE, OUTAGE[::-1]])
def test_an_outage_begins_and_ends(fold: Fold, at: Any, order: list[Told]) -> None:
    """It counts once, with its length, in either order; of other things nothing is known."""
    figures = at(fold(*order, received_minute=10), 11)
    line = figures.outages["line"]
    assert (line.is_out, line.n_outages, line.lasted_s) == (False, 1, 600)
    assert figures.outages["power"].is_out is None
    assert not anomalies(figures)


def test_an_outage_that_goes_on_is_out(fold: Fold, at: Any) -> None:
    """Its length is counted when it ends, so that no counter ever goes back."""
    line = at(fold(*OUTAGE, outage("started", 20)), 50).outages["line"]
    assert (line.is_out, line.n_outages, line.lasted_s) == (True, 2, 600)


def test_outages_that_are_told_again_are_one(fold: Fold, at: Any) -> None:
    """A second start while it is out, and the same end again, are repeated; what is older than both is stale."""
    again = (outage("started", 5), outage("ended", 10), outage("started", -5), outage("ended", 3))
    told = (OUTAGE[0], again[0], OUTAGE[1], *again[1:])
    figures = at(fold(*told, received_minute=11), 12)
    assert (figures.outages["line"].n_outages, figures.outages["line"].lasted_s) == (1, 600)
    assert anomalies(figures) == {"repeated": 2, "stale": 2}


@pytest.fixture
def hear(event: Callable[..., Event], noon: datetime) -> Callable[..., State]:
    """Return a function that folds issues which happened and were received at given seconds after noon."""

    def heard(*told: tuple[float, float], source: str = "/centre/kiosk-1", state: State | None = None) -> State:
        state = state or State()
        for happened_s, received_s in told:
            name = f"{source}{state.seq}".replace("/", "-").strip("-")
            issue = event(name, "ticket.issued", happened_s / 60, ticket=name, queue="A")
            issue = Event(issue.id, source, issue.time, issue.happening)
            state.apply(Stored(state.seq + 1, noon + timedelta(seconds=received_s), issue))
        return state

    return heard


def test_a_clock_that_is_ahead_is_measured_by_the_promptest_event(hear: Any, at: Any) -> None:
    """A clock 40 s ahead shows as soon as one event comes at once; those that come hours late do not hide it."""
    figures = at(hear((0, 3600), (3640, 3602), (100, 3700)), 62)
    assert figures.ahead_s == {"/centre/kiosk-1": 38}


def test_a_clock_that_was_set_right_is_believed_after_two_hours(hear: Any, at: Any) -> None:
    """The lead is that of the last two hours in which the sender told anything."""
    state = hear((600, 0))
    assert at(hear((3700, 3700), state=state), 62).ahead_s == {"/centre/kiosk-1": 600}
    assert at(hear((7300, 7300), state=state), 122).ahead_s == {"/centre/kiosk-1": 0}


def test_late_events_are_lag_not_skew(hear: Any, at: Any) -> None:
    """Of a sender that is only ever late, the least lateness is told, as negative; every event's lag is counted."""
    figures = at(hear((0, 90), (0, 7)), 2)
    assert figures.ahead_s == {"/centre/kiosk-1": -7}
    assert (figures.lags.sum_s, figures.lags.counts[-1]) == (97, 2)
    assert figures.lags.counts[figures.lags.bounds_s.index(15)] == 1


def test_senders_are_bounded_and_forgotten(hear: Any, at: Any) -> None:
    """Ten senders are known at a time, further ones are one; who is silent for a day makes room."""
    state = State()
    for number in range(15):
        hear((number, 0), source=f"/kiosk/{number}", state=state)
    ahead_s = at(state, 1).ahead_s
    assert (len(ahead_s), ahead_s["other"]) == (11, 14)
    hear((90_000, 90_000), source="/kiosk/new", state=state)
    assert at(state, 1500).ahead_s == {"/kiosk/new": 0}


def test_a_new_day_starts_with_no_tickets_but_all_counts(fold: Fold, at: Any) -> None:
    """Names that are forgotten leave their counts behind: what a dashboard sums never goes back."""
    day = 24 * 60
    state = fold(issued(0), staff("signed_in", 0), *OUTAGE)
    later = at(fold(issued(3 * day, "A2"), state=state), 3 * day)
    assert (later.queues["A"].n_issued, later.outages["line"].n_outages, later.lags.counts[-1]) == (2, 1, 5)
