"""The page on which plans are tried out.

Place in the pipeline: beside the live page. In: the scenarios that are offered. Out: one page, its style, its script,
and the script that draws its chart. Invariant: all addresses in them are relative, so that the page works behind any
proxy.
"""

from collections.abc import Awaitable, Callable

from aiohttp import hdrs, web

from monitor.planning import Planning
from monitor.web.fixed import FILES, PAGE_POLICY, fixed, headers
from monitor.web.language import links, page, templates

_FIXED = {
    "/plan.css": ("plan.css", "text/css"),
    "/plan.js": ("plan.js", "text/javascript"),
}


def add_planner(app: web.Application, planning: Planning) -> None:
    """Add the page's routes to the application."""
    app.add_routes([web.get("/vega.js", _drawing(planning))])
    template = templates().get_template("plan.html")
    app.add_routes([web.get("/plan", page(lambda request: template.render(links=links(request))))])
    for path, (name, content_type) in _FIXED.items():
        app.add_routes([web.get(path, fixed((FILES / name).read_text(encoding="utf-8"), content_type))])


def _drawing(planning: Planning) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Return a handler that answers with the script that draws charts."""

    async def handler(request: web.Request) -> web.Response:
        del request
        script, _ = await planning.browser_files()
        kept = headers(PAGE_POLICY) | {hdrs.CACHE_CONTROL: "private, max-age=86400"}
        response = web.Response(text=script, content_type="text/javascript", headers=kept)
        response.enable_compression()
        return response

    return handler
