"""The page of the network: how every target stands, and the queue beside it on one axis of time.

Place in the pipeline: beside the live page. Out: one page and its script. Invariant: as for the live page: nothing
inline, nothing from elsewhere; its addresses are relative, so that it stands under any prefix.
"""

from aiohttp import web

from monitor.live import Live
from monitor.web.fixed import FILES, fixed
from monitor.web.language import Handler, links, page, templates


def add_network(app: web.Application, live: Live) -> None:
    """Add the page's routes to the application."""
    script = (FILES / "network.js").read_text(encoding="utf-8")
    app.add_routes([web.get("/network", _page(live)), web.get("/network.js", fixed(script, "text/javascript"))])


def _page(live: Live) -> Handler:
    """Return a handler that answers with the page."""
    template = templates().get_template("network.html")
    return page(lambda request: template.render(centre=live.config.probed_centre, links=links(request)))
