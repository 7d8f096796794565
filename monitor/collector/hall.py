"""Metrics of the hall: queues, counters, staff, and what is out of order.

Place in the pipeline: a table of the collector. Invariant: no label names a ticket, a counter or a person.
"""

from monitor.collector.family import Family, by_key, by_outage, by_queue, single, timestamp_s

HALL: tuple[Family, ...] = (
    Family(
        "centre_queue_length",
        "gauge",
        "Visitors who wait: tickets issued in the last 12 hours that are neither called nor abandoned.",
        ("queue",),
        by_queue(lambda queue: queue.n_waiting),
    ),
    Family(
        "centre_queue_longest_wait_seconds",
        "gauge",
        "How long the visitor has waited who has waited longest; 0 when nobody waits.",
        ("queue",),
        by_queue(lambda queue: queue.longest_wait_s),
    ),
    Family(
        "centre_queue_over_limit",
        "gauge",
        "Visitors who have waited longer than centre_waiting_limit_seconds; absent without a limit.",
        ("queue",),
        by_queue(lambda queue: queue.n_over_limit),
    ),
    Family(
        "centre_wait_seconds",
        "histogram",
        "Time from issue to call of the tickets that were called.",
        ("queue",),
        by_queue(lambda queue: queue.waits),
    ),
    Family(
        "centre_service_seconds",
        "histogram",
        "Time from call to the end of service; only of tickets whose end was told.",
        ("queue",),
        by_queue(lambda queue: queue.services),
    ),
    Family(
        "centre_tickets_issued_total",
        "counter",
        "Tickets issued to visitors.",
        ("queue",),
        by_queue(lambda queue: queue.n_issued),
    ),
    Family(
        "centre_tickets_called_total",
        "counter",
        "Tickets called to a counter.",
        ("queue",),
        by_queue(lambda queue: queue.n_called),
    ),
    Family(
        "centre_tickets_abandoned_total",
        "counter",
        "Visitors who took a ticket and left without being served.",
        ("queue",),
        by_queue(lambda queue: queue.n_abandoned),
    ),
    Family(
        "centre_servers_open",
        "gauge",
        "Counters that are staffed; absent until the first event about a counter.",
        (),
        single(lambda reading: reading.snapshot.n_servers_open),
    ),
    Family(
        "centre_waiting_limit_seconds",
        "gauge",
        "The longest wait that the centre has promised; absent without a promise.",
        (),
        single(lambda reading: reading.waiting_limit_s),
    ),
    Family(
        "centre_queue_oldest_timestamp_seconds",
        "gauge",
        "When the visitor joined the queue who has waited longest; absent when nobody waits.",
        ("queue",),
        by_queue(lambda queue: timestamp_s(queue.oldest_since)),
    ),
    Family(
        "centre_tickets_called_over_limit_total",
        "counter",
        "Tickets called after a wait longer than centre_waiting_limit_seconds, to the minute; absent without a limit.",
        ("queue",),
        by_queue(lambda queue: queue.n_called_over_limit),
    ),
    Family(
        "centre_tickets_issued_last_hour",
        "gauge",
        "Tickets issued in the last full hour; absent before the first ticket.",
        (),
        single(lambda reading: reading.snapshot.arrivals.n_issued),
    ),
    Family(
        "centre_tickets_usual_last_hour",
        "gauge",
        "What is usual for that hour: the median of the same hour in the four weeks before; absent in the first week.",
        (),
        single(lambda reading: reading.snapshot.arrivals.n_usual),
    ),
    Family(
        "centre_tickets_recalled_total",
        "counter",
        "Further calls of tickets, because nobody came at the first.",
        (),
        single(lambda reading: sum(queue.n_recalled for queue in reading.snapshot.queues.values())),
    ),
    Family(
        "centre_tickets_transferred_total",
        "counter",
        "Visitors who were sent to this queue from another one, where they wait again.",
        ("queue",),
        by_queue(lambda queue: queue.n_transferred),
    ),
    Family(
        "centre_staff_on_duty",
        "gauge",
        "People on duty, by group: those who signed in and did not sign out, within the last 12 hours.",
        ("group",),
        by_key(lambda reading: reading.snapshot.n_on_duty),
    ),
    Family(
        "centre_outage",
        "gauge",
        "1 while this is out of order, 0 while it works; absent until something was told of it.",
        ("what",),
        by_outage(lambda outage: outage.is_out),
    ),
    Family(
        "centre_outages_total",
        "counter",
        "Outages that have begun.",
        ("what",),
        by_outage(lambda outage: outage.n_outages),
    ),
    Family(
        "centre_outage_seconds_total",
        "counter",
        "How long outages took, counted when they end.",
        ("what",),
        by_outage(lambda outage: outage.lasted_s),
    ),
)
