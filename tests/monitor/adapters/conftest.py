"""What the adapters' tests share: a way to follow something into a real service."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from typing import Any

import pytest

from monitor.adapters.follow import Follower
from monitor.adapters.sender import Sender
from monitor.adapters.source import Source

Following = Callable[[Source], AbstractAsyncContextManager[Follower]]


@pytest.fixture
def following(service: Any) -> Following:
    """Return a function that follows a source into the running service inside a block."""

    @asynccontextmanager
    async def followed(source: Source) -> AsyncIterator[Follower]:
        async with aclosing(source):
            yield Follower("test", source, Sender(service.session, service.address, n_attempts=3), lambda _: None)

    return followed
