"""Who may do what, and for which centre.

Place in the pipeline: in front of the interface and the page. In: a request. Out: the `Grant` that it comes with and
the centre that it is about, or a refusal: 401 for who is not known, 403 for who may not, 400 for a centre that is none.
Invariant: an address that is not in a table here needs the scope ``read``; what somebody may not reach is not even
said to be there.
"""

import base64
from collections.abc import Mapping

from aiohttp import hdrs, web

from monitor.config import CentreConfig, Config
from monitor.tokens import Grant, Scope, TokenError, Tokens
from monitor.webconfig import Web
from sim import LANGUAGES

# These tell of no centre.
_OPEN = {
    "/-/healthy",
    "/-/ready",
    "/api/v1/clock",
    "/api/v1/schema",
    "/live.js",
    "/follow.js",
    "/wall.js",
    "/wall.css",
    "/plan.css",
    "/plan.js",
    "/vega.js",
    "/network.js",
    "/style.css",
    "/icon.svg",
    "/font/DejaVuSans.ttf",
    "/font/DejaVuSans-Bold.ttf",
    *(f"/words/{tag}.js" for tag in LANGUAGES),
}
_SCOPES: Mapping[str, frozenset[Scope]] = {
    "/api/v1/events": frozenset({Scope.INGEST}),
    "/api/v1/webhooks/{name}": frozenset({Scope.INGEST}),
    "/prediction.svg": frozenset({Scope.READ, Scope.PLAN}),
    "/prediction-narrow.svg": frozenset({Scope.READ, Scope.PLAN}),
    "/plan": frozenset({Scope.PLAN}),
    "/api/v1/planning": frozenset({Scope.PLAN}),
    "/api/v1/planning/chart": frozenset({Scope.PLAN}),
    "/api/v1/planning/studies": frozenset({Scope.PLAN}),
    "/api/v1/planning/file": frozenset({Scope.PLAN}),
    "/api/v1/planning/report": frozenset({Scope.PLAN}),
    "/config": frozenset({Scope.ADMIN}),
    "/-/reload": frozenset({Scope.ADMIN}),
}
_READ = frozenset({Scope.READ})
_ALL = frozenset(Scope)
_NOBODY = Grant("nobody", None, frozenset())
ANYBODY = Grant("anybody", None, _ALL)
_CHALLENGE = 'Bearer realm="peakweek-monitor", Basic realm="peakweek-monitor", charset="UTF-8"'
_GRANT = web.RequestKey("grant", Grant)


class Admission:
    """Knows who comes with a request.

    Args:
        tokens: the service's tokens.
        web: the service's users.
    """

    def __init__(self, tokens: Tokens, web: Web) -> None:
        self.tokens = tokens
        self.web = web

    async def admit(self, request: web.Request, config: Config) -> None:
        """Note on the request what it comes with, if that is enough.

        Raises:
            HTTPUnauthorized: nobody is known by what the request shows.
            HTTPForbidden: who it is may not do this.
            HTTPServiceUnavailable: the tokens cannot be read.
        """
        path = route_of(request)
        try:
            grant = ANYBODY if path in _OPEN or not self._is_needed(config) else await self._grant(request)
        except TokenError as problem:
            raise web.HTTPServiceUnavailable(reason="the tokens cannot be read now") from problem
        if grant is None:
            reason = "found no token or user that is known; expected Authorization: Bearer with a token, or Basic"
            raise web.HTTPUnauthorized(reason=reason, headers={hdrs.WWW_AUTHENTICATE: _CHALLENGE})
        request[_GRANT] = grant
        scopes = _SCOPES.get(path, _READ)
        if not grant.scopes & scopes:
            raise web.HTTPForbidden(reason=f"this token is not for that; expected the scope {' or '.join(scopes)}")

    def _is_needed(self, config: Config) -> bool:
        """Return whether who is not known may do nothing."""
        return config.auth == "required" or bool(self.web.config.basic_auth_users) or self.tokens.is_in_use()

    async def _grant(self, request: web.Request) -> Grant | None:
        """Return what the request's secret allows; none for one that is missing or wrong."""
        scheme, _, secret = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
        if scheme.lower() == "bearer":
            return self.tokens.grant(secret.strip())
        if scheme.lower() != "basic":
            return None
        name, password = _name_and_password(secret)
        # A browser can show a token only as a password.
        if grant := self.tokens.grant(password):
            return grant
        is_user = await self.web.is_user(name, password)
        return Grant(f"user {name}", None, _ALL) if is_user else None


def _name_and_password(shown: str) -> tuple[str, str]:
    """Return what a browser shows for a user; nothing where it is not as it should be."""
    try:
        name, _, password = base64.b64decode(shown, validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return name, password


def route_of(request: web.Request) -> str:
    """Return the address that the request means, as it is declared; empty where nothing is."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else ""


def grant_of(request: web.Request) -> Grant:
    """Return what the request comes with; nothing before it was admitted."""
    grant: Grant = request.get(_GRANT, _NOBODY)
    return grant


def centre_of(request: web.Request, config: Config) -> CentreConfig:
    """Return the centre that the request is about: that of its token, the one that it names, or the only one.

    Raises:
        HTTPForbidden: the token is for another centre.
        HTTPBadRequest: no centre, or an unknown one, is named.
    """
    asked, own, served = request.query.get("centre"), grant_of(request).centre, config.centre_by_id
    if own is not None and (own not in served or asked not in {None, own}):
        raise web.HTTPForbidden(reason="this token is for another centre")
    name = own or asked or (next(iter(served)) if len(served) == 1 and asked is None else None)
    if name not in served:
        found = "an unknown centre" if name else "no centre"
        raise web.HTTPBadRequest(reason=f"found {found}; expected ?centre= with one of: {', '.join(served)}")
    return served[name]


def centres_of(request: web.Request, config: Config) -> list[CentreConfig]:
    """Return the centres that the request may reach."""
    own = grant_of(request).centre
    return [centre for centre in config.centre_by_id.values() if own in {None, centre.id}]


def refuse_part(request: web.Request) -> None:
    """Refuse a token of one centre what is about the whole service.

    Raises:
        HTTPForbidden: the token is for one centre.
    """
    if grant_of(request).centre is not None:
        raise web.HTTPForbidden(reason="this is about the whole service; expected a token for all centres")
