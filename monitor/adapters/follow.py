"""Follows another system: looks at it now and then, and sends what it tells to a service.

Place in the pipeline: outside of it, as any sender. In: a file that tells how, and a service's address. Out: events.
Invariant: whatever is read is sent until it is acknowledged, before the next look; a system that cannot be read, or a
service that cannot be reached, is waited for and never given up.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field, model_validator

from monitor.adapters.display import DisplayReading, DisplaySource
from monitor.adapters.folder import FolderReading, FolderSource
from monitor.adapters.mapping import TableMapping, Tell
from monitor.adapters.source import Source, SourceError
from monitor.adapters.sql import SqlReading, SqlSource
from sim import ConfigError, MisfitError, parse_document, read_document

if TYPE_CHECKING:
    import os
    from collections.abc import Callable
    from datetime import datetime

    from monitor.adapters.sender import Sender

_LONGEST_WAIT_S = 300.0
_KEPT_IDS = 200_000
_SHIPPED = resources.files("monitor.adapters") / "mappings"
_log = logging.getLogger(__name__)


class FollowConfig(TableMapping):
    """What is followed, and how; one of the ways to read must be there.

    Attributes:
        every_s: seconds between looks.
        sql: a database.
        folder: a folder into which tables are dropped.
        display: the JSON interface of an office's display, for which nothing is mapped.
    """

    tells: tuple[Tell, ...] = ()
    every_s: float = Field(default=10, ge=0.05, le=86_400)
    sql: SqlReading | None = None
    folder: FolderReading | None = None
    display: DisplayReading | None = None

    @model_validator(mode="after")
    def _one_way(self) -> FollowConfig:
        """Refuse none and several ways to read, and rows that tell nothing."""
        ways = [name for name in ("sql", "folder", "display") if getattr(self, name) is not None]
        if len(ways) > 1:
            raise MisfitError(ways[1], got=f"{ways[0]} and {ways[1]}", expected="one of sql, folder and display")
        if "display" in ways and self.tells:
            raise MisfitError("tells", got="what rows tell", expected="nothing: a display has no rows")
        if "display" not in ways and not self.tells:
            raise MisfitError("tells", got="nothing", expected="what a row tells, at least one event")
        return self


def shipped_mappings() -> list[str]:
    """Return the names of the mappings that come with the program."""
    return sorted(each.name.removesuffix(".yaml") for each in _SHIPPED.iterdir() if each.name.endswith(".yaml"))


def read_follow_config(path: str | os.PathLike[str]) -> FollowConfig:
    """Return what a file tells, its paths made relative to its folder; or a mapping that comes with the program.

    Raises:
        ConfigError: the file cannot be read or is wrong.
    """
    if str(path) in shipped_mappings():
        text = (_SHIPPED / f"{path}.yaml").read_text("utf-8")
        return parse_document(text, str(path), FollowConfig, ConfigError)
    config, at = read_document(path, FollowConfig, ConfigError), Path(path).parent
    changed: dict[str, object] = {}
    if config.folder:
        changed["folder"] = config.folder.model_copy(update={"path": at / config.folder.path})
    if config.display:
        changed["display"] = config.display.model_copy(update={"looks": at / config.display.looks})
    return config.model_copy(update=changed)


def open_source(name: str, config: FollowConfig, now: Callable[[], datetime]) -> Source:
    """Return what is followed; `now` tells the present.

    Raises:
        ConfigError: the file names no system.
        SourceError: it cannot be followed at all.
    """
    if config.sql:
        return SqlSource(name, config.sql, config, now)
    if config.folder:
        return FolderSource(name, config.folder, config)
    if config.display:
        return DisplaySource(name, config.source, config.display, now)
    raise ConfigError(name, "", "no way to read", "one of sql, folder and display")


class Follower:
    """Looks at a source and sends what it tells.

    Args:
        name: what the user calls the source.
        source: what is followed.
        sender: the way to the service.
        tell: takes a line for the user.
    """

    def __init__(self, name: str, source: Source, sender: Sender, tell: Callable[[str], None]) -> None:
        self._name = name
        self._source = source
        self._sender = sender
        self._tell = tell
        self._told: Counter[str] = Counter()
        self._sent: dict[str, None] = {}  # in the order in which they were sent

    async def follow(self, every_s: float) -> None:
        """Look again and again, until cancelled.

        Raises:
            SendError: the service refuses the sender.
        """
        n_failed = 0
        while True:
            try:
                await self.look()
                n_failed = 0
            except SourceError as problem:
                n_failed += 1
                _log.warning("%s (look %d that failed; trying again)", problem, n_failed)
            await asyncio.sleep(min(every_s * 2 ** min(n_failed, 10), max(every_s, _LONGEST_WAIT_S)))

    async def look(self) -> int:
        """Look once, send what is new, and return how much that was.

        Raises:
            SourceError: the source cannot be read now.
            SendError: the service refuses the sender.
        """
        events = [event for event in await self._source.read() if event.id not in self._sent]
        for refused in await self._sender.send(events):
            _log.warning("%s: event %s is refused: %s", self._name, refused.event.id, refused.reason)
        self._sent.update((event.id, None) for event in events)
        while len(self._sent) > _KEPT_IDS:
            del self._sent[next(iter(self._sent))]
        await self._source.keep()
        self._tell_skipped()
        if events:
            self._tell(f"{self._name}: {len(events)} events, the last of {events[-1].time.isoformat()}")
        return len(events)

    def _tell_skipped(self) -> None:
        """Say what could not be told, each reason when it first occurs."""
        for reason, n in self._source.skipped.items():
            if reason not in self._told:
                _log.warning("%s: %d × %s", self._name, n, reason)
        self._told = Counter(self._source.skipped)
