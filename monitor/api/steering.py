"""What keeps the service itself: the configuration that holds, and taking it anew.

Place in the pipeline: beside the other routes of the API. In: requests of whoever runs the service. Out: YAML, JSON.
Invariant: no secret is shown, not even its hash.
"""

import io
from http import HTTPStatus

from aiohttp import web
from ruamel.yaml import YAML

from monitor.admission import refuse_part
from monitor.api.answers import LIVE, as_json, as_problem
from monitor.api.described import TEXT, Answer, described
from monitor.config import Config
from monitor.door import DOOR
from monitor.reload import Reloader
from monitor.webconfig import WebConfig
from sim import ConfigError

RELOADER = web.AppKey("reloader", Reloader)
_SECRET = "<secret>"  # noqa: S105 - what stands in its place
_LEFT_OUT = {
    "type": "object",
    "properties": {"needs_restart": {"type": "array", "items": {"type": "string"}}},
    "required": ["needs_restart"],
}


@described({HTTPStatus.OK: Answer("The configuration, as YAML.", {"text/plain": TEXT})})
async def get_config(request: web.Request) -> web.Response:
    """Show the configuration that holds, with its defaults and without its secrets."""
    refuse_part(request)
    live = request.app[LIVE]
    text = redacted(live.config, live.store.name, request.app[DOOR].admission.web.config)
    return web.Response(text=text, content_type="text/plain", headers={"Cache-Control": "no-store"})


@described(
    {
        HTTPStatus.OK: Answer(
            "The files hold, but for the fields that need a restart.", {"application/json": _LEFT_OUT}
        ),
        HTTPStatus.INTERNAL_SERVER_ERROR: Answer("A file is wrong; everything stays as it was."),
    }
)
async def post_reload(request: web.Request) -> web.Response:
    """Take the configuration anew, and say what of it needs a restart."""
    refuse_part(request)
    try:
        left_out = request.app[RELOADER].reload()
    except ConfigError as problem:
        return as_problem(HTTPStatus.INTERNAL_SERVER_ERROR, f"the configuration stays as it was: {problem}")
    return as_json({"needs_restart": left_out})


def redacted(config: Config, store: str, web_config: WebConfig) -> str:
    """Return both configurations as one YAML document, without their secrets; the store by its name."""
    shown = config.model_dump(mode="json", exclude_none=True) | {"store": store}
    shown["web"] = web_config.model_dump(mode="json", by_alias=True, exclude_none=True)
    shown["web"]["basic_auth_users"] = dict.fromkeys(web_config.basic_auth_users, _SECRET)
    out = io.StringIO()
    yaml = YAML()
    yaml.width = 1_000
    yaml.dump(shown, out)
    return out.getvalue()
