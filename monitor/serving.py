"""Runs the service until it is told to stop.

Place in the pipeline: under the commands. In: an application and an address. Invariant: a signal to stop ends the
service cleanly, requests that have begun are answered, and the log is closed.
"""

import asyncio
import contextlib
import errno
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

from aiohttp import web

from monitor.config import ListenConfig
from sim import PeakweekError

_SHUTDOWN_S = 5.0
_PORT_IS_WRONG = {errno.EADDRINUSE, errno.EACCES}  # taken, or kept for the system's own services


@dataclass(eq=False)
class ListenError(PeakweekError):
    """The service cannot listen where it should.

    Attributes:
        host: the host that was asked for.
        port: the port that was asked for.
        reason: what the system said.
        setting: what to change, as the user set it.
    """

    host: str
    port: int
    reason: str
    setting: str

    def __str__(self) -> str:
        """Return the message on one line."""
        return f"cannot listen on {self.host}:{self.port}: {self.reason} (choose another {self.setting})"


@contextlib.asynccontextmanager
async def serving(app: web.Application, listen: ListenConfig, *, set_by: str = "listen.") -> AsyncIterator[str]:
    """Serve the application inside the block, which gets the service's address such as ``http://127.0.0.1:8080``.

    Args:
        app: what is served.
        listen: where.
        set_by: what stands before ``host`` and ``port`` where the user sets them.

    Raises:
        ListenError: when the address cannot be listened on.
    """
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_SHUTDOWN_S)
    await runner.setup()
    try:
        site = web.TCPSite(runner, listen.host, listen.port)
        try:
            await site.start()
        except OSError as problem:
            wrong = "port" if problem.errno in _PORT_IS_WRONG else "host"
            reason = problem.strerror or str(problem)
            raise ListenError(listen.host, listen.port, reason, f"{set_by}{wrong}") from None
        host, port = runner.addresses[0][:2]
        yield f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    finally:
        await runner.cleanup()


@contextlib.contextmanager
def stop_signal() -> Iterator[asyncio.Event]:
    """Give the block an event that is set when the process is asked to stop: by Ctrl-C, a closed terminal, the system.

    A closed terminal stops nothing that ``nohup`` has told to ignore it.
    """
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    asked_by = [signal.SIGINT, signal.SIGTERM]
    if sys.platform != "win32" and signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:
        asked_by.append(signal.SIGHUP)
    # Windows' loop takes no handlers: there Ctrl-C arrives as a cancellation of the main task.
    with contextlib.suppress(NotImplementedError):
        for number in asked_by:
            loop.add_signal_handler(number, stopped.set)
    try:
        yield stopped
    finally:
        with contextlib.suppress(NotImplementedError):
            for number in asked_by:
                loop.remove_signal_handler(number)
