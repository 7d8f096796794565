"""The language of a page: chosen by a link, remembered, or the browser's own; and what the page's scripts say in it.

Place in the pipeline: under the pages. In: requests. Out: pages in the language that was asked for, with links to the
others; their words and their fonts. Invariant: a link wins over what is remembered, that over the browser's own
languages; without any of them it is English.
"""

import json
from collections.abc import Awaitable, Callable

import jinja2
from aiohttp import hdrs, web
from babel.core import negotiate_locale

from monitor.web.fixed import FILES, PAGE_POLICY, fixed, headers
from sim import LANGUAGES, WORDS, Language, fonts_folder, messages_of, speaking

_ASKED = "lang"  # in an address
_REMEMBERED = "language"  # a cookie
_REMEMBERED_S = 365 * 24 * 3600
_ENGLISH = "en"
_FONTS = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")
_KEPT = "private, max-age=86400"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def templates() -> jinja2.Environment:
    """Return the pages' templates, which speak."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("monitor", "web"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        auto_reload=False,
    )
    environment.globals |= WORDS
    return environment


def page(render: Callable[[web.Request], str]) -> Handler:
    """Return a handler that answers with a page, in the language that is asked for, and remembers a choice."""

    async def handler(request: web.Request) -> web.Response:
        tag = language_of(request)
        with speaking(tag):
            text = render(request)
        told = {hdrs.CONTENT_LANGUAGE: tag, hdrs.VARY: f"{hdrs.ACCEPT_LANGUAGE}, {hdrs.COOKIE}"}
        response = web.Response(text=text, content_type="text/html", headers=headers(PAGE_POLICY) | told)
        if request.query.get(_ASKED) == tag:
            response.set_cookie(_REMEMBERED, tag, max_age=_REMEMBERED_S, httponly=True, samesite="Lax")
        return response

    return handler


def language_of(request: web.Request) -> str:
    """Return the tag of the language that a request asks for."""
    for tag in (request.query.get(_ASKED), request.cookies.get(_REMEMBERED)):
        if tag in LANGUAGES:
            return tag
    wanted = _by_preference(request.headers.get(hdrs.ACCEPT_LANGUAGE, ""))
    return negotiate_locale(wanted, list(LANGUAGES), sep="-") or _ENGLISH


def _by_preference(accepted: str) -> list[str]:
    """Return the languages that a browser accepts, the best first.

    >>> _by_preference("en;q=0.5, vi-VN, *;q=0.1")
    ['vi-VN', 'en', '*']
    """
    weighed = []
    for part in filter(None, map(str.strip, accepted.split(","))):
        tag, _, weight = part.partition(";q=")
        weighed.append((float(weight) if weight.replace(".", "", 1).isdigit() else 1.0, tag.strip()))
    return [tag for _, tag in sorted(weighed, key=lambda each: -each[0])]


def links(request: web.Request, path: str = "") -> list[tuple[Language, str]]:
    """Return each language with the address of this page in it; `path`, where that must not be relative."""
    return [
        (language, f"{path}?{request.rel_url.update_query({_ASKED: language.tag}).raw_query_string}")
        for language in LANGUAGES.values()
    ]


def add_language(app: web.Application) -> None:
    """Add the routes of what the scripts say, and of the fonts for browsers that have none for a script."""
    script = (FILES / "words.js").read_text(encoding="utf-8")
    for tag, language in LANGUAGES.items():
        told = {"tag": tag, "locale": _intl(language), "messages": messages_of(tag, ".js")}
        text = f"window.words = {json.dumps(told, ensure_ascii=False)};\n{script}"
        app.add_routes([web.get(f"/words/{tag}.js", fixed(text, "text/javascript"))])
    for name in _FONTS:
        app.add_routes([web.get(f"/font/{name}", _font(name))])


def _intl(language: Language) -> str:
    """Return a language's conventions as a browser calls them; digits are 0 to 9 in all."""
    return f"{language.locale.replace('_', '-')}-u-nu-latn"


def _font(name: str) -> Handler:
    """Return a handler that answers with a font."""

    async def handler(request: web.Request) -> web.StreamResponse:
        del request
        path = fonts_folder() / name
        if not path.is_file():
            raise web.HTTPNotFound(reason="the fonts are not installed")
        return web.FileResponse(path, headers=headers(PAGE_POLICY) | {hdrs.CACHE_CONTROL: _KEPT})

    return handler
