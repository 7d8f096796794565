"""The HTTP interface: events in; health, state, clock and metrics out.

Place in the pipeline: the service's second door. In: requests. Out: JSON, and for every failure one
``application/problem+json`` (RFC 9457). Invariant: what changes something is in a module of its own (`events`); the
routes here only read.
"""

from dataclasses import asdict
from http import HTTPStatus

from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.aiohttp import make_aiohttp_handler

from monitor.api.answers import LIVE, answer_failures, as_json
from monitor.api.described import TEXT, Answer, Handler, described
from monitor.api.events import RETRY_AFTER_S, post_events
from monitor.api.openapi import get_openapi, get_schema

__all__ = ["LIVE", "RETRY_AFTER_S", "add_api"]
_CLOCK = {
    "type": "object",
    "properties": {
        "now": {"type": "string", "format": "date-time", "description": "what the service's clock shows"},
        "speed": {"type": "number", "description": "seconds that it advances in a real second"},
    },
    "required": ["now", "speed"],
}


def add_api(app: web.Application, registry: CollectorRegistry) -> None:
    """Add the interface's routes and its way to answer failures to the application."""
    app.middlewares.append(answer_failures)
    app.add_routes(
        [
            web.post("/api/v1/events", post_events),
            web.get("/api/v1/state", _get_state),
            web.get("/api/v1/clock", _get_clock),
            web.get("/-/healthy", _get_healthy),
            web.get("/-/ready", _get_ready),
            web.get("/metrics", _metrics(registry)),
            web.get("/api/v1/schema", get_schema),
            web.get("/api/v1/openapi.json", get_openapi),
        ]
    )


@described({HTTPStatus.OK: Answer("The figures.", {"application/json": {"$ref": "#/components/schemas/State"}})})
async def _get_state(request: web.Request) -> web.Response:
    """Return the centre's figures now, for the page."""
    live = request.app[LIVE]
    reading = live.read(live.config.centre.id)
    return as_json(
        {"is_ready": reading.is_ready, "waiting_limit_s": reading.waiting_limit_s} | asdict(reading.snapshot)
    )


@described({HTTPStatus.OK: Answer("The clock.", {"application/json": _CLOCK})})
async def _get_clock(request: web.Request) -> web.Response:
    """Return what the service's clock shows and how fast it runs, so that a sender can keep its pace."""
    clock = request.app[LIVE].clock
    return as_json({"now": clock.now(), "speed": clock.speed})


@described({HTTPStatus.OK: Answer("It does.", {"text/plain": TEXT})})
async def _get_healthy(request: web.Request) -> web.Response:
    """Say that the process answers."""
    del request
    return web.Response(text="healthy\n")


@described(
    {
        HTTPStatus.OK: Answer("It is.", {"text/plain": TEXT}),
        HTTPStatus.SERVICE_UNAVAILABLE: Answer("The log is being read.", {"text/plain": TEXT}),
    }
)
async def _get_ready(request: web.Request) -> web.Response:
    """Say whether every event of the log is counted."""
    if request.app[LIVE].is_ready:
        return web.Response(text="ready\n")
    return web.Response(text="the log is being read\n", status=HTTPStatus.SERVICE_UNAVAILABLE)


def _metrics(registry: CollectorRegistry) -> Handler:
    """Return the handler of a scrape."""
    exposition = make_aiohttp_handler(registry)

    @described({HTTPStatus.OK: Answer("The metrics.", {"text/plain": TEXT, "application/openmetrics-text": TEXT})})
    async def get_metrics(request: web.Request) -> web.StreamResponse:
        """Return the metrics, in the text format or as OpenMetrics, whichever is asked for."""
        return await exposition(request)

    return get_metrics
