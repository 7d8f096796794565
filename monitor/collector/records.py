"""Metrics of the records: what came, what is done, and what is late.

Place in the pipeline: a table of the collector. Invariant: no label names a record or a citizen.
"""

from monitor.collector.family import Family, by_key, by_procedure, single

RECORDS: tuple[Family, ...] = (
    Family(
        "centre_records_received_total",
        "counter",
        "Records received from citizens.",
        ("procedure",),
        by_procedure(lambda procedure: procedure.n_received),
    ),
    Family(
        "centre_records_settled_total",
        "counter",
        "Records settled, on time or late.",
        ("procedure",),
        by_procedure(lambda procedure: procedure.n_settled),
    ),
    Family(
        "centre_records_settled_late_total",
        "counter",
        "Records settled after they were due; a record without a due date is never late.",
        ("procedure",),
        by_procedure(lambda procedure: procedure.n_settled_late),
    ),
    Family(
        "centre_records_withdrawn_total",
        "counter",
        "Records that ended without a result: withdrawn by the citizen, or stopped; neither settled nor late.",
        ("procedure",),
        by_procedure(lambda procedure: procedure.n_withdrawn),
    ),
    Family(
        "centre_records_in_progress",
        "gauge",
        "The backlog: records received and neither settled nor withdrawn.",
        ("procedure",),
        by_procedure(lambda procedure: procedure.n_in_progress),
    ),
    Family(
        "centre_records_overdue",
        "gauge",
        "Records of the backlog that are past due.",
        ("procedure",),
        by_procedure(lambda procedure: procedure.n_overdue),
    ),
    Family(
        "centre_records_due_today",
        "gauge",
        "Records of the backlog that are due before midnight where the centre is, without those that are late.",
        (),
        single(lambda reading: reading.snapshot.backlog.n_due_today),
    ),
    Family(
        "centre_records_by_age",
        "gauge",
        "The backlog by how many days ago it was received.",
        ("age",),
        by_key(lambda reading: reading.snapshot.backlog.n_by_age),
    ),
    Family(
        "centre_records_by_field",
        "gauge",
        "The backlog by field, that is group of procedures; unknown where the receipt told none.",
        ("field",),
        by_key(lambda reading: reading.snapshot.backlog.n_by_field),
    ),
    Family(
        "centre_records_by_stage",
        "gauge",
        "The backlog by what it waits for: processing, approval, or the citizen, who was asked for a supplement.",
        ("stage",),
        by_key(lambda reading: reading.snapshot.backlog.n_by_stage),
    ),
    Family(
        "centre_records_on_time_ratio",
        "gauge",
        "As provinces publish it, of the last 30 days: 1 - (late in progress + late done) / (received + carried over).",
        (),
        single(lambda reading: reading.snapshot.backlog.on_time.of_received),
    ),
    Family(
        "centre_records_settled_on_time_ratio",
        "gauge",
        "Share on time of the records settled in the last 30 days; absent when there are none.",
        (),
        single(lambda reading: reading.snapshot.backlog.on_time.of_settled),
    ),
    Family(
        "centre_processing_seconds",
        "histogram",
        "Time from receipt to settlement, without the time for which the citizen was asked for a supplement.",
        (),
        lambda reading: [((), reading.snapshot.backlog.processings)],
    ),
    Family(
        "centre_supplements_requested_total",
        "counter",
        "Requests to citizens for what is missing; a record with more than one counts as late.",
        (),
        single(lambda reading: reading.snapshot.backlog.n_supplements_requested),
    ),
    Family(
        "centre_records_returned_total",
        "counter",
        "Results handed to citizens.",
        (),
        single(lambda reading: reading.snapshot.backlog.n_returned),
    ),
)
