"""Takes the configuration anew while the service runs.

Place in the pipeline: beside the door. In: the files that the service was started with. Out: the configuration that the
living centre follows. Invariant: a wrong file changes nothing; a change that needs a restart is told and left out.
"""

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.config import Config, LimitsConfig, read_config
from monitor.live import Live
from monitor.roster import read_rosters
from monitor.webconfig import Web
from sim import ConfigError

if TYPE_CHECKING:
    from datetime import datetime

_NEEDS_RESTART = ("listen", "store", "tokens", "webhooks", "prediction", "planning", "alerts", "probes")
_LIMITS_NEED_RESTART = ("body_bytes", "idle_s")
_log = logging.getLogger(__name__)


class Reloader:
    """Reads the files again when it is told to.

    Args:
        path: the configuration's file; none: the service runs on defaults, or on what its command says.
        live: who follows the configuration.
        web: the web configuration, which is read again too.

    Attributes:
        is_good: whether the files were right when they were read last.
        read: when they were read and right.
    """

    def __init__(self, path: Path | None, live: Live, web: Web) -> None:
        self._path = path
        self._live = live
        self._web = web
        self.is_good = True
        self.read: datetime = live.clock.now()

    def reload(self) -> list[str]:
        """Follow the files as they are now, and return the fields whose change needs a restart.

        Raises:
            ConfigError: a file is wrong; everything stays as it was.
        """
        try:
            found = read_config(self._path) if self._path else self._live.config
            rosters = read_rosters(found)
            self._web.reread()
        except ConfigError as problem:
            self.is_good = False
            _log.error("the configuration stays as it was: %s", problem)
            raise
        self._live.config, left_out = _followed(self._live.config, found)
        self._live.rosters = rosters
        self.is_good, self.read = True, self._live.clock.now()
        rest = {"needs_restart": ",".join(left_out)} if left_out else {}
        _log.info("the configuration was read again", extra={"fields": rest})
        return left_out

    def reload_quietly(self) -> None:
        """Do the same for whoever waits for no answer; the log and the metrics say how it went."""
        try:
            self.reload()
        except ConfigError:
            return


def _followed(running: Config, found: Config) -> tuple[Config, list[str]]:
    """Return the configuration that can hold from now on, and what of the found one it leaves out."""
    kept = {name: getattr(running, name) for name in _NEEDS_RESTART}
    kept_limits = {name: getattr(running.limits, name) for name in _LIMITS_NEED_RESTART}
    limits: LimitsConfig = found.limits.model_copy(update=kept_limits)
    left_out = [name for name, value in kept.items() if getattr(found, name) != value]
    left_out += [f"limits.{name}" for name, value in kept_limits.items() if getattr(found.limits, name) != value]
    return found.model_copy(update={**kept, "limits": limits}), left_out
