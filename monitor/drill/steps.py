"""The steps of the drill, and how they are gone through.

Place in the pipeline: between the targets and who is told. In: a hall that can be filled, targets that can be broken,
and the receiver of the alerts. Out: an outcome of each step. Invariant: an alert beside the expected one is told.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass

from monitor.clock import monotonic_s
from monitor.drill.targets import Targets
from monitor.stack import Receiver
from sim import PeakweekError

Act = Callable[[], Awaitable[None]]
_SLOW_S = 3.5  # the rules say slow from 3 seconds on, and the probe waits longer


@dataclass(eq=False)
class DrillError(PeakweekError):
    """The drill did not go as it should.

    Attributes:
        what: what was missed, or came beside it.
    """

    what: str

    def __str__(self) -> str:
        """Return the message on one line."""
        return f"the drill failed: {self.what}"


@dataclass(frozen=True, slots=True)
class Step:
    """One fault.

    Attributes:
        what: happens.
        alert: that it must raise.
        board: the dashboard on which it is seen.
        begin: makes it.
        end: mends it; none: the next step goes on from here, and mends both.
    """

    what: str
    alert: str
    board: str
    begin: Act
    end: Act | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a step.

    Attributes:
        step: the step.
        raised_s: so many seconds after the fault its alert reached somebody.
        cleared_s: so long after it was mended that was taken back; none while it is not mended.
    """

    step: Step
    raised_s: float
    cleared_s: float | None


def steps(fill_hall: Act, empty_hall: Act, targets: Targets) -> tuple[Step, ...]:
    """Return the steps in their order."""

    def setting(**values: float) -> Act:
        async def act() -> None:
            for name, value in values.items():
                setattr(targets, name, value)

        return act

    async def cut_line() -> None:
        targets.cut_line()

    power, network = "Network, portal, power", "Network, portal, power"
    return (
        Step("a crowd comes", "CentreHallOverloaded", "Centre now", fill_hall, empty_hall),
        Step("the line is lost", "LineDown", network, cut_line, targets.mend_line),
        Step("the portal is slow", "PortalSlow", network, setting(portal_s=_SLOW_S), setting(portal_s=0.0)),
        Step("the portal is down", "PortalDown", network, setting(is_portal_up=False), setting(is_portal_up=True)),
        Step("the power is cut", "PowerCut", power, setting(is_on_battery=True)),
        Step(
            "the battery runs down",
            "BatteryLow",
            power,
            setting(is_battery_low=True),
            setting(is_on_battery=False, is_battery_low=False),
        ),
    )


async def drilled(faults: Sequence[Step], receiver: Receiver, *, patience_s: float) -> AsyncIterator[Outcome]:
    """Go through the steps, and yield what came of each.

    Args:
        faults: the steps.
        receiver: who is told of alerts.
        patience_s: how long an alert may take to come, and to go.

    Raises:
        DrillError: an alert did not come or did not go in time, or another one came.
    """
    open_alerts: list[str] = []
    for step in faults:
        n_heard = len(receiver.heard)
        await step.begin()
        open_alerts.append(step.alert)
        try:
            raised_s = await _seconds_until(receiver, step.alert, patience_s, is_firing=True)
        finally:
            if step.end:
                await step.end()
        mended = [
            await _seconds_until(receiver, alert, patience_s, is_firing=False) for alert in open_alerts if step.end
        ]
        others = {each.name for each in receiver.heard[n_heard:] if each.is_firing} - set(open_alerts)
        if others:
            raise DrillError(f"beside {step.alert} came {', '.join(sorted(others))}")
        if step.end:
            open_alerts = []
        yield Outcome(step, raised_s, sum(mended) if mended else None)


async def _seconds_until(receiver: Receiver, alert: str, patience_s: float, *, is_firing: bool) -> float:
    """Return how long it took until somebody was told."""
    began_s = monotonic_s()
    try:
        async with asyncio.timeout(patience_s):
            await receiver.until(alert, is_firing=is_firing)
    except TimeoutError:
        what = "was raised" if is_firing else "was taken back"
        raise DrillError(f"{alert}: nobody was told that it {what} within {patience_s:g} seconds") from None
    return monotonic_s() - began_s
