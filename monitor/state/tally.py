"""What the parts of the state share: tallies, bounded labels, and the anomalies that they count.

Place in the pipeline: below the parts of `monitor.state`. Invariant: all times and spans are whole microseconds, so
that sums do not depend on the order of their terms.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import accumulate
from typing import ClassVar, Self, TypeVar

from monitor.figures import Histogram

MAX_LABELS = 50
"""Queues, and procedures, that have figures of their own; further ones share those of `OTHER`."""
MAX_GROUPS = 20
"""The same for groups of staff, and for fields."""
OTHER = "other"
SECOND_US = 1_000_000
HOUR_US = 3600 * SECOND_US
DAY_US = 24 * HOUR_US
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FiguresT = TypeVar("FiguresT")


class Anomaly(StrEnum):
    """Why an event contradicts others.

    Attributes:
        means: what it is, for whoever sees the number.
    """

    means: str

    FUTURE = "future", "dated more than 5 minutes after its receipt; it counts"
    REPEATED = "repeated", "says what another event has said"
    REISSUED = "reissued", "a ticket was issued again while it waited: the earlier visitor has left unseen"
    EXPIRED = "expired", "a ticket was never called, or people never signed out, and 12 hours have passed"
    ORPHAN = "orphan", "what it belongs to was never told"
    STALE = "stale", "older than what is known, or too late to count; it changes nothing"
    NEGATIVE_WAIT = "negative_wait", "a call before the issue; the wait counts as 0"
    NEGATIVE_SERVICE = "negative_service", "an end before the call; the service counts as 0"
    NEGATIVE_PROCESSING = "negative_processing", "a settlement before the receipt; the time counts as 0"
    TOO_MANY_QUEUES = "too_many_queues", "of a queue beyond the first 50; it counts under other"
    TOO_MANY_PROCEDURES = "too_many_procedures", "of a procedure beyond the first 50; it counts under other"
    TOO_MANY_FIELDS = "too_many_fields", "of a field beyond the first 20; it counts under other"
    TOO_MANY_GROUPS = "too_many_groups", "of a group beyond the first 20; it counts under other"

    def __new__(cls, value: str, means: str) -> Self:
        """Return the member of a value, with what it means."""
        member = str.__new__(cls, value)
        member._value_, member.means = value, means
        return member


@dataclass(slots=True)
class Anomalies:
    """How many events contradicted others, by reason."""

    n_by_reason: Counter[Anomaly] = field(default_factory=Counter)

    def add(self, reason: Anomaly) -> None:
        """Count one."""
        self.n_by_reason[reason] += 1

    def span_us(self, start_us: int, end_us: int, negative: Anomaly) -> int:
        """Return the time between two instants; 0 and an anomaly where it would be negative."""
        if end_us < start_us:
            self.add(negative)
        return max(0, end_us - start_us)

    def label(
        self,
        known: dict[str, FiguresT],
        name: str,
        new: Callable[[], FiguresT],
        too_many: Anomaly,
        n_max: int = MAX_LABELS,
    ) -> str:
        """Return the name under which something is counted, which is then known: its own, or that of the others."""
        if name not in known and len(known.keys() - {OTHER}) >= n_max:
            self.add(too_many)
            name = OTHER
        if name not in known:
            known[name] = new()
        return name


@dataclass(slots=True)
class Tally:
    """A histogram that grows; what is shown of it may have fewer buckets.

    Attributes:
        BOUNDS_S: upper bounds of the buckets, increasing, without infinity.
        SHOWN_S: those that are shown.
        counts: durations in each bucket, not cumulative; the last is for those above all bounds.
        sum_us: sum of all durations.
    """

    BOUNDS_S: ClassVar[Sequence[int]]
    SHOWN_S: ClassVar[tuple[int, ...]]
    counts: list[int] = field(default_factory=list)
    sum_us: int = 0

    def __post_init__(self) -> None:
        self.counts = self.counts or [0] * (len(self.BOUNDS_S) + 1)
        if len(self.counts) != len(self.BOUNDS_S) + 1:
            raise ValueError(f"{len(self.BOUNDS_S) + 1} buckets")

    def add(self, span_us: int) -> None:
        """Count one duration."""
        self.counts[bisect_left(self.BOUNDS_S, span_us / SECOND_US)] += 1
        self.sum_us += span_us

    def n_over(self, limit_s: float) -> int:
        """Return how many durations were longer than a limit, which is rounded up to one of the bounds."""
        return sum(self.counts[bisect_left(self.BOUNDS_S, limit_s) + 1 :])

    def frozen(self) -> Histogram:
        """Return the tally as it is now."""
        cumulative = list(accumulate(self.counts))
        shown = [cumulative[bisect_left(self.BOUNDS_S, bound)] for bound in self.SHOWN_S]
        return Histogram(self.SHOWN_S, (*shown, cumulative[-1]), self.sum_us / SECOND_US)


def to_us(instant: datetime) -> int:
    """Return the microseconds since 1970."""
    since = instant - _EPOCH
    return (since.days * 86_400 + since.seconds) * SECOND_US + since.microseconds


def from_us(instant_us: int) -> datetime:
    """Return the instant, in UTC."""
    return _EPOCH + timedelta(microseconds=instant_us)
