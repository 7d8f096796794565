"""The door for bodies in a form of their own: ``POST /api/v1/webhooks/NAME``.

Place in the pipeline: before the log. In: requests with the JSON of another system. Out: how many of the events that
they tell were new. Invariant: as for events: 200 means that all is on the disk, any other answer that nothing is.
"""

from collections.abc import Mapping
from http import HTTPStatus

from aiohttp import web

from monitor.adapters.webhook import Understood, WebhookMapping, understand
from monitor.api.described import CENTRE, Answer, described
from monitor.api.events import RECEIPT, STORED, stored, whole_body
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
_MOST_TOLD = 20
_MORE = {
    "silent": {"type": "integer", "description": "rows that are understood and tell nothing, or not yet"},
    "not_understood": {"type": "integer", "description": "rows without the columns that the mapping knows a row by"},
    "missing": {
        "type": "object",
        "description": f"of the first {_MOST_TOLD} of these, by their places from 0, the columns that they lack",
        "additionalProperties": {"type": "array", "items": {"type": "string"}},
    },
}
_RECEIPT = RECEIPT | {
    "properties": {**RECEIPT["properties"], **_MORE},
    "required": [*RECEIPT["required"], *_MORE],
}


@described(
    {
        **STORED,
        HTTPStatus.OK: Answer("All events that the body tells are on the disk.", {_JSON: _RECEIPT}),
        HTTPStatus.NOT_FOUND: Answer("The configuration has no webhook of that name."),
        HTTPStatus.UNPROCESSABLE_ENTITY: Answer("Nothing of the body is understood."),
    },
    parameters=(_NAME, CENTRE),
    bodies={_JSON: {"type": ["object", "array"]}},
)
async def post_webhook(request: web.Request) -> web.Response:
    """Store what a body of another system tells, and say how much of it was new.

    The configuration names a mapping for each webhook, which says what a body tells. What was told before, also with
    another time, stays as it was first told and counts as a duplicate: such systems send a record at every change. Rows
    that tell nothing are counted, and of rows that are of another kind it is said what they lack.
    """
    mapping = request.app[WEBHOOKS].get(request.match_info["name"])
    if mapping is None:
        raise web.HTTPNotFound(reason="the configuration has no webhook of that name")
    more: dict[str, object] = {}

    async def read(request: web.Request) -> list[Event]:
        if request.content_type != _JSON or (request.charset or "utf-8").lower() != "utf-8":
            raise web.HTTPUnsupportedMediaType(reason=f"expected a body of type {_JSON}, in UTF-8")
        understood = understand(await whole_body(request), mapping)
        more.update(_more(understood))
        return understood.events

    return await stored(request, read, keeps_first=True, more=more)


def _more(understood: Understood) -> dict[str, object]:
    """Return what is said of rows that told nothing.

    Raises:
        HTTPUnprocessableEntity: they are all of a kind that the mapping does not know.
    """
    missing = understood.missing
    if understood.n_rows and len(missing) == understood.n_rows:
        lacks = ", ".join(next(iter(missing.values())))
        raise web.HTTPUnprocessableEntity(reason=f"no row of the body is understood; the first lacks {lacks}")
    told = dict(list(missing.items())[:_MOST_TOLD])
    return {"silent": understood.n_silent, "not_understood": len(missing), "missing": told}
