"""*Province: all centres*: for whoever decides where help goes."""

from grafana.boards.panels import HALL, NONE_IS_RIGHT, ONE_IS_RIGHT, Board, bars, line, number, rows

OF = '{province=~"$province"}'
BOARD = Board(
    "province",
    "Province: all centres",
    "Every centre of the chosen provinces side by side: who is overloaded, who falls behind, and who is not heard of.",
    (
        number(
            "Centres heard of",
            "Centres that Prometheus reaches now, and those that it knows.",
            ('sum(up{job="peakweek", province=~"$province"})', "Reached"),
            ('count(up{job="peakweek", province=~"$province"})', "Known"),
            steps=ONE_IS_RIGHT,
            decimals=0,
            width=6,
        ),
        number(
            "Waiting in all halls",
            "Visitors who wait now, in all centres of the chosen provinces.",
            (f"sum(centre_queue_length{OF})", "Waiting"),
            decimals=0,
            width=6,
        ),
        number(
            "Backlog of all centres",
            "Records received and not yet settled, and those of them that are past due.",
            (f"sum(centre_records_in_progress{OF})", "In progress"),
            (f"sum(centre_records_overdue{OF})", "Overdue"),
            decimals=0,
            width=6,
        ),
        number(
            "Alerts",
            "Alerts of the pack that are raised now for centres of the chosen provinces.",
            ('count(ALERTS{alertstate="firing", province=~"$province"})', "Raised"),
            steps=NONE_IS_RIGHT,
            decimals=0,
            width=6,
        ),
        rows(
            "Centres",
            "Each centre now: visitors waiting, the longest wait in minutes, counters open, records in progress and "
            "overdue, and the share on time of the last 30 days as the provinces publish it.",
            (f"sum by (instance) (centre_queue_length{OF})", "Waiting"),
            (f"max by (instance) (centre_queue_longest_wait_seconds{OF}) / 60", "Longest wait"),
            (f"sum by (instance) (centre_servers_open{OF})", "Counters open"),
            (f"sum by (instance) (centre_records_in_progress{OF})", "In progress"),
            (f"sum by (instance) (centre_records_overdue{OF})", "Overdue"),
            (f"sum by (instance) (centre_records_on_time_ratio{OF})", "On time"),
            by=("instance", "Centre"),
            decimals=2,
            width=24,
            height=12,
        ),
        bars(
            "Fullest halls",
            "The ten centres in which most visitors wait now.",
            (f"topk(10, sum by (instance) (centre_queue_length{OF}))", "{{instance}}"),
            steps=HALL,
            decimals=0,
        ),
        bars(
            "Most overdue",
            "The ten centres with most records past due.",
            (f"topk(10, sum by (instance) (centre_records_overdue{OF}))", "{{instance}}"),
            steps=NONE_IS_RIGHT,
            decimals=0,
        ),
        bars(
            "Least on time",
            "The ten centres with the least share on time in the last 30 days, as the provinces publish it.",
            (f"bottomk(10, centre_records_on_time_ratio{OF})", "{{instance}}"),
            unit="percentunit",
            decimals=1,
        ),
        line(
            "Waiting in each hall",
            "Visitors who wait, in each centre.",
            (f"sum by (instance) (centre_queue_length{OF})", "{{instance}}"),
            decimals=0,
            width=12,
        ),
        line(
            "Backlog of each centre",
            "Records received and not yet settled, in each centre.",
            (f"sum by (instance) (centre_records_in_progress{OF})", "{{instance}}"),
            decimals=0,
            width=12,
        ),
    ),
    variables=("province",),
    refresh="1m",
    marks=(),
)
