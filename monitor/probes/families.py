"""Every metric of a probe, declared once.

Place in the pipeline: after the probers. Out: what each sample's name means. Invariant: a name that a published
exporter has means here what it means there; what none of them has begins with ``peakweek_probe``.

Source: blackbox_exporter 0.23 (``probe_``), snmp_exporter's module ``if_mib`` with RFC 2863 (``if…``), nut_exporter 3
(``network_ups_tools_``), node_exporter (``node_``).
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class ProbeFamily:
    """One metric.

    Attributes:
        name: as it is scraped.
        kind: counter or gauge.
        help: one sentence for whoever sees the number.
        labels: names of its labels, without those of the schedule.
        probers: the kinds of probe that have it.
    """

    name: str
    kind: Literal["counter", "gauge"]
    help: str
    labels: tuple[str, ...]
    probers: tuple[str, ...]


SCHEDULE_LABELS = ("target", "part", "module")
"""What `/metrics` adds to each sample of a scheduled probe."""

_ANY = ("any",)
_IMPACT = ("impact",)
_ADDRESSED = ("icmp", "tcp", "http", "dns", "throughput", "snmp", "ups")
_TLS = ("tcp", "http")
_COUNTED = ("icmp", "dns")
_INTERFACE = ("ifIndex", "ifDescr", "ifName", "ifAlias")


def _gauge(
    name: str, probers: tuple[str, ...] | str, help_: str, labels: tuple[str, ...] = (), kind: str = "gauge"
) -> ProbeFamily:
    kind_: Literal["counter", "gauge"] = "counter" if kind == "counter" else "gauge"
    return ProbeFamily(name, kind_, help_, labels, (probers,) if isinstance(probers, str) else probers)


RESULT_FAMILIES: tuple[ProbeFamily, ...] = (
    _gauge("probe_success", _ANY, "1 when the probe succeeded."),
    _gauge("probe_duration_seconds", _ANY, "How long the probe took."),
    _gauge("probe_timeout_seconds", _ANY, "How long it might have taken; at /probe alone."),
    _gauge(
        "peakweek_probe_failure_info",
        _ANY,
        "Why the probe failed: always 1; there is one while it fails, none otherwise.",
        ("reason",),
    ),
)
"""What every attempt tells."""

SAMPLE_FAMILIES: tuple[ProbeFamily, ...] = (
    _gauge("probe_dns_lookup_time_seconds", _ADDRESSED, "Time that it took to look the target's name up."),
    _gauge("probe_ip_protocol", _ADDRESSED, "4 or 6: the kind of address that was probed; 0 where there was none."),
    _gauge("probe_ip_addr_hash", _ADDRESSED, "A number that changes when the target's address does."),
    _gauge("probe_failed_due_to_regex", _TLS, "1 when the probe failed for a text that was or was not there."),
    _gauge("probe_icmp_duration_seconds", "icmp", "Duration of the first echo, by phase.", ("phase",)),
    _gauge("probe_icmp_reply_hop_limit", "icmp", "Hop limit (time to live) that the first reply came with."),
    _gauge("peakweek_probe_echoes_sent", _COUNTED, "Echo requests, or questions, that the last probe sent."),
    _gauge("peakweek_probe_echoes_lost", _COUNTED, "Those of them that nobody answered."),
    _gauge("peakweek_probe_loss_ratio", _COUNTED, "The share of them that nobody answered, from 0 to 1."),
    _gauge("peakweek_probe_round_trip_min_seconds", _COUNTED, "The shortest round trip of the last probe."),
    _gauge("peakweek_probe_round_trip_mean_seconds", _COUNTED, "The mean round trip of the last probe."),
    _gauge("peakweek_probe_round_trip_max_seconds", _COUNTED, "The longest round trip of the last probe."),
    _gauge(
        "peakweek_probe_jitter_seconds",
        _COUNTED,
        "Mean difference between one round trip and the next; absent with fewer than two replies.",
    ),
    _gauge(
        "probe_http_duration_seconds",
        ("http", "throughput"),
        "Duration of the request by phase, summed over redirects and steps.",
        ("phase",),
    ),
    _gauge("probe_http_status_code", "http", "Status of the last answer; 0 without one."),
    _gauge("probe_http_content_length", "http", "Length of the last answer as its header says; -1 where it does not."),
    _gauge("probe_http_uncompressed_body_length", "http", "Length of the last answer's body, uncompressed, in bytes."),
    _gauge("probe_http_redirects", ("http", "throughput"), "Redirects that were followed."),
    _gauge("probe_http_ssl", "http", "1 when the last answer came encrypted."),
    _gauge("probe_http_version", "http", "Version of HTTP of the last answer."),
    _gauge("probe_http_last_modified_timestamp_seconds", "http", "When the page was changed, as its header says."),
    _gauge(
        "peakweek_probe_step_duration_seconds", "http", "Duration of each step of a sequence, to its end.", ("step",)
    ),
    _gauge("probe_ssl_earliest_cert_expiry", _TLS, "When the first of the server's certificates expires."),
    _gauge(
        "probe_ssl_last_chain_expiry_timestamp_seconds",
        _TLS,
        "When the chain that is believed expires; far in the past where certificates are not checked.",
    ),
    _gauge(
        "probe_ssl_last_chain_info",
        _TLS,
        "Whose certificate it is; always 1.",
        ("fingerprint_sha256", "issuer", "subject", "subjectalternative"),
    ),
    _gauge("probe_tls_version_info", _TLS, "The version of TLS; always 1.", ("version",)),
    _gauge("probe_dns_duration_seconds", "dns", "Duration of the question by phase.", ("phase",)),
    _gauge("probe_dns_query_succeeded", "dns", "1 when an answer came, right or wrong."),
    _gauge("probe_dns_answer_rrs", "dns", "Records in the answer section."),
    _gauge("probe_dns_authority_rrs", "dns", "Records in the authority section."),
    _gauge("probe_dns_additional_rrs", "dns", "Records in the additional section."),
    _gauge("probe_dns_serial", "dns", "Serial number of the zone, where its SOA record was asked for."),
    _gauge(
        "peakweek_probe_throughput_bytes_per_second",
        "throughput",
        "How fast the line carried the last probe's bytes.",
        ("direction",),
    ),
    _gauge("peakweek_probe_throughput_bytes", "throughput", "Bytes that the last probe carried.", ("direction",)),
    _gauge("sysUpTime", "snmp", "Time since the device's management started, in hundredths of a second."),
    _gauge("ifNumber", "snmp", "Interfaces of the device."),
    _gauge("ifAdminStatus", "snmp", "Wanted state: 1 up, 2 down, 3 testing.", _INTERFACE),
    _gauge("ifOperStatus", "snmp", "State: 1 up, 2 down, 3 testing, 4 unknown, 5 dormant and so on.", _INTERFACE),
    _gauge("ifSpeed", "snmp", "Bits per second that the interface can carry; 4294967295: see ifHighSpeed.", _INTERFACE),
    _gauge("ifHighSpeed", "snmp", "Million bits per second that the interface can carry.", _INTERFACE),
    _gauge("ifMtu", "snmp", "The longest packet, in bytes.", _INTERFACE),
    _gauge("ifLastChange", "snmp", "The device's sysUpTime when the interface's state changed last.", _INTERFACE),
    *(
        _gauge(name, "snmp", help_, _INTERFACE, "counter")
        for name, help_ in (
            ("ifHCInOctets", "Bytes received, of 64 bits."),
            ("ifHCOutOctets", "Bytes sent, of 64 bits."),
            ("ifInOctets", "Bytes received, of 32 bits: wraps within minutes on a fast line."),
            ("ifOutOctets", "Bytes sent, of 32 bits: wraps within minutes on a fast line."),
            ("ifHCInUcastPkts", "Packets received for one receiver, of 64 bits."),
            ("ifHCOutUcastPkts", "Packets sent to one receiver, of 64 bits."),
            ("ifInErrors", "Packets received with errors."),
            ("ifOutErrors", "Packets not sent for errors."),
            ("ifInDiscards", "Packets received and thrown away."),
            ("ifOutDiscards", "Packets to be sent and thrown away."),
        )
    ),
    _gauge("snmp_scrape_duration_seconds", "snmp", "How long the device took for everything."),
    _gauge("snmp_scrape_walk_duration_seconds", "snmp", "How long the device took for its tables."),
    _gauge("snmp_scrape_packets_sent", "snmp", "Requests to the device, without those that were repeated."),
    _gauge("snmp_scrape_pdus_returned", "snmp", "Values that the device returned."),
    _gauge(
        "peakweek_probe_interface_bytes_per_second",
        "snmp",
        "Bytes a second since the probe before, wraps counted; absent after a restart of the device.",
        ("ifName", "direction"),
    ),
    _gauge(
        "peakweek_probe_interface_utilisation_ratio",
        "snmp",
        "The share of the contracted rate that this was, or of the interface's own; absent where neither is known.",
        ("ifName", "direction"),
    ),
    _gauge(
        "network_ups_tools_ups_status",
        "ups",
        "1 for each flag that the UPS shows: OL on line, OB on battery, LB battery low and so on; 0 for the others.",
        ("ups", "flag"),
    ),
    *(
        _gauge(f"network_ups_tools_{name}", "ups", help_, ("ups",))
        for name, help_ in (
            ("battery_charge", "Charge of the battery, in percent."),
            ("battery_charge_low", "Charge at which the UPS says that its battery is low, in percent."),
            ("battery_runtime", "How long the battery will last, in seconds."),
            ("battery_runtime_low", "The time left at which the UPS says that its battery is low, in seconds."),
            ("battery_voltage", "Voltage of the battery."),
            ("battery_voltage_nominal", "Voltage that the battery should have."),
            ("battery_voltage_high", "Voltage of a full battery."),
            ("battery_voltage_low", "Voltage of an empty battery."),
            ("input_voltage", "Voltage that comes in."),
            ("input_voltage_nominal", "Voltage that should come in."),
            ("input_frequency", "Frequency of what comes in, in hertz."),
            ("output_voltage", "Voltage that goes out."),
            ("ups_load", "Load of the UPS, in percent of what it can carry."),
            ("ups_temperature", "Temperature of the UPS, in degrees Celsius."),
            ("ups_power_nominal", "Apparent power that the UPS can give, in volt-amperes."),
            ("ups_realpower_nominal", "Power that the UPS can give, in watts."),
        )
    ),
    _gauge(
        "network_ups_tools_device_info",
        "ups",
        "Which device it is; always 1.",
        ("ups", "mfr", "model", "serial", "type"),
    ),
    _gauge(
        "node_filesystem_size_bytes", "machine", "Size of the disk of the folder.", ("device", "fstype", "mountpoint")
    ),
    _gauge("node_filesystem_free_bytes", "machine", "What is free on it.", ("device", "fstype", "mountpoint")),
    _gauge(
        "node_filesystem_avail_bytes",
        "machine",
        "What the service may still use of it.",
        ("device", "fstype", "mountpoint"),
    ),
    _gauge("node_memory_MemTotal_bytes", "machine", "The machine's memory."),
    _gauge("node_memory_MemAvailable_bytes", "machine", "What programs can still have of it."),
    _gauge("node_memory_SwapTotal_bytes", "machine", "Room on the disk for what the memory cannot hold."),
    _gauge("node_memory_SwapFree_bytes", "machine", "What is free of that."),
    _gauge(
        "peakweek_probe_clock_offset_seconds",
        "machine",
        "How far the machine's clock is behind the time server; negative: ahead. Absent without an answer.",
    ),
)
"""What an attempt of some kind measures."""

SCHEDULE_FAMILIES: tuple[ProbeFamily, ...] = (
    _gauge("peakweek_probe_attempts_total", _ANY, "Attempts since the service started.", kind="counter"),
    _gauge("peakweek_probe_failures_total", _ANY, "Those of them that failed.", kind="counter"),
    _gauge("peakweek_probe_last_attempt_timestamp_seconds", _ANY, "When the last one ended; absent before the first."),
    _gauge("peakweek_probe_failing_since_timestamp_seconds", _ANY, "Since when every one has failed; absent if none."),
)
"""What the schedule tells of each of its targets, on `/metrics` alone."""

IMPACT_FAMILIES: tuple[ProbeFamily, ...] = (
    *(
        _gauge(f"centre_network_impact_{name}", _IMPACT, help_, ("what",))
        for name, help_ in (
            ("bad_seconds", "Busy time of the last 12 hours, while visitors waited and this was out of order."),
            ("good_seconds", "Busy time of the last 12 hours, while visitors waited and nothing was out of order."),
            ("records_delayed", "Records that intake would have received in the bad time; absent while not known."),
            ("records_delayed_lower", "The least that this may be, 95 times in 100."),
            ("records_delayed_upper", "The most that this may be, 95 times in 100."),
            ("staff_seconds", "Time of open counters that was lost in the bad time; absent while not known."),
            ("staff_seconds_lower", "The least that this may be, 95 times in 100."),
            ("staff_seconds_upper", "The most that this may be, 95 times in 100."),
        )
    ),
)
"""What the line and the portal cost the queue, on `/metrics` alone, where events come in and targets are probed."""

SCHEDULED_FAMILIES = (*RESULT_FAMILIES, *SAMPLE_FAMILIES, *SCHEDULE_FAMILIES)
"""What `/metrics` shows of scheduled targets, with the labels of the schedule."""
PROBE_FAMILIES = (*SCHEDULED_FAMILIES, *IMPACT_FAMILIES)
"""Every metric of the probes."""
FAMILY_BY_NAME = {family.name: family for family in PROBE_FAMILIES}
"""The same by name."""
