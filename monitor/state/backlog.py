"""The backlog: records that were received and are not settled.

Place in the pipeline: a part of `monitor.state`. Invariant: a record leaves when it is settled or withdrawn; it never
leaves before. The names of those that have left are kept for a week, to know what is told of them late or once more.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from monitor.events import (
    RecordApproved,
    RecordProcessed,
    RecordReceived,
    RecordReturned,
    RecordSettled,
    RecordSupplemented,
    RecordSupplementRequested,
    RecordWithdrawn,
)
from monitor.figures import BacklogFigures, ProcedureFigures
from monitor.state.punctuality import Punctuality
from monitor.state.record import Record
from monitor.state.tally import DAY_US, MAX_GROUPS, Anomalies, Anomaly, Tally, to_us

_NAME_LIFE_US = 7 * DAY_US
_NO_FIELD = "unknown"
AGES_D = {"under_1d": 1, "1d_to_3d": 3, "3d_to_7d": 7, "7d_to_15d": 15, "15d_to_30d": 30}
"""How old a record of each band is at most, days."""
OLDEST = "over_30d"
STAGES = ("processing", "approval", "citizen")
"""What a record of the backlog waits for: the back office, the signature, or what the citizen is to bring."""
Settlement = RecordSettled | RecordApproved | RecordReturned | RecordWithdrawn


@dataclass(slots=True)
class Processings(Tally):
    """From receipt to settlement, without the time for supplements."""

    BOUNDS_S = SHOWN_S = tuple(hours * 3600 for hours in (1, 8, 24, 72, 168, 360, 720))


@dataclass(slots=True)
class _Procedure:
    """What is known of one procedure, beside the records that are open."""

    n_received: int = 0
    n_settled: int = 0
    n_settled_late: int = 0
    n_withdrawn: int = 0


@dataclass(slots=True)
class _Gone:
    """A record that was settled not long ago: when it was mentioned last, and what settled it."""

    seen_us: int
    kind: str


@dataclass(slots=True)
class Backlog:
    """Procedures and their open records.

    Attributes:
        records: those that were received and are not settled, by name.
        early: those of which something was told before their receipt.
        gone: records that were settled not long ago, in the order in which they were mentioned last.
    """

    anomalies: Anomalies = field(default_factory=Anomalies)
    procedures: dict[str, _Procedure] = field(default_factory=dict)
    fields: dict[str, int] = field(default_factory=dict)
    records: dict[str, Record] = field(default_factory=dict)
    early: dict[str, Record] = field(default_factory=dict)
    gone: dict[str, _Gone] = field(default_factory=dict)
    punctuality: Punctuality = field(default_factory=Punctuality)
    processings: Processings = field(default_factory=Processings)
    n_supplements_requested: int = 0
    n_returned: int = 0

    def receive(self, told: RecordReceived, time_us: int, received_us: int) -> None:
        """Add a record to the backlog, and catch up with what was told of it before."""
        record = self._record(told.record, received_us, if_gone=Anomaly.REPEATED)
        if record is None:
            return
        if told.record in self.records:
            self.anomalies.add(Anomaly.REPEATED)
            return
        self.records[told.record] = self.early.pop(told.record)
        name = self.anomalies.label(self.procedures, told.procedure, _Procedure, Anomaly.TOO_MANY_PROCEDURES)
        place = self.anomalies.label(
            self.fields, told.field or _NO_FIELD, int, Anomaly.TOO_MANY_FIELDS, n_max=MAX_GROUPS
        )
        record.procedure, record.field, record.received_us = name, place, time_us
        record.due_us = to_us(told.due) if told.due else None
        self.procedures[name].n_received += 1
        self.fields[place] += 1
        self.punctuality.receive(time_us, received_us)
        self._close(told.record, record, received_us)

    def request(self, told: RecordSupplementRequested, time_us: int, received_us: int) -> None:
        """Let a record wait for its citizen."""
        record = self._record(told.record, received_us, if_gone=Anomaly.STALE)
        if record is None:
            return
        if not record.request(time_us):
            self.anomalies.add(Anomaly.REPEATED)
            return
        self.n_supplements_requested += 1

    def supplement(self, told: RecordSupplemented, time_us: int, received_us: int) -> None:
        """Let a record go on with what its citizen has brought."""
        record = self._record(told.record, received_us, if_gone=Anomaly.STALE)
        if record is not None and not record.supplement(time_us):
            self.anomalies.add(Anomaly.REPEATED)

    def process(self, told: RecordProcessed, time_us: int, received_us: int) -> None:
        """Let a record wait to be approved."""
        record = self._record(told.record, received_us)
        if record is None:
            return
        if record.processed_us is not None:
            self.anomalies.add(Anomaly.REPEATED)
            return
        record.processed_us = time_us

    def settle(self, told: RecordSettled | RecordApproved | RecordWithdrawn, time_us: int, received_us: int) -> None:
        """Take a record out of the backlog, settled or withdrawn."""
        gone = self.gone.get(told.record)
        record = self._record(told.record, received_us)
        settled_by = record.settled_by if record else gone.kind if gone else ""
        if settled_by == told.kind:
            self.anomalies.add(Anomaly.REPEATED)
        elif record is not None and not settled_by:
            record.settled_us, record.settled_by = time_us, told.kind
            self._close(told.record, record, received_us)

    def give_back(self, told: RecordReturned, time_us: int, received_us: int) -> None:
        """Count a result that was handed over; it was settled before, if perhaps nobody said so."""
        self.n_returned += 1
        record = self.records.get(told.record)
        if record is not None:
            record.settled_us, record.settled_by = time_us, told.kind
            self._close(told.record, record, received_us)

    def sweep(self, received_us: int) -> None:
        """Forget what was told of records that were never received, and the names of those that have left."""
        for name, record in list(self.early.items()):
            if record.seen_us < received_us - _NAME_LIFE_US:
                del self.early[name]
                self.anomalies.add(Anomaly.ORPHAN)
        while self.gone and self.gone[first := next(iter(self.gone))].seen_us < received_us - _NAME_LIFE_US:
            del self.gone[first]
        self.punctuality.sweep(received_us)

    def by_procedure(self, now_us: int) -> Mapping[str, ProcedureFigures]:
        """Return the figures of every procedure."""
        in_progress = Counter(record.procedure for record in self.records.values())
        overdue = Counter(record.procedure for record in self.records.values() if record.is_late(now_us))
        return {
            name: ProcedureFigures(
                n_received=procedure.n_received,
                n_settled=procedure.n_settled,
                n_settled_late=procedure.n_settled_late,
                n_withdrawn=procedure.n_withdrawn,
                n_in_progress=in_progress[name],
                n_overdue=overdue[name],
            )
            for name, procedure in self.procedures.items()
        }

    def figures(self, now_us: int, day_end_us: int) -> BacklogFigures:
        """Return the figures of all records, with what is due before the day ends."""
        records = list(self.records.values())
        n_overdue = sum(record.is_late(now_us) for record in records)
        is_known = bool(self.procedures)
        return BacklogFigures(
            n_by_age=_counted((*AGES_D, OLDEST) if is_known else (), [_age(record, now_us) for record in records]),
            n_by_field=_counted(tuple(self.fields), [record.field for record in records]),
            n_by_stage=_counted(STAGES if is_known else (), [_stage(record) for record in records]),
            n_due_today=sum(record.is_due_before(day_end_us, now_us) for record in records) if is_known else None,
            n_supplements_requested=self.n_supplements_requested,
            n_returned=self.n_returned,
            processings=self.processings.frozen(),
            on_time=self.punctuality.figures(now_us, len(records), n_overdue),
        )

    def _record(self, name: str, received_us: int, if_gone: Anomaly | None = None) -> Record | None:
        """Return the open record of that name, an early one if there is none; none if it has left the backlog."""
        gone = self.gone.get(name)
        if gone is None:
            return self.records.get(name) or self.early.setdefault(name, Record(received_us))
        gone.seen_us = received_us
        self.gone[name] = self.gone.pop(name)
        if if_gone is not None:
            self.anomalies.add(if_gone)
        return None

    def _close(self, name: str, record: Record, received_us: int) -> None:
        """Count the end of a received record, and keep no more of it than its name."""
        if record.received_us is None or record.settled_us is None:
            return
        del self.records[name]
        self.gone[name] = _Gone(received_us, record.settled_by)
        procedure = self.procedures[record.procedure]
        if record.settled_by == RecordWithdrawn.kind:
            procedure.n_withdrawn += 1
            return
        is_late = record.is_late(record.settled_us)
        procedure.n_settled += 1
        procedure.n_settled_late += is_late
        self.punctuality.settle(record.settled_us, received_us, is_late=is_late)
        span_us = self.anomalies.span_us(record.received_us, record.settled_us, Anomaly.NEGATIVE_PROCESSING)
        self.processings.add(max(0, span_us - record.paused_us(record.settled_us)))


def _counted(names: Sequence[str], found: Sequence[str]) -> dict[str, int]:
    """Return how often each name was found, also those that were not."""
    n_by_name = Counter(found)
    return {name: n_by_name[name] for name in names}


def _age(record: Record, now_us: int) -> str:
    """Return the band that a record's age is in."""
    age_us = now_us - (record.received_us or 0)
    return next((name for name, days in AGES_D.items() if age_us < days * DAY_US), OLDEST)


def _stage(record: Record) -> str:
    """Return what a record waits for."""
    if record.is_with_citizen:
        return "citizen"
    return "processing" if record.processed_us is None else "approval"
