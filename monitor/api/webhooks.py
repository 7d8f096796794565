"""The door for bodies in a form of their own: ``POST /api/v1/webhooks/NAME``.

Place in the pipeline: before the log. In: requests with the JSON of another system. Out: how many of the events that
they tell were new. Invariant: as for events: 200 means that all is on the disk, any other answer that nothing is.
"""

from collections.abc import Mapping
from http import HTTPStatus

from aiohttp import web

from monitor.adapters.webhook import WebhookMapping, webhook_events
from monitor.api.described import CENTRE, Answer, described
from monitor.api.events import STORED, stored, whole_body
from monitor.events import Event

WEBHOOKS: web.AppKey[Mapping[str, WebhookMapping]] = web.AppKey("webhooks")
_JSON = "application/json"
_NAME = {
    "name": "name",
    "in": "path",
    "required": True,
    "schema": {"type": "string"},
    "description": "name of the webhook in the configuration",
}


@described(
    {**STORED, HTTPStatus.NOT_FOUND: Answer("The configuration has no webhook of that name.")},
    parameters=(_NAME, CENTRE),
    bodies={_JSON: {"type": ["object", "array"]}},
)
async def post_webhook(request: web.Request) -> web.Response:
    """Store what a body of another system tells, and say how much of it was new.

    The configuration names a mapping for each webhook, which says what a body tells. What was told before, also with
    another time, stays as it was first told and counts as a duplicate: such systems send a record at every change.
    """
    mapping = request.app[WEBHOOKS].get(request.match_info["name"])
    if mapping is None:
        raise web.HTTPNotFound(reason="the configuration has no webhook of that name")

    async def read(request: web.Request) -> list[Event]:
        if request.content_type != _JSON or (request.charset or "utf-8").lower() != "utf-8":
            raise web.HTTPUnsupportedMediaType(reason=f"expected a body of type {_JSON}, in UTF-8")
        return webhook_events(await whole_body(request), mapping)

    return await stored(request, read, keeps_first=True)
