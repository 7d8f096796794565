"""What every request passes on its way in and out: its id, the limits, the admission, the line in the log.

Place in the pipeline: around the interface and the page. In: a request and what answers it. Out: an answer. Invariant:
nothing of a request is logged but its method, the address that it meant, its id, who sent it by the name that we gave
them, and what became of it: no text that a sender chose.
"""

import asyncio
import contextlib
import logging
import math
import re
import uuid
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import count

from aiohttp import hdrs, web

from monitor.admission import ANYBODY, Admission, grant_of, route_of
from monitor.config import Config, LimitsConfig
from monitor.logs import REQUEST_ID
from monitor.personal import is_personal

REQUEST_ID_HEADER = "X-Request-ID"
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_KEY = web.RequestKey("id", str)
# Unique without asking the system for chance at each request, which took a fifth of the time of a single event.
_RUN, _NUMBERS = uuid.uuid4().hex[:20], count()
_HEALTH = {"/-/healthy", "/-/ready"}
_STREAMS = {"/api/v1/stream"}
_MOST_SENDERS = 10_000
_log = logging.getLogger(__name__)
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Buckets:
    """How many requests each sender may still make: a bucket of tokens that fills at a steady rate."""

    def __init__(self) -> None:
        self._by_sender: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, sender: str, now_s: float, limits: LimitsConfig) -> float:
        """Take one request out of the sender's bucket; return 0, or in how many seconds there will be one."""
        rate = limits.requests_per_s
        if rate is None:
            return 0.0
        level, then_s = self._by_sender.pop(sender, (float(limits.burst), now_s))
        level = min(float(limits.burst), level + (now_s - then_s) * rate)
        wait_s = max(0.0, (1 - level) / rate)
        self._by_sender[sender] = (level if wait_s else level - 1, now_s)
        if len(self._by_sender) > _MOST_SENDERS:  # who came longest ago has the fullest bucket
            self._by_sender.popitem(last=False)
        return wait_s


@dataclass(eq=False)
class Door:
    """The way in of one service.

    Attributes:
        admission: who may come in.
        config: gives the configuration that holds now.
        stopping: set when no request is to follow those that are in.
        n_answered: answers by the first digit of their status.
        n_inside: requests that are being answered, streams left out.
        n_connections: gives how many connections are open.
    """

    admission: Admission
    config: Callable[[], Config]
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    n_answered: Counter[str] = field(default_factory=lambda: Counter({f"{digit}xx": 0 for digit in range(2, 6)}))
    n_inside: int = 0
    n_connections: Callable[[], int] = int
    _has_left: asyncio.Event = field(default_factory=asyncio.Event)
    _buckets: Buckets = field(default_factory=Buckets)

    def hang(self, app: web.Application, answer_failures: Callable[..., Awaitable[web.StreamResponse]]) -> None:
        """Have every request of the application pass here; what fails on the way is put into words by the function."""
        app.middlewares.extend([self._accompany, answer_failures, self._let_in])
        app.on_response_prepare.append(self._mark)

    async def emptied(self, within_s: float) -> None:
        """Let streams end and every other request that is in be answered; return then, or when the time is over."""
        self.stopping.set()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while self.n_inside:
                    self._has_left.clear()
                    await self._has_left.wait()

    @web.middleware
    async def _accompany(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        """Give the request an id, and say in the log what became of it."""
        told = request.headers.get(REQUEST_ID_HEADER)
        if not told or not _ID.fullmatch(told) or is_personal(told):
            told = f"{_RUN}{next(_NUMBERS):012x}"
        request[_KEY] = told
        mark = REQUEST_ID.set(told)
        clock, route = asyncio.get_running_loop().time, route_of(request)
        began_s = clock()
        is_counted = route not in _STREAMS
        self.n_inside += is_counted
        status = 499  # as others call it: the sender has gone
        try:
            answer = await handler(request)
            status = answer.status
        finally:
            self.n_inside -= is_counted
            self._has_left.set()
            self.n_answered[f"{status // 100}xx"] += 1
            if _log.isEnabledFor(level := _level(route, status)):
                _log.log(level, "request", extra={"fields": _told(request, status, clock() - began_s)})
            REQUEST_ID.reset(mark)
        return answer

    async def _mark(self, request: web.Request, answer: web.StreamResponse) -> None:
        """Put the request's id and the configured headers on its answer; keep no connection when we stop."""
        answer.headers[REQUEST_ID_HEADER] = request.get(_KEY, "")
        answer.headers[hdrs.SERVER] = "peakweek-monitor"
        answer.headers.update(self.admission.web.headers)
        if self.stopping.is_set():
            answer.force_close()
            answer.headers[hdrs.CONNECTION] = "close"

    @web.middleware
    async def _let_in(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        """Admit the request, within its sender's rate."""
        config = self.config()
        address = request.remote or ""
        try:
            await self.admission.admit(request, config)
        except web.HTTPUnauthorized:
            self._slow_down(address, config.limits)  # who guesses is a sender too
            raise
        if route_of(request) not in _HEALTH:
            grant = grant_of(request)
            self._slow_down(address if grant == ANYBODY else grant.who, config.limits)
        return await handler(request)

    def _slow_down(self, sender: str, limits: LimitsConfig) -> None:
        """Refuse a sender that asks too often.

        Raises:
            HTTPTooManyRequests: it may ask again after a while.
        """
        if wait_s := self._buckets.take(sender, asyncio.get_running_loop().time(), limits):
            headers = {hdrs.RETRY_AFTER: str(math.ceil(wait_s))}
            reason = f"expected at most {limits.requests_per_s:g} requests a second from one sender"
            raise web.HTTPTooManyRequests(reason=reason, headers=headers)


async def body_of(request: web.Request, limits: LimitsConfig) -> bytes:
    """Return the request's body once it is there.

    Raises:
        HTTPRequestTimeout: it did not arrive in time.
        HTTPRequestEntityTooLarge: it is longer than the limit.
        RequestPayloadError: it is not what its headers say.
    """
    if request.content.is_eof():  # nearly always: a short body comes with its head
        return await request.read()
    try:
        async with asyncio.timeout(limits.body_s):
            return await request.read()
    except TimeoutError:
        reason = f"the body did not arrive within {limits.body_s:g} seconds"
        raise web.HTTPRequestTimeout(reason=reason, headers={hdrs.CONNECTION: "close"}) from None


def _level(route: str, status: int) -> int:
    if route in _HEALTH:  # whoever asks is told; that a service which starts is not ready is no news
        return logging.DEBUG
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return logging.WARNING
    return logging.INFO if status >= HTTPStatus.BAD_REQUEST else logging.DEBUG


def _told(request: web.Request, status: int, duration_s: float) -> dict[str, object]:
    return {
        "method": request.method if request.method in hdrs.METH_ALL else "other",
        "route": route_of(request) or "unknown",
        "status": status,
        "duration_s": round(duration_s, 4),
        "who": grant_of(request).who,
    }


DOOR = web.AppKey("door", Door)
