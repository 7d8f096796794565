"""The page for the hall: read from five metres by who works there, on a wall screen that nobody touches.

Place in the pipeline: beside the live page, whose stream it follows. Out: one page, its script and its style.
Invariant: as for the live page: nothing inline, nothing from elsewhere; and no ticket, record or person is on it.
"""

from aiohttp import web

from monitor.admission import centre_of, centres_of, grant_of
from monitor.live import Live
from monitor.web.fixed import FILES, fixed
from monitor.web.language import Handler, page, templates

_ASSETS = {"wall.js": "text/javascript", "wall.css": "text/css"}
_THEMES = ("auto", "dark", "light")


def add_wall(app: web.Application, live: Live, *, prefix: str = "") -> None:
    """Add the page's routes to the application.

    Args:
        app: the application.
        live: the centres.
        prefix: what its links begin with, where a proxy takes it off again.
    """
    app.add_routes([web.get("/live", _page(live, prefix))])
    for name, content_type in _ASSETS.items():
        app.add_routes([web.get(f"/{name}", fixed((FILES / name).read_text(encoding="utf-8"), content_type))])


def _page(live: Live, prefix: str) -> Handler:
    """Return a handler that answers with a centre's page, or with a list of several centres."""
    template = templates().get_template("wall.html")

    def render(request: web.Request) -> str:
        theme = request.query.get("theme", _THEMES[0])
        if theme not in _THEMES:
            raise web.HTTPBadRequest(reason=f"found a theme that is none; expected ?theme= with {', '.join(_THEMES)}")
        config = live.config
        is_open = len(config.centre_by_id) > 1 and grant_of(request).centre is None and "centre" not in request.query
        centre = None if is_open else centre_of(request, config)
        return template.render(prefix=prefix, theme=theme, centre=centre, centres=centres_of(request, config))

    return page(render)
