"""Who is told of alerts when nobody else is: a webhook that keeps what Alertmanager tells.

Place in the pipeline: at the end of the stack. In: Alertmanager's requests. Out: `Heard`, in order. Invariant: what was
told again is heard again; `on_heard` gets what is new.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field

from aiohttp import web


@dataclass(frozen=True, slots=True)
class Heard:
    """What one team was told of one alert.

    Attributes:
        receiver: whom Alertmanager told.
        name: of the alert.
        is_firing: whether it is raised; otherwise it is over.
        labels: of the alert.
        annotations: its words.
    """

    receiver: str
    name: str
    is_firing: bool
    labels: Mapping[str, str]
    annotations: Mapping[str, str]


@dataclass
class Receiver:
    """A webhook on loopback.

    Attributes:
        on_heard: called with each alert that is raised or over, once.
        heard: all that was told, in order.
        address: where Alertmanager tells it.
    """

    on_heard: Callable[[Heard], None] = lambda _: None
    heard: list[Heard] = field(default_factory=list)
    address: str = ""
    _is_firing: dict[str, bool] = field(default_factory=dict)
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Listen inside the block."""
        app = web.Application()
        app.add_routes([web.post("/{receiver}", self._take)])
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            host, port = runner.addresses[0][:2]
            self.address = f"http://{host}:{port}"
            yield
        finally:
            await runner.cleanup()

    async def until(self, name: str, *, is_firing: bool) -> Heard:
        """Return what was told last of an alert, once that is that it is raised, or that it is over."""
        async with self._changed:
            while not ((last := self._last(name)) and last.is_firing == is_firing):
                await self._changed.wait()
        return last

    def _last(self, name: str) -> Heard | None:
        return next((each for each in reversed(self.heard) if each.name == name), None)

    async def _take(self, request: web.Request) -> web.Response:
        for alert in (await request.json())["alerts"]:
            name, is_firing = alert["labels"]["alertname"], alert["status"] == "firing"
            told = Heard(request.match_info["receiver"], name, is_firing, alert["labels"], alert["annotations"])
            self.heard.append(told)
            if self._is_firing.get(alert["fingerprint"], False) != is_firing:
                self._is_firing[alert["fingerprint"]] = is_firing
                self.on_heard(told)
        async with self._changed:
            self._changed.notify_all()
        return web.Response()
