"""The steps of the drill, and how they are gone through.

Place in the pipeline: between the targets and who is told. In: a hall that can be filled, targets that can be broken,
the receiver of the alerts and the dashboards. Out: an outcome of each step. Invariant: an alert beside the expected
one is told, and a fault that its dashboard does not show.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass

from monitor.clock import monotonic_s
from monitor.drill.boards import Boards, Sign
from monitor.drill.errors import DrillError
from monitor.drill.targets import Targets
from monitor.stack import Receiver

Act = Callable[[], Awaitable[None]]
CROWD = 14
"""So many visitors come: more than the ten of the rule, and too few to be an unusual hour."""
_LOST_RATIO = 0.4
_SLOW_S = 3.5  # the rules say slow from 3 seconds on, and the probe waits longer
_SIGNS = {
    "CentreHallOverloaded": (
        Sign("centre", "Waiting now", "Waiting", CROWD),
        Sign("centre", "Waiting over the limit", "Over the limit", 0.5),
        Sign("centre", "Alerts", "CentreHallOverloaded", 1),
    ),
    "LineLoss": (Sign("network", "Loss on the line", "resolver", 0.1, 0.9),),
    "LineDown": (
        Sign("network", "What answers", "line", 0, 0),
        Sign("network", "Loss on the line", "resolver", 1),
        Sign("network", "Out of order", "line", 1),
    ),
    "PortalSlow": (
        Sign("network", "How long probes take", "portal", 3),
        Sign("network", "Phases of a page", "portal processing", 3),
    ),
    "PortalDown": (Sign("network", "What answers", "portal", 0, 0), Sign("network", "Out of order", "portal", 1)),
    "PowerCut": (Sign("network", "Power", "ups", 1), Sign("network", "Out of order", "power", 1)),
    "BatteryLow": (Sign("network", "Battery", "ups", 0, 30), Sign("network", "Battery lasts", "ups", 0, 900)),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One fault.

    Attributes:
        what: happens.
        alert: that it must raise.
        signs: where it is seen.
        begin: makes it.
        end: mends it; none: the next step goes on from here, and mends both.
    """

    what: str
    alert: str
    signs: tuple[Sign, ...]
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

    return tuple(
        Step(what, alert, _SIGNS[alert], begin, end)
        for what, alert, begin, end in (
            ("a crowd comes", "CentreHallOverloaded", fill_hall, empty_hall),
            ("the line loses packets", "LineLoss", setting(lost_ratio=_LOST_RATIO), setting(lost_ratio=0.0)),
            ("the line is lost", "LineDown", cut_line, targets.mend_line),
            ("the portal is slow", "PortalSlow", setting(portal_s=_SLOW_S), setting(portal_s=0.0)),
            ("the portal is down", "PortalDown", setting(is_portal_up=False), setting(is_portal_up=True)),
            ("the power is cut", "PowerCut", setting(is_on_battery=True), None),
            (
                "the battery runs down",
                "BatteryLow",
                setting(is_battery_low=True),
                setting(is_on_battery=False, is_battery_low=False),
            ),
        )
    )


async def drilled(
    faults: Sequence[Step], receiver: Receiver, boards: Boards, *, patience_s: float
) -> AsyncIterator[Outcome]:
    """Go through the steps, and yield what came of each.

    Args:
        faults: the steps.
        receiver: who is told of alerts.
        boards: where faults are seen; not before they begin, while they last, and not once they are mended.
        patience_s: how long an alert may take to come, and to go; a dashboard as well.

    Raises:
        DrillError: an alert did not come or did not go in time, another one came, or a dashboard shows it otherwise.
    """
    still: list[Step] = []
    for step in faults:
        n_heard = len(receiver.heard)
        await boards.until(step.signs, patience_s, are_shown=False)
        await step.begin()
        still.append(step)
        try:
            raised_s = await _seconds_until(receiver, step.alert, patience_s, is_firing=True)
            await boards.until(step.signs, patience_s, are_shown=True)
        finally:
            if step.end:
                await step.end()
        mended = still if step.end else []
        cleared = [await _seconds_until(receiver, each.alert, patience_s, is_firing=False) for each in mended]
        for each in mended:
            await boards.until(each.signs, patience_s, are_shown=False)
        others = {each.name for each in receiver.heard[n_heard:] if each.is_firing} - {each.alert for each in still}
        if others:
            raise DrillError(f"beside {step.alert} came {', '.join(sorted(others))}")
        if step.end:
            still = []
        yield Outcome(step, raised_s, sum(cleared) if cleared else None)


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
