"""Outages found by probes: when a thing is out of order, and when it works again.

Place in the pipeline: after the schedule. In: how targets stand. Out: what is out of order, and since when. Invariant:
one failure is no outage and one success no recovery; what cannot be seen for another outage is not judged.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from monitor.probes.result import ProbeResult, Reason

_ABOUT_US = {Reason.NOT_NOW, Reason.FORBIDDEN, Reason.INTERNAL, Reason.AUTH, Reason.TARGET}


def is_bad(prober: str, result: ProbeResult) -> bool | None:
    """Return whether an attempt found its target out of order; none where it tells nothing of that.

    A UPS is out of order while it runs on battery: then the power is. One that does not answer tells nothing of it.
    """
    if prober == "ups":
        on_battery = [each.value for each in result.samples if each.name.endswith("ups_status") and "OB" in each.labels]
        return any(on_battery) if result.success and on_battery else None
    return None if result.reason in _ABOUT_US else not result.success


@dataclass(slots=True)
class Damped:
    """What one target's attempts say, once enough of them say it.

    Attributes:
        is_bad: what the last attempt said; none before the first that said anything.
        n_alike: so many attempts, one after the other, have said that.
        since: when the first of them ended.
        is_out: what was said often enough last; none before.
        changed: when the first of those attempts ended.
    """

    is_bad: bool | None = None
    n_alike: int = 0
    since: datetime | None = None
    is_out: bool | None = None
    changed: datetime | None = None

    def note(self, *, is_bad: bool, now: datetime, outage_after: int, recovery_after: int) -> None:
        """Take what an attempt says."""
        if is_bad is not self.is_bad:
            self.is_bad, self.n_alike, self.since = is_bad, 0, now
        self.n_alike += 1
        if self.n_alike >= (outage_after if is_bad else recovery_after) and self.is_out is not is_bad:
            self.is_out, self.changed = is_bad, self.since


@dataclass(frozen=True, slots=True)
class Finding:
    """What is so.

    Attributes:
        what: the line, the portal, the software or the power.
        is_out: whether it is out of order.
        since: since when.
    """

    what: str
    is_out: bool
    since: datetime


def findings(witnesses: Iterable[tuple[str, Damped]]) -> Iterator[Finding]:
    """Yield what is so, as far as it is known: a thing is out of order while one of its witnesses says so.

    The portal is not judged while a witness of the line saw anything wrong at its last attempt: over a dead line
    nobody sees whether the portal works.

    Args:
        witnesses: what each target is a witness of, and what it says.
    """
    by_what: dict[str, list[Damped]] = {}
    for what, says in witnesses:
        by_what.setdefault(what, []).append(says)
    for what, said in by_what.items():
        if what in {"portal", "software"} and any(each.is_bad for each in by_what.get("line", ())):
            continue
        known = [(each.is_out, each.changed) for each in said if each.is_out is not None and each.changed]
        is_out = any(out for out, _ in known)
        instants = [changed for out, changed in known if out is is_out and changed]
        if len(known) == len(said) or is_out:  # that it works is known only once all have said so
            yield Finding(what, is_out, min(instants) if is_out else max(instants))
