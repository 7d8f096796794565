"""The whole HTTP interface as one OpenAPI 3.1 document, and what an event must look like as one JSON Schema.

Place in the pipeline: beside the routes. In: the application's router. Out: JSON. Invariant: the document is made from
the routes that there are, the models that read events and the figures that are shown; nothing is written twice.
"""

import re
from collections.abc import Sequence
from http import HTTPStatus
from inspect import getdoc
from typing import Any

import pydantic_core
from aiohttp import web
from pydantic import TypeAdapter

from monitor.admission import centres_of
from monitor.alerts import Alerts
from monitor.api.answers import EXTERNAL, LIVE, as_json
from monitor.api.described import CENTRE, DESCRIPTIONS, REFUSALS, Answer, Description, Handler, described
from monitor.events.schema import definitions, event_schema
from monitor.figures import PlannedFigures, Snapshot
from monitor.live import VERSION

_REF = "#/components/schemas/{}"
_ANYTHING = {HTTPStatus.OK: Answer("What is there.", {"*/*": {}})}
_PROBLEM = {
    "type": "object",
    "description": "What is wrong, as RFC 9457 says it.",
    "properties": {
        "title": {"type": "string", "description": "what the status is called"},
        "status": {"type": "integer", "description": "the status"},
        "detail": {"type": "string", "description": "one sentence that says what is wrong and what is expected"},
        "index": {"type": "integer", "description": "which event of the batch is wrong, from 0"},
        "field": {"type": "string", "description": "which field of it"},
        "found": {"type": "string", "description": "what was found there; never the value of a text"},
        "expected": {"type": "string", "description": "what is expected instead"},
        "source": {"type": "string", "description": "of an event that is in conflict with another"},
        "id": {"type": "string", "description": "of an event that is in conflict with another"},
    },
    "required": ["title", "status", "detail"],
}


@described({HTTPStatus.OK: Answer("The document.", {"application/json": {"type": "object"}})})
async def get_openapi(request: web.Request) -> web.Response:
    """Return this document."""
    centres = [centre.id for centre in centres_of(request, request.app[LIVE].config)]
    external = request.app[EXTERNAL]
    return as_json(openapi(request.app.router, centres) | {"servers": [{"url": str(external or "/")}]})


@described({HTTPStatus.OK: Answer("The schema.", {"application/schema+json": {"type": "object"}})})
async def get_schema(request: web.Request) -> web.Response:
    """Return the JSON Schema of an event."""
    del request
    body = pydantic_core.to_json(event_schema())
    return web.Response(body=body, content_type="application/schema+json", headers={"Cache-Control": "no-cache"})


def openapi(router: web.UrlDispatcher, centres: Sequence[str]) -> dict[str, Any]:
    """Return the document of all routes that a router has, for who may ask about these centres."""
    paths: dict[str, dict[str, Any]] = {}
    for route in router.routes():
        if route.resource is not None and route.method != "HEAD":  # every GET has one
            path = route.resource.canonical
            paths.setdefault(path, {})[route.method.lower()] = _operation(route.method, path, route.handler, centres)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Peakweek monitor",
            "version": VERSION,
            "summary": "Takes the events of a public service centre and shows how its queue and its backlog are.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": dict(sorted(paths.items())),
        "components": {"schemas": {"Problem": _PROBLEM, **definitions(_REF), **_figures()}},
    }


def _figures() -> dict[str, Any]:
    """Return the schemas of the figures, by name."""
    snapshot = TypeAdapter(Snapshot).json_schema(mode="serialization", ref_template=_REF.format("{model}"))
    parts: dict[str, Any] = snapshot.pop("$defs")
    parts["PlannedFigures"] = TypeAdapter(PlannedFigures).json_schema(mode="serialization")
    alerts = TypeAdapter(Alerts).json_schema(mode="serialization", ref_template=_REF.format("{model}"))
    parts |= alerts.pop("$defs") | {"Alerts": alerts}
    also = {
        "is_ready": {"type": "boolean"},
        "is_store_up": {"type": "boolean"},
        "waiting_limit_s": {"type": ["number", "null"]},
        "planned": {"anyOf": [{"$ref": _REF.format("PlannedFigures")}, {"type": "null"}]},
        "is_out": {
            "type": "object",
            "additionalProperties": {"type": ["boolean", "null"]},
            "description": "what is out of order, as it was told, else as probes found it; none where nothing is known",
        },
        "alerts": {
            "anyOf": [{"$ref": _REF.format("Alerts")}, {"type": "null"}],
            "description": "none where no Alertmanager is configured",
        },
    }
    state = snapshot | {
        "title": "State",
        "properties": snapshot["properties"] | also,
        "required": [*snapshot["required"], *also],
    }
    return parts | {"State": state}


def _operation(method: str, path: str, handler: Any, centres: Sequence[str]) -> dict[str, Any]:
    """Return what OpenAPI says of one route."""
    known = DESCRIPTIONS.get(handler, Description(_ANYTHING))
    answers = {**known.answers, **REFUSALS}
    told: dict[str, Any] = {
        "operationId": re.sub(r"[^a-z0-9]+", "_", f"{method}{path}".lower()).strip("_"),
        "responses": {str(status.value): _response(status, answer) for status, answer in answers.items()},
        **_meaning(handler),
    }
    if known.bodies:
        content = {media_type: {"schema": schema} for media_type, schema in known.bodies.items()}
        told["requestBody"] = {"required": True, "content": content}
    if known.parameters:
        named = CENTRE | {"schema": {"type": "string", "enum": list(centres)}}
        told["parameters"] = [named if parameter is CENTRE else parameter for parameter in known.parameters]
    return told


def _meaning(handler: Handler) -> dict[str, str]:
    """Return what a handler does, as its docstring says."""
    summary, _, more = (getdoc(handler) or "").partition("\n\n")
    told = {"summary": summary, "description": more.partition("\n\nRaises:")[0]}
    return {name: text.replace("\n", " ") for name, text in told.items() if text}


def _response(status: HTTPStatus, answer: Answer) -> dict[str, Any]:
    """Return what OpenAPI says of one answer."""
    told: dict[str, Any] = {
        "description": answer.means or f"{status.phrase}.",
        "content": {media_type: {"schema": schema} for media_type, schema in answer.schemas.items()},
    }
    if answer.headers:
        headers = answer.headers.items()
        told["headers"] = {name: {"description": means, "schema": {"type": "string"}} for name, means in headers}
    return told
