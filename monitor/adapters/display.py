"""What an office's display publishes as JSON: for each queue how many wait, how many counters serve, who was called.

Place in the pipeline: an adapter. In: one answer of the interface at a time. Out: events of tickets and counters.
Invariant: once the events of a look are counted, each queue is as long as the look said; and a follower that is started
again goes on where it was, because the day's looks are kept in a file before any of their events is sent.

How issues and calls follow from two looks is told in `sim.eventlog.moves` and `sim.eventlog.tickets`. A day stands
alone: those who wait at its last look have gone a second later.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar
from zoneinfo import ZoneInfo

import aiohttp
from pydantic import Field

import sim
from monitor.adapters.looks import Days, Looks, Told, forget_looks, keep_look, read_looks
from monitor.adapters.mapping import short_name
from monitor.adapters.source import SourceError
from monitor.config import Section, TimeZone
from monitor.events import Event

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_TIMEOUT = aiohttp.ClientTimeout(total=20)
_MAX_BYTES = 4 * 1024 * 1024
_PEOPLE_MAX = 10_000
ResultT = TypeVar("ResultT")


class DisplayReading(Section):
    """How a display's interface is asked.

    Attributes:
        url: its address; answered with JSON.
        queues: the way to the list of queues, names with dots between; empty: the answer is the list.
        name: the field with a queue's name.
        waiting: the field that says how many wait.
        counters: the field that says how many counters serve; without it, counters are not told.
        ticket: the field with the ticket that was called last; without it, calls follow from the queue's fall.
        time_zone: where a day ends.
        looks: the file in which the day's looks are kept.
    """

    url: str = Field(pattern=r"^https?://")
    queues: str = ""
    name: str
    waiting: str
    counters: str | None = None
    ticket: str | None = None
    time_zone: TimeZone = "Asia/Ho_Chi_Minh"
    looks: Annotated[Path, Field(strict=False)] = Path("looks.jsonl")


class DisplaySource:
    """A display that is followed.

    Args:
        name: what the user calls it.
        source: the sender of its events.
        reading: how it is asked.
        now: tells the present.
    """

    def __init__(
        self,
        name: str,
        source: str,
        reading: DisplayReading,
        now: Callable[[], datetime],
    ) -> None:
        self.skipped: Counter[str] = Counter()
        self._name = name
        self._source = source
        self._reading = reading
        self._now = now
        self._days = Days(ZoneInfo(reading.time_zone))
        self._session: aiohttp.ClientSession | None = None
        kept = self._on_disk(read_looks)
        self._pending: list[Told] = [told for look in kept for told in self._days.told(look)]

    async def read(self) -> Sequence[Event]:
        """Return what follows from one more look, after what followed from the looks that were kept."""
        answer = await self._ask()
        look = self._look(answer)
        await asyncio.to_thread(self._on_disk, keep_look, look)
        told, self._pending = self._pending, []
        told += self._days.told(look)
        return [Event(name, self._source, datetime.fromtimestamp(at_s, UTC), what) for at_s, name, what in told]

    async def keep(self) -> None:
        """Forget the looks of earlier days, whose ends are told by now."""
        await asyncio.to_thread(self._on_disk, forget_looks, ZoneInfo(self._reading.time_zone))

    async def aclose(self) -> None:
        """Close the connection."""
        if self._session:
            await self._session.close()

    async def _ask(self) -> object:
        self._session = self._session or aiohttp.ClientSession()
        return await ask(self._session, self._reading.url, self._name)

    def _look(self, answer: object) -> Looks:
        """Return what the answer says of each queue."""
        for key in filter(None, self._reading.queues.split(".")):
            answer = answer.get(key) if isinstance(answer, dict) else None
        if not isinstance(answer, list):
            raise SourceError(self._name, f"its answer holds no list of queues at {self._reading.queues or 'its top'}")
        now_s = int(self._now().timestamp())
        found: Looks = {}
        for queue in answer:
            name = short_name(str(queue.get(self._reading.name) or "")) if isinstance(queue, dict) else ""
            if not name:
                self.skipped["queues without a name"] += 1
                continue
            try:
                found[name] = self._snapshot(queue, now_s)
            except ValueError as problem:
                self.skipped[str(problem)] += 1
        if not found:
            raise SourceError(self._name, f"its answer holds no queue that can be read ({dict(self.skipped)})")
        return found

    def _snapshot(self, queue: Mapping[str, object], now_s: int) -> sim.Snapshot:
        fields = self._reading
        ticket = sim.parse_ticket(str(queue.get(fields.ticket) or "")) if fields.ticket else None
        n_open = _whole(queue, fields.counters) if fields.counters else 0
        return sim.Snapshot(now_s, _whole(queue, fields.waiting), n_open, ticket)

    def _on_disk(self, does: Callable[..., ResultT], *arguments: object) -> ResultT:
        """Return what a function makes of the file of looks."""
        try:
            return does(self._reading.looks, *arguments)
        except OSError as problem:
            raise SourceError(self._name, f"{self._reading.looks} cannot be used: {problem.strerror}") from None


async def ask(session: aiohttp.ClientSession, url: str, name: str) -> object:
    """Return the JSON that an interface answers with.

    Raises:
        SourceError: it does not answer, or not with JSON.
    """
    try:
        async with session.get(url, timeout=_TIMEOUT) as answer:
            answer.raise_for_status()
            return json.loads(await answer.content.read(_MAX_BYTES))
    except (aiohttp.ClientError, TimeoutError) as problem:
        raise SourceError(name, f"cannot be read: {problem or 'no answer in time'}") from None
    except ValueError:
        raise SourceError(name, "its answer is no JSON") from None


def _whole(queue: Mapping[str, object], name: str) -> int:
    """Return a number of people or counters."""
    text = str(queue.get(name, ""))
    if not text.isdecimal() or int(text) > _PEOPLE_MAX:
        raise ValueError(f"field {name} is no whole number from 0 to {_PEOPLE_MAX}")
    return int(text)
