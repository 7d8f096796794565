"""The page for people: the live queue, the backlog, and where the rest is.

Place in the pipeline: beside the API, whose state it shows. Out: one page, its script and its style. Invariant: the
page needs nothing but this service (no other host, no inline script or style; the browser is told to enforce that).
"""

from collections.abc import Awaitable, Callable
from typing import Protocol

from aiohttp import web

from monitor.admission import centre_of, centres_of, grant_of
from monitor.live import Live
from monitor.web.fixed import FILES, fixed, headers
from monitor.web.language import Handler, add_language, links, page, templates
from monitor.web.wall import add_wall


class Prediction(Protocol):
    """What the page predicts."""

    @property
    def caption(self) -> str:
        """Return what the chart shows, in a sentence or two."""

    async def draw(self, *, is_narrow: bool) -> str | None:
        """Return the chart as SVG, in its form for telephones or for wider screens; none while there is none yet."""


# A chart carries its own style and no script; it can load nothing.
_CHART_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_ASSETS = {
    "live.js": "text/javascript",
    "follow.js": "text/javascript",
    "style.css": "text/css",
    "icon.svg": "image/svg+xml",
}


def add_web(
    app: web.Application, live: Live, prediction: Prediction | None, *, prefix: str = "", has_planner: bool = False
) -> None:
    """Add the page's routes to the application.

    Args:
        app: the application.
        live: the centres.
        prediction: what the page predicts; none: it has no place for it.
        prefix: what its links begin with, where a proxy takes it off again.
        has_planner: whether it links the page on which plans are tried out.
    """
    app.add_routes([web.get("/", _page(live, prediction, prefix=prefix, has_planner=has_planner))])
    add_language(app)
    for name, content_type in _ASSETS.items():
        content = (FILES / name).read_text(encoding="utf-8")
        app.add_routes([web.get(f"/{name}", fixed(content, content_type))])
    add_wall(app, live, prefix=prefix)
    if prediction:
        for name, is_narrow in (("prediction", False), ("prediction-narrow", True)):
            app.add_routes([web.get(f"/{name}.svg", _chart(prediction, is_narrow=is_narrow))])


def _page(live: Live, prediction: Prediction | None, *, prefix: str, has_planner: bool) -> Handler:
    """Return a handler that answers with a centre's page, or with a list of several centres."""
    environment = templates()
    environment.globals |= {"prefix": prefix, "has_planner": has_planner}
    environment.globals["has_network"] = bool(live.config.probes.targets)
    one, many = environment.get_template("page.html"), environment.get_template("centres.html")

    def render(request: web.Request) -> str:
        config = live.config
        told = {"is_one_of_many": len(config.centre_by_id) > 1, "links": links(request, f"{prefix}/")}
        if told["is_one_of_many"] and grant_of(request).centre is None and "centre" not in request.query:
            return many.render(centres=centres_of(request, config), query="", **told)
        centre = centre_of(request, config)
        return one.render(
            centre=centre,
            limit_s=config.waiting_limit_of(centre),
            prediction=prediction,
            query=f"?centre={centre.id}" if told["is_one_of_many"] else "",
            **told,
        )

    return page(render)


def _chart(prediction: Prediction, *, is_narrow: bool) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Return a handler that answers with the prediction's chart, or with 404 while there is none."""

    async def handler(request: web.Request) -> web.Response:
        del request
        svg = await prediction.draw(is_narrow=is_narrow)
        if svg is None:
            raise web.HTTPNotFound(reason="no prediction yet")
        return web.Response(text=svg, content_type="image/svg+xml", headers=headers(_CHART_POLICY))

    return handler
