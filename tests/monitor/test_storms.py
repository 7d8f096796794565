"""Random storms of events: shuffled, repeated and contradictory ones leave the state equal to what the log says."""

import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from monitor.clock import ManualClock
from monitor.config import Config
from monitor.events import Event, Stored, parse_event
from monitor.live import Live
from monitor.state import State
from monitor.store import open_store

CENTRE = "centre"
NOON = datetime(2025, 7, 1, 5, 0, tzinfo=UTC)
KINDS: dict[str, tuple[str, ...]] = {
    "ticket.issued": ("ticket", "queue"),
    "ticket.called": ("ticket",),
    "ticket.recalled": ("ticket",),
    "ticket.transferred": ("ticket", "queue"),
    "ticket.abandoned": ("ticket",),
    "service.started": ("ticket",),
    "service.finished": ("ticket",),
    "record.received": ("record", "procedure", "field"),
    "record.supplement_requested": ("record",),
    "record.supplemented": ("record",),
    "record.processed": ("record",),
    "record.approved": ("record",),
    "record.settled": ("record",),
    "record.returned": ("record",),
    "record.withdrawn": ("record",),
    "counter.opened": ("counter", "queue"),
    "counter.closed": ("counter",),
    "staff.signed_in": ("group",),
    "staff.signed_out": ("group",),
    "outage.started": ("what",),
    "outage.ended": ("what",),
}


def make(number: int, kind: str, minute: int, names: dict[str, str]) -> Event:
    """Return an event as it comes through the door."""
    content: dict[str, Any] = {
        "specversion": "1.0",
        "id": str(number),
        "source": "/storm",
        "type": f"org.peakweek.{kind}.v1",
        "time": (NOON + timedelta(minutes=minute)).isoformat(),
        "data": {field: names[field] for field in KINDS[kind]},
    }
    return parse_event(json.dumps(content).encode())


names = st.fixed_dictionaries(
    {
        "ticket": st.sampled_from([f"T{n}" for n in range(6)]),
        "queue": st.sampled_from(["A", "B"]),
        "record": st.sampled_from([f"R{n}" for n in range(4)]),
        "procedure": st.sampled_from(["land", "civil-status"]),
        "field": st.sampled_from(["civil", "land"]),
        "counter": st.sampled_from(["1", "2", "3"]),
        "group": st.sampled_from(["officers", "guides"]),
        "what": st.sampled_from(["line", "power"]),
    }
)
storms = st.lists(
    st.tuples(st.sampled_from(sorted(KINDS)), st.integers(-2000, 2000), names, st.integers(-30, 2000)), max_size=60
)


def folded(log: list[Stored]) -> State:
    """Return the fold of a log."""
    state = State()
    for stored in log:
        state.apply(stored)
    return state


@given(storms)
def test_any_storm_leaves_figures_that_make_sense(storm: list[tuple[str, int, dict[str, str], int]]) -> None:
    """No figure is negative, nothing is lost, and the same log gives the same state."""
    log = [
        Stored(number, NOON + timedelta(minutes=received), make(number, kind, minute, told))
        for number, (kind, minute, told, received) in enumerate(storm, start=1)
    ]
    state = folded(log)
    assert state == folded(log)
    figures = state.snapshot(NOON + timedelta(minutes=2000), waiting_limit_s=600)
    assert sum(figures.n_events.values()) == len(log)
    for queue in figures.queues.values():
        assert 0 <= queue.n_waiting <= queue.n_issued + queue.n_transferred - queue.waits.counts[-1]
        assert (queue.oldest_since is None) == (queue.n_waiting == 0)
        assert queue.waits.counts[-1] == queue.n_called
        assert queue.services.counts[-1] <= queue.n_called
        assert min(queue.longest_wait_s, queue.waits.sum_s, queue.services.sum_s) >= 0
    for procedure in figures.procedures.values():
        assert procedure.n_in_progress == procedure.n_received - procedure.n_settled
        assert 0 <= procedure.n_overdue <= procedure.n_in_progress
    n_in_progress = sum(procedure.n_in_progress for procedure in figures.procedures.values())
    for n_by in (figures.backlog.n_by_age, figures.backlog.n_by_field, figures.backlog.n_by_stage):
        assert sum(n_by.values()) == n_in_progress
    shares = (figures.backlog.on_time.of_received, figures.backlog.on_time.of_settled)
    assert all(share is None or 0 <= share <= 1 for share in shares)
    assert min(figures.n_on_duty.values(), default=0) >= 0


@given(storms, st.integers(0, 60))
def test_a_state_that_is_dumped_and_loaded_goes_on_as_the_same(
    storm: list[tuple[str, int, dict[str, str], int]], dumped_after: int
) -> None:
    """At any point of any log the state, written as JSON and read again, is equal and stays equal."""
    log = [
        Stored(number, NOON + timedelta(minutes=received), make(number, kind, minute, told))
        for number, (kind, minute, told, received) in enumerate(storm, start=1)
    ]
    state = folded(log[:dumped_after])
    loaded = State.load(json.loads(json.dumps(state.dump())))
    assert loaded == state
    for stored in log[dumped_after:]:
        loaded.apply(stored)
    assert loaded == folded(log)


@given(storms)
def test_what_is_over_takes_no_room(storm: list[tuple[str, int, dict[str, str], int]]) -> None:
    """Nine days after a storm the state holds names only of records that are still open; of the rest, counts."""
    log = [
        Stored(number, NOON + timedelta(minutes=received), make(number, kind, minute, told))
        for number, (kind, minute, told, received) in enumerate(storm, start=1)
    ]
    names = {"ticket": "T-last", "queue": "A"}
    end = 2000 + 9 * 24 * 60
    log.append(Stored(len(log) + 1, NOON + timedelta(minutes=end), make(len(log) + 1, "ticket.issued", end, names)))
    state = folded(log)
    n_in_progress = sum(
        each.n_in_progress for each in state.snapshot(NOON + timedelta(minutes=end)).procedures.values()
    )
    assert len(state.backlog.records) == n_in_progress
    assert (state.backlog.early, state.backlog.gone) == ({}, {})
    assert (set(state.hall.tickets), len(state.senders.senders)) == ({"T-last"}, 1)


visits = st.lists(
    st.tuples(
        st.sampled_from(["waits", "left", "called", "served"]),
        st.integers(0, 60),
        st.integers(0, 60),
        st.integers(0, 60),
        st.sampled_from(["A", "B"]),
    ),
    max_size=15,
)


def told_of(visit: int, story: tuple[str, int, int, int, str]) -> list[tuple[str, int, dict[str, str]]]:
    """Return what senders tell of one visit."""
    outcome, issued, wait, service, queue = story
    told = {"ticket": f"T{visit}", "queue": queue}
    call, end = issued + wait, issued + wait + service
    later = {
        "waits": [],
        "left": [("ticket.abandoned", call)],
        "called": [("ticket.called", call)],
        "served": [("ticket.called", call), ("service.finished", end)],
    }
    return [(kind, minute, told) for kind, minute in [("ticket.issued", issued), *later[outcome]]]


@given(visits, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_change_the_figures(
    stories: list[tuple[str, int, int, int, str]], shuffler: random.Random
) -> None:
    """Whatever the order in which the events of a day arrive, queues and histograms end the same."""
    told = [each for visit, story in enumerate(stories) for each in told_of(visit, story)]
    events = [make(number, *each) for number, each in enumerate(told)]
    received = NOON + timedelta(hours=4)
    in_order = folded([Stored(seq, received, event) for seq, event in enumerate(events, start=1)])
    shuffler.shuffle(events)
    shuffled = folded([Stored(seq, received, event) for seq, event in enumerate(events, start=1)])
    first, second = (state.snapshot(received, waiting_limit_s=600) for state in (in_order, shuffled))
    assert first.queues == second.queues
    assert first.n_anomalous == second.n_anomalous


async def test_the_live_state_equals_the_rebuilt_one(tmp_path: Path) -> None:
    """After a storm with repetitions through a real store, a restarted centre has the very same state."""
    dice = random.Random(20250701)  # noqa: S311 - a storm, not a secret
    config = Config(store=tmp_path / "events.sqlite")
    clock = ManualClock(NOON)
    live = Live(config, clock, open_store(config.store))
    await live.fold_log()
    storm: list[Event] = []
    for number in range(600):
        told = {"ticket": f"T{dice.randrange(40)}", "queue": "A", "record": f"R{dice.randrange(30)}"}
        told |= {
            "procedure": "land",
            "field": "land",
            "counter": str(dice.randrange(5)),
            "group": "guides",
            "what": "line",
        }
        storm.append(make(number, dice.choice(sorted(KINDS)), dice.randrange(3000), told))
    n_duplicate = 0
    for _ in range(300):
        clock.advance(dice.randrange(-60, 1200))
        receipt = await live.append(CENTRE, dice.choices(storm, k=5))
        n_duplicate += receipt.n_duplicate
        if dice.random() < 0.02:
            rebuilt = State()
            async for stored in live.store.read():
                rebuilt.apply(stored)
            assert rebuilt == live.centres[CENTRE].state
    await live.store.close()
    again = Live(config, clock, open_store(config.store))
    await again.fold_log()
    await again.store.close()
    assert n_duplicate > 500
    assert again.centres[CENTRE].state == live.centres[CENTRE].state
    assert again.read(CENTRE).snapshot == live.read(CENTRE).snapshot


async def test_each_centre_has_a_state_of_its_own(tmp_path: Path) -> None:
    """Events of two centres in one log give each the state that it would have in a log of its own."""
    config, clock = Config(store=tmp_path / "events.sqlite"), ManualClock(NOON)
    live = Live(config, clock, open_store(config.store))
    await live.fold_log()
    alone: dict[str, list[Event]] = {"north": [], "south": []}
    for number in range(60):
        centre = "south" if number % 3 else "north"
        told = {"ticket": f"T{number % 7}", "queue": "A"}
        alone[centre].append(make(number, "ticket.issued" if number % 2 else "ticket.called", number, told))
        await live.append(centre, alone[centre][-1:])
    await live.store.close()
    for centre, events in alone.items():
        apart = folded([Stored(seq, NOON, event) for seq, event in enumerate(events, start=1)])
        assert live.centres[centre].state.snapshot(NOON, 600) == apart.snapshot(NOON, 600)
