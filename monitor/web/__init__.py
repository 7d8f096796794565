"""The page for people: the live queue, the backlog, and where the rest is.

Place in the pipeline: beside the API, whose state it shows. Out: one page, its script and its style. Invariant: the
page needs nothing but this service (no other host, no inline script or style; the browser is told to enforce that).
"""

from collections.abc import Awaitable, Callable
from importlib.resources import files
from typing import Protocol

import jinja2
from aiohttp import web

from monitor.admission import centre_of, centres_of, grant_of
from monitor.live import Live
from monitor.planning import Planning


class Prediction(Protocol):
    """What the page predicts."""

    @property
    def caption(self) -> str:
        """Return what the chart shows, in a sentence or two."""

    async def draw(self, *, is_narrow: bool) -> str | None:
        """Return the chart as SVG, in its form for telephones or for wider screens; none while there is none yet."""


_FILES = files("monitor.web")
_PAGE_POLICY = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
# A chart carries its own style and no script; it can load nothing.
_CHART_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_ASSETS = {"live.js": "text/javascript", "style.css": "text/css", "icon.svg": "image/svg+xml"}


def add_web(app: web.Application, live: Live, prediction: Prediction | None, planning: Planning | None = None) -> None:
    """Add the pages' routes to the application; with a prediction, the live page shows its chart."""
    app.add_routes([web.get("/", _page(live, prediction, has_planner=planning is not None))])
    for name, content_type in _ASSETS.items():
        content = (_FILES / name).read_text(encoding="utf-8")
        app.add_routes([web.get(f"/{name}", _fixed(content, content_type))])
    if planning:
        _add_planner(app, planning)
    if prediction:
        for name, is_narrow in (("prediction", False), ("prediction-narrow", True)):
            app.add_routes([web.get(f"/{name}.svg", _chart(prediction, is_narrow=is_narrow))])


def _add_planner(app: web.Application, planning: Planning) -> None:
    """Add the page on which plans are tried out."""
    app.add_routes([web.get("/vega.js", _drawing(planning))])
    for path, name, content_type in (
        ("/plan", "plan.html", "text/html"),
        ("/plan.css", "plan.css", "text/css"),
        ("/plan.js", "plan.js", "text/javascript"),
    ):
        content = (_FILES / name).read_text(encoding="utf-8")
        app.add_routes([web.get(path, _fixed(content, content_type))])


def _drawing(planning: Planning) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Return a handler that answers with the script that draws charts."""

    async def handler(request: web.Request) -> web.Response:
        del request
        script, _ = await planning.browser_files()
        headers = _headers(_PAGE_POLICY) | {"Cache-Control": "private, max-age=86400"}
        response = web.Response(text=script, content_type="text/javascript", headers=headers)
        response.enable_compression()
        return response

    return handler


def _page(
    live: Live, prediction: Prediction | None, *, has_planner: bool
) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Return a handler that answers with a centre's page, or with a list of several centres."""
    loader = jinja2.PackageLoader("monitor", "web")
    environment = jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, auto_reload=False
    )
    one, many = environment.get_template("page.html"), environment.get_template("centres.html")

    async def handler(request: web.Request) -> web.Response:
        config = live.config
        is_one_of_many = len(config.centre_by_id) > 1
        if is_one_of_many and grant_of(request).centre is None and "centre" not in request.query:
            text = many.render(
                centres=centres_of(request, config), query="", is_one_of_many=True, has_planner=has_planner
            )
        else:
            centre = centre_of(request, config)
            text = one.render(
                centre=centre,
                limit_s=config.waiting_limit_of(centre),
                prediction=prediction,
                query=f"?centre={centre.id}" if is_one_of_many else "",
                is_one_of_many=is_one_of_many,
                has_planner=has_planner,
            )
        return web.Response(text=text, content_type="text/html", headers=_headers(_PAGE_POLICY))

    return handler


def _fixed(text: str, content_type: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Return a handler that always answers with the same text."""

    async def handler(request: web.Request) -> web.Response:
        del request
        return web.Response(text=text, content_type=content_type, headers=_headers(_PAGE_POLICY))

    return handler


def _chart(prediction: Prediction, *, is_narrow: bool) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Return a handler that answers with the prediction's chart, or with 404 while there is none."""

    async def handler(request: web.Request) -> web.Response:
        del request
        svg = await prediction.draw(is_narrow=is_narrow)
        if svg is None:
            raise web.HTTPNotFound(reason="no prediction yet")
        return web.Response(text=svg, content_type="image/svg+xml", headers=_headers(_CHART_POLICY))

    return handler


def _headers(policy: str) -> dict[str, str]:
    """Return the headers of everything that a browser shows."""
    return {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-cache",
    }
