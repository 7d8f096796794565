"""The HTTP interface: events in; health, state, clock and metrics out.

Place in the pipeline: the service's second door. In: requests. Out: JSON, and for every failure one
``application/problem+json`` (RFC 9457). Invariant: 200 to a ``POST`` means that its events are on the disk; any other
answer means that none of them is there because of it.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from http import HTTPStatus

import pydantic_core
from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.aiohttp import make_aiohttp_handler

from monitor.events import Event, EventError, parse_batch, parse_event
from monitor.live import Live, Refusal
from monitor.store import ConflictError, StoreError

LIVE = web.AppKey("live", Live)
RETRY_AFTER_S = 2
_SINGLE = "application/cloudevents+json"
_MEDIA_TYPES = (_SINGLE, "application/cloudevents-batch+json")
_log = logging.getLogger(__name__)
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def add_api(app: web.Application, registry: CollectorRegistry) -> None:
    """Add the interface's routes and its way to answer failures to the application."""
    app.middlewares.append(_answer_failures)
    app.add_routes(
        [
            web.post("/api/v1/events", _post_events),
            web.get("/api/v1/state", _get_state),
            web.get("/api/v1/clock", _get_clock),
            web.get("/-/healthy", _get_healthy),
            web.get("/-/ready", _get_ready),
            web.get("/metrics", make_aiohttp_handler(registry)),
        ]
    )


async def _post_events(request: web.Request) -> web.Response:
    """Store the events of the body and say how many were new."""
    live = request.app[LIVE]
    centre = live.config.centre.id
    try:
        receipt = await live.append(centre, await _read_events(request))
    except (web.HTTPUnsupportedMediaType, EventError) as problem:
        live.refuse(centre, Refusal.INVALID)
        return _invalid(problem)
    except web.HTTPRequestEntityTooLarge:
        live.refuse(centre, Refusal.TOO_LARGE)
        limit_bytes = live.config.limits.body_bytes
        expected = f"expected a body of at most {limit_bytes} bytes (send smaller batches)"
        return _problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, expected)
    except ConflictError as problem:
        live.refuse(centre, Refusal.CONFLICT)
        told = {"index": problem.index, "source": problem.source, "id": problem.id}
        return _problem(HTTPStatus.CONFLICT, str(problem), told)
    except StoreError as problem:
        live.refuse(centre, Refusal.UNAVAILABLE)
        _log.error("events refused: %s", problem)
        return _unavailable()
    return _json({"accepted": receipt.n_accepted, "duplicate": receipt.n_duplicate})


async def _read_events(request: web.Request) -> list[Event]:
    """Return the events of the body.

    Raises:
        HTTPUnsupportedMediaType: when the body is of another type or encoding.
        HTTPRequestEntityTooLarge: when the body is longer than the limit.
        EventError: when the body does not hold valid events.
    """
    if request.content_type not in _MEDIA_TYPES or (request.charset or "utf-8").lower() != "utf-8":
        raise web.HTTPUnsupportedMediaType
    try:
        body = await request.read()
    except web.RequestPayloadError:
        raise EventError("body", "", "a body that does not arrive whole", "what Content-Encoding says") from None
    return [parse_event(body)] if request.content_type == _SINGLE else parse_batch(body)


def _invalid(problem: web.HTTPUnsupportedMediaType | EventError) -> web.Response:
    """Return the answer to a body that is not made of valid events."""
    if isinstance(problem, web.HTTPUnsupportedMediaType):
        expected = f"expected a body of type {' or '.join(_MEDIA_TYPES)}, in UTF-8"
        return _problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, expected)
    told: dict[str, object] = {"field": problem.field, "found": problem.got, "expected": problem.expected}
    if problem.index >= 0:
        told["index"] = problem.index
    return _problem(HTTPStatus.BAD_REQUEST, str(problem), told)


async def _get_state(request: web.Request) -> web.Response:
    """Return the centre's figures now, for the page."""
    live = request.app[LIVE]
    reading = live.read(live.config.centre.id)
    return _json({"is_ready": reading.is_ready, "waiting_limit_s": reading.waiting_limit_s} | asdict(reading.snapshot))


async def _get_clock(request: web.Request) -> web.Response:
    """Return what the service's clock shows and how fast it runs, so that a sender can keep its pace."""
    clock = request.app[LIVE].clock
    return _json({"now": clock.now(), "speed": clock.speed})


async def _get_healthy(request: web.Request) -> web.Response:
    """Say that the process answers."""
    del request
    return web.Response(text="healthy\n")


async def _get_ready(request: web.Request) -> web.Response:
    """Say whether every event of the log is counted."""
    if request.app[LIVE].is_ready:
        return web.Response(text="ready\n")
    return web.Response(text="the log is being read\n", status=HTTPStatus.SERVICE_UNAVAILABLE)


@web.middleware
async def _answer_failures(request: web.Request, handler: _Handler) -> web.StreamResponse:
    """Answer what the handler did not: an unknown address, a wrong method, a mistake of our own."""
    try:
        return await handler(request)
    except web.HTTPException as problem:
        if problem.status < HTTPStatus.BAD_REQUEST:
            raise
        answer = _problem(HTTPStatus(problem.status), problem.reason)
        answer.headers.update({name: problem.headers[name] for name in ("Allow",) if name in problem.headers})
        return answer
    except Exception:  # noqa: BLE001 - an edge: a mistake in one request must not take the others along
        _log.exception("%s %s failed", request.method, request.path)
        return _problem(HTTPStatus.INTERNAL_SERVER_ERROR, "the service made a mistake; its log says more")


def _unavailable() -> web.Response:
    """Return the answer to events that cannot be stored now, and when to try again."""
    detail = "the log of events cannot be written now; nothing of the request was stored (send it again)"
    answer = _problem(HTTPStatus.SERVICE_UNAVAILABLE, detail)
    answer.headers["Retry-After"] = str(RETRY_AFTER_S)
    return answer


def _problem(status: HTTPStatus, detail: str, told: Mapping[str, object] | None = None) -> web.Response:
    """Return a problem document."""
    content = {"title": status.phrase, "status": status.value, "detail": detail, **(told or {})}
    answer = _json(content, status)
    answer.content_type = "application/problem+json"
    return answer


def _json(content: Mapping[str, object], status: HTTPStatus = HTTPStatus.OK) -> web.Response:
    """Return a JSON answer that no cache keeps."""
    body = pydantic_core.to_json(content)
    return web.Response(
        body=body, status=status, content_type="application/json", headers={"Cache-Control": "no-store"}
    )
