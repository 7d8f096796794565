"""*Queues and records*: for whoever wants to know why."""

from grafana.boards.panels import Board, line, mean, per_hour, quantile, rows

PER_HOUR = (
    "Per hour of the centre's own clock, so that a replay or a demonstration shows what a real day would; averaged "
    "over the interval chosen above."
)
QUEUES = (
    line(
        "Tickets per hour",
        f"Tickets issued, called and abandoned in the chosen queues: where issued stays above called, the queue "
        f"grows. {PER_HOUR}",
        (per_hour("centre_tickets_issued_total", of="$queues"), "Issued"),
        (per_hour("centre_tickets_called_total", of="$queues"), "Called"),
        (per_hour("centre_tickets_abandoned_total", of="$queues"), "Abandoned"),
        is_averaged=True,
    ),
    line(
        "Wait until called",
        "Of the tickets called in the interval chosen above: half waited no longer than P50, 95 in 100 no longer than "
        "P95. Read from the buckets of a histogram; a gap where nobody was called.",
        (quantile(0.95, "centre_wait_seconds", of="$queues"), "P95"),
        (quantile(0.5, "centre_wait_seconds", of="$queues"), "P50"),
        unit="s",
        is_averaged=True,
    ),
    line(
        "Mean service time by queue",
        "From call to the end of service, of the tickets whose end was told in the interval chosen above; points "
        "within an hour of each other are joined.",
        (mean("centre_service_seconds", by="queue", of="$queues"), "{{queue}}"),
        unit="s",
        is_averaged=True,
    ),
    line(
        "Arrivals and what is usual",
        "Tickets of the last full hour beside the median of the same hour in the four weeks before; in the first week "
        "nothing is usual.",
        ("centre_tickets_issued_last_hour{$centre}", "Last hour"),
        ("centre_tickets_usual_last_hour{$centre}", "Usual"),
        is_stepped=True,
        decimals=0,
    ),
    line(
        "Calls after a wait over the limit",
        "Share of the calls that ended a wait longer than the limit; nothing is shown where the centre has none.",
        (
            (
                "sum(rate(centre_tickets_called_over_limit_total{$queues}[$__rate_interval])) / "
                "sum(rate(centre_tickets_called_total{$queues}[$__rate_interval])) >= 0"
            ),
            "Over the limit",
        ),
        unit="percentunit",
        is_averaged=True,
    ),
    line(
        "Recalls and transfers per hour",
        "Calls of visitors who did not come at the first, and visitors sent on to another queue, per hour.",
        (per_hour("centre_tickets_recalled_total"), "Recalled"),
        (per_hour("centre_tickets_transferred_total", of="$queues"), "Transferred"),
        is_averaged=True,
    ),
    line(
        "Waiting since",
        "How long ago the visitor joined each queue who has waited longest; nothing where nobody waits.",
        (
            "scalar(centre_clock_timestamp_seconds{$centre}) - centre_queue_oldest_timestamp_seconds{$queues}",
            "{{queue}}",
        ),
        unit="s",
    ),
    line(
        "Staff on duty by group",
        "People on duty by group, as they sign in and out, and how many the plan says.",
        ("centre_staff_on_duty{$centre}", "{{group}}"),
        ("centre_staff_planned{$centre}", "{{group}}, planned"),
        is_stepped=True,
        decimals=0,
    ),
)
RECORDS = (
    line(
        "Records per hour",
        f"Records received and settled, all procedures. {PER_HOUR}",
        (per_hour("centre_records_received_total"), "Received"),
        (per_hour("centre_records_settled_total"), "Settled"),
        (per_hour("centre_records_settled_late_total"), "Settled late"),
        is_averaged=True,
    ),
    line(
        "Backlog",
        "Records in progress, and those of them that are overdue, all procedures.",
        ("sum(centre_records_in_progress{$centre})", "In progress"),
        ("sum(centre_records_overdue{$centre})", "Overdue"),
        decimals=0,
    ),
    rows(
        "Procedures",
        "Records of each procedure: received, settled and settled late since the log of events began; in progress and "
        "overdue now.",
        ("sum by (procedure) (centre_records_in_progress{$centre})", "In progress"),
        ("sum by (procedure) (centre_records_received_total{$centre})", "Received"),
        ("sum by (procedure) (centre_records_settled_total{$centre})", "Settled"),
        ("sum by (procedure) (centre_records_settled_late_total{$centre})", "Settled late"),
        ("sum by (procedure) (centre_records_overdue{$centre})", "Overdue"),
        by=("procedure", "Procedure"),
        decimals=0,
    ),
    line(
        "Backlog by age",
        "Records of the backlog by how many days ago they were received.",
        ("centre_records_by_age{$centre}", "{{age}}"),
        is_stacked=True,
        decimals=0,
    ),
    line(
        "Backlog by what it waits for",
        "Records of the backlog that wait for the back office, for a signature, or for what their citizen was asked to "
        "bring.",
        ("centre_records_by_stage{$centre}", "{{stage}}"),
        is_stacked=True,
        decimals=0,
    ),
    line(
        "Backlog by field",
        "Records of the backlog by field, that is group of procedures; unknown where their receipt told none.",
        ("centre_records_by_field{$centre}", "{{field}}"),
        is_stacked=True,
        decimals=0,
    ),
    line(
        "Due today, returned, supplements",
        "Records still due before midnight; results handed over, records withdrawn and "
        "supplements asked for within the time shown.",
        ("centre_records_due_today{$centre}", "Due today"),
        ("increase(centre_records_returned_total{$centre}[$__range])", "Returned"),
        ("increase(centre_records_withdrawn_total{$centre}[$__range])", "Withdrawn"),
        ("increase(centre_supplements_requested_total{$centre}[$__range])", "Supplements asked for"),
        decimals=0,
    ),
    line(
        "Mean processing time",
        "Mean time from receipt to settlement, without the time for supplements, of the records settled meanwhile.",
        (mean("centre_processing_seconds"), "Mean"),
        unit="s",
        is_averaged=True,
    ),
)
BOARD = Board(
    "queues",
    "Queues and records",
    "Arrivals, waits and services by queue, and the backlog by procedure, age, stage and field.",
    (*QUEUES, *RECORDS),
    variables=("instance", "queue", "window"),
)
