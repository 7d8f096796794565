"""*Network, portal, power*: for whoever looks for the part that is slow, and for what it costs the queue."""

from grafana.boards.panels import NONE_IS_RIGHT, ONE_IS_RIGHT, WORKS, Board, line, number, per_hour, quantile, rows
from grafana.boards.probes import NETWORK, POWER

OUTAGES = (
    line(
        "Out of order",
        "1 while the line, the portal, the software or the power is out of order; nothing where nobody has told of it.",
        ("centre_outage{$centre}", "{{what}}"),
        is_stepped=True,
        decimals=0,
        bounds=(0, 1),
        width=10,
    ),
    line(
        "Waiting, on the same axis",
        "Visitors who wait, all queues: beside what is out of order, slow or lost, it shows what that costs the hall.",
        ("sum(centre_queue_length{$centre})", "Waiting"),
        decimals=0,
        width=10,
    ),
    number(
        "Outages",
        "Outages that began, and the hours of those that ended, within the time shown.",
        ("sum(increase(centre_outages_total{$centre}[$__range]))", "Outages"),
        ("sum(increase(centre_outage_seconds_total{$centre}[$__range])) / 3600", "Hours"),
        decimals=0,
        height=8,
    ),
)
SERVICE = (
    number(
        "Log of events",
        "Written: the log of events can be written. Configured: the configuration was right when it was read last. Of "
        "the service that Prometheus scrapes under the centre's name.",
        ("peakweek_monitor_store_up{$centre}", "Written"),
        ("peakweek_monitor_config_last_reload_successful{$centre}", "Configured"),
        ("peakweek_monitor_ready{$centre}", "Ready"),
        steps=ONE_IS_RIGHT,
        words=WORKS,
        width=6,
    ),
    number(
        "Events not counted as told",
        "In the time range shown. Duplicate: offered again, counted once. Refused: requests of which nothing was "
        "stored. Contradicting: events that contradict others or never met the event they belong to.",
        ("round(sum(increase(centre_events_duplicate_total{$centre}[$__range])))", "Duplicate"),
        ("round(sum(increase(centre_requests_refused_total{$centre}[$__range])))", "Refused"),
        ("round(sum(increase(centre_events_anomalous_total{$centre}[$__range])))", "Contradicting"),
        steps=((None, "text"), (0, "green"), (1, "yellow")),
        decimals=0,
        width=6,
    ),
    number(
        "Centre's clock",
        "The time at the centre by the service's clock, in your time zone. In a replay or a demonstration it differs "
        "from yours.",
        ("1000 * centre_clock_timestamp_seconds{$centre}", "Clock"),
        unit="dateTimeAsIso",
        width=6,
    ),
    number(
        "Configuration read",
        "When the configuration that holds was read, in your time zone.",
        ("1000 * peakweek_monitor_config_last_reload_success_timestamp_seconds{$centre}", "Read"),
        unit="dateTimeAsIso",
        width=6,
    ),
    line(
        "Events per hour by kind",
        "Events that the service has stored. A kind that stays at zero on a working day is not being sent. Per hour of "
        "the centre's own clock; averaged over the interval chosen above.",
        (per_hour("centre_events_total", by="kind"), "{{kind}}"),
        is_averaged=True,
    ),
    line(
        "Lag of events",
        "How long after an event happened 95 % of them were received: long when a sender was cut off.",
        (quantile(0.95, "centre_event_lag_seconds"), "95 %"),
        unit="s",
        is_averaged=True,
    ),
    line(
        "Clocks of the senders",
        "How far a sender's clock is ahead at least. Below zero its promptest event came so late, or its clock is "
        "behind: which, nobody can tell.",
        ("centre_sender_clock_ahead_seconds{$centre}", "{{source}}"),
        unit="s",
    ),
    rows(
        "Contradicting events by reason",
        "How many events contradicted others, in the time range shown, most frequent reason first.",
        ("sort_desc(round(sum by (reason) (increase(centre_events_anomalous_total{$centre}[$__range]))))", "Events"),
        by=("reason", "Reason"),
        steps=NONE_IS_RIGHT,
        decimals=0,
    ),
    line(
        "Requests to the service",
        "Requests that the service answered in a second, by class of status: 4xx are refused, 5xx failed.",
        ("sum by (code) (rate(peakweek_monitor_http_requests_total{$centre}[$__rate_interval]))", "{{code}}"),
        unit="reqps",
        is_averaged=True,
    ),
    line(
        "Connections",
        "Connections that are open, clients that follow the stream of events, and those let go because they were slow.",
        ("peakweek_monitor_http_connections{$centre}", "Connections"),
        ("peakweek_monitor_stream_clients{$centre}", "Followers"),
        ("increase(peakweek_monitor_stream_clients_dropped_total{$centre}[$__range])", "Let go"),
        decimals=0,
    ),
    line(
        "Writing the log",
        "How long a transaction of the log of events takes until it is durable, in the mean; a slow disk shows here "
        "first.",
        (
            (
                "rate(peakweek_monitor_store_commit_seconds_total{$centre}[$__rate_interval]) / "
                "rate(peakweek_monitor_store_commits_total{$centre}[$__rate_interval]) >= 0"
            ),
            "Mean",
        ),
        unit="s",
        is_averaged=True,
    ),
    line(
        "Size of the log",
        "Room that the log of events takes on the disk, and attempts to write it that failed within the time shown.",
        ("peakweek_monitor_store_size_bytes{$centre}", "Size"),
        ("increase(peakweek_monitor_store_failures_total{$centre}[$__range])", "Failures"),
        unit="bytes",
    ),
    rows(
        "Programs",
        "Which version serves which centre, since when its configuration holds, and how many centres it serves.",
        ("sum by (version) (peakweek_monitor_build_info{$centre})", "Services"),
        by=("version", "Version"),
        width=4,
        height=8,
    ),
    number(
        "Centres of the service",
        "How many centres the service is configured for.",
        ("peakweek_monitor_centres{$centre}", "Centres"),
        decimals=0,
        height=8,
    ),
)
BOARD = Board(
    "network",
    "Network, portal, power",
    "Which part is slow or dead, since when, and what it costs the queue; and whether the figures can be believed.",
    (*OUTAGES, *NETWORK, *POWER, *SERVICE),
    variables=("instance", "window"),
)
