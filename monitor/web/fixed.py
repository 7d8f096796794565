"""What all pages share: files that never change, and the headers of everything that a browser shows.

Place in the pipeline: under the pages. Invariant: a browser is told to take nothing from elsewhere and nothing inline.
"""

from collections.abc import Awaitable, Callable
from importlib.resources import files

from aiohttp import web

FILES = files("monitor.web")
PAGE_POLICY = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def fixed(text: str, content_type: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Return a handler that always answers with the same text."""

    async def handler(request: web.Request) -> web.Response:
        del request
        return web.Response(text=text, content_type=content_type, headers=headers(PAGE_POLICY))

    return handler


def headers(policy: str) -> dict[str, str]:
    """Return the headers of everything that a browser shows."""
    return {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-cache",
    }
