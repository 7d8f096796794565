"""The service as one aiohttp application: the log is folded in the background, and everything is cleaned up at the end.

Place in the pipeline: where the parts are put together. In: a configuration, a clock, a store and a registry. Out: an
application that any aiohttp runner can serve. Invariant: it owns the store that it is given, and closes it.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from functools import partial

from aiohttp import web
from prometheus_client import CollectorRegistry

from monitor.api import LIVE, RETRY_AFTER_S, add_api
from monitor.clock import Clock
from monitor.collector import CentreCollector
from monitor.config import Config
from monitor.live import Live
from monitor.store import Store
from monitor.web import Prediction, add_web
from sim import PeakweekError

_log = logging.getLogger(__name__)


def build_app(
    config: Config,
    *,
    clock: Clock,
    store: Store,
    registry: CollectorRegistry,
    prediction: Prediction | None = None,
) -> web.Application:
    """Return the service's application.

    Args:
        config: the service's configuration.
        clock: what the time is.
        store: the log; closed when the application is cleaned up.
        registry: where the centre's metrics are registered; taken back at clean-up.
        prediction: draws the chart of the page's prediction; without it, the page has none.
    """
    app = web.Application(client_max_size=config.limits.body_bytes)
    app[LIVE] = Live(config, clock, store)
    add_api(app, registry)
    add_web(app, config, prediction)
    app.cleanup_ctx.append(_running(registry))
    return app


def _running(registry: CollectorRegistry) -> Callable[[web.Application], AsyncIterator[None]]:
    """Return what starts an application and, at the end, stops it."""

    async def running(app: web.Application) -> AsyncIterator[None]:
        live = app[LIVE]
        collector = CentreCollector(partial(live.read, live.config.centre.id))
        registry.register(collector)
        folding = asyncio.create_task(_fold_log(live))
        yield
        folding.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await folding
        await live.save()
        await live.store.close()
        registry.unregister(collector)

    return running


async def _fold_log(live: Live) -> None:
    """Fold the log, and try again for as long as it cannot be read; the service is not ready until then."""
    while True:
        try:
            await live.fold_log()
            await live.replaced.wait()
        except PeakweekError as problem:
            _log.error("not ready: %s", problem)
            await asyncio.sleep(RETRY_AFTER_S)
