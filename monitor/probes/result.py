"""What an attempt tells: whether it succeeded, why not, and samples of metrics.

Place in the pipeline: what every prober returns. Invariant: a reason is one of a few, whatever the other side said.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Why an attempt failed."""

    NONE = "none"
    TIMEOUT = "timeout"
    RESOLVE = "resolve"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    CLOSED = "closed"
    TLS = "tls"
    STATUS = "status"
    TEXT = "text"
    TOO_LARGE = "too_large"
    LOSS = "loss"
    LIMIT = "limit"
    PROTOCOL = "protocol"
    AUTH = "auth"
    NOT_NOW = "not_now"
    FORBIDDEN = "forbidden"
    TARGET = "target"
    INTERNAL = "internal"

    @property
    def means(self) -> str:
        """Return what it says, in a few words."""
        return _MEANS[self]


_MEANS: Mapping[Reason, str] = {
    Reason.NONE: "it did not fail",
    Reason.TIMEOUT: "no answer in time",
    Reason.RESOLVE: "the name has no address",
    Reason.REFUSED: "nobody listens there",
    Reason.UNREACHABLE: "no way leads there",
    Reason.CLOSED: "the other side ended the connection",
    Reason.TLS: "no encrypted connection; a certificate is perhaps out of date or of somebody else",
    Reason.STATUS: "another status or response code than is right",
    Reason.TEXT: "an expected text is missing, or an unexpected one is there",
    Reason.TOO_LARGE: "more was sent than the module allows",
    Reason.LOSS: "more was lost than the module allows",
    Reason.LIMIT: "a value beyond the module's limit",
    Reason.PROTOCOL: "the other side does not speak the protocol",
    Reason.AUTH: "user, password or community is wrong",
    Reason.NOT_NOW: "the target may not be probed at this hour",
    Reason.FORBIDDEN: "the system does not let the service do that",
    Reason.TARGET: "the target is not what the prober wants",
    Reason.INTERNAL: "a mistake in the service; its log says more",
}


@dataclass(frozen=True, slots=True)
class Sample:
    """One value.

    Attributes:
        name: of its family in `families`.
        labels: values of the family's labels, in their order.
        value: in the family's unit.
    """

    name: str
    labels: tuple[str, ...]
    value: float


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """What one attempt told.

    Attributes:
        success: whether all was as it should be.
        duration_s: how long it took, in seconds.
        reason: why it failed; `Reason.NONE` where it succeeded.
        samples: what was measured, also by an attempt that failed.
        log: what was done, a line for each step, with the seconds since the start.
    """

    success: bool
    duration_s: float
    reason: Reason
    samples: tuple[Sample, ...] = ()
    log: tuple[str, ...] = ()

    def value(self, name: str, *labels: str) -> float | None:
        """Return the value of a sample; none where there is no such sample."""
        return next((each.value for each in self.samples if (each.name, each.labels) == (name, labels)), None)
