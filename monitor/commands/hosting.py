"""Runs a whole service inside a command.

Place in the pipeline: under the commands. In: a configuration and a clock. Out: a service that listens. Invariant: when
the block ends, so have the service, its store and its prediction.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector

from monitor.app import build_app
from monitor.clock import Clock
from monitor.config import Config
from monitor.live import VERSION
from monitor.prediction import ScenarioPrediction
from monitor.serving import listening, serving, stop_signal
from monitor.store import StoreError, open_store


@contextlib.asynccontextmanager
async def hosting(
    config: Config, clock: Clock, prediction: ScenarioPrediction | None = None
) -> AsyncIterator[tuple[str, asyncio.Event]]:
    """Serve inside the block, which gets the service's address and an event that is set when it is asked to stop.

    Args:
        config: the service's configuration.
        clock: what the time is.
        prediction: calculates the chart of the page's prediction.

    Raises:
        ListenError: the address cannot be listened on; no log was opened.
        StoreError: the log cannot be opened.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    sockets = await listening(config.listen)  # before the log, of which a service that cannot listen leaves none
    try:
        store = open_store(config.store, first_centre=config.centre.id)
    except StoreError:
        for each in sockets:
            each.close()
        raise
    app = build_app(config, clock=clock, store=store, registry=registry, prediction=prediction)
    async with serving(app, sockets) as address, contextlib.AsyncExitStack() as stack:
        stopped = stack.enter_context(stop_signal())  # before anybody knows whom to stop
        if prediction:
            await stack.enter_async_context(prediction.calculating())
        _say(f"peakweek-monitor {VERSION}: {address}/ shows {config.centre.name}")
        _say(f"  metrics  {address}/metrics")
        _say(f"  health   {address}/-/healthy  {address}/-/ready")
        _say(f"  events   POST {address}/api/v1/events")
        _say(f"  log      {config.store}")
        _say("Ctrl-C stops.")
        yield address, stopped


def _say(line: str) -> None:
    # Flushed: whoever started us, perhaps through a pipe, waits for the address.
    print(line, flush=True)  # noqa: T201 - the command's answer
