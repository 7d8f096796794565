"""The panels of *Network, portal, power* that show what the probes of the service found."""

from grafana.boards.panels import line, number, rows

DAYS_LEFT = ((None, "text"), (0, "red"), (14, "yellow"), (30, "green"))
ON_BATTERY = {"0": ("mains", "green"), "1": ("battery", "red")}
CHARGE = ((None, "text"), (0, "red"), (30, "yellow"), (60, "green"))

NETWORK = (
    line(
        "What answers",
        "1 while the probes of a target succeed, 0 while they fail: router and line, provincial platform, national "
        "portal.",
        ("probe_success{$centre}", "{{target}}"),
        is_stepped=True,
        decimals=0,
        bounds=(0, 1),
        width=12,
    ),
    line(
        "How long probes take",
        "Duration of each probe, to its end; a portal that needs three seconds here needs minutes for a visitor's "
        "record.",
        ("probe_duration_seconds{$centre}", "{{target}}"),
        unit="s",
        width=12,
    ),
    line(
        "Records delayed by it",
        "How many records the hall would have received more in the last 12 hours, had this not been out of order: an "
        "estimate, with what it is at least and at most, 95 times in 100.",
        ("centre_network_impact_records_delayed{$centre}", "{{what}}"),
        ("centre_network_impact_records_delayed_lower{$centre}", "{{what}}, at least"),
        ("centre_network_impact_records_delayed_upper{$centre}", "{{what}}, at most"),
        unknown="not known yet",
        width=12,
    ),
    line(
        "Staff time lost to it",
        "Time of open counters that was lost in the last 12 hours while this was out of order: an estimate, with "
        "what it is at least and at most, 95 times in 100.",
        ("centre_network_impact_staff_seconds{$centre}", "{{what}}"),
        ("centre_network_impact_staff_seconds_lower{$centre}", "{{what}}, at least"),
        ("centre_network_impact_staff_seconds_upper{$centre}", "{{what}}, at most"),
        unit="s",
        unknown="not known yet",
        width=12,
    ),
    line(
        "Loss on the line",
        "Share of the packets that nobody answered. A full line loses as well: look at its use beside it.",
        ("peakweek_probe_loss_ratio{$centre}", "{{target}}"),
        unit="percentunit",
        bounds=(0, 1),
    ),
    line(
        "Round trip",
        "Mean round trip of the packets of a probe, and how much it varies from one to the next (jitter).",
        ("peakweek_probe_round_trip_mean_seconds{$centre}", "{{target}}"),
        ("peakweek_probe_jitter_seconds{$centre}", "{{target}}, jitter"),
        unit="s",
    ),
    line(
        "Use of the line",
        "Share of the contracted rate that the router's interfaces carry, in and out.",
        ("peakweek_probe_interface_utilisation_ratio{$centre}", "{{ifName}} {{direction}}"),
        unit="percentunit",
    ),
    line(
        "Phases of a page",
        "Where the time of a page goes: name, connection, encryption, first byte, transfer. A long first byte is the "
        "portal, a long connection is the line.",
        ("sum by (target, phase) (probe_http_duration_seconds{$centre})", "{{target}} {{phase}}"),
        unit="s",
    ),
    rows(
        "Probes that failed",
        "Failed probes of each target within the time shown, and all of them.",
        ("round(sum by (target) (increase(peakweek_probe_failures_total{$centre}[$__range])))", "Failed"),
        ("round(sum by (target) (increase(peakweek_probe_attempts_total{$centre}[$__range])))", "All"),
        by=("target", "Target"),
        decimals=0,
    ),
    number(
        "Certificates",
        "Days until the first certificate that the probes have seen expires.",
        ("(min(probe_ssl_earliest_cert_expiry{$centre}) - time()) / 86400", "Days left"),
        unit="d",
        steps=DAYS_LEFT,
        decimals=0,
        height=8,
    ),
    line(
        "Speed of the line",
        "How fast the line carried the last bytes that were sent to measure it, at the hours at which that is allowed.",
        ("peakweek_probe_throughput_bytes_per_second{$centre}", "{{direction}}"),
        unit="Bps",
        width=4,
    ),
)
POWER = (
    number(
        "Power",
        "Whether the UPS runs on mains or on its battery.",
        ('max by (ups) (network_ups_tools_ups_status{$centre, flag="OB"})', "{{ups}}"),
        words=ON_BATTERY,
    ),
    number(
        "Battery",
        "Charge of the UPS's battery, in percent. The alert comes below 30.",
        ("min by (ups) (network_ups_tools_battery_charge{$centre})", "{{ups}}"),
        unit="percent",
        steps=CHARGE,
        decimals=0,
    ),
    number(
        "Battery lasts",
        "How long the battery will last at the present load, as the UPS says.",
        ("min by (ups) (network_ups_tools_battery_runtime{$centre})", "{{ups}}"),
        unit="s",
        decimals=0,
    ),
    number(
        "Disk free",
        "Share of the disk of the service's machine that is free. The alert comes below a tenth.",
        ("min(node_filesystem_avail_bytes{$centre} / node_filesystem_size_bytes{$centre})", "Free"),
        unit="percentunit",
        steps=((None, "text"), (0, "red"), (0.1, "yellow"), (0.2, "green")),
        decimals=0,
    ),
    number(
        "Memory free",
        "Share of the memory of the service's machine that programs can still have.",
        ("min(node_memory_MemAvailable_bytes{$centre} / node_memory_MemTotal_bytes{$centre})", "Free"),
        unit="percentunit",
        decimals=0,
    ),
    number(
        "Machine's clock",
        "How far the clock of the service's machine is behind the time server; below zero: ahead.",
        ("max(peakweek_probe_clock_offset_seconds{$centre})", "Behind"),
        unit="s",
        decimals=3,
    ),
)
