"""Work that may hang, in a thread of its own.

Place in the pipeline: under the attempts. In: a function that blocks. Out: what it returns. Invariant: whatever hangs
holds one thread, however often it is asked for again, and none of those in which the service does its own work.
"""

import asyncio
import threading
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")
_running: dict[str, asyncio.Future[Any]] = {}


async def aside(name: str, work: Callable[[], T]) -> T:
    """Return what the function returns, or raise what it raises; who asks while it runs gets the same.

    Args:
        name: what is done; the same work has the same name.
        work: a function that may block.
    """
    loop = asyncio.get_running_loop()
    running = _running.get(name)
    if running is None or running.get_loop() is not loop:
        running = _running[name] = loop.create_future()
        threading.Thread(target=_run, args=(work, running, name), name=name[:40], daemon=True).start()
    found: T = await asyncio.shield(running)
    return found


def _run(work: Callable[[], Any], running: asyncio.Future[Any], name: str) -> None:
    """Do the work, and tell the loop that waits for it, if it is still there."""
    try:
        found, problem = work(), None
    except Exception as raised:  # noqa: BLE001 - handed on to whoever waits
        found, problem = None, raised

    def tell() -> None:
        if _running.get(name) is running:
            del _running[name]
        if running.cancelled():
            return
        if problem is None:
            running.set_result(found)
        else:
            running.set_exception(problem)
            running.exception()  # seen: whoever waited may have gone

    loop = running.get_loop()
    if not loop.is_closed():
        loop.call_soon_threadsafe(tell)
