"""The fold of the backlog: supplements, steps, settlement by whatever name, ages, and what was on time."""

import itertools
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.stories import Fold, Told, anomalies, issued, of_record, received, settled

DUE = {"due": "2025-07-01T06:00:00Z"}  # an hour after noon
DAY = 24 * 60
SUPPLEMENTED = [received(0, **DUE), of_record("supplement_requested", 10), of_record("supplemented", 40), settled(80)]


@pytest.mark.parametrize("order", list(itertools.permutations(SUPPLEMENTED[:3])))
def test_time_for_supplements_is_added_to_what_is_due(fold: Fold, at: Any, order: tuple[Told, ...]) -> None:
    """A record that waited 30 minutes for its citizen is due 30 minutes later, and took 30 minutes less."""
    figures = at(fold(*order, SUPPLEMENTED[3], received_minute=80), 90)
    assert (figures.procedures["land"].n_settled, figures.procedures["land"].n_settled_late) == (1, 0)
    assert figures.backlog.processings.sum_s == 50 * 60
    assert figures.backlog.n_supplements_requested == 1
    assert not anomalies(figures)
    late = at(fold(*order, settled(91), received_minute=91), 92)
    assert late.procedures["land"].n_settled_late == 1


def test_a_record_is_not_overdue_while_its_citizen_has_it(fold: Fold, at: Any) -> None:
    """The clock stands still from the request to the supplement, however long that takes."""
    state = fold(*SUPPLEMENTED[:2])
    assert at(state, 5 * DAY).procedures["land"].n_overdue == 0
    back = fold(of_record("supplemented", 5 * DAY), state=state)
    assert at(back, 5 * DAY + 49).procedures["land"].n_overdue == 0
    assert at(back, 5 * DAY + 51).procedures["land"].n_overdue == 1


def test_a_second_request_makes_a_record_late(fold: Fold, at: Any) -> None:
    """More than one request for supplements counts as late, whenever the record is settled."""
    state = fold(*SUPPLEMENTED[:3], of_record("supplement_requested", 45))
    assert at(state, 46).procedures["land"].n_overdue == 1
    assert at(fold(settled(50), state=state), 51).procedures["land"].n_settled_late == 1


def test_the_same_request_or_supplement_is_repeated(fold: Fold, at: Any) -> None:
    """A request that is told twice is one request."""
    told = (*SUPPLEMENTED[:3], SUPPLEMENTED[1], SUPPLEMENTED[2])
    figures = at(fold(*told, received_minute=50), 50)
    assert figures.backlog.n_supplements_requested == 1
    assert figures.procedures["land"].n_overdue == 0
    assert anomalies(figures) == {"repeated": 2}


def test_the_backlog_is_told_by_what_it_waits_for(fold: Fold, at: Any) -> None:
    """The back office, the signature, or the citizen: each record of the backlog is in one of them."""
    story = [received(0, f"R{number}") for number in range(6)]
    steps = [
        of_record("processed", 5, "R1"),
        of_record("supplement_requested", 5, "R2"),
        of_record("processed", 6, "R3"),
    ]
    more = [
        of_record("approved", 9, "R3"),
        of_record("supplement_requested", 6, "R4"),
        of_record("supplemented", 8, "R4"),
    ]
    assert at(fold(*story, *steps, *more), 10).backlog.n_by_stage == {"processing": 3, "approval": 1, "citizen": 1}


@pytest.mark.parametrize("what", ["settled", "approved", "returned"])
def test_whatever_ends_the_work_settles(fold: Fold, at: Any, what: str) -> None:
    """A record leaves the backlog when it is settled, approved, or at the latest returned; late if after it was due."""
    for minute, n_late in ((59, 0), (61, 1)):
        land = at(fold(received(0, **DUE), of_record(what, minute)), 70).procedures["land"]
        assert (land.n_settled, land.n_settled_late, land.n_in_progress) == (1, n_late, 0)


@pytest.mark.parametrize("order", list(itertools.permutations([of_record("approved", 30), settled(40), received(0)])))
def test_an_approval_and_a_settlement_settle_once(fold: Fold, at: Any, order: tuple[Told, ...]) -> None:
    """A centre that tells both settles each record once, in whatever order, and nothing is amiss, also a week later."""
    state = fold(*order, of_record("processed", 20), of_record("returned", 50), received_minute=60)
    figures = at(fold(issued(8 * DAY), state=state), 8 * DAY)
    assert (figures.procedures["land"].n_settled, figures.backlog.n_returned) == (1, 1)
    assert not anomalies(figures)


def test_what_is_told_after_the_settlement_is_known_for_a_week(fold: Fold, at: Any) -> None:
    """The settled record is recognised: the same again is repeated, a supplement is stale, and nothing is counted."""
    story = (received(0), settled(10))
    again = (received(0), settled(11), of_record("supplement_requested", 5), of_record("supplemented", 6))
    before, after = (at(fold(*told, received_minute=12), 13) for told in (story, (*story, *again)))
    assert (after.procedures, after.backlog) == (before.procedures, before.backlog)
    assert anomalies(after) == {"repeated": 2, "stale": 2}


def test_a_record_without_receipt_is_an_orphan_after_a_week(fold: Fold, at: Any) -> None:
    """Steps of a record that nobody received are forgotten and counted; a return alone is remembered nowhere."""
    steps = [of_record("processed", 1, "R1"), of_record("supplemented", 1, "R2"), of_record("returned", 1, "R3")]
    figures = at(fold(*steps, issued(8 * DAY)), 8 * DAY)
    assert anomalies(figures) == {"orphan": 2}
    assert figures.backlog.n_returned == 1


def test_the_backlog_is_told_by_age(fold: Fold, at: Any) -> None:
    """Each record of the backlog is in one band of age, and its own instant decides which."""
    story = [received(-days * DAY, f"R{days}") for days in (0, 1, 2, 5, 10, 20, 29, 30, 400)]
    n_by_age = at(fold(*story, received_minute=0), 0).backlog.n_by_age
    bands = {"under_1d": 1, "1d_to_3d": 2, "3d_to_7d": 1, "7d_to_15d": 1, "15d_to_30d": 2, "over_30d": 2}
    assert n_by_age == bands


def test_the_backlog_is_told_by_field(fold: Fold, at: Any) -> None:
    """Procedures of one field count together; what has none is "unknown"; too many share "other"."""
    story = (received(0, field="civil"), received(0, "R2", field="civil"), received(0, "R3"), settled(1, "R3"))
    assert at(fold(*story), 2).backlog.n_by_field == {"civil": 2, "unknown": 0}
    many = [received(0, f"R{number}", field=f"F{number}") for number in range(25)]
    figures = at(fold(*many), 1)
    assert (len(figures.backlog.n_by_field), figures.backlog.n_by_field["other"]) == (21, 5)
    assert anomalies(figures) == {"too_many_fields": 5}


def test_what_is_due_today_ends_at_the_midnight_of_the_centre(fold: Fold, at: Any) -> None:
    """Records that are due before midnight where the centre is count, without those that are late or with citizens."""
    dues = {"R1": "05:30", "R2": "16:59", "R3": "17:01", "R4": "16:00"}  # noon is 05:00, midnight 17:00
    story = [received(0, name, due=f"2025-07-01T{due}:00Z") for name, due in dues.items()]
    state = fold(*story, of_record("supplement_requested", 1, "R4"))
    zone = ZoneInfo("Asia/Ho_Chi_Minh")
    assert at(state, 10, zone=zone).backlog.n_due_today == 2
    assert at(state, 31, zone=zone).backlog.n_due_today == 1


def test_on_time_is_told_by_both_definitions(fold: Fold, at: Any) -> None:
    """The provinces count also what is late in progress and what was carried over; the other only what is done."""
    due = {"due": "2025-07-02T05:00:00Z"}
    old = [received(-40 * DAY, f"old{number}") for number in range(2)]
    new = [received(0, f"R{number}", **due) for number in range(8)]
    done = [settled(10, "R0"), settled(2 * DAY, "R1"), settled(20, "old0")]
    figures = at(fold(*old, *new, *done, received_minute=2 * DAY), 2 * DAY).backlog.on_time
    assert figures.of_settled == pytest.approx(1 - 1 / 3)
    assert figures.of_received == pytest.approx(1 - (6 + 1) / (8 + 2))


def test_on_time_forgets_after_thirty_days(fold: Fold, at: Any) -> None:
    """What was received and settled longer ago does not count, and of nothing there is no share."""
    state = fold(received(0, **DUE), settled(10))
    assert at(state, 29 * DAY).backlog.on_time.of_settled == 1
    on_time = at(state, 31 * DAY).backlog.on_time
    assert (on_time.of_settled, on_time.of_received) == (None, None)
