"""What every store must do, whatever keeps it."""

import asyncio
import itertools
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from monitor.events import Event, Stored
from monitor.store import ConflictError, Receipt, Store, StoreError, open_store

MakeEvent = Callable[..., Event]
CENTRE = "centre"
OpenStore = Callable[[], Store]


@pytest.fixture
def opened(address: Path | str) -> OpenStore:
    """Return a function that opens the same log again and again."""
    return lambda: open_store(address)


async def log_of(store: Store) -> list[str]:
    """Return the ids in the log, in its order."""
    return [stored.event.id async for stored in store.read()]


async def test_what_is_acknowledged_is_there_after_a_restart(
    opened: OpenStore, issue: MakeEvent, noon: datetime
) -> None:
    """Events come back as they were, in their order, with the instant of their receipt."""
    store = opened()
    events = [issue(str(number), f"A{number}") for number in range(5)]
    assert await store.append(CENTRE, events[:2], noon) == Receipt(2, 0)
    assert await store.append(CENTRE, events[2:], noon + timedelta(seconds=1)) == Receipt(3, 0)
    await store.close()
    store = opened()
    log = [stored async for stored in store.read()]
    await store.close()
    assert [stored.event for stored in log] == events
    assert [stored.received for stored in log] == [noon] * 2 + [noon + timedelta(seconds=1)] * 3
    assert all(first.seq < second.seq for first, second in itertools.pairwise(log))


async def test_reading_begins_after_a_number(opened: OpenStore, issue: MakeEvent, noon: datetime) -> None:
    """A reader goes on where it stopped, over many pages."""
    store = opened()
    await store.append(CENTRE, [issue(str(number)) for number in range(2500)], noon)
    log = [stored async for stored in store.read()]
    rest = [stored async for stored in store.read(log[1234].seq)]
    await store.close()
    assert len(log) == 2500
    assert rest == log[1235:]


async def test_the_same_event_again_is_a_duplicate(opened: OpenStore, issue: MakeEvent, noon: datetime) -> None:
    """An event is stored once, whether it comes again later or twice in one batch."""
    store = opened()
    assert await store.append(CENTRE, [issue("1"), issue("2"), issue("1")], noon) == Receipt(2, 1)
    assert await store.append(CENTRE, [issue("2"), issue("3")], noon) == Receipt(1, 1)
    assert await log_of(store) == ["1", "2", "3"]
    await store.close()


async def test_another_event_of_the_same_name_is_a_conflict(
    opened: OpenStore, issue: MakeEvent, noon: datetime
) -> None:
    """A batch with a conflict changes nothing, and the conflict is told by its place in the batch."""
    store = opened()
    await store.append(CENTRE, [issue("1", "A1")], noon)
    stored, earlier = "expected the body that is stored", "expected the body that is earlier in the batch"
    for batch, told in ([issue("2"), issue("1", "A9")], stored), ([issue("3"), issue("4"), issue("4", "A9")], earlier):
        with pytest.raises(ConflictError, match=told) as caught:
            await store.append(CENTRE, batch, noon)
        assert caught.value.index == len(batch) - 1
    assert await log_of(store) == ["1"]
    await store.close()


async def test_sources_have_names_of_their_own(opened: OpenStore, issue: MakeEvent, noon: datetime) -> None:
    """The same id from another source is another event."""
    store = opened()
    first = issue("1")
    second = Event(first.id, "/centre/kiosk-2", first.time, first.happening)
    assert await store.append(CENTRE, [first, second], noon) == Receipt(2, 0)
    await store.close()


async def test_centres_have_names_of_their_own(opened: OpenStore, issue: MakeEvent, noon: datetime) -> None:
    """The same source and id in another centre is another event, whatever it says; one order holds for all."""
    store, told = opened(), list[Stored]()
    store.follow(told.extend, lambda: None)
    assert await store.append("north", [issue("1", "A1")], noon) == Receipt(1, 0)
    assert await store.append("south", [issue("1", "A9")], noon) == Receipt(1, 0)
    assert await store.append("north", [issue("1", "A1"), issue("2")], noon) == Receipt(1, 1)
    with pytest.raises(ConflictError):
        await store.append("south", [issue("1", "A1")], noon)
    await store.close()
    store = opened()
    log = [stored async for stored in store.read()]
    assert [(each.centre, each.event.id) for each in log] == [("north", "1"), ("south", "1"), ("north", "2")]
    assert log == told
    await store.close()


async def test_many_senders_are_each_answered_for_their_own(
    opened: OpenStore, issue: MakeEvent, noon: datetime
) -> None:
    """Batches that wait together share a commit, and a conflict in one does not touch the others."""
    store = opened()
    await store.append(CENTRE, [issue("x", "A1")], noon)
    batches = [[issue(f"{sender}-{number}") for number in range(3)] for sender in range(50)]
    batches[7].append(issue("x", "A9"))
    batches[9].append(issue("8-0"))
    answers = await asyncio.gather(*(store.append(CENTRE, batch, noon) for batch in batches), return_exceptions=True)
    assert isinstance(answers[7], ConflictError)
    assert sum(answer.n_duplicate for answer in answers if isinstance(answer, Receipt)) == 1
    log = await log_of(store)
    assert len(log) == len(set(log)) == 1 + 49 * 3
    await store.close()


async def test_a_follower_hears_each_event_once_in_the_order_of_the_log(
    opened: OpenStore, issue: MakeEvent, noon: datetime
) -> None:
    """What is told is what is stored, in the same order, and before the sender is answered."""
    store, told = opened(), list[Stored]()

    def listen(committed: Sequence[Stored]) -> None:
        told.extend(committed)

    store.follow(listen, lambda: None)

    async def send(number: int) -> None:
        await store.append(CENTRE, [issue(str(number)), issue("same")], noon)
        assert str(number) in {stored.event.id for stored in told}

    await asyncio.gather(*(send(number) for number in range(40)))
    assert told == [stored async for stored in store.read()]
    await store.close()


async def test_a_closed_store_takes_nothing(opened: OpenStore, issue: MakeEvent, noon: datetime) -> None:
    """What was waiting at the close is answered; what comes later is refused; closing twice does no harm."""
    store = opened()
    waiting = asyncio.create_task(store.append(CENTRE, [issue("1")], noon))
    await asyncio.sleep(0)
    await store.close()
    await store.close()
    assert await waiting == Receipt(1, 0)
    with pytest.raises(StoreError, match="closed"):
        await store.append(CENTRE, [issue("2")], noon)
