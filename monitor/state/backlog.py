"""The backlog: records that were received and are not settled.

Place in the pipeline: a part of `monitor.state`. Invariant: a record leaves when it is settled; it never leaves before.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from monitor.events import RecordReceived, RecordSettled
from monitor.figures import ProcedureFigures
from monitor.state.tally import HOUR_US, Anomalies, Anomaly, to_us

_ORPHAN_LIFE_US = 7 * 24 * HOUR_US


@dataclass(slots=True)
class _Procedure:
    """What is known of one procedure, beside the records that are open."""

    n_received: int = 0
    n_settled: int = 0
    n_settled_late: int = 0


@dataclass(slots=True)
class _Record:
    """A record that is open, or known only by its settlement."""

    seen_us: int
    procedure: str = ""
    received_us: int | None = None
    settled_us: int | None = None
    due_us: int | None = None


@dataclass(slots=True)
class Backlog:
    """Procedures and their open records."""

    anomalies: Anomalies = field(default_factory=Anomalies)
    procedures: dict[str, _Procedure] = field(default_factory=dict)
    records: dict[str, _Record] = field(default_factory=dict)

    def receive(self, told: RecordReceived, time_us: int, received_us: int) -> None:
        """Add a record to the backlog, and catch up with its settlement if that was told before."""
        record = self.records.setdefault(told.record, _Record(received_us))
        if record.received_us is not None:
            self.anomalies.add(Anomaly.REPEATED)
            return
        name = self.anomalies.label(self.procedures, told.procedure, _Procedure, Anomaly.TOO_MANY_PROCEDURES)
        record.procedure, record.received_us = name, time_us
        record.due_us = to_us(told.due) if told.due else None
        self.procedures[name].n_received += 1
        self._close(told.record, record)

    def settle(self, told: RecordSettled, time_us: int, received_us: int) -> None:
        """Take a record out of the backlog."""
        record = self.records.setdefault(told.record, _Record(received_us))
        if record.settled_us is not None:
            self.anomalies.add(Anomaly.REPEATED)
            return
        record.settled_us = time_us
        self._close(told.record, record)

    def sweep(self, received_us: int) -> None:
        """Forget settlements whose record was never received."""
        for name, record in list(self.records.items()):
            if record.received_us is None and record.seen_us < received_us - _ORPHAN_LIFE_US:
                del self.records[name]
                self.anomalies.add(Anomaly.ORPHAN)

    def figures(self, now_us: int) -> Mapping[str, ProcedureFigures]:
        """Return the figures of every procedure."""
        open_records: dict[str, list[_Record]] = {name: [] for name in self.procedures}
        for record in self.records.values():
            if record.received_us is not None:
                open_records[record.procedure].append(record)
        return {
            name: ProcedureFigures(
                n_received=procedure.n_received,
                n_settled=procedure.n_settled,
                n_settled_late=procedure.n_settled_late,
                n_in_progress=len(open_records[name]),
                n_overdue=sum(each.due_us is not None and each.due_us < now_us for each in open_records[name]),
            )
            for name, procedure in self.procedures.items()
        }

    def _close(self, name: str, record: _Record) -> None:
        """Count the settlement of a received record and forget it."""
        if record.received_us is None or record.settled_us is None:
            return
        procedure = self.procedures[record.procedure]
        procedure.n_settled += 1
        self.anomalies.span_us(record.received_us, record.settled_us, Anomaly.NEGATIVE_PROCESSING)
        procedure.n_settled_late += record.due_us is not None and record.settled_us > record.due_us
        del self.records[name]
