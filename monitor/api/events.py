"""The door for events: ``POST /api/v1/events``.

Place in the pipeline: before the log. In: requests with CloudEvents. Out: how many of them were new. Invariant: 200
means that the events are on the disk; any other answer means that none of them is there because of it.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from aiohttp import web

from monitor.admission import centre_of
from monitor.api.answers import LIVE, as_json, as_problem
from monitor.api.described import CENTRE, Answer, described
from monitor.door import body_of
from monitor.events import Event, EventError, is_binary, parse_batch, parse_binary, parse_event
from monitor.live import Live, Refusal
from monitor.store import ConflictError, Receipt, StoreError

RETRY_AFTER_S = 2
_SINGLE = "application/cloudevents+json"
_BATCH = "application/cloudevents-batch+json"
_MEDIA_TYPES = (_SINGLE, _BATCH)
_BINARY = "application/json"
RECEIPT: dict[str, Any] = {
    "type": "object",
    "properties": {
        "accepted": {"type": "integer", "description": "events that were new"},
        "duplicate": {"type": "integer", "description": "events that were stored before"},
    },
    "required": ["accepted", "duplicate"],
}
"""How much of a body was new, as JSON Schema."""
STORED = {
    HTTPStatus.OK: Answer("All events of the body are on the disk.", {"application/json": RECEIPT}),
    HTTPStatus.BAD_REQUEST: Answer("An event is wrong; nothing was stored."),
    HTTPStatus.REQUEST_TIMEOUT: Answer("The body did not arrive in time; nothing was stored."),
    HTTPStatus.CONFLICT: Answer("Another event has the same source and id; nothing was stored."),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: Answer("The body is too long; nothing was stored."),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: Answer("The body is of another type; nothing was stored."),
    HTTPStatus.SERVICE_UNAVAILABLE: Answer(
        "The log cannot be written now; nothing was stored. Send the same again.",
        headers={"Retry-After": "after how many seconds"},
    ),
}
"""What a route that stores events may answer."""
_log = logging.getLogger(__name__)


@described(
    STORED,
    parameters=(CENTRE,),
    bodies={_SINGLE: {"$ref": "#/components/schemas/Event"}, _BATCH: {"$ref": "#/components/schemas/Batch"}},
)
async def post_events(request: web.Request) -> web.Response:
    """Store events and say how many of them were new.

    The same event again is counted as a duplicate and changes nothing. CloudEvents' binary mode is taken as well, which
    OpenAPI cannot describe: a body of type application/json with the event's data, its attributes in headers that begin
    with ce-.
    """
    return await stored(request, _read_events)


async def stored(
    request: web.Request,
    read: Callable[[web.Request], Awaitable[list[Event]]],
    *,
    keeps_first: bool = False,
    more: Mapping[str, object] | None = None,
) -> web.Response:
    """Return the answer to a request, once the events that are read from it are stored or refused.

    Args:
        request: the request.
        read: reads its events.
        keeps_first: whether an event that was told otherwise before stays as it was first told; otherwise it is a
            conflict, and nothing is stored.
        more: what the answer says beside it; looked at once the events are read.
    """
    live = request.app[LIVE]
    centre = centre_of(request, live.config).id
    try:
        events = await read(request)
        receipt = await (_kept_first(live, centre, events) if keeps_first else live.append(centre, events))
    except (web.HTTPUnsupportedMediaType, web.HTTPUnprocessableEntity, EventError) as problem:
        is_personal = isinstance(problem, EventError) and problem.is_personal
        live.refuse(centre, Refusal.PERSONAL if is_personal else Refusal.INVALID)
        return _invalid(problem)
    except web.HTTPRequestEntityTooLarge:
        live.refuse(centre, Refusal.TOO_LARGE)
        limit_bytes = live.config.limits.body_bytes
        expected = f"expected a body of at most {limit_bytes} bytes (send smaller batches)"
        return as_problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, expected)
    except ConflictError as problem:
        live.refuse(centre, Refusal.CONFLICT)
        told = {"index": problem.index, "source": problem.source, "id": problem.id}
        return as_problem(HTTPStatus.CONFLICT, str(problem), told)
    except StoreError as problem:
        live.refuse(centre, Refusal.UNAVAILABLE)
        _log.debug("events refused: %s", problem)  # who writes the log has told it once
        return _unavailable()
    return as_json({"accepted": receipt.n_accepted, "duplicate": receipt.n_duplicate, **(more or {})})


async def _kept_first(live: Live, centre: str, events: list[Event]) -> Receipt:
    """Store those of the events that were not told otherwise before; count the others as told before."""
    n_changed = 0
    while True:
        try:
            receipt = await live.append(centre, events)
        except ConflictError as problem:
            events = [event for index, event in enumerate(events) if index != problem.index]
            n_changed += 1
        else:
            return replace(receipt, n_duplicate=receipt.n_duplicate + n_changed)


async def _read_events(request: web.Request) -> list[Event]:
    """Return the events of the body.

    Raises:
        HTTPUnsupportedMediaType: when the body is of another type or encoding.
        HTTPRequestTimeout: when the body does not arrive in time.
        HTTPRequestEntityTooLarge: when the body is longer than the limit.
        EventError: when the body does not hold valid events.
    """
    kind = request.content_type
    is_taken = kind in _MEDIA_TYPES or (kind == _BINARY and is_binary(request.headers.items()))
    if not is_taken or (request.charset or "utf-8").lower() != "utf-8":
        expected = f"expected a body of type {' or '.join(_MEDIA_TYPES)}, or {_BINARY} with ce- headers, in UTF-8"
        raise web.HTTPUnsupportedMediaType(reason=expected)
    body = await whole_body(request)
    if kind == _BINARY:
        return [parse_binary(request.headers.items(), body)]
    return [parse_event(body)] if kind == _SINGLE else parse_batch(body)


async def whole_body(request: web.Request) -> bytes:
    """Return the body.

    Raises:
        HTTPRequestTimeout: when it does not arrive in time.
        HTTPRequestEntityTooLarge: when it is longer than the limit.
        EventError: when it does not arrive whole.
    """
    try:
        return await body_of(request, request.app[LIVE].config.limits)
    except web.RequestPayloadError:
        raise EventError("body", "", "a body that does not arrive whole", "what Content-Encoding says") from None


def _invalid(problem: web.HTTPException | EventError) -> web.Response:
    """Return the answer to a body that is not made of valid events."""
    if isinstance(problem, web.HTTPException):
        return as_problem(HTTPStatus(problem.status), problem.reason)
    told: dict[str, object] = {"field": problem.field, "found": problem.got, "expected": problem.expected}
    if problem.index >= 0:
        told["index"] = problem.index
    return as_problem(HTTPStatus.BAD_REQUEST, str(problem), told)


def _unavailable() -> web.Response:
    """Return the answer to events that cannot be stored now, and when to try again."""
    detail = "the log of events cannot be written now; nothing of the request was stored (send it again)"
    answer = as_problem(HTTPStatus.SERVICE_UNAVAILABLE, detail)
    answer.headers["Retry-After"] = str(RETRY_AFTER_S)
    return answer
