"""A start from saved states is equal to one from the whole log, and what another fold has saved is not believed."""

import contextlib
import random
import sqlite3
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path

import pytest

from monitor.clock import ManualClock
from monitor.config import Config
from monitor.events import Event
from monitor.live import Live
from monitor.state import State
from monitor.store import open_store

CENTRES = ("north", "south", "west")
Storm = Callable[[int, int], list[tuple[str, Event]]]
Opened = Callable[[], contextlib.AbstractAsyncContextManager[Live]]


@pytest.fixture
def opened(tmp_path: Path, noon: datetime) -> Opened:
    """Return a function that gives a block the centres of one log, folded."""

    @contextlib.asynccontextmanager
    async def folded() -> AsyncIterator[Live]:
        config = Config(store=tmp_path / "events.sqlite")
        live = Live(config, ManualClock(noon), open_store(config.store))
        await live.fold_log()
        yield live
        await live.store.close()

    return folded


@pytest.fixture
def storm(event: Callable[..., Event]) -> Storm:
    """Return a function that makes random events of three centres, with numbers from one to another."""
    dice = random.Random(20250701)  # noqa: S311 - a storm, not a secret

    def make(first: int, last: int) -> list[tuple[str, Event]]:
        made = []
        for number in range(first, last):
            ticket = f"T{dice.randrange(30)}"
            kind = dice.choice(["ticket.issued", "ticket.called", "service.finished", "ticket.abandoned"])
            told = {"ticket": ticket} | ({"queue": dice.choice("AB")} if kind == "ticket.issued" else {})
            made.append((dice.choice(CENTRES), event(str(number), kind, dice.randrange(500), **told)))
        return made

    return make


async def rebuilt(live: Live) -> dict[str, State]:
    """Return the states that the whole log gives."""
    states: dict[str, State] = {}
    async for stored in live.store.read():
        states.setdefault(stored.centre, State()).apply(stored)
    return states


def states_of(live: Live) -> dict[str, State]:
    """Return the states of the centres that had events."""
    return {name: centre.state for name, centre in live.centres.items()}


async def test_saved_states_and_the_rest_equal_the_whole_log(opened: Opened, storm: Storm) -> None:
    """However often states are saved, also while events come, and however often the service starts, nothing differs."""
    for part in range(5):
        async with opened() as live:
            for number, (centre, each) in enumerate(storm(part * 60, part * 60 + 60)):
                await live.append(centre, [each])
                if number in {20, 40}:
                    await live.save()
            assert states_of(live) == await rebuilt(live)
        async with opened() as live:
            assert states_of(live) == await rebuilt(live)


async def test_a_start_reads_only_what_is_not_saved(opened: Opened, storm: Storm, tmp_path: Path) -> None:
    """Events that a saved state holds are not read again: the log may even be damaged there."""
    async with opened() as live:
        for centre, each in storm(0, 100):
            await live.append(centre, [each])
        await live.save()
        for centre, each in storm(100, 130):
            await live.append(centre, [each])
        expected = states_of(live)
    with contextlib.closing(sqlite3.connect(tmp_path / "events.sqlite")) as log:
        log.execute("update event set body = 'damaged' where seq <= 100")
        log.commit()
    async with opened() as live:
        assert states_of(live) == expected


async def test_states_of_another_fold_are_not_believed(opened: Opened, storm: Storm, tmp_path: Path) -> None:
    """After a change of the fold the whole log is folded once, and saved by the new fold."""
    async with opened() as live:
        for centre, each in storm(0, 100):
            await live.append(centre, [each])
        await live.save()
        expected = states_of(live)
    with contextlib.closing(sqlite3.connect(tmp_path / "events.sqlite")) as log:
        (seq,) = log.execute("select max(seq) from state").fetchone()
        assert seq == 100
        log.execute("update state set fold = 'another', state = replace(state, ':1', ':7') where centre = 'north'")
        log.commit()
    async with opened() as live:
        assert states_of(live) == expected


async def test_what_a_save_holds_up_is_not_lost(opened: Opened, storm: Storm) -> None:
    """Events of a centre that is new, told while the states of the others are being saved, are there after a start."""
    async with opened() as live:
        for centre, each in storm(0, 40):
            await live.append(centre, [each])
        for name in ("east", "far-east"):
            saving = live.save()
            saving.send(None)  # the first centre is written down; then the others go on
            await live.append(name, [each for _, each in storm(50, 60)])
            with contextlib.suppress(StopIteration):
                while True:
                    saving.send(None)
        expected = states_of(live)
    async with opened() as live:
        assert states_of(live) == expected == await rebuilt(live)
