"""Probes on request, and what was probed lately: ``/probe?target=&module=`` and ``/logs``.

Place in the pipeline: beside the other routes of the API. In: requests. Out: the metrics of one attempt, or its log.
Invariant: only a target that the configuration names is probed, and only so many at once.
"""

import asyncio
from http import HTTPStatus

import pydantic_core
from aiohttp import hdrs, web
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from monitor.admission import centre_of, refuse_part
from monitor.api.answers import LIVE, as_problem
from monitor.api.described import GROUPS, TEXT, Answer, described
from monitor.probes.exposition import OneResult
from monitor.probes.history import Kept
from monitor.probes.schedule import BusyError, Schedule

SCHEDULE = web.AppKey("schedule", Schedule)
RETRY_AFTER_S = 2
_SCRAPE_TIMEOUT = "X-Prometheus-Scrape-Timeout-Seconds"
_SCRAPE_MARGIN_S = 0.5
_DEFAULT_MODULE = "http_2xx"
TARGET = {
    "name": "target",
    "in": "query",
    "schema": {"type": "string"},
    "description": "what to probe instead: a target of the configuration, exactly as it is written there",
}
MODULE = {
    "name": "module",
    "in": "query",
    "schema": {"type": "string"},
    "description": f"how to probe it: a module of the configuration; {_DEFAULT_MODULE} without one",
}
DEBUG = {
    "name": "debug",
    "in": "query",
    "schema": {"type": "string", "enum": ["true"]},
    "description": "with true, show what was done, the metrics and the module",
}
_ID = {
    "name": "id",
    "in": "query",
    "schema": {"type": "integer", "minimum": 1},
    "description": "number of an attempt; without it, all that are kept are listed",
}


async def probed(request: web.Request) -> web.Response:
    """Return the metrics of an attempt that is made now."""
    refuse_stranger(request)
    schedule = request.app[SCHEDULE]
    target, name = request.query.get("target", ""), request.query.get("module", _DEFAULT_MODULE)
    modules = schedule.config.module_by_name
    if not target or name not in modules:
        found = "an unknown module" if target else "no target"
        expected = f"?target= and &module= with one of: {', '.join(sorted(modules))}"
        return as_problem(HTTPStatus.BAD_REQUEST, f"found {found}; expected {expected}")
    if not schedule.config.allows(target, name):
        expected = (
            "a target of the configuration's probes.targets or probes.allow, exactly as it is written there; "
            "one of probes.targets with this module, where that has a secret"
        )
        return as_problem(HTTPStatus.FORBIDDEN, f"found a target that may not be probed; expected {expected}")
    try:
        timeout_s = _timeout_s(request, modules[name].timeout_s)
        kept = await schedule.ask(target, name, timeout_s)
    except ValueError:
        return as_problem(HTTPStatus.BAD_REQUEST, f"expected {_SCRAPE_TIMEOUT} with a number of seconds above 0")
    except BusyError:
        answer = as_problem(HTTPStatus.SERVICE_UNAVAILABLE, "as many probes are under way as may be; try again")
        answer.headers[hdrs.RETRY_AFTER] = str(RETRY_AFTER_S)
        return answer
    if request.query.get("debug") == "true":
        return _plain(_debug(schedule, kept, timeout_s))
    encode, content_type = choose_encoder(",".join(request.headers.getall(hdrs.ACCEPT, [])))
    answer = web.Response(body=encode(_registry(kept, timeout_s)), headers={hdrs.CONTENT_TYPE: content_type})
    answer.enable_compression()
    return answer


def refuse_stranger(request: web.Request) -> None:
    """Refuse who may not see what belongs to the service as a whole, which where it has one centre is that centre.

    Raises:
        HTTPForbidden: the token is for another centre, or for one of several.
    """
    config = request.app[LIVE].config
    if len(config.centre_by_id) == 1:
        centre_of(request, config)
    else:
        refuse_part(request)


def _timeout_s(request: web.Request, module_s: float) -> float:
    """Return how long an attempt may take: as long as the module says, and as whoever scrapes waits.

    Raises:
        ValueError: what the scraper says is no number of seconds.
    """
    told = request.headers.get(_SCRAPE_TIMEOUT)
    if told is None:
        return module_s
    scrape_s = float(told)
    if not 0 < scrape_s < 1e6:  # noqa: PLR2004 - not a number and infinity are none either
        raise ValueError(told)
    return min(module_s, max(scrape_s - _SCRAPE_MARGIN_S, scrape_s / 2))


def _registry(kept: Kept, timeout_s: float) -> CollectorRegistry:
    """Return a registry of its own with what an attempt told."""
    registry = CollectorRegistry()
    registry.register(OneResult(kept.result, timeout_s))
    return registry


def _debug(schedule: Schedule, kept: Kept, timeout_s: float) -> str:
    """Return all that is known of an attempt, as text."""
    module = schedule.config.module_by_name[kept.module].model_dump(mode="json", exclude_none=True)
    encode, _ = choose_encoder("")
    metrics = encode(_registry(kept, timeout_s)).decode()
    lines = (f"  {name}: {value}" for name, value in module.items())
    why = "" if kept.result.success else f": {kept.result.reason}, that is, {kept.result.reason.means}"
    return "\n".join(
        (
            f"Attempt {kept.number}: {kept.target} by module {kept.module}, ended {kept.ended.isoformat()}",
            f"{'succeeded' if kept.result.success else 'failed'}{why}",
            *("", "Log, in seconds since the start:", *kept.result.log),
            *("", "Metrics:", metrics),
            *("Module:", *lines, ""),
        )
    )


@described(
    {
        HTTPStatus.OK: Answer("The list, or one log.", {"text/plain": TEXT}),
        HTTPStatus.BAD_REQUEST: Answer("The id is no number."),
        HTTPStatus.NOT_FOUND: Answer("No attempt of that number is kept."),
    },
    parameters=(_ID,),
)
async def get_logs(request: web.Request) -> web.Response:
    """List the attempts that are kept, the latest first, or show what one of them did.

    The last hundred are kept, and of each target the last ten that failed, however many have succeeded since.
    """
    refuse_stranger(request)
    schedule = request.app[SCHEDULE]
    asked = request.query.get("id")
    if asked is None:
        return _plain("".join(map(_line, schedule.history.listed())))
    if not asked.isascii() or not asked.isdecimal() or len(asked) > len(str(2**63)):
        return as_problem(HTTPStatus.BAD_REQUEST, "expected ?id= with the number of an attempt")
    kept = schedule.history.find(int(asked))
    if kept is None:
        return as_problem(HTTPStatus.NOT_FOUND, "no attempt of that number is kept")
    text = await asyncio.to_thread(_debug, schedule, kept, schedule.config.module_by_name[kept.module].timeout_s)
    return _plain(text)


@described({HTTPStatus.OK: Answer("One target for each that is scheduled.", {"application/json": GROUPS})})
async def get_probe_discovery(request: web.Request) -> web.Response:
    """Return the scheduled targets, so that Prometheus asks for probes itself; each is called by its name.

    The scheme is left to the scrape configuration.
    """
    refuse_stranger(request)
    groups = [
        {
            "targets": [request.host],
            "labels": {
                "__metrics_path__": "/probe",
                "__param_target": target.target,
                "__param_module": target.module,
                "instance": target.name,
                "part": target.part,
            },
        }
        for target in request.app[SCHEDULE].config.targets
    ]
    body = pydantic_core.to_json(groups)
    return web.Response(body=body, content_type="application/json", headers={"Cache-Control": "no-store"})


def _line(kept: Kept) -> str:
    result = kept.result
    told = "succeeded" if result.success else f"failed: {result.reason}"
    return f"{kept.number}\t{kept.ended.isoformat()}\t{kept.module}\t{kept.target}\t{result.duration_s:.3f} s\t{told}\n"


def _plain(text: str) -> web.Response:
    return web.Response(text=text, content_type="text/plain", headers={"Cache-Control": "no-store"})
