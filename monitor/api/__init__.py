"""The HTTP interface: events in; health, state, clock and metrics out.

Place in the pipeline: the service's second door. In: requests. Out: JSON, and for every failure one
``application/problem+json`` (RFC 9457). Invariant: what changes something is in a module of its own (`events`,
`webhooks`, `steering`); the routes here only read.
"""

from http import HTTPStatus

from aiohttp import web
from prometheus_client import CollectorRegistry

from monitor.api.answers import EXTERNAL, LIVE, as_json
from monitor.api.described import TEXT, Answer, described
from monitor.api.events import RETRY_AFTER_S, post_events
from monitor.api.figures import get_discovery, get_metrics, get_probe, get_state
from monitor.api.network import NETWORK, get_network
from monitor.api.openapi import get_openapi, get_schema
from monitor.api.planning import PLANNING, get_chart, get_planning, post_file, post_report, post_study
from monitor.api.probing import SCHEDULE, get_logs, get_probe_discovery
from monitor.api.steering import get_config, post_reload
from monitor.api.stream import get_stream
from monitor.api.webhooks import WEBHOOKS, post_webhook

__all__ = ["EXTERNAL", "LIVE", "RETRY_AFTER_S", "add_api"]
_CLOCK = {
    "type": "object",
    "properties": {
        "now": {"type": "string", "format": "date-time", "description": "what the service's clock shows"},
        "speed": {"type": "number", "description": "seconds that it advances in a real second"},
    },
    "required": ["now", "speed"],
}


def add_api(app: web.Application, registry: CollectorRegistry) -> None:
    """Add the interface's routes to the application."""
    app.add_routes(
        [
            web.post("/api/v1/events", post_events),
            web.get("/api/v1/state", get_state),
            web.get("/api/v1/stream", get_stream, allow_head=False),
            web.get("/api/v1/clock", _get_clock),
            web.get("/-/healthy", _get_healthy),
            web.get("/-/ready", _get_ready),
            web.post("/-/reload", post_reload),
            web.get("/config", get_config),
            web.get("/metrics", get_metrics(registry)),
            web.get("/probe", get_probe),
            web.get("/api/v1/sd", get_discovery),
            web.get("/api/v1/schema", get_schema),
            web.get("/api/v1/openapi.json", get_openapi),
        ]
    )
    if PLANNING in app:
        app.add_routes(
            [
                web.get("/api/v1/planning", get_planning),
                web.get("/api/v1/planning/chart", get_chart),
                web.post("/api/v1/planning/studies", post_study),
                web.post("/api/v1/planning/file", post_file),
                web.post("/api/v1/planning/report", post_report),
            ]
        )
    if NETWORK in app:
        app.add_routes([web.get("/api/v1/network", get_network)])
    if SCHEDULE in app:
        app.add_routes([web.get("/logs", get_logs), web.get("/api/v1/sd/probes", get_probe_discovery)])
    if app[WEBHOOKS]:
        app.add_routes([web.post("/api/v1/webhooks/{name}", post_webhook)])


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
        HTTPStatus.SERVICE_UNAVAILABLE: Answer("The log is being read, or cannot be written.", {"text/plain": TEXT}),
    }
)
async def _get_ready(request: web.Request) -> web.Response:
    """Say whether events are taken: every event of the log is counted, and the log can be written."""
    live = request.app[LIVE]
    if live.is_ready and live.store.figures().is_up:
        return web.Response(text="ready\n")
    why = "the log cannot be written" if live.is_ready else "the log is being read"
    return web.Response(text=f"{why}\n", status=HTTPStatus.SERVICE_UNAVAILABLE)
