"""Plays events into a service over HTTP when their time has come.

Place in the pipeline: outside of it, as any sender. In: events in the order of their time, and a clock. Out: requests.
Invariant: every event is sent until it is acknowledged; one that arrives twice is counted once.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import aiohttp

from monitor.adapters.sender import MAX_BATCH, Sender, SendError, shown_token
from monitor.clock import Clock, ScaledClock
from monitor.events import Event

_MAX_ATTEMPTS = 60
_LONG_GAP = timedelta(minutes=45)
_LEAD = timedelta(minutes=3)


async def play(
    events: Sequence[Event],
    *,
    url: str,
    clock: Clock,
    skip_gaps: bool = False,
    on_sent: Callable[[int], None] = lambda _: None,
    token: str | None = None,
) -> None:
    """Send the events to the service, each when the clock shows its time.

    Args:
        events: in the order of their time.
        url: address of the service.
        clock: what tells the time to the sender.
        skip_gaps: whether a scaled clock jumps over the nights, to shortly before the next event.
        on_sent: called with the number of events that are acknowledged so far.
        token: shown to a service that asks for one.

    Raises:
        SendError: the service refuses an event, or cannot be reached for a minute.
    """
    times = [event.time for event in events]
    n_sent = 0
    async with aiohttp.ClientSession(base_url=url, headers=shown_token(token)) as session:
        sender = Sender(session, url, n_attempts=_MAX_ATTEMPTS)
        await sender.until_ready()
        while n_sent < len(events):
            if skip_gaps and isinstance(clock, ScaledClock) and times[n_sent] - clock.now() > _LONG_GAP:
                clock.skip_to(times[n_sent] - _LEAD)
            await clock.sleep_until(times[n_sent])
            n_due = bisect_right(times, clock.now(), lo=n_sent + 1)
            batch = events[n_sent : min(n_due, n_sent + MAX_BATCH)]
            for refused in await sender.send(batch):
                raise SendError(url, refused.reason)
            n_sent += len(batch)
            on_sent(n_sent)


async def read_clock(url: str) -> tuple[datetime, float]:
    """Return what a running service's clock shows, and its speed.

    Raises:
        SendError: the service cannot be reached, or is not one of ours.
    """
    try:
        async with aiohttp.ClientSession(base_url=url) as session, session.get("/api/v1/clock") as answer:
            told = await answer.json()
            return datetime.fromisoformat(told["now"]), float(told["speed"])
    except (aiohttp.ClientError, TimeoutError, ValueError, KeyError, TypeError) as problem:
        raise SendError(url, f"its clock cannot be read ({problem}); is it a running peakweek-monitor?") from problem
