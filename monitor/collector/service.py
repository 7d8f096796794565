"""Metrics of the service itself: what it is told, by whom, and how it is.

Place in the pipeline: a table of the collector. Invariant: of senders, at most ten have a label.
"""

from platform import python_version

from monitor.collector.family import Family, by_key, single, timestamp_s

SERVICE: tuple[Family, ...] = (
    Family(
        "centre_events_total",
        "counter",
        "Events in the log, by kind.",
        ("kind",),
        by_key(lambda reading: reading.snapshot.n_events),
    ),
    Family(
        "centre_events_duplicate_total",
        "counter",
        "Events offered again that were stored before and counted once; since the service started.",
        (),
        single(lambda reading: reading.n_duplicate),
    ),
    Family(
        "centre_requests_refused_total",
        "counter",
        "Requests with events of which nothing was stored, by reason; since the service started.",
        ("reason",),
        by_key(lambda reading: reading.n_refused),
    ),
    Family(
        "centre_events_anomalous_total",
        "counter",
        "Events that contradict others or never met the event they belong to, by reason; counted for what they tell.",
        ("reason",),
        by_key(lambda reading: reading.snapshot.n_anomalous),
    ),
    Family(
        "centre_last_event_timestamp_seconds",
        "gauge",
        "When the last event was received, by the service's clock; absent for an empty log.",
        (),
        single(lambda reading: timestamp_s(reading.snapshot.last_received)),
    ),
    Family(
        "centre_clock_timestamp_seconds",
        "gauge",
        "The service's clock; it differs from the scraper's in a replay or a demonstration.",
        (),
        single(lambda reading: timestamp_s(reading.snapshot.now)),
    ),
    Family(
        "centre_ready",
        "gauge",
        "1 when every event of the log is counted; 0 while the service starts.",
        (),
        single(lambda reading: float(reading.is_ready)),
    ),
    Family(
        "centre_info",
        "gauge",
        "Which centre this is; always 1.",
        ("centre", "name"),
        lambda reading: [((reading.centre.id, reading.centre.name), 1)],
    ),
    Family(
        "peakweek_monitor_build_info",
        "gauge",
        "Which program this is; always 1.",
        ("version", "python_version"),
        lambda reading: [((reading.version, python_version()), 1)],
    ),
    Family(
        "centre_event_lag_seconds",
        "histogram",
        "Time from an event to its receipt, by the clocks of sender and service; 0 if the event seems to be later.",
        (),
        lambda reading: [((), reading.snapshot.lags)],
    ),
    Family(
        "centre_sender_clock_ahead_seconds",
        "gauge",
        "How far a sender's clock is ahead at least, by its promptest event of the last hours it was heard in; "
        "if negative, that event was so late, or the clock is behind.",
        ("source",),
        by_key(lambda reading: reading.snapshot.ahead_s),
    ),
)
