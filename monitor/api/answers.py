"""What all routes answer with: JSON, and for every failure one problem document.

Place in the pipeline: under the routes of the API. In: content. Out: responses. Invariant: every failure is one
``application/problem+json`` (RFC 9457), and no cache keeps an answer.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus

import pydantic_core
from aiohttp import web
from yarl import URL

from monitor.live import Live

_KEPT = ("Allow", "Connection", "Retry-After", "WWW-Authenticate")
LIVE = web.AppKey("live", Live)
EXTERNAL: web.AppKey[URL | None] = web.AppKey("external")
"""Under which address the service is reached through a proxy; none: under the one that a request names."""
_log = logging.getLogger(__name__)
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def as_json(content: Mapping[str, object], status: HTTPStatus = HTTPStatus.OK) -> web.Response:
    """Return a JSON answer that no cache keeps."""
    body = pydantic_core.to_json(content)
    return web.Response(
        body=body, status=status, content_type="application/json", headers={"Cache-Control": "no-store"}
    )


def as_problem(status: HTTPStatus, detail: str, told: Mapping[str, object] | None = None) -> web.Response:
    """Return a problem document."""
    content = {"title": status.phrase, "status": status.value, "detail": detail, **(told or {})}
    answer = as_json(content, status)
    answer.content_type = "application/problem+json"
    return answer


@web.middleware
async def answer_failures(request: web.Request, handler: _Handler) -> web.StreamResponse:
    """Answer what the handler did not: an unknown address, a wrong method, a mistake of our own."""
    try:
        return await handler(request)
    except web.HTTPException as problem:
        if problem.status < HTTPStatus.BAD_REQUEST:
            raise
        answer = as_problem(HTTPStatus(problem.status), problem.reason)
        answer.headers.update({name: problem.headers[name] for name in _KEPT if name in problem.headers})
        return answer
    except Exception:  # noqa: BLE001 - an edge: a mistake in one request must not take the others along
        _log.exception("a request failed")  # its id, which is in this line too, is in that which tells its route
        return as_problem(HTTPStatus.INTERNAL_SERVER_ERROR, "the service made a mistake; its log says more")
