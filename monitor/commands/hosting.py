"""Runs a whole service inside a command.

Place in the pipeline: under the commands. In: a configuration and a clock. Out: a service that listens. Invariant: when
the block ends, so have the service, its store and its prediction.
"""

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector
from yarl import URL

from monitor.api.steering import RELOADER
from monitor.app import build_app
from monitor.clock import Clock
from monitor.config import Config, ListenConfig
from monitor.live import VERSION
from monitor.planning import Planning
from monitor.prediction import ScenarioPrediction
from monitor.roster import read_rosters
from monitor.serving import ListenError, listening, serving, stop_signal
from monitor.store import Store, StoreError, open_store
from monitor.webconfig import Web
from sim import ConfigError

_FIRST_SOCKET = 3  # behind standard input, output and error
_TCP = (socket.AF_INET, socket.AF_INET6)


@contextlib.asynccontextmanager
async def hosting(
    config: Config,
    clock: Clock,
    prediction: ScenarioPrediction | None = None,
    *,
    listens: Sequence[ListenConfig] = (),
    is_activated: bool = False,
    external_url: URL | None = None,
    web_files: Web | None = None,
    config_path: Path | None = None,
    reloads: bool = False,
    planning: Planning | None = None,
) -> AsyncIterator[tuple[str, asyncio.Event]]:
    """Serve inside the block, which gets the service's address and an event that is set when it is asked to stop.

    Args:
        config: the service's configuration.
        clock: what the time is.
        prediction: calculates the chart of the page's prediction.
        listens: where to listen instead of where the configuration says.
        is_activated: whether to take the sockets that systemd hands over, and to listen nowhere else.
        external_url: under which the service is reached through a proxy.
        web_files: certificate and users.
        config_path: where the configuration is read again from.
        reloads: whether SIGHUP has the configuration read again; otherwise it stops the service.
        planning: the scenarios of the planner's page.

    Raises:
        ListenError: one of the addresses cannot be listened on; no log was opened.
        StoreError: the log cannot be opened.
        ConfigError: a centre's plan cannot be read, or systemd handed over no socket.
    """
    rosters = read_rosters(config)
    registry = _registry()
    # Before the log: who cannot listen leaves none.
    sockets = _activated() if is_activated else await _listening(listens or [config.listen])
    store = _opened(config, sockets)
    app = build_app(
        config,
        clock=clock,
        store=store,
        registry=registry,
        rosters=rosters,
        external_url=external_url,
        prediction=prediction,
        web_files=web_files,
        config_path=config_path,
        planning=planning,
    )
    async with serving(app, sockets) as address, contextlib.AsyncExitStack() as stack:
        # Before anybody knows whom to stop.
        stopped = stack.enter_context(stop_signal(app[RELOADER].reload_quietly if reloads else None))
        if prediction:
            await stack.enter_async_context(prediction.calculating())
        shown = str(external_url).rstrip("/") if external_url else address
        _tell(config, shown, store.name, has_planner=planning is not None)
        yield address, stopped


def _registry() -> CollectorRegistry:
    """Return where metrics are registered; it has those of the process and of Python."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    return registry


def _opened(config: Config, sockets: Sequence[socket.socket]) -> Store:
    """Return the log of events; without it, nobody listens."""
    try:
        return open_store(config.store, first_centre=next(iter(config.centre_by_id)))
    except StoreError:
        for each in sockets:
            each.close()
        raise


async def _listening(listens: Sequence[ListenConfig]) -> list[socket.socket]:
    """Return sockets that listen everywhere, or on none of the addresses."""
    sockets: list[socket.socket] = []
    try:
        for listen in listens:
            sockets += await listening(listen)
    except ListenError:
        for each in sockets:
            each.close()
        raise
    return sockets


def _activated() -> list[socket.socket]:
    """Return the sockets that systemd listens on for us; only this process gets them.

    Raises:
        ConfigError: it has none for us, or one that is of no use.

    Source: sd_listen_fds(3).
    """
    is_ours = os.environ.pop("LISTEN_PID", "") == str(os.getpid())
    n_sockets = int(os.environ.pop("LISTEN_FDS", "0")) if is_ours else 0
    sockets = [socket.socket(fileno=number) for number in range(_FIRST_SOCKET, _FIRST_SOCKET + n_sockets)]
    for each in sockets:
        each.set_inheritable(False)
    if not sockets or not all(map(_takes_connections, sockets)):
        got = "no socket" if not sockets else "a socket on which no connection comes in by TCP"
        raise ConfigError("--web.systemd-socket", "", got, "to be started by a .socket unit with ListenStream=")
    return sockets


def _takes_connections(each: socket.socket) -> bool:
    return each.family in _TCP and bool(each.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))


def _tell(config: Config, address: str, log: str, *, has_planner: bool) -> None:
    """Say where everything is."""
    centres = list(config.centre_by_id.values())
    _say(
        f"peakweek-monitor {VERSION}: {address}/ shows {f'{len(centres)} centres' if centres[1:] else centres[0].name}"
    )
    if has_planner:
        _say(f"  plans    {address}/plan")
    _say(f"  metrics  {address}/metrics")
    _say(f"  health   {address}/-/healthy  {address}/-/ready")
    _say(f"  events   POST {address}/api/v1/events")
    _say(f"  log      {log}")
    _say("Ctrl-C stops.")


def _say(line: str) -> None:
    # Flushed: whoever started us, perhaps through a pipe, waits for the address.
    print(line, flush=True)  # noqa: T201 - the command's answer
