"""*Centre now*: for the wall, and for whoever looks for half a minute."""

from grafana.boards.panels import (
    HALL,
    MINUTES,
    NONE_IS_RIGHT,
    ONE_IS_RIGHT,
    SILENCE,
    SMALL_SHARE,
    WORKS,
    Board,
    bars,
    line,
    number,
    rows,
)

BOARD = Board(
    "centre",
    "Centre now",
    "The live queue of one public service centre, for the wall.",
    (
        number(
            "Waiting now",
            "Visitors who wait in the chosen queues: tickets issued in the last 12 hours that are neither called nor "
            "abandoned. The colours assume a hall for thirty.",
            ("sum(centre_queue_length{$queues})", "Waiting"),
            steps=HALL,
            decimals=0,
        ),
        number(
            "Longest wait",
            "How long the visitor has waited who has waited longest in the chosen queues. Yellow from 10 minutes, red "
            "from 20; set the steps to what the centre has promised.",
            ("max(centre_queue_longest_wait_seconds{$queues}) / 60", "Longest wait"),
            unit="suffix:min",
            steps=MINUTES,
            decimals=0,
        ),
        number(
            "Waiting over the limit",
            "Share of the visitors waiting now who have waited longer than the centre's limit. Absent where the centre "
            "has set no limit (waiting_limit_s).",
            (
                "sum(centre_queue_over_limit{$queues}) / clamp_min(sum(centre_queue_length{$queues}), 1)",
                "Over the limit",
            ),
            unit="percentunit",
            steps=SMALL_SHARE,
            decimals=0,
        ),
        number(
            "Counters open",
            "Counters that are staffed now, and what the plan says of now. Absent until the first event about a "
            "counter: a centre that does not tell is not a centre without counters.",
            ("centre_servers_open{$centre}", "Open"),
            ("centre_servers_planned{$centre}", "Planned"),
            steps=ONE_IS_RIGHT,
            decimals=0,
        ),
        number(
            "Records in progress",
            "The backlog: records received and not yet settled, all procedures.",
            ("sum(centre_records_in_progress{$centre})", "In progress"),
            decimals=0,
        ),
        number(
            "Records overdue",
            "Records of the backlog that are past due. A record without a due date is never overdue.",
            ("sum(centre_records_overdue{$centre})", "Overdue"),
            steps=NONE_IS_RIGHT,
            decimals=0,
        ),
        line(
            "Waiting by queue",
            "Visitors who wait, in each of the chosen queues.",
            ("centre_queue_length{$queues}", "{{queue}}"),
            decimals=0,
            width=10,
        ),
        line(
            "Longest wait by queue",
            "How long the longest-waiting visitor of each chosen queue has waited, and the centre's limit where one is "
            "set.",
            ("centre_queue_longest_wait_seconds{$queues} / 60", "{{queue}}"),
            ("centre_waiting_limit_seconds{$centre} / 60", "Limit"),
            unit="suffix:min",
            width=8,
        ),
        bars(
            "Waiting now by queue",
            "Visitors who wait now, in each of the chosen queues, longest queue first.",
            ("sort_desc(sum by (queue) (centre_queue_length{$queues}))", "{{queue}}"),
            steps=((None, "text"), (0, "green"), (10, "yellow"), (20, "red")),
            decimals=0,
            width=6,
        ),
        line(
            "Counters and staff",
            "Counters open, and people on duty by group, as they sign in and out; nobody knows who they are. Beside "
            "them what the plan says.",
            ("centre_servers_open{$centre}", "Counters open"),
            ("centre_servers_planned{$centre}", "Counters planned"),
            ("sum(centre_staff_on_duty{$centre})", "Staff on duty"),
            ("sum(centre_staff_planned{$centre})", "Staff planned"),
            is_stepped=True,
            decimals=0,
            width=10,
        ),
        rows(
            "Alerts",
            "What the rules of the pack have raised for this centre and not yet let go. Empty is good, if "
            "Prometheus has the rules at all.",
            ('sum by (alertname, severity) (ALERTS{$centre, alertstate="firing"})', "Since raised"),
            by=("alertname", "Alert"),
            width=6,
        ),
        number(
            "Service",
            "Reachable: Prometheus could scrape the service. Ready: every event of its log is counted. No value means "
            "that Prometheus does not know the target.",
            ("up{$centre}", "Reachable"),
            ("centre_ready{$centre}", "Ready"),
            steps=ONE_IS_RIGHT,
            words=WORKS,
            height=8,
        ),
        number(
            "Since the last event",
            "How long ago, by the service's own clock, the last event arrived. In opening hours a long silence "
            "means that kiosk or records system no longer sends. Yellow from 15 minutes, red from an hour.",
            ("centre_clock_timestamp_seconds{$centre} - centre_last_event_timestamp_seconds{$centre}", "Silence"),
            unit="s",
            steps=SILENCE,
            decimals=0,
            height=8,
        ),
    ),
    variables=("instance", "queue"),
)
