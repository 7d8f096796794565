"""What happens, as it happens: ``GET /api/v1/stream``, in server-sent events.

Place in the pipeline: after the fold. In: what was just folded, and the log for who comes back. Out: one message for
each event of a centre, or its figures whenever they change. Invariant: who reads on after the last id that it has seen
misses no event and gets none twice; who reads too slowly is let go, and costs the others nothing.

Source: WHATWG HTML, *Server-sent events*.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

import pydantic_core
from aiohttp import hdrs, web

from monitor.admission import centre_of
from monitor.api.answers import LIVE, as_problem
from monitor.api.described import CENTRE, TEXT, Answer, described
from monitor.api.events import RETRY_AFTER_S
from monitor.door import DOOR
from monitor.events import Stored
from monitor.live import Live

_MOST_WAITING = 10_000
_HEARTBEAT_S = 15.0
_KNOWN_S = 1.0  # so long somebody who was admitted is not asked again
_STATE_EVERY_S = 1.0
_STATE_AT_LEAST_EVERY = 5  # times the above: waits grow, and the clock goes on, when nothing happens
_HEADERS = {"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_LAST_ID = "Last-Event-ID"
_GAP = b"event: gap\ndata: events after your last id are not in the log; read the figures anew\n\n"
_OF = {
    "name": "of",
    "in": "query",
    "schema": {"type": "string", "enum": ["events", "state"], "default": "events"},
    "description": "each event as it is stored, or the figures whenever they change",
}
_AFTER = {
    "name": _LAST_ID,
    "in": "header",
    "schema": {"type": "integer", "minimum": 0},
    "description": "id of the last message that was seen; without it, what happens from now on",
}


@dataclass(eq=False)
class Client:
    """Somebody who follows a centre's events.

    Attributes:
        centre: whose events.
        transport: its connection.
        waiting: what it was not sent yet.
        is_awaited: set when there is something to send, or to end.
    """

    centre: str
    transport: asyncio.Transport | None
    waiting: deque[Stored] = field(default_factory=deque)
    is_awaited: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(eq=False)
class Streams:
    """Everybody who follows.

    Attributes:
        live: the centres.
        state_of: gives a centre's figures, by its id.
        n_clients: connections that follow events or figures.
        n_dropped: those that were let go because they read too slowly.
    """

    live: Live
    state_of: Callable[[str], Mapping[str, object]]
    n_clients: int = 0
    n_dropped: int = 0
    _clients: set[Client] = field(default_factory=set)
    _states: dict[str, tuple[float, bytes]] = field(default_factory=dict)

    def tell(self, folded: Sequence[Stored]) -> None:
        """Put what was just folded before everybody whom it concerns."""
        for client in list(self._clients):
            client.waiting.extend(stored for stored in folded if stored.centre == client.centre)
            client.is_awaited.set()
            if len(client.waiting) > _MOST_WAITING:
                self.drop(client.transport)
                self._clients.discard(client)

    def drop(self, transport: asyncio.Transport | None) -> None:
        """Let somebody go who reads too slowly; whatever was under way to them is lost, and they may come back."""
        self.n_dropped += 1
        if transport:
            transport.abort()

    async def end(self, _: web.Application) -> None:
        """Have everybody's stream end."""
        for client in self._clients:
            client.is_awaited.set()

    @contextlib.contextmanager
    def joined(self, centre: str, transport: asyncio.Transport | None) -> Iterator[Client]:
        """Have the block's client told what happens from now on."""
        client = Client(centre, transport)
        self._clients.add(client)
        try:
            yield client
        finally:
            self._clients.discard(client)

    def state(self, centre: str, now_s: float) -> bytes:
        """Return a message with the centre's figures, the same for all who ask within a moment."""
        made_s, message = self._states.get(centre, (-_STATE_EVERY_S, b""))
        if now_s - made_s >= _STATE_EVERY_S / 2:
            message = b"event: state\ndata: %b\n\n" % pydantic_core.to_json(self.state_of(centre))
            self._states[centre] = (now_s, message)
        return message


STREAMS = web.AppKey("streams", Streams)


@described(
    {
        HTTPStatus.OK: Answer("Messages, until either side ends it.", {"text/event-stream": TEXT}),
        HTTPStatus.BAD_REQUEST: Answer("No centre of several is named, or an unknown one; or no such id."),
        HTTPStatus.SERVICE_UNAVAILABLE: Answer(
            "The log is being read.", headers={"Retry-After": "after how many seconds"}
        ),
    },
    parameters=(CENTRE, _OF, _AFTER),
)
async def get_stream(request: web.Request) -> web.StreamResponse:
    """Follow a centre: its events as they are stored, each with its number in the log as id, or its figures.

    Who names the last id that it has seen gets every event after it first; a message of the kind gap says so where some
    were removed from the log since, or the id is of another log. Figures have no id, and come about every
    second while something happens, every five otherwise.
    """
    live, streams, door = request.app[LIVE], request.app[STREAMS], request.app[DOOR]
    centre, of = centre_of(request, live.config).id, request.query.get("of", "events")
    last = request.headers.get(_LAST_ID, "")
    if of not in {"events", "state"} or not (last == "" or (last.isascii() and last.isdecimal())):
        expected = "expected of=events or of=state, and as Last-Event-ID the id of a message"
        return as_problem(HTTPStatus.BAD_REQUEST, expected)
    if of == "events" and not live.is_ready:
        answer = as_problem(HTTPStatus.SERVICE_UNAVAILABLE, "the log is being read (try again)")
        answer.headers[hdrs.RETRY_AFTER] = str(RETRY_AFTER_S)
        return answer
    stream = web.StreamResponse(headers=_HEADERS)
    await stream.prepare(request)
    messages = (
        _states(streams, centre, door.stopping)
        if of == "state"
        else _events(streams, centre, request.transport, door.stopping, int(last) if last else live.seq)
    )
    await _write(stream, messages, request)
    return stream


async def _write(stream: web.StreamResponse, messages: AsyncGenerator[bytes], request: web.Request) -> None:
    """Send the messages until they end, the client goes, may no longer follow, or takes none for a body's time."""
    streams, limits, loop = request.app[STREAMS], request.app[LIVE].config.limits, asyncio.get_running_loop()
    streams.n_clients += 1
    known_s = loop.time()
    try:
        async with contextlib.aclosing(messages):
            async for message in messages:
                if loop.time() - known_s > _KNOWN_S:
                    await _admit_again(request)
                    known_s = loop.time()
                async with asyncio.timeout(limits.body_s):
                    await stream.write(message)
    except web.HTTPException:
        return
    except TimeoutError:
        streams.drop(request.transport)
    except ConnectionError:
        return
    finally:
        streams.n_clients -= 1


async def _admit_again(request: web.Request) -> None:
    """Refuse to go on where the token was revoked, or the centre is no longer served.

    Raises:
        HTTPException: the stream must end.
    """
    config = request.app[LIVE].config
    await request.app[DOOR].admission.admit(request, config)
    centre_of(request, config)


async def _events(
    streams: Streams, centre: str, transport: asyncio.Transport | None, stopping: asyncio.Event, last: int
) -> AsyncGenerator[bytes]:
    """Yield the centre's events after a number: first those of the log, then those that come."""
    yield b"retry: 2000\n\n"
    if await _has_gap(streams.live, last):
        yield _GAP
    last = min(last, streams.live.seq)
    while last < streams.live.seq:
        async for stored in streams.live.store.read(last):
            last = stored.seq
            if stored.centre == centre:
                yield _message(stored)
    # Nothing was awaited since the last look at what is folded, so nothing is missed between the log and the present;
    # but the log may already have shown what is about to be folded.
    with streams.joined(centre, transport) as client:
        while not stopping.is_set():
            while client.waiting:
                stored = client.waiting.popleft()
                if stored.seq > last:
                    yield _message(stored)
            client.is_awaited.clear()
            try:
                async with asyncio.timeout(_HEARTBEAT_S):
                    await client.is_awaited.wait()
            except TimeoutError:
                yield b": nothing new\n\n"


async def _has_gap(live: Live, last: int) -> bool:
    """Return whether events after a number are no longer in the log, or the number is of another log."""
    if last >= live.seq:
        return last > live.seq
    return last < max((each.seq for each in (await live.store.saved()).base), default=0)


def _message(stored: Stored) -> bytes:
    return f"id: {stored.seq}\ndata: {stored.event.to_json()}\n\n".encode()


async def _states(streams: Streams, centre: str, stopping: asyncio.Event) -> AsyncGenerator[bytes]:
    """Yield the centre's figures whenever they have changed, and now and then."""
    yield b"retry: 2000\n\n"
    shown, n_silent = -1, 0
    while not stopping.is_set():
        seq = streams.live.centres[centre].state.seq
        n_silent += 1
        if seq != shown or n_silent == _STATE_AT_LEAST_EVERY:
            shown, n_silent = seq, 0
            if centre not in streams.live.config.centre_by_id:
                return
            yield streams.state(centre, asyncio.get_running_loop().time())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_STATE_EVERY_S):
                await stopping.wait()
