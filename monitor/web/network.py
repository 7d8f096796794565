"""The page of the network: how every target stands, and the queue beside it on one axis of time.

Place in the pipeline: beside the live page. Out: one page and its script. Invariant: as for the live page: nothing
inline, nothing from elsewhere; its addresses are relative, so that it stands under any prefix.
"""

from collections.abc import Awaitable, Callable

import jinja2
from aiohttp import web

from monitor.live import Live
from monitor.web.fixed import FILES, PAGE_POLICY, fixed, headers


def add_network(app: web.Application, live: Live) -> None:
    """Add the page's routes to the application."""
    script = (FILES / "network.js").read_text(encoding="utf-8")
    app.add_routes([web.get("/network", _page(live)), web.get("/network.js", fixed(script, "text/javascript"))])


def _page(live: Live) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Return a handler that answers with the page."""
    loader = jinja2.PackageLoader("monitor", "web")
    environment = jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, auto_reload=False
    )
    template = environment.get_template("network.html")

    async def handler(request: web.Request) -> web.Response:
        del request
        text = template.render(centre=live.config.probed_centre)
        return web.Response(text=text, content_type="text/html", headers=headers(PAGE_POLICY))

    return handler
