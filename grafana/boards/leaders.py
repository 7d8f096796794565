"""*Leaders: the week*: for whoever answers for it, once a day."""

from grafana.boards.panels import HALL, NONE_IS_RIGHT, ON_TIME, Board, bars, line, number

BOARD = Board(
    "leaders",
    "Leaders: the week",
    "The week of one centre in a few numbers: what came, what was settled, what is late, and how long people waited.",
    (
        number(
            "On time, as published",
            "Share on time of the last 30 days as the provinces publish it, with records in progress that are late and "
            "those carried over. Red below 90 %, yellow below 95 %.",
            ("centre_records_on_time_ratio{$centre}", "On time"),
            unit="percentunit",
            steps=ON_TIME,
            decimals=1,
        ),
        number(
            "On time, of those settled",
            "Share on time of the records settled in the last 30 days alone; what is late and still in progress "
            "does not count here.",
            ("centre_records_settled_on_time_ratio{$centre}", "On time"),
            unit="percentunit",
            steps=ON_TIME,
            decimals=1,
        ),
        number(
            "Backlog now",
            "Records received and not yet settled, all procedures.",
            ("sum(centre_records_in_progress{$centre})", "In progress"),
            decimals=0,
        ),
        number(
            "Overdue now",
            "Records of the backlog that are past due.",
            ("sum(centre_records_overdue{$centre})", "Overdue"),
            steps=NONE_IS_RIGHT,
            decimals=0,
        ),
        number(
            "Due today",
            "Records of the backlog that are due before midnight, without those that are late already.",
            ("centre_records_due_today{$centre}", "Due today"),
            decimals=0,
        ),
        number(
            "Waiting now",
            "Visitors who wait now, in all queues. The colours assume a hall for thirty.",
            ("sum(centre_queue_length{$centre})", "Waiting"),
            steps=HALL,
            decimals=0,
        ),
        line(
            "Backlog through the week",
            "Records in progress, and those of them that are overdue: is it growing?",
            ("sum(centre_records_in_progress{$centre})", "In progress"),
            ("sum(centre_records_overdue{$centre})", "Overdue"),
            decimals=0,
            width=12,
        ),
        line(
            "On time through the week",
            "Both definitions: as the provinces publish it, and of the settled records alone.",
            ("centre_records_on_time_ratio{$centre}", "As published"),
            ("centre_records_settled_on_time_ratio{$centre}", "Of those settled"),
            unit="percentunit",
            width=12,
        ),
        number(
            "Visitors",
            "Tickets issued within the time shown, and those whose visitor left without being served.",
            ("round(sum(increase(centre_tickets_issued_total{$centre}[$__range])))", "Came"),
            ("round(sum(increase(centre_tickets_abandoned_total{$centre}[$__range])))", "Left unserved"),
            decimals=0,
            width=8,
        ),
        number(
            "Records",
            "Records received and settled within the time shown, and those settled late.",
            ("round(sum(increase(centre_records_received_total{$centre}[$__range])))", "Received"),
            ("round(sum(increase(centre_records_settled_total{$centre}[$__range])))", "Settled"),
            ("round(sum(increase(centre_records_settled_late_total{$centre}[$__range])))", "Settled late"),
            decimals=0,
            width=8,
        ),
        number(
            "Wait",
            "Mean wait of those called within the time shown, and the wait that 95 in 100 of them did not exceed.",
            (
                (
                    "sum(increase(centre_wait_seconds_sum{$centre}[$__range])) / "
                    "sum(increase(centre_wait_seconds_count{$centre}[$__range])) >= 0"
                ),
                "Mean",
            ),
            (
                "histogram_quantile(0.95, sum by (le) (increase(centre_wait_seconds_bucket{$centre}[$__range]))) >= 0",
                "P95",
            ),
            unit="s",
            width=8,
        ),
        bars(
            "Overdue by procedure",
            "The ten procedures with most records past due.",
            ("topk(10, sum by (procedure) (centre_records_overdue{$centre}))", "{{procedure}}"),
            steps=NONE_IS_RIGHT,
            decimals=0,
        ),
        bars(
            "Backlog by age",
            "Records of the backlog by how many days ago they were received.",
            ("centre_records_by_age{$centre}", "{{age}}"),
            decimals=0,
        ),
        bars(
            "Backlog by what it waits for",
            "Records of the backlog that wait for the back office, for a signature, or for what their citizen was "
            "asked to bring.",
            ("centre_records_by_stage{$centre}", "{{stage}}"),
            decimals=0,
        ),
    ),
    variables=("instance",),
    since="7d",
    refresh="5m",
)
