"""The metrics: names and help by the rules, one table for all, and text that Prometheus' own parsers read."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text

from monitor.collector import FAMILIES, CentreCollector, Family
from monitor.events import VOCABULARY
from monitor.service import SERVICE_FAMILIES

CloudEvent = Callable[..., dict[str, Any]]
TARGET_LABELS = {"type", "service", "env", "region", "zone", "owner", "instance", "job"}


def complaints(family: Family) -> list[str]:
    """Return what is wrong with the declaration of a family."""
    found = []
    if not family.name.startswith(("centre_", "peakweek_monitor_")):
        found.append("no prefix")
    if family.name.endswith("_total") != (family.kind == "counter"):
        found.append("_total is for counters")
    if TARGET_LABELS & set(family.labels):
        found.append("a label of the target")
    if family.name.endswith(("_minutes", "_hours", "_ms")):
        found.append("no base unit")
    if not (family.help.endswith(".") and len(family.help) > 15):
        found.append("no sentence of help")
    return found


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_a_family_is_declared_by_the_rules(family: Family) -> None:
    """Prefix, base unit, suffix, labels and help are as an exporter's should be."""
    assert complaints(family) == []


def test_the_rules_find_what_is_wrong() -> None:
    """A family that breaks every rule is complained about by each."""
    assert len(complaints(Family("queue_total_minutes", "counter", "Minutes", ("zone",), lambda _: []))) == 5


def test_names_are_unique() -> None:
    """No family is declared twice, and a registry takes the collector only once."""
    assert len({family.name for family in FAMILIES}) == len(FAMILIES)
    registry = CollectorRegistry()

    def unread() -> Any:
        raise AssertionError("registering reads nothing")

    registry.register(CentreCollector(unread))
    with pytest.raises(ValueError, match="Duplicated timeseries"):
        registry.register(CentreCollector(unread))


async def fill(service: Any, cloud_event: CloudEvent, n_queues: int = 1) -> None:
    """Tell of one visit and one visitor who waits in each queue, of records, counters, staff and outages."""
    for number in range(n_queues):
        queue = f"Q{number}"
        await service.post(
            cloud_event(f"{queue}-1", "ticket.issued", 0, ticket=f"{queue}-1", queue=queue),
            cloud_event(f"{queue}-2", "ticket.called", 10, ticket=f"{queue}-1"),
            cloud_event(f"{queue}-3", "service.finished", 15, ticket=f"{queue}-1"),
            cloud_event(f"{queue}-4", "ticket.issued", 5, ticket=f"{queue}-2", queue=queue),
            cloud_event(f"{queue}-5", "ticket.recalled", 12, ticket=f"{queue}-1"),
        )
    due = "2025-07-01T05:20:00Z"
    await service.post(
        cloud_event("c", "counter.opened", 0, counter="1"),
        cloud_event("r1", "record.received", 0, record="R1", procedure="land", due=due),
        cloud_event("r2", "record.received", 0, record="R2", procedure="land", due=due),
        cloud_event("r3", "record.settled", 25, record="R1"),
        cloud_event("r4", "record.supplement_requested", 5, record="R2"),
        cloud_event("r5", "record.returned", 26, record="R1"),
        cloud_event("s1", "staff.signed_in", 0, group="officers", count=3),
        cloud_event("s2", "staff.signed_in", 0, group="guides"),
        *(cloud_event(f"o-{what}", "outage.started", 0, what=what) for what in ("line", "portal", "software", "power")),
        cloud_event("o", "outage.ended", 10, what="line"),
    )
    service.clock.advance(1800)


async def test_a_scrape_shows_the_centre(service: Any, cloud_event: CloudEvent) -> None:
    """Every figure is where its name says, in base units."""
    await fill(service, cloud_event)
    samples = await service.samples()
    expected = {
        "centre_queue_length queue=Q0": 1,
        "centre_queue_longest_wait_seconds queue=Q0": 1500,
        "centre_queue_over_limit queue=Q0": 1,
        "centre_waiting_limit_seconds": 1200,
        "centre_tickets_issued_total queue=Q0": 2,
        "centre_tickets_called_total queue=Q0": 1,
        "centre_tickets_abandoned_total queue=Q0": 0,
        "centre_wait_seconds_bucket le=300.0 queue=Q0": 0,
        "centre_wait_seconds_bucket le=600.0 queue=Q0": 1,
        "centre_wait_seconds_bucket le=+Inf queue=Q0": 1,
        "centre_wait_seconds_count queue=Q0": 1,
        "centre_wait_seconds_sum queue=Q0": 600,
        "centre_service_seconds_sum queue=Q0": 300,
        "centre_servers_open": 1,
        "centre_records_received_total procedure=land": 2,
        "centre_records_settled_total procedure=land": 1,
        "centre_records_settled_late_total procedure=land": 1,
        "centre_records_in_progress procedure=land": 1,
        "centre_records_overdue procedure=land": 0,
        "centre_records_due_today": 0,
        "centre_records_by_age age=under_1d": 1,
        "centre_records_by_age age=over_30d": 0,
        "centre_records_by_field field=unknown": 1,
        "centre_records_by_stage stage=citizen": 1,
        "centre_records_by_stage stage=processing": 0,
        "centre_records_on_time_ratio": 0.5,
        "centre_records_settled_on_time_ratio": 0,
        "centre_processing_seconds_sum": 1500,
        "centre_supplements_requested_total": 1,
        "centre_records_returned_total": 1,
        "centre_queue_oldest_timestamp_seconds queue=Q0": 1751346300,
        "centre_tickets_called_over_limit_total queue=Q0": 0,
        "centre_tickets_transferred_total queue=Q0": 0,
        "centre_staff_on_duty group=officers": 3,
        "centre_outage what=line": 0,
        "centre_outage what=power": 1,
        "centre_outages_total what=line": 1,
        "centre_outage_seconds_total what=line": 600,
        "centre_event_lag_seconds_bucket le=1.0": 18,
        "centre_sender_clock_ahead_seconds source=/centre/kiosk-1": 1560,
        "centre_events_total kind=ticket.issued": 2,
        "centre_events_anomalous_total reason=negative_wait": 0,
        "centre_last_event_timestamp_seconds": 1751346000,
        "centre_clock_timestamp_seconds": 1751347800,
        "centre_info centre=centre name=Public Administrative Service Centre": 1,
    }
    assert {name: samples[name] for name in expected} == expected


async def test_an_empty_centre_shows_what_is_known(service: Any) -> None:
    """Counters by a known label begin at 0; what is not known is absent, which is not 0."""
    samples = await service.samples()
    kinds = {name for name in samples if name.startswith("centre_events_total")}
    assert kinds == {f"centre_events_total kind={happening.kind}" for happening in VOCABULARY.values()}
    assert samples["centre_events_duplicate_total"] == 0
    absent = ("centre_servers_open", "centre_last_event_timestamp_seconds", "centre_queue_length", "centre_outage what")
    absent += ("centre_records_by", "centre_records_due", "centre_staff", "centre_sender")
    assert not [name for name in samples if name.startswith(absent)]


@pytest.mark.parametrize(
    ("accept", "parse"),
    [("text/plain; version=0.0.4", parse_text), ("application/openmetrics-text; version=1.0.0", parse_openmetrics)],
)
async def test_both_formats_are_offered(
    service: Any, cloud_event: CloudEvent, accept: str, parse: Callable[[str], Any]
) -> None:
    """Every declared family is in either format, with its type and help, and nothing else."""
    await fill(service, cloud_event)
    async with service.session.get("/metrics", headers={"Accept": accept}) as answer:
        assert answer.content_type == accept.partition(";")[0]
        families = {family.name: family for family in parse(await answer.text())}
    for family in (*FAMILIES, *SERVICE_FAMILIES):
        read = families.pop(family.name, None) or families.pop(family.name.removesuffix("_total"))
        assert (read.type, read.documentation) == (family.kind, family.help)
        assert all({*family.labels} == {*sample.labels} - {"le"} for sample in read.samples), family.name
    assert families == {}


@pytest.mark.server("prometheus")
async def test_prometheus_own_linter_has_no_complaint(service: Any, cloud_event: CloudEvent) -> None:
    """``promtool check metrics``, which comes with Prometheus, finds nothing to say about a scrape."""
    await fill(service, cloud_event)
    _, scrape = await service.get("/metrics")
    pipe = asyncio.subprocess.PIPE
    linter = await asyncio.create_subprocess_exec("promtool", "check", "metrics", stdin=pipe, stdout=pipe, stderr=pipe)
    output, errors = await linter.communicate(scrape.encode())
    assert (linter.returncode, output + errors) == (0, b"")


async def test_a_centre_of_five_queues_stays_small(service: Any, cloud_event: CloudEvent) -> None:
    """A centre of ordinary size has at most 250 series."""
    await fill(service, cloud_event, n_queues=5)
    of_centre = [name for name in await service.samples() if name.startswith("centre_")]
    assert 150 < len(of_centre) <= 250


async def test_labels_are_bounded(service: Any, cloud_event: CloudEvent) -> None:
    """A sender that invents queues cannot grow the scrape: further ones share a label, and are counted."""
    await fill(service, cloud_event, n_queues=70)
    samples = await service.samples()
    queues = [name for name in samples if name.startswith("centre_queue_length")]
    assert len(queues) == 51
    assert samples["centre_queue_length queue=other"] == 20
    assert samples["centre_events_anomalous_total reason=too_many_queues"] == 40
