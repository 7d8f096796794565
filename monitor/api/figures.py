"""The centres' figures: as JSON for the page, as metrics for Prometheus, and where to find those of each centre.

Place in the pipeline: beside the other routes of the API. In: requests. Out: readings of one centre. Invariant: a
centre's figures are shown for that centre only, to who may read them.
"""

import gzip
from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from http import HTTPStatus

import pydantic_core
from aiohttp import hdrs, web
from prometheus_client import CollectorRegistry
from prometheus_client.aiohttp import make_aiohttp_handler
from prometheus_client.core import Metric
from prometheus_client.exposition import gzip_accepted
from prometheus_client.registry import Collector

from monitor.admission import centre_of, centres_of, refuse_part
from monitor.alerts import Alertmanager
from monitor.api.answers import EXTERNAL, LIVE, as_json
from monitor.api.described import CENTRE, GROUPS, TEXT, Answer, Handler, described
from monitor.api.network import NETWORK
from monitor.api.probing import DEBUG, MODULE, SCHEDULE, TARGET, probed
from monitor.collector import CentreCollector, families_of
from monitor.collector.text import exposition
from monitor.live import Live

ALERTS = web.AppKey("alerts", Alertmanager)


class OnlyCentre(Collector):
    """The families of the centre where only one is served; of several, each has its own at ``/probe``.

    Args:
        live: the centres.
    """

    def __init__(self, live: Live) -> None:
        self._live = live

    def describe(self) -> Iterator[Metric]:
        """Yield the families without samples."""
        return self._of_first().describe()

    def collect(self) -> Iterator[Metric]:
        """Yield the families of one reading, where there is one centre."""
        return self._of_first().collect() if len(self._live.config.centre_by_id) == 1 else iter(())

    def _of_first(self) -> CentreCollector:
        return CentreCollector(partial(self._live.read, next(iter(self._live.config.centre_by_id))))


_EXPOSITION = {"text/plain": TEXT, "application/openmetrics-text": TEXT}
_NO_CENTRE = {HTTPStatus.BAD_REQUEST: Answer("No centre of several is named, or an unknown one.")}


def get_metrics(registry: CollectorRegistry) -> Handler:
    """Return a handler that shows the service's metrics, and the centre's where there is one only."""
    show = make_aiohttp_handler(registry)

    @described({HTTPStatus.OK: Answer("The metrics.", _EXPOSITION)} | _NO_CENTRE)
    async def handler(request: web.Request) -> web.StreamResponse:
        """Show the service's metrics, and the centre's where only one is served.

        In the text format or as OpenMetrics, whichever is asked for.
        """
        config = request.app[LIVE].config
        if len(config.centre_by_id) == 1:
            centre_of(request, config)
        else:
            refuse_part(request)
        return await show(request)

    return handler


@described(
    {
        HTTPStatus.OK: Answer("The metrics.", _EXPOSITION),
        HTTPStatus.BAD_REQUEST: Answer("No centre of several is named, or an unknown one; no target; no such module."),
        HTTPStatus.FORBIDDEN: Answer("The target may not be probed, or the token is not for that."),
        HTTPStatus.SERVICE_UNAVAILABLE: Answer(
            "As many probes are under way as may be.", headers={"Retry-After": "after how many seconds"}
        ),
    },
    parameters=(CENTRE, TARGET, MODULE, DEBUG),
)
async def get_probe(request: web.Request) -> web.Response:
    """Show one centre's metrics; with a target or a module, probe that and show the metrics of the attempt.

    Where the configuration names no targets, there is nothing to probe, and every target is refused.
    """
    if SCHEDULE in request.app and not {"target", "module"}.isdisjoint(request.query):
        return await probed(request)
    live = request.app[LIVE]
    reading = live.read(centre_of(request, live.config).id)
    accept = ",".join(request.headers.getall(hdrs.ACCEPT, []))
    text, content_type = exposition(families_of(reading), reading, accept)
    body, headers = text.encode(), {hdrs.CONTENT_TYPE: content_type}
    if gzip_accepted(request.headers.get(hdrs.ACCEPT_ENCODING, "")):
        # At gzip's fastest it takes less time than the way to another thread and back.
        body, headers[hdrs.CONTENT_ENCODING] = gzip.compress(body, compresslevel=1, mtime=0), "gzip"
    return web.Response(body=body, headers=headers)


@described({HTTPStatus.OK: Answer("One target for each centre.", {"application/json": GROUPS})})
async def get_discovery(request: web.Request) -> web.Response:
    """Return where Prometheus finds each centre's metrics, as its HTTP service discovery reads it.

    The scheme is left to the scrape configuration, which knows whether something stands between it and us, unless the
    service was told under which address it is reached.
    """
    external = request.app[EXTERNAL]
    prefix = external.path.rstrip("/") if external else ""
    groups = [
        {
            "targets": [external.authority if external else request.host],
            "labels": ({"__scheme__": external.scheme} if external else {})
            | {
                "__metrics_path__": f"{prefix}/probe",
                "__param_centre": centre.id,
                "__meta_centre_name": centre.name,
                "instance": centre.id,
            },
        }
        for centre in centres_of(request, request.app[LIVE].config)
    ]
    body = pydantic_core.to_json(groups)
    return web.Response(body=body, content_type="application/json", headers={"Cache-Control": "no-store"})


def state_of(app: web.Application, centre: str) -> dict[str, object]:
    """Return a centre's figures now, as the pages show them."""
    live = app[LIVE]
    reading = live.read(centre)
    outages = {what: figures.is_out for what, figures in reading.snapshot.outages.items()}
    if NETWORK in app and app[NETWORK].centre == centre:
        outages = {what: out if out is not None else app[NETWORK].is_out(what) for what, out in outages.items()}
    return {
        "is_ready": reading.is_ready,
        "is_store_up": live.store.figures().is_up,
        "waiting_limit_s": reading.waiting_limit_s,
        "planned": reading.planned and asdict(reading.planned),
        "is_out": outages,
        "alerts": asdict(app[ALERTS].of(centre)) if ALERTS in app else None,
    } | asdict(reading.snapshot)


_STATE = {"application/json": {"$ref": "#/components/schemas/State"}}


@described({HTTPStatus.OK: Answer("The figures.", _STATE)} | _NO_CENTRE, parameters=(CENTRE,))
async def get_state(request: web.Request) -> web.Response:
    """Return the centre's figures now, for the page."""
    return as_json(state_of(request.app, centre_of(request, request.app[LIVE].config).id))
