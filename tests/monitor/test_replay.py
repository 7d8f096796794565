"""Real logs and a simulated centre, played into a real service over a real socket."""

import asyncio
import contextlib
import itertools
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from monitor.adapters.centre import trace_events
from monitor.adapters.log import log_events, queue_names
from monitor.adapters.player import play, read_clock
from monitor.adapters.sender import SendError
from monitor.commands.demo import simulated_events
from monitor.commands.replay import moved
from monitor.config import Config
from monitor.events import Event
from monitor.tokens import Scope, Tokens
from sim import (
    NEVER,
    EventLog,
    State,
    System,
    build_plan,
    due_ticks,
    read_event_log,
    read_scenario,
    sample_workload,
    simulate,
)

Start = Callable[..., contextlib.AbstractAsyncContextManager[Any]]
WARSAW = "warsaw_office_queues_2019-12-30_2020-01-14.csv.gz"
THINGS = {"line": System.LINK, "portal": System.PORTAL, "software": System.SOFTWARE, "power": System.POWER}
BANK = "bank_callcentre_1999_02.csv.gz"


async def play_until(service: Any, events: Sequence[Event], instants: Sequence[datetime]) -> list[dict[str, float]]:
    """Return the scraped samples at each of the instants, while the events are played in by the service's clock."""
    n_acknowledged, progress = 0, asyncio.Event()

    def on_sent(n_sent: int) -> None:
        nonlocal n_acknowledged
        n_acknowledged = n_sent
        progress.set()

    scraped = []
    url = str(service.session._base_url)
    playing = asyncio.create_task(play(events, url=url, clock=service.clock, on_sent=on_sent))
    try:
        for instant in instants:
            service.clock.move_to(instant)
            n_due = sum(event.time <= instant for event in events)
            async with asyncio.timeout(30):
                while n_acknowledged < n_due and not playing.done():
                    progress.clear()
                    await progress.wait()
            scraped.append(await service.samples())
    finally:
        playing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await playing
    return scraped


def lengths(samples: dict[str, float], names: Sequence[str]) -> list[int]:
    """Return the scraped length of each queue; 0 for one that has not had a ticket."""
    return [int(samples.get(f"centre_queue_length queue={name}", 0)) for name in names]


async def compare(start: Start, config: Config, log: EventLog, every: int) -> int:
    """Compare /metrics with the log's own queue lengths at every so-many-th of its instants; return at how many."""
    own: dict[int, dict[int, int]] = {}
    rows = zip(log.sample_s.tolist(), log.sample_queue.tolist(), log.sample_waiting.tolist(), strict=True)
    for at_s, queue, n_waiting in rows:
        own.setdefault(at_s, {})[queue] = n_waiting
    chosen = sorted(own)[::every]
    events = log_events(log, "/replay/test")
    async with start(config) as service:
        await service.until_ready()
        service.clock.move_to(datetime.fromtimestamp(chosen[0] - 60, UTC))
        scraped = await play_until(service, events, [datetime.fromtimestamp(at_s, UTC) for at_s in chosen])
    names = queue_names(log.queues)
    for at_s, samples in zip(chosen, scraped, strict=True):
        shown = lengths(samples, names)
        assert {queue: shown[queue] for queue in own[at_s]} == own[at_s], datetime.fromtimestamp(at_s, UTC)
    assert sum(sum(of_queue.values()) for of_queue in own.values()) > 0
    return len(chosen)


async def test_warsaw_day_is_shown_as_it_was(start: Start, config: Config, logs_folder: Path) -> None:
    """At every snapshot of an office's peak day, /metrics has exactly the queue lengths that the office published."""
    log = read_event_log(logs_folder / WARSAW, day="2019-12-30", part="UD_Mokotow_1")
    assert await compare(start, config, log, every=1) >= 100


async def test_bank_day_is_shown_as_it_was(start: Start, config: Config, logs_folder: Path) -> None:
    """At instants all through a day of the bank's calls, /metrics has the queue lengths of the log's own columns."""
    log = read_event_log(logs_folder / BANK, day="1999-02-03")
    assert await compare(start, config, log, every=5) >= 150


async def test_bank_day_gives_its_waits_and_services(start: Start, config: Config, logs_folder: Path) -> None:
    """After the bank's day the histograms hold every wait and service of its calls, to the second."""
    log = read_event_log(logs_folder / BANK, day="1999-02-03")
    events = log_events(log, "/replay/test")
    async with start(config) as service:
        await service.until_ready()
        samples = (await play_until(service, events, [events[-1].time]))[0]
    called, finished = log.called_s != NEVER, log.finished_s != NEVER
    waits = (log.called_s - log.issued_s)[called]
    services = (log.finished_s - log.called_s)[called & finished]

    def total(name: str) -> float:
        return sum(value for key, value in samples.items() if key.startswith(f"{name} "))

    assert total("centre_wait_seconds_count") == len(waits)
    assert total("centre_wait_seconds_sum") == pytest.approx(float(waits.sum()))
    assert total("centre_service_seconds_count") == len(services)
    assert total("centre_service_seconds_sum") == pytest.approx(float(services.sum()))


async def test_simulated_centre_is_shown_as_its_trace(start: Start, config: Config, project_root: Path) -> None:
    """Queue, backlog, lateness, staff and outages on /metrics are those of the trace, at instants of two days."""
    scenario = read_scenario(project_root / "scenarios/tho-xuan.yaml")
    plan = build_plan(scenario, "as-usual")
    trace = simulate(sample_workload(scenario, seed=1, replication=0), plan)
    events = trace_events(trace, plan, scenario)
    assert events == simulated_events(scenario, "as-usual")
    ticks = np.linspace(0, scenario.timebase.midnights[2], 40, dtype=np.int64)[1:].tolist()
    async with start(config) as service:
        service.clock.move_to(scenario.timebase.instant(0))
        await service.until_ready()
        scraped = await play_until(service, events, [scenario.timebase.instant(tick) for tick in ticks])
    due = due_ticks(trace, plan)
    seen = set()
    for tick, samples in zip(ticks, scraped, strict=True):
        _, _, joined, left, _ = trace.of(State.WAIT_INTAKE).T
        n_waiting = int(np.sum((joined <= tick) & ((left > tick) | (left == NEVER))))
        is_open = (
            (trace.received != NEVER) & (trace.received <= tick) & ((trace.settled > tick) | (trace.settled == NEVER))
        )
        assert samples.get("centre_queue_length queue=intake", 0) == n_waiting
        in_progress = sum(value for key, value in samples.items() if key.startswith("centre_records_in_progress "))
        overdue = sum(value for key, value in samples.items() if key.startswith("centre_records_overdue "))
        assert (in_progress, overdue) == (is_open.sum(), (is_open & (due < tick)).sum())
        _, start_tick, end_tick, _ = plan.shifts.T
        on_duty = sum(value for key, value in samples.items() if key.startswith("centre_staff_on_duty "))
        assert on_duty == ((start_tick <= tick) & (tick < end_tick)).sum()
        out = {System(system) for system, began, end, *_ in trace.workload.outages.tolist() if began <= tick < end}
        shown = {what for what in THINGS if samples.get(f"centre_outage what={what}", 0)}
        assert shown == {what for what, system in THINGS.items() if system in out}
        seen |= {("waiting", n_waiting > 0), ("overdue", overdue > 0)}
    assert seen == {(what, is_seen) for what in ("waiting", "overdue") for is_seen in (True, False)}


async def test_replay_may_be_repeated(start: Start, config: Config, project_root: Path) -> None:
    """Events that are played twice are counted once."""
    events = simulated_events(read_scenario(project_root / "scenarios/tho-xuan.yaml"), "as-usual")[:600]
    async with start(config) as service:
        await service.until_ready()
        once = (await play_until(service, events, [events[-1].time]))[0]
        twice = (await play_until(service, events, [events[-1].time]))[0]
    assert once["centre_events_total kind=ticket.issued"] == twice["centre_events_total kind=ticket.issued"] > 0
    assert twice["centre_events_duplicate_total"] == len(events)


async def test_moved_replay_is_another_source(project_root: Path) -> None:
    """A replay into a running service keeps every gap between events, and is told apart from an earlier one."""
    events = simulated_events(read_scenario(project_root / "scenarios/tho-xuan.yaml"), "as-usual")[:50]
    later = moved(events, datetime(2026, 1, 1, tzinfo=UTC) - events[0].time)
    assert later[0].time == datetime(2026, 1, 1, tzinfo=UTC)
    assert [b.time - a.time for a, b in itertools.pairwise(later)] == [
        b.time - a.time for a, b in itertools.pairwise(events)
    ]
    assert {event.source for event in later}.isdisjoint(event.source for event in events)


async def test_player_shows_its_token(start: Start, config: Config, event: Callable[..., Any]) -> None:
    """Where tokens are in use a replay with one is taken; one without ends with what the service said."""
    token = Tokens(config.tokens).create("centre", frozenset({Scope.INGEST}), datetime(2025, 7, 1, tzinfo=UTC))
    events = [event("a", "ticket.issued", ticket="A1", queue="a")]
    async with start(config) as service:
        await service.until_ready()
        n_sent: list[int] = []
        await play(events, url=service.address, clock=service.clock, on_sent=n_sent.append, token=token)
        assert n_sent == [1]
        with pytest.raises(SendError, match="found no token or user that is known"):
            await play(events, url=service.address, clock=service.clock)


async def test_player_says_what_is_refused(
    start: Start, config: Config, event: Callable[..., Any], unused_tcp_port: int
) -> None:
    """An event that contradicts a stored one ends the replay with one line; so does an address without a service."""
    first = event("a", "ticket.issued", ticket="A1", queue="a")
    other = event("a", "ticket.issued", ticket="A2", queue="a")
    async with start(config) as service:
        await service.until_ready()
        url = str(service.session._base_url)
        await play([first], url=url, clock=service.clock)
        with pytest.raises(SendError, match="does not take events"):
            await play([other], url=url, clock=service.clock)
    with pytest.raises(SendError, match="is it a running peakweek-monitor"):
        await read_clock(f"http://127.0.0.1:{unused_tcp_port}")
