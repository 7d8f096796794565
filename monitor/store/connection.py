"""The writer's connection to its log, opened again when it broke.

Place in the pipeline: between `writer` and a `Place`. In: a place. Out: a `Log` that can be used now, or an error.
Invariant: nothing is ever written to a log that is no longer in its place, such as a file that was deleted and that the
system keeps only for those who have it open.
"""

import contextlib
from collections.abc import Callable, Hashable

from monitor.store.log import Log, Place
from monitor.store.protocol import StoreError


class Connection:
    """A log that may break and come back; used by one thread.

    Args:
        place: where the log is; opened at once.
        replaced: called when another log is found in its place.
    """

    def __init__(self, place: Place, replaced: Callable[[], None]) -> None:
        self._place = place
        self._replaced = replaced
        self._log: Log | None = place.open()
        self._identity: Hashable = self._log.identity()
        self.told_seq = self._log.last_seq()
        """Number of the last event that the follower knows of."""

    def log(self) -> Log:
        """Return the log, opened again if need be.

        Raises:
            Exception: what the driver raises, when there is no log now.
            StoreError: once, when another log is in its place, such as a backup that was restored.
        """
        if self._log and self._log.identity() == self._identity:
            return self._log
        self.give_up()
        self._log = log = self._place.reopen()
        if log.identity() != self._identity or log.last_seq() < self.told_seq:
            self._identity, self.told_seq = log.identity(), log.last_seq()
            self._replaced()
            raise StoreError(self._place.name, "another log of events is in its place, and has to be read first")
        return log

    def give_up(self) -> None:
        """Undo what was begun, and close; the next use opens the log again."""
        if self._log:
            log, self._log = self._log, None
            with contextlib.suppress(Exception):  # it is broken; the first problem is the one to tell
                log.rollback()
            with contextlib.suppress(Exception):
                log.close()
