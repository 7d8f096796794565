"""The only place of the monitor that knows what time it is.

Place in the pipeline: at the bottom. Out: aware instants in UTC. Invariant: everything else is given a `Clock`; so a
replayed day, a demonstration at 600 times the speed and a test that moves time by hand run the same code as a real day.
"""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


def monotonic_s() -> float:
    """Return seconds that nobody sets: only the difference of two of them means something."""
    return time.monotonic()


def pause(seconds: float) -> None:
    """Let a thread rest that serves nobody meanwhile."""
    time.sleep(seconds)


class Clock(Protocol):
    """What tells the time."""

    @property
    def speed(self) -> float:
        """Return the seconds that this clock advances in a real second; 0 if it does not run by itself."""

    def now(self) -> datetime:
        """Return the present instant, in UTC."""

    async def sleep_until(self, instant: datetime) -> None:
        """Return when the clock has reached the instant; at once if it already has."""


class WallClock:
    """The time of the machine."""

    speed = 1.0

    def now(self) -> datetime:
        """Return the machine's present instant, in UTC."""
        return datetime.now(UTC)

    async def sleep_until(self, instant: datetime) -> None:
        """Return when the machine's clock has reached the instant, also if it is set meanwhile."""
        # A step of the clock shows only when we look: hence no sleep longer than a minute.
        while (rest_s := (instant - self.now()).total_seconds()) > 0:  # noqa: ASYNC110 - time sets no asyncio.Event
            await asyncio.sleep(min(rest_s, 60))


class ScaledClock:
    """A clock that starts at an instant of its own and runs faster or slower than the machine's.

    Args:
        origin: what the clock shows when it is made; aware.
        speed: seconds that it advances in a real second; above 0.
    """

    def __init__(self, origin: datetime, speed: float) -> None:
        if speed <= 0:
            raise ValueError(f"a speed above 0, not {speed}")
        self._origin = origin.astimezone(UTC)
        self._started_s = time.monotonic()
        self.speed = speed

    def skip_to(self, instant: datetime) -> None:
        """Show this instant now, and go on from there; a clock is never set back."""
        self._origin += max(timedelta(), instant - self.now())

    def now(self) -> datetime:
        """Return the origin plus the real time that has passed, times the speed."""
        return self._origin + timedelta(seconds=(time.monotonic() - self._started_s) * self.speed)

    async def sleep_until(self, instant: datetime) -> None:
        """Return when the clock has reached the instant."""
        # asyncio may wake us a moment early; hence a loop.
        while (rest_s := (instant - self.now()).total_seconds()) > 0:  # noqa: ASYNC110 - time sets no asyncio.Event
            await asyncio.sleep(rest_s / self.speed)


class ManualClock:
    """A clock that stands still until its owner moves it.

    Args:
        origin: what the clock shows when it is made; aware.
    """

    speed = 0.0

    def __init__(self, origin: datetime) -> None:
        self._now = origin.astimezone(UTC)
        self._sleepers: list[tuple[datetime, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        """Return the instant that the clock was moved to last."""
        return self._now

    def move_to(self, instant: datetime) -> None:
        """Set the clock, forward or back, and wake whoever waits for the instant or an earlier one."""
        self._now = instant.astimezone(UTC)
        for wanted, sleeper in self._sleepers:
            if wanted <= self._now and not sleeper.done():
                sleeper.set_result(None)
        self._sleepers = [(wanted, sleeper) for wanted, sleeper in self._sleepers if not sleeper.done()]

    def advance(self, seconds: float) -> None:
        """Move the clock forward."""
        self.move_to(self._now + timedelta(seconds=seconds))

    async def sleep_until(self, instant: datetime) -> None:
        """Return when the clock has been moved to the instant or past it."""
        if instant > self._now:
            sleeper = asyncio.get_running_loop().create_future()
            self._sleepers.append((instant, sleeper))
            await sleeper
