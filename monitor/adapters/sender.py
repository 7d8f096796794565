"""Sends events to a service until it has them.

Place in the pipeline: outside of it, as any sender. In: events. Out: requests. Invariant: an event is sent until it is
acknowledged or refused for good; a refused one is told and holds up no other; one that arrives twice is counted once.
"""

import asyncio
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import aiohttp

from monitor.events import Event
from sim import PeakweekError

MAX_BATCH = 500
_RETRY_S = 1.0
_LONGEST_RETRY_S = 60.0
_READY_S = 60.0
_POLL_S = 0.05
_TIMEOUT = aiohttp.ClientTimeout(total=30)
_log = logging.getLogger(__name__)
# What will be refused however often it is sent, in one of its events.
_REFUSED = (HTTPStatus.BAD_REQUEST, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY)
_MAY_PASS = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS)


@dataclass(eq=False)
class SendError(PeakweekError):
    """The service does not take events.

    Attributes:
        url: the service.
        reason: what it answered.
    """

    url: str
    reason: str

    def __str__(self) -> str:
        """Return the message on one line."""
        return f"{self.url} does not take events: {self.reason}"


@dataclass(frozen=True, slots=True)
class Refused:
    """An event that the service refuses for good.

    Attributes:
        event: the event.
        reason: why.
    """

    event: Event
    reason: str


class Sender:
    """A sender to one service.

    Args:
        session: with the service's address as its base, and its token if it wants one.
        url: the service, as the user knows it.
        n_attempts: how often a batch is tried while the service cannot take it; None: for ever.
    """

    def __init__(self, session: aiohttp.ClientSession, url: str, *, n_attempts: int | None = None) -> None:
        self._session = session
        self._url = url
        self._n_attempts = n_attempts

    async def until_ready(self) -> None:
        """Return when the service has read its log.

        Raises:
            SendError: it is not there, or not ready within a minute.
        """
        try:
            async with asyncio.timeout(_READY_S):
                while (await self._session.get("/-/ready")).status != HTTPStatus.OK:  # noqa: ASYNC110 - the other side of a socket
                    await asyncio.sleep(_POLL_S)
        except (aiohttp.ClientError, TimeoutError) as problem:
            raise SendError(self._url, f"it is not ready ({problem or 'still reading its log'})") from problem

    async def send(self, events: Sequence[Event]) -> list[Refused]:
        """Return once each event is acknowledged, with those that the service refused.

        Raises:
            SendError: the service refuses the sender, or was tried as often as allowed.
        """
        refused: list[Refused] = []
        n_batch, left = MAX_BATCH, list(events)
        while left:
            batch = left[:n_batch]
            status, told = await self._answer(batch)
            if status < HTTPStatus.BAD_REQUEST:
                del left[: len(batch)]
            elif status in _REFUSED and "index" in told:
                refused.append(Refused(left.pop(int(told["index"])), str(told.get("detail"))))
            elif status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE and len(batch) > 1:
                n_batch = len(batch) // 2
            else:
                raise SendError(self._url, str(told.get("detail") or f"status {status}"))
        return refused

    async def _answer(self, batch: Sequence[Event]) -> tuple[int, dict[str, Any]]:
        """Return the service's last word on a batch, once it has one, and what it told with it."""
        body = ("[" + ",".join(event.to_json() for event in batch) + "]").encode()
        headers = {"Content-Type": "application/cloudevents-batch+json"}
        n_attempts, wait_s, reason = 0, _RETRY_S, ""
        while self._n_attempts is None or n_attempts < self._n_attempts:
            n_attempts += 1
            asked_s = None
            try:
                async with self._session.post("/api/v1/events", data=body, headers=headers, timeout=_TIMEOUT) as answer:
                    told = _told(await answer.text())
                    if answer.status < HTTPStatus.INTERNAL_SERVER_ERROR and answer.status not in _MAY_PASS:
                        return answer.status, told
                    reason = str(told.get("detail") or f"status {answer.status}")
                    asked_s = _seconds(answer.headers.get("Retry-After"))
            except (aiohttp.ClientError, TimeoutError) as problem:
                reason = str(problem) or type(problem).__name__
            if n_attempts == 1:
                _log.warning("%s does not take events now, trying again: %s", self._url, reason)
            await asyncio.sleep(wait_s if asked_s is None else min(asked_s, _LONGEST_RETRY_S))
            if self._n_attempts is None:
                wait_s = min(2 * wait_s, _LONGEST_RETRY_S)
        raise SendError(self._url, f"{reason} (tried {n_attempts} times)")


def shown_token(token: str | None) -> dict[str, str]:
    """Return the headers that show a token; none without one."""
    return {"Authorization": f"Bearer {token}"} if token else {}


def _told(body: str) -> dict[str, Any]:
    """Return what a JSON answer says; nothing where it is none."""
    try:
        told = json.loads(body)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _seconds(text: str | None) -> float | None:
    return float(text) if text and text.isdecimal() else None
