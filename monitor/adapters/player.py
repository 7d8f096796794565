"""Plays events into a service over HTTP when their time has come.

Place in the pipeline: outside of it, as any sender. In: events in the order of their time, and a clock. Out: requests.
Invariant: every event is sent until it is acknowledged; one that arrives twice is counted once.
"""

import asyncio
import json
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

import aiohttp

from monitor.clock import Clock, ScaledClock
from monitor.events import Event
from sim import PeakweekError

_MAX_BATCH = 500
_RETRY_S = 1.0
_READY_S = 60.0
_POLL_S = 0.05
_MAX_ATTEMPTS = 60
_CLIENT_ERRORS = range(400, 500)
_LONG_GAP = timedelta(minutes=45)
_LEAD = timedelta(minutes=3)


@dataclass(eq=False)
class PlayError(PeakweekError):
    """The service does not take the events.

    Attributes:
        url: the service.
        reason: what it answered.
    """

    url: str
    reason: str

    def __str__(self) -> str:
        """Return the message on one line."""
        return f"{self.url} does not take events: {self.reason}"


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
        PlayError: the service refuses an event, or cannot be reached for a minute.
    """
    times = [event.time for event in events]
    n_sent = 0
    shown = {"Authorization": f"Bearer {token}"} if token else {}
    async with aiohttp.ClientSession(base_url=url, headers=shown) as session:
        await _until_ready(session, url)
        while n_sent < len(events):
            if skip_gaps and isinstance(clock, ScaledClock) and times[n_sent] - clock.now() > _LONG_GAP:
                clock.skip_to(times[n_sent] - _LEAD)
            await clock.sleep_until(times[n_sent])
            n_due = bisect_right(times, clock.now(), lo=n_sent + 1)
            batch = events[n_sent : min(n_due, n_sent + _MAX_BATCH)]
            await _post(session, url, batch)
            n_sent += len(batch)
            on_sent(n_sent)


async def read_clock(url: str) -> tuple[datetime, float]:
    """Return what a running service's clock shows, and its speed.

    Raises:
        PlayError: the service cannot be reached, or is not one of ours.
    """
    try:
        async with aiohttp.ClientSession(base_url=url) as session, session.get("/api/v1/clock") as answer:
            told = await answer.json()
            return datetime.fromisoformat(told["now"]), float(told["speed"])
    except (aiohttp.ClientError, TimeoutError, ValueError, KeyError, TypeError) as problem:
        raise PlayError(url, f"its clock cannot be read ({problem}); is it a running peakweek-monitor?") from problem


async def _until_ready(session: aiohttp.ClientSession, url: str) -> None:
    """Return when the service has read its log."""
    try:
        async with asyncio.timeout(_READY_S):
            while (await session.get("/-/ready")).status != HTTPStatus.OK:  # noqa: ASYNC110 - the other side of a socket
                await asyncio.sleep(_POLL_S)
    except (aiohttp.ClientError, TimeoutError) as problem:
        raise PlayError(url, f"it is not ready ({problem or 'still reading its log'})") from problem


async def _post(session: aiohttp.ClientSession, url: str, batch: Sequence[Event]) -> None:
    """Send a batch, and again for as long as it may be stored by trying."""
    body = "[" + ",".join(event.to_json() for event in batch) + "]"
    headers = {"Content-Type": "application/cloudevents-batch+json"}
    reason = ""
    for _ in range(_MAX_ATTEMPTS):
        try:
            async with session.post("/api/v1/events", data=body.encode(), headers=headers) as answer:
                if answer.ok:
                    return
                reason = _detail(await answer.text()) or f"status {answer.status}"
                if answer.status in _CLIENT_ERRORS:
                    raise PlayError(url, reason)
        except (aiohttp.ClientError, TimeoutError) as problem:
            reason = str(problem) or type(problem).__name__
        await asyncio.sleep(_RETRY_S)
    raise PlayError(url, f"{reason} (tried {_MAX_ATTEMPTS} times)")


def _detail(body: str) -> str:
    """Return what a problem document says."""
    try:
        return str(json.loads(body)["detail"])
    except (ValueError, KeyError, TypeError):
        return ""
