"""The service as one aiohttp application: the log is folded in the background, and everything is cleaned up at the end.

Place in the pipeline: where the parts are put together. In: a configuration, a clock, a store and a registry. Out: an
application that any aiohttp runner can serve. Invariant: it owns the store that it is given, and closes it.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from aiohttp import web
from prometheus_client import CollectorRegistry
from yarl import URL

from monitor.adapters.webhook import read_webhooks
from monitor.admission import Admission
from monitor.alerts import Alertmanager
from monitor.api import EXTERNAL, LIVE, RETRY_AFTER_S, add_api
from monitor.api.answers import answer_failures
from monitor.api.figures import ALERTS, OnlyCentre, state_of
from monitor.api.network import NETWORK
from monitor.api.planning import PLANNING
from monitor.api.probing import SCHEDULE
from monitor.api.steering import RELOADER
from monitor.api.stream import STREAMS, Streams
from monitor.api.webhooks import WEBHOOKS
from monitor.clock import Clock
from monitor.compaction import compact
from monitor.config import Config
from monitor.door import DOOR, Door
from monitor.live import Live
from monitor.network import ImpactCollector, Network
from monitor.planning import Planning
from monitor.probes.schedule import Schedule, ScheduleCollector
from monitor.reload import Reloader
from monitor.roster import Roster
from monitor.service import ServiceCollector, ServiceReading
from monitor.store import Store, place_of
from monitor.tokens import Tokens
from monitor.web import Prediction, add_web
from monitor.web.network import add_network
from monitor.web.planner import add_planner
from monitor.webconfig import Web
from sim import PeakweekError

if TYPE_CHECKING:
    from prometheus_client.registry import Collector

_log = logging.getLogger(__name__)


def build_app(
    config: Config,
    *,
    clock: Clock,
    store: Store,
    registry: CollectorRegistry,
    rosters: Mapping[str, Roster] | None = None,
    prediction: Prediction | None = None,
    external_url: URL | None = None,
    web_files: Web | None = None,
    config_path: Path | None = None,
    planning: Planning | None = None,
) -> web.Application:
    """Return the service's application.

    Args:
        config: the service's configuration.
        clock: what the time is.
        store: the log; closed when the application is cleaned up.
        registry: where the centre's metrics are registered; taken back at clean-up.
        rosters: who should be at work, by the id of each centre that has a plan.
        prediction: draws the chart of the page's prediction; without it, the page has none.
        external_url: under which the service is reached through a proxy that takes its path off; none: as it is.
        web_files: certificate and users; without them, plain HTTP and no users.
        config_path: where the configuration is read again from; without it, it stays.
        planning: the scenarios of the planner's page; without it, there is none.
    """
    app = web.Application(client_max_size=config.limits.body_bytes)
    live, web_files = Live(config, clock, store, rosters or {}), web_files or Web()
    app[LIVE] = live
    app[EXTERNAL] = external_url
    app[RELOADER] = Reloader(config_path, live, web_files)
    app[DOOR] = Door(Admission(Tokens(config.tokens), web_files), lambda: live.config)
    app[STREAMS] = Streams(live, partial(state_of, app))
    if not config.probes.is_empty:
        app[SCHEDULE] = Schedule(config.probes, clock, ZoneInfo(config.probed_centre.time_zone))
    if config.probes.targets:
        app[NETWORK] = Network(live, app[SCHEDULE])
        add_network(app, live)
    if config.alerts:
        app[ALERTS] = Alertmanager(config.alerts, live)
    app[WEBHOOKS] = read_webhooks(config.webhooks)
    live.followers.append(app[STREAMS].tell)
    app.on_shutdown.append(app[STREAMS].end)
    app[DOOR].hang(app, answer_failures)
    if planning:
        app[PLANNING] = planning
        add_planner(app, planning)
    add_api(app, registry)
    add_web(
        app,
        live,
        prediction,
        prefix=external_url.path.rstrip("/") if external_url else "",
        has_planner=planning is not None,
    )
    app.cleanup_ctx.append(_running(registry))
    return app


def _running(registry: CollectorRegistry) -> Callable[[web.Application], AsyncIterator[None]]:
    """Return what starts an application and, at the end, stops it."""

    async def running(app: web.Application) -> AsyncIterator[None]:
        live = app[LIVE]
        collectors: list[Collector] = [OnlyCentre(live), ServiceCollector(lambda: _read_service(app))]
        tasks = [asyncio.create_task(_fold_log(live)), asyncio.create_task(_keep_short(live))]
        if SCHEDULE in app:
            collectors.append(ScheduleCollector(app[SCHEDULE]))
            tasks.append(asyncio.create_task(app[SCHEDULE].run()))
        if NETWORK in app:
            collectors.append(ImpactCollector(app[NETWORK]))
            tasks.append(asyncio.create_task(app[NETWORK].run()))
        if ALERTS in app:
            tasks.append(asyncio.create_task(app[ALERTS].follow()))
        for collector in collectors:
            registry.register(collector)
        yield
        for task in tasks:
            task.cancel()
        if PLANNING in app:
            app[PLANNING].close()
        await asyncio.gather(*tasks, return_exceptions=True)
        await live.save()
        await live.store.close()
        app[DOOR].admission.tokens.close()
        for collector in collectors:
            registry.unregister(collector)

    return running


def _read_service(app: web.Application) -> ServiceReading:
    """Return what is known of the service now."""
    live, door, reloader, streams = app[LIVE], app[DOOR], app[RELOADER], app[STREAMS]
    return ServiceReading(
        is_ready=live.is_ready,
        n_centres=len(live.config.centre_by_id),
        is_reloaded=reloader.is_good,
        read=reloader.read,
        n_answered=door.n_answered,
        n_connections=door.n_connections(),
        n_streams=streams.n_clients,
        n_dropped=streams.n_dropped,
        store=live.store.figures(),
    )


async def _fold_log(live: Live) -> None:
    """Fold the log, and try again for as long as it cannot be read; the service is not ready until then."""
    while True:
        try:
            await live.fold_log()
            await live.replaced.wait()
        except PeakweekError as problem:
            _log.error("not ready: %s", problem)
            await asyncio.sleep(RETRY_AFTER_S)


async def _keep_short(live: Live) -> None:
    """Remove, every hour, the events that are older than they are to be kept."""
    while True:
        if live.config.retention_days and live.is_ready:
            place = place_of(live.config.store, first_centre=next(iter(live.config.centre_by_id)))
            before = live.clock.now() - timedelta(days=live.config.retention_days)
            try:
                n_removed = await asyncio.to_thread(compact, place, before)
            except PeakweekError as problem:
                _log.error("old events stay: %s", problem)
            else:
                _log.info("%s: %d events received before %s are removed", place.name, n_removed, before.isoformat())
        await live.clock.sleep_until(live.clock.now() + timedelta(hours=1))
